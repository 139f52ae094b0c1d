package storware

import (
	"context"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	fake "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	adminLogin = Credentials{Username: "admin", Password: "Simulator-storware-1"}
	tokenLogin = Token{Token: "simulator-storware-token-5d1e"}
	nodeLogin  = Node{Name: "node-1", Password: "Simulator-node-1", Version: "7.4.0"}
)

// start starts a simulator. A request that violates the API fails the test.
func start(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	server, err := fake.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, v := range server.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	return server
}

// connect returns a client of the server, which is closed at the end of the test.
func connect(t *testing.T, server *fake.Server, l Login) *Client {
	t.Helper()
	return connectTo(t, server.URL(), tlsutil.Trust{CACertificate: server.CertificateAuthority()}, l)
}

func connectTo(t *testing.T, address string, trust tlsutil.Trust, l Login) *Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := New(Options{
		Transport: rest.Options{BaseURL: base, Trust: trust, UserAgent: "test", RequestTimeout: time.Minute, MaxRetries: 1, MaxConcurrent: 2, Clock: clocktest.New()},
		Login:     l,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.Logout(context.WithoutCancel(t.Context())) // some tests have broken the server
	})
	return client
}
