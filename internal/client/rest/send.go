package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// newTransport makes the connections of a client.
func newTransport(config *tls.Config, o Options) *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment} // in case the default has been replaced
	if standard, ok := http.DefaultTransport.(*http.Transport); ok {
		t = standard.Clone()
	}
	t.DialContext, t.TLSHandshakeTimeout = (&net.Dialer{}).DialContext, 0 // the request timeout bounds both
	if o.Dial != nil {
		t.DialContext = o.Dial
	}
	t.TLSClientConfig = config
	t.MaxIdleConnsPerHost = max(o.MaxConcurrent, http.DefaultMaxIdleConnsPerHost)
	t.OnProxyConnectResponse = checkProxy
	return t
}

// checkProxy returns the error of a proxy that refuses to connect to the server.
func checkProxy(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Host: proxy.Host, Status: resp.StatusCode}
}

// keepRedirect returns a redirect as the response, so that no login or token is
// sent to another server.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// send sends a request and reads the response to its end, so that a broken body
// counts as a failed try.
func send(client *http.Client, trust *tlsutil.Verifier, limits Limits) handler {
	return func(ctx context.Context, r *request) (*Response, error) {
		var sent, handshakeFailed atomic.Bool
		trace := &httptrace.ClientTrace{
			TLSHandshakeDone: func(_ tls.ConnectionState, err error) { handshakeFailed.Store(err != nil) },
			WroteHeaders:     func() { sent.Store(true) },
		}
		req, err := r.http(httptrace.WithClientTrace(ctx, trace))
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req)
		if err != nil {
			err = r.connectionError(ctx, err, sent.Load())
			if handshakeFailed.Load() && !errors.As(err, new(*tlsutil.TrustError)) {
				if unreadable := trust.Unreadable(ctx); unreadable != nil {
					err = unreadable
				}
			}
			return nil, err
		}
		defer resp.Body.Close()
		return r.read(ctx, resp, limits)
	}
}

// notSent returns the error of a request that has not begun.
func (r *request) notSent(err error) error {
	return &ConnectionError{Call: r.call(), Host: r.url.Host, Err: err, raw: err}
}

// connectionError turns an error of net/http into a *ConnectionError. A *TrustError
// stays as it is. The URL that net/http adds is dropped, because its query may hold
// a secret.
func (r *request) connectionError(ctx context.Context, err error, sent bool) error {
	var trust *tlsutil.TrustError
	if errors.As(err, &trust) {
		return trust
	}
	raw := err
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return &ConnectionError{Call: r.call(), Host: r.url.Host, Err: redactError(err, r.Secrets), Sent: sent, raw: raw}
}
