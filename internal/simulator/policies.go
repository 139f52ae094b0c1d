package simulator

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
)

// Policy is a replication policy. The fields are those of the API, so that they
// have the same names in a fixture file, a request and a response.
type Policy struct {
	ID                             string `json:"id"`
	Name                           string `json:"displayName"`
	MinRPO                         int    `json:"minRpo"`
	MaxInstances                   int    `json:"maxInstances"`
	MaxPinnedInstances             int    `json:"maxPinnedInstances"`
	MaxIncoming                    int    `json:"maxIncoming"`
	AllowIncomingMigrations        bool   `json:"allowIncomingMigrations"`
	AllowOutgoingMigrations        bool   `json:"allowOutgoingMigrations"`
	AllowOutgoingOnpremMigrations  bool   `json:"allowOutgoingOnpremMigrations"`
	AllowIncomingProtections       bool   `json:"allowIncomingProtections"`
	AllowOutgoingProtections       bool   `json:"allowOutgoingProtections"`
	AllowOutgoingOnpremProtections bool   `json:"allowOutgoingOnpremProtections"`
	AllowCustomSLASettings         bool   `json:"allowCustomSlaSettings"`
	AllowAdvancedRetentionRules    bool   `json:"allowAdvancedRetentionRules"`
	AllowNotificationConfiguration bool   `json:"allowNotificationConfiguration"`
	OnpremDataCap                  *int   `json:"onpremDataCap"` // write only: no response has it
}

// allowAll is a policy that forbids nothing.
func allowAll(name string) Policy {
	return Policy{
		Name: name, MinRPO: 1, MaxInstances: 24, MaxPinnedInstances: 24, MaxIncoming: -1,
		AllowIncomingMigrations: true, AllowOutgoingMigrations: true, AllowOutgoingOnpremMigrations: true,
		AllowIncomingProtections: true, AllowOutgoingProtections: true, AllowOutgoingOnpremProtections: true,
		AllowCustomSLASettings: true, AllowAdvancedRetentionRules: true, AllowNotificationConfiguration: true,
	}
}

const defaultPolicyID = "default"

// defaultPolicy allows migrations and forbids protections.
func defaultPolicy() Policy {
	p := allowAll("Default")
	p.ID = defaultPolicyID
	p.AllowIncomingProtections, p.AllowOutgoingProtections, p.AllowOutgoingOnpremProtections = false, false, false
	return p
}

// policyResponse is ReplicationPolicyInfo.
func (a *Appliance) policyResponse(p *Policy, version string) map[string]any {
	out := map[string]any{}
	text, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err) // a policy is made of plain values
	}
	delete(out, "onpremDataCap")
	if version < "4.7" {
		delete(out, "allowOutgoingOnpremProtections")
	}
	out["orgs"] = len(a.orgsOf(p))
	return out
}

// orgsOf returns the organizations that a policy is assigned to.
func (a *Appliance) orgsOf(p *Policy) []string {
	names := []string{}
	for _, org := range a.workloads.Orgs {
		if a.policyOf(org.Name) == p {
			names = append(names, org.Name)
		}
	}
	return names
}

// policyOf returns the policy of an organization.
func (a *Appliance) policyOf(org string) *Policy {
	for _, known := range a.workloads.Orgs {
		if known.Name != org {
			continue
		}
		for i := range a.workloads.Policies {
			if a.workloads.Policies[i].Name == known.Policy {
				return &a.workloads.Policies[i]
			}
		}
	}
	return &a.workloads.Policies[0]
}

func (c *call) policy() (*Policy, *problem) {
	for i := range c.appliance.workloads.Policies {
		if c.appliance.workloads.Policies[i].ID == c.key {
			return &c.appliance.workloads.Policies[i], nil
		}
	}
	return nil, refuse(http.StatusNotFound, "PolicyNotFound", "Policy %s was not found.", c.key)
}

func (c *call) listPolicies() (reply, *problem) {
	rows := []any{}
	for i := range c.appliance.workloads.Policies {
		rows = append(rows, c.appliance.policyResponse(&c.appliance.workloads.Policies[i], c.version))
	}
	return reply{status: http.StatusOK, body: rows}, nil
}

func (c *call) getPolicy() (reply, *problem) {
	p, err := c.policy()
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: c.appliance.policyResponse(p, c.version)}, nil
}

// readPolicy decodes NewReplicationPolicyRequest: all fields but onpremDataCap.
func (c *call) readPolicy() (Policy, *problem) {
	var body Policy
	if err := decode(c.body, &body); err != nil {
		return body, err
	}
	var given map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &given) // decode has read it
	for _, name := range fieldNames(reflect.TypeFor[Policy]()) {
		_, sent := given[name]
		switch {
		case name == "id" && sent:
			return body, violation(http.StatusBadRequest, "BadUserInput", "Unknown field id.")
		case name == "allowOutgoingOnpremProtections" && c.version < "4.7":
			if sent {
				return body, violation(http.StatusBadRequest, "BadUserInput", "API %s has no field %s.", c.version, name)
			}
		case name != "id" && name != "onpremDataCap" && !sent:
			return body, violation(http.StatusBadRequest, "BadUserInput", "Field %s is missing.", name)
		}
	}
	if body.Name == "" || body.MaxInstances > maxInstances || body.MinRPO < 1 {
		return body, refuse(http.StatusBadRequest, "BadUserInput", "A field of the policy is out of range.")
	}
	for _, other := range c.appliance.workloads.Policies {
		if other.Name == body.Name && other.ID != c.key {
			return body, refuse(http.StatusBadRequest, "BadUserInput", "There is a policy %s already.", body.Name)
		}
	}
	return body, nil
}

func (c *call) createPolicy() (reply, *problem) {
	body, err := c.readPolicy()
	if err != nil {
		return reply{}, err
	}
	body.ID = randomID()
	w := &c.appliance.workloads
	w.Policies = append(w.Policies, body)
	return reply{status: http.StatusCreated, body: c.appliance.policyResponse(&w.Policies[len(w.Policies)-1], c.version)}, nil
}

// updatePolicy is PUT, which replaces: a data cap that is not sent is cleared.
func (c *call) updatePolicy() (reply, *problem) {
	p, err := c.policy()
	if err != nil {
		return reply{}, err
	}
	body, err := c.readPolicy()
	if err != nil {
		return reply{}, err
	}
	for i, org := range c.appliance.workloads.Orgs {
		if c.appliance.policyOf(org.Name) == p && p.ID != defaultPolicyID {
			c.appliance.workloads.Orgs[i].Policy = body.Name
		}
	}
	body.ID = p.ID
	*p = body
	return reply{status: http.StatusOK, body: c.appliance.policyResponse(p, c.version)}, nil
}

func (c *call) deletePolicy() (reply, *problem) {
	p, err := c.policy()
	if err != nil {
		return reply{}, err
	}
	if p.ID == defaultPolicyID {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The default policy can't be deleted.")
	}
	if orgs := c.appliance.orgsOf(p); len(orgs) > 0 {
		return reply{}, refuse(http.StatusBadRequest, "PolicyInUse", "The policy is assigned to %d organizations.", len(orgs))
	}
	c.appliance.workloads.Policies = slices.DeleteFunc(c.appliance.workloads.Policies, func(other Policy) bool { return other.ID == p.ID })
	return reply{status: http.StatusNoContent}, nil
}

// assignPolicy is PATCH /policies/{id}/orgs/{org}: 202, without a body.
func (c *call) assignPolicy() (reply, *problem) {
	p, err := c.policy()
	if err != nil {
		return reply{}, err
	}
	for i, org := range c.appliance.workloads.Orgs {
		if org.Name == c.keys[1] {
			c.appliance.workloads.Orgs[i].Policy = p.Name
			return reply{status: http.StatusAccepted}, nil
		}
	}
	return reply{}, refuse(http.StatusNotFound, "OrgNotFound", "Organization %s was not found.", c.keys[1])
}

// policyStatus is ReplicationPolicyComplianceStatus, one per organization.
type policyStatus struct {
	Org                    string   `json:"org"`
	ConfiguredReplications int      `json:"configuredReplications"`
	MigrationViolation     int      `json:"migrationViolation"`
	ProtectionViolation    int      `json:"protectionViolation"`
	QuotaViolation         int      `json:"quotaViolation"`
	NonInstancesCompliant  []string `json:"nonInstancesCompliant"`
	NonRPOCompliant        []string `json:"nonRpoCompliant"`
}

func (c *call) policyStatus() (reply, *problem) {
	p, err := c.policy()
	if err != nil {
		return reply{}, err
	}
	rows := []policyStatus{}
	for _, org := range c.appliance.orgsOf(p) {
		row := policyStatus{Org: org, NonInstancesCompliant: []string{}, NonRPOCompliant: []string{}}
		for _, r := range c.appliance.fixture.replications {
			if r.destination.Site == c.appliance.site && r.destination.Org == org {
				row.ConfiguredReplications++
				if r.RPO < p.MinRPO {
					row.NonRPOCompliant = append(row.NonRPOCompliant, r.ID)
				}
			}
		}
		rows = append(rows, row)
	}
	return reply{status: http.StatusOK, body: rows}, nil
}

// PolicyOf returns the display name of the policy of an organization.
func (a *Appliance) PolicyOf(org string) string {
	var name string
	a.fixture.do(func() { name = a.policyOf(org).Name })
	return name
}

// AssignPolicy assigns a policy to an organization, by display name.
func (a *Appliance) AssignPolicy(org, policy string) {
	a.fixture.do(func() {
		for i := range a.workloads.Orgs {
			if a.workloads.Orgs[i].Name == org {
				a.workloads.Orgs[i].Policy = policy
			}
		}
	})
}

// EditPolicy changes a policy without a request.
func (a *Appliance) EditPolicy(name string, edit func(*Policy)) {
	a.fixture.do(func() {
		for i := range a.workloads.Policies {
			if a.workloads.Policies[i].Name == name {
				edit(&a.workloads.Policies[i])
				return
			}
		}
		panic("simulator: there is no policy " + name)
	})
}

// SLAProfile is a set of replication settings that a provider offers.
type SLAProfile struct {
	ID          string          `json:"id"`
	Name        string          `json:"displayName"`
	Description string          `json:"description"`
	RPO         int             `json:"rpo"`
	Connection  string          `json:"dataConnectionType"` // default: ENCRYPTED_COMPRESSED
	Quiesced    bool            `json:"quiesced"`
	Retention   []RetentionRule `json:"retention_rules"`
	Orgs        []string        `json:"orgs"` // it is assigned to
}

// slaProfileResponse is a row of GET /sla-profiles.
type slaProfileResponse struct {
	ID              string          `json:"id"`
	DisplayName     string          `json:"displayName"`
	Description     *string         `json:"description,omitempty"` // since 4.7
	RPO             int             `json:"rpo"`
	Connection      string          `json:"dataConnectionType"`
	Quiesced        bool            `json:"quiesced"`
	Retention       retentionPolicy `json:"retentionPolicy"`
	InitialSyncTime int64           `json:"initialSyncTime"`
	Orgs            int             `json:"orgs"`
	Replications    int             `json:"replications"`
}

func (c *call) listSLAProfiles() (reply, *problem) {
	rows := []slaProfileResponse{}
	for _, p := range c.appliance.workloads.SLAProfiles {
		row := slaProfileResponse{
			ID: p.ID, DisplayName: p.Name, RPO: p.RPO, Connection: p.connection(), Quiesced: p.Quiesced,
			Retention: retentionPolicy{Rules: append([]RetentionRule{}, p.Retention...)}, Orgs: len(p.Orgs),
		}
		if c.version >= "4.7" {
			row.Description = new(p.Description)
		}
		for _, r := range c.appliance.fixture.replications {
			if r.SLAProfile == p.ID {
				row.Replications++
			}
		}
		rows = append(rows, row)
	}
	return reply{status: http.StatusOK, body: rows}, nil
}

func (p SLAProfile) connection() string {
	if p.Connection == "" {
		return defaultConnection
	}
	return p.Connection
}

func (a *Appliance) slaProfile(id string) *SLAProfile {
	for i := range a.workloads.SLAProfiles {
		if a.workloads.SLAProfiles[i].ID == id {
			return &a.workloads.SLAProfiles[i]
		}
	}
	return nil
}

// assignSLAProfile is POST /sla-profiles/orgs/{org}/profiles/{id}: 201, without a body. A repeated assignment is
// assumed to change nothing.
func (c *call) assignSLAProfile() (reply, *problem) {
	p, err := c.slaProfileOfOrg()
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(p.Orgs, c.key) {
		p.Orgs = append(p.Orgs, c.key)
	}
	return reply{status: http.StatusCreated}, nil
}

func (c *call) unassignSLAProfile() (reply, *problem) {
	p, err := c.slaProfileOfOrg()
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains(p.Orgs, c.key) {
		return reply{}, refuse(http.StatusNotFound, "SlaProfileNotAssigned", "The SLA profile is not assigned to %s.", c.key)
	}
	p.Orgs = slices.DeleteFunc(p.Orgs, func(org string) bool { return org == c.key })
	return reply{status: http.StatusNoContent}, nil
}

func (c *call) slaProfileOfOrg() (*SLAProfile, *problem) {
	p := c.appliance.slaProfile(c.keys[1])
	switch {
	case p == nil:
		return nil, refuse(http.StatusNotFound, "SlaProfileNotFound", "SLA profile %s was not found.", c.keys[1])
	case !slices.ContainsFunc(c.appliance.workloads.Orgs, func(org Org) bool { return org.Name == c.key }):
		return nil, refuse(http.StatusNotFound, "OrgNotFound", "Organization %s was not found.", c.key)
	}
	return p, nil
}

// SLAProfilesOf returns the names of the SLA profiles assigned to an
// organization.
func (a *Appliance) SLAProfilesOf(org string) []string {
	var names []string
	a.fixture.do(func() {
		for _, p := range a.workloads.SLAProfiles {
			if slices.Contains(p.Orgs, org) {
				names = append(names, p.Name)
			}
		}
	})
	return names
}
