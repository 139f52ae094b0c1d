package rest

import (
	"cmp"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// secrets are all secrets that a client has sent. A server may repeat a secret in
// the response to another request.
type secrets struct {
	lock sync.Mutex
	sent map[string]struct{}
}

// add adds the secrets of a request and returns all secrets.
func (s *secrets) add(added []string) []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.sent == nil {
		s.sent = map[string]struct{}{}
	}
	for _, secret := range added {
		s.sent[secret] = struct{}{}
	}
	return slices.Collect(maps.Keys(s.sent))
}

// shortestSecret is the length of the shortest secret that is redacted. Shorter
// ones occur in every text, so redacting them would reveal them.
const shortestSecret = 3

// redact replaces every secret in a text from a server, also in its escaped forms.
func redact(text string, secrets []string) string {
	var all []string
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			all = append(all, escapes(s)...)
		}
	}
	// The longest first: a secret may be the beginning of another one.
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, s := range all {
		pairs = append(pairs, s, "(secret)")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// escapes returns the forms in which a server may repeat a secret.
func escapes(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string always marshals
	goEscaped := string(quoted[1 : len(quoted)-1])
	jsonEscaped := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(goEscaped) // only Go escapes these
	return []string{secret, goEscaped, jsonEscaped, url.QueryEscape(secret), html.EscapeString(secret)}
}

// redactedError is an error whose text doesn't show the secrets of its request.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

// redactError redacts an error of net/http, which quotes a response that it can't
// parse.
func redactError(err error, secrets []string) error {
	if text := redact(err.Error(), secrets); text != err.Error() {
		return &redactedError{text: text, err: err}
	}
	return err
}
