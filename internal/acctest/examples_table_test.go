package acctest_test

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// kinds are the folders below examples/ that have a folder for each object, with the
// features that a CLI needs for them.
var kinds = map[string][]acctest.Feature{
	"data-sources":        nil,
	"resources":           nil,
	"functions":           {acctest.Functions},
	"ephemeral-resources": {acctest.Ephemeral},
	"list-resources":      {acctest.Lists},
	"actions":             {acctest.Actions},
}

// example is what a file of the examples needs, and what it has to show.
type example struct {
	preset    preset   // default: Managers that are paired
	providers bool     // it has its own provider blocks
	applied   string   // text in the output of the first apply
	change    []string // variables of a second apply, each NAME=VALUE
	changed   string   // text in the output of that; default: that it changes one object
	costs     []string // calls that it sends, in alphabetical order
	kept      bool     // a destroy is refused
	listed    string   // text in the output of a query
}

const (
	manager = simulator.Manager
	cloud   = simulator.Cloud
)

// exampleTable has the examples that need or show something. The row of a folder is for
// each of its files that has no row.
var exampleTable = map[string]example{
	"actions/vcda_recovery_plan_failover": {preset: plans("", false)},
	"actions/vcda_recovery_plan_migrate":  {preset: plans("", true)},
	"actions/vcda_replication_failover":   {preset: drill(simulator.NotStarted)},
	"actions/vcda_replication_migrate":    {preset: drill(simulator.NotStarted)},
	"actions/vcda_replication_reverse":    {preset: drill(simulator.Complete)},
	"actions/vcda_replication_sync":       {preset: drill(simulator.NotStarted)},
	"actions/vcda_replication_sync/action_trigger.tf": {
		preset: drill(simulator.NotStarted), change: []string{"release=1.1"}, costs: []string{"POST /vapp-replications/{id}/sync"}, changed: "drilled: synchronized after",
	},
	"actions/vcda_site_repair": {preset: unpaired(manager)},

	"data-sources/vcda_inventory":             {preset: paired(cloud)},
	"data-sources/vcda_replication":           {preset: vmProtected},
	"data-sources/vcda_replication_instances": {preset: vmProtected},
	"data-sources/vcda_replication_policies":  {preset: paired(cloud)},
	"data-sources/vcda_replication_policy":    {preset: paired(cloud)},
	"data-sources/vcda_replicators":           {preset: appliances(manager, registered)},
	"data-sources/vcda_sla_profiles":          {preset: paired(cloud)},
	"data-sources/vcda_task":                  {preset: pairedWithTask},
	"data-sources/vcda_tunnels":               {preset: appliances(cloud, registered)},
	"data-sources/vcda_vapp_replications":     {preset: vappProtected},
	"data-sources/vcda_vm_replications":       {preset: vmProtected},
	"data-sources/vcda_vsphere_replications":  {preset: vsphereProtected},

	"ephemeral-resources/vcda_session_extension": {preset: pairedNotExtended},

	"list-resources/vcda_replicator":          {preset: appliances(manager, registered), listed: "https://replicator-1.example.com:8043"},
	"list-resources/vcda_site_pairing":        {listed: "site-b"},
	"list-resources/vcda_tunnel":              {preset: appliances(cloud, registered), listed: "https://tunnel-1.example.com:8047"},
	"list-resources/vcda_vapp_replication":    {preset: vappProtected, listed: "from_b"},
	"list-resources/vcda_vm_replication":      {preset: vmProtected, listed: "from_b"},
	"list-resources/vcda_vsphere_replication": {preset: vsphereProtected, listed: "from_b"},

	"resources/vcda_appliance_password": {preset: appliances(manager, asDeployed), providers: true},
	"resources/vcda_appliance_password/resource_rotation.tf": {
		preset: appliances(manager, withRoot), providers: true,
		change: []string{"password_version=2", "root_password=" + nextPassword, "previous_root_password=" + chosenPassword}, costs: []string{"POST /config/root-password"},
	},
	"resources/vcda_appliance_password/resource_stored.tf": {
		preset: appliances(manager, asDeployed), providers: true, change: []string{"root_password=" + nextPassword}, costs: []string{"POST /config/root-password"},
	},

	"resources/vcda_cloud_director_replication_manager": {preset: appliances(cloud, withRoot)},
	"resources/vcda_cloud_director_replication_manager/resource_new_password.tf": {
		preset: appliances(cloud, withRoot), change: []string{"vcd_password_version=2"}, costs: []string{"POST /config/check-vcloud", "POST /config/vcloud"},
	},
	"resources/vcda_cloud_director_replication_manager/resource_public_endpoint.tf": {
		preset: appliances(cloud, withRoot), change: []string{"public_port=8443"}, costs: []string{"POST /config/endpoints"},
	},
	"resources/vcda_cloud_director_replication_manager/resource_renewed_certificate.tf": {
		preset: appliances(cloud, withRoot), change: []string{"thumbprint_a=" + thumbprintOfB}, costs: []string{"POST /config/check-lookup-service", "POST /config/lookup-service", "POST /config/manager/lookup-service"},
	},

	"resources/vcda_failover_test": {preset: drill(simulator.NotStarted)},

	"resources/vcda_recovery_plan": {preset: plans("", false)},
	"resources/vcda_recovery_plan/resource_prevent_destroy.tf": {
		preset: plans("", false), change: []string{"description=Shop"}, costs: []string{"PATCH /recovery-plans/{id}"}, kept: true,
	},
	"resources/vcda_recovery_plan/resource_migration.tf":    {preset: plans("", true)},
	"resources/vcda_recovery_plan/resource_replications.tf": {},
	"resources/vcda_recovery_plan_test":                     {preset: plans("", false)},

	"resources/vcda_replication_policy": {preset: paired(cloud)},
	"resources/vcda_replication_policy/resource_data_cap.tf": {
		preset: paired(cloud), change: []string{"min_rpo_minutes=60"}, costs: []string{"PUT /policies/{id}"},
	},
	"resources/vcda_replication_policy_assignment": {preset: paired(cloud)},

	"resources/vcda_replicator": {preset: appliances(manager, setUpBefore)},
	"resources/vcda_replicator/resource_cloud_service.tf": {
		preset: appliances(cloud, setUpBefore), providers: true,
	},
	"resources/vcda_replicator/resource_repair.tf": {
		preset: appliances(manager, setUpBefore), change: []string{"thumbprint_a=" + thumbprintOfB}, costs: []string{"POST /replicators/{id}/reset-cookie"},
	},

	"resources/vcda_session_extension": {preset: pairedNotExtended},
	"resources/vcda_session_extension/resource_access_token.tf": {
		preset: pairedNotExtended, change: []string{"token_version=2"}, costs: []string{"POST /sessions/extend"},
	},

	"resources/vcda_site_pairing": {preset: unpaired(manager)},
	"resources/vcda_site_pairing/resource_adopt_existing.tf": {
		preset: paired(manager), applied: "The pairing with the site site-b is adopted",
	},
	"resources/vcda_site_pairing/resource_cloud_service.tf":       {preset: unpaired(cloud)},
	"resources/vcda_site_pairing/resource_prevent_destroy.tf":     {preset: unpaired(manager), kept: true},
	"resources/vcda_site_pairing/resource_repair_triggers.tf":     {preset: unpaired(manager), change: []string{"site_b_build=4.7.2"}, costs: []string{"PUT /sites/{key}"}},
	"resources/vcda_site_pairing/resource_replace_certificate.tf": {preset: unpaired(manager), change: []string{"thumbprint_a=" + thumbprintOfB}, costs: []string{"PUT /sites/{key}"}},
	"resources/vcda_site_pairing/resource_two_way.tf":             {preset: unpaired(manager), providers: true},

	"resources/vcda_sla_profile_assignment": {preset: paired(cloud)},

	"resources/vcda_tunnel": {preset: appliances(cloud, setUpBefore)},
	"resources/vcda_tunnel/resource_lookup_service.tf": {
		preset: appliances(cloud, setUpBefore), change: []string{"thumbprint_a=" + thumbprintOfB}, costs: []string{"PUT /config/tunnels/{id}"},
	},

	"resources/vcda_vapp_replication":                          {preset: paired(cloud)},
	"resources/vcda_vapp_replication/resource_own_settings.tf": {preset: paired(cloud), change: []string{"rpo_minutes=120"}, costs: []string{"PATCH /vapp-replications/{id}"}},
	"resources/vcda_vapp_replication/resource_several.tf":      {preset: paired(cloud), kept: true},

	"resources/vcda_vcenter_replication_manager": {preset: appliances(manager, withRoot)},
	"resources/vcda_vcenter_replication_manager/resource_first_boot.tf": {
		preset: appliances(manager, asDeployed), providers: true,
	},
	"resources/vcda_vcenter_replication_manager/resource_new_password.tf": {
		preset: appliances(manager, withRoot), change: []string{"sso_password_version=2"}, costs: []string{"POST /config/lookup-service"},
	},
	"resources/vcda_vcenter_replication_manager/resource_renewed_certificate.tf": {
		preset: appliances(manager, withRoot), change: []string{"thumbprint_a=" + thumbprintOfB}, costs: []string{"POST /config/lookup-service", "POST /config/vsphere-ui"},
	},

	"resources/vcda_vm_replication": {preset: paired(cloud)},
	"resources/vcda_vm_replication/resource_adopt_existing.tf": {
		preset: vmProtected, applied: "was adopted",
	},
	"resources/vcda_vm_replication/resource_paused.tf":          {preset: paired(cloud), change: []string{"paused=true"}, costs: []string{"POST /vm-replications/{id}/pause"}},
	"resources/vcda_vm_replication/resource_prevent_destroy.tf": {preset: paired(cloud), kept: true},

	"resources/vcda_vsphere_replication/resource_paused.tf":          {change: []string{"paused=false"}, costs: []string{"POST /replications/{id}/resume"}},
	"resources/vcda_vsphere_replication/resource_prevent_destroy.tf": {kept: true},
}

// importable is the object for the import examples of a resource.
type importable struct {
	preset    preset
	providers bool
	showsLess bool // the appliance does not show the whole configuration: the first apply sends or stores the rest
}

// importTable has the resources with import examples.
var importTable = map[string]importable{
	"vcda_appliance_password":                 {preset: appliances(manager, asDeployed), providers: true, showsLess: true},
	"vcda_cloud_director_replication_manager": {preset: managerSetUp(cloud), showsLess: true},
	"vcda_failover_test":                      {preset: drill(simulator.Testing)},
	"vcda_recovery_plan":                      {preset: plans("TEST", false), showsLess: true},
	"vcda_recovery_plan_test":                 {preset: plans("TEST", false)},
	"vcda_replication_policy":                 {preset: paired(cloud), showsLess: true},
	"vcda_replication_policy_assignment":      {preset: paired(cloud), showsLess: true},
	"vcda_replicator":                         {preset: appliances(manager, registered), showsLess: true},
	"vcda_session_extension":                  {preset: pairedNotExtended, showsLess: true},
	"vcda_site_pairing":                       {preset: paired(manager)},
	"vcda_sla_profile_assignment":             {preset: paired(cloud)},
	"vcda_tunnel":                             {preset: appliances(cloud, registered)},
	"vcda_vapp_replication":                   {preset: vappProtected, showsLess: true},
	"vcda_vcenter_replication_manager":        {preset: managerSetUp(manager), showsLess: true},
	"vcda_vm_replication":                     {preset: vmProtected, showsLess: true},
	"vcda_vsphere_replication":                {preset: vsphereProtected, showsLess: true},
}
