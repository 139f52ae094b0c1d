package vcda

import (
	"context"
	"time"
)

// purpose keeps the snapshots of the list of sites apart: what a change looked at
// is old for a read that comes after it.
type purpose string

const (
	forReads   purpose = "read"   // a refresh
	forChanges purpose = "change" // a create, update or delete
)

// siteList is a response to GET /sites, whose peers can be found by their keys.
type siteList struct {
	service Service // as far as it was known before
	sites   []Site
	byKey   map[string]int // place in sites, without the local one
}

func (c *Client) listSites(ctx context.Context) (siteList, error) {
	l := siteList{service: c.knownService()}
	var err error
	l.sites, err = c.Sites(ctx)
	l.byKey = make(map[string]int, len(l.sites))
	for i, s := range l.sites {
		if !s.IsLocal {
			l.byKey[s.Key(l.service)] = i
		}
	}
	return l, err
}

// SharedSites is Sites for reads that run together, which share one response. The
// caller must not change it.
func (c *Client) SharedSites(ctx context.Context) ([]Site, error) {
	l, err := c.sites.Get(ctx, forReads, c.listSites)
	if err == nil && keyless(l.sites, c.knownService()) {
		return c.Sites(ctx) // the list is of a time when the service wasn't known
	}
	return l.sites, err
}

// SitesSince is Sites for changes that run together: a response that was asked
// for at since or later, and when. The caller must not change it.
func (c *Client) SitesSince(ctx context.Context, since time.Time) ([]Site, time.Time, error) {
	l, begun, err := c.sites.GetSince(ctx, forChanges, since, c.listSites)
	return l.sites, begun, err
}

// Peer finds a paired site by its key, for reads that run together. It is nil
// when the site isn't there.
func (c *Client) Peer(ctx context.Context, key string) (*Site, error) {
	var since time.Time
	for {
		l, begun, err := c.sites.GetSince(ctx, forReads, since, c.listSites)
		if err != nil {
			return nil, err
		}
		if at, ok := l.byKey[key]; ok {
			return &l.sites[at], nil
		}
		if l.service != "" {
			return nil, nil
		}
		// Only who knows the service knows that no row can be the one: look again then.
		if _, err := c.Service(ctx); err != nil {
			return nil, err
		}
		since = begun.Add(1)
	}
}
