package tlsutil

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
)

// ErrTimeout is the reason of a handshake that took longer than the request timeout.
var ErrTimeout = errors.New("it took longer than the request timeout")

// PeerCertificate returns the certificate that a host (with an optional port)
// shows, whether or not it is trusted. It begins a TLS handshake, through the proxy
// of the environment, and ends it there: no request is sent. Of a certificate that
// Go can't parse it returns the bytes, names and dates. Errors: *HandshakeError.
func PeerCertificate(ctx context.Context, host string) (*x509.Certificate, error) {
	certificate, err := handshake(ctx, host)
	if err == nil || ctx.Err() != nil {
		return certificate, err
	}
	if der := recordCertificate(ctx, host); der != nil {
		certificate, _ := parseNames(der) // the bytes alone give the thumbprint
		return certificate, nil
	}
	return nil, err
}

// unreadable returns the certificate of a host if Go can't parse it, and why; else
// nil.
func unreadable(ctx context.Context, host string) (*x509.Certificate, error) {
	der := recordCertificate(ctx, host)
	if der == nil {
		return nil, nil
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		leaf, _ := parseNames(der) // the bytes alone give the thumbprint
		return leaf, &UnreadableError{NegativeSerial: leaf.SerialNumber != nil && leaf.SerialNumber.Sign() < 0, Err: err}
	}
	return nil, nil
}

// peerError ends a handshake once it has shown the certificate.
type peerError struct{ *x509.Certificate }

func (peerError) Error() string { return "the certificate is known" }

// handshake returns the certificate of a host that Go can parse.
func handshake(ctx context.Context, host string) (*x509.Certificate, error) {
	err := connect(ctx, host, &http.Transport{TLSClientConfig: showOnly()})
	var peer peerError
	if errors.As(err, &peer) {
		return peer.Certificate, nil
	}
	return nil, &HandshakeError{Host: host, Err: err}
}

// recordCertificate returns the bytes of a host's certificate, or nil. It reads
// them off the connection, as TLS 1.2 sends them, before Go parses them.
func recordCertificate(ctx context.Context, host string) []byte {
	recorded := &recorder{}
	config := showOnly()
	config.MaxVersion = tls.VersionTLS12
	_ = connect(ctx, host, &http.Transport{DialContext: recorded.dial, TLSClientConfig: config}) // always fails
	return recorded.certificate()
}

// showOnly is the configuration of a handshake that ends once the server has shown
// its certificate.
func showOnly() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent on this connection
		VerifyConnection: func(state tls.ConnectionState) error {
			return peerError{state.PeerCertificates[0]}
		},
	}
}

// connect begins a handshake with a host, which has to end in an error.
func connect(ctx context.Context, host string, by *http.Transport) error {
	by.Proxy = plainProxy
	defer by.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+host, nil)
	if err != nil {
		return err
	}
	_, err = by.RoundTrip(req) //nolint:bodyclose // every handshake ends in an error
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

var errTLSProxy = errors.New("the proxy is reached by TLS, which hides the certificate behind it")

// plainProxy is the proxy of the environment. One reached by TLS would show its
// own certificate first.
func plainProxy(req *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err == nil && proxy != nil && proxy.Scheme == "https" {
		return nil, errTLSProxy
	}
	return proxy, err
}
