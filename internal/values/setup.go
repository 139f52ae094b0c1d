package values

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// LookupServiceURL returns the address of a lookup service in the form of URL, with
// the path of the service, which text may omit.
func LookupServiceURL(text string) (string, error) { return withPath(text, "/lookupservice/sdk") }

// DirectorURL returns the address of a Cloud Director in the form of URL, with the
// path /api, which text may omit.
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

// EncodedCertificate returns a certificate in the form of VCDA: base64 of its DER
// form, without armor.
func EncodedCertificate(text string) (string, error) {
	der, err := FirstCertificate(text)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(der), nil
}
