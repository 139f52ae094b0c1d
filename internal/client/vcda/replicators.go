package vcda

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Replicator is a replicator that is registered with a Manager (ReplicatorInfo). A
// half-paired one may have no ID. APIURL may differ from the one it was registered
// with. The pairing cookie, a secret, is left out.
type Replicator struct {
	ID                string `json:"id"`
	Owner             string `json:"owner"`
	Site              string `json:"site"`
	Description       string `json:"description"`
	APIURL            string `json:"apiUrl"`
	Thumbprint        string `json:"certThumbprint"`
	State             *State `json:"state"`
	InMaintenanceMode bool   `json:"isInMaintenanceMode"`
	APIVersion        string `json:"apiVersion"`
	DataAddress       string `json:"dataAddress"`
	BuildVersion      string `json:"buildVersion"`
}

// Link is the state of the connection, empty where the service reports none.
func (r Replicator) Link() State {
	if r.State == nil {
		return State{}
	}
	return *r.State
}

// Key is what the Manager calls the replicator by, "" while it has no ID.
func (r Replicator) Key() string { return r.ID }

// Address is the replicator's URL, as the Manager shows it.
func (r Replicator) Address() string { return r.APIURL }

const replicatorsPath = "/replicators"

// Replicators lists the replicators of a Manager ("List Replicators",
// GET /replicators).
func (c *Client) Replicators(ctx context.Context) ([]Replicator, error) {
	var list rest.List[Replicator]
	_, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: replicatorsPath, DecodeInto: &list})
	return list.Items, err
}

// SharedReplicators is Replicators for reads that run together, which share one
// response. The caller must not change it.
func (c *Client) SharedReplicators(ctx context.Context) ([]Replicator, error) {
	return c.replicators.Get(ctx, replicatorsPath, c.Replicators)
}

// ReplicatorDetails is how a Manager reaches a replicator, and the SSO
// administrator whose credentials the replicator keeps.
type ReplicatorDetails struct {
	RemoteAppliance
	SSOAdmin
}

func (d ReplicatorDetails) secrets() []string {
	return []string{d.RootPassword, d.Password}
}

// NewReplicator is a replicator to register (NewReplicatorRequest). Owner is "*" or
// org@site. The service wants replicatorId to be there, and null.
type NewReplicator struct {
	Owner        string            `json:"owner"`
	Site         string            `json:"site"`
	Description  string            `json:"description"`
	ReplicatorID *string           `json:"replicatorId"`
	Details      ReplicatorDetails `json:"details"`
}

// Matches reports whether a registered replicator is the one to register.
func (n NewReplicator) Matches(r Replicator) bool {
	return r.Thumbprint == n.Details.APIThumbprint && r.Owner == n.Owner && r.Site == n.Site && r.Description == n.Description
}

// AddReplicator registers a replicator ("Add Replicator", POST /replicators). It
// is sent once. What it returns may still lack an ID.
func (c *Client) AddReplicator(ctx context.Context, n NewReplicator) (Replicator, error) {
	var added Replicator
	r := rest.Request{Method: http.MethodPost, Path: replicatorsPath, Body: n, Secrets: n.Details.secrets()}
	err := c.writeOnce(ctx, r, &added, func(ctx context.Context) (bool, error) {
		list, err := c.Replicators(ctx)
		for _, one := range list {
			if one.Thumbprint == n.Details.APIThumbprint {
				added = one
				return true, nil
			}
		}
		return false, err
	})
	return added, err
}

// RepairReplicator gives a replicator another address, certificate or SSO
// administrator ("Repair Replicator", POST /replicators/{id}/reset-cookie).
func (c *Client) RepairReplicator(ctx context.Context, id, description string, d ReplicatorDetails) (Replicator, error) {
	body := struct {
		Description string            `json:"description"`
		Details     ReplicatorDetails `json:"details"`
	}{description, d}
	var repaired Replicator
	path := replicatorsPath + "/" + url.PathEscape(id) + "/reset-cookie"
	err := c.write(ctx, rest.Request{Method: http.MethodPost, Path: path, Body: body, Secrets: d.secrets()}, &repaired)
	return repaired, err
}

// RemoveReplicator unregisters a replicator ("Remove Replicator",
// DELETE /replicators/{id}). One that is not registered is no error.
func (c *Client) RemoveReplicator(ctx context.Context, id string) error {
	err := c.write(ctx, rest.Request{Method: http.MethodDelete, Path: replicatorsPath + "/" + url.PathEscape(id)}, nil)
	if apiStatus(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// SetReplicatorLookupService sets the lookup service of a replicator ("Set
// Replicator Ls", POST /config/replicators/lookup-service).
func (c *Client) SetReplicatorLookupService(ctx context.Context, replicator RemoteAppliance, ls LookupService) error {
	return c.setRemoteLookupService(ctx, "/config/replicators/lookup-service", replicator, ls)
}
