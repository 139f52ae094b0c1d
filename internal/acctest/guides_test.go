package acctest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

const guidesFolder = "../../templates/guides"

// TestGuideFormat requires formatted configurations in the guides.
func TestGuideFormat(t *testing.T) {
	t.Parallel()
	space := acctest.NewWorkspace(t, "")
	for file, text := range files(t, guidesFolder) {
		n := 0
		for at, blocks := range blocksOf(text) {
			if at.language != "terraform" {
				continue
			}
			for _, block := range blocks {
				n++
				space.Write(t, fmt.Sprintf("%s-%d.tf", file, n), "# "+at.heading+"\n"+block)
			}
		}
	}
	space.MustRun(t, "fmt", "-check", "-diff")
}

// guide has the blocks of a page that a test has not used yet.
type guide map[place][]string

// readGuide reads a page. The test fails if it does not use every block.
func readGuide(t *testing.T, path string) guide {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := blocksOf(string(content))
	t.Cleanup(func() {
		for at, blocks := range g {
			t.Errorf("nothing tests what the guide shows under %q:\n%s", at.heading, strings.Join(blocks, "\n"))
		}
	})
	return g
}

// place is the heading above some blocks, and their language.
type place struct{ heading, language string }

var (
	heading = regexp.MustCompile(`^#+ (.*)$`)
	fence   = regexp.MustCompile("^```(\\w*)$")
)

// blocksOf returns the blocks that a test has to use: configurations, and scripts except
// targets of make.
func blocksOf(text string) guide {
	g := guide{}
	var at place
	var block strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		switch match := fence.FindStringSubmatch(strings.TrimSpace(line)); {
		case match != nil && match[1] != "":
			at.language = match[1]
		case match != nil:
			if at.language == "terraform" || at.language == "shell" && !strings.HasPrefix(block.String(), "make ") {
				g[at] = append(g[at], block.String())
			}
			at.language = ""
			block.Reset()
		case at.language != "":
			block.WriteString(line + "\n")
		case heading.MatchString(line):
			at.heading = strings.Trim(heading.FindStringSubmatch(line)[1], "`")
		}
	}
	return g
}

// terraform returns the only configuration under a heading, and shell the only script.
func (g guide) terraform(t *testing.T, under string) string {
	t.Helper()
	return g.take(t, under, "terraform", 1)[0]
}

func (g guide) shell(t *testing.T, under string) string {
	t.Helper()
	return g.take(t, under, "shell", 1)[0]
}

func (g guide) take(t *testing.T, under, language string, count int) []string {
	t.Helper()
	at := place{under, language}
	found := g[at]
	if len(found) != count {
		t.Fatalf("%d blocks of %s under %q", len(found), language, under)
	}
	delete(g, at)
	return found
}

// workspace makes the workspace of a guide: in its shell, terraform is the CLI under test,
// and pass shows a secret.
func (s scenario) workspace(t *testing.T, secrets map[string]string) *acctest.Workspace {
	t.Helper()
	space := acctest.NewWorkspace(t, "")
	tools := t.TempDir()
	for name, secret := range secrets {
		file := filepath.Join(tools, "secrets", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pass := "#!/bin/sh\ntest \"$1\" = show && cat '" + tools + "/secrets/'\"$2\"\n"
	if err := os.WriteFile(filepath.Join(tools, "pass"), []byte(pass), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(acctest.CurrentCLI(t).Path, filepath.Join(tools, "terraform")); err != nil {
		t.Fatal(err)
	}
	space.Env = append(space.Env, "PATH="+tools+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"TF_CLI_ARGS=-no-color", "TF_CLI_ARGS_apply=-auto-approve", "TF_CLI_ARGS_destroy=-auto-approve") // no user confirms
	return space
}

// rootEnvironment returns environment variables for a and its root user.
func (s scenario) rootEnvironment() []string {
	return []string{
		"VCDA_URL=" + s.a.URL(), "VCDA_THUMBPRINT=" + s.a.Thumbprint(),
		"VCDA_LOGIN=local_user", "VCDA_USERNAME=root", "VCDA_PASSWORD=" + s.a.Accounts().LocalUsers[0].Password,
	}
}

// requireConverged fails if a plan has changes, or a destroy fails or leaves a pairing or
// a session.
func (s scenario) requireConverged(t *testing.T, space *acctest.Workspace) {
	t.Helper()
	space.MustRun(t, "plan", "-detailed-exitcode")
	space.MustRun(t, "destroy")
	s.checkSessions(t)
	if left := space.MustRun(t, "state", "list"); strings.Contains(left, "vcda_site_pairing") {
		t.Errorf("the destroy leaves %s", left)
	}
}

var (
	messageTable = regexp.MustCompile(`(?m)^\| Message \|.*\n\|.*\n((?:\|.*\n)+)`)
	firstCell    = regexp.MustCompile(`(?m)^\| (.*?) \|`)
)

// TestGuideMessages requires that the provider has each message in the guides.
func TestGuideMessages(t *testing.T) {
	t.Parallel()
	source := strings.ToLower(providerSource(t))
	rows := 0
	for file, text := range files(t, guidesFolder) {
		for _, table := range messageTable.FindAllStringSubmatch(text, -1) {
			for _, row := range firstCell.FindAllStringSubmatch(table[1], -1) {
				rows++
				for part := range strings.SplitSeq(strings.ToLower(strings.ReplaceAll(row[1], "`", "")), "…") {
					if !strings.Contains(source, strings.TrimSpace(part)) {
						t.Errorf("%s: the provider has no message %q", file, row[1])
					}
				}
			}
		}
	}
	if rows < 10 {
		t.Errorf("only %d messages have been looked for", rows)
	}
}

// providerSource returns the source of the provider, without tests and simulator.
func providerSource(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"simulator", "acctest", "cmd"}, entry.Name()):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

var (
	pageLink = regexp.MustCompile(`\]\(([\w./-]+\.md)?(?:#([\w-]+))?\)`)
	headings = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unslug   = regexp.MustCompile(`[^\w -]`)
)

// registryLink is a link by the address of a page in the registry. Relative links don't
// work on the first page there.
var registryLink = regexp.MustCompile(`\]\(https://registry\.terraform\.io/providers/vcda-dr/vcda/latest/docs/([\w/-]+)\)`)

// TestPageLinks requires a target for each link to a page or a heading.
func TestPageLinks(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"../..", "../../.github", "../../docs", "../../docs/*", "../../examples/*"} {
		pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
		if err != nil || len(pages) == 0 {
			t.Fatal(pages, err)
		}
		for _, page := range pages {
			requireLinks(t, page)
		}
	}
}

// requireLinks fails for each link of a page that has no target.
func requireLinks(t *testing.T, page string) {
	t.Helper()
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range pageLink.FindAllStringSubmatch(string(content), -1) {
		target := content
		if link[1] != "" {
			if target, err = os.ReadFile(filepath.Join(filepath.Dir(page), link[1])); err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
		}
		if link[2] != "" && !strings.HasPrefix(link[2], "nestedatt") && !slices.Contains(slugs(string(target)), link[2]) {
			t.Errorf("%s: there is no heading for %s", page, link[0])
		}
	}
	for _, name := range registryLinks(string(content)) {
		if _, err := os.Stat("../../docs/" + name + ".md"); err != nil {
			t.Errorf("%s links to %s: %v", page, name, err)
		}
	}
}

// registryLinks returns the pages that a page links to by their address in the registry,
// such as guides/sessions.
func registryLinks(page string) (names []string) {
	for _, link := range registryLink.FindAllStringSubmatch(page, -1) {
		names = append(names, link[1])
	}
	return names
}

// TestFirstPage_linksToTheRegistry requires that the first page has no relative link, and
// links to every guide.
func TestFirstPage_linksToTheRegistry(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../docs/index.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range pageLink.FindAllStringSubmatch(string(content), -1) {
		if link[1] != "" {
			t.Errorf("the first page has the relative link %s", link[1])
		}
	}
	linked := registryLinks(string(content))
	for file := range files(t, guidesFolder) {
		if name := "guides/" + strings.TrimSuffix(file, ".md"); !slices.Contains(linked, name) {
			t.Errorf("the first page does not link to %s", name)
		}
	}
}

// TestObjectPages_linkToGuides requires that the page of each object links to a guide.
func TestObjectPages_linkToGuides(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		isGuide := func(name string) bool { return strings.HasPrefix(name, "guides/") }
		if !strings.Contains(page, "/guides/") && !slices.ContainsFunc(registryLinks(string(content)), isGuide) {
			t.Errorf("%s links to no guide", page)
		}
	}
}

// slugs returns the headings of a page as links name them.
func slugs(page string) (all []string) {
	for _, match := range headings.FindAllStringSubmatch(page, -1) {
		all = append(all, strings.ReplaceAll(unslug.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-"))
	}
	return all
}

var requirement = regexp.MustCompile(`(?m)^(Requires (Terraform|OpenTofu)|\| Terraform, OpenTofu \| from) 1\.\d+`)

// TestPages_nameTheirRequirements requires that each page names the versions of Terraform
// and OpenTofu, and that the page of each object has an example.
func TestPages_nameTheirRequirements(t *testing.T) {
	t.Parallel()
	pages := 0
	err := filepath.WalkDir("../../docs", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		pages++
		content, err := os.ReadFile(path)
		text := string(content)
		if !requirement.MatchString(text) {
			t.Errorf("%s does not say which Terraform or OpenTofu it requires", path)
		}
		if !strings.Contains(path, "guides") && !strings.Contains(text, "## Example Usage\n\n```terraform\n") {
			t.Errorf("%s has no example", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages < 20 {
		t.Errorf("only %d pages have been looked at", pages)
	}
}

var featureLine = regexp.MustCompile(`(?m)^([\w-]+): (.*)$`)

// TestRequirements_areThoseOfTheTests compares the versions on the pages with those from
// which the tests use a feature.
func TestRequirements_areThoseOfTheTests(t *testing.T) {
	t.Parallel()
	features := map[string]acctest.Feature{
		"functions": acctest.Functions, "moved": acctest.Moved, "ephemeral": acctest.Ephemeral, "write-only": acctest.WriteOnly,
		"lists": acctest.Lists, "actions": acctest.Actions, "junit": junitReports,
	}
	content, err := os.ReadFile("../tools/requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, line := range featureLine.FindAllStringSubmatch(string(content), -1) {
		feature, known := features[line[1]]
		if !known {
			continue
		}
		checked++
		wanted := fmt.Sprintf("Terraform 1.%d", feature.Terraform)
		if feature.OpenTofu > 0 {
			wanted += fmt.Sprintf(" or OpenTofu 1.%d", feature.OpenTofu)
		}
		if !strings.HasPrefix(line[2], wanted) {
			t.Errorf("%s requires %q, but the tests %s", line[1], line[2], wanted)
		}
	}
	if checked != len(features) {
		t.Errorf("%d of %d features are listed", checked, len(features))
	}
}

var (
	variableName = regexp.MustCompile(`\bVCDA_[A-Z_]+`)
	objectName   = regexp.MustCompile("`vcda_(\\w+)`")
)

// TestPages_nameWhatExists requires that the environment variables and objects on the pages
// exist. The guide on migration also names those of the archived provider.
func TestPages_nameWhatExists(t *testing.T) {
	t.Parallel()
	first, err := os.ReadFile("../../docs/index.md")
	if err != nil {
		t.Fatal(err)
	}
	variables := variableName.FindAllString(string(first), -1)
	pages := []string{"../../README.md"}
	for _, folder := range []string{"../../docs/guides", "../../examples/*"} {
		found, err := filepath.Glob(filepath.Join(folder, "*.md"))
		if err != nil || len(found) == 0 {
			t.Fatal(found, err)
		}
		pages = append(pages, found...)
	}
	for _, page := range pages {
		if strings.HasSuffix(page, "migrating-from-vmware-vcda.md") {
			continue
		}
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range variableName.FindAllString(string(content), -1) {
			if !slices.Contains(variables, name) {
				t.Errorf("%s: there is no environment variable %s", page, name)
			}
		}
		for _, name := range objectName.FindAllStringSubmatch(string(content), -1) {
			if found, _ := filepath.Glob("../../docs/*/" + name[1] + ".md"); len(found) == 0 {
				t.Errorf("%s: there is no vcda_%s", page, name[1])
			}
		}
	}
}
