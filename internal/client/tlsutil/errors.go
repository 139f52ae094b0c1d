package tlsutil

import (
	"fmt"
	"time"
)

// TrustError is a certificate that is not trusted: nothing that is configured
// vouches for it, its dates don't fit, or Go can't read it (*UnreadableError).
type TrustError struct {
	Host                string
	Subject, Issuer     string
	NotBefore, NotAfter time.Time
	Now                 time.Time // of this machine's clock
	Thumbprint          string    // SHA-256 of the peer's certificate, in canonical form
	Expected            string    // the configured thumbprint, or ""
	Err                 error
}

// IsExpired reports whether the certificate was valid once.
func (e *TrustError) IsExpired() bool { return e.Now.After(e.NotAfter) }

// IsNotYetValid reports whether the certificate becomes valid later, by this
// machine's clock.
func (e *TrustError) IsNotYetValid() bool { return e.Now.Before(e.NotBefore) }

func (e *TrustError) Error() string {
	return fmt.Sprintf("the certificate of %s is not trusted: %v (subject %q, issuer %q, valid from %s to %s, thumbprint %s)",
		e.Host, e.Err, e.Subject, e.Issuer, e.NotBefore.UTC().Format(time.RFC3339), e.NotAfter.UTC().Format(time.RFC3339), e.Thumbprint)
}
func (e *TrustError) Unwrap() error { return e.Err }

// UnreadableError is the reason of a certificate that Go can't parse, whatever is
// configured to trust it.
type UnreadableError struct {
	NegativeSerial bool // which Go accepts with GODEBUG=x509negativeserial=1
	Err            error
}

func (e *UnreadableError) Error() string { return fmt.Sprintf("it can't be read: %v", e.Err) }
func (e *UnreadableError) Unwrap() error { return e.Err }

// HandshakeError is a TLS handshake that showed no certificate.
type HandshakeError struct {
	Host string
	Err  error
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("no TLS handshake with %s: %v", e.Host, e.Err)
}
func (e *HandshakeError) Unwrap() error { return e.Err }
