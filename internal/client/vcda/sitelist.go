package vcda

import (
	"context"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// purpose keeps the snapshots of the list of sites apart: a list that a change has
// read is too old for a later read.
type purpose string

const (
	forReads   purpose = "read"   // a refresh
	forChanges purpose = "change" // a create, update or delete
)

// siteList is a response to GET /sites, whose peers can be found by their keys.
type siteList struct {
	sites []Site
	byKey map[string]int // place in sites, without the local one
}

func (c *Client) listSites(ctx context.Context) (siteList, error) {
	service, err := c.Service(ctx)
	if err != nil {
		return siteList{}, err
	}
	sites, err := c.Sites(ctx)
	l := siteList{sites: sites, byKey: make(map[string]int, len(sites))}
	for i, s := range l.sites {
		if !s.IsLocal {
			l.byKey[values.SiteName(s.Key(service))] = i
		}
	}
	return l, err
}

// SharedSites is Sites for reads that run together, which share one response. The
// caller must not change it.
func (c *Client) SharedSites(ctx context.Context) ([]Site, error) {
	l, err := c.sites.Get(ctx, forReads, c.listSites)
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
	l, err := c.sites.Get(ctx, forReads, c.listSites)
	if err != nil {
		return nil, err
	}
	if at, ok := l.byKey[values.SiteName(key)]; ok {
		return &l.sites[at], nil
	}
	return nil, nil
}
