package rest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// List is an answer that is a list, decoded element by element as it arrives, so
// that the text of a long one is never held.
type List[T any] struct{ Items []T }

// decode reads the list to the end of the text; it says when an element begins.
func (l *List[T]) decode(text *json.Decoder, begins func()) error {
	l.Items = nil // of a try that broke off
	for text.More() {
		var item T
		begins()
		if err := text.Decode(&item); err != nil {
			return err
		}
		l.Items = append(l.Items, item)
	}
	return nil
}

// elements are a list whose elements have any type.
type elements interface {
	decode(text *json.Decoder, begins func()) error
}

// streamKey marks the context of a request whose answer is decoded on the way.
type streamKey struct{}

// stream is where the answer to a request goes, and what was wrong with it.
type stream struct {
	into elements
	used bool // the answer had a form that could be decoded
	err  error
}

// takes tells whether the answer is decoded on the way.
func (s *stream) takes(resp *http.Response) bool {
	if s == nil {
		return false
	}
	s.used = false // by a try that broke off
	return resp.StatusCode >= 200 && resp.StatusCode < 300 && isJSON(resp.Header.Get("Content-Type"))
}

var (
	errEmpty = errors.New("it is empty")
	errNull  = errors.New("it is null")
)

// read decodes the whole body. What is wrong with the text is no fault of the
// connection.
func (s *stream) read(body *measured) {
	s.used = true
	body.allow(maxElement)
	text := json.NewDecoder(body)
	first, err := text.Token()
	switch {
	case errors.Is(err, io.EOF):
		s.err = errEmpty
	case err != nil:
		s.err = err
	case first == nil:
		s.err = errNull
	case first != json.Delim('['):
		s.err = &json.UnmarshalTypeError{} // as a whole
	default:
		s.err = s.rest(text, body)
	}
}

// rest decodes the elements, and makes sure that nothing comes after them.
func (s *stream) rest(text *json.Decoder, body *measured) error {
	if err := s.into.decode(text, func() { body.allow(maxElement) }); err != nil {
		return err
	}
	if _, err := text.Token(); err != nil { // the end of the list
		return err
	}
	if _, err := text.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(errTrailing, err)
	}
	return nil
}

var errTrailing = errors.New("there is something after the list")

// maxElement is how much of the text of a list may come without the end of an
// element, in bytes.
const maxElement = 1 << 20

// measured bounds what is read, and keeps a fault of the connection apart from
// what is wrong with the text.
type measured struct {
	from    io.Reader
	left    int   // before the answer is too large
	allowed int   // before an element of it is; 0 is no limit
	err     error // why no more is read, but for the end
}

// allow lets so much more be read.
func (m *measured) allow(n int) { m.allowed = n }

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.left -= n
	if m.allowed > 0 {
		if m.allowed -= n; m.allowed <= 0 {
			err = errLongElement
		}
	}
	if m.left < 0 {
		err = errTooLarge
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}
