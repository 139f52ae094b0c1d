package messages_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// newECDSAKey makes a private key that is not RSA.
func newECDSAKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return key
}

// ecdsaKeyPEM returns such a key as PEM text.
func ecdsaKeyPEM() string {
	der, err := x509.MarshalPKCS8PrivateKey(newECDSAKey())
	if err != nil {
		panic(err) // an ECDSA key can always be marshaled
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// startSilentServer starts a server that accepts one connection and sends nothing. It
// moves the clock past the timeout of the client.
func (s *scenario) startSilentServer(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		s.clock.Advance(time.Minute)
		_, _ = io.Copy(io.Discard, conn) // until the client leaves
		_ = conn.Close()
	})
	t.Cleanup(func() { _ = listener.Close(); accepting.Wait() })
	s.nameSystem("silent", "https://"+listener.Addr().String(), "no thumbprint")
	return "https://" + listener.Addr().String()
}

// startOddVCenter starts a vCenter with responses of the test, by the end of the path. It
// returns the object vcenter of the provider block.
func (s *scenario) startOddVCenter(t *testing.T, answers map[string]string) values {
	t.Helper()
	usual := map[string]string{
		"/system":  `{"api_release":"8.0.3.0"}`,
		"/content": `{"sessionManager":{"value":"SessionManager"}}`,
		"/Login":   `{}`,
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		end := r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]
		body, odd := answers[end]
		if !odd {
			body = usual[end]
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("vmware-api-session-id", "id")
		if strings.Contains(body, "_typeName") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	s.nameSystem("vcenter", server.URL, "no thumbprint")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return values{"url": server.URL, "thumbprint": nil, "ca_certificate": string(authority)}
}
