package sitepairing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// peer is one site to pair with, on one appliance.
type peer struct {
	client  *vcda.Client
	service vcda.Service
	id      string // key of the site, "" before it is known
	wanted  vcda.PairRequest
}

// errNotListed is a pairing the sites list should show and doesn't.
var errNotListed = errors.New("the site is not in the list of the appliance's sites")

// alreadyPaired is a pairing somebody else made.
type alreadyPaired struct{ site vcda.Site }

func (e *alreadyPaired) Error() string {
	return fmt.Sprintf("the appliance is already paired with the site %s", e.site.Site)
}

// is tells whether a row of the list is this peer: by its key, before that is
// known by the address on the Manager and by the name on the Cloud service.
func (p *peer) is(s vcda.Site) bool {
	switch {
	case p.id != "":
		return s.Key(p.service) == p.id
	case p.service == vcda.Cloud:
		return s.Site == p.wanted.Site
	}
	return framework.URLType.Same(s.Endpoint(), p.wanted.APIURL)
}

// find looks for the peer in the sites list; nil when it isn't there.
func (p *peer) find(ctx context.Context) (*vcda.Site, error) {
	sites, err := p.client.Peers(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range sites {
		if p.is(s) {
			return &s, nil
		}
	}
	return nil, nil
}

// The pauses between looks at the sites list grow up to a limit.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 5 * time.Second
)

// poll looks until done says so, ctx ends or the time is up; then it returns the
// last error of a look. Errors that may pass don't end it.
func (p *peer) poll(ctx context.Context, limit time.Duration, look func() (done bool, err error)) error {
	clock := p.client.Clock()
	start := clock.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		done, err := look()
		if done || (err != nil && !vcda.Passing(err)) {
			return err
		}
		if clock.Now().Sub(start)+pause > limit {
			return errors.Join(errNotListed, err)
		}
		if sleep := clock.Sleep(ctx, pause); sleep != nil {
			return sleep
		}
	}
}

// How long the sites list may lag behind: after a task that succeeded, after
// one that vanished with a restart, and after one that is hidden.
const (
	lagAfterSuccess = 10 * time.Second
	lagAfterRestart = 30 * time.Second
	noLimit         = 24 * time.Hour // the operation's own timeout ends it
)

// appear waits for the peer to be in the list.
func (p *peer) appear(ctx context.Context, limit time.Duration) (*vcda.Site, error) {
	var site *vcda.Site
	err := p.poll(ctx, limit, func() (done bool, err error) {
		site, err = p.find(ctx)
		return site != nil, err
	})
	return site, err
}

// disappear waits for the peer to be gone from the list.
func (p *peer) disappear(ctx context.Context, limit time.Duration) error {
	return p.poll(ctx, limit, func() (done bool, err error) {
		site, err := p.find(ctx)
		return err == nil && site == nil, err
	})
}

// linked waits until neither direction of the link has an error. It returns the
// site as last seen.
func (p *peer) linked(ctx context.Context, site *vcda.Site) (*vcda.Site, error) {
	err := p.poll(ctx, noLimit, func() (done bool, err error) {
		seen, err := p.find(ctx)
		if seen != nil {
			site = seen
		}
		link := site.Link()
		return err == nil && link.Incoming == nil && link.Outgoing == nil, err
	})
	return site, err
}

// claim says whether a task is about this peer.
type claim int

const (
	no claim = iota
	maybe
	yes
)

// about decides by the task's result, else by what it says it works on. A task
// of the Manager may name neither before it ends.
func (p *peer) about(t vcda.Task, listed *vcda.Site) claim {
	var result vcda.Site
	if json.Unmarshal(t.Result, &result) == nil && result.Key(p.service) != "" {
		if p.is(result) || (listed != nil && result.Key(p.service) == listed.Key(p.service)) {
			return yes
		}
		return no
	}
	for _, name := range []string{t.Workflow.ResourceID, t.Workflow.ResourceName} {
		switch {
		case name == "":
		case name == p.id, name == p.wanted.Site, listed != nil && name == listed.Key(p.service), p.aboutURL(name):
			return yes
		}
	}
	named := t.Workflow.ResourceID != "" || t.Workflow.ResourceName != ""
	if named && (p.service == vcda.Cloud || listed != nil || isURL(t.Workflow.ResourceName) || isURL(t.Workflow.ResourceID)) {
		return no
	}
	return maybe
}

func (p *peer) aboutURL(text string) bool {
	return p.service == vcda.Manager && isURL(text) && framework.URLType.Same(text, p.wanted.APIURL)
}

func isURL(text string) bool {
	_, err := vcda.NormalizeURL(text)
	return err == nil
}
