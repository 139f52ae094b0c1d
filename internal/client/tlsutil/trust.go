package tlsutil

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Trust says which certificate of a server is accepted: one the system roots or
// the CA vouch for, else the pinned leaf, else, with Insecure, any.
type Trust struct {
	CACertificate string // PEM, one or more certificates
	Thumbprint    string // SHA-256 of the leaf, any spelling NormalizeThumbprint takes
	Insecure      bool
}

func (t Trust) TLSConfig(address *url.URL) (*tls.Config, error) {
	roots, err := t.roots()
	if err != nil {
		return nil, err
	}
	pin := ""
	if t.Thumbprint != "" {
		if pin, err = NormalizeThumbprint(t.Thumbprint); err != nil {
			return nil, err
		}
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// Verification is not skipped but done below, where a pinned leaf can be accepted.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			name, shown := address.Hostname(), address.Host
			if state.ServerName != "" && state.ServerName != name {
				name, shown = state.ServerName, state.ServerName // an https proxy has a name of its own
			}
			err := verify(state, roots, name)
			if err == nil || t.Insecure || pinned(state, pin, err) {
				return nil
			}
			return trustError(state.PeerCertificates[0], shown, pin, err)
		},
	}, nil
}

func (t Trust) roots() (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if t.CACertificate != "" && !roots.AppendCertsFromPEM([]byte(t.CACertificate)) {
		return nil, errors.New("the CA certificate holds no PEM certificate")
	}
	return roots, nil
}

func verify(state tls.ConnectionState, roots *x509.CertPool, host string) error {
	options := x509.VerifyOptions{Roots: roots, DNSName: host, Intermediates: x509.NewCertPool()}
	for _, c := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	return err
}

// pinned forgives an unknown issuer or name when the leaf is the pinned one;
// an expired certificate stays refused.
func pinned(state tls.ConnectionState, pin string, err error) bool {
	var issuer x509.UnknownAuthorityError
	var name x509.HostnameError
	return pin != "" && (errors.As(err, &issuer) || errors.As(err, &name)) &&
		Thumbprint(state.PeerCertificates[0]) == pin
}

func trustError(leaf *x509.Certificate, host, pin string, err error) error {
	return &TrustError{
		Host: host, Subject: leaf.Subject.String(), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		Thumbprint: Thumbprint(leaf), Expected: pin, Err: err,
	}
}

// Thumbprint is the SHA-256 thumbprint of a certificate in the form VCDA shows.
func Thumbprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return formatThumbprint(sum[:])
}

func formatThumbprint(sum []byte) string {
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return "SHA-256:" + strings.Join(pairs, ":")
}

// NormalizeThumbprint brings a SHA-256 thumbprint into the form VCDA uses:
// "SHA-256:" and 32 upper-case hex pairs joined by colons. The prefix, the
// colons and the case of the input are free.
func NormalizeThumbprint(text string) (string, error) {
	digits := strings.ToUpper(strings.TrimSpace(text))
	for _, prefix := range []string{"SHA-256:", "SHA256:"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok {
			digits = rest
			break
		}
	}
	compact := strings.ReplaceAll(digits, ":", "")
	sum, err := hex.DecodeString(compact)
	if err != nil || len(sum) != sha256.Size || (compact != digits && "SHA-256:"+digits != formatThumbprint(sum)) {
		return "", fmt.Errorf("a SHA-256 thumbprint has 32 pairs of hex digits, such as SHA-256:AB:CD:…; got %d characters", len(text))
	}
	return formatThumbprint(sum), nil
}
