package values

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// LookupServiceURL brings the address of a lookup service into one form: that of URL,
// with the path of the service, which may be left out.
func LookupServiceURL(text string) (string, error) { return withPath(text, "/lookupservice/sdk") }

// DirectorURL brings the address of a Cloud Director into one form: that of URL, with
// the path /api, which may be left out.
func DirectorURL(text string) (string, error) { return withPath(text, "/api") }

func withPath(text, path string) (string, error) {
	normal, err := URL(text)
	if err != nil {
		return "", err
	}
	base := strings.TrimSuffix(normal, path)
	if strings.Contains(strings.TrimPrefix(base, "https://"), "/") {
		return "", fmt.Errorf("%q must have the path %s, or none", normal, path)
	}
	return base + path, nil
}

// EncodedCertificate brings a certificate into the form VCDA uses: base64 of its DER
// form, without armor.
func EncodedCertificate(text string) (string, error) {
	der, err := FirstCertificate(text)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(der), nil
}
