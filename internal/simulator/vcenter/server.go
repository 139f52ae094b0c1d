// Package vcenter simulates the session part of a vCenter: the VI JSON API in front of govmomi's simulator, which
// speaks SOAP only. It speaks TLS on loopback.
//
// The semantics of sessions are those of govmomi's simulator. Where that is laxer than the reference, the front end
// is strict: a session id is not the key of the session, only the header authenticates, and a clone ticket is not a
// session id. A ticket works once, while the session that acquired it exists.
package vcenter

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// Server is one simulated vCenter. Its methods are safe for concurrent use.
type Server struct {
	options Options // as started, with defaults
	model   *simulator.Model
	ca      *certs.Authority
	leaf    *tls.Certificate
	url     string
	server  *http.Server
	serving sync.WaitGroup // the listener, then its connections
	stop    sync.Once

	mu         sync.Mutex // guards all below
	vms        []VM
	sessions   map[string]*session // by session id
	tickets    map[string]ticket
	counters   counters
	records    []Record
	violations []string
}

// Start brings up a vCenter.
func Start(o Options) (*Server, error) {
	s := &Server{
		options:  o.withDefaults(),
		vms:      slices.Clone(o.VMs),
		sessions: map[string]*session{},
		tickets:  map[string]ticket{},
		counters: counters{requests: map[string]int{}},
	}
	if err := s.startModel(); err != nil {
		return nil, fmt.Errorf("simulator: vCenter: %w", err)
	}
	if err := s.listen(); err != nil {
		s.model.Remove()
		return nil, fmt.Errorf("simulator: vCenter: %w", err)
	}
	return s, nil
}

// creating serializes the creation of models, because govmomi changes variables of its package in it.
var creating sync.Mutex

// startModel prepares an empty inventory. Its SOAP service is called in process only.
func (s *Server) startModel() error {
	creating.Lock()
	defer creating.Unlock()
	s.model = simulator.VPX()
	s.model.Datacenter = 0
	s.model.ServiceContent.About.ApiVersion = s.options.Releases[len(s.options.Releases)-1]
	if err := s.model.Create(); err != nil {
		return err
	}
	s.model.Service.RegisterSDK(s.model.Map())
	s.model.Service.Listen = &url.URL{User: url.UserPassword(s.options.Username, s.options.Password)}
	return nil
}

// listen binds the port, makes the certificate and starts to serve.
func (s *Server) listen() (err error) {
	if s.ca, err = certs.NewAuthority("vCenter simulator CA", seed.New(s.options.Seed)); err != nil {
		return err
	}
	if s.leaf, err = s.ca.Issue("vCenter simulator", certs.Loopback); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.options.Addr)
	if err != nil {
		return err
	}
	s.url = "https://" + listener.Addr().String()
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*s.leaf}, NextProtos: []string{"http/1.1"}}
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

// connState lets Close wait for connections.
func (s *Server) connState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.serving.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.serving.Done()
	}
}

// Close stops the vCenter.
func (s *Server) Close() {
	s.stop.Do(func() {
		_ = s.server.Close()
		s.serving.Wait()
		s.model.Remove()
	})
}

// URL returns the base address, without a trailing slash.
func (s *Server) URL() string { return s.url }

// Username returns the name of the one user.
func (s *Server) Username() string { return s.options.Username }

// Password returns the user's password.
func (s *Server) Password() string { return s.options.Password }

// CertificateAuthority returns, as PEM, the certificate which signed the
// server's.
func (s *Server) CertificateAuthority() string { return s.ca.PEM() }

// Thumbprint returns the SHA-256 thumbprint of the server's certificate.
func (s *Server) Thumbprint() string { return certs.Thumbprint(s.leaf.Certificate[0]) }
