package vcda

import (
	"cmp"
	"context"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Config is the configuration of an appliance ("Configure Get" on the Manager
// service, CloudConfigResponse on the Cloud service).
type Config struct {
	ID                      string `json:"id"`        // of the service's instance
	Site                    string `json:"site"`      // Manager service
	LocalSite               string `json:"localSite"` // Cloud service
	LocalSiteDescription    string `json:"localSiteDescription"`
	LookupServiceURL        string `json:"lsUrl"`
	LookupServiceThumbprint string `json:"lsThumbprint"`
	DirectorURL             string `json:"vcdUrl"`
	DirectorThumbprint      string `json:"vcdThumbprint"`
	DirectorUser            string `json:"vcdUsername"`
	TunnelURL               string `json:"tunnelUrl"`
	TunnelCertificate       string `json:"tunnelCertificate"`
	IsCombined              bool   `json:"isCombined"`
}

// SiteName returns the name of the appliance's site, "" before it is set.
func (c Config) SiteName() string { return cmp.Or(c.Site, c.LocalSite) }

// Config reads the configuration of the appliance (GET /config).
func (c *Client) Config(ctx context.Context) (Config, error) {
	var config Config
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: "/config"}, &config)
	return config, err
}

// IsConfigured reports whether the first setup of the appliance is done (GET
// /config/is-configured, "Config Is Configured").
func (c *Client) IsConfigured(ctx context.Context) (bool, error) {
	var response struct {
		IsConfigured bool `json:"isConfigured"`
	}
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: "/config/is-configured"}, &response)
	return response.IsConfigured, err
}
