package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Every response is decoded, or refused with an error that holds no secret.
func FuzzResponse(f *testing.F) {
	const secret = "s3cr<t\"\n"
	for _, body := range []string{"", "null", " null ", "{}", "[]", `{"a":1}`, `{"a":{"b":"x"}}`, `{"a":`, "<html>" + secret, "\xff\xfe", strings.Repeat("x", 200)} {
		for _, kind := range []string{"", "application/json;charset=UTF-8", "application/vnd.vmware.h4-v4.7+json", "text/html", "a/b/c;;"} {
			f.Add([]byte(body), kind, 200)
			f.Add([]byte(body), kind, 502)
			f.Add([]byte(body), kind, 302)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, kind string, status int) {
		a := &Response{Status: status, Header: http.Header{"Content-Type": {kind}, "Location": {string(body)}}, Body: body, secrets: []string{secret}}
		var v struct{ A struct{ B int } }
		responds := func(context.Context, *request) (*Response, error) { return a, nil }
		_, checked := check(clock.System{}, nil, responds)(t.Context(), &request{Request: Request{Secrets: a.secrets}})
		for _, err := range []error{checked, a.JSON(&v)} {
			if err == nil {
				continue
			}
			if text := err.Error(); strings.Contains(text, secret) || !utf8.ValidString(strings.ToValidUTF8(text, "")) {
				t.Errorf("the error shows the secret: %s", text)
			}
		}
		if a.JSON(&v) == nil && !json.Valid(body) {
			t.Errorf("%q was accepted as JSON", body)
		}
	})
}
