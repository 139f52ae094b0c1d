package acctest

import (
	"regexp"
	"strings"
	"testing"
)

// JoinLines joins the lines of a CLI's output, which are broken at the width of a terminal.
func JoinLines(output string) string { return strings.Join(strings.Fields(output), " ") }

// MatchTexts returns a pattern that matches the texts in this order, with any line breaks
// in them.
func MatchTexts(texts ...string) *regexp.Regexp {
	var patterns []string
	for _, text := range texts {
		var words []string
		for word := range strings.FieldsSeq(text) {
			words = append(words, regexp.QuoteMeta(word))
		}
		patterns = append(patterns, strings.Join(words, `\s+`))
	}
	return regexp.MustCompile(`(?s)` + strings.Join(patterns, `.*`))
}

// RequireTexts fails the test if one of the texts is not in the output.
func RequireTexts(t *testing.T, output string, texts ...string) {
	t.Helper()
	flat := JoinLines(output)
	for _, text := range texts {
		if !strings.Contains(flat, JoinLines(text)) {
			t.Errorf("%q is missing in\n%s", text, output)
		}
	}
}

// RequireNoTexts fails the test if one of the texts is in the output.
func RequireNoTexts(t *testing.T, output string, texts ...string) {
	t.Helper()
	flat := JoinLines(output)
	for _, text := range texts {
		if strings.Contains(flat, JoinLines(text)) {
			t.Errorf("%q should not be in\n%s", text, output)
		}
	}
}
