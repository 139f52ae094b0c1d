package rest

import (
	"strings"
	"testing"
)

// BenchmarkRedact redacts the page of a proxy.
func BenchmarkRedact(b *testing.B) {
	page := strings.Repeat("<p>The request could not be served.</p>\n", 100) + "token-of-the-session"
	secrets := []string{"s3cr<t&", "token-of-the-session", "token-of-the-previous-session"}
	b.ReportAllocs()
	for b.Loop() {
		if text := redact(page, secrets); strings.Contains(text, secrets[1]) {
			b.Fatal(text)
		}
	}
}
