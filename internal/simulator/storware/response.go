package storware

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
)

const plainJSON = "application/json"

// ErrorForm is the form of an error response. The reference has no error schema.
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
	strict bool // the request breaks the API, which counts as a violation
	header http.Header
}

func refuse(status int, format string, args ...any) *problem {
	return &problem{status: status, text: fmt.Sprintf(format, args...)}
}

// violation refuses a request that breaks the API.
func violation(status int, format string, args ...any) *problem {
	p := refuse(status, format, args...)
	p.strict = true
	return p
}

// reply is the result of a handler.
type reply struct {
	status int
	body   any // nil: no body
	header http.Header
}

// response is an encoded reply.
type response struct {
	status int
	header http.Header
	body   []byte
}

func newResponse(status int, header http.Header, contentType string, body []byte) response {
	out := response{status: status, header: http.Header{}, body: body}
	maps.Copy(out.header, header)
	if body != nil {
		out.header.Set("Content-Type", contentType)
	}
	return out
}

func (r reply) encode(statusOK bool) response {
	if statusOK {
		r.status = http.StatusOK
	}
	if r.body == nil {
		return newResponse(r.status, r.header, "", nil)
	}
	return newResponse(r.status, r.header, plainJSON, mustJSON(r.body))
}

func (p *problem) encode(form ErrorForm) response {
	message := map[string]string{"message": p.text}
	switch form {
	case TopLevelError:
		return newResponse(p.status, p.header, plainJSON, mustJSON(message))
	case TextError:
		return newResponse(p.status, p.header, "text/plain; charset=utf-8", []byte(p.text))
	case HTMLError:
		page := fmt.Sprintf("<html>\n<head><title>%d</title></head>\n<body></body>\n</html>\n", p.status)
		return newResponse(p.status, p.header, "text/html", []byte(page))
	case EmptyError:
		return newResponse(p.status, p.header, "", nil)
	default:
		return newResponse(p.status, p.header, plainJSON, mustJSON(map[string]any{"error": message}))
	}
}

func mustJSON(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // every body is made of plain values
	}
	return body
}

func (out response) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client may have disconnected
}
