package tlsutil

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// authority issues certificates.
type authority struct {
	*certs.Authority
	t *testing.T
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	ca, err := certs.NewAuthority(name, seed.New(""))
	if err != nil {
		t.Fatal(err)
	}
	return authority{ca, t}
}

func (a authority) issue(kind certs.Kind, hosts ...string) tls.Certificate {
	a.t.Helper()
	issued, err := a.IssueKind(kind, "vcda-a", hosts)
	if err != nil {
		a.t.Fatal(err)
	}
	return *issued
}

// selfSigned returns a self-signed certificate, and its PEM text.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	der := server.TLS.Certificates[0]
	return der, certs.PEM(der.Certificate[0])
}

// serve starts a TLS server with a certificate on loopback.
func serve(t *testing.T, certificate tls.Certificate, change func(*tls.Config)) *url.URL {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{certificate}}
	if change != nil {
		change(config)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	// The logger is silent, since refused handshakes are expected.
	server := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // always ends with ErrServerClosed
	t.Cleanup(func() { _ = server.Close(); serving.Wait() })
	return &url.URL{Scheme: "https", Host: listener.Addr().String()}
}

// newVerifier returns a verifier of the server at an address.
func newVerifier(t *testing.T, trust Trust, address *url.URL) *Verifier {
	t.Helper()
	v, err := NewVerifier(trust, address, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// shakeHands opens a connection and closes it.
func shakeHands(t *testing.T, v *Verifier) error {
	t.Helper()
	conn, err := tls.Dial("tcp", v.address.Host, v.TLSConfig())
	if err != nil {
		return err
	}
	return conn.Close()
}

func thumbprintOf(certificate tls.Certificate) string {
	return values.ThumbprintOf(certificate.Certificate[0])
}
