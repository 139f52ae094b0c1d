package vcda

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeClock advances when Sleep is called. A wait takes no time.
type fakeClock struct {
	clock.System // its timeouts are real
	lock         sync.Mutex
	now          time.Time
	sleeps       int
	slept        []time.Duration
	before       func(sleeps int) // called before a sleep, with its number
}

func newClock() *fakeClock { return &fakeClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *fakeClock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	if d == 0 { // only checks the timeout
		return context.Cause(ctx)
	}
	c.lock.Lock()
	c.sleeps++
	n, before := c.sleeps, c.before
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	c.lock.Unlock()
	if before != nil {
		before(n)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (c *fakeClock) advance(d time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = c.now.Add(d)
}

// fixture is two appliances and a client of the first one.
type fixture struct {
	*Client
	a, b  *simulator.Appliance
	clock *fakeClock // nil for another clock
	used  clock.Clock
	ca    string
	t     *testing.T
}

type applianceOption func(*simulator.ApplianceOptions)

// start starts two appliances and a client that logs in as root. A request that
// violates the API fails the test.
func start(t *testing.T, service Service, options ...applianceOption) *fixture {
	t.Helper()
	clock := newClock()
	f := startWithClock(t, service, clock, options...)
	f.clock = clock
	return f
}

// startWithClock is start with another clock.
func startWithClock(t *testing.T, service Service, clock clock.Clock, options ...applianceOption) *fixture {
	t.Helper()
	f := &fixture{t: t, used: clock}
	describe := func(site string) simulator.ApplianceOptions {
		o := simulator.ApplianceOptions{Site: site, Service: simulator.Service(service), PublicURLs: []string{"https://" + site + ".example.com:8048"}}
		for _, change := range options {
			change(&o)
		}
		return o
	}
	fixture, err := simulator.Start(simulator.Options{Now: clock.Now, Appliances: []simulator.ApplianceOptions{describe("site-a"), describe("site-b")}})
	if err != nil {
		t.Fatal(err)
	}
	f.a, f.b, f.ca = fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.CertificateAuthority()
	t.Cleanup(func() {
		fixture.Close()
		for _, v := range f.a.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	f.Client = f.connect(rootLogin(), nil)
	return f
}

func rootLogin() Login {
	root := simulator.DefaultAccounts().LocalUsers[0]
	return LocalUser{Username: root.Username, Password: root.Password}
}

// connect returns a client of the first appliance, which is logged out at the end
// of the test.
func (f *fixture) connect(l Login, change func(*Options)) *Client {
	f.t.Helper()
	return connect(f.t, f.a.URL(), l, func(o *Options) {
		o.Transport.Trust.CACertificate, o.Clock = f.ca, f.used
		if change != nil {
			change(o)
		}
	})
}

func connect(t *testing.T, address string, l Login, change func(*Options)) *Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Login: l, Transport: rest.Options{BaseURL: base, UserAgent: "test", RequestTimeout: time.Minute}}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Logout(context.WithoutCancel(t.Context())) // some tests have broken the server
	})
	return c
}

// pairRequest returns a request to pair with the other appliance.
func (f *fixture) pairRequest(description string) PairRequest {
	r := PairRequest{APIURL: "https://site-b.example.com:8048", APIThumbprint: f.b.Thumbprint(), Description: description}
	if f.a.Service() == simulator.Cloud {
		r.Site = "site-b"
	}
	return r
}

// startPairing starts a pairing whose task takes a time.
func (f *fixture) startPairing(length time.Duration) Task {
	f.t.Helper()
	f.a.SetTaskDuration(length)
	task, err := f.Pair(f.t.Context(), f.pairRequest("DR"))
	if err != nil {
		f.t.Fatal(err)
	}
	return task
}

// lastRequest returns the last request with a method and path.
func (f *fixture) lastRequest(method, path string) simulator.Record {
	f.t.Helper()
	var found simulator.Record
	for _, r := range f.a.Requests() {
		if r.Method == method && r.Path == path {
			found = r
		}
	}
	if found.Method == "" {
		f.t.Fatalf("no %s %s arrived", method, path)
	}
	return found
}

// forEachService runs a test for each service.
func forEachService(t *testing.T, test func(t *testing.T, service Service)) {
	t.Helper()
	for _, service := range []Service{Manager, Cloud} {
		t.Run(string(service), func(t *testing.T) { test(t, service) })
	}
}

// scripted returns a client of a server with a handler. Its login always succeeds.
func scripted(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	return scriptedLogin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/sessions" {
			w.Header().Set(tokenHeader, "scripted-token")
			return
		}
		h(w, r)
	})
}

func scriptedLogin(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return connect(t, server.URL, rootLogin(), func(o *Options) { o.Clock = newClock() })
}

// reply responds with JSON.
func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the client may have left
	}
}

// runConcurrently runs n calls at once.
func runConcurrently(n int, call func()) {
	var all sync.WaitGroup
	for range n {
		all.Go(call)
	}
	all.Wait()
}

// decodeObject decodes a JSON object.
func decodeObject(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return v
}

func canceled(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}
