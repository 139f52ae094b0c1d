// Package values knows every way to write the values that people pass to the
// provider: thumbprints, URLs, PEM texts, tokens, names and descriptions. Each has
// one function that returns its canonical form, or an error that says what the
// text looks like and what to write instead. An error never repeats a secret.
package values

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// isInvisible reports whether a character is invisible, such as U+200E, which
// Windows adds before a thumbprint, and the byte order mark.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// trim removes white space and invisible characters from both ends.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) })
}

// checkVisible returns an error with the position, from 1, of the first invisible
// character.
func checkVisible(text string) error {
	for i, r := range []rune(text) {
		if isInvisible(r) {
			return fmt.Errorf("character %d is the invisible %U: remove it", i+1, r)
		}
	}
	return nil
}

// SiteName returns the name of a site in composed Unicode (NFC), for comparison.
// Requests use the name as the appliance writes it.
func SiteName(name string) string { return norm.NFC.String(name) }

// Description returns a description as an appliance may store it: with single line
// feeds, and without white space at its ends.
func Description(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"))
}
