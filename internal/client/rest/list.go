package rest

import (
	"encoding/json"
	"errors"
	"io"
)

// List is a response that is a list. It is decoded item by item as it arrives, so
// that the text of a long one is never held.
type List[T any] struct{ Items []T }

// Page is a response that is one page of a list: an object with the items, and how
// many there are on all pages. It is decoded like a List.
type Page[T any] struct {
	Items  []T  // nil where the response has no list of them
	Total  *int // nil where the response does not say
	IsList bool // the response is the list itself
}

// streamed is a response that is decoded as it arrives.
type streamed interface {
	// decode reads what follows the first token, to the end of the list or object.
	decode(first json.Token, text *json.Decoder, beginItem func()) error
}

func (l *List[T]) decode(first json.Token, text *json.Decoder, beginItem func()) (err error) {
	l.Items = nil // of a try that broke off
	if first != json.Delim('[') {
		return &json.UnmarshalTypeError{} // as a whole
	}
	l.Items, err = decodeItems[T](text, beginItem)
	return err
}

func (p *Page[T]) decode(first json.Token, text *json.Decoder, beginItem func()) (err error) {
	*p = Page[T]{IsList: first == json.Delim('[')} // nothing of a try that broke off
	if p.IsList {
		p.Items, err = decodeItems[T](text, beginItem)
		return err
	}
	if first != json.Delim('{') {
		return &json.UnmarshalTypeError{} // as a whole
	}
	for text.More() {
		beginItem()
		name, err := text.Token()
		if err == nil {
			err = p.decodeField(name, text, beginItem)
		}
		if err != nil {
			return err
		}
	}
	_, err = text.Token() // the end of the object
	return err
}

func (p *Page[T]) decodeField(name json.Token, text *json.Decoder, beginItem func()) error {
	switch name {
	case "items":
		first, err := text.Token()
		switch {
		case err != nil || first == nil:
			return err
		case first != json.Delim('['):
			return &json.UnmarshalTypeError{Field: "items"}
		}
		p.Items, err = decodeItems[T](text, beginItem)
		return err
	case "total":
		return text.Decode(&p.Total)
	}
	return text.Decode(new(json.RawMessage))
}

// decodeItems decodes the items of a list, to its end.
func decodeItems[T any](text *json.Decoder, beginItem func()) ([]T, error) {
	items := []T{}
	for text.More() {
		var item T
		beginItem()
		if err := text.Decode(&item); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := text.Token() // the end of the list
	return items, err
}

var (
	errEmpty    = errors.New("it is empty")
	errNull     = errors.New("it is null")
	errTrailing = errors.New("there is something after it")
)

// readStreamed reads a response as it arrives.
func (r *Response) readStreamed(body *limitReader, into streamed) error {
	if !isJSON(r.Header.Get("Content-Type")) {
		r.Body, _ = io.ReadAll(body) // body keeps the error
		return r.JSON(new(any))      // says what it is
	}
	return r.unusable(decodeStreamed(body, into))
}

// decodeStreamed decodes a text that is one list or page and nothing more.
func decodeStreamed(body *limitReader, into streamed) error {
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
	}
	if err := into.decode(first, text, body.beginItem); err != nil {
		return err
	}
	if _, err := text.Token(); !errors.Is(err, io.EOF) {
		return errors.Join(errTrailing, err)
	}
	return nil
}
