// Package tlsutil verifies the certificates of servers, and reads the certificate
// of a peer.
package tlsutil

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Trust configures which certificate of a server is accepted: one that the system
// roots or the CA have issued, the pinned one with any chain and dates, or, with
// Insecure, any.
type Trust struct {
	CACertificate string // PEM, one or more certificates
	Thumbprint    string // SHA-256 of the server's certificate, as values.Thumbprint accepts it
	Insecure      bool

	// OnOutdatedPin is called when a pinned certificate is accepted although it has
	// expired or is not valid yet. It may be nil. Connections call it concurrently.
	OnOutdatedPin func(*TrustError)
}

// Verifier checks the certificates of one server.
type Verifier struct {
	trust   Trust
	address *url.URL
	now     func() time.Time
	roots   *x509.CertPool
	pin     string // canonical, or ""
}

// NewVerifier returns a verifier for the server at an address. It fails when the CA
// certificate or the thumbprint can't be read.
func NewVerifier(t Trust, address *url.URL, now func() time.Time) (*Verifier, error) {
	v := &Verifier{trust: t, address: address, now: now}
	var err error
	if v.roots, err = t.roots(); err != nil {
		return nil, err
	}
	if t.Thumbprint != "" {
		if v.pin, err = values.Thumbprint(t.Thumbprint); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// TLSConfig returns the configuration of connections to the server. A certificate
// that is not trusted ends the handshake with *TrustError.
func (v *Verifier) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// VerifyConnection verifies instead, since it can accept a pinned
		// certificate.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies
		VerifyConnection:   v.verify,
	}
}

// Unreadable returns a *TrustError if Go can't parse the certificate of the server,
// else nil. It opens another connection: call it after a failed handshake only.
func (v *Verifier) Unreadable(ctx context.Context) error {
	leaf, reason := unreadable(ctx, v.address.Host)
	if reason == nil {
		return nil
	}
	return v.trustError(leaf, v.address.Host, reason)
}

func (v *Verifier) verify(state tls.ConnectionState) error {
	leaf := state.PeerCertificates[0]
	name, shown := v.address.Hostname(), v.address.Host
	if state.ServerName != "" && state.ServerName != name {
		name, shown = state.ServerName, state.ServerName // the connection to an https proxy
	}
	if v.trust.Insecure {
		return nil
	}
	if v.pin == Thumbprint(leaf) {
		v.checkDates(leaf, shown)
		return nil
	}
	if err := v.verifyChain(state, name); err != nil {
		return v.trustError(leaf, shown, err)
	}
	return nil
}

// checkDates reports a pinned certificate that has expired or is not valid yet.
func (v *Verifier) checkDates(leaf *x509.Certificate, host string) {
	e := v.trustError(leaf, host, nil)
	if v.trust.OnOutdatedPin != nil && (e.IsExpired() || e.IsNotYetValid()) {
		v.trust.OnOutdatedPin(e)
	}
}

func (v *Verifier) verifyChain(state tls.ConnectionState, host string) error {
	options := x509.VerifyOptions{Roots: v.roots, DNSName: host, Intermediates: x509.NewCertPool(), CurrentTime: v.now()}
	for _, c := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	return err
}

func (v *Verifier) trustError(leaf *x509.Certificate, host string, err error) *TrustError {
	return &TrustError{
		Host: host, Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		Now: v.now(), Thumbprint: Thumbprint(leaf), Expected: v.pin, Err: err,
	}
}

func (t Trust) roots() (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if t.CACertificate == "" {
		return roots, nil
	}
	authorities, err := values.Certificates(t.CACertificate)
	if err != nil {
		return nil, err
	}
	for _, der := range authorities {
		authority, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("a CA certificate can't be used: %w", err)
		}
		roots.AddCert(authority)
	}
	return roots, nil
}

// Thumbprint returns the SHA-256 thumbprint of a certificate in the form VCDA shows.
func Thumbprint(c *x509.Certificate) string { return values.ThumbprintOf(c.Raw) }
