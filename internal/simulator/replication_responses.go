package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// retentionOf converts retention rules. Neither the result nor its rules are ever null.
func retentionOf(rules []RetentionRule) retentionPolicy {
	return retentionPolicy{Rules: append([]RetentionRule{}, rules...)}
}

// response returns a subject as the API shows it.
func (c *call) response(s subject) any {
	switch {
	case s.group != nil:
		return c.vappResponse(s.group)
	case c.appliance.service == Manager:
		return c.managerResponse(s.vms[0])
	}
	return c.singleVMResponse(s.vms[0])
}

// settingsResponse returns the settings that every service shows.
func settingsResponse(r *Replication) map[string]any {
	return map[string]any{
		"description": r.Description, "rpo": r.RPO, "dataConnectionType": r.Connection, "quiesced": r.Quiesced,
		"retentionPolicy": retentionOf(r.Retention), "excludedDiskKeys": append([]int{}, r.disks...),
		"initialSyncTime": r.InitialSync, "targetDiskType": r.DiskType,
	}
}

func stateResponse(r *Replication) map[string]any {
	state := "idle"
	if r.syncing {
		state = "lwd"
	}
	return map[string]any{
		"state": state, "stateAge": 1000, "currentRpoViolation": r.RPOViolation, "isMovingReplica": false,
		"spaceRequirement": int64(10 << 30), "latestInstance": r.latest(), "recoveryInfo": r.recoveryInfo(), "lastError": r.lastError(),
	}
}

// sourceState returns the progress of a synchronization.
func (c *call) sourceState(r *Replication) map[string]any {
	if !r.syncing {
		return map[string]any{"state": "idle", "stateAge": 1000, "progress": nil}
	}
	percent := 100 * c.appliance.fixture.now().Sub(r.syncBegan) / r.syncTakes
	return map[string]any{"state": "syncing", "stateAge": 1000, "progress": map[string]any{"progress": int(percent)}}
}

// recoveryInfo returns the location of a recovered VM. Before the first recovery an appliance may show null, so the
// simulator leaves unset fields out.
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

// vmResponse is VmReplicationInfo. As on a real appliance, the guest customization holds secrets, which a client must
// not show.
func (c *call) vmResponse(r *Replication) map[string]any {
	return map[string]any{
		"id": r.ID, "vmId": r.VMID, "vmName": r.VMName, "vmDescription": "", "computerName": r.VMName,
		"isPaused": r.Paused, "isReversed": r.Reversed, "isMigration": r.Migration, "settings": settingsResponse(r),
		"startupInfo": nil, "metadata": nil, "sourceState": c.sourceState(r),
		"destinationState": stateResponse(r), "dataConnectionState": r.dataConnectionState(), "overallHealth": r.overallHealth(),
		"lastUpdated": r.updated.UnixMilli(), "storageProfile": r.storageProfile, "placementPolicy": nil, "placementPolicyName": nil,
		"vimLocation": nil, "guestCustomization": guestSecrets(),
	}
}

// The secrets in responses.
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

// singleVMResponse is SingleVmReplicationInfo.
func (c *call) singleVMResponse(r *Replication) map[string]any {
	out := c.vmResponse(r)
	maps.Copy(out, map[string]any{
		"source": sourceResponse(r.source), "destination": destinationResponse(r, r.destination), "vappReplicationId": r.group.id, "owner": r.Owner,
	})
	return out
}

func sourceResponse(p place) map[string]any {
	if p.VDC == "" {
		return map[string]any{"site": p.Site, "vcUuid": p.VCenter}
	}
	return map[string]any{"site": p.Site, "org": p.Org, "vdcId": p.VDC, "vdcName": p.VDCName, "vappId": p.VApp}
}

func destinationResponse(r *Replication, p place) map[string]any {
	if p.VDC == "" {
		return map[string]any{"site": p.Site, "vcUuid": p.VCenter}
	}
	var vapp any
	if r.recovered != nil {
		vapp = r.recovered.vappID
	}
	return map[string]any{"site": p.Site, "org": p.Org, "vdcId": p.VDC, "vdcName": p.VDCName, "recoveredVappId": vapp, "destinationCatalogItemId": nil}
}

// vappResponse is VappReplicationInfo.
func (c *call) vappResponse(g *group) map[string]any {
	vms, health := []any{}, "GREEN"
	for _, r := range g.vms {
		vms = append(vms, c.vmResponse(r))
		if r.overallHealth() != "GREEN" {
			health = r.overallHealth()
		}
	}
	first := g.vms[0]
	return map[string]any{
		"id": g.id, "owner": first.Owner, "source": sourceResponse(first.source), "destination": destinationResponse(first, first.destination),
		"descriptor":     map[string]any{"name": g.name, "description": first.Description, "metadata": nil, "networks": []any{}, "isGolden": false},
		"vmReplications": vms, "lastUpdated": first.updated.UnixMilli(), "isMigration": first.Migration, "overallHealth": health,
	}
}

// managerResponse is ReplicationInfo of the Manager service.
func (c *call) managerResponse(r *Replication) map[string]any {
	settings := settingsResponse(r)
	maps.Copy(settings, map[string]any{
		"vcId": r.source.VCenter, "vmId": r.VMID, "isMigration": r.Migration, "isReversed": r.Reversed, "startPaused": false,
		"sourceLocation":       map[string]any{"site": r.source.Site, "replicatorId": r.replicatorIDs[0]},
		"destinationLocation":  map[string]any{"site": r.destination.Site, "replicatorId": r.replicatorIDs[1]},
		"replicationPlacement": r.placement, "externalKey": nil, "archiveSettings": nil, "autopinInstances": false,
	})
	return map[string]any{
		"id": r.ID, "vmName": r.VMName, "settings": settings, "owner": r.Owner, "destinationState": stateResponse(r),
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
		if c.matchesFilters(s) {
			found = append(found, s)
		}
	}
	return page(c, found, c.response)
}

// matchesFilters applies the filters of a list. Names match where they contain the text.
func (c *call) matchesFilters(s subject) bool {
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
	return reply{status: http.StatusOK, body: c.response(s)}, nil
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

// getGuestCustomization returns the passwords in clear text.
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
