package tlsutil

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Authority checks the setting of a certificate authority: PEM text, or what may be the
// path of a PEM file, which is not read.
func Authority(setting string) (string, error) {
	if setting == "" {
		return "", errors.New("it is empty")
	}
	if !values.IsPEM(setting) {
		return setting, nil
	}
	_, err := values.Certificates(setting)
	return setting, err
}

// ReadAuthority returns the text of a certificate authority whose setting holds that or
// the path of a file; "" for "".
func ReadAuthority(setting string) (string, error) {
	if setting == "" || isCertificate(setting) {
		return setting, nil
	}
	content, err := os.ReadFile(setting)
	if err != nil {
		return "", fmt.Errorf("it holds no PEM text (-----BEGIN CERTIFICATE-----), so the provider takes it for the path of a file, which can't be read: %w", shortPath(err))
	}
	if _, err := values.Certificates(string(content)); err != nil {
		return "", fmt.Errorf("the file %s: %w", setting, err)
	}
	return string(content), nil
}

func isCertificate(setting string) bool {
	_, err := values.Certificates(setting)
	return values.IsPEM(setting) || err == nil
}

// maxPath is the length of the longest path that an error shows.
const maxPath = 255

// shortPath is an error about a file without its path, where that is more likely
// text that was pasted.
func shortPath(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) && (len(failed.Path) > maxPath || strings.ContainsAny(failed.Path, "\r\n")) {
		return failed.Err
	}
	return err
}
