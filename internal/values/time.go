package values

import (
	"errors"
	"fmt"
	"time"
)

// Duration returns a duration in Go's format.
func Duration(text string) (string, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return "", errors.New("it must be a duration such as 90s, 5m or 2h30m, and not negative")
	}
	return d.String(), nil
}

// Timeout returns the text unchanged. It refuses a duration that is not above zero.
func Timeout(text string) (string, error) {
	if d, err := time.ParseDuration(text); err != nil || d <= 0 {
		return "", fmt.Errorf("%q is not a duration above zero, such as 30s, 5m or 2h30m", text)
	}
	return text, nil
}

// Time returns a time in RFC 3339 format in UTC.
func Time(text string) (string, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "", errors.New("it must be a time in RFC 3339 format, such as 2026-12-01T02:00:00Z")
	}
	return at.UTC().Format(time.RFC3339Nano), nil
}
