// Package storware is a stateful simulation of the session API of Storware Backup & Recovery. It speaks TLS on
// loopback and is strict about requests.
//
// It follows the published API as far as that goes. Where the reference is silent, the comments say what the
// simulator assumes.
package storware

import (
	"crypto/rand"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// Options describe a server; each has a default.
type Options struct {
	Addr           string           // where it listens; default "127.0.0.1:0"
	Seed           string           // makes the certificate the same in each run
	Accounts       *Accounts        // nil: DefaultAccounts()
	SessionTimeout time.Duration    // of an idle session; default 30 minutes
	Now            func() time.Time // default time.Now
	Switches       Switches
}

// Switches select the variants in which servers differ. The zero value follows the published API, and where that is
// silent the expectations of clients.
type Switches struct {
	EnumObjects        bool      // enums are objects with name and description, not strings
	Sparse             bool      // optional fields are null or left out, timestamps are 0
	StatusOK           bool      // every success has status 200
	StatusNeedsSession bool      // GET /session needs a session
	CookielessLogin    bool      // logins set no cookie
	Errors             ErrorForm // of every refused request
	RefusalStatus      int       // of wrong credentials; default 401
	RefusalText        string    // of wrong credentials
}

// Server is one simulated server. Its methods are safe for concurrent use.
type Server struct {
	options     Options // as started, with defaults
	url         string
	authority   *certs.Authority
	certificate *tls.Certificate
	cookies     cookieNames
	server      *http.Server
	serving     sync.WaitGroup // the listener, then its connections

	mu         sync.Mutex // guards all below
	accounts   Accounts
	switches   Switches
	sessions   map[string]*session // by the value of their cookie
	faults     []*Fault
	hook       func(*http.Request)
	counters   counters
	records    []*Record
	violations []string
}

// Start brings up a server.
func Start(o Options) (*Server, error) {
	o = o.withDefaults()
	s := &Server{
		options:  o,
		cookies:  newCookieNames(),
		accounts: o.Accounts.clone(),
		switches: o.Switches,
		sessions: map[string]*session{},
		counters: counters{requests: map[string]int{}},
	}
	if err := s.listen(); err != nil {
		return nil, err
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Accounts == nil {
		accounts := DefaultAccounts()
		o.Accounts = &accounts
	}
	if o.SessionTimeout == 0 {
		o.SessionTimeout = 30 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// listen binds the port, makes the certificate and starts to serve.
func (s *Server) listen() error {
	listener, err := net.Listen("tcp", s.options.Addr)
	if err != nil {
		return err
	}
	s.url = "https://" + listener.Addr().String()
	if s.authority, err = certs.NewAuthority("Storware simulator CA", seed.New(s.options.Seed)); err == nil {
		s.certificate, err = s.authority.Issue("storware", certs.Loopback)
	}
	if err != nil {
		_ = listener.Close()
		return err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*s.certificate}, NextProtos: []string{"http/1.1"}}
	s.server = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ConnState:         s.connState,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // refused handshakes are expected
	}
	listening := make(chan struct{})
	s.serving.Go(func() {
		close(listening)
		_ = s.server.Serve(tls.NewListener(listener, config)) // always ends with ErrServerClosed
	})
	<-listening
	return nil
}

// connState counts connections and lets Close wait for them.
func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.serving.Add(1)
		s.do(func() { s.counters.connections++ })
	case http.StateClosed, http.StateHijacked:
		s.serving.Done()
	}
}

// Close stops the server and waits until nothing runs any more.
func (s *Server) Close() {
	_ = s.server.Close()
	s.serving.Wait()
}

// URL returns the address of the server; the API is below /api.
func (s *Server) URL() string { return s.url }

// CertificateAuthority returns, as PEM, the certificate which signed the
// server's.
func (s *Server) CertificateAuthority() string { return s.authority.PEM() }

// Thumbprint returns the SHA-256 thumbprint of the server's certificate.
func (s *Server) Thumbprint() string { return certs.Thumbprint(s.certificate.Certificate[0]) }

// Accounts returns the accounts that may log in.
func (s *Server) Accounts() Accounts {
	var accounts Accounts
	s.do(func() { accounts = s.accounts.clone() })
	return accounts
}

// SetAccounts changes the accounts that may log in; sessions stay open.
func (s *Server) SetAccounts(accounts Accounts) {
	s.do(func() { s.accounts = accounts.clone() })
}

// SetSwitches changes all switches.
func (s *Server) SetSwitches(switches Switches) {
	s.do(func() { s.switches = switches })
}

// BeforeResponse sets a hook that runs after a request is performed and before its response is sent. The response
// waits for the hook; nil removes the hook.
func (s *Server) BeforeResponse(hook func(*http.Request)) {
	s.do(func() { s.hook = hook })
}

// do runs f under the lock.
func (s *Server) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// cookieNames differ from server to server, so that no client can rely on them.
type cookieNames struct{ session, route, console string }

func newCookieNames() cookieNames {
	return cookieNames{session: "S" + rand.Text(), route: "R" + rand.Text(), console: "C" + rand.Text()}
}
