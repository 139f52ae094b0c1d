package vcda

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Tunnel is a tunnel that is registered with a Cloud service. Certificate is base64
// of the DER form. In API 4.5, which has one tunnel, ID is empty.
type Tunnel struct {
	ID          string `json:"id"`
	URL         string `json:"url"`
	Certificate string `json:"certificate"`
}

// Key returns the ID of the tunnel, or its URL in API 4.5.
func (t Tunnel) Key() string {
	if t.ID == "" {
		return t.URL
	}
	return t.ID
}

// Address returns the tunnel's URL, as the Cloud service shows it.
func (t Tunnel) Address() string { return t.URL }

const tunnelsPath = "/config/tunnels"

// Tunnels lists the tunnels of a Cloud service ("List Tunnel", GET /config/tunnels;
// up to 4.5 GET /config, which has one).
func (c *Client) Tunnels(ctx context.Context) ([]Tunnel, error) {
	if err := c.SettleVersion(ctx); err != nil {
		return nil, err
	}
	if !c.HasTunnelList() {
		config, err := c.Config(ctx)
		if err != nil || config.TunnelURL == "" {
			return nil, err
		}
		return []Tunnel{{URL: config.TunnelURL, Certificate: config.TunnelCertificate}}, nil
	}
	var list tunnelList
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: tunnelsPath}, &list)
	return list.Tunnels, err
}

// SharedTunnels is Tunnels with a response that reads share. The caller must not
// change it.
func (c *Client) SharedTunnels(ctx context.Context) ([]Tunnel, error) {
	return c.tunnels.Get(ctx, tunnelsPath, c.Tunnels)
}

// tunnelList is TunnelServicesResponse. A sample of 4.6 has the list in a nested
// object.
type tunnelList struct{ Tunnels []Tunnel }

// UnmarshalJSON reads both forms.
func (l *tunnelList) UnmarshalJSON(text []byte) error {
	var outer struct {
		Tunnels json.RawMessage `json:"tunnels"`
	}
	if err := json.Unmarshal(text, &outer); err != nil {
		return err
	}
	switch {
	case len(outer.Tunnels) == 0:
		return &json.UnmarshalTypeError{Field: "tunnels"}
	case outer.Tunnels[0] == '{':
		return l.UnmarshalJSON(outer.Tunnels)
	}
	return json.Unmarshal(outer.Tunnels, &l.Tunnels)
}

// NewTunnel is a tunnel to register, and its root password, which is not stored.
type NewTunnel struct {
	URL          string `json:"url"`
	Certificate  string `json:"certificate"`
	RootPassword string `json:"rootPassword"`
}

// AddTunnel registers a tunnel ("Register Tunnel", POST /config/tunnels; up to 4.5
// POST /config/tunnel-service). It is sent once.
func (c *Client) AddTunnel(ctx context.Context, n NewTunnel) (Tunnel, error) {
	if err := c.SettleVersion(ctx); err != nil {
		return Tunnel{}, err
	}
	r := rest.Request{Method: http.MethodPost, Path: tunnelsPath, Body: n, Secrets: []string{n.RootPassword}}
	var added Tunnel
	find := func(ctx context.Context) (bool, error) {
		list, err := c.Tunnels(ctx)
		for _, t := range list {
			if t.Certificate == n.Certificate && sameURL(t.URL, n.URL) {
				added = t
				return true, nil
			}
		}
		return false, err
	}
	if c.HasTunnelList() {
		err := c.writeOnce(ctx, r, &added, find)
		return added, err
	}
	r.Path = "/config/tunnel-service"
	var config Config
	err := c.writeOnce(ctx, r, &config, find)
	if err == nil && added.URL == "" {
		added = Tunnel{URL: config.TunnelURL, Certificate: config.TunnelCertificate}
	}
	return added, err
}

// ChangeTunnel changes the address or the certificate of a tunnel (PUT
// /config/tunnels/{id}; in API 4.5, without an id, the call that registers it).
func (c *Client) ChangeTunnel(ctx context.Context, id string, n NewTunnel) (Tunnel, error) {
	if err := c.SettleVersion(ctx); err != nil {
		return Tunnel{}, err
	}
	if !c.HasTunnelList() {
		return c.AddTunnel(ctx, n)
	}
	var changed Tunnel
	r := rest.Request{Method: http.MethodPut, Path: tunnelsPath + "/" + url.PathEscape(id), Body: n, Secrets: []string{n.RootPassword}}
	err := c.write(ctx, r, &changed)
	return changed, err
}

// SetTunnelLookupService sets the lookup service of a tunnel (POST
// /config/tunnels/lookup-service, known from old appliances only). It fails with
// *AbsentCallError if the appliance does not have the call.
func (c *Client) SetTunnelLookupService(ctx context.Context, tunnel RemoteAppliance, ls LookupService) error {
	return asAbsentCall(c.setRemoteLookupService(ctx, "/config/tunnels/lookup-service", tunnel, ls))
}

// sameURL reports whether two addresses are equal after normalization.
func sameURL(a, b string) bool {
	left, err := values.URL(a)
	if err != nil {
		return a == b
	}
	right, err := values.URL(b)
	return err == nil && left == right
}
