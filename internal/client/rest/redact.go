package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// shortestSecret is the length of the shortest secret looked for: every text
// has shorter ones, and holes in it would rather show what they are.
const shortestSecret = 3

// redact replaces every secret in a text that came from outside, also where it
// is escaped as in the request or in a page about it.
func redact(text string, secrets []string) string {
	var all []string
	for _, s := range secrets {
		if len(s) >= shortestSecret {
			all = append(all, spellings(s)...)
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

func spellings(secret string) []string {
	ours, _ := json.Marshal(secret) // text always marshals
	escaped := string(ours[1 : len(ours)-1])
	theirs := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(escaped) // Go alone escapes these
	return []string{secret, escaped, theirs, url.QueryEscape(secret), html.EscapeString(secret)}
}

// redactedError words an error without the secrets of its request.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }

// redactError matters where net/http quotes an answer it can't read.
func redactError(err error, secrets []string) error {
	if err == nil {
		return nil
	}
	if text := redact(err.Error(), secrets); text != err.Error() {
		return &redactedError{text: text, err: err}
	}
	return err
}

type secretsKey struct{}

// secretsOf are the secrets of the request that ctx belongs to.
func secretsOf(ctx context.Context) []string {
	secrets, _ := ctx.Value(secretsKey{}).([]string)
	return secrets
}
