package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// retentionOf is never null, and neither are its rules.
func retentionOf(rules []RetentionRule) retentionPolicy {
	return retentionPolicy{Rules: append([]RetentionRule{}, rules...)}
}

// answer is a subject as the API shows it.
func (c *call) answer(s subject) any {
	switch {
	case s.group != nil:
		return c.vappAnswer(s.group)
	case c.appliance.service == Manager:
		return c.managerAnswer(s.vms[0])
	}
	return c.singleVMAnswer(s.vms[0])
}

// settingsAnswer is what every service shows of the settings.
func settingsAnswer(r *Replication) map[string]any {
	return map[string]any{
		"description": r.Description, "rpo": r.RPO, "dataConnectionType": r.Connection, "quiesced": r.Quiesced,
		"retentionPolicy": retentionOf(r.Retention), "excludedDiskKeys": append([]int{}, r.disks...),
		"initialSyncTime": r.InitialSync, "targetDiskType": r.DiskType,
	}
}

func stateAnswer(r *Replication) map[string]any {
	state := "idle"
	if r.syncing {
		state = "lwd"
	}
	return map[string]any{
		"state": state, "stateAge": 1000, "currentRpoViolation": r.RPOViolation, "isMovingReplica": false,
		"spaceRequirement": int64(10 << 30), "latestInstance": r.latest(), "recoveryInfo": r.recoveryInfo(), "lastError": r.lastError(),
	}
}

// sourceState is how far a synchronization has come.
func (c *call) sourceState(r *Replication) map[string]any {
	if !r.syncing {
		return map[string]any{"state": "idle", "stateAge": 1000, "progress": nil}
	}
	percent := 100 * c.appliance.fixture.now().Sub(r.syncBegan) / r.syncTakes
	return map[string]any{"state": "syncing", "stateAge": 1000, "progress": map[string]any{"progress": int(percent)}}
}

// recoveryInfo tells where a recovered VM is. It is null before the first
// recovery as often as not, so the simulator leaves out what is not there.
func (r *Replication) recoveryInfo() map[string]any {
	info := map[string]any{"recoveryState": r.recoveryState(), "optimizeUntil": nil}
	switch {
	case r.recovered == nil:
	case r.destination.VCenter != "":
		maps.Copy(info, map[string]any{"vcId": r.destination.VCenter, "vmId": r.recovered.vmID, "vmName": r.VMName})
	default:
		maps.Copy(info, map[string]any{
			"type": "vcd", "vAppId": r.recovered.vappID, "vcdVmId": r.recovered.vmID, "storageProfileId": r.storageProfile, "storageProfileName": "any",
		})
	}
	return info
}

// vmAnswer is VmReplicationInfo. The guest customization holds secrets, as on the
// real appliance, which no client may show.
func (c *call) vmAnswer(r *Replication) map[string]any {
	return map[string]any{
		"id": r.ID, "vmId": r.VMID, "vmName": r.VMName, "vmDescription": "", "computerName": r.VMName,
		"isPaused": r.Paused, "isReversed": r.Reversed, "isMigration": r.Migration, "settings": settingsAnswer(r),
		"startupInfo": nil, "metadata": nil, "sourceState": c.sourceState(r),
		"destinationState": stateAnswer(r), "dataConnectionState": r.dataConnectionState(), "overallHealth": r.overallHealth(),
		"lastUpdated": r.updated.UnixMilli(), "storageProfile": r.storageProfile, "placementPolicy": nil, "placementPolicyName": nil,
		"vimLocation": nil, "guestCustomization": guestSecrets(),
	}
}

// The secrets that answers hold.
const (
	SecretAdminPassword  = "Simulator-guest-admin-1"
	SecretDomainPassword = "Simulator-guest-domain-1"
)

func guestSecrets() map[string]any {
	half := func() map[string]any {
		return map[string]any{"enabled": true, "adminPassword": SecretAdminPassword, "domainUserPassword": SecretDomainPassword, "resolutionType": "EXPLICIT"}
	}
	return map[string]any{"failoverSettings": half(), "failoverTestSettings": half()}
}

// singleVMAnswer is SingleVmReplicationInfo.
func (c *call) singleVMAnswer(r *Replication) map[string]any {
	out := c.vmAnswer(r)
	maps.Copy(out, map[string]any{
		"source": sourceAnswer(r.source), "destination": destinationAnswer(r, r.destination), "vappReplicationId": r.group.id, "owner": r.Owner,
	})
	return out
}

func sourceAnswer(p place) map[string]any {
	if p.VDC == "" {
		return map[string]any{"site": p.Site, "vcUuid": p.VCenter}
	}
	return map[string]any{"site": p.Site, "org": p.Org, "vdcId": p.VDC, "vdcName": p.VDCName, "vappId": p.VApp}
}

func destinationAnswer(r *Replication, p place) map[string]any {
	if p.VDC == "" {
		return map[string]any{"site": p.Site, "vcUuid": p.VCenter}
	}
	var vapp any
	if r.recovered != nil {
		vapp = r.recovered.vappID
	}
	return map[string]any{"site": p.Site, "org": p.Org, "vdcId": p.VDC, "vdcName": p.VDCName, "recoveredVappId": vapp, "destinationCatalogItemId": nil}
}

// vappAnswer is VappReplicationInfo.
func (c *call) vappAnswer(g *group) map[string]any {
	vms, health := []any{}, "GREEN"
	for _, r := range g.vms {
		vms = append(vms, c.vmAnswer(r))
		if r.overallHealth() != "GREEN" {
			health = r.overallHealth()
		}
	}
	first := g.vms[0]
	return map[string]any{
		"id": g.id, "owner": first.Owner, "source": sourceAnswer(first.source), "destination": destinationAnswer(first, first.destination),
		"descriptor":     map[string]any{"name": g.name, "description": first.Description, "metadata": nil, "networks": []any{}, "isGolden": false},
		"vmReplications": vms, "lastUpdated": first.updated.UnixMilli(), "isMigration": first.Migration, "overallHealth": health,
	}
}

// managerAnswer is ReplicationInfo of the Manager service.
func (c *call) managerAnswer(r *Replication) map[string]any {
	settings := settingsAnswer(r)
	maps.Copy(settings, map[string]any{
		"vcId": r.source.VCenter, "vmId": r.VMID, "isMigration": r.Migration, "isReversed": r.Reversed, "startPaused": false,
		"sourceLocation":       map[string]any{"site": r.source.Site, "replicatorId": r.replicatorIDs[0]},
		"destinationLocation":  map[string]any{"site": r.destination.Site, "replicatorId": r.replicatorIDs[1]},
		"replicationPlacement": r.placement, "externalKey": nil, "archiveSettings": nil, "autopinInstances": false,
	})
	return map[string]any{
		"id": r.ID, "vmName": r.VMName, "settings": settings, "owner": r.Owner, "destinationState": stateAnswer(r),
		"sourceState": c.sourceState(r), "dataConnectionState": r.dataConnectionState(),
		"overallHealth": r.overallHealth(), "isPaused": r.Paused, "lastUpdated": r.updated.UnixMilli(), "guestCustomization": guestSecrets(),
	}
}

// The filters of the lists. Two of the Cloud service filter by the time of the
// last operation; their names are not published.
var (
	pageFilters      = []string{"site", "limit", "offset", "sort", "ids"}
	cloudListFilters = append([]string{
		"owner", "sourceSite", "sourceSiteType", "sourceOrg", "sourceVdcId", "sourceVdcName", "destinationSiteType", "destinationOrg",
		"destinationVdcId", "destinationVdcName", "isMigration",
	}, pageFilters...)
	vappListFilters    = append([]string{"vappId", "vappName", "recoveredVappId"}, cloudListFilters...)
	vmListFilters      = append([]string{"vmId", "vmName", "storageProfile", "sourceVimServerUuid", "vimServerInstanceUuid", "slaProfileId"}, cloudListFilters...)
	managerListFilters = append([]string{
		"dataConnectionState", "overallHealth", "sourceSite", "destinationSite", "isMigration", "vmName", "sourceVmEncrypted", "minRpo",
	}, pageFilters...)
)

// listReplications is GET of a collection of replications.
func (c *call) listReplications() (reply, *problem) {
	if site := c.query.Get("sourceSite"); c.appliance.service == Cloud && site == c.appliance.site {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The local site is not accepted as sourceSite.")
	}
	found, seen := []subject{}, map[*group]bool{}
	for _, r := range c.appliance.fixture.replications {
		s := subject{id: r.ID, vms: []*Replication{r}}
		if !c.sees(r) || (r.group == nil) != (c.appliance.service == Manager) {
			continue
		}
		if c.collection() == vappReplications {
			if seen[r.group] {
				continue
			}
			seen[r.group] = true
			s = subject{id: r.group.id, group: r.group, vms: r.group.vms}
		}
		if c.wants(s) {
			found = append(found, s)
		}
	}
	return page(c, found, c.answer)
}

// wants applies the filters of a list. Names match where they contain the text.
func (c *call) wants(s subject) bool {
	if ids := wantedIDs(c.query); ids != nil && !ids[s.id] {
		return false
	}
	r := s.vms[0]
	for name, value := range map[string]string{
		"owner": r.Owner, "sourceSite": r.source.Site, "destinationSite": r.destination.Site, "sourceOrg": r.source.Org, "sourceVdcId": r.source.VDC,
		"sourceVdcName": r.source.VDCName, "destinationOrg": r.destination.Org, "destinationVdcId": r.destination.VDC, "destinationVdcName": r.destination.VDCName,
		"isMigration": strconv.FormatBool(r.Migration), "vappId": r.source.VApp, "vmId": r.VMID, "storageProfile": r.storageProfile,
		"dataConnectionState": r.dataConnectionState(), "overallHealth": r.overallHealth(),
	} {
		if wanted := c.query.Get(name); wanted != "" && wanted != value {
			return false
		}
	}
	for _, name := range []string{"vmName", "vappName"} {
		if !strings.Contains(s.name(), c.query.Get(name)) {
			return false
		}
	}
	least, _ := strconv.Atoi(c.query.Get("minRpo"))
	return r.RPO >= least
}

// getReplication is GET of one replication.
func (c *call) getReplication() (reply, *problem) {
	s, err := c.subject()
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: c.answer(s)}, nil
}

// listInstances is an array on the Cloud service and comes in pages on the Manager.
func (c *call) listInstances() (reply, *problem) {
	s, err := c.subject()
	if err != nil {
		return reply{}, err
	}
	instances := append([]Instance{}, s.vms[0].Instances...)
	if c.appliance.service == Manager || c.appliance.replicationSwitches.pagedCloud {
		return page(c, instances, asIs)
	}
	return reply{status: http.StatusOK, body: instances}, nil
}

func (c *call) getInstance() (reply, *problem) {
	s, err := c.subject()
	if err != nil {
		return reply{}, err
	}
	at := slices.IndexFunc(s.vms[0].Instances, func(i Instance) bool { return i.Key == c.keys[1] })
	if at < 0 {
		return reply{}, refuse(http.StatusNotFound, "InstanceNotFound", "Instance %s was not found.", c.keys[1])
	}
	return reply{status: http.StatusOK, body: s.vms[0].Instances[at]}, nil
}

// getGuestCustomization answers the passwords in clear.
func (c *call) getGuestCustomization() (reply, *problem) {
	s, err := c.subject()
	if err != nil {
		return reply{}, err
	}
	if s.group == nil {
		return reply{status: http.StatusOK, body: guestSecrets()}, nil
	}
	all := map[string]any{}
	for _, r := range s.vms {
		all[r.VMID] = guestSecrets()
	}
	return reply{status: http.StatusOK, body: map[string]any{"vmGuestCustomizationSettings": all}}, nil
}
