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

	// DecodeInto, a *List or a *Page, takes the response, whose Body is empty then.
	DecodeInto streamed

	// Secrets must not show in any error text, even if the server repeats them.
	Secrets []string

	// Finish lets a request that has begun go on when the context ends, within the
	// request timeout: its response says what it started.
	Finish bool

	// NoTimeout lets the context alone limit the time: the server contacts others
	// before it answers.
	NoTimeout bool

	// NoLimit sends the request however many are in flight. It is for the end of
	// sessions, which has little time at the end of the process.
	NoLimit bool

	// RetryBusy sends the request again, within Options.MaxRetries, where it has not
	// been performed since the server can't be reached or is busy (429, 503).
	RetryBusy bool

	// Login is RetryBusy for a request that opens a session: a server that responds
	// with 502 or 503 has opened none, even if something in front of it responds.
	Login bool
}

// request is a Request on its way through the chain.
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

// address is the URL of a request.
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
