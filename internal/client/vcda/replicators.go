package vcda

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Replicator is a replicator that is registered with a Manager (ReplicatorInfo).
// One that is not completely paired may have no ID. APIURL may differ from the
// registered one. The pairing cookie is a secret and is not decoded.
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

// Link returns the state of the connection, empty if the service reports none.
func (r Replicator) Link() State {
	if r.State == nil {
		return State{}
	}
	return *r.State
}

// Key returns the ID of the replicator, "" before it has one.
func (r Replicator) Key() string { return r.ID }

// Address returns the replicator's URL, as the Manager shows it.
func (r Replicator) Address() string { return r.APIURL }

const replicatorsPath = "/replicators"

// Replicators lists the replicators of a Manager ("List Replicators",
// GET /replicators).
func (c *Client) Replicators(ctx context.Context) ([]Replicator, error) {
	var list rest.List[Replicator]
	_, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: replicatorsPath, DecodeInto: &list})
	return list.Items, err
}

// SharedReplicators is Replicators with a response that reads share. The caller
// must not change it.
func (c *Client) SharedReplicators(ctx context.Context) ([]Replicator, error) {
	return c.replicators.Get(ctx, replicatorsPath, c.Replicators)
}

// ReplicatorDetails are the address of a replicator and the SSO credentials that it
// stores.
type ReplicatorDetails struct {
	RemoteAppliance
	SSOAdmin
}

func (d ReplicatorDetails) secrets() []string {
	return []string{d.RootPassword, d.Password}
}

// NewReplicator is a replicator to register (NewReplicatorRequest). Owner is "*" or
// org@site. The API requires replicatorId, with the value null.
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

// AddReplicator registers a replicator ("Add Replicator", POST /replicators). It is
// sent once. The result may have no ID yet.
func (c *Client) AddReplicator(ctx context.Context, n NewReplicator) (Replicator, error) {
	var added Replicator
	r := rest.Request{Method: http.MethodPost, Path: replicatorsPath, Body: n, Secrets: n.Details.secrets()}
	err := c.writeOnce(ctx, r, &added, func(ctx context.Context) (bool, error) {
		list, err := c.Replicators(ctx)
		for _, r := range list {
			if r.Thumbprint == n.Details.APIThumbprint {
				added = r
				return true, nil
			}
		}
		return false, err
	})
	return added, err
}

// RepairReplicator changes the address, the certificate or the SSO administrator of
// a replicator ("Repair Replicator", POST /replicators/{id}/reset-cookie).
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

// RemoveReplicator unregisters a replicator ("Remove Replicator", DELETE
// /replicators/{id}). It is no error if it is not registered.
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
