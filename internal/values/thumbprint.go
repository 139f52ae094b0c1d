// Package values normalizes the values that users pass to the provider: thumbprints,
// URLs, PEM texts, tokens, names and descriptions. Each kind has a function that
// returns the canonical form, or an error that describes the text and the valid
// form. An error never repeats a secret.
package values

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var (
	// label is the text that programs print before a thumbprint: "SHA-256:" (VCDA),
	// "SHA256: " (keytool), "sha256 Fingerprint=" (openssl).
	label = regexp.MustCompile(`(?i)^(?:sha-?(1|256))?\s*(?:fingerprint|thumbprint)?\s*[:=]?\s*`)

	// pairs are pairs of hex digits, with or without colons, dashes or white space
	// between them.
	pairs = regexp.MustCompile(`^[0-9A-Fa-f]{2}(?:[:-]?\s*[0-9A-Fa-f]{2})*$`)

	separators = regexp.MustCompile(`[:\-\s]+`)
)

// Sizes of thumbprints in bytes.
const (
	sizeMD5  = 16
	sizeSHA1 = 20
)

// printThumbprint is the command that prints the right thumbprint.
const printThumbprint = "openssl x509 -noout -fingerprint -sha256 -in certificate.pem"

var (
	errSHA1 = errors.New("that is a SHA-1 thumbprint, and a SHA-256 thumbprint is needed: " + printThumbprint + " prints it")
	errMD5  = errors.New("that is an MD5 thumbprint, and a SHA-256 thumbprint is needed: " + printThumbprint + " prints it")
)

// Thumbprint returns a SHA-256 thumbprint in the form of VCDA: "SHA-256:" and 32
// upper-case hex pairs joined by colons. It accepts the output of keytool, openssl,
// browsers, Windows and .NET.
func Thumbprint(text string) (string, error) {
	digits := trim(text)
	if err := checkVisible(digits); err != nil {
		return "", err
	}
	prefix := label.FindStringSubmatch(digits)
	digits = digits[len(prefix[0]):]
	if prefix[1] == "1" {
		return "", errSHA1
	}
	if !pairs.MatchString(digits) {
		return "", fmt.Errorf("a SHA-256 thumbprint has 32 pairs of hex digits, such as SHA-256:AB:CD:…; got %d characters that are no such pairs", len([]rune(text)))
	}
	sum, err := hex.DecodeString(separators.ReplaceAllString(digits, ""))
	switch {
	case err != nil:
		return "", fmt.Errorf("a SHA-256 thumbprint has 32 pairs of hex digits, such as SHA-256:AB:CD:…: %w", err)
	case len(sum) == sizeSHA1:
		return "", errSHA1
	case len(sum) == sizeMD5:
		return "", errMD5
	case len(sum) != sha256.Size:
		return "", fmt.Errorf("a SHA-256 thumbprint has 32 pairs of hex digits, such as SHA-256:AB:CD:…; got %d pairs", len(sum))
	}
	return formatThumbprint(sum), nil
}

// ThumbprintOf returns the SHA-256 thumbprint of a certificate (DER).
func ThumbprintOf(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return formatThumbprint(sum[:])
}

// EncodedThumbprint is ThumbprintOf for a certificate in DER form, encoded in base64. It
// returns "" for any other text.
func EncodedThumbprint(certificate string) string {
	der, err := base64.StdEncoding.DecodeString(certificate)
	if err != nil || len(der) == 0 {
		return ""
	}
	return ThumbprintOf(der)
}

func formatThumbprint(sum []byte) string {
	hexPairs := make([]string, len(sum))
	for i, b := range sum {
		hexPairs[i] = fmt.Sprintf("%02X", b)
	}
	return "SHA-256:" + strings.Join(hexPairs, ":")
}
