// Package rest sends requests to the HTTP API of a system and returns typed errors.
// A request passes a chain of handlers, each in its own file:
//
//	retry    repeats a failed request where that is safe and may help
//	check    turns a status outside 2xx into an error
//	limit    limits the number of requests in flight
//	timeout  limits the time of one try
//	log      reports each try, without secrets
//	send     sends the request and reads the response, up to a maximum size
//
// README.md lists what each response means for the request.
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
	DecodeError    func(body []byte) (code, msg string) // decodes the system's error body; both are empty for another body
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

// BaseURL returns the address of the system.
func (c *Client) BaseURL() *url.URL { return c.options.BaseURL }

// RequestTimeout returns the time limit of one try of a request.
func (c *Client) RequestTimeout() time.Duration { return c.options.RequestTimeout }

// Close drops idle connections.
func (c *Client) Close() { c.base.CloseIdleConnections() }

// Do sends the request and returns its response when the status is 2xx. GET and
// HEAD are sent again after a connection error and after 429, 502, 503 and 504;
// other requests are sent once, unless they have RetryBusy or Login.
//
// Errors: *ConnectionError, *tlsutil.TrustError, *StatusError, *ResponseError.
// OutcomeOf returns what they mean for the request.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	r.Secrets = c.secrets.add(r.Secrets)
	prepared, err := c.prepare(ctx, r)
	if err != nil {
		return nil, err
	}
	return c.handle(ctx, prepared)
}
