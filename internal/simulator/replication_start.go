package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// startRequest is CloudReplicationSettings.
type startRequest struct {
	Source          json.RawMessage  `json:"source"`
	Destination     json.RawMessage  `json:"destination"`
	Description     *string          `json:"description"`
	RPO             *int             `json:"rpo"`
	Connection      *string          `json:"dataConnectionType"`
	Quiesced        *bool            `json:"quiesced"`
	Retention       *retentionPolicy `json:"retentionPolicy"`
	SLAProfileID    *string          `json:"slaProfileId"`
	TargetDiskType  *string          `json:"targetDiskType"`
	InitialSyncTime *int64           `json:"initialSyncTime"`
	IsMigration     *bool            `json:"isMigration"`
}

// The types of a source and of a destination, each with its fields.
type (
	vmSource struct {
		Type          string `json:"type"`
		Site          string `json:"site"`
		VMID          string `json:"vmId"`
		ExcludedDisks []int  `json:"excludedDisks"`
	}
	vappSource struct {
		Type            string           `json:"type"`
		Site            string           `json:"site"`
		VAppID          string           `json:"vappId"`
		VMExcludedDisks map[string][]int `json:"vmExcludedDisks"`
	}
	templateSource struct {
		Type           string `json:"type"`
		Site           string `json:"site"`
		VAppTemplateID string `json:"vappTemplateId"`
	}
	vcVMSource struct {
		Type          string `json:"type"`
		Site          string `json:"site"`
		VCUUID        string `json:"vcUuid"`
		VMID          string `json:"vmId"`
		VAppName      string `json:"vappName"`
		ExcludedDisks []int  `json:"excludedDisks"`
	}
	vcVAppSource struct {
		Type            string           `json:"type"`
		Site            string           `json:"site"`
		VCUUID          string           `json:"vcUuid"`
		VAppName        string           `json:"vappName"`
		VMIDs           []string         `json:"vmIds"`
		VMExcludedDisks map[string][]int `json:"vmExcludedDisks"`
	}
	cloudDestination struct {
		Type            string `json:"type"`
		Site            string `json:"site"`
		VDC             string `json:"vdc"`
		StorageProfile  string `json:"storageProfile"`
		PlacementPolicy string `json:"placementPolicy"`
		SizingPolicy    string `json:"sizingPolicy"`
		SeedVMID        string `json:"seedVmId"`
		SeedVAppID      string `json:"seedVappId"`
	}
	vcDestination struct {
		Type   string `json:"type"`
		Site   string `json:"site"`
		SeedVM *struct {
			MoID string `json:"moId"`
			VCID string `json:"vcId"`
		} `json:"seedVm"`
	}
)

// decodeTyped decodes the form of the discriminator.
func decodeTyped(text json.RawMessage, forms map[string]any) (any, *problem) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, violation(http.StatusBadRequest, "BadRequest", "A source or destination is missing.")
	}
	form, known := forms[kind.Type]
	if !known {
		return nil, violation(http.StatusBadRequest, "BadUserInput", "Type %q is not supported.", kind.Type)
	}
	return form, decode(text, form)
}

// protected is a VM that is to be replicated.
type protected struct {
	vm       VM
	excluded []int
}

// origin is the source of a new replication.
type origin struct {
	place place
	name  string // of the vApp, existing or new
	vms   []protected
}

// startCloud is POST /vm-replications and /vapp-replications, at the destination.
func (c *call) startCloud() (reply, *problem) {
	var body startRequest
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	from, err := c.readSource(body.Source)
	if err != nil {
		return reply{}, err
	}
	to, profile, err := c.readDestination(body.Destination)
	if err != nil {
		return reply{}, err
	}
	if manager := c.appliance.fixture.appliances[to.Site]; manager != c.appliance && manager != nil {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "A replication is started at its destination, %s.", to.Site)
	}
	if err := c.reach(from.place, to); err != nil {
		return reply{}, err
	}
	change := settingsChange{
		Description: body.Description, RPO: body.RPO, Connection: body.Connection, Quiesced: body.Quiesced, Retention: body.Retention,
		SLAProfileID: body.SLAProfileID, InitialSyncTime: body.InitialSyncTime,
	}
	migration := body.IsMigration != nil && *body.IsMigration
	if err := c.checkSettings(change, migration); err != nil {
		return reply{}, err
	}
	if err := c.checkFree(from.vms); err != nil {
		return reply{}, err
	}
	made := &group{id: "C4VAPP-" + randomID(), name: from.name}
	for _, one := range from.vms {
		r := c.newReplication("C4-", one, from.place, to, migration)
		r.group, r.storageProfile = made, profile
		r.apply(c.appliance, change)
		if body.TargetDiskType != nil {
			r.DiskType = *body.TargetDiskType
		}
		made.vms = append(made.vms, r)
	}
	refusal := c.appliance.forbidden(made.vms[0], change)
	if refusal != nil && c.appliance.replicationSwitches.policyRefusal != http.StatusAccepted {
		return reply{}, refusal
	}
	return c.begin(made.subject(c.collection()), refusal), nil
}

func (g *group) subject(collection string) subject {
	if collection == vappReplications {
		return subject{id: g.id, group: g, vms: g.vms}
	}
	return subject{id: g.vms[0].ID, vms: g.vms}
}

// begin starts the task that configures the replications. They exist at its end, or at once if objects are listed
// early.
func (c *call) begin(s subject, refusal *problem) reply {
	a := c.appliance
	enter := func() { a.fixture.replications = append(a.fixture.replications, s.vms...) }
	if a.earlyRows {
		enter()
		enter = func() {}
	}
	out := c.replicationTask("start", s, a.taskSwitches.duration, func() *apiError {
		if refusal != nil {
			return refusal.apiError
		}
		if err := c.checkFree(nil, s.vms...); err != nil {
			return err.apiError
		}
		enter()
		for _, r := range s.vms {
			a.firstSync(r)
		}
		return nil
	})
	if t := a.tasks[len(a.tasks)-1]; a.service == Cloud && !a.replicationSwitches.earlyID {
		t.workflow.ResourceID = ""
		out.body = c.initialInfo(t)
	}
	return out
}

func (c *call) newReplication(prefix string, one protected, from, to place, migration bool) *Replication {
	owner := c.account.Org
	if owner == "" {
		owner = "System"
	}
	return &Replication{
		ID: prefix + randomID(), VMID: one.vm.ID, VMName: one.vm.Name, Owner: owner + "@" + c.appliance.site,
		RPO: defaultRPO, Connection: defaultConnection, Quiesced: true, DiskType: defaultDiskType, Migration: migration,
		Recovery: NotStarted, source: from, destination: to, disks: one.excluded, updated: c.appliance.fixture.now(),
	}
}

// readSource reads the source of a replication of this kind.
func (c *call) readSource(text json.RawMessage) (origin, *problem) {
	forms := map[string]any{"vm": &vmSource{}, "vcVm": &vcVMSource{}}
	if c.collection() == vappReplications {
		forms = map[string]any{"vapp": &vappSource{}, "vappTemplate": &templateSource{}, "vcVapp": &vcVAppSource{}}
	}
	form, err := decodeTyped(text, forms)
	if err != nil {
		return origin{}, err
	}
	switch s := form.(type) {
	case *vmSource:
		vm, vapp := c.workloadsAt(s.Site).vm(s.VMID)
		if vm == nil || vapp == nil {
			return origin{}, refuse(http.StatusBadRequest, "VmNotFound", "VM %s was not found.", s.VMID)
		}
		return origin{c.vappPlace(s.Site, vapp), vapp.Name, []protected{{*vm, s.ExcludedDisks}}}, nil
	case *vappSource:
		vapp := c.workloadsAt(s.Site).vapp(s.VAppID)
		if vapp == nil || len(vapp.VMs) == 0 {
			return origin{}, refuse(http.StatusBadRequest, "VappNotFound", "vApp %s was not found.", s.VAppID)
		}
		from := origin{place: c.vappPlace(s.Site, vapp), name: vapp.Name}
		for _, vm := range vapp.VMs {
			from.vms = append(from.vms, protected{vm, s.VMExcludedDisks[vm.ID]})
		}
		return from, nil
	case *vcVMSource:
		return c.onPremises(s.Site, s.VCUUID, s.VAppName, []string{s.VMID}, map[string][]int{s.VMID: s.ExcludedDisks})
	case *vcVAppSource:
		return c.onPremises(s.Site, s.VCUUID, s.VAppName, s.VMIDs, s.VMExcludedDisks)
	}
	return origin{}, refuse(http.StatusBadRequest, "VappTemplateNotFound", "The vApp template was not found.")
}

// workloadsAt returns the workloads of a site, empty without a site.
func (c *call) workloadsAt(site string) *Workloads {
	if a := c.appliance.fixture.appliances[site]; a != nil {
		return &a.workloads
	}
	return &Workloads{}
}

func (c *call) vappPlace(site string, vapp *VApp) place {
	p := place{Site: site, VApp: vapp.ID, VDCName: vapp.VDC}
	if vdc := c.workloadsAt(site).vdcNamed(vapp.VDC); vdc != nil {
		p.VDC, p.Org = vdc.ID, vdc.Org
	}
	return p
}

// onPremises is a source in the vCenter of a tenant's site.
func (c *call) onPremises(site, vcenter, vapp string, ids []string, excluded map[string][]int) (origin, *problem) {
	known := c.appliance.workloads.onPremises(site)
	if known == nil {
		return origin{}, refuse(http.StatusNotFound, "SiteNotFound", "Site %s was not found.", site)
	}
	if known.VCenterID != vcenter {
		return origin{}, refuse(http.StatusBadRequest, "BadUserInput", "Site %s has no vCenter %s.", site, vcenter)
	}
	from := origin{place: place{Site: site, VCenter: vcenter}, name: vapp}
	for _, id := range ids {
		at := slices.IndexFunc(known.VMs, func(vm VM) bool { return vm.ID == id })
		if at < 0 {
			return origin{}, refuse(http.StatusBadRequest, "VmNotFound", "VM %s was not found.", id)
		}
		from.vms = append(from.vms, protected{known.VMs[at], excluded[id]})
	}
	if len(from.vms) == 0 || vapp == "" {
		return origin{}, violation(http.StatusBadRequest, "BadUserInput", "vappName or a VM is missing.")
	}
	return from, nil
}

// readDestination reads the destination of a replication and its storage profile.
func (c *call) readDestination(text json.RawMessage) (place, string, *problem) {
	forms := map[string]any{"vcloud": &cloudDestination{}, "vm": &cloudDestination{}, "vc": &vcDestination{}, "vcVm": &vcDestination{}}
	if c.collection() == vappReplications {
		forms = map[string]any{"vcloud": &cloudDestination{}, "vapp": &cloudDestination{}, "vc": &vcDestination{}, "vcVapp": &vcDestination{}}
	}
	form, err := decodeTyped(text, forms)
	if err != nil {
		return place{}, "", err
	}
	if d, ok := form.(*vcDestination); ok {
		known := c.appliance.workloads.onPremises(d.Site)
		if known == nil {
			return place{}, "", refuse(http.StatusNotFound, "SiteNotFound", "Site %s was not found.", d.Site)
		}
		return place{Site: d.Site, VCenter: known.VCenterID}, "", nil
	}
	d, _ := form.(*cloudDestination)
	w := c.workloadsAt(d.Site)
	vdc := w.vdc(d.VDC)
	if vdc == nil {
		return place{}, "", refuse(http.StatusBadRequest, "VdcNotFound", "VDC %s was not found.", d.VDC)
	}
	if (d.Type == "vm") != (d.SeedVMID != "") || (d.Type == "vapp") != (d.SeedVAppID != "") {
		return place{}, "", violation(http.StatusBadRequest, "BadUserInput", "A seed and the type of the destination don't go together.")
	}
	if err := w.takeSeed(d); err != nil {
		return place{}, "", err
	}
	profile, err := vdc.storageProfile(d.StorageProfile)
	return place{Site: d.Site, Org: vdc.Org, VDC: vdc.ID, VDCName: vdc.Name}, profile, err
}

// takeSeed removes the seed from the inventory: only its disks are kept.
func (w *Workloads) takeSeed(d *cloudDestination) *problem {
	switch {
	case d.SeedVMID != "":
		if vm, _ := w.vm(d.SeedVMID); vm == nil {
			return refuse(http.StatusBadRequest, "VmNotFound", "Seed VM %s was not found.", d.SeedVMID)
		}
		w.removeVM(d.SeedVMID)
	case d.SeedVAppID != "":
		if w.vapp(d.SeedVAppID) == nil {
			return refuse(http.StatusBadRequest, "VappNotFound", "Seed vApp %s was not found.", d.SeedVAppID)
		}
		w.VApps = slices.DeleteFunc(slices.Clone(w.VApps), func(v VApp) bool { return v.ID == d.SeedVAppID })
	}
	return nil
}

// storageProfile resolves an asterisk to the default profile, which reads return.
func (v *VDC) storageProfile(asked string) (string, *problem) {
	if asked == "*" && len(v.StorageProfiles) > 0 {
		return v.StorageProfiles[0].ID, nil
	}
	for _, p := range v.StorageProfiles {
		if p.ID == asked {
			return p.ID, nil
		}
	}
	return "", refuse(http.StatusBadRequest, "StorageProfileNotFound", "Storage profile %s was not found.", asked)
}

// reach checks that the session may act on the cloud sites of a replication.
func (c *call) reach(places ...place) *problem {
	for _, p := range places {
		if c.appliance.fixture.appliances[p.Site] == nil {
			continue // on premises
		}
		if p.Site != c.appliance.site && c.appliance.pairedPeer(p.Site) == nil {
			return refuse(http.StatusNotFound, "SiteNotFound", "Site %s was not found.", p.Site)
		}
		if c.appliance.service == Cloud && p.Site != c.entry.site && c.session.extensionTo(p.Site) == nil {
			return refuse(http.StatusUnauthorized, "RemoteAuthenticationFailure", "The session is not extended to site %s.", p.Site)
		}
	}
	return nil
}

// checkFree refuses VMs that are replicated already: one VM has one destination.
func (c *call) checkFree(vms []protected, made ...*Replication) *problem {
	for _, r := range c.appliance.fixture.replications {
		taken := slices.ContainsFunc(vms, func(p protected) bool { return p.vm.ID == r.VMID }) ||
			slices.ContainsFunc(made, func(other *Replication) bool { return other.VMID == r.VMID && other != r })
		if taken {
			return refuse(http.StatusBadRequest, "ReplicationExists", "VM %s is replicated already.", r.VMID)
		}
	}
	return nil
}

// forbidden returns the refusal of the policy of the destination's organization, nil if it allows the replication.
func (a *Appliance) forbidden(r *Replication, change settingsChange) *problem {
	if r.destination.VDC == "" {
		return nil
	}
	p := a.policyOf(r.destination.Org)
	total := 0
	for _, rule := range r.Retention {
		total += rule.Instances
	}
	incoming := 0
	for _, other := range a.fixture.replications {
		if other.destination.Org == r.destination.Org && other.destination.Site == a.site {
			incoming++
		}
	}
	allowed := r.Migration && p.AllowIncomingMigrations || !r.Migration && p.AllowIncomingProtections
	switch {
	case !allowed:
	case p.MaxIncoming >= 0 && incoming >= p.MaxIncoming:
	case !r.Migration && r.RPO < p.MinRPO, total > p.MaxInstances:
	case change.custom() && !r.Migration && !p.AllowCustomSLASettings:
	default:
		return nil
	}
	status := a.replicationSwitches.policyRefusal
	if status == 0 {
		status = http.StatusForbidden
	}
	return refuse(status, "PolicyViolation", "The replication policy of organization %s does not allow this.", r.destination.Org)
}

// managerStart is StartReplicationSettings.
type managerStart struct {
	VCID                string           `json:"vcId"`
	VMID                string           `json:"vmId"`
	Description         *string          `json:"description"`
	ExcludedDiskKeys    []int            `json:"excludedDiskKeys"`
	RPO                 *int             `json:"rpo"`
	Connection          *string          `json:"dataConnectionType"`
	Quiesced            *bool            `json:"quiesced"`
	SourceLocation      location         `json:"sourceLocation"`
	DestinationLocation location         `json:"destinationLocation"`
	Placement           placement        `json:"replicationPlacement"`
	Retention           *retentionPolicy `json:"retentionPolicy"`
	TargetDiskType      *string          `json:"targetDiskType"`
	StartPaused         bool             `json:"startPaused"`
	InitialSyncTime     *int64           `json:"initialSyncTime"`
	IsMigration         bool             `json:"isMigration"`
}

type location struct {
	Site         string `json:"site"`
	ReplicatorID string `json:"replicatorId"`
}

// placement is ReplicationPlacement.
type placement struct {
	VCID              string          `json:"vcId"`
	DatastoreID       string          `json:"datastoreId"`
	DatastoreFolder   string          `json:"datastoreFolder"`
	StorageProfileID  *string         `json:"storageProfileId"`
	ValidateSeedUUIDs *bool           `json:"validateSeedUuids"`
	Disks             []diskPlacement `json:"disks"`
}

type diskPlacement struct {
	DiskKey          int     `json:"diskKey"`
	DatastoreID      string  `json:"datastoreId"`
	DiskPath         *string `json:"diskPath"`
	IsSeed           bool    `json:"isSeed"`
	StorageProfileID *string `json:"storageProfileId"`
	ContentID        *string `json:"contentId"`
}

// startManager is POST /replications, at the destination.
func (c *call) startManager() (reply, *problem) {
	var body managerStart
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	from := place{Site: body.SourceLocation.Site, VCenter: body.VCID}
	to := place{Site: body.DestinationLocation.Site, VCenter: body.Placement.VCID}
	vm, _ := c.workloadsAt(from.Site).vm(body.VMID)
	if vm == nil {
		return reply{}, refuse(http.StatusBadRequest, "VmNotFound", "VM %s was not found.", body.VMID)
	}
	one := protected{*vm, body.ExcludedDiskKeys}
	if err := c.checkFree([]protected{one}); err != nil {
		return reply{}, err
	}
	if err := c.checkManagerPlaces(body, from, to); err != nil {
		return reply{}, err
	}
	change := settingsChange{
		Description: body.Description, RPO: body.RPO, Connection: body.Connection, Quiesced: body.Quiesced, Retention: body.Retention,
		InitialSyncTime: body.InitialSyncTime,
	}
	if err := c.checkSettings(change, body.IsMigration); err != nil {
		return reply{}, err
	}
	if body.InitialSyncTime != nil && *body.InitialSyncTime > c.appliance.fixture.now().UnixMilli() && !body.StartPaused {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "With initialSyncTime startPaused must be true.")
	}
	r := c.newReplication("H4-", one, from, to, body.IsMigration)
	r.apply(c.appliance, change)
	r.Paused, r.placement = body.StartPaused, body.Placement
	r.replicatorIDs = [2]string{body.SourceLocation.ReplicatorID, body.DestinationLocation.ReplicatorID}
	if body.TargetDiskType != nil {
		r.DiskType = *body.TargetDiskType
	}
	return c.begin(subject{id: r.ID, vms: []*Replication{r}}, nil), nil
}

func (c *call) checkManagerPlaces(body managerStart, from, to place) *problem {
	if to.Site != c.appliance.site {
		return refuse(http.StatusBadRequest, "BadUserInput", "A replication is started at its destination, %s.", to.Site)
	}
	if err := c.reach(from, to); err != nil {
		return err
	}
	for _, end := range []struct {
		at      place
		replica string
	}{{from, body.SourceLocation.ReplicatorID}, {to, body.DestinationLocation.ReplicatorID}} {
		w := c.workloadsAt(end.at.Site)
		switch {
		case w.VCenterID != end.at.VCenter:
			return refuse(http.StatusBadRequest, "BadUserInput", "Site %s has no vCenter %s.", end.at.Site, end.at.VCenter)
		case !slices.Contains(w.Replicators, end.replica):
			return refuse(http.StatusBadRequest, "ReplicatorNotFound", "Site %s has no replicator %s.", end.at.Site, end.replica)
		}
	}
	if !slices.Contains(c.appliance.workloads.Datastores, body.Placement.DatastoreID) {
		return refuse(http.StatusBadRequest, "DatastoreNotFound", "Datastore %s was not found.", body.Placement.DatastoreID)
	}
	for _, other := range c.appliance.fixture.replications {
		if other.placement.DatastoreFolder == body.Placement.DatastoreFolder && other.destination.Site == to.Site {
			return refuse(http.StatusBadRequest, "BadUserInput", "The folder %s is in use.", body.Placement.DatastoreFolder)
		}
	}
	if body.Placement.DatastoreFolder == "" {
		return violation(http.StatusBadRequest, "BadUserInput", "Field datastoreFolder is missing.")
	}
	return nil
}
