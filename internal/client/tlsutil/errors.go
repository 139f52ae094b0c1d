package tlsutil

import (
	"fmt"
	"time"
)

// TrustError is the error of a certificate that is not trusted: it is neither
// pinned nor issued by a trusted CA, its dates are wrong, or Go can't parse it
// (*UnreadableError).
type TrustError struct {
	Host                string
	Subject, Issuer     string
	NotBefore, NotAfter time.Time
	Now                 time.Time // of this machine's clock
	Thumbprint          string    // SHA-256 of the peer's certificate, in canonical form
	Expected            string    // the configured thumbprint, or ""
	Err                 error
}

// IsExpired reports whether the certificate has expired, by this machine's clock.
func (e *TrustError) IsExpired() bool { return e.Now.After(e.NotAfter) }

// IsNotYetValid reports whether the certificate becomes valid later, by this
// machine's clock.
func (e *TrustError) IsNotYetValid() bool { return e.Now.Before(e.NotBefore) }

func (e *TrustError) Error() string {
	return fmt.Sprintf("the certificate of %s is not trusted: %v (subject %q, issuer %q, valid from %s to %s, thumbprint %s)",
		e.Host, e.Err, e.Subject, e.Issuer, e.NotBefore.UTC().Format(time.RFC3339), e.NotAfter.UTC().Format(time.RFC3339), e.Thumbprint)
}
func (e *TrustError) Unwrap() error { return e.Err }

// UnreadableError is the reason of a TrustError for a certificate that Go can't
// parse. No setting of Trust accepts it.
type UnreadableError struct {
	NegativeSerial bool // which Go accepts with GODEBUG=x509negativeserial=1
	Err            error
}

func (e *UnreadableError) Error() string { return fmt.Sprintf("it can't be read: %v", e.Err) }
func (e *UnreadableError) Unwrap() error { return e.Err }

// HandshakeError is a failed TLS handshake in which the server sent no certificate.
type HandshakeError struct {
	Host string
	Err  error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("no TLS handshake with %s: %v", e.Host, e.Err)
}
func (e *HandshakeError) Unwrap() error { return e.Err }
