package storware

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
)

const plainJSON = "application/json"

// ErrorForm is what the body of a refused request looks like. The reference
// has no error schema.
type ErrorForm int

// The forms of errors.
const (
	NestedError   ErrorForm = iota // {"error": {"message": …}}
	TopLevelError                  // {"message": …}
	TextError                      // plain text
	HTMLError                      // the page of a web server, without the server's text
	EmptyError                     // nothing
)

// problem is a refused request.
type problem struct {
	status int
	text   string
	strict bool // a client that knows the API never sends such a request
	header http.Header
}

func refuse(status int, format string, args ...any) *problem {
	return &problem{status: status, text: fmt.Sprintf(format, args...)}
}

// violation refuses a request which breaks the API itself.
func violation(status int, format string, args ...any) *problem {
	p := refuse(status, format, args...)
	p.strict = true
	return p
}

// reply is what a handler answers.
type reply struct {
	status int
	body   any // nil: no body
	header http.Header
}

// answer is a reply ready for the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAnswer(status int, header http.Header, contentType string, body []byte) answer {
	out := answer{status: status, header: http.Header{}, body: body}
	maps.Copy(out.header, header)
	if body != nil {
		out.header.Set("Content-Type", contentType)
	}
	return out
}

func (r reply) encode(statusOK bool) answer {
	if statusOK {
		r.status = http.StatusOK
	}
	if r.body == nil {
		return newAnswer(r.status, r.header, "", nil)
	}
	return newAnswer(r.status, r.header, plainJSON, mustJSON(r.body))
}

func (p *problem) encode(form ErrorForm) answer {
	message := map[string]string{"message": p.text}
	switch form {
	case TopLevelError:
		return newAnswer(p.status, p.header, plainJSON, mustJSON(message))
	case TextError:
		return newAnswer(p.status, p.header, "text/plain; charset=utf-8", []byte(p.text))
	case HTMLError:
		page := fmt.Sprintf("<html>\n<head><title>%d</title></head>\n<body></body>\n</html>\n", p.status)
		return newAnswer(p.status, p.header, "text/html", []byte(page))
	case EmptyError:
		return newAnswer(p.status, p.header, "", nil)
	default:
		return newAnswer(p.status, p.header, plainJSON, mustJSON(map[string]any{"error": message}))
	}
}

func mustJSON(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // every body is made of plain values
	}
	return body
}

func (out answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client may have left
}
