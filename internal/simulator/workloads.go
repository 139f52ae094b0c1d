package simulator

import (
	"net/http"
	"slices"
)

// Workloads holds what a site can protect and where it can recover to. An id that is left out is derived from the
// site and the name.
type Workloads struct {
	Orgs        []Org        `json:"orgs"`         // Cloud
	VDCs        []VDC        `json:"vdcs"`         // Cloud
	VApps       []VApp       `json:"vapps"`        // Cloud
	VMs         []VM         `json:"vms"`          // Manager; those of vApps are in VApps
	VCenterID   string       `json:"vcenter_id"`   // Manager
	Datastores  []string     `json:"datastores"`   // Manager: managed object ids
	Replicators []string     `json:"replicators"`  // Manager: ids
	OnPremises  []OnPremises `json:"on_premises"`  // Cloud: sites of tenants paired with it
	Policies    []Policy     `json:"policies"`     // Cloud, in addition to the one named default
	SLAProfiles []SLAProfile `json:"sla_profiles"` // Cloud
}

// Org is an organization of a Cloud Director.
type Org struct {
	Name   string `json:"name"`
	Policy string `json:"policy"` // display name of its replication policy; empty: the default one
}

// VDC is a virtual data center of an organization.
type VDC struct {
	ID              string  `json:"id"`
	Name            string  `json:"name"`
	Org             string  `json:"org"`
	StorageProfiles []Named `json:"storage_profiles"` // the first is the default
	Networks        []Named `json:"networks"`
}

// Named is anything that has only an id and a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// VApp is a vApp and its VMs.
type VApp struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	VDC  string `json:"vdc"` // by name
	VMs  []VM   `json:"vms"`
}

// VM is a virtual machine.
type VM struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// OnPremises is a site of a tenant with a vCenter and no Cloud Director.
type OnPremises struct {
	Site      string `json:"site"`
	VCenterID string `json:"vcenter_id"`
	VMs       []VM   `json:"vms"`
}

// DefaultWorkloads returns the workloads of a site whose options have none: an organization that may protect, one
// that may not, a vApp of two VMs, and on the Manager service two VMs.
func DefaultWorkloads(service Service) Workloads {
	if service == Manager {
		return Workloads{
			VMs:        []VM{{ID: "vm-101", Name: "web"}, {ID: "vm-102", Name: "db"}},
			Datastores: []string{"datastore-1", "datastore-2"}, Replicators: []string{""},
		}
	}
	return Workloads{
		Orgs: []Org{{Name: "acme", Policy: "protect"}, {Name: "beta"}},
		VDCs: []VDC{
			{
				Name: "acme-vdc", Org: "acme", StorageProfiles: []Named{{Name: "gold"}, {Name: "silver"}},
				Networks: []Named{{Name: "production"}, {Name: "test"}},
			},
			{Name: "beta-vdc", Org: "beta", StorageProfiles: []Named{{Name: "gold"}}, Networks: []Named{{Name: "production"}}},
		},
		VApps: []VApp{
			{Name: "shop", VDC: "acme-vdc", VMs: []VM{{Name: "web"}, {Name: "db"}}},
			{Name: "mail", VDC: "acme-vdc", VMs: []VM{{Name: "mail"}}},
		},
		Policies: []Policy{allowAll("protect")},
		SLAProfiles: []SLAProfile{
			{Name: "Gold", RPO: 30, Retention: []RetentionRule{{Instances: 6, Distance: 30}}},
			{Name: "Silver", RPO: 120},
			{Name: "Bronze", RPO: 240},
		},
	}
}

// identify sets the ids that are missing.
func (w *Workloads) identify(a *Appliance) {
	id := func(have *string, kind, name string) {
		if *have == "" {
			*have = a.fixture.source.UUID(kind + " " + name + " of " + a.options.Site)
		}
	}
	for i := range w.VDCs {
		vdc := &w.VDCs[i]
		id(&vdc.ID, "VDC", vdc.Name)
		for j := range vdc.StorageProfiles {
			id(&vdc.StorageProfiles[j].ID, "storage profile of "+vdc.Name, vdc.StorageProfiles[j].Name)
		}
		for j := range vdc.Networks {
			id(&vdc.Networks[j].ID, "network of "+vdc.Name, vdc.Networks[j].Name)
		}
	}
	for i := range w.VApps {
		vapp := &w.VApps[i]
		id(&vapp.ID, "vApp", vapp.Name)
		for j := range vapp.VMs {
			id(&vapp.VMs[j].ID, "VM of "+vapp.Name, vapp.VMs[j].Name)
		}
	}
	for i := range w.OnPremises {
		id(&w.OnPremises[i].VCenterID, "vCenter", w.OnPremises[i].Site)
	}
	for i := range w.Replicators {
		id(&w.Replicators[i], "replicator", a.site)
	}
	for i := range w.Policies {
		id(&w.Policies[i].ID, "policy", w.Policies[i].Name)
	}
	for i := range w.SLAProfiles {
		id(&w.SLAProfiles[i].ID, "SLA profile", w.SLAProfiles[i].Name)
	}
	if a.service == Manager {
		id(&w.VCenterID, "vCenter", "")
	}
}

// Workloads returns the workloads of the site, with all ids.
func (a *Appliance) Workloads() Workloads {
	var out Workloads
	a.fixture.do(func() {
		out = a.workloads
		out.VApps, out.VMs = slices.Clone(a.workloads.VApps), slices.Clone(a.workloads.VMs)
	})
	return out
}

func (w *Workloads) vdc(id string) *VDC {
	for i := range w.VDCs {
		if w.VDCs[i].ID == id {
			return &w.VDCs[i]
		}
	}
	return nil
}

func (w *Workloads) vdcNamed(name string) *VDC {
	for i := range w.VDCs {
		if w.VDCs[i].Name == name {
			return &w.VDCs[i]
		}
	}
	return nil
}

func (w *Workloads) vapp(id string) *VApp {
	for i := range w.VApps {
		if w.VApps[i].ID == id {
			return &w.VApps[i]
		}
	}
	return nil
}

// vm finds a VM, and the vApp it is in.
func (w *Workloads) vm(id string) (*VM, *VApp) {
	for i := range w.VApps {
		for j := range w.VApps[i].VMs {
			if w.VApps[i].VMs[j].ID == id {
				return &w.VApps[i].VMs[j], &w.VApps[i]
			}
		}
	}
	for i := range w.VMs {
		if w.VMs[i].ID == id {
			return &w.VMs[i], nil
		}
	}
	return nil, nil
}

// removeVM removes a VM. Its vApp stays, even if it is empty.
func (w *Workloads) removeVM(id string) {
	is := func(vm VM) bool { return vm.ID == id }
	for i := range w.VApps {
		w.VApps[i].VMs = slices.DeleteFunc(slices.Clone(w.VApps[i].VMs), is)
	}
	w.VMs = slices.DeleteFunc(slices.Clone(w.VMs), is)
}

func (w *Workloads) onPremises(site string) *OnPremises {
	for i := range w.OnPremises {
		if w.OnPremises[i].Site == site {
			return &w.OnPremises[i]
		}
	}
	return nil
}

// InventoryForm is the form of an inventory list, which is not published.
type InventoryForm int

// The forms of an inventory list.
const (
	InventoryAsKnown InventoryForm = iota // pages, and arrays where clients have seen them
	InventoryArrays
	InventoryPages
	InventoryMissing // 404
)

// SetInventoryForm sets the form of inventory lists.
func (a *Appliance) SetInventoryForm(form InventoryForm) {
	a.fixture.do(func() { a.replicationSwitches.inventory = form })
}

// inventoryItem is a row of an inventory list; only id and name are certain.
type inventoryItem struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Org        string `json:"org,omitempty"`
	VDCName    string `json:"vdcName,omitempty"`
	VAppName   string `json:"vappName,omitempty"`
	PoweredOn  bool   `json:"poweredOn"`
	Hypervisor any    `json:"hypervisor"` // always null
}

// inventory returns a list of the inventory.
func (c *call) inventory(items []inventoryItem, paged bool) (reply, *problem) {
	switch c.appliance.replicationSwitches.inventory {
	case InventoryArrays:
		paged = false
	case InventoryPages:
		paged = true
	case InventoryMissing:
		return reply{}, refuse(http.StatusNotFound, "NotFound", "There is no such inventory.")
	}
	if name := c.query.Get("name"); name != "" {
		items = slices.DeleteFunc(items, func(i inventoryItem) bool { return i.Name != name })
	}
	if !paged {
		return reply{status: http.StatusOK, body: append([]inventoryItem{}, items...)}, nil
	}
	return page(c, items, asIs)
}

// inventoryVMs is GET /inventory/vms. The Manager's shape is that of API v1.
func (c *call) inventoryVMs() (reply, *problem) {
	w := c.appliance.workloads
	if c.appliance.service == Manager {
		return c.managerInventory()
	}
	var items []inventoryItem
	for _, vapp := range w.VApps {
		for _, vm := range vapp.VMs {
			if org := w.orgOf(vapp.VDC); c.seesOrg(org) {
				items = append(items, inventoryItem{ID: vm.ID, Name: vm.Name, Org: org, VDCName: vapp.VDC, VAppName: vapp.Name, PoweredOn: true})
			}
		}
	}
	return c.inventory(items, true)
}

// managerInventory lists the VMs of a vCenter below its replicator.
func (c *call) managerInventory() (reply, *problem) {
	if c.appliance.replicationSwitches.inventory == InventoryMissing {
		return reply{}, refuse(http.StatusNotFound, "NotFound", "There is no such inventory.")
	}
	w := c.appliance.workloads
	vms := []Named{}
	for _, vm := range w.VMs {
		vms = append(vms, Named(vm))
	}
	rows := []any{}
	for _, replicator := range w.Replicators {
		rows = append(rows, map[string]any{"replicatorId": replicator, "info": []any{map[string]any{"vcId": w.VCenterID, "vms": vms}}})
	}
	return reply{status: http.StatusOK, body: rows}, nil
}

// orgOf returns the organization of a VDC.
func (w *Workloads) orgOf(vdc string) string {
	if found := w.vdcNamed(vdc); found != nil {
		return found.Org
	}
	return ""
}

// seesOrg reports whether the account of the call may see the objects of an organization.
func (c *call) seesOrg(org string) bool { return c.account.isAdmin() || c.account.Org == org }

func (c *call) inventoryVApps() (reply, *problem) {
	w := c.appliance.workloads
	var items []inventoryItem
	for _, vapp := range w.VApps {
		if org := w.orgOf(vapp.VDC); c.seesOrg(org) {
			items = append(items, inventoryItem{ID: vapp.ID, Name: vapp.Name, Org: org, VDCName: vapp.VDC, PoweredOn: true})
		}
	}
	return c.inventory(items, true)
}

func (c *call) inventoryOrgs() (reply, *problem) {
	var items []inventoryItem
	for _, org := range c.appliance.workloads.Orgs {
		if c.seesOrg(org.Name) {
			items = append(items, inventoryItem{ID: org.Name, Name: org.Name})
		}
	}
	return c.inventory(items, true)
}

func (c *call) inventoryVDCs() (reply, *problem) {
	var items []inventoryItem
	for _, vdc := range c.appliance.workloads.VDCs {
		if c.seesOrg(vdc.Org) {
			items = append(items, inventoryItem{ID: vdc.ID, Name: vdc.Name, Org: vdc.Org})
		}
	}
	return c.inventory(items, true)
}

func (c *call) inventoryNetworks() (reply, *problem) {
	return c.inventoryOfVDC(func(vdc *VDC) []Named { return vdc.Networks }, true)
}

func (c *call) inventoryStorageProfiles() (reply, *problem) {
	return c.inventoryOfVDC(func(vdc *VDC) []Named { return vdc.StorageProfiles }, false)
}

func (c *call) inventoryOfVDC(of func(*VDC) []Named, paged bool) (reply, *problem) {
	vdc := c.appliance.workloads.vdc(c.key)
	if vdc == nil || !c.seesOrg(vdc.Org) {
		return reply{}, refuse(http.StatusNotFound, "VdcNotFound", "VDC %s was not found.", c.key)
	}
	var items []inventoryItem
	for _, one := range of(vdc) {
		items = append(items, inventoryItem{ID: one.ID, Name: one.Name})
	}
	return c.inventory(items, paged)
}
