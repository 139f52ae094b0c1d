package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
)

const plainJSON = "application/json;charset=UTF-8"

// apiError is ApiError.
type apiError struct {
	Code       string `json:"code"`
	Msg        string `json:"msg"`
	Args       []any  `json:"args"`
	Stacktrace string `json:"stacktrace"`
}

// newAPIError returns an error whose arguments are not all strings and that has a stack trace. A client must not show
// the stack trace.
func newAPIError(code, format string, args ...any) *apiError {
	msg := fmt.Sprintf(format, args...)
	if args == nil {
		args = []any{}
	}
	return &apiError{Code: code, Msg: msg, Args: args, Stacktrace: "com.vmware.h4.api.error.exceptions.SimulatedException: " + msg}
}

// problem is a refused request.
type problem struct {
	*apiError
	status int
	strict bool // the request breaks the API, which counts as a violation
	header http.Header
}

func (p *problem) Error() string { return p.Code + ": " + p.Msg }

func refuse(status int, code, format string, args ...any) *problem {
	return &problem{apiError: newAPIError(code, format, args...), status: status}
}

// violation refuses a request that breaks the API.
func violation(status int, code, format string, args ...any) *problem {
	p := refuse(status, code, format, args...)
	p.strict = true
	return p
}

// reply is the result of a handler.
type reply struct {
	status int
	body   any // nil: no body
	header http.Header
	plain  bool // application/json for every version
}

// response is an encoded reply.
type response struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) encode(mediaType string) response {
	out := response{status: r.status, header: http.Header{}}
	maps.Copy(out.header, r.header)
	if r.body == nil {
		return out
	}
	if r.plain {
		mediaType = plainJSON
	}
	out.header.Set("Content-Type", mediaType)
	body, err := json.Marshal(r.body)
	if err != nil {
		panic(err) // every body is made of plain values
	}
	out.body = body
	return out
}

func (p *problem) encode(mediaType string) response {
	return reply{status: p.status, body: p.apiError, header: p.header}.encode(mediaType)
}

func (out response) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), out.header)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // the client may have disconnected
}
