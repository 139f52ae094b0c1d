package vcda

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
)

// Site is a row of GET /sites: ManagerPeerInfo on the Manager service,
// PeerSiteInfo on the Cloud service. A nil pointer or an empty string is a field
// the service does not know.
type Site struct {
	ID                   string  `json:"id"`
	Site                 string  `json:"site"`
	Description          string  `json:"description"`
	APIURL               string  `json:"apiUrl"`
	APIPublicURL         string  `json:"apiPublicUrl"`
	APIThumbprint        string  `json:"apiThumbprint"`
	APIVersion           string  `json:"apiVersion"`
	BuildVersion         string  `json:"buildVersion"`
	IsLocal              bool    `json:"isLocal"`
	IsProviderDeployment *bool   `json:"isProviderDeployment"`
	PeerTunnelCert       *string `json:"peerTunnelCert"`
	State                *State  `json:"state"`
}

// State is the health of the link to a peer: nil errors mean none.
type State struct {
	Incoming *APIError `json:"incomingCommError"`
	Outgoing *APIError `json:"outgoingCommError"`
}

// Link is the state of the link, empty where the service reports none.
func (s Site) Link() State {
	if s.State == nil {
		return State{}
	}
	return *s.State
}

// Endpoint is the address the site was paired under: the public URL, which is
// the one that was sent, where the service reports it.
func (s Site) Endpoint() string {
	if s.APIPublicURL != "" {
		return s.APIPublicURL
	}
	return s.APIURL
}

// Key is what the service calls the site by in a path: its id on the Manager,
// its name on the Cloud service.
func (s Site) Key(service Service) string {
	if service == Cloud {
		return s.Site
	}
	return s.ID
}

// PairRequest is the body of a pairing or a re-pairing ("Pair Sites", "Repair
// Sites", "Sites Add", "Sites Update"). Site is sent only when the Cloud service
// adds a site.
type PairRequest struct {
	Site          string `json:"site,omitempty"`
	APIURL        string `json:"apiUrl"`
	APIThumbprint string `json:"apiThumbprint"`
	Description   string `json:"description"`
}

// Sites lists every site, the local one included (GET /sites).
func (c *Client) Sites(ctx context.Context) ([]Site, error) {
	answer, err := c.do(ctx, transport.Request{Method: http.MethodGet, Path: "/sites"})
	if err != nil {
		return nil, err
	}
	var sites []Site
	if err := answer.JSON(&sites); err != nil {
		return nil, err
	}
	for _, s := range sites {
		if s.ID == "" && s.Site == "" && !s.IsLocal {
			// A row without a key could be any pairing: better no list than a wrong one.
			return nil, &transport.AnswerError{Call: answer.Call, Status: answer.Status, Reason: "a site in it has neither an id nor a name"}
		}
	}
	return sites, nil
}

// Peers lists the paired sites, without the local one.
func (c *Client) Peers(ctx context.Context) ([]Site, error) {
	sites, err := c.Sites(ctx)
	if err != nil {
		return nil, err
	}
	var peers []Site
	for _, s := range sites {
		if !s.IsLocal {
			peers = append(peers, s)
		}
	}
	return peers, nil
}

// Pair starts pairing with a site (POST /sites). It is sent once, whatever
// happens to its answer.
func (c *Client) Pair(ctx context.Context, r PairRequest) (Task, error) {
	return c.start(ctx, transport.Request{Method: http.MethodPost, Path: "/sites", Body: r})
}

// Repair starts re-pairing a site (PUT /sites/{key}).
func (c *Client) Repair(ctx context.Context, key string, r PairRequest) (Task, error) {
	r.Site = ""
	return c.start(ctx, transport.Request{Method: http.MethodPut, Path: sitePath(key), Body: r})
}

// Unpair starts removing a site (DELETE /sites/{key}).
func (c *Client) Unpair(ctx context.Context, key string) (Task, error) {
	return c.start(ctx, transport.Request{Method: http.MethodDelete, Path: sitePath(key)})
}

func sitePath(key string) string { return "/sites/" + url.PathEscape(key) }

// NormalizeURL brings the address of an https endpoint into the form by which
// two spellings are compared: lower-case host, no default port, no trailing
// slash. It refuses anything an endpoint can't have.
func NormalizeURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is not a URL", text)
	case !strings.EqualFold(u.Scheme, "https"):
		return "", fmt.Errorf("%q is not an https URL", text)
	case u.Hostname() == "":
		return "", fmt.Errorf("%q has no host", text)
	case u.User != nil:
		return "", fmt.Errorf("the URL of host %q must not hold a user or password", u.Hostname())
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", fmt.Errorf("%q must not have a query or a fragment", text)
	}
	host := strings.ToLower(u.Host)
	return "https://" + strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":") + strings.TrimRight(u.EscapedPath(), "/"), nil
}
