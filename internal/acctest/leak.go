package acctest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Trace makes later runs write the trace log.
func (w *Workspace) Trace() {
	w.Env = append(w.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(w.Dir, "trace.log"))
}

// RequireNoSecrets fails the test if one of the secrets is in a file of the workspace: in
// the state, a plan or a log.
func (w *Workspace) RequireNoSecrets(t *testing.T, secrets ...string) {
	t.Helper()
	for name, content := range w.files(t) {
		for _, secret := range secrets {
			encoded := base64.StdEncoding.EncodeToString([]byte(secret))
			if secret != "" && (strings.Contains(content, secret) || strings.Contains(content, encoded)) {
				t.Errorf("%s holds the secret %s", name, secret)
			}
		}
	}
}

// RequireLogged fails the test if one of the texts is missing in the log: then a test for
// secrets in the log would prove nothing.
func (w *Workspace) RequireLogged(t *testing.T, texts ...string) {
	t.Helper()
	log := w.files(t)["trace.log"]
	for _, text := range texts {
		if !strings.Contains(log, text) {
			t.Errorf("%q is missing in the log", text)
		}
	}
}

// files returns the files of the workspace by name. For a plan, it returns the content of
// the archive.
func (w *Workspace) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	tree := os.DirFS(w.Dir)
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		files[name] = unpacked(t, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// unpacked returns the content of all files in an archive, and other content unchanged.
func unpacked(t *testing.T, content []byte) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return string(content)
	}
	var all strings.Builder
	for _, f := range archive.File {
		file, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, file); err != nil { //nolint:gosec // the CLI under test packed it
			t.Fatal(err)
		}
		_ = file.Close()
	}
	return all.String()
}
