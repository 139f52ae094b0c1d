package rest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/network"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		childMain()
		return
	}
	goleak.VerifyTestMain(m)
}

// serve connects a client to a handler; call it within a bubble.
func serve(t *testing.T, o Options, h http.HandlerFunc) *Client {
	t.Helper()
	wire := network.New()
	listener, err := wire.Listen("appliance.test:80")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	handler := func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		h(w, r)
	}
	server := &http.Server{Handler: http.HandlerFunc(handler), ErrorLog: log.New(io.Discard, "", 0)} // handlers abort on purpose
	serving.Go(func() { _ = server.Serve(listener) })                                                // always ends with ErrServerClosed
	o.BaseURL, o.Dial = &url.URL{Scheme: "http", Host: "appliance.test"}, wire.Dial
	if o.RequestTimeout == 0 {
		o.RequestTimeout = time.Minute
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.base.Proxy = nil
	t.Cleanup(func() {
		c.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		serving.Wait()
	})
	return c
}

// bubble runs a test case with virtual time, in a bubble of synctest.
func bubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

func get(path string) Request { return Request{Method: http.MethodGet, Path: path} }

// authority signs certificates for tests of trust.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  crypto.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	template := template("test authority")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	pair := a.sign(template)
	a.cert, a.key = pair.Leaf, pair.PrivateKey
	return a
}

func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
}

// sign issues a certificate of the authority. The first one, its own, is
// self-signed.
func (a *authority) sign(template *x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// server issues a certificate for loopback and the given names.
func (a *authority) server(names ...string) tls.Certificate {
	template := template("vcda-a")
	template.DNSNames, template.IPAddresses = names, []net.IP{net.IPv4(127, 0, 0, 1)}
	return a.sign(template)
}

func pemOf(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// serveTLS starts a TLS server on loopback, which responds with {} and with the
// protocol in a header.
func serveTLS(t *testing.T, cert tls.Certificate, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Protocol", r.Proto)
		_, _ = w.Write([]byte("{}")) // the client may have left
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are expected
	if change != nil {
		change(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// dial makes a client for an address on loopback.
func dial(t *testing.T, address string, o Options) *Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	o.BaseURL = base
	if o.RequestTimeout == 0 {
		o.RequestTimeout = time.Minute
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}
