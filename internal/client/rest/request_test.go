package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRequest_onTheWire(t *testing.T) {
	cases := map[string]struct {
		base, operation string
		r               Request
		line            string
		header          map[string]string
		body            string
	}{
		"read": {
			base: "http://appliance.test", r: get("/sites"), line: "GET /sites",
			header: map[string]string{"User-Agent": "terraform-provider-vcda/1.2", "Operationid": "", "Content-Type": "", "Content-Length": ""},
		},
		"operation id": {
			base: "http://appliance.test", operation: "terraform-42", r: get("/sites"), line: "GET /sites",
			header: map[string]string{"Operationid": "terraform-42"},
		},
		"header": {
			base: "http://appliance.test", r: Request{Method: "GET", Path: "/sites", Header: http.Header{"X-VCAV-Auth": {"token"}, "Accept": {"a/b"}}},
			line: "GET /sites", header: map[string]string{"X-Vcav-Auth": "token", "Accept": "a/b"},
		},
		"body": {
			base: "http://appliance.test", r: Request{Method: "POST", Path: "/sites", Body: map[string]string{"site": "b"}}, line: "POST /sites",
			header: map[string]string{"Content-Type": "application/json"}, body: `{"site":"b"}`,
		},
		"delete has no body": {
			base: "http://appliance.test", r: Request{Method: "DELETE", Path: "/sites/b"}, line: "DELETE /sites/b",
			header: map[string]string{"Content-Type": ""},
		},
		"query": {
			base: "http://appliance.test", r: Request{Method: "GET", Path: "/tasks", Query: url.Values{"type": {"a&b=c"}}}, line: "GET /tasks?type=a%26b%3Dc",
		},
		"escaped path":          {base: "http://appliance.test", r: get("/sites/" + url.PathEscape("a/b ?#%é")), line: "GET /sites/a%2Fb%20%3F%23%25%C3%A9"},
		"base with a slash":     {base: "http://appliance.test/", r: get("/sites"), line: "GET /sites"},
		"base with a path":      {base: "http://appliance.test/vcda/", r: get("/sites"), line: "GET /vcda/sites"},
		"base with an escape":   {base: "http://appliance.test/a%2Fb", r: get("/sites/c%2Fd"), line: "GET /a%2Fb/sites/c%2Fd"},
		"base with two slashes": {base: "http://appliance.test//", r: get("/sites"), line: "GET /sites"},
	}
	for name, c := range cases {
		bubble(t, name, func(t *testing.T) {
			var seen *http.Request
			var body []byte
			client := serve(t, Options{UserAgent: "terraform-provider-vcda/1.2"}, func(_ http.ResponseWriter, r *http.Request) {
				seen = r
				body, _ = io.ReadAll(r.Body)
			})
			client.options.BaseURL = mustParse(t, c.base)
			ctx := t.Context()
			if c.operation != "" {
				ctx = WithOperationID(ctx, c.operation)
			}
			if _, err := client.Do(ctx, c.r); err != nil {
				t.Fatal(err)
			}
			if line := seen.Method + " " + seen.RequestURI; line != c.line {
				t.Errorf("sent %q, want %q", line, c.line)
			}
			if string(body) != c.body {
				t.Errorf("body %q, want %q", body, c.body)
			}
			for name, want := range c.header {
				if got := seen.Header.Get(name); got != want {
					t.Errorf("header %s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestRequest_cannotBeSent(t *testing.T) {
	for name, r := range map[string]Request{
		"path not escaped": get("/sites/%zz"),
		"body not JSON":    {Method: "POST", Path: "/sites", Body: func() {}},
		"no method":        {Method: "NOT A METHOD", Path: "/sites"},
		"header":           {Method: "POST", Path: "/sites", Header: http.Header{"X-VCAV-Auth": {"secret\n"}}},
	} {
		bubble(t, name, func(t *testing.T) {
			seen := 0
			client := serve(t, Options{MaxRetries: 2}, func(http.ResponseWriter, *http.Request) { seen++ })
			_, err := client.Do(t.Context(), r)
			if err == nil || seen != 0 || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, %d requests", err, seen)
			}
		})
	}
}

// Sent reports whether the server may have acted.
func TestSent(t *testing.T) {
	post := Request{Method: http.MethodPost, Path: "/sites", Body: map[string]string{"site": "b"}}
	t.Run("nothing listens", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = dial(t, "https://"+address, Options{}).Do(t.Context(), post)
		var lost *ConnectionError
		if !errors.As(err, &lost) || lost.Sent || lost.Host != address || !strings.Contains(err.Error(), "refused") {
			t.Errorf("error %v, want a refused connection and nothing sent", err)
		}
	})
	t.Run("reset after the request", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // ends with a reset
			}
			_ = conn.Close()
		}()
		_, err = dial(t, "http://"+listener.Addr().String(), Options{}).Do(t.Context(), post)
		var lost *ConnectionError
		if !errors.As(err, &lost) || !lost.Sent {
			t.Errorf("error %v, want one of a request that was sent", err)
		}
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	bubble(t, "ended without a response", func(t *testing.T) {
		_, err := serve(t, Options{}, func(http.ResponseWriter, *http.Request) { abort() }).Do(t.Context(), post)
		var lost *ConnectionError
		if !errors.As(err, &lost) || !lost.Sent {
			t.Errorf("error %v, want one of a request that was sent", err)
		}
	})
	bubble(t, "no connection in time", func(t *testing.T) {
		client := serve(t, Options{RequestTimeout: time.Second}, status(200))
		client.base.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		_, err := client.Do(t.Context(), post)
		var lost *ConnectionError
		if !errors.As(err, &lost) || lost.Sent || !errors.Is(err, ErrTimeout) {
			t.Errorf("error %v, want the timeout and nothing sent", err)
		}
	})
}

func TestStatusError(t *testing.T) {
	decode := func(body []byte) (code, msg string) {
		code, msg, _ = strings.Cut(string(body), "|")
		return code, msg
	}
	cases := map[string]struct {
		decode func([]byte) (string, string)
		status int
		body   string
		want   string
	}{
		"code and message": {decode, 403, "Forbidden|Permission denied.", "POST /sites: status 403 Forbidden: Permission denied."},
		"code only":        {decode, 401, "NotAuthenticated|", "POST /sites: status 401 NotAuthenticated"},
		"another body":     {func([]byte) (string, string) { return "", "" }, 502, "<html>\n<h1>Bad  Gateway</h1>", "POST /sites: status 502: <html> <h1>Bad Gateway</h1>"},
		"no decoder":       {nil, 500, "oops", "POST /sites: status 500: oops"},
		"empty":            {nil, 503, "", "POST /sites: status 503"},
		"control codes":    {nil, 500, "a\x1b[31m\x00b", "POST /sites: status 500: a [31m b"},
		"no text":          {nil, 500, "\xff\xfea", "POST /sites: status 500: a"},
	}
	for name, c := range cases {
		bubble(t, name, func(t *testing.T) {
			client := serve(t, Options{DecodeError: c.decode}, reply(c.status, "", c.body))
			_, err := client.Do(WithOperationID(t.Context(), "terraform-7"), Request{Method: "POST", Path: "/sites", Query: url.Values{"token": {"q"}}})
			var e *StatusError
			if !errors.As(err, &e) || err.Error() != c.want || e.OperationID != "terraform-7" || Status(fmt.Errorf("wrapped: %w", err)) != c.status {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	if Status(errors.New("other")) != 0 {
		t.Error("another error has a status")
	}
}

func TestIsTransient(t *testing.T) {
	for code, want := range map[int]bool{400: false, 401: false, 403: false, 404: false, 408: false, 409: false, 429: true, 500: true, 502: true, 503: true, 504: true} {
		if got := (&StatusError{Status: code}).IsTransient(); got != want {
			t.Errorf("%d: %v, want %v", code, got, want)
		}
	}
}

// No error shows a secret or a part of it, in any form in which a server repeats
// it.
func TestErrors_holdNoSecrets(t *testing.T) {
	long := "token-" + strings.Repeat("0123456789", 30)
	secrets := []string{"", "p", "se", "pass", "passphrase-4711", "a\"b<c>&d e", "line one\nline two", long}
	bodies := map[string]string{}
	for _, s := range secrets[3:] {
		for how, repeated := range map[string]string{
			"as it is": s, "in JSON": fmt.Sprintf("%q", s), "in a query": url.QueryEscape(s),
			"at the cut": strings.Repeat("x", excerptLength-3) + s,
		} {
			bodies[how+" "+s[:4]] = repeated
		}
	}
	// No part of a secret that identifies it may be left.
	parts := []string{"pass", "phrase-4711", "4711", "<c>", "&d e", "line one", "line two", "token-", "0123"}
	for name, body := range bodies {
		handlers := map[string]http.HandlerFunc{
			"status": reply(500, "", body),
			"page":   reply(200, "text/html", body),
			"redirect": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://other.test/"+url.PathEscape(body))
				w.WriteHeader(http.StatusFound)
			},
		}
		for where, handler := range handlers {
			bubble(t, where+" "+name, func(t *testing.T) {
				var logged []string
				client := serve(t, Options{Log: func(_ context.Context, e Event) { logged = append(logged, fmt.Sprintf("%+v", e)) }}, handler)
				response, err := client.Do(t.Context(), Request{Method: "POST", Path: "/sessions", Query: url.Values{"q": {"query-secret"}}, Secrets: secrets, Body: secrets})
				if err == nil {
					err = response.JSON(new(struct{}))
				}
				if err == nil {
					t.Fatal("no error")
				}
				for _, text := range append(logged, err.Error()) {
					for _, part := range append(parts, "query-secret") {
						if strings.Contains(text, part) {
							t.Errorf("%q is in: %s", part, text)
						}
					}
				}
			})
		}
	}
}

// Decoded codes and messages are redacted too.
func TestErrors_decodedHoldNoSecrets(t *testing.T) {
	bubble(t, "code and message", func(t *testing.T) {
		client := serve(t, Options{DecodeError: func([]byte) (string, string) { return "Bad-s3cret", "no user s3cret" }}, status(400))
		_, err := client.Do(t.Context(), Request{Method: "POST", Path: "/sessions", Secrets: []string{"s3cret"}})
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("error %v", err)
		}
	})
}

// net/http quotes a header that it can't parse, which may hold the token.
func TestErrors_brokenResponsesHoldNoSecrets(t *testing.T) {
	for name, line := range map[string]string{"header": "HTTP/1.1 200 OK\r\nX-VCAV-Auth s3cret\r\n\r\n", "first line": "s3cret HTTP\r\n\r\n"} {
		bubble(t, name, func(t *testing.T) {
			var logged []string
			client := serve(t, Options{Log: func(_ context.Context, e Event) { logged = append(logged, fmt.Sprint(e)) }}, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}
				_, _ = io.WriteString(conn, line)
				_ = conn.Close()
			})
			_, err := client.Do(t.Context(), Request{Method: "POST", Path: "/sessions", Secrets: []string{"s3cret"}})
			var lost *ConnectionError
			if !errors.As(err, &lost) || !lost.Sent || !strings.Contains(err.Error(), "malformed") {
				t.Errorf("error %v, want a malformed response", err)
			}
			if text := fmt.Sprint(err, logged); strings.Contains(text, "s3cret") {
				t.Errorf("the secret is in: %s", text)
			}
		})
	}
}

func TestConnectionError_holdsNoQuery(t *testing.T) {
	bubble(t, "GET", func(t *testing.T) {
		client := serve(t, Options{}, func(http.ResponseWriter, *http.Request) { abort() })
		_, err := client.Do(t.Context(), Request{Method: "GET", Path: "/tasks", Query: url.Values{"user": {"somebody"}}})
		if err == nil || strings.Contains(err.Error(), "somebody") || !strings.HasPrefix(err.Error(), "GET /tasks: appliance.test: ") {
			t.Errorf("error %v", err)
		}
	})
}

// Each try is an event.
func TestLog(t *testing.T) {
	bubble(t, "two tries", func(t *testing.T) {
		var events []Event
		client := serve(t, Options{MaxRetries: 2, Log: func(_ context.Context, e Event) { events = append(events, e) }}, func(w http.ResponseWriter, _ *http.Request) {
			<-time.After(time.Second)
			switch len(events) {
			case 0:
				w.WriteHeader(http.StatusServiceUnavailable)
			case 1:
				truncated(w, nil)
			}
		})
		ctx := WithOperationID(t.Context(), "terraform-42")
		if _, err := client.Do(ctx, Request{Method: "GET", Path: "/sites/a%2Fb", Query: url.Values{"site": {"q"}}}); err != nil {
			t.Fatal(err)
		}
		failed := func(e Event) bool { return e.Err != nil }
		if len(events) != 3 || !slices.ContainsFunc(events[1:2], failed) {
			t.Fatalf("events %+v", events)
		}
		events[1].Err = nil
		event := Event{Method: "GET", Path: "/sites/a%2Fb", OperationID: "terraform-42", Duration: time.Second}
		want := []Event{event, event, event}
		want[0].Status, want[2].Status = 503, 200
		if diff := cmp.Diff(want, events); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBaseURL(t *testing.T) {
	base := mustParse(t, "https://appliance.test")
	c, err := New(Options{BaseURL: base})
	if err != nil || c.BaseURL() != base {
		t.Errorf("%v, %v", c, err)
	}
}
