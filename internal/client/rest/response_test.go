package rest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func reply(code int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil // no guess of net/http
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func TestResponses(t *testing.T) {
	const plain = "application/json;charset=UTF-8"
	cases := map[string]struct {
		kind, body string
		reason     string // of the error, "" for none
	}{
		"plain":                    {plain, `{"site":"a"}`, ""},
		"versioned":                {"application/vnd.vmware.h4-v4.7+json;charset=UTF-8", `{"site":"a"}`, ""},
		"another vendor":           {"application/vnd+json", `{"site":"a"}`, ""},
		"no charset, upper case":   {"Application/JSON", `{"site":"a"}`, ""},
		"parameter without value":  {"application/json; charset", `{"site":"a"}`, ""},
		"no media type":            {"", `{"site":"a"}`, ""},
		"unknown and null fields":  {plain, `{"site":"a","new":[1],"state":null}`, ""},
		"empty":                    {plain, "", "it is empty"},
		"spaces":                   {plain, " \n", "not valid JSON"},
		"null":                     {plain, "null", "it is null"},
		"null and space":           {plain, " null\n", "it is null"},
		"HTML":                     {"text/html; charset=utf-8", "<html>\n <b>Bad\tGateway</b>", "it is text/html; charset=utf-8, not JSON: <html> <b>Bad Gateway</b>"},
		"HTML in upper case":       {"TEXT/HTML", "<html>Login</html>", "not JSON: <html>Login</html>"},
		"XHTML":                    {"application/xhtml+xml", "<html>Login</html>", "not JSON: <html>Login</html>"},
		"HTML without a type":      {"", "<!DOCTYPE html><html>Login</html>", "not JSON: <!DOCTYPE html><html>Login</html>"},
		"long HTML":                {"text/html", "<html>" + strings.Repeat("é", 1000), "é…"},
		"JSON said to be text":     {"text/plain", `{"site":"a"}`, "it is text/plain, not JSON"},
		"JSON said to be HTML":     {"text/html", `{"site":"a"}`, "not JSON"},
		"no media type at all":     {"json", `{"site":"a"}`, "not JSON"},
		"truncated":                {plain, `{"site":"a`, "not valid JSON"},
		"text after the value":     {plain, `{"site":"a"}{}`, "not valid JSON"},
		"HTML said to be JSON":     {plain, "<html>", "not valid JSON"},
		"a field of another type":  {plain, `{"site":["a"]}`, `its field "site" is of another type`},
		"a list for an object":     {plain, `[]`, "as a whole it is of another type"},
		"a text for an object":     {plain, `"site"`, "as a whole it is of another type"},
		"a field in another field": {plain, `{"state":{"progress":"half"}}`, `its field "state.progress"`},
	}
	for name, c := range cases {
		bubble(t, name, func(t *testing.T) {
			client := serve(t, Options{}, reply(200, c.kind, c.body))
			response, err := client.Do(t.Context(), get("/config"))
			if err != nil {
				t.Fatal(err)
			}
			var v struct {
				Site  string `json:"site"`
				State struct {
					Progress int `json:"progress"`
				} `json:"state"`
			}
			err = response.JSON(&v)
			if c.reason == "" {
				if err != nil || v.Site != "a" {
					t.Errorf("error %v, value %+v", err, v)
				}
				return
			}
			var bad *ResponseError
			if !errors.As(err, &bad) || bad.Status != 200 || bad.Path != "/config" || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("error %v, want a ResponseError with %q", err, c.reason)
			}
			if isJSON := c.reason == "it is null" || strings.Contains(c.reason, "its field") || strings.Contains(c.reason, "another type"); bad != nil && bad.JSON != isJSON {
				t.Errorf("JSON: %t, want %t", bad.JSON, isJSON)
			}
			if len(err.Error()) > 400 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// The limit of the response is exact. An oversized response is not requested again.
func TestLimits(t *testing.T) {
	for name, size := range map[string]int{"at the limit": smallLimits.Response, "a byte above": smallLimits.Response + 1} {
		bubble(t, name, func(t *testing.T) {
			var tries atomic.Int32
			client := serve(t, Options{MaxRetries: 2, Limits: smallLimits}, func(w http.ResponseWriter, r *http.Request) {
				tries.Add(1)
				reply(200, "", strings.Repeat("x", size))(w, r)
			})
			resp, err := client.Do(t.Context(), get("/sites"))
			if allowed := size <= smallLimits.Response; allowed && (err != nil || len(resp.Body) != size) || !allowed && !errors.As(err, new(*ResponseError)) {
				t.Errorf("error %v", err)
			}
			if tries.Load() != 1 {
				t.Errorf("%d tries, want 1", tries.Load())
			}
		})
	}
}

// The only test that uses the real limits. It isn't parallel, since it moves many
// bytes.
func TestLimits_defaults(t *testing.T) {
	chunk := []byte(strings.Repeat("x", 1<<20))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(chunk); err != nil {
				return // the client has left
			}
		}
	}))
	t.Cleanup(server.Close)
	_, err := dial(t, server.URL, Options{RequestTimeout: time.Minute}).Do(t.Context(), get("/sites"))
	if !errors.As(err, new(*ResponseError)) || !strings.Contains(err.Error(), "it is larger than 32 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestRedirects_refused(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			bubble(t, method, func(t *testing.T) {
				seen := 0
				client := serve(t, Options{MaxRetries: 2}, func(w http.ResponseWriter, r *http.Request) {
					seen++
					http.Redirect(w, r, "https://user:pw@evil.test/login?SAMLRequest=Zm9v#part", code)
				})
				_, err := client.Do(t.Context(), Request{Method: method, Path: "/sessions", Body: map[string]string{"a": "b"}})
				var bad *ResponseError
				if !errors.As(err, &bad) || bad.Status != code || !strings.Contains(err.Error(), "redirects to https://evil.test/login, and") {
					t.Errorf("error %v, want one that names the target only", err)
				}
				if seen != 1 {
					t.Errorf("%d requests, want 1", seen)
				}
			})
		}
	}
	bubble(t, "without a location", func(t *testing.T) {
		client := serve(t, Options{}, status(304))
		_, err := client.Do(t.Context(), get("/"))
		if !errors.As(err, new(*ResponseError)) || !strings.Contains(err.Error(), "nowhere") {
			t.Errorf("error %v", err)
		}
	})
}

func TestStatus_any2xxIsSuccess(t *testing.T) {
	for _, code := range []int{200, 201, 202, 204, 226} {
		bubble(t, http.StatusText(code), func(t *testing.T) {
			client := serve(t, Options{}, status(code))
			response, err := client.Do(t.Context(), Request{Method: http.MethodPost, Path: "/sites"})
			if err != nil || response.Status != code {
				t.Errorf("response %+v, error %v", response, err)
			}
		})
	}
}
