package messages_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
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
		panic(err) // an ECDSA key can always be marshalled
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// expired starts a server whose certificate has expired.
func (s *scene) expired(t *testing.T) (address, thumbprint string) {
	t.Helper()
	own := key()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, own.Public(), own)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: own}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are expected
	server.StartTLS()
	t.Cleanup(server.Close)
	thumbprint = tlsutil.Thumbprint(server.Certificate())
	s.system("old", server.URL, thumbprint)
	return server.URL, thumbprint
}

// silent starts a server that never says anything.
func (s *scene) silent(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // with the connections it never accepted
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
