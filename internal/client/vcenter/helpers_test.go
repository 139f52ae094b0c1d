package vcenter_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	simulator "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

const (
	username = "dr@vsphere.local"
	password = "c0rrect-h0rse"
)

// start starts a simulator. A request that violates the API fails the test.
func start(t *testing.T, o simulator.Options) *simulator.Server {
	t.Helper()
	o.Username, o.Password = username, password
	server, err := simulator.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		for _, violation := range server.Violations() {
			t.Error("violation:", violation)
		}
	})
	return server
}

// connect returns a client of the simulator.
func connect(t *testing.T, server *simulator.Server, login vcenter.Login) *vcenter.Client {
	t.Helper()
	return newClient(t, server.URL(), tlsutil.Trust{CACertificate: server.CertificateAuthority()}, login, "")
}

func newClient(t *testing.T, address string, trust tlsutil.Trust, login vcenter.Login, release string) *vcenter.Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := vcenter.New(vcenter.Options{
		Transport: rest.Options{BaseURL: base, Trust: trust, UserAgent: "test-agent/1", RequestTimeout: time.Minute, MaxRetries: 1, MaxConcurrent: 4, Clock: clocktest.New()},
		Login:     login,
		Release:   release,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Logout(t.Context()) }) // drops idle connections
	return client
}

func credentials() vcenter.Login {
	return vcenter.Credentials{Username: username, Password: password}
}

// script is a server that responds by the last segment of the path and records the
// requests. It responds with 404 to others.
type script struct {
	responses map[string]http.HandlerFunc

	lock     sync.Mutex
	requests []string
}

// play starts a script that also responds to hello, content, Login and Logout.
func play(t *testing.T, login vcenter.Login, responses map[string]http.HandlerFunc) (*vcenter.Client, *script) {
	t.Helper()
	s := &script{responses: map[string]http.HandlerFunc{
		"system":  respond(200, `{"api_release":"8.0.2.0"}`),
		"content": respond(200, `{"_typeName":"ServiceContent","sessionManager":{"_typeName":"ManagedObjectReference","type":"SessionManager","value":"SessionManager"}}`),
		"Login":   respond(200, aliceSession, "vmware-api-session-id", "token-1"),
		"Logout":  respond(204, ""),
	}}
	maps.Copy(s.responses, responses)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.lock.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.Path)
		s.lock.Unlock()
		name := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		if response, ok := s.responses[name]; ok {
			response(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return newClient(t, server.URL, tlsutil.Trust{}, login, ""), s
}

const aliceSession = `{"_typeName":"UserSession","key":"52b5f1aa-0000-1111-2222-333344445555",
	"userName":"VSPHERE.LOCAL\\Alice","fullName":"Alice of Wonderland",
	"loginTime":"2024-05-01T10:00:00.123456Z","lastActiveTime":"2024-05-01T10:05:00Z","locale":"en","messageLocale":"de",
	"extensionSession":true,"ipAddress":"192.0.2.7","userAgent":"test-agent/1","callCount":9007199254740993}`

// respond returns a JSON response. header holds names and values in turn, and may
// replace the Content-Type.
func respond(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func decode(t *testing.T, body []byte) map[string]any {
	t.Helper()
	if len(body) == 0 {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return fields
}
