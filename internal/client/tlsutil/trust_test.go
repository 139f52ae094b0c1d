package tlsutil

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

const loopback = "127.0.0.1"

func TestTrust(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority(t, "authority"), newAuthority(t, "another authority")
	good, noName := ca.issue(certs.Valid, loopback), ca.issue(certs.Valid, "elsewhere.example.com")
	self, selfPEM := selfSigned(t)
	type test struct {
		certificate tls.Certificate
		trust       Trust
		trusted     bool
	}
	cases := map[string]test{
		"system roots alone":               {good, Trust{}, false},
		"CA":                               {good, Trust{CACertificate: ca.PEM()}, true},
		"several CAs":                      {good, Trust{CACertificate: other.PEM() + ca.PEM()}, true},
		"another CA":                       {good, Trust{CACertificate: other.PEM()}, false},
		"the certificate itself as CA":     {self, Trust{CACertificate: selfPEM}, true},
		"CA, another host":                 {noName, Trust{CACertificate: ca.PEM()}, false},
		"CA, another host, pin":            {noName, Trust{CACertificate: ca.PEM(), Thumbprint: thumbprintOf(noName)}, true},
		"pin of another host, unknown CA":  {noName, Trust{Thumbprint: thumbprintOf(noName)}, true},
		"pin of a self-signed certificate": {self, Trust{Thumbprint: thumbprintOf(self)}, true},
		"pin of another certificate":       {good, Trust{Thumbprint: thumbprintOf(self)}, false},
		"another pin, trusted CA":          {good, Trust{CACertificate: ca.PEM(), Thumbprint: thumbprintOf(self)}, true},
		"another host, insecure":           {noName, Trust{Insecure: true}, true},
		"another pin, insecure":            {good, Trust{Thumbprint: thumbprintOf(self), Insecure: true}, true},
	}
	// A pin accepts a certificate whatever its chain and dates are.
	for name, kind := range map[string]certs.Kind{
		"expired": certs.Expired, "not yet valid": certs.NotYetValid, "of a client": certs.ClientOnly,
		"constrained": certs.Constrained, "critical extension": certs.CriticalExtension,
	} {
		odd := ca.issue(kind, loopback)
		cases[name+", CA"] = test{odd, Trust{CACertificate: ca.PEM()}, false}
		cases[name+", pin"] = test{odd, Trust{Thumbprint: thumbprintOf(odd)}, true}
		cases[name+", CA and pin"] = test{odd, Trust{CACertificate: ca.PEM(), Thumbprint: thumbprintOf(odd)}, true}
		cases[name+", CA and another pin"] = test{odd, Trust{CACertificate: ca.PEM(), Thumbprint: thumbprintOf(good)}, false}
		cases[name+", insecure"] = test{odd, Trust{Insecure: true}, true}
	}
	cases["pin, as openssl prints it"] = test{good, Trust{Thumbprint: strings.Replace(thumbprintOf(good), "SHA-256:", "sha256 Fingerprint=", 1)}, true}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := shakeHands(t, newVerifier(t, c.trust, serve(t, c.certificate, nil)))
			if (err == nil) != c.trusted || err != nil && !errors.As(err, new(*TrustError)) {
				t.Errorf("error %v, want trusted: %v", err, c.trusted)
			}
		})
	}
}

// A pinned certificate that has expired or is not valid yet is accepted with a
// warning.
func TestTrust_outdatedPin(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "authority")
	for name, c := range map[string]struct {
		kind     certs.Kind
		warnings int32
	}{
		"valid": {certs.Valid, 0}, "expired": {certs.Expired, 1}, "not yet valid": {certs.NotYetValid, 1}, "of a client": {certs.ClientOnly, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			certificate := ca.issue(c.kind, loopback)
			var warnings atomic.Int32
			trust := Trust{Thumbprint: thumbprintOf(certificate), CACertificate: ca.PEM(), OnOutdatedPin: func(e *TrustError) {
				warnings.Add(1)
				if e.IsExpired() != (c.kind == certs.Expired) || e.IsNotYetValid() != (c.kind == certs.NotYetValid) || e.Subject != "CN=vcda-a" {
					t.Errorf("warning of %+v", e)
				}
			}}
			if err := shakeHands(t, newVerifier(t, trust, serve(t, certificate, nil))); err != nil || warnings.Load() != c.warnings {
				t.Errorf("error %v, %d warnings, want %d", err, warnings.Load(), c.warnings)
			}
		})
	}
}

// A TrustError describes the certificate.
func TestTrustError_describes(t *testing.T) {
	t.Parallel()
	certificate := newAuthority(t, "authority").issue(certs.Valid, loopback)
	configured := "SHA-256" + strings.Repeat(":AB", 32)
	address := serve(t, certificate, nil)
	err := shakeHands(t, newVerifier(t, Trust{Thumbprint: strings.ToLower(configured)}, address))
	var got *TrustError
	if !errors.As(err, &got) {
		t.Fatalf("error %v, want a *TrustError", err)
	}
	want := TrustError{
		Host: address.Host, Subject: "CN=vcda-a", Issuer: "CN=authority", NotBefore: certificate.Leaf.NotBefore, NotAfter: certificate.Leaf.NotAfter,
		Now: got.Now, Thumbprint: thumbprintOf(certificate), Expected: configured, Err: got.Err,
	}
	if *got != want || got.Now.IsZero() || got.IsExpired() || got.IsNotYetValid() {
		t.Errorf("the error is %#v, want %#v", got, want)
	}
	if !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("the reason is %v, want an unknown authority", got.Err)
	}
	for _, want := range []string{loopback, "CN=vcda-a", "CN=authority", got.Thumbprint, got.NotAfter.Format(time.RFC3339), "unknown authority"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

// Go can't parse a negative serial number. The error names the certificate, whether
// or not it is pinned.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	odd := newAuthority(t, "authority").issue(certs.NegativeSerial, loopback)
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		for trusted, trust := range map[string]Trust{"": {}, ", pinned": {Thumbprint: thumbprintOf(odd)}, ", insecure": {Insecure: true}} {
			t.Run(name+trusted, func(t *testing.T) {
				t.Parallel()
				v := newVerifier(t, trust, serve(t, odd, func(c *tls.Config) { c.MaxVersion = version }))
				if err := shakeHands(t, v); err == nil {
					t.Error("Go parses it now: remove the recorder")
				}
				err := v.Unreadable(t.Context())
				var got *TrustError
				if !errors.As(err, &got) || !errors.As(err, new(*UnreadableError)) || got.Thumbprint != thumbprintOf(odd) ||
					got.Subject != "CN=vcda-a" || got.Issuer != "CN=authority" || !got.NotAfter.Equal(odd.Leaf.NotAfter) || !strings.Contains(err.Error(), "negative serial number") {
					t.Errorf("error %#v", err)
				}
			})
		}
	}
	good := newAuthority(t, "authority").issue(certs.Valid, loopback)
	if err := newVerifier(t, Trust{}, serve(t, good, nil)).Unreadable(t.Context()); err != nil {
		t.Errorf("a readable certificate: %v", err)
	}
	if err := newVerifier(t, Trust{}, &url.URL{Scheme: "https", Host: "127.0.0.1:1"}).Unreadable(t.Context()); err != nil {
		t.Errorf("nothing listens: %v", err)
	}
}

func TestPeerCertificate(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "authority")
	for name, kind := range map[string]certs.Kind{"valid": certs.Valid, "expired": certs.Expired, "critical extension": certs.CriticalExtension, "negative serial": certs.NegativeSerial} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+" "+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				certificate := ca.issue(kind, loopback)
				address := serve(t, certificate, func(c *tls.Config) { c.MaxVersion = version })
				got, err := PeerCertificate(t.Context(), address.Host)
				if err != nil {
					t.Fatal(err)
				}
				if Thumbprint(got) != thumbprintOf(certificate) || got.Subject.CommonName != "vcda-a" || got.Issuer.CommonName != "authority" ||
					!got.NotBefore.Equal(certificate.Leaf.NotBefore) || !got.NotAfter.Equal(certificate.Leaf.NotAfter) {
					t.Errorf("%+v", got)
				}
			})
		}
	}
	_, err := PeerCertificate(t.Context(), "127.0.0.1:1")
	if !errors.As(err, new(*HandshakeError)) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("nothing listens: %v", err)
	}
}

func TestParseCertificate(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "authority")
	for name, kind := range map[string]certs.Kind{"valid": certs.Valid, "negative serial": certs.NegativeSerial} {
		der := ca.issue(kind, loopback).Certificate[0]
		if got, err := ParseCertificate(der); err != nil || got.Subject.CommonName != "vcda-a" || !bytes.Equal(got.Raw, der) {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
		if got, err := ParseCertificate(der[:len(der)-1]); err == nil {
			t.Errorf("%s, cut off: %+v", name, got)
		}
	}
}

func TestNewVerifier_refusesBadTrust(t *testing.T) {
	t.Parallel()
	for name, trust := range map[string]Trust{
		"no PEM":            {CACertificate: "certificate"},
		"PEM of a key":      {CACertificate: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
		"SHA-1 thumbprint":  {Thumbprint: "AB:CD:EF:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11"},
		"no hex thumbprint": {Thumbprint: strings.Repeat("xy", 32)},
	} {
		if _, err := NewVerifier(trust, &url.URL{Host: "appliance.test"}, time.Now); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzRecorder(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03\x00\x0e\x0b\x00\x00\x0a\x00\x00\x07\x00\x00\x04abcd"))
	f.Add([]byte("\x16\x03\x03\x00\x04\x0b\x00\x00\x0a"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		_, _ = parseNames((&recorder{sent: sent}).certificate()) // doesn't panic
	})
}
