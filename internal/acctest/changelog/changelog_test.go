package changelog_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/changelog"
)

// TestChangelog keeps the form of the real one.
func TestChangelog(t *testing.T) {
	t.Parallel()
	releases, err := changelog.Read("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, release := range releases {
		if seen[release.Version] {
			t.Errorf("version %q has two sections", release.Version)
		}
		seen[release.Version] = true
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	releases, err := changelog.Read(write(t, `# Changelog

Some words,
- and a list.

## Unreleased

- Added: A thing.
- **Breaking**: Another one: gone.

## 1.2.3 (2026-12-31)

## 1.2.2 (2026-12-01)

- Fixed: All.
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []changelog.Release{
		{Entries: []changelog.Entry{{Kind: "Added", Text: "A thing."}, {Kind: changelog.Breaking, Text: "Another one: gone."}}},
		{Version: "1.2.3"},
		{Version: "1.2.2", Entries: []changelog.Entry{{Kind: "Fixed", Text: "All."}}},
	}
	if diff := cmp.Diff(want, releases); diff != "" {
		t.Errorf("releases (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"no section":           {"# Changelog\n", "the first section"},
		"released only":        {"## 1.0.0 (2026-12-31)\n", "the first section"},
		"a heading of its own": {"## Unreleased\n\n## Next\n", ":3: a heading"},
		"a version undated":    {"## Unreleased\n## 1.0.0\n", ":2: a heading"},
		"no kind":              {"## Unreleased\n- A thing.\n", ":2: a change"},
		"an unknown kind":      {"## Unreleased\n- Improved: A thing.\n", ":2: a change"},
		"a plain Breaking":     {"## Unreleased\n- Breaking: A thing.\n", ":2: a change"},
		"no full stop":         {"## Unreleased\n- Added: A thing\n", ":2: a change"},
		"two lines":            {"## Unreleased\n- Added: A thing.\n  It is long.\n", ":3: a change"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := changelog.Read(write(t, test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// TestReleaseNotes: what a release says of itself is its section, and no release
// goes out without a word.
func TestReleaseNotes(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../../../internal/tools/release-notes")
	if err != nil {
		t.Fatal(err)
	}
	changes := write(t, "# Changelog\n\n## Unreleased\n\n- Added: Next.\n\n## 1.2.10 (2026-12-31)\n\n- Fixed: One.\n- Fixed: Two.\n\n## 1.2.1 (2026-12-01)\n")
	tools := filepath.Join(filepath.Dir(changes), "internal", "tools")
	if err := os.MkdirAll(tools, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tools, "release-notes"), script, 0o600); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"1.2.10": "- Fixed: One.\n- Fixed: Two.\n",
		"1.2.1":  "",
		"1.2":    "",
		"2.0.0":  "",
	} {
		out, err := exec.CommandContext(t.Context(), "bash", filepath.Join(tools, "release-notes"), version).Output()
		if string(out) != want || (err != nil) != (want == "") {
			t.Errorf("%s: got %q and %v, want %q", version, out, err, want)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "CHANGELOG.md")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
