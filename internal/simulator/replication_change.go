package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// settingsChange are the settings that can be changed; nil is no change.
type settingsChange struct {
	Description     *string          `json:"description"`
	RPO             *int             `json:"rpo"`
	Connection      *string          `json:"dataConnectionType"`
	Quiesced        *bool            `json:"quiesced"`
	Retention       *retentionPolicy `json:"retentionPolicy"`
	InitialSyncTime *int64           `json:"initialSyncTime"`
	SLAProfileID    *string          `json:"slaProfileId"` // Cloud
	ArchiveSettings *struct{}        `json:"archiveSettings"`
}

// custom reports whether a setting is given that drops the SLA profile.
func (s settingsChange) custom() bool {
	return s.RPO != nil || s.Connection != nil || s.Quiesced != nil || s.Retention != nil
}

var connections = []string{"PLAIN", "ENCRYPTED", "ENCRYPTED_COMPRESSED"}

// checkSettings refuses settings that no appliance accepts.
func (c *call) checkSettings(s settingsChange, migration bool) *problem {
	if s.SLAProfileID != nil {
		p := c.appliance.slaProfile(*s.SLAProfileID)
		switch {
		case c.appliance.service == Manager:
			return violation(http.StatusBadRequest, "BadUserInput", "Unknown field slaProfileId.")
		case s.custom():
			return violation(http.StatusBadRequest, "BadUserInput", "An SLA profile and settings of one's own exclude each other.")
		case p == nil:
			return refuse(http.StatusBadRequest, "SlaProfileNotFound", "SLA profile %s was not found.", *s.SLAProfileID)
		case !c.account.isAdmin() && !slices.Contains(p.Orgs, c.account.Org):
			return refuse(http.StatusForbidden, "Forbidden", "The SLA profile is not assigned to %s.", c.account.Org)
		}
	}
	if migration && (s.SLAProfileID != nil || s.Retention != nil && len(s.Retention.Rules) > 0) {
		return refuse(http.StatusBadRequest, "BadUserInput", "A migration has neither an SLA profile nor instances.")
	}
	if s.RPO != nil && (*s.RPO < 1 || *s.RPO > maxRPO) {
		return refuse(http.StatusBadRequest, "BadUserInput", "RPO %d is out of range.", *s.RPO)
	}
	if s.Connection != nil && !slices.Contains(connections, *s.Connection) {
		return violation(http.StatusBadRequest, "BadUserInput", "Data connection type %s is unknown.", *s.Connection)
	}
	if s.Retention == nil {
		return nil
	}
	total := 0
	for _, rule := range s.Retention.Rules {
		if rule.Instances < 1 || rule.Distance < 0 {
			return refuse(http.StatusBadRequest, "BadUserInput", "A retention rule is out of range.")
		}
		total += rule.Instances
	}
	if len(s.Retention.Rules) > maxRules || total > maxInstances {
		return refuse(http.StatusBadRequest, "BadUserInput", "There are too many retention rules or instances.")
	}
	return nil
}

// apply changes the settings. Any setting of its own drops the SLA profile.
func (r *Replication) apply(a *Appliance, s settingsChange) {
	if s.custom() {
		r.SLAProfile = ""
	}
	if s.SLAProfileID != nil {
		p := a.slaProfile(*s.SLAProfileID)
		r.SLAProfile, r.RPO, r.Connection, r.Quiesced, r.Retention = p.ID, p.RPO, p.connection(), p.Quiesced, slices.Clone(p.Retention)
	}
	set(&r.Description, s.Description)
	set(&r.RPO, s.RPO)
	set(&r.Connection, s.Connection)
	set(&r.Quiesced, s.Quiesced)
	set(&r.InitialSync, s.InitialSyncTime)
	if s.Retention != nil {
		r.Retention = slices.Clone(s.Retention.Rules)
	}
}

func set[T any](value, given *T) {
	if given != nil {
		*value = *given
	}
}

// changeReplication is PATCH of a replication.
func (c *call) changeReplication() (reply, *problem) {
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body settingsChange
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if body == (settingsChange{}) {
		return reply{}, violation(http.StatusBadRequest, "BadRequest", "The change is empty.")
	}
	if err := c.checkSettings(body, s.vms[0].Migration); err != nil {
		return reply{}, err
	}
	for _, r := range s.vms {
		changed := *r
		changed.apply(c.appliance, body)
		if refusal := c.appliance.forbidden(&changed, body); refusal != nil && changed.RPO != r.RPO {
			return reply{}, refusal
		}
	}
	return c.replicationTask("reconfigure", s, c.appliance.taskSwitches.duration, func() *apiError {
		for _, r := range s.vms {
			r.apply(c.appliance, body)
			c.appliance.firstSync(r)
		}
		return nil
	}), nil
}

// stopReplication is DELETE of a replication.
func (c *call) stopReplication() (reply, *problem) {
	if cleanup := c.query.Get("diskCleanup"); cleanup != "" && !slices.Contains([]string{"AUTO", "REMOVE_ALL", "REMOVE_NONE"}, cleanup) {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Disk cleanup %s is unknown.", cleanup)
	}
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	if s.recovery() == Testing {
		return reply{}, refuse(http.StatusBadRequest, "TestActive", "A failover test of replication %s is active.", s.id)
	}
	e := c.appliance.fixture
	return c.replicationTask("stop", s, c.appliance.taskSwitches.duration, func() *apiError {
		e.replications = slices.DeleteFunc(e.replications, func(r *Replication) bool { return slices.Contains(s.vms, r) })
		for _, r := range s.vms {
			if r.group != nil {
				r.group.vms = slices.DeleteFunc(slices.Clone(r.group.vms), func(other *Replication) bool { return other == r })
			}
		}
		return nil
	}), nil
}

// recovery returns the recovery state of a vApp: that of the VM that has progressed furthest.
func (s subject) recovery() string {
	for _, state := range []string{InProgress, Testing, Complete} {
		if slices.ContainsFunc(s.vms, func(r *Replication) bool { return r.recoveryState() == state }) {
			return state
		}
	}
	return NotStarted
}

// pauseReplication and resumeReplication refuse a replication that is in that state already.
func (c *call) pauseReplication() (reply, *problem) { return c.setPaused("pause", true) }

func (c *call) resumeReplication() (reply, *problem) {
	if c.appliance.service == Manager && c.appliance.replicationSwitches.missingCalls {
		return reply{}, noSuchCall()
	}
	return c.setPaused("resume", false)
}

func (c *call) setPaused(kind string, paused bool) (reply, *problem) {
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	for _, r := range s.vms {
		if r.Paused == paused || r.Recovery == Complete {
			return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "Replication %s can't %s now.", s.id, kind)
		}
	}
	return c.replicationTask(kind, s, c.appliance.taskSwitches.duration, func() *apiError {
		for _, r := range s.vms {
			r.Paused = paused
			c.appliance.firstSync(r)
		}
		return nil
	}), nil
}

// chownReplication is PATCH …/chown: without a task, for administrators.
func (c *call) chownReplication() (reply, *problem) {
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Owner *string `json:"owner"`
	}
	if len(c.body) > 0 {
		if err := decode(c.body, &body); err != nil {
			return reply{}, err
		}
	}
	owner := c.account.Org + "@" + c.appliance.site
	set(&owner, body.Owner)
	for _, r := range s.vms {
		r.Owner = owner
	}
	return reply{status: http.StatusOK, body: c.response(s)}, nil
}

// applyStorageProfile is POST …/storage-profile; null applies the current one
// again.
func (c *call) applyStorageProfile() (reply, *problem) {
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		StorageProfileID *string `json:"storageProfileId"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	vdc := c.appliance.workloads.vdc(s.vms[0].destination.VDC)
	if vdc == nil {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The destination has no storage profiles.")
	}
	profile := s.vms[0].storageProfile
	if body.StorageProfileID != nil {
		if *body.StorageProfileID == "*" {
			return reply{}, violation(http.StatusBadRequest, "BadUserInput", "A storage profile is applied by its id.")
		}
		if profile, err = vdc.storageProfile(*body.StorageProfileID); err != nil {
			return reply{}, err
		}
	}
	return c.replicationTask("applyStorageProfile", s, c.appliance.taskSwitches.duration, func() *apiError {
		for _, r := range s.vms {
			r.storageProfile = profile
		}
		return nil
	}), nil
}

// storedSettings returns the network settings of a subject, on the Manager service its recovery settings, as they
// were sent.
func (s subject) storedSettings() map[string]any {
	if s.group != nil {
		return s.group.settings
	}
	return s.vms[0].settings
}

func (c *call) settingsHalves() []string {
	if c.appliance.service == Manager {
		return []string{"failoverPlacement", "testPlacement"}
	}
	return []string{"failoverSettings", "failoverTestSettings"}
}

// getSettings is GET …/network-settings or …/recovery-settings.
func (c *call) getSettings() (reply, *problem) {
	s, err := c.subject()
	if err != nil {
		return reply{}, err
	}
	out := map[string]any{}
	for _, half := range c.settingsHalves() {
		out[half] = nil
	}
	maps.Copy(out, s.storedSettings())
	return reply{status: http.StatusOK, body: out}, nil
}

// networkFields are the fields of the network settings by the object they are in.
var networkFields = map[string][]string{
	"vAppNetworkSettings": {"copySourceNetworks", "bulkConnectVmNics", "bridgeOrgVdcNetworks", "networkMappings"},
	"vmNetworkSettings":   {"primaryNicIndex", "copySourceNicSettings", "computerName", "enableGuestCustomization", "nics", "resolutionType"},
	"nics": {
		"nicIndex", "isConnected", "network", "ipAddress", "ipAddressAllocationMode", "resetMacAddress", "macAddress", "networkAdapterType",
		"externalIpAddress", "needsCustomization",
	},
	"networkMappings":   {"sourceNetworkName", "sourceOrgVdcNetwork", "destinationOrgVdcNetwork"},
	"failoverPlacement": {"vmFolder", "vmFolderName", "resourcePool", "resourcePoolName", "host", "hostName", "networkMappings"},
	"placementNetworks": {"defaultNetwork", "defaultNetworkName", "mappings"},
}

// putSettings is PUT …/network-settings or …/recovery-settings, as a whole.
func (c *call) putSettings() (reply, *problem) {
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body map[string]any
	if json.Unmarshal(c.body, &body) != nil {
		return reply{}, violation(http.StatusBadRequest, "BadRequest", "The body is not a JSON object.")
	}
	for name, half := range body {
		if !slices.Contains(c.settingsHalves(), name) {
			return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Unknown field %s.", name)
		}
		if err := c.checkHalf(s, half); err != nil {
			return reply{}, err
		}
	}
	return c.replicationTask("updateSettings", s, c.appliance.taskSwitches.duration, func() *apiError {
		if s.group != nil {
			s.group.settings = body
			return nil
		}
		s.vms[0].settings = body
		return nil
	}), nil
}

// checkHalf checks the settings for a failover, or for a test.
func (c *call) checkHalf(s subject, half any) *problem {
	fields, _ := half.(map[string]any)
	if half == nil {
		return nil
	}
	if c.appliance.service == Manager {
		networks, _ := fields["networkMappings"].(map[string]any)
		return firstProblem(checkFields(fields, "failoverPlacement"), checkFields(networks, "placementNetworks"))
	}
	for name := range fields {
		if name != "vAppNetworkSettings" && name != "vmNetworkSettings" {
			return violation(http.StatusBadRequest, "BadUserInput", "Unknown field %s.", name)
		}
	}
	vapp, _ := fields["vAppNetworkSettings"].(map[string]any)
	mappings, _ := vapp["networkMappings"].([]any)
	problems := []*problem{checkFields(vapp, "vAppNetworkSettings"), checkEach(mappings, "networkMappings")}
	byVM, _ := fields["vmNetworkSettings"].(map[string]any)
	if s.group == nil {
		byVM = map[string]any{s.vms[0].VMID: fields["vmNetworkSettings"]}
	}
	for id, one := range byVM {
		settings, _ := one.(map[string]any)
		if !slices.ContainsFunc(s.vms, func(r *Replication) bool { return r.VMID == id }) {
			problems = append(problems, refuse(http.StatusBadRequest, "VmNotFound", "VM %s is not part of the vApp.", id))
		}
		nics, _ := settings["nics"].([]any)
		problems = append(problems, checkFields(settings, "vmNetworkSettings"), checkEach(nics, "nics"))
	}
	return firstProblem(problems...)
}

func checkEach(items []any, kind string) *problem {
	for _, item := range items {
		fields, _ := item.(map[string]any)
		if err := checkFields(fields, kind); err != nil {
			return err
		}
	}
	return nil
}

func checkFields(fields map[string]any, kind string) *problem {
	for name := range fields {
		if !slices.Contains(networkFields[kind], name) {
			return violation(http.StatusBadRequest, "BadUserInput", "Unknown field %s.", name)
		}
	}
	return nil
}

func firstProblem(problems ...*problem) *problem {
	for _, p := range problems {
		if p != nil {
			return p
		}
	}
	return nil
}

// StoredSettings returns the network or recovery settings of a replication, or of a vApp replication, as they were
// sent; nil before.
func (a *Appliance) StoredSettings(id string) map[string]any {
	var out map[string]any
	a.fixture.do(func() {
		for _, r := range a.fixture.replications {
			switch {
			case r.ID == id:
				out = r.settings
			case r.group != nil && r.group.id == id:
				out = r.group.settings
			}
		}
	})
	return out
}

// getPlacement is GET /replications/{id}/placement.
func (c *call) getPlacement() (reply, *problem) {
	s, err := c.subject()
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: s.vms[0].placement}, nil
}

func noSuchCall() *problem {
	return refuse(http.StatusNotFound, "NotFound", "There is no such call.")
}
