package vcda

import (
	"context"
	"net/http"
	"net/url"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// remotes are the clients of other sites, by the name of the site.
type remotes struct {
	lock    sync.Mutex
	clients map[string]*Client
}

// At returns a client with the same session whose calls act at another site: they
// and the reads of their tasks have the site in their query. An empty name is the
// appliance's own site. The client of a site is always the same.
func (c *Client) At(site string) *Client {
	if site == "" || site == c.site {
		return c
	}
	c.remotes.lock.Lock()
	defer c.remotes.lock.Unlock()
	if c.remotes.clients[site] == nil {
		if c.remotes.clients == nil {
			c.remotes.clients = map[string]*Client{}
		}
		remote := &Client{
			http: c.http, version: c.version, clock: c.clock, login: c.login, sessions: c.sessions, extensions: c.extensions,
			queue: c.queue, taskChanged: c.taskChanged, parent: c, site: site,
		}
		remote.prepare()
		c.remotes.clients[site] = remote
	}
	return c.remotes.clients[site]
}

// Site returns the site at which the calls act, "" for the appliance's own.
func (c *Client) Site() string { return c.site }

// atSite adds the client's site to a query.
func (c *Client) atSite(query url.Values) url.Values {
	if c.site == "" {
		return query
	}
	if query == nil {
		query = url.Values{}
	}
	query.Set("site", c.site)
	return query
}

// Home is the service and the site of an appliance.
type Home struct {
	Service Service
	Site    string
}

// Home reads the service and the site of the appliance from its configuration
// ("Configure Get", GET /config), once. If the user may not read the configuration,
// it reads the list of sites.
func (c *Client) Home(ctx context.Context) (Home, error) {
	if c.parent != nil {
		return c.parent.Home(ctx)
	}
	return c.home.Get(ctx, c.readHome)
}

func (c *Client) readHome(ctx context.Context) (Home, error) {
	var config struct {
		Site      string  `json:"site"`      // Manager
		LocalSite *string `json:"localSite"` // Cloud
	}
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: "/config"}, &config)
	if IsNotFoundOrForbidden(err) {
		return c.homeFromSites(ctx)
	}
	if err != nil {
		return Home{}, err
	}
	home := Home{Service: Manager, Site: config.Site}
	if config.LocalSite != nil {
		home = Home{Service: Cloud, Site: *config.LocalSite}
	}
	if known := c.knownService(); known != "" {
		home.Service = known
	}
	return home, nil
}

// homeFromSites reads the local site from the list of sites.
func (c *Client) homeFromSites(ctx context.Context) (Home, error) {
	service, err := c.Service(ctx)
	if err != nil {
		return Home{}, err
	}
	sites, err := c.SharedSites(ctx)
	for _, s := range sites {
		if s.IsLocal {
			return Home{Service: service, Site: s.Site}, err
		}
	}
	return Home{Service: service}, err
}
