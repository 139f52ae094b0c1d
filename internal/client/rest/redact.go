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

// secrets are all secrets that a client has sent: a server may repeat one in its
// response to another request.
type secrets struct {
	lock sync.Mutex
	sent map[string]struct{}
}

// add adds the secrets of a request and returns all there are.
func (s *secrets) add(more []string) []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.sent == nil {
		s.sent = map[string]struct{}{}
	}
	for _, secret := range more {
		s.sent[secret] = struct{}{}
	}
	return slices.Collect(maps.Keys(s.sent))
}

// shortestSecret is the length of the shortest secret looked for: every text
// contains shorter ones, and holes in it would rather show what they are.
const shortestSecret = 3

// redact replaces every secret in a text that came from outside, also where it
// is escaped as in the request or in a page about it.
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

// escapes are the forms in which a secret may come back.
func escapes(secret string) []string {
	quoted, _ := json.Marshal(secret) // text always marshals
	ours := string(quoted[1 : len(quoted)-1])
	theirs := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(ours) // Go alone escapes these
	return []string{secret, ours, theirs, url.QueryEscape(secret), html.EscapeString(secret)}
}

// redactedError is an error whose text doesn't show the secrets of its request.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

// redactError matters where net/http quotes a response that it can't read.
func redactError(err error, secrets []string) error {
	if text := redact(err.Error(), secrets); text != err.Error() {
		return &redactedError{text: text, err: err}
	}
	return err
}
