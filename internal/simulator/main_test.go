package simulator_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const accept47 = "application/vnd.vmware.h4-v4.7+json;charset=UTF-8"

var flavors = []simulator.Service{simulator.Manager, simulator.Cloud}

// clock stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a pair of appliances with one client each, logged in as root on site-a.
type fixture struct {
	t     testing.TB
	clock *clock
	a, b  *simulator.Appliance
	http  *http.Client
	token string
}

const (
	aliasA = "https://site-a.example.com:8048"
	aliasB = "https://site-b.example.com:8048"
)

type option func(*simulator.ApplianceOptions)

func start(t *testing.T, service simulator.Service, options ...option) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: newClock()}
	make := func(site, alias string) simulator.ApplianceOptions {
		o := simulator.ApplianceOptions{Site: site, Service: service, PublicURLs: []string{alias}, TaskDuration: 10 * time.Second}
		for _, change := range options {
			change(&o)
		}
		return o
	}
	appliances, err := simulator.Start(simulator.Options{
		Appliances: []simulator.ApplianceOptions{make("site-a", aliasA), make("site-b", aliasB)}, Now: f.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(appliances.Close)
	f.a, f.b = appliances.Appliance("site-a"), appliances.Appliance("site-b")
	f.http = trustingClient(t, appliances.CertificateAuthority())
	f.token = f.login(f.a)
	return f
}

func trustingClient(t testing.TB, ca string) *http.Client {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(ca)) {
		t.Fatal("the authority is no PEM")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type response struct {
	status int
	header http.Header
	body   []byte
}

// request is a request to site-a with the token of the fixture, unless its fields say otherwise.
type request struct {
	on     *simulator.Appliance
	method string
	path   string
	body   any // string: verbatim
	header http.Header
	ctx    context.Context
}

func (f *fixture) try(r request) (response, error) {
	f.t.Helper()
	if r.on == nil {
		r.on = f.a
	}
	if r.ctx == nil {
		r.ctx = f.t.Context()
	}
	var body io.Reader
	switch value := r.body.(type) {
	case nil:
	case string:
		body = strings.NewReader(value)
	default:
		text, err := json.Marshal(value)
		if err != nil {
			f.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(r.ctx, r.method, r.on.URL()+r.path, body)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-VCAV-Auth", f.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range r.header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	answer, err := f.http.Do(req)
	if err != nil {
		return response{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return response{answer.StatusCode, answer.Header, text}, err
}

func (f *fixture) do(r request) response {
	f.t.Helper()
	got, err := f.try(r)
	if err != nil {
		f.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return got
}

// must sends a request, requires the status and decodes the body.
func (f *fixture) must(status int, r request, into any) response {
	f.t.Helper()
	got := f.do(r)
	if got.status != status {
		f.t.Fatalf("%s %s: status %d, want %d: %s", r.method, r.path, got.status, status, got.body)
	}
	if into != nil {
		if err := json.Unmarshal(got.body, into); err != nil {
			f.t.Fatalf("%s %s: %v: %s", r.method, r.path, err, got.body)
		}
	}
	return got
}

type apiError struct {
	Code, Msg  string
	Args       []any
	Stacktrace string
}

// requireRefusal requires a status and an error code.
func (f *fixture) requireRefusal(status int, code string, r request) response {
	f.t.Helper()
	var body apiError
	got := f.must(status, r, &body)
	if body.Code != code {
		f.t.Errorf("%s %s: code %s, want %s: %s", r.method, r.path, body.Code, code, got.body)
	}
	if body.Msg == "" || body.Args == nil || body.Stacktrace == "" {
		f.t.Errorf("%s %s: the error lacks a member: %s", r.method, r.path, got.body)
	}
	return got
}

// requireNoViolation requires that no request so far broke the API.
func (f *fixture) requireNoViolation() {
	f.t.Helper()
	for _, a := range []*simulator.Appliance{f.a, f.b} {
		if v := a.Violations(); len(v) > 0 {
			f.t.Errorf("violations on %s: %q", a.Site(), v)
		}
	}
}

func rootLogin() map[string]any {
	root := simulator.DefaultAccounts().LocalUsers[0]
	return map[string]any{"type": "localUser", "localUser": root.Username, "localPassword": root.Password}
}

func (f *fixture) login(on *simulator.Appliance) string {
	f.t.Helper()
	return f.loginAs(on, rootLogin())
}

func (f *fixture) loginAs(on *simulator.Appliance, body map[string]any) string {
	f.t.Helper()
	token := f.must(http.StatusOK, request{on: on, method: "POST", path: "/sessions", body: body}, nil).header.Get("X-VCAV-Auth")
	if token == "" {
		f.t.Fatal("no token")
	}
	return token
}

// withToken returns the fixture with another token.
func (f *fixture) withToken(token string) *fixture {
	other := *f
	other.token = token
	return &other
}

type siteBody struct {
	APIURL        string  `json:"apiUrl"`
	APIThumbprint string  `json:"apiThumbprint"`
	Description   string  `json:"description"`
	Site          *string `json:"site,omitempty"`
}

// pairBody pairs with site-b in the form of the flavor.
func (f *fixture) pairBody(peer *simulator.Appliance) siteBody {
	body := siteBody{APIURL: peer.URL(), APIThumbprint: peer.Thumbprint(), Description: "the other"}
	if peer.Service() == simulator.Cloud {
		body.Site = new(peer.Site())
	}
	return body
}

type commErrors struct {
	IncomingCommError, OutgoingCommError *apiError
}

type site struct {
	ID, Site, Description, APIURL, APIPublicURL, APIThumbprint string
	IsLocal                                                    bool
	State                                                      *commErrors
	APIVersion, BuildVersion, PeerTunnelCert                   *string
	IsProviderDeployment                                       *bool
}

// codes returns the codes of both directions, empty without an error.
func (s site) codes() (incoming, outgoing string) {
	if s.State.IncomingCommError != nil {
		incoming = s.State.IncomingCommError.Code
	}
	if s.State.OutgoingCommError != nil {
		outgoing = s.State.OutgoingCommError.Code
	}
	return incoming, outgoing
}

type task struct {
	ID, User     string
	WorkflowInfo struct{ Type, ResourceType, ResourceID, ResourceName string }
	Progress     int
	State        string
	LastUpdated  int64
	StartTime    int64
	EndTime      int64
	ResultType   *string
	Result       *site
	Error        *apiError
	Warnings     []any
	Site         *string
}

// settle runs every task to its end and reads one.
func (f *fixture) settle(id string) task {
	f.t.Helper()
	f.clock.Advance(time.Minute)
	var done task
	f.must(http.StatusOK, request{method: "GET", path: "/tasks/" + id}, &done)
	return done
}

// peers lists the sites of site-a without the local row.
func (f *fixture) peers() []site {
	f.t.Helper()
	var all, peers []site
	f.must(http.StatusOK, request{method: "GET", path: "/sites"}, &all)
	for _, s := range all {
		if !s.IsLocal {
			peers = append(peers, s)
		}
	}
	return peers
}

// key returns the key of a site in paths.
func (f *fixture) key(s site) string {
	if f.a.Service() == simulator.Manager {
		return s.ID
	}
	return s.Site
}

// acceptedStatus returns the status of POST and PUT /sites.
func (f *fixture) acceptedStatus() int {
	if f.a.Service() == simulator.Manager {
		return http.StatusAccepted
	}
	return http.StatusOK
}

// eachFlavor runs a test on both services.
func eachFlavor(t *testing.T, test func(t *testing.T, service simulator.Service)) {
	t.Helper()
	for _, service := range flavors {
		t.Run(string(service), func(t *testing.T) { test(t, service) })
	}
}
