package rest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Go reads the proxy variables and the system roots once per process. Therefore
// these tests send each request from a child process.
const childVariable = "TRANSPORT_TEST_GET"

type childResult struct {
	Status int
	Error  string
	Sent   bool
}

// childMain sends one request and prints its result.
func childMain() {
	var result childResult
	base, err := url.Parse(os.Getenv(childVariable))
	if err == nil {
		var c *Client
		if c, err = New(Options{BaseURL: base, RequestTimeout: time.Minute}); err == nil {
			var response *Response
			if response, err = c.Do(context.Background(), Request{Method: http.MethodPost, Path: "/sites"}); response != nil {
				result.Status = response.Status
			}
		}
	}
	var lost *ConnectionError
	if errors.As(err, &lost) {
		result.Sent = lost.Sent
	}
	if err != nil {
		result.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		panic(err)
	}
}

func inChild(t *testing.T, address string, environment ...string) childResult {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	// The race detector would wait a second for reports at the end.
	cmd.Env = append(environment, childVariable+"="+address, "GOCOVERDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var result childResult
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return result
}

// proxy tunnels every CONNECT to one server, or refuses with a status.
type proxy struct {
	*httptest.Server
	lock     sync.Mutex
	requests []string
}

func newProxy(t *testing.T, target string, refuse int, cert *tls.Certificate) *proxy {
	t.Helper()
	p := &proxy{}
	var tunnels sync.WaitGroup
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.lock.Lock()
		p.requests = append(p.requests, r.Method+" "+r.Host)
		p.lock.Unlock()
		if refuse != 0 {
			w.WriteHeader(refuse)
			return
		}
		there, err := net.Dial("tcp", target)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		tunnels.Add(2) // before Hijack, after which Close no longer waits for the connection
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = fmt.Fprint(here, "HTTP/1.1 200 OK\r\n\r\n")
		// When one side closes, the other one is closed too.
		join := func(to, from net.Conn) { _, _ = io.Copy(to, from); _ = to.Close(); tunnels.Done() }
		go join(there, here)
		go join(here, there)
	}))
	if cert == nil {
		p.Start()
	} else {
		p.TLS = &tls.Config{Certificates: []tls.Certificate{*cert}, NextProtos: []string{"http/1.1"}}
		p.StartTLS()
	}
	t.Cleanup(func() { p.Close(); tunnels.Wait() })
	return p
}

func TestEnvironment(t *testing.T) {
	ca := newAuthority(t)
	server := serveTLS(t, ca.server("vcda.example.com"), nil)
	target := server.Listener.Addr().String()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, []byte(pemOf(ca.cert)), 0o600); err != nil {
		t.Fatal(err)
	}
	const address = "https://vcda.example.com"

	t.Run("system roots", func(t *testing.T) {
		if got := inChild(t, server.URL, "SSL_CERT_FILE="+roots); got.Status != http.StatusOK {
			t.Errorf("%+v", got)
		}
	})
	t.Run("proxy", func(t *testing.T) {
		p := newProxy(t, target, 0, nil)
		got := inChild(t, address, "SSL_CERT_FILE="+roots, "HTTPS_PROXY="+p.URL)
		if got.Status != http.StatusOK || len(p.requests) != 1 || p.requests[0] != "CONNECT vcda.example.com:443" {
			t.Errorf("%+v, the proxy saw %q", got, p.requests)
		}
	})
	t.Run("proxy in lower case", func(t *testing.T) {
		p := newProxy(t, target, 0, nil)
		if got := inChild(t, address, "SSL_CERT_FILE="+roots, "https_proxy="+p.URL); got.Status != http.StatusOK {
			t.Errorf("%+v", got)
		}
	})
	t.Run("TLS to the proxy", func(t *testing.T) {
		// Its certificate is for its own name, not for the appliance's.
		cert := ca.server("localhost")
		p := newProxy(t, target, 0, &cert)
		got := inChild(t, address, "SSL_CERT_FILE="+roots, "HTTPS_PROXY="+strings.Replace(p.URL, "127.0.0.1", "localhost", 1))
		if got.Status != http.StatusOK {
			t.Errorf("%+v, the proxy saw %q", got, p.requests)
		}
	})
	t.Run("loopback and NO_PROXY", func(t *testing.T) {
		p := newProxy(t, target, 0, nil)
		got := inChild(t, server.URL, "SSL_CERT_FILE="+roots, "HTTPS_PROXY="+p.URL)
		if got.Status != http.StatusOK || len(p.requests) != 0 {
			t.Errorf("%+v, the proxy saw %q", got, p.requests)
		}
	})
	t.Run("proxy that refuses", func(t *testing.T) {
		p := newProxy(t, target, http.StatusBadGateway, nil)
		got := inChild(t, address, "SSL_CERT_FILE="+roots, "HTTPS_PROXY="+strings.Replace(p.URL, "://", "://user:proxy-password@", 1))
		if got.Error == "" || got.Sent || len(p.requests) != 1 {
			t.Errorf("%+v, want one try of which nothing reached the appliance; the proxy saw %q", got, p.requests)
		}
		if want := "the proxy " + p.Listener.Addr().String() + " refuses to connect: 502 Bad Gateway"; !strings.Contains(got.Error, want) {
			t.Errorf("error %q, want one that names the proxy: %q", got.Error, want)
		}
		if strings.Contains(got.Error, "proxy-password") {
			t.Errorf("the error shows the proxy's password: %s", got.Error)
		}
	})
}
