package tlsutil

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// HandshakeError is a TLS handshake that showed no certificate.
type HandshakeError struct {
	Host string
	Err  error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("no TLS handshake with %s: %v", e.Host, e.Err)
}
func (e *HandshakeError) Unwrap() error { return e.Err }

// seenError ends a handshake once it has shown the certificate.
type seenError struct{ *x509.Certificate }

func (seenError) Error() string { return "the certificate has been seen" }

// PeerCertificate is the certificate a host (with an optional port) shows,
// whoever vouches for it. It begins a TLS handshake, through the proxy of the
// environment, and ends it there: no request is sent. Errors: *HandshakeError.
func PeerCertificate(ctx context.Context, host string, timeout time.Duration) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errNoHandshake)
	defer cancel()
	once := &http.Transport{Proxy: plainProxy, TLSClientConfig: &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent to whoever it is
		VerifyConnection: func(state tls.ConnectionState) error {
			return seenError{state.PeerCertificates[0]}
		},
	}}
	defer once.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+host, nil)
	if err != nil {
		return nil, &HandshakeError{Host: host, Err: err}
	}
	_, err = once.RoundTrip(req) //nolint:bodyclose // every handshake ends in an error
	var seen seenError
	if errors.As(err, &seen) {
		return seen.Certificate, nil
	}
	return nil, &HandshakeError{Host: host, Err: cause(ctx, err)}
}

var (
	errNoHandshake = errors.New("it took longer than the request timeout")
	errTLSProxy    = errors.New("a proxy that is reached by TLS is in the way")
)

// plainProxy is the proxy of the environment. One reached by TLS would show its
// own certificate first.
func plainProxy(req *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err == nil && proxy != nil && proxy.Scheme == "https" {
		return nil, errTLSProxy
	}
	return proxy, err
}

// cause is why the context ended, where that is what ended the handshake.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
