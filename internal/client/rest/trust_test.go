package rest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// spelled are ways to write one thumbprint.
func spelled(canonical string) map[string]string {
	bare := strings.TrimPrefix(canonical, "SHA-256:")
	return map[string]string{
		"canonical":       canonical,
		"without prefix":  bare,
		"other prefix":    "SHA256:" + bare,
		"lower case":      strings.ToLower(canonical),
		"without colons":  strings.ReplaceAll(bare, ":", ""),
		"prefix and hex":  "sha256:" + strings.ToLower(strings.ReplaceAll(bare, ":", "")),
		"space around it": " " + canonical + "\n",
	}
}

func TestTrust(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	good := ca.server()
	self := (&authority{t: t}).server()
	noName := ca.sign(template("nobody"))
	expired := template("expired")
	expired.NotBefore, expired.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	expired.IPAddresses = good.Leaf.IPAddresses
	old := ca.sign(expired)
	future := template("from tomorrow on")
	future.NotBefore, future.NotAfter, future.IPAddresses = time.Now().Add(24*time.Hour), time.Now().Add(48*time.Hour), good.Leaf.IPAddresses
	early := ca.sign(future)
	pin := func(c tls.Certificate) string { return tlsutil.Thumbprint(c.Leaf) }

	cases := map[string]struct {
		cert    tls.Certificate
		trust   tlsutil.Trust
		refused bool
	}{
		"system roots alone":                 {good, tlsutil.Trust{}, true},
		"CA":                                 {good, tlsutil.Trust{CACertificate: pemOf(ca.cert)}, false},
		"several CAs":                        {good, tlsutil.Trust{CACertificate: pemOf(other.cert) + pemOf(ca.cert)}, false},
		"another CA":                         {good, tlsutil.Trust{CACertificate: pemOf(other.cert)}, true},
		"the leaf itself as CA":              {self, tlsutil.Trust{CACertificate: pemOf(self.Leaf)}, false},
		"CA, another host":                   {noName, tlsutil.Trust{CACertificate: pemOf(ca.cert)}, true},
		"CA, another host, pin":              {noName, tlsutil.Trust{CACertificate: pemOf(ca.cert), Thumbprint: pin(noName)}, false},
		"pin of another host, unknown CA":    {noName, tlsutil.Trust{Thumbprint: pin(noName)}, false},
		"pin of a self-signed certificate":   {self, tlsutil.Trust{Thumbprint: pin(self)}, false},
		"pin of another certificate":         {good, tlsutil.Trust{Thumbprint: pin(self)}, true},
		"pin of the CA":                      {good, tlsutil.Trust{Thumbprint: tlsutil.Thumbprint(ca.cert)}, true},
		"another pin, but a CA that vouches": {good, tlsutil.Trust{CACertificate: pemOf(ca.cert), Thumbprint: pin(self)}, false},
		"expired, CA":                        {old, tlsutil.Trust{CACertificate: pemOf(ca.cert)}, true},
		"expired, right pin":                 {old, tlsutil.Trust{Thumbprint: pin(old)}, true},
		"expired, CA and right pin":          {old, tlsutil.Trust{CACertificate: pemOf(ca.cert), Thumbprint: pin(old)}, true},
		"not yet valid, right pin":           {early, tlsutil.Trust{Thumbprint: pin(early)}, true},
		"expired, insecure":                  {old, tlsutil.Trust{Insecure: true}, false},
		"another host, insecure":             {noName, tlsutil.Trust{Insecure: true}, false},
		"another pin, insecure":              {good, tlsutil.Trust{Thumbprint: pin(self), Insecure: true}, false},
	}
	for name, text := range spelled(pin(good)) {
		cases["pin, "+name] = struct {
			cert    tls.Certificate
			trust   tlsutil.Trust
			refused bool
		}{good, tlsutil.Trust{Thumbprint: text}, false}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := serveTLS(t, c.cert, nil)
			_, err := dial(t, server.URL, Options{Trust: c.trust}).Do(t.Context(), get("/"))
			var refused *tlsutil.TrustError
			if errors.As(err, &refused) != c.refused || (err != nil) != c.refused {
				t.Errorf("error %v, want a trust error: %v", err, c.refused)
			}
		})
	}
}

// A server sends what lies between its certificate and the CA.
func TestTrustThroughAnIntermediate(t *testing.T) {
	root, middle := newAuthority(t), newAuthority(t)
	template := template("middle")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	pair := root.sign(template)
	middle.cert, middle.key = pair.Leaf, pair.PrivateKey
	cert := middle.server()
	cert.Certificate = append(cert.Certificate, pair.Certificate[0])
	server := serveTLS(t, cert, nil)
	if _, err := dial(t, server.URL, Options{Trust: tlsutil.Trust{CACertificate: pemOf(root.cert)}}).Do(t.Context(), get("/")); err != nil {
		t.Error(err)
	}
}

// What is not trusted is described well enough to decide about it.
func TestTrustErrorDescribes(t *testing.T) {
	cert := newAuthority(t).server()
	configured := "SHA-256" + strings.Repeat(":AB", 32)
	server := serveTLS(t, cert, nil)
	_, err := dial(t, server.URL, Options{Trust: tlsutil.Trust{Thumbprint: strings.ToLower(configured)}, MaxRetries: 3}).Do(t.Context(), get("/"))
	var got *tlsutil.TrustError
	if !errors.As(err, &got) {
		t.Fatalf("error %v, want a *TrustError", err)
	}
	if got.Expected != configured || got.Thumbprint != tlsutil.Thumbprint(cert.Leaf) || got.Host != strings.TrimPrefix(server.URL, "https://") || got.Subject != "CN=vcda-a" ||
		!got.NotBefore.Equal(cert.Leaf.NotBefore) || !got.NotAfter.Equal(cert.Leaf.NotAfter) {
		t.Errorf("the error is %#v", got)
	}
	if !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("the reason is %v, want an unknown authority", got.Err)
	}
	for _, want := range []string{"127.0.0.1", "CN=vcda-a", tlsutil.Thumbprint(cert.Leaf), cert.Leaf.NotAfter.UTC().Format(time.RFC3339), "unknown authority"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestProtocols(t *testing.T) {
	ca := newAuthority(t)
	trust := tlsutil.Trust{CACertificate: pemOf(ca.cert)}
	t.Run("TLS 1.1 is refused", func(t *testing.T) {
		server := serveTLS(t, ca.server(), func(s *httptest.Server) { s.TLS.MinVersion, s.TLS.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
		_, err := dial(t, server.URL, Options{Trust: trust}).Do(t.Context(), get("/"))
		var lost *ConnectionError
		if !errors.As(err, &lost) || lost.Sent || !strings.Contains(err.Error(), "protocol version") {
			t.Errorf("error %v, want one about the protocol version, nothing sent", err)
		}
	})
	t.Run("TLS 1.2 is taken", func(t *testing.T) {
		server := serveTLS(t, ca.server(), func(s *httptest.Server) { s.TLS.MaxVersion = tls.VersionTLS12 })
		if _, err := dial(t, server.URL, Options{Trust: trust}).Do(t.Context(), get("/")); err != nil {
			t.Error(err)
		}
	})
	for proto, offered := range map[string]bool{"HTTP/2.0": true, "HTTP/1.1": false} {
		t.Run(proto, func(t *testing.T) {
			server := serveTLS(t, ca.server(), func(s *httptest.Server) { s.EnableHTTP2 = offered })
			answer, err := dial(t, server.URL, Options{Trust: trust}).Do(t.Context(), get("/"))
			if err != nil || answer.Header.Get("Protocol") != proto {
				t.Errorf("answer %+v, error %v, want %s", answer, err, proto)
			}
		})
	}
}

func TestNewRefusesBadTrust(t *testing.T) {
	for name, trust := range map[string]tlsutil.Trust{
		"no PEM":            {CACertificate: "certificate"},
		"PEM of a key":      {CACertificate: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
		"SHA-1 thumbprint":  {Thumbprint: "AB:CD:EF:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11"},
		"no hex thumbprint": {Thumbprint: strings.Repeat("xy", 32)},
	} {
		if c, err := New(Options{BaseURL: mustParse(t, "https://appliance.test"), Trust: trust}); err == nil {
			c.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

func TestNormalizeThumbprint(t *testing.T) {
	const canonical = "SHA-256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
	for name, text := range spelled(canonical) {
		if got, err := tlsutil.NormalizeThumbprint(text); err != nil || got != canonical {
			t.Errorf("%s: %q gives %q, %v", name, text, got, err)
		}
	}
	bare := strings.TrimPrefix(canonical, "SHA-256:")
	compact := strings.ReplaceAll(bare, ":", "")
	for name, text := range map[string]string{
		"empty":              "",
		"prefix only":        "SHA-256:",
		"too short":          canonical[:len(canonical)-3],
		"too long":           canonical + ":00",
		"an odd digit":       compact[1:],
		"another hash":       "SHA-1:" + bare,
		"two prefixes":       "SHA-256:SHA256:" + bare,
		"no hex":             "SHA-256:" + strings.Replace(bare, "00", "0G", 1),
		"colons elsewhere":   "0:011" + bare[5:],
		"some colons":        "00:" + compact[2:],
		"colon at the end":   compact + ":",
		"spaces for colons":  strings.ReplaceAll(bare, ":", " "),
		"doubled colon":      "00::11" + bare[5:],
		"colons in one heap": strings.Repeat(":", 31) + compact,
	} {
		if got, err := tlsutil.NormalizeThumbprint(text); err == nil {
			t.Errorf("%s: %q gives %q", name, text, got)
		}
	}
}
