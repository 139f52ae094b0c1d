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

// Site is a row of GET /sites: ManagerPeerInfo on the Manager service, PeerSiteInfo
// on the Cloud service. A field that the service does not have is nil or empty.
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

// Link returns the state of the link, empty if the service reports none.
func (s Site) Link() State {
	if s.State == nil {
		return State{}
	}
	return *s.State
}

// Endpoint returns the address with which the site was paired: the public URL if
// the service reports it.
func (s Site) Endpoint() string {
	if s.APIPublicURL != "" {
		return s.APIPublicURL
	}
	return s.APIURL
}

// Key returns the key of the site in paths: its id on the Manager, its name on the
// Cloud service, whose rows have no id. If the service is not known (""), it is the
// id if the row has one.
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
// Sites", "Sites Add", "Sites Update"). Site is only for a pairing on the Cloud
// service.
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
	if hasRowWithoutKey(sites, service) {
		return nil, response.OtherForm("a site in it has no " + keyName[service])
	}
	return sites, nil
}

// ServiceError is the error of an appliance that does not run the expected service.
type ServiceError struct {
	Service Service
	Err     error // the error response, or nil
}

func (e *ServiceError) Error() string {
	return fmt.Sprintf("the provider expects a %s service, but the appliance behaves like a %s service", e.Service, map[Service]Service{Manager: Cloud, Cloud: Manager}[e.Service])
}

func (e *ServiceError) Unwrap() error { return e.Err }

// contradicts reports whether the rows are those of the other service: rows of the
// Manager have an id, rows of the Cloud service have none.
func contradicts(sites []Site, service Service) bool {
	peers := PeersOf(sites)
	return service != "" && len(peers) > 0 && !slices.ContainsFunc(peers, func(s Site) bool {
		return (s.ID != "") == (service == Manager) || s.ID == "" && s.Site == ""
	})
}

// hasRowWithoutKey reports whether a row has no key. It could be any pairing, so
// the list is not used.
func hasRowWithoutKey(sites []Site, service Service) bool {
	return slices.ContainsFunc(sites, func(s Site) bool { return !s.IsLocal && s.Key(service) == "" })
}

var keyName = map[Service]string{Manager: "id", Cloud: "name", "": "id and no name"}

// Peers lists the paired sites, without the local one.
func (c *Client) Peers(ctx context.Context) ([]Site, error) {
	sites, err := c.Sites(ctx)
	return PeersOf(sites), err
}

// PeersOf returns the sites without the local one.
func PeersOf(sites []Site) []Site {
	return slices.DeleteFunc(slices.Clone(sites), func(s Site) bool { return s.IsLocal })
}

// Pair starts pairing with a site (POST /sites). It is sent once, whatever the
// response.
func (c *Client) Pair(ctx context.Context, r PairRequest) (Task, error) {
	return c.start(ctx, rest.Request{Method: http.MethodPost, Path: "/sites", Body: r})
}

// Repair starts re-pairing a site (PUT /sites/{key}).
func (c *Client) Repair(ctx context.Context, key string, r PairRequest) (Task, error) {
	path, err := keyPath("/sites/", key)
	if err != nil {
		return Task{}, err
	}
	r.Site = ""
	return c.start(ctx, rest.Request{Method: http.MethodPut, Path: path, Body: r})
}

// Unpair starts removing a site (DELETE /sites/{key}).
func (c *Client) Unpair(ctx context.Context, key string) (Task, error) {
	path, err := keyPath("/sites/", key)
	if err != nil {
		return Task{}, err
	}
	return c.start(ctx, rest.Request{Method: http.MethodDelete, Path: path})
}

// keyPath returns the path of the object with a key. It refuses a key that would
// change the path.
func keyPath(path, key string) (string, error) {
	switch key {
	case "", ".", "..":
		return "", fmt.Errorf("%q can't be used as an ID below %s: correct it", key, path)
	}
	return path + url.PathEscape(key), nil
}
