package tlsutil

import (
	"fmt"
	"time"
)

// TrustError is a certificate that nothing configured vouches for.
type TrustError struct {
	Host                string
	Subject             string
	NotBefore, NotAfter time.Time
	Thumbprint          string // SHA-256 of the certificate seen, in canonical form
	Expected            string // the configured thumbprint, or ""
	Err                 error
}

func (e *TrustError) Error() string {
	return fmt.Sprintf("the certificate of %s is not trusted: %v (subject %q, valid from %s to %s, thumbprint %s)",
		e.Host, e.Err, e.Subject, e.NotBefore.UTC().Format(time.RFC3339), e.NotAfter.UTC().Format(time.RFC3339), e.Thumbprint)
}
func (e *TrustError) Unwrap() error { return e.Err }
