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

// key is a private key that is not RSA.
func key() *ecdsa.PrivateKey {
	made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return made
}

// keyPEM is such a key as text.
func keyPEM() string {
	der, err := x509.MarshalPKCS8PrivateKey(key())
	if err != nil {
		panic(err) // an ECDSA key can always be marshaled
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// silent starts a server that accepts one connection and says nothing until the
// time for it is over.
func (s *scene) silent(t *testing.T) (address string) {
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
	s.system("silent", "https://"+listener.Addr().String(), "no thumbprint")
	return "https://" + listener.Addr().String()
}

// odd is a vCenter that answers in ways of its own, by the end of the path.
func (s *scene) odd(t *testing.T, answers map[string]string) values {
	t.Helper()
	usual := map[string]string{
		"/system":  `{"api_release":"8.0.3.0"}`,
		"/content": `{"sessionManager":{"value":"SessionManager"}}`,
		"/Login":   `{}`,
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		end := r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]
		body, own := answers[end]
		if !own {
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
	s.system("vcenter", server.URL, "no thumbprint")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return values{"url": server.URL, "thumbprint": nil, "ca_certificate": string(authority)}
}
