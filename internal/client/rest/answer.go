package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode"
)

// Response is a 2xx answer, read to its end.
type Response struct {
	Call
	Status int
	Header http.Header
	Body   []byte

	secrets []string
}

// JSON decodes the body into v. It fails with *AnswerError when the body is
// empty, is not JSON by its media type, or does not fit v.
func (a *Response) JSON(v any) error {
	if len(a.Body) == 0 {
		return a.unfit(errEmpty)
	}
	if kind := a.Header.Get("Content-Type"); !isJSON(kind) {
		return a.problem(fmt.Sprintf("it is %s, not JSON%s", kind, a.page()), nil)
	}
	if string(bytes.TrimSpace(a.Body)) == "null" {
		return a.unfit(errNull) // an object or a list is never null as a whole
	}
	return a.unfit(json.Unmarshal(a.Body, v))
}

// fits is JSON for an answer that was decoded on the way, where its form allowed.
func (a *Response) fits(s *stream) error {
	if !s.used {
		return a.JSON(new(any))
	}
	return a.unfit(s.err)
}

// unfit is what is wrong with the text of the answer, if anything.
func (a *Response) unfit(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errEmpty):
		return &ResponseError{Call: a.Call, Status: a.Status, Reason: errEmpty.Error(), Empty: true}
	case errors.Is(err, errNull):
		return a.problem(errNull.Error(), nil)
	}
	return a.problem(describeJSON(err), err)
}

// page shows the beginning of an HTML answer, which tells whose it is. Anything
// else could be what was asked for, secrets included.
func (a *Response) page() string {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return ""
	}
	return ": " + excerpt(a.Body, a.secrets)
}

func (a *Response) problem(reason string, err error) error {
	return &ResponseError{Call: a.Call, Status: a.Status, Reason: reason, Err: err}
}

func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if errors.Is(err, mime.ErrInvalidMediaParameter) {
		err = nil // the kind is fine
	}
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// describeJSON words a decoding error without the value at fault, which could
// be anything.
func describeJSON(err error) string {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return "as a whole it is of another type than documented"
	case errors.As(err, &wrongType):
		return fmt.Sprintf("its field %q is of another type than documented", wrongType.Field)
	}
	return "it is not valid JSON"
}

// excerptLength is how much of a foreign body is shown, in bytes.
const excerptLength = 160

// excerpt is the beginning of a body, on one line, without the secrets.
func excerpt(body []byte, secrets []string) string {
	cut := ""
	text := redact(string(body), secrets)
	if len(text) > excerptLength {
		text, cut = text[:excerptLength], "…"
	}
	words := strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	})
	return strings.Join(words, " ") + cut
}
