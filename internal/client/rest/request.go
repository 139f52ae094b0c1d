package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// Request is one call. Path is escaped and starts with a slash.
type Request struct {
	Method, Path string
	Query        url.Values
	Header       http.Header
	Body         any // sent as JSON, unless nil

	// DecodeInto, a *List or a *Page, receives the response. Its Body is then
	// empty.
	DecodeInto streamed

	// Secrets must not show in any error text, even if the server repeats them.
	Secrets []string

	// Finish lets a request that has begun go on when the context ends, within the
	// request timeout, so that its response is known.
	Finish bool

	// NoTimeout turns the request timeout off, for a call in which the server
	// contacts other systems. Only the context limits the time.
	NoTimeout bool

	// NoLimit exempts the request from Options.MaxConcurrent. It is for logouts,
	// which have little time at the end of the process.
	NoLimit bool

	// RetryBusy repeats the request, up to Options.MaxRetries, if the server can't
	// be reached or is busy (429, 503) and has not performed it.
	RetryBusy bool

	// Login is RetryBusy for a login, and repeats it after every 502 and 503:
	// neither a server nor something in front of it opens a session with that
	// status.
	Login bool
}

// request is a Request that is ready to be sent.
type request struct {
	Request
	operationID string
	url         *url.URL
	header      http.Header
	body        []byte // nil for none
}

// handler performs a request. Each handler of the chain calls the next one.
type handler func(context.Context, *request) (*Response, error)

func (c *Client) prepare(ctx context.Context, r Request) (*request, error) {
	out := &request{Request: r, operationID: OperationID(ctx), header: http.Header{}}
	var err error
	if out.url, err = c.address(r); err != nil {
		return nil, err
	}
	if r.Body != nil {
		if out.body, err = json.Marshal(r.Body); err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
		out.header.Set("Content-Type", "application/json")
	}
	maps.Copy(out.header, r.Header)
	out.header.Set("User-Agent", c.options.UserAgent)
	if out.operationID != "" {
		out.header.Set("operationID", out.operationID)
	}
	return out, nil
}

// address returns the URL of a request.
func (c *Client) address(r Request) (*url.URL, error) {
	target := *c.options.BaseURL
	escaped := strings.TrimRight(target.EscapedPath(), "/") + r.Path
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, fmt.Errorf("the path %q is not escaped: %w", r.Path, err)
	}
	target.Path, target.RawPath, target.RawQuery = path, escaped, r.Query.Encode()
	return &target, nil
}

// http makes the request of one try.
func (r *request) http(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, r.url.String(), body)
	if err != nil {
		return nil, err
	}
	out.Header = r.header.Clone()
	return out, nil
}

// call names the request in an error.
func (r *request) call() Call {
	return Call{Method: r.Method, Path: r.Path, OperationID: r.operationID}
}

// isRead reports whether the request changes nothing.
func (r *request) isRead() bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }
