// Package transport is the one HTTP layer below every system the provider
// talks to: trust, retry of reads, a limit on requests in flight, the
// operation id, and errors that say what went wrong by type.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// Pauses between the tries of a read; Retry-After of a 429 or 503 beats them.
const (
	retryWaitMin = 250 * time.Millisecond
	retryWaitMax = 8 * time.Second
)

// maxAnswer is the size of the longest answer read, in bytes. A list of five
// thousand pairings with certificates takes about a third of it.
const maxAnswer = 32 << 20

// Options configures a Client. BaseURL and RequestTimeout are required.
type Options struct {
	BaseURL        *url.URL
	Trust          tlsutil.Trust
	UserAgent      string
	RequestTimeout time.Duration // one HTTP request, its answer included
	MaxRetries     int           // of reads; 0 sends once
	MaxConcurrent  int           // requests in flight; 0 is no limit
	Jar            http.CookieJar
	DecodeError    func(body []byte) (code, msg string) // the system's own error body
	Log            func(context.Context, Event)
}

// Event is what may be logged of one HTTP request: never a body, a header or
// a query.
type Event struct {
	Method, Path, OperationID string
	Status                    int // 0: no answer
	Duration                  time.Duration
	Err                       error
}

// Request is one call. Path is escaped and starts with a slash. Body, when not
// nil, is sent as JSON. Into, when not nil, is a *List that takes the answer; its
// body is empty then. Secrets lists what must not show in any error text even
// if the server repeats it. With Finish a request that has begun goes on when
// the context ends, within the request timeout: its answer says what it started.
type Request struct {
	Method, Path string
	Query        url.Values
	Header       http.Header
	Body         any
	DecodeInto   elements
	Secrets      []string
	Finish       bool
}

// Client sends requests to one system. It is safe for concurrent use.
type Client struct {
	options Options
	base    *http.Transport
	reads   *http.Client
	writes  *http.Client
	secrets sync.Map // every secret sent so far
}

// New prepares a client; it contacts nobody. It fails when the CA certificate
// or the thumbprint of the trust settings can't be read.
func New(o Options) (*Client, error) {
	tlsConfig, err := o.Trust.TLSConfig(o.BaseURL)
	if err != nil {
		return nil, err
	}
	base := &http.Transport{Proxy: http.ProxyFromEnvironment} // should somebody have replaced the default
	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		base = standard.Clone() // keeps the proxy variables working
	}
	base.TLSClientConfig = tlsConfig
	base.MaxIdleConnsPerHost = max(o.MaxConcurrent, http.DefaultMaxIdleConnsPerHost)

	try := &attempt{next: base, timeout: o.RequestTimeout, log: o.Log}
	if o.MaxConcurrent > 0 {
		try.slots = make(chan struct{}, o.MaxConcurrent)
	}
	tries := &http.Client{Transport: try, CheckRedirect: keepRedirect}
	retry := &retryablehttp.Client{
		HTTPClient:   tries,
		RetryMax:     o.MaxRetries,
		RetryWaitMin: retryWaitMin,
		RetryWaitMax: retryWaitMax,
		Backoff:      retryablehttp.DefaultBackoff,
		CheckRetry:   retryInTime,
		ErrorHandler: lastTry,
	}
	reads := retry.StandardClient()
	reads.CheckRedirect = keepRedirect
	reads.Jar = o.Jar // outside the tries: each would add the cookies again
	writes := &http.Client{Transport: try, Jar: o.Jar, CheckRedirect: keepRedirect}
	return &Client{options: o, base: base, reads: reads, writes: writes}, nil
}

// keepRedirect hands a redirect back as the answer: a login or a token must not
// follow to another place.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// BaseURL is the address the client was made for.
func (c *Client) BaseURL() *url.URL { return c.options.BaseURL }

// RequestTimeout bounds one HTTP request.
func (c *Client) RequestTimeout() time.Duration { return c.options.RequestTimeout }

// Close drops idle connections.
func (c *Client) Close() { c.base.CloseIdleConnections() }

// Do sends the request and returns its answer when the status is 2xx.
// GET and HEAD are tried again after a connection error and after 429, 502, 503
// and 504; nothing else is sent twice here.
//
// Errors: *ConnectionError, *tlsutil.TrustError, *StatusError, *AnswerError.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	r.Secrets = c.remember(r.Secrets)
	var taken *stream
	if r.DecodeInto != nil {
		taken = &stream{into: r.DecodeInto}
		ctx = context.WithValue(ctx, streamKey{}, taken)
	}
	req, err := c.httpRequest(ctx, r)
	if err != nil {
		return nil, err
	}
	wrote := &wroteMark{}
	req = wrote.watch(req)
	resp, err := c.clientFor(r.Method).Do(req)
	call := Call{Method: r.Method, Path: r.Path, OperationID: OperationID(ctx)}
	if err != nil {
		return nil, connectionError(call, req, err, wrote)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		return nil, connectionError(call, req, err, wrote)
	}
	answer := &Response{Call: call, Status: resp.StatusCode, Header: resp.Header, Body: body.Bytes(), secrets: r.Secrets}
	if err := c.check(answer); err != nil || taken == nil {
		return answer, err
	}
	return answer, answer.fits(taken)
}

// remember keeps the secrets of a request and returns all there were: a server
// may repeat one in its answer to another request.
func (c *Client) remember(secrets []string) []string {
	for _, secret := range secrets {
		c.secrets.Store(secret, nil)
	}
	var all []string
	c.secrets.Range(func(key, _ any) bool {
		if secret, ok := key.(string); ok {
			all = append(all, secret)
		}
		return true
	})
	return all
}

func (c *Client) clientFor(method string) *http.Client {
	if method == http.MethodGet || method == http.MethodHead {
		return c.reads
	}
	return c.writes
}

func (c *Client) httpRequest(ctx context.Context, r Request) (*http.Request, error) {
	target := *c.options.BaseURL
	escaped := strings.TrimRight(target.EscapedPath(), "/") + r.Path
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, fmt.Errorf("the path %q is not escaped: %w", r.Path, err)
	}
	target.Path, target.RawPath, target.RawQuery = path, escaped, r.Query.Encode()

	var body []byte
	if r.Body != nil {
		if body, err = json.Marshal(r.Body); err != nil {
			return nil, fmt.Errorf("encode the request: %w", err)
		}
	}
	ctx = context.WithValue(ctx, secretsKey{}, r.Secrets)
	if r.Finish {
		ctx = context.WithValue(ctx, finishKey{}, true)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if r.Body == nil {
		req.Body, req.GetBody, req.ContentLength = nil, nil, 0
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, r.Header)
	req.Header.Set("User-Agent", c.options.UserAgent)
	if id := OperationID(ctx); id != "" {
		req.Header.Set("operationID", id)
	}
	return req, nil
}

// check turns an answer outside 2xx into an error.
func (c *Client) check(a *Response) error {
	switch {
	case a.Status >= 200 && a.Status < 300:
		return nil
	case a.Status >= 300 && a.Status < 400:
		return a.problem(fmt.Sprintf("it redirects to %s, and redirects are not followed", a.location()), nil)
	}
	e := &StatusError{Call: a.Call, Status: a.Status, Header: a.Header}
	if c.options.DecodeError != nil {
		e.Code, e.Msg = c.options.DecodeError(a.Body)
	}
	if e.Code == "" && e.Msg == "" {
		e.Msg = excerpt(a.Body, a.secrets)
	}
	e.Code, e.Msg = redact(e.Code, a.secrets), redact(e.Msg, a.secrets)
	return e
}

// location is where a redirect leads, without its query: that of a login page
// may hold a token.
func (a *Response) location() string {
	target, err := url.Parse(a.Header.Get("Location"))
	if err != nil || target.Host+target.Path == "" {
		return "nowhere"
	}
	target.User, target.RawQuery, target.ForceQuery, target.Fragment = nil, "", false, ""
	return redact(target.String(), a.secrets)
}
