package acctest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	inCode   = regexp.MustCompile("`([^`\n]+)`")
	tableRow = regexp.MustCompile(`^\| (.+?) \|`)
	testName = regexp.MustCompile(`^Test[A-Z]\w*$`)
	testFunc = regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(`)
)

// TestArchitecture: the page names every package, and names no package, file or
// test that there isn't, and no row twice.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	page := file(t, ".github/ARCHITECTURE.md")
	for _, cell := range repeated(page) {
		t.Errorf("two rows of a table begin with %s", cell)
	}
	var named []string
	for _, match := range inCode.FindAllStringSubmatch(page, -1) {
		named = append(named, match[1])
	}
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if !slices.Contains(named, path) {
			t.Errorf("it does not name the package %s", path)
		}
	}
	tests := testNames(t)
	for _, name := range named {
		switch {
		case testName.MatchString(name):
			if !slices.Contains(tests, name) {
				t.Errorf("there is no test %s", name)
			}
		case strings.HasPrefix(name, "internal/"), strings.HasPrefix(name, "templates/"):
			if found, err := filepath.Glob(filepath.Join("../..", strings.ReplaceAll(name, "…", "*"))); err != nil || len(found) == 0 {
				t.Errorf("there is no %s", name)
			}
		}
	}
}

// repeated are the first cells that occur more than once in their table.
func repeated(page string) []string {
	var cells, twice []string // cells are those of the table so far
	for line := range strings.Lines(page) {
		row := tableRow.FindStringSubmatch(line)
		switch {
		case row == nil:
			cells = nil
		case slices.Contains(cells, row[1]):
			twice = append(twice, row[1])
		default:
			cells = append(cells, row[1])
		}
	}
	return twice
}

// testNames are those of all tests in the repository.
func testNames(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range testFunc.FindAllSubmatch(text, -1) {
			names = append(names, string(match[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
