package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// siteList is a response to GET /sites with an index of the peers by key.
type siteList struct {
	sites []Site
	byKey map[string]int // index in sites, without the local one
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

// SharedSites is Sites with a response that reads share. The caller must not change
// it.
func (c *Client) SharedSites(ctx context.Context) ([]Site, error) {
	l, err := c.sites.Get(ctx, "", c.listSites)
	return l.sites, err
}

// Peer finds a paired site by its key in the shared list. It is nil if the list
// does not have it.
func (c *Client) Peer(ctx context.Context, key string) (*Site, error) {
	l, err := c.sites.Get(ctx, "", c.listSites)
	if err != nil {
		return nil, err
	}
	if at, ok := l.byKey[values.SiteName(key)]; ok {
		return &l.sites[at], nil
	}
	return nil, nil
}
