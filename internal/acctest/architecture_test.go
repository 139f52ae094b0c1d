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
	testName = regexp.MustCompile(`^Test[A-Z]\w*$`)
	testFunc = regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(`)
)

// TestArchitecture: the page names every package, and names no package, file or
// test that there isn't.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	var named []string
	for _, match := range inCode.FindAllStringSubmatch(file(t, ".github/ARCHITECTURE.md"), -1) {
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
