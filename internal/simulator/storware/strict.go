package storware

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// checkHeaders refuses secrets in the wrong place and bodies of a wrong kind.
func (x route) checkHeaders(r *http.Request, body []byte) *problem {
	if r.Header.Get("Authorization") != "" {
		return violation(http.StatusBadRequest, "Header Authorization is not part of the API.")
	}
	if accept := r.Header.Get("Accept"); accept != "" && accept != "*/*" && !isJSON(accept) {
		return violation(http.StatusNotAcceptable, "Accept %s is not understood.", accept)
	}
	if len(body) > 0 && !x.body {
		return violation(http.StatusBadRequest, "%s %s has no body.", x.method, x.path)
	}
	if x.json && !isJSON(r.Header.Get("Content-Type")) {
		return violation(http.StatusUnsupportedMediaType, "Content-Type must be application/json.")
	}
	return nil
}

// checkCookies refuses cookies sent twice, and those of another path.
func (s *Server) checkCookies(cookies []*http.Cookie) *problem {
	seen := map[string]bool{}
	for _, c := range cookies {
		if c.Name == s.cookies.console {
			return violation(http.StatusBadRequest, "Cookie %s is not for this path.", c.Name)
		}
		if seen[c.Name] {
			return violation(http.StatusBadRequest, "Cookie %s is sent twice.", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

func isJSON(header string) bool {
	mediaType, _, err := mime.ParseMediaType(header)
	return err == nil && mediaType == plainJSON
}

// decode reads a body of string fields into a struct. It refuses unknown fields, and unlike encoding/json it compares
// names with their case. The reference doesn't say which fields are required; the simulator requires all.
func decode(body []byte, into any) *problem {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return violation(http.StatusBadRequest, "The body is not a JSON object: %v.", err)
	}
	known := fieldNames(reflect.TypeOf(into).Elem())
	for name := range fields {
		if !slices.Contains(known, name) {
			return violation(http.StatusBadRequest, "Unknown field %s.", name)
		}
	}
	for _, name := range known {
		if value := string(fields[name]); value == "" || value == `""` || value == "null" {
			return violation(http.StatusBadRequest, "Field %s is required.", name)
		}
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(into); err != nil {
		return violation(http.StatusBadRequest, "A field has a wrong type: %v.", err)
	}
	return nil
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
