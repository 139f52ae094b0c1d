package simulator

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

const tokenHeader = "X-VCAV-Auth"

var (
	versionedType       = regexp.MustCompile(`^application/vnd\.vmware\.h4-v(\d+(?:\.\d+)?)\+json;charset=UTF-8$`)
	canonicalThumbprint = regexp.MustCompile(`^SHA-256(:[0-9A-F]{2}){32}$`)
)

// checkHeaders refuses a token in the wrong place and bodies of a wrong kind.
func checkHeaders(r *http.Request, body []byte) *problem {
	for _, name := range []string{"Authorization", "Cookie"} {
		if r.Header.Get(name) != "" {
			return violation(http.StatusBadRequest, "BadRequest", "Header %s is not part of the API.", name)
		}
	}
	if len(body) == 0 {
		return nil
	}
	if r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return violation(http.StatusBadRequest, "BadRequest", "A %s request has no body.", r.Method)
	}
	if !isPlainJSON(r.Header.Get("Content-Type")) {
		return violation(http.StatusUnsupportedMediaType, "BadRequest", "Content-Type must be application/json.")
	}
	return nil
}

// acceptedVersion reads the API version from the Accept header. It refuses an unsupported version, which is no
// violation.
func (a *Appliance) acceptedVersion(accept string) (string, *problem) {
	if accept == "" || accept == "*/*" || isPlainJSON(accept) {
		return a.newestVersion(), nil
	}
	match := versionedType.FindStringSubmatch(accept)
	if match == nil {
		return "", violation(http.StatusNotAcceptable, "BadRequest", "Accept %s is not understood.", accept)
	}
	if !slices.Contains(a.options.APIVersions, match[1]) {
		return "", refuse(http.StatusNotAcceptable, "BadRequest", "API version %s is not supported.", match[1])
	}
	return match[1], nil
}

func isPlainJSON(header string) bool {
	mediaType, _, err := mime.ParseMediaType(header)
	return err == nil && mediaType == "application/json"
}

func versionedMediaType(version string) string {
	return "application/vnd.vmware.h4-v" + version + "+json;charset=UTF-8"
}

// decode reads a body into a struct. It refuses unknown fields, and unlike encoding/json it compares names with their
// case.
func decode(body []byte, into any) *problem {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return violation(http.StatusBadRequest, "BadRequest", "The body is not a JSON object: %v.", err)
	}
	known := fieldNames(reflect.TypeOf(into).Elem())
	for name := range fields {
		if !slices.Contains(known, name) {
			return violation(http.StatusBadRequest, "BadUserInput", "Unknown field %s.", name)
		}
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(into); err != nil {
		return violation(http.StatusBadRequest, "BadUserInput", "A field has a wrong type: %v.", err)
	}
	return nil
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			names = append(names, fieldNames(field.Type)...)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
