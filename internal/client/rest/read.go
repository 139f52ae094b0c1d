package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Limits are the maximum sizes of a response, in bytes. Zero is the default.
type Limits struct {
	Response int // as a whole
	Item     int // of a list that is decoded as it arrives
}

// A list of five thousand pairings with certificates takes about a third of the
// default.
const (
	defaultResponseLimit = 32 << 20
	defaultItemLimit     = 1 << 20
)

func (l Limits) withDefaults() Limits {
	if l.Response == 0 {
		l.Response = defaultResponseLimit
	}
	if l.Item == 0 {
		l.Item = defaultItemLimit
	}
	return l
}

// tooLargeError is a response, or a part of it, above a limit.
type tooLargeError struct {
	what  string
	limit int // bytes
}

func (e *tooLargeError) Error() string {
	if e.limit < 1<<20 {
		return fmt.Sprintf("%s is larger than %d bytes", e.what, e.limit)
	}
	return fmt.Sprintf("%s is larger than %d MiB", e.what, e.limit>>20)
}

// read reads a response to its end, into DecodeInto where the request has it.
func (r *request) read(ctx context.Context, from *http.Response, limits Limits) (*Response, error) {
	resp := &Response{Call: r.call(), Status: from.StatusCode, Header: from.Header, secrets: r.Secrets}
	body := &limitReader{from: from.Body, limits: limits, left: limits.Response}
	var invalid error
	if r.DecodeInto != nil && resp.isSuccess() {
		invalid = resp.readStreamed(body, r.DecodeInto)
	} else {
		resp.Body, _ = io.ReadAll(body) // body keeps the error
	}
	var large *tooLargeError
	switch {
	case errors.As(body.err, &large):
		return nil, resp.invalid(large.Error(), large)
	case body.err != nil:
		return nil, r.connectionError(ctx, body.err, true)
	case invalid != nil:
		return nil, invalid
	}
	return resp, nil
}

// limitReader enforces the limits. It keeps the read error, so that it is not taken
// for a decoding error.
type limitReader struct {
	from   io.Reader
	limits Limits
	left   int   // of the response
	item   int   // left of an item; 0 is no limit
	err    error // the read error, except io.EOF
}

// beginItem resets the limit for the next item.
func (l *limitReader) beginItem() { l.item = l.limits.Item }

func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	l.left -= n
	if l.item > 0 {
		if l.item -= n; l.item <= 0 {
			err = &tooLargeError{what: "an item of the list", limit: l.limits.Item}
		}
	}
	if l.left < 0 {
		err = &tooLargeError{what: "it", limit: l.limits.Response}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}
