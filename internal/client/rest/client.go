// Package rest sends requests to the HTTP API of a system and says by type what
// went wrong. A request passes a chain of handlers, each in a file of its own:
//
//	retry    sends a read again that a busy or restarting system did not serve
//	check    turns a status outside 2xx into an error
//	limit    waits while too many requests are in flight
//	timeout  bounds the time of one try
//	log      reports each try, without secrets
//	send     sends the request and reads the response, within the limits of size
//
// README.md says which response means that the request was performed.
package rest

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Options configures a Client. BaseURL and RequestTimeout are required.
type Options struct {
	BaseURL        *url.URL
	Trust          tlsutil.Trust
	UserAgent      string
	RequestTimeout time.Duration // of one try, its response included
	MaxRetries     int           // of reads, and of requests with RetryBusy or Login; 0 sends once
	MaxConcurrent  int           // requests in flight; 0 is no limit
	Dial           Dial          // nil is the network
	Limits         Limits
	Clock          clock.Clock                          // nil is clock.System
	DecodeError    func(body []byte) (code, msg string) // the system's own error body; both empty for another one
	Log            func(context.Context, Event)
}

// Dial makes a connection, as net.Dialer.DialContext does.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Client sends requests to one system. It is safe for concurrent use.
type Client struct {
	options Options
	base    *http.Transport
	handle  handler
	secrets secrets
}

// New prepares a client; it contacts nothing. It fails when the CA certificate or
// the thumbprint of the trust settings can't be read.
func New(o Options) (*Client, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	trust, err := tlsutil.NewVerifier(o.Trust, o.BaseURL, o.Clock.Now)
	if err != nil {
		return nil, err
	}
	base := newTransport(trust.TLSConfig(), o)
	client := &http.Client{Transport: base, CheckRedirect: keepRedirect}

	chain := send(client, trust, o.Limits.withDefaults())
	chain = logTries(o.Clock, o.Log, chain)
	chain = timeout(o.Clock, o.RequestTimeout, chain)
	chain = limit(o.MaxConcurrent, chain)
	chain = check(o.Clock, o.DecodeError, chain)
	chain = retry(o.Clock, o.MaxRetries, chain)
	return &Client{options: o, base: base, handle: chain}, nil
}

// BaseURL is the address the client was made for.
func (c *Client) BaseURL() *url.URL { return c.options.BaseURL }

// RequestTimeout bounds one try of a request.
func (c *Client) RequestTimeout() time.Duration { return c.options.RequestTimeout }

// Close drops idle connections.
func (c *Client) Close() { c.base.CloseIdleConnections() }

// Do sends the request and returns its response when the status is 2xx. GET and
// HEAD are sent again after a connection error and after 429, 502, 503 and 504;
// nothing else is sent twice, unless the request has RetryBusy or Login.
//
// Errors: *ConnectionError, *tlsutil.TrustError, *StatusError, *ResponseError.
// OutcomeOf says what they mean for the request.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	r.Secrets = c.secrets.add(r.Secrets)
	prepared, err := c.prepare(ctx, r)
	if err != nil {
		return nil, err
	}
	return c.handle(ctx, prepared)
}
