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

// Response is a 2xx response, read to its end.
type Response struct {
	Call
	Status int
	Header http.Header
	Body   []byte

	secrets []string
}

func (r *Response) isSuccess() bool { return r.Status >= 200 && r.Status < 300 }

// JSON decodes the body into v. It fails with *ResponseError when the body is
// empty, is not JSON by its media type, or has another form than v.
func (r *Response) JSON(v any) error {
	if len(r.Body) == 0 {
		return r.unusable(errEmpty)
	}
	if mediaType := r.mediaType(); !isJSON(mediaType) {
		return r.notJSON(mediaType)
	}
	if string(bytes.TrimSpace(r.Body)) == "null" {
		return r.unusable(errNull) // no call of an API returns null
	}
	return r.unusable(json.Unmarshal(r.Body, v))
}

// unusable turns a decoding error into a *ResponseError. Nil stays nil.
func (r *Response) unusable(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errEmpty):
		return &ResponseError{Call: r.Call, Status: r.Status, Reason: errEmpty.Error(), Empty: true}
	case errors.Is(err, errNull):
		return r.OtherForm(errNull.Error())
	}
	reason, isJSON := describeJSON(err)
	return &ResponseError{Call: r.Call, Status: r.Status, Reason: reason, JSON: isJSON, Err: err}
}

// OtherForm returns the *ResponseError of JSON that is not as documented.
func (r *Response) OtherForm(reason string) error {
	return &ResponseError{Call: r.Call, Status: r.Status, Reason: reason, JSON: true}
}

func (r *Response) invalid(reason string, err error) error {
	return &ResponseError{Call: r.Call, Status: r.Status, Reason: reason, Err: err}
}

// notJSON returns the error of a response of another media type.
func (r *Response) notJSON(mediaType string) error {
	reason := fmt.Sprintf("it is %s, not JSON%s", mediaType, r.page())
	return &ResponseError{Call: r.Call, Status: r.Status, Reason: reason, HTML: r.isHTML()}
}

// HTMLError returns a *ResponseError if the response is an HTML page, else nil. It
// is for calls whose result is in the headers.
func (r *Response) HTMLError() error {
	if !r.isHTML() {
		return nil
	}
	return r.notJSON(r.mediaType())
}

// page returns the beginning of an HTML page, which shows what sent it. Other
// bodies are not shown, because they may hold secrets.
func (r *Response) page() string {
	if !r.isHTML() {
		return ""
	}
	return ": " + excerpt(r.Body, r.secrets)
}

// mediaType returns the media type of the response, or "". A page is recognized
// without a Content-Type too.
func (r *Response) mediaType() string {
	mediaType := r.Header.Get("Content-Type")
	if detected := http.DetectContentType(r.Body); mediaType == "" && strings.HasPrefix(detected, "text/html") {
		return detected
	}
	return mediaType
}

func (r *Response) isHTML() bool { return isHTML(r.mediaType()) }

// isHTML reports whether a media type is that of a page.
func isHTML(mediaType string) bool {
	mediaType = strings.ToLower(mediaType)
	return strings.HasPrefix(mediaType, "text/html") || strings.HasPrefix(mediaType, "application/xhtml+xml")
}

// isJSON reports whether a media type is one of JSON. A response without a media
// type counts as JSON.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	if errors.Is(err, mime.ErrInvalidMediaParameter) {
		err = nil // the type itself is valid
	}
	return err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"))
}

// describeJSON describes a decoding error without the value that caused it, which
// could be a secret, and reports whether the text is JSON.
func describeJSON(err error) (reason string, isJSON bool) {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return "as a whole it is of another type than documented", true
	case errors.As(err, &wrongType):
		return fmt.Sprintf("its field %q is of another type than documented", wrongType.Field), true
	}
	return "it is not valid JSON", false
}

// excerptLength is how much of an unknown body is shown, in bytes.
const excerptLength = 160

// excerpt returns the beginning of a body, on one line, without the secrets.
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
