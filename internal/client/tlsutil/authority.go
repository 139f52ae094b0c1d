package tlsutil

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Authority checks the setting of a certificate authority. It is PEM text or the path of a
// PEM file, which is not read.
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

// ReadAuthority returns the PEM text of a certificate authority. The setting is the text or
// the path of a file. The result is empty for an empty setting.
func ReadAuthority(setting string) (string, error) {
	if setting == "" || isCertificate(setting) {
		return setting, nil
	}
	content, err := os.ReadFile(setting)
	if err != nil {
		return "", fmt.Errorf("it holds no PEM text (-----BEGIN CERTIFICATE-----), so the provider treats it as the path of a file, which can't be read: %w", shortPath(err))
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

// maxPath is the maximum length of a path in an error.
const maxPath = 255

// shortPath returns an error about a file, without the path if that looks like pasted text.
func shortPath(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) && (len(failed.Path) > maxPath || strings.ContainsAny(failed.Path, "\r\n")) {
		return failed.Err
	}
	return err
}
