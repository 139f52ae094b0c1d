package vcda

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
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

// Key is what the service calls the site by in a path: its id on the Manager, its
// name on the Cloud service, whose rows have no id. Where the service is not known
// (""), the row decides.
func (s Site) Key(service Service) string {
	switch service {
	case Cloud:
		return s.Site
	case Manager:
		return s.ID
	}
	return cmp.Or(s.ID, s.Site)
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
	var list rest.List[Site]
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: "/sites", DecodeInto: &list})
	if err != nil {
		return nil, err
	}
	sites := list.Items
	service := c.knownService()
	if contradicts(sites, service) {
		return nil, &ServiceError{Service: service}
	}
	if keyless(sites, service) {
		return nil, response.OtherForm("a site in it has no " + keyName[service])
	}
	return sites, nil
}

// ServiceError is an appliance that runs another service than the one it is taken
// for.
type ServiceError struct {
	Service Service
	Err     error // what it answered, if that was an error
}

func (e *ServiceError) Error() string {
	return fmt.Sprintf("the provider takes the appliance for a %s service, but it behaves like a %s service", e.Service, map[Service]Service{Manager: Cloud, Cloud: Manager}[e.Service])
}

func (e *ServiceError) Unwrap() error { return e.Err }

// contradicts reports whether the rows are of the other service: those of the
// Manager have an id, those of the Cloud service have none.
func contradicts(sites []Site, service Service) bool {
	peers := PeersOf(sites)
	return service != "" && len(peers) > 0 && !slices.ContainsFunc(peers, func(s Site) bool {
		return (s.ID != "") == (service == Manager) || s.ID == "" && s.Site == ""
	})
}

// keyless reports whether a row has no key. It could be any pairing: better no list
// than a wrong one.
func keyless(sites []Site, service Service) bool {
	return slices.ContainsFunc(sites, func(s Site) bool { return !s.IsLocal && s.Key(service) == "" })
}

var keyName = map[Service]string{Manager: "id", Cloud: "name", "": "id and no name"}

// Peers lists the paired sites, without the local one.
func (c *Client) Peers(ctx context.Context) ([]Site, error) {
	sites, err := c.Sites(ctx)
	return PeersOf(sites), err
}

// PeersOf leaves the local site out.
func PeersOf(sites []Site) []Site {
	return slices.DeleteFunc(slices.Clone(sites), func(s Site) bool { return s.IsLocal })
}

// Pair starts pairing with a site (POST /sites). It is sent once, whatever
// happens to its response.
func (c *Client) Pair(ctx context.Context, r PairRequest) (Task, error) {
	return c.start(ctx, rest.Request{Method: http.MethodPost, Path: "/sites", Body: r})
}

// Repair starts re-pairing a site (PUT /sites/{key}).
func (c *Client) Repair(ctx context.Context, key string, r PairRequest) (Task, error) {
	path, err := keyed("/sites/", key)
	if err != nil {
		return Task{}, err
	}
	r.Site = ""
	return c.start(ctx, rest.Request{Method: http.MethodPut, Path: path, Body: r})
}

// Unpair starts removing a site (DELETE /sites/{key}).
func (c *Client) Unpair(ctx context.Context, key string) (Task, error) {
	path, err := keyed("/sites/", key)
	if err != nil {
		return Task{}, err
	}
	return c.start(ctx, rest.Request{Method: http.MethodDelete, Path: path})
}

// keyed is the path of one of many. A key that would lead to another path is
// refused.
func keyed(path, key string) (string, error) {
	switch key {
	case "", ".", "..":
		return "", fmt.Errorf("%q can't be used as an ID below %s: correct it", key, path)
	}
	return path + url.PathEscape(key), nil
}
