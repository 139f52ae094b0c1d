package simulator

import (
	"cmp"
	"fmt"
	"slices"
)

// Protection is a replication that exists from the start. VMs and vApps are given by name; those that the source site
// lacks are added to it.
type Protection struct {
	SourceSite  string `json:"source_site"`
	VM          string `json:"vm"`   // Manager, or one VM of the vApp
	VApp        string `json:"vapp"` // Cloud: alone it protects all of its VMs
	VDC         string `json:"vdc"`  // Cloud: at the destination; default: the first one
	RPO         int    `json:"rpo_minutes"`
	Description string `json:"description"`
	Owner       string `json:"owner"` // default: System@SITE
	SLAProfile  string `json:"sla_profile"`
	Migration   bool   `json:"migration"`
	Paused      bool   `json:"paused"`
	Reversed    bool   `json:"reversed"`
	Recovery    string `json:"recovery_state"` // default: NOT_STARTED
	Health      string `json:"health"`         // default: GREEN
	LastError   string `json:"last_error"`     // its code
	Instances   int    `json:"instances"`      // default: 1
}

// Check validates a protection at a site of the service.
func (p Protection) Check(service Service) error {
	switch {
	case p.SourceSite == "":
		return fmt.Errorf("source_site is missing")
	case service == Manager && (p.VM == "" || p.VApp != "" || p.VDC != "" || p.SLAProfile != ""):
		return fmt.Errorf("on the Manager service a replication has a vm, and neither vapp, vdc nor sla_profile")
	case service == Cloud && p.VApp == "":
		return fmt.Errorf("vapp is missing")
	case !slices.Contains([]string{"", NotStarted, Testing, Complete}, p.Recovery):
		return fmt.Errorf("recovery_state %q is none of %s, %s, %s", p.Recovery, NotStarted, Testing, Complete)
	case !slices.Contains([]string{"", "GREEN", "YELLOW", "RED"}, p.Health):
		return fmt.Errorf("health %q is none of GREEN, YELLOW, RED", p.Health)
	}
	return nil
}

// Protect adds a replication with this site as the destination, at once. It returns the id of the replication, or of
// the vApp replication if a whole vApp is protected.
func (a *Appliance) Protect(p Protection) string {
	var id string
	a.fixture.do(func() {
		source := a.fixture.appliances[p.SourceSite]
		if err := p.Check(a.service); err != nil || source == nil {
			panic(fmt.Sprintf("simulator: site %q, %v", p.SourceSite, err))
		}
		if a.service == Manager {
			id = a.protectOnManager(p, source).ID
			return
		}
		id = a.protectOnCloud(p, source)
	})
	return id
}

func (a *Appliance) protectOnManager(p Protection, source *Appliance) *Replication {
	vm := source.workloads.vmNamed(&source.workloads.VMs, p.VM, func() string { return "vm-" + a.fixture.source.UUID("VM " + p.VM)[:8] })
	r := a.preset("H4-", p, vm)
	r.source, r.destination = place{Site: source.site, VCenter: source.workloads.VCenterID}, place{Site: a.site, VCenter: a.workloads.VCenterID}
	r.replicatorIDs = [2]string{source.workloads.Replicators[0], a.workloads.Replicators[0]}
	r.placement = placement{VCID: a.workloads.VCenterID, DatastoreID: a.workloads.Datastores[0], DatastoreFolder: "folder-" + r.ID}
	a.fixture.replications = append(a.fixture.replications, r)
	r.finishPreset(a, p)
	return r
}

func (a *Appliance) protectOnCloud(p Protection, source *Appliance) string {
	w := &source.workloads
	at := slices.IndexFunc(w.VApps, func(v VApp) bool { return v.Name == p.VApp })
	if at < 0 {
		w.VApps = append(w.VApps, VApp{ID: a.fixture.source.UUID("vApp " + p.VApp), Name: p.VApp, VDC: w.VDCs[0].Name})
		at = len(w.VApps) - 1
	}
	vapp := &w.VApps[at]
	if p.VM != "" || len(vapp.VMs) == 0 {
		w.vmNamed(&vapp.VMs, cmp.Or(p.VM, p.VApp), func() string { return a.fixture.source.UUID("VM " + p.VApp + " " + p.VM) })
	}
	vdc := &a.workloads.VDCs[0]
	if p.VDC != "" {
		vdc = a.workloads.vdcNamed(p.VDC)
	}
	from := place{Site: source.site, VApp: vapp.ID, VDCName: vapp.VDC}
	if home := w.vdcNamed(vapp.VDC); home != nil {
		from.VDC, from.Org = home.ID, home.Org
	}
	made := &group{id: "C4VAPP-" + a.fixture.source.UUID("vApp replication"), name: vapp.Name}
	for _, vm := range vapp.VMs {
		if p.VM != "" && vm.Name != p.VM {
			continue
		}
		r := a.preset("C4-", p, vm)
		r.group, r.source, r.storageProfile = made, from, vdc.StorageProfiles[0].ID
		r.destination = place{Site: a.site, Org: vdc.Org, VDC: vdc.ID, VDCName: vdc.Name}
		made.vms = append(made.vms, r)
		a.fixture.replications = append(a.fixture.replications, r)
		r.finishPreset(a, p)
	}
	if p.VM != "" {
		return made.vms[0].ID
	}
	return made.id
}

// vmNamed finds a VM by its name, or adds it.
func (w *Workloads) vmNamed(among *[]VM, name string, id func() string) VM {
	for _, vm := range *among {
		if vm.Name == name {
			return vm
		}
	}
	*among = append(*among, VM{ID: id(), Name: name})
	return (*among)[len(*among)-1]
}

func (a *Appliance) preset(prefix string, p Protection, vm VM) *Replication {
	r := &Replication{
		ID: prefix + a.fixture.source.UUID("replication"), VMID: vm.ID, VMName: vm.Name, Owner: cmp.Or(p.Owner, "System@"+a.site),
		Description: p.Description, RPO: cmp.Or(p.RPO, defaultRPO), Connection: defaultConnection, Quiesced: true, DiskType: defaultDiskType,
		Migration: p.Migration, Paused: p.Paused, Recovery: cmp.Or(p.Recovery, NotStarted), Health: p.Health, LastError: p.LastError,
		updated: a.fixture.now(),
	}
	for i := range a.workloads.SLAProfiles {
		if profile := &a.workloads.SLAProfiles[i]; profile.Name == p.SLAProfile {
			r.apply(a, settingsChange{SLAProfileID: &profile.ID})
		}
	}
	return r
}

// finishPreset sets the fields that follow from others.
func (r *Replication) finishPreset(a *Appliance, p Protection) {
	for range max(1, p.Instances) {
		if !p.Migration {
			r.addInstance(a.fixture.now())
		}
	}
	if r.Recovery != NotStarted {
		r.recover(a.fixture.source.UUID("recovered vApp"))
	}
	if p.Reversed {
		r.Reversed = true
		r.source, r.destination = r.destination, r.source
	}
}

// Recover performs a failoverTest, a failoverTestCleanup, a failover or a reverse
// of a replication at once, without a request.
func (e *Fixture) Recover(id, kind string) {
	e.EditReplication(id, func(r *Replication) {
		switch kind {
		case "failoverTest":
			r.Recovery = Testing
			r.recover(e.groupUUID(r))
		case "failoverTestCleanup":
			r.Recovery, r.recovered = NotStarted, nil
		case "failover":
			r.Recovery = Complete
			r.recover(e.groupUUID(r))
		case "reverse":
			r.reverse(e)
		default:
			panic("simulator: there is no recovery " + kind)
		}
	})
}

// StoreSettings stores the network settings of a replication, on the Manager service its recovery settings, without a
// request and in the form of the API.
func (e *Fixture) StoreSettings(id string, settings map[string]any) {
	e.do(func() {
		for _, r := range e.replications {
			switch {
			case r.ID == id:
				r.settings = settings
			case r.group != nil && r.group.id == id:
				r.group.settings = settings
			}
		}
	})
}

// groupUUID returns the id of the vApp that the VMs of a vApp replication are recovered into.
func (e *Fixture) groupUUID(r *Replication) string {
	if r.group == nil {
		return ""
	}
	for _, other := range r.group.vms {
		if other.recovered != nil {
			return other.recovered.vappID
		}
	}
	return randomID()
}
