package rest

import (
	"encoding/json"
	"errors"
	"io"
)

// List is a response that is a list. It is decoded item by item as it arrives, so
// that the text of a long list is never in memory as a whole.
type List[T any] struct{ Items []T }

// Page is a response that is one page of a list: an object with the items, and the
// number of items on all pages. It is decoded like a List.
type Page[T any] struct {
	Items  []T  // nil if the response has none
	Total  *int // nil if the response has none
	IsList bool // the response is a plain list
}

// streamed is a response that is decoded as it arrives.
type streamed interface {
	// decode reads what follows the first token, to the end of the list or object.
	decode(first json.Token, text *json.Decoder, beginItem func()) error
}

func (l *List[T]) decode(first json.Token, text *json.Decoder, beginItem func()) (err error) {
	l.Items = nil // drop the items of a failed try
	if first != json.Delim('[') {
		return &json.UnmarshalTypeError{} // no field: the whole response
	}
	l.Items, err = decodeItems[T](text, beginItem)
	return err
}

func (p *Page[T]) decode(first json.Token, text *json.Decoder, beginItem func()) (err error) {
	*p = Page[T]{IsList: first == json.Delim('[')} // without the items of a failed try
	if p.IsList {
		p.Items, err = decodeItems[T](text, beginItem)
		return err
	}
	if first != json.Delim('{') {
		return &json.UnmarshalTypeError{} // no field: the whole response
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
		return r.JSON(new(any))      // describes the body in its error
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
