// Package simulator is a stateful simulation of VMware Cloud Director Availability appliances, of the Manager and of
// the Cloud service. It speaks TLS on loopback and is strict about requests. The appliances of one fixture know each
// other, so that a site can be paired from both sides.
//
// It follows the published API as far as that goes. Where the reference is silent, the comments say what the
// simulator assumes.
package simulator

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// Options describe a fixture.
type Options struct {
	Appliances []ApplianceOptions
	Now        func() time.Time // nil: time.Now
	Seed       string           // makes certificates and the ids of appliances and pairings the same in each run

	Listen func(address string) (net.Listener, error) // nil: TCP
}

// Fixture is a set of appliances which know each other.
type Fixture struct {
	now    func() time.Time
	listen func(address string) (net.Listener, error)
	source *seed.Source
	ca     *certs.Authority
	closed chan struct{}
	stop   sync.Once

	mu         sync.Mutex                  // guards all below and the state of every appliance
	appliances map[string]*Appliance       // by site
	addresses  map[string]*Appliance       // by normal URL
	servers    map[string]*tls.Certificate // of other systems, by host and port
	pending    []*task                     // tasks whose effect is still to come, earliest end first

	replications []*Replication // in the order of their start
}

// Start brings up every appliance of a fixture.
func Start(o Options) (*Fixture, error) {
	source := seed.New(o.Seed)
	ca, err := certs.NewAuthority("VCDA simulator CA", source)
	if err != nil {
		return nil, err
	}
	e := &Fixture{now: o.Now, listen: o.Listen, source: source, ca: ca, closed: make(chan struct{}), appliances: map[string]*Appliance{}, addresses: map[string]*Appliance{}, servers: map[string]*tls.Certificate{}}
	if e.now == nil {
		e.now = time.Now
	}
	if e.listen == nil {
		e.listen = func(address string) (net.Listener, error) { return net.Listen("tcp", address) }
	}
	for _, raw := range []string{LookupServiceURL, DirectorURL} {
		e.AddServer(raw)
	}
	for _, ao := range o.Appliances {
		if err := e.add(ao); err != nil {
			e.Close()
			return nil, err
		}
	}
	return e, nil
}

func (e *Fixture) add(o ApplianceOptions) error {
	if o.Site == "" || e.Appliance(o.Site) != nil {
		return fmt.Errorf("simulator: site name %q is empty or used twice", o.Site)
	}
	if !slices.Contains(anyService, o.Service) {
		return fmt.Errorf("simulator: site %s: service %q is none of %v", o.Site, o.Service, anyService)
	}
	a := newAppliance(e, o)
	if err := e.launch(a); err != nil {
		return err
	}
	if !o.WithManager {
		return nil
	}
	manager := newAppliance(e, o.manager())
	manager.host = a.host
	a.manager = manager
	return e.launch(manager)
}

// launch starts an appliance and makes it known.
func (e *Fixture) launch(a *Appliance) error {
	if err := a.start(); err != nil {
		return fmt.Errorf("simulator: site %s: %w", a.options.Site, err)
	}
	e.do(func() {
		e.appliances[a.options.Site] = a
		for _, own := range append([]string{a.url}, a.publicURLs...) {
			if n, err := normalizeURL(own); err == nil && e.addresses[n] == nil {
				e.addresses[n] = a
			}
		}
	})
	return nil
}

// Appliance returns the appliance of a site, nil when there is none.
func (e *Fixture) Appliance(site string) *Appliance {
	var found *Appliance
	e.do(func() { found = e.appliances[site] })
	return found
}

// CertificateAuthority returns, as PEM, the certificate which signed those of
// all appliances.
func (e *Fixture) CertificateAuthority() string {
	return e.ca.PEM()
}

// Close stops every appliance and waits until nothing runs any more.
func (e *Fixture) Close() {
	e.stop.Do(func() {
		close(e.closed)
		for _, a := range e.appliances {
			a.close()
		}
	})
}

// do runs f under the lock, after the effects of all tasks that are due.
func (e *Fixture) do(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settle()
	f()
}

// settle ends the tasks that are due, in the order of their ends.
func (e *Fixture) settle() {
	now := e.now()
	due := 0
	for due < len(e.pending) && !now.Before(e.pending[due].end) {
		due++
	}
	if due == 0 {
		return
	}
	var frozen []*task
	for _, t := range e.pending[:due] {
		if t.appliance.frozen {
			frozen = append(frozen, t)
			continue
		}
		t.finish()
	}
	e.pending = slices.Concat(frozen, e.pending[due:])
}

// enqueue inserts a task in the order of the ends.
func (e *Fixture) enqueue(t *task) {
	at := sort.Search(len(e.pending), func(i int) bool { return e.pending[i].end.After(t.end) })
	e.pending = slices.Insert(e.pending, at, t)
}

// byURL returns the appliance that serves a URL, nil if there is none.
func (e *Fixture) byURL(raw string) *Appliance {
	wanted, err := normalizeURL(raw)
	if err != nil {
		return nil
	}
	return e.addresses[wanted]
}

// normalizeURL makes equal endpoints equal strings: host case, default port
// and trailing slash don't count.
func normalizeURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" || u.Hostname() == "" {
		return "", errors.New("not an https URL")
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return strings.ToLower(u.Hostname()) + ":" + port + strings.TrimSuffix(u.Path, "/"), nil
}
