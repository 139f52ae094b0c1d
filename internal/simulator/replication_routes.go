package simulator

var siteOnly = []string{"site"}

// cloudReplicationRoutes are the calls which VMs and vApps have in common.
func cloudReplicationRoutes(collection string, filters []string) []route {
	one := collection + "/{id}"
	routes := []route{
		{method: "POST", path: collection, handle: (*call).startCloud},
		{method: "GET", path: collection, handle: (*call).listReplications, query: filters},
		{method: "GET", path: one, handle: (*call).getReplication},
		{method: "PATCH", path: one, handle: (*call).changeReplication},
		{method: "DELETE", path: one, handle: (*call).stopReplication},
		{method: "POST", path: one + "/sync", handle: (*call).syncReplication},
		{method: "POST", path: one + "/pause", handle: (*call).pauseReplication},
		{method: "POST", path: one + "/resume", handle: (*call).resumeReplication},
		{method: "POST", path: one + "/failover-test", handle: (*call).failoverTest},
		{method: "DELETE", path: one + "/failover-test", handle: (*call).cleanupTest},
		{method: "POST", path: one + "/failover", handle: (*call).failover},
		{method: "POST", path: one + "/migrate", handle: (*call).migrate},
		{method: "POST", path: one + "/reverse", handle: (*call).reverse},
		{method: "POST", path: one + "/storage-profile", handle: (*call).applyStorageProfile},
		{method: "PATCH", path: one + "/chown", handle: (*call).chownReplication, admin: true},
		{method: "GET", path: one + "/network-settings", handle: (*call).getSettings},
		{method: "PUT", path: one + "/network-settings", handle: (*call).putSettings},
		{method: "GET", path: one + "/guest-customization", handle: (*call).getGuestCustomization},
	}
	for i := range routes {
		routes[i].on = onlyCloud
		if routes[i].query == nil {
			routes[i].query = siteOnly
		}
	}
	return routes
}

// replicationRoutes are the calls of the Manager service, and what only one kind has.
var replicationRoutes = []route{
	{method: "GET", path: "/vm-replications/{id}/instances", handle: (*call).listInstances, query: []string{"site", "limit", "offset"}, on: onlyCloud},
	{method: "GET", path: "/vm-replications/{id}/instances/{key}", handle: (*call).getInstance, query: siteOnly, on: onlyCloud},

	{method: "POST", path: "/replications", handle: (*call).startManager, query: siteOnly, on: onlyManager, admin: true},
	{method: "GET", path: "/replications", handle: (*call).listReplications, query: managerListFilters, on: onlyManager},
	{method: "GET", path: "/replications/{id}", handle: (*call).getReplication, query: siteOnly, on: onlyManager},
	{method: "PATCH", path: "/replications/{id}", handle: (*call).changeReplication, query: siteOnly, on: onlyManager, admin: true},
	{method: "DELETE", path: "/replications/{id}", handle: (*call).stopReplication, query: []string{"site", "diskCleanup"}, on: onlyManager, admin: true},
	{method: "GET", path: "/replications/{id}/placement", handle: (*call).getPlacement, query: siteOnly, on: onlyManager},
	{method: "GET", path: "/replications/{id}/recovery-settings", handle: (*call).getSettings, query: siteOnly, on: onlyManager},
	{method: "PUT", path: "/replications/{id}/recovery-settings", handle: (*call).putSettings, query: siteOnly, on: onlyManager, admin: true},
	{method: "GET", path: "/replications/{id}/instances", handle: (*call).listInstances, query: []string{"site", "limit", "offset"}, on: onlyManager},
	{method: "GET", path: "/replications/{id}/instances/{key}", handle: (*call).getInstance, query: siteOnly, on: onlyManager},
	{method: "POST", path: "/replications/{id}/failover", handle: (*call).failover, query: siteOnly, on: onlyManager, admin: true},
	{method: "POST", path: "/replications/{id}/failover-test", handle: (*call).failoverTest, query: siteOnly, on: onlyManager, admin: true},
	{method: "DELETE", path: "/replications/{id}/failover-test", handle: (*call).cleanupTest, query: siteOnly, on: onlyManager, admin: true},
	{method: "POST", path: "/replications/{id}/migrate", handle: (*call).migrate, query: siteOnly, on: onlyManager, admin: true},
	{method: "POST", path: "/replications/{id}/sync", handle: (*call).syncReplication, query: siteOnly, on: onlyManager, admin: true},
	{method: "POST", path: "/replications/{id}/pause", handle: (*call).pauseReplication, query: siteOnly, on: onlyManager, admin: true},
	{method: "POST", path: "/replications/{id}/resume", handle: (*call).resumeReplication, query: siteOnly, on: onlyManager, admin: true},
	{method: "POST", path: "/replications/{id}/reverse", handle: (*call).reverse, query: siteOnly, on: onlyManager, admin: true},

	{method: "GET", path: "/policies", handle: (*call).listPolicies, query: siteOnly, on: onlyCloud, admin: true},
	{method: "POST", path: "/policies", handle: (*call).createPolicy, on: onlyCloud, admin: true},
	{method: "GET", path: "/policies/{id}", handle: (*call).getPolicy, query: siteOnly, on: onlyCloud, admin: true},
	{method: "PUT", path: "/policies/{id}", handle: (*call).updatePolicy, on: onlyCloud, admin: true},
	{method: "DELETE", path: "/policies/{id}", handle: (*call).deletePolicy, on: onlyCloud, admin: true},
	{method: "GET", path: "/policies/{id}/status", handle: (*call).policyStatus, on: onlyCloud, admin: true},
	{method: "PATCH", path: "/policies/{id}/orgs/{org}", handle: (*call).assignPolicy, on: onlyCloud, admin: true},

	{method: "GET", path: "/sla-profiles", handle: (*call).listSLAProfiles, query: siteOnly, on: onlyCloud},
	{method: "POST", path: "/sla-profiles/orgs/{org}/profiles/{id}", handle: (*call).assignSLAProfile, on: onlyCloud, admin: true},
	{method: "DELETE", path: "/sla-profiles/orgs/{org}/profiles/{id}", handle: (*call).unassignSLAProfile, on: onlyCloud, admin: true},

	{method: "GET", path: "/inventory/vms", handle: (*call).inventoryVMs, query: []string{"site", "limit", "offset"}, on: pairingServices},
	{method: "GET", path: "/inventory/vapps", handle: (*call).inventoryVApps, query: []string{"site", "limit", "offset"}, on: onlyCloud},
	{method: "GET", path: "/inventory/orgs", handle: (*call).inventoryOrgs, query: []string{"site", "limit", "offset"}, on: onlyCloud},
	{method: "GET", path: "/inventory/vdcs", handle: (*call).inventoryVDCs, query: []string{"site", "limit", "offset", "name"}, on: onlyCloud},
	{method: "GET", path: "/inventory/vdcs/{id}/networks", handle: (*call).inventoryNetworks, query: []string{"site", "limit", "offset"}, on: onlyCloud},
	{method: "GET", path: "/inventory/vdcs/{id}/storage-profiles", handle: (*call).inventoryStorageProfiles, query: siteOnly, on: onlyCloud},
}
