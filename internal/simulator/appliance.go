package simulator

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	rnd "math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// Appliance is one simulated appliance. Its methods are safe for concurrent use.
type Appliance struct {
	fixture    *Fixture
	options    ApplianceOptions // as started, with defaults
	service    Service
	url        string
	publicURLs []string
	server     *http.Server
	serving    sync.WaitGroup // the listener, then its connections

	// The lock of the fixture guards the fields below.
	starts        int // how often the service has started
	started       time.Time
	instanceID    string
	site          string // "" before it is set
	setup         setup
	maintenance   maintenance
	host          *host
	manager       *Appliance // of a Cloud service, or nil
	certificate   *tls.Certificate
	thumbprint    string // of the certificate
	latency       time.Duration
	sessions      map[string]*session
	nonces        map[string]bool
	sites         []*siteRecord
	tasks         []*task // in the order of their start
	taskSwitches  taskSwitches
	frozen        bool
	busy          *problem // refusal of changes of a site whose task runs
	earlyRows     bool     // a site is listed while its pair task runs
	duplicateRows bool     // the sites list shows every row twice
	healthErrors  map[string]*apiError
	replicators   replicatorHosts

	workloads           Workloads
	replicationSwitches replicationSwitches
	plans               []*RecoveryPlan
	planSwitches        planSwitches

	faults     []*faultRule
	random     *rnd.Rand
	hook       func(*http.Request)
	counters   counters
	records    []*Record
	violations []string
}

func newAppliance(e *Fixture, o ApplianceOptions) *Appliance {
	o = o.withDefaults()
	a := &Appliance{
		fixture:      e,
		options:      o,
		service:      o.Service,
		started:      e.now(),
		publicURLs:   slices.Clone(o.PublicURLs),
		host:         newHost(o, e.now()),
		latency:      o.Latency,
		sessions:     map[string]*session{},
		nonces:       map[string]bool{},
		taskSwitches: taskSwitches{duration: o.TaskDuration},
		healthErrors: map[string]*apiError{},
		random:       rnd.New(rnd.NewPCG(1, 2)), // the same faults in every run
		counters:     counters{requests: map[string]int{}},

		workloads:           *o.Workloads,
		replicationSwitches: replicationSwitches{syncTime: o.SyncTime, recoveryTime: o.RecoveryTime},
	}
	a.deploy()
	a.workloads.Policies = slices.Concat([]Policy{defaultPolicy()}, a.workloads.Policies)
	a.workloads.identify(a)
	return a
}

// start makes the certificate and, unless the appliance is unserved, the server.
func (a *Appliance) start() error {
	if a.options.Unserved {
		if len(a.publicURLs) == 0 {
			return errors.New("a site without a server needs a public URL")
		}
		a.url = a.publicURLs[0]
		return a.certify()
	}
	listener, err := a.fixture.listen(a.options.Addr)
	if err != nil {
		return err
	}
	a.url = "https://" + listener.Addr().String()
	if err := a.certify(); err != nil {
		_ = listener.Close()
		return err
	}
	a.listen(listener)
	return nil
}

// certify gives the appliance a certificate of the fixture's authority.
func (a *Appliance) certify() error {
	certificate, err := a.fixture.ca.IssueKind(a.options.CertificateKind, a.options.Site, a.certificateNames())
	if err != nil {
		return err
	}
	a.fixture.do(func() {
		a.certificate, a.thumbprint = certificate, certs.Thumbprint(certificate.Certificate[0])
	})
	return nil
}

func (a *Appliance) listen(listener net.Listener) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.currentCertificate, NextProtos: a.options.protocols()}
	a.server = &http.Server{
		Handler:           http.HandlerFunc(a.serve),
		ConnState:         a.connState,
		ConnContext:       a.markConnection,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // refused handshakes are expected
	}
	listening := make(chan struct{})
	a.serving.Go(func() {
		close(listening)
		_ = a.server.Serve(tls.NewListener(listener, config)) // always ends with ErrServerClosed
	})
	<-listening
}

func (a *Appliance) close() {
	if a.server == nil {
		return
	}
	_ = a.server.Close()
	a.serving.Wait()
}

// connState counts connections and lets close wait for them.
func (a *Appliance) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		a.serving.Add(1)
		a.fixture.do(func() { a.counters.connections++ })
	case http.StateClosed, http.StateHijacked:
		a.serving.Done()
	}
}

func (a *Appliance) certificateNames() []string {
	if a.options.CertificateNames != nil {
		return a.options.CertificateNames
	}
	names := slices.Clone(certs.Loopback)
	for _, raw := range append([]string{a.url}, a.publicURLs...) {
		if u, err := url.Parse(raw); err == nil && !slices.Contains(names, u.Hostname()) {
			names = append(names, u.Hostname())
		}
	}
	return names
}

func (a *Appliance) currentCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	var current *tls.Certificate
	a.fixture.do(func() { current = a.certificate })
	return current, nil
}

// URL returns the base of the API, without a trailing slash.
func (a *Appliance) URL() string { return a.url }

// Site returns the name by which the fixture knows the appliance. It is the name
// of the appliance's own site, once that is set.
func (a *Appliance) Site() string { return a.options.Site }

// Service returns the flavor.
func (a *Appliance) Service() Service { return a.service }

// Accounts returns the accounts that may log in.
func (a *Appliance) Accounts() Accounts {
	var accounts Accounts
	a.fixture.do(func() { accounts = a.host.accounts })
	return accounts
}

// SetAccounts changes the accounts that may log in; sessions stay open.
func (a *Appliance) SetAccounts(accounts Accounts) {
	a.fixture.do(func() { a.host.accounts = accounts })
}

// Thumbprint returns the thumbprint of the current certificate, in canonical form.
func (a *Appliance) Thumbprint() string {
	var print string
	a.fixture.do(func() { print = a.thumbprint })
	return print
}

// CertificatePEM returns the current certificate.
func (a *Appliance) CertificatePEM() string {
	var text string
	a.fixture.do(func() { text = certs.PEM(a.certificate.Certificate[0]) })
	return text
}

// RotateCertificate gives the appliance a new certificate of the same authority. The service restarts, as on a real
// appliance.
func (a *Appliance) RotateCertificate() {
	if err := a.certify(); err != nil {
		panic(err) // the first one was issued the same way
	}
	a.Restart()
}

// Restart drops sessions and tasks. Sites stay, and running tasks still take effect. Older connections close after
// their next response, so no request is lost. To lose one, add a Reset fault.
func (a *Appliance) Restart() { a.fixture.do(a.forgetSessions) }

// forgetSessions is Restart under the lock.
func (a *Appliance) forgetSessions() {
	clear(a.sessions)
	clear(a.nonces)
	a.tasks = nil
	a.starts++
}

// PowerOff closes the port, so that connections are refused until PowerOn. It drops sessions and tasks, as Restart
// does.
func (a *Appliance) PowerOff() {
	a.close()
	a.Restart()
}

// PowerOn listens at the same address again.
func (a *Appliance) PowerOn() {
	listener, err := net.Listen("tcp", strings.TrimPrefix(a.url, "https://"))
	if err != nil {
		panic(err) // another process has taken the port meanwhile
	}
	a.listen(listener)
}

// startKey marks a connection with the start of the service it belongs to.
type startKey struct{}

func (a *Appliance) markConnection(ctx context.Context, _ net.Conn) context.Context {
	var current int
	a.fixture.do(func() { current = a.starts })
	return context.WithValue(ctx, startKey{}, current)
}

// SetLatency sets the delay before each request is performed.
func (a *Appliance) SetLatency(d time.Duration) {
	a.fixture.do(func() { a.latency = d })
}

// BeforeResponse sets a hook that runs after a request is performed and before its response is sent. The response
// waits for the hook; nil removes the hook.
func (a *Appliance) BeforeResponse(hook func(*http.Request)) {
	a.fixture.do(func() { a.hook = hook })
}

// PublicURL returns the address under which peers reach the appliance: the first of its public URLs, else the base of
// its API.
func (a *Appliance) PublicURL() string {
	if len(a.publicURLs) > 0 {
		return a.publicURLs[0]
	}
	return a.url
}

func (a *Appliance) newestVersion() string {
	return a.options.APIVersions[len(a.options.APIVersions)-1]
}

// pairingID returns the ID of a new pairing with the peer at the URL.
func (a *Appliance) pairingID(publicURL string) string {
	return a.fixture.source.UUID("pairing of " + a.site + " with " + publicURL)
}

// randomID returns a new ID of a session or a task. It differs in each run, also with a seed.
func randomID() string { return seed.New("").UUID("") }
