package sitepairing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
)

// peer is one site to pair with, on one appliance.
type peer struct {
	client  *vcda.Client
	service vcda.Service
	id      string    // key of the site, "" before it is known
	asOf    time.Time // when the list was asked for that find last looked at
	wanted  vcda.PairRequest
}

// errNotListed is a pairing the sites list should show and doesn't.
var errNotListed = errors.New("the site is not in the list of the appliance's sites")

// alreadyPairedError is a pairing somebody else made.
type alreadyPairedError struct{ site vcda.Site }

func (e *alreadyPairedError) Error() string {
	return fmt.Sprintf("the appliance is already paired with the site %s", e.site.Site)
}

// listedTwiceError is a sites list that holds two pairings where there can be one.
type listedTwiceError struct{ one, other string }

func (e *listedTwiceError) Error() string {
	return fmt.Sprintf("the list of the appliance's sites shows this site twice, as %s and as %s: remove one of them from the appliance", e.one, e.other)
}

// is tells whether a row of the list is this peer: by its key, before that is
// known by its name, and on the Manager, which may not be given one, by its
// address.
func (p *peer) is(s vcda.Site) bool {
	switch {
	case p.id != "":
		return s.Key(p.service) == p.id
	case p.wanted.Site != "" && s.Site == p.wanted.Site:
		return true
	}
	return p.service == vcda.Manager && customtypes.URLType.Same(s.Endpoint(), p.wanted.APIURL)
}

// find looks for the peer in a sites list asked for at since or later; nil when
// it isn't there.
func (p *peer) find(ctx context.Context, since time.Time) (*vcda.Site, error) {
	sites, asOf, err := p.client.SitesSince(ctx, since)
	if err != nil {
		return nil, err
	}
	p.asOf = asOf
	var found *vcda.Site
	for _, s := range sites {
		switch {
		case s.IsLocal || !p.is(s):
		case found == nil:
			found = &s
		case found.Key(p.service) != s.Key(p.service):
			return nil, &listedTwiceError{found.Key(p.service), s.Key(p.service)}
		}
	}
	return found, nil
}

// together is how old a list may be that serves several changes which begin at
// the same time. None is older than a change of this process.
const together = time.Second

// lately is since when a list serves the beginning of a change.
func (p *peer) lately() time.Time { return p.now().Add(-together) }

func (p *peer) now() time.Time { return p.client.Clock().Now() }

// seek is find with patience for answers that are broken by chance: where a
// change begins, giving up would be early. What is not as expected may be the work
// of another process, and is looked at anew.
func (p *peer) seek(ctx context.Context, expected bool) (*vcda.Site, error) {
	begun := p.now()
	site, err := p.appear(ctx, p.lately(), 0)
	if there := site != nil; err == nil && there != expected {
		site, err = p.appear(ctx, begun, 0)
	}
	return site, err
}

// The pauses between looks grow up to a limit.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 5 * time.Second
)

// patience is how many looks may be broken before one of them counts, whatever
// the limit.
const patience = 4

// poll looks until done says so, ctx ends or the time is up. It is false without
// an error when the last look was a good one, but did not show what is wanted.
// Errors that may pass don't end it. The first look may read what was asked for
// at since, each later one is to ask anew.
func poll(ctx context.Context, clock clock.Clock, since time.Time, limit time.Duration, look func(since time.Time) (done bool, err error)) (bool, error) {
	start, broken := clock.Now(), 0
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		done, err := look(since)
		if done || (err != nil && !vcda.IsTransient(err)) {
			return done, err
		}
		if vcda.IsInvalidResponse(err) {
			broken++
		}
		if again := vcda.IsInvalidResponse(err) && broken < patience; !again && clock.Now().Sub(start)+pause > limit {
			return false, err
		}
		if sleep := clock.Sleep(ctx, pause); sleep != nil {
			return false, errors.Join(sleep, err)
		}
		since = clock.Now()
	}
}

// read repeats a read that only failed.
func read(ctx context.Context, clock clock.Clock, look func() error) error {
	_, err := poll(ctx, clock, time.Time{}, 0, func(time.Time) (bool, error) {
		err := look()
		return err == nil, err
	})
	return err
}

// How long the sites list may lag behind: after a task that succeeded, after
// one that vanished with a restart, and after one that is hidden.
const (
	lagAfterSuccess = 10 * time.Second
	lagAfterRestart = 30 * time.Second
	noLimit         = 24 * time.Hour // the operation's own timeout ends it
)

// appear waits for the peer to be in the list; nil when it isn't in time.
func (p *peer) appear(ctx context.Context, since time.Time, limit time.Duration) (*vcda.Site, error) {
	return p.appearAs(ctx, since, limit, func(vcda.Site) bool { return true })
}

// listed is appear where the peer has to be there: errNotListed when it isn't.
func (p *peer) listed(ctx context.Context, since time.Time, limit time.Duration) (*vcda.Site, error) {
	site, err := p.appear(ctx, since, limit)
	if err == nil && site == nil {
		err = errNotListed
	}
	return site, err
}

// appearAs waits for the peer to be in the list in a certain form.
func (p *peer) appearAs(ctx context.Context, since time.Time, limit time.Duration, fits func(vcda.Site) bool) (*vcda.Site, error) {
	var site *vcda.Site
	found, err := poll(ctx, p.client.Clock(), since, limit, func(since time.Time) (done bool, err error) {
		site, err = p.find(ctx, since)
		return site != nil && fits(*site), err
	})
	if !found {
		return nil, err
	}
	return site, nil
}

// disappear waits for the peer to be gone from the list, and tells whether it is.
func (p *peer) disappear(ctx context.Context, limit time.Duration) (bool, error) {
	return poll(ctx, p.client.Clock(), p.lately(), limit, func(since time.Time) (done bool, err error) {
		site, err := p.find(ctx, since)
		return err == nil && site == nil, err
	})
}

// linked waits until neither direction of the link has an error. It returns the
// site as last seen. Those who wait at the same time share what they look at: any
// list serves that is newer than the last one.
func (p *peer) linked(ctx context.Context, site *vcda.Site) (*vcda.Site, error) {
	_, err := poll(ctx, p.client.Clock(), p.now(), noLimit, func(time.Time) (done bool, err error) {
		seen, err := p.find(ctx, p.asOf.Add(1))
		switch {
		case err != nil:
			return false, err
		case seen == nil:
			return true, errNotListed // somebody has unpaired it
		}
		site = seen
		link := site.Link()
		return link.Incoming == nil && link.Outgoing == nil, nil
	})
	return site, err
}

// matches tells whether a row of the list is as asked for.
func (p *peer) matches(s vcda.Site) bool {
	return s.Description == p.wanted.Description &&
		(s.APIPublicURL == "" || customtypes.URLType.Same(s.APIPublicURL, p.wanted.APIURL)) &&
		(s.APIThumbprint == "" || customtypes.ThumbprintType.Same(s.APIThumbprint, p.wanted.APIThumbprint))
}
