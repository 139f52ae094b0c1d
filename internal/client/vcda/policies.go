package vcda

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// DefaultPolicy is the id of the policy of organizations to which no other one is
// assigned.
const DefaultPolicy = "default"

// Policy is ReplicationPolicyInfo and NewReplicationPolicyRequest. MinRPO is in
// minutes; a negative MaxIncoming is no limit. Responses never have the
// OnPremDataCap. A field that the version does not know is nil.
type Policy struct {
	ID                             string `json:"id,omitempty"`
	DisplayName                    string `json:"displayName"`
	MinRPO                         int64  `json:"minRpo"`
	MaxInstances                   int64  `json:"maxInstances"`
	MaxPinnedInstances             int64  `json:"maxPinnedInstances"`
	MaxIncoming                    int64  `json:"maxIncoming"`
	AllowIncomingMigrations        bool   `json:"allowIncomingMigrations"`
	AllowOutgoingMigrations        bool   `json:"allowOutgoingMigrations"`
	AllowOutgoingOnPremMigrations  bool   `json:"allowOutgoingOnpremMigrations"`
	AllowIncomingProtections       bool   `json:"allowIncomingProtections"`
	AllowOutgoingProtections       bool   `json:"allowOutgoingProtections"`
	AllowOutgoingOnPremProtections *bool  `json:"allowOutgoingOnpremProtections,omitempty"` // 4.7
	AllowCustomSLASettings         bool   `json:"allowCustomSlaSettings"`
	AllowAdvancedRetentionRules    bool   `json:"allowAdvancedRetentionRules"`
	AllowNotificationConfiguration bool   `json:"allowNotificationConfiguration"`
	OnPremDataCap                  *int64 `json:"onpremDataCap,omitempty"`
	Orgs                           *int64 `json:"orgs,omitempty"` // number of organizations that have it
}

// policyRequest returns the body for a policy. Versions before 4.7 do not know all
// fields.
func (c *Client) policyRequest(p Policy) Policy {
	p.ID, p.Orgs = "", nil
	if c.APIVersion() < "4.7" {
		p.AllowOutgoingOnPremProtections = nil
	}
	return p
}

// Policies lists the replication policies ("Policies", GET /policies).
func (c *Client) Policies(ctx context.Context) ([]Policy, error) {
	return readArray(ctx, c, "/policies", func(p Policy) string { return p.ID })
}

// readArray reads a list. An item without an id is an error.
func readArray[T any](ctx context.Context, c *Client, path string, id func(T) string) ([]T, error) {
	var list rest.List[T]
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: c.atSite(nil), DecodeInto: &list})
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list.Items, func(item T) bool { return id(item) == "" }) {
		return nil, response.OtherForm("an item in it has no id")
	}
	return list.Items, nil
}

// declinedFor is how long a declined write about policies or SLA profiles is
// repeated.
const declinedFor = 5 * time.Minute

// CreatePolicy creates a replication policy ("Create Policy", POST /policies). It
// is sent once. If the response is lost, the policy is searched by its name, which
// is unique.
func (c *Client) CreatePolicy(ctx context.Context, p Policy) error {
	ctx, cancel := c.clock.WithTimeout(ctx, declinedFor, nil)
	defer cancel()
	return c.writeOnce(ctx, rest.Request{Method: http.MethodPost, Path: "/policies", Query: c.atSite(nil), Body: c.policyRequest(p), Finish: true}, nil,
		func(ctx context.Context) (bool, error) {
			all, err := c.Policies(ctx)
			return slices.ContainsFunc(all, func(other Policy) bool { return other.DisplayName == p.DisplayName }), err
		})
}

// UpdatePolicy replaces a replication policy ("Update Policy", PUT /policies/{id}).
func (c *Client) UpdatePolicy(ctx context.Context, p Policy) error {
	path, err := keyPath("/policies/", p.ID)
	if err != nil {
		return err
	}
	return c.perform(ctx, http.MethodPut, path, c.policyRequest(p))
}

// DeletePolicy deletes a replication policy that no organization has (DELETE
// /policies/{id}).
func (c *Client) DeletePolicy(ctx context.Context, id string) error {
	path, err := keyPath("/policies/", id)
	if err != nil {
		return err
	}
	return c.perform(ctx, http.MethodDelete, path, nil)
}

// AssignPolicy assigns a policy to a local organization, by its short name ("Assign
// Policy To Org", PATCH /policies/{id}/orgs/{org}).
func (c *Client) AssignPolicy(ctx context.Context, id, org string) error {
	path, err := keyPath("/policies/", id)
	if err != nil {
		return err
	}
	if path, err = keyPath(path+"/orgs/", org); err != nil {
		return err
	}
	return c.perform(ctx, http.MethodPatch, path, nil)
}

// perform sends a write without a result, which may be performed twice.
func (c *Client) perform(ctx context.Context, method, path string, body any) error {
	ctx, cancel := c.clock.WithTimeout(ctx, declinedFor, nil)
	defer cancel()
	return c.write(ctx, rest.Request{Method: method, Path: path, Query: c.atSite(nil), Body: body, Finish: true}, nil)
}

// PolicyOrgs lists the organizations that have a policy ("Policy Status", GET
// /policies/{id}/status).
func (c *Client) PolicyOrgs(ctx context.Context, id string) ([]string, error) {
	path, err := keyPath("/policies/", id)
	if err != nil {
		return nil, err
	}
	type status struct {
		Org string `json:"org"`
	}
	rows, err := readArray(ctx, c, path+"/status", func(s status) string { return s.Org })
	var orgs []string
	for _, row := range rows {
		orgs = append(orgs, row.Org)
	}
	return orgs, err
}

// SLAProfile is a set of settings that a provider offers ("Sla Profiles"). RPO is
// in minutes.
type SLAProfile struct {
	ID             string           `json:"id"`
	DisplayName    string           `json:"displayName"`
	Description    string           `json:"description"` // 4.7
	RPO            int64            `json:"rpo"`
	ConnectionType string           `json:"dataConnectionType"`
	Quiesced       bool             `json:"quiesced"`
	Retention      *RetentionPolicy `json:"retentionPolicy"`
	Orgs           int64            `json:"orgs"`         // number of organizations it is assigned to
	Replications   int64            `json:"replications"` // number of replications that use it
}

// SLAProfiles lists the SLA profiles ("Sla Profiles", GET /sla-profiles).
func (c *Client) SLAProfiles(ctx context.Context) ([]SLAProfile, error) {
	return readArray(ctx, c, "/sla-profiles", func(p SLAProfile) string { return p.ID })
}

// AssignSLAProfile assigns an SLA profile to an organization ("Assign Sla
// Profile").
func (c *Client) AssignSLAProfile(ctx context.Context, org, profile string) error {
	path, err := slaPath(org, profile)
	if err != nil {
		return err
	}
	return c.perform(ctx, http.MethodPost, path, nil)
}

// UnassignSLAProfile removes an SLA profile from an organization ("Unassign Sla
// Profile").
func (c *Client) UnassignSLAProfile(ctx context.Context, org, profile string) error {
	path, err := slaPath(org, profile)
	if err != nil {
		return err
	}
	return c.perform(ctx, http.MethodDelete, path, nil)
}

func slaPath(org, profile string) (string, error) {
	path, err := keyPath("/sla-profiles/orgs/", org)
	if err != nil {
		return "", err
	}
	return path + "/profiles/" + url.PathEscape(profile), nil
}
