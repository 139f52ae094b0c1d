package rest

import (
	"encoding/json"
	"errors"
	"io"
)

// List is a response that is a list. It is decoded item by item as it arrives, so
// that the text of a long one is never held.
type List[T any] struct{ Items []T }

// items is a list whose items have any type.
type items interface {
	decode(text *json.Decoder, beginItem func()) error
}

// decode reads the items to the end of the list.
func (l *List[T]) decode(text *json.Decoder, beginItem func()) error {
	l.Items = nil // of a try that broke off
	for text.More() {
		var item T
		beginItem()
		if err := text.Decode(&item); err != nil {
			return err
		}
		l.Items = append(l.Items, item)
	}
	return nil
}

var (
	errEmpty    = errors.New("it is empty")
	errNull     = errors.New("it is null")
	errTrailing = errors.New("there is something after the list")
)

// readList reads a response that has to be a list.
func (r *Response) readList(body *limitReader, into items) error {
	if !isJSON(r.Header.Get("Content-Type")) {
		r.Body, _ = io.ReadAll(body) // body keeps the error
		return r.JSON(new(any))      // says what it is
	}
	return r.unusable(decodeList(body, into))
}

// decodeList decodes a text that is one list and nothing more.
func decodeList(body *limitReader, into items) error {
	body.beginItem()
	text := json.NewDecoder(body)
	first, err := text.Token()
	switch {
	case errors.Is(err, io.EOF):
		return errEmpty
	case err != nil:
		return err
	case first == nil:
		return errNull
	case first != json.Delim('['):
		return &json.UnmarshalTypeError{} // as a whole
	}
	if err := into.decode(text, body.beginItem); err != nil {
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
