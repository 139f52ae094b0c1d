package tlsutil

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
)

// ErrTimeout is the error of a handshake that took longer than the request timeout.
var ErrTimeout = errors.New("it took longer than the request timeout")

// PeerCertificate returns the certificate of a host (with an optional port),
// whether or not it is trusted. It starts a TLS handshake, through the proxy of the
// environment, and aborts it before any request. If Go can't parse the certificate,
// the result has only its bytes, names and dates. Errors: *HandshakeError.
func PeerCertificate(ctx context.Context, host string) (*x509.Certificate, error) {
	certificate, err := handshake(ctx, host)
	if err == nil || ctx.Err() != nil {
		return certificate, err
	}
	if der := recordCertificate(ctx, host); der != nil {
		certificate, _ := parseNames(der) // the thumbprint needs only the bytes
		return certificate, nil
	}
	return nil, err
}

// unreadable returns the certificate of a host, and the reason, if Go can't parse
// it.
func unreadable(ctx context.Context, host string) (*x509.Certificate, error) {
	der := recordCertificate(ctx, host)
	if der == nil {
		return nil, nil
	}
	if _, err := x509.ParseCertificate(der); err != nil {
		leaf, _ := parseNames(der) // the thumbprint needs only the bytes
		return leaf, &UnreadableError{NegativeSerial: leaf.SerialNumber != nil && leaf.SerialNumber.Sign() < 0, Err: err}
	}
	return nil, nil
}

// peerError aborts a handshake once the certificate is known.
type peerError struct{ *x509.Certificate }

func (peerError) Error() string { return "the certificate is known" }

// handshake returns the certificate of a host, if Go can parse it.
func handshake(ctx context.Context, host string) (*x509.Certificate, error) {
	err := connect(ctx, host, &http.Transport{TLSClientConfig: abortedHandshake()})
	var peer peerError
	if errors.As(err, &peer) {
		return peer.Certificate, nil
	}
	return nil, &HandshakeError{Host: host, Err: err}
}

// recordCertificate returns the bytes of a host's certificate, or nil. It records
// the connection, on which TLS 1.2 sends the certificate unencrypted.
func recordCertificate(ctx context.Context, host string) []byte {
	recorded := &recorder{}
	config := abortedHandshake()
	config.MaxVersion = tls.VersionTLS12
	_ = connect(ctx, host, &http.Transport{DialContext: recorded.dial, TLSClientConfig: config}) // always fails
	return recorded.certificate()
}

// abortedHandshake configures a handshake that ends once the server has sent its
// certificate.
func abortedHandshake() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent on this connection
		VerifyConnection: func(state tls.ConnectionState) error {
			return peerError{state.PeerCertificates[0]}
		},
	}
}

// connect starts a handshake with a host and returns the error that ends it.
func connect(ctx context.Context, host string, transport *http.Transport) error {
	transport.Proxy = proxyWithoutTLS
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+host, nil)
	if err != nil {
		return err
	}
	_, err = transport.RoundTrip(req) //nolint:bodyclose // every handshake ends in an error
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

var errTLSProxy = errors.New("the connection to the proxy uses TLS, which hides the certificate of the server")

// proxyWithoutTLS returns the proxy of the environment. It refuses a proxy with
// TLS, which would send its own certificate first.
func proxyWithoutTLS(req *http.Request) (*url.URL, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err == nil && proxy != nil && proxy.Scheme == "https" {
		return nil, errTLSProxy
	}
	return proxy, err
}
