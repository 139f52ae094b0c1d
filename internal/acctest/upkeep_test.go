package acctest_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRegistryManifest: the registry announces the protocol that main serves.
func TestRegistryManifest(t *testing.T) {
	t.Parallel()
	var manifest struct {
		Version  int
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal([]byte(file(t, "terraform-registry-manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{"6.0"}) {
		t.Errorf("got %+v, want version 1 with protocol 6.0", manifest)
	}
}

// TestModulesAreUpdated: no Go module ages because dependabot does not know it.
func TestModulesAreUpdated(t *testing.T) {
	t.Parallel()
	known := strings.Fields(file(t, ".github/dependabot.yml"))
	modules := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "go.mod" {
			return err
		}
		modules++
		folder := "/" + filepath.ToSlash(strings.Trim(strings.TrimPrefix(filepath.Dir(path), "../.."), "/"))
		if !slices.Contains(known, folder) {
			t.Errorf(".github/dependabot.yml does not name %s", folder)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if modules < 2 {
		t.Errorf("only %d modules were found: the test looks in the wrong place", modules)
	}
}

// file reads one by its path in the repository.
func file(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
