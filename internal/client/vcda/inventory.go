package vcda

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// The kinds of inventory items.
const (
	InventoryVMs             = "vms"
	InventoryVApps           = "vapps"
	InventoryOrgs            = "orgs"
	InventoryVDCs            = "vdcs"
	InventoryNetworks        = "networks"
	InventoryStorageProfiles = "storage_profiles"
)

// InventoryItem is a source or a destination of a replication. Every item has an ID
// and a name. Raw holds the whole item.
type InventoryItem struct {
	ID, Name string
	Raw      json.RawMessage
}

// UnmarshalJSON keeps the whole item.
func (i *InventoryItem) UnmarshalJSON(data []byte) error {
	var known struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	if err := json.Unmarshal(data, &known); err != nil {
		return err
	}
	*i = InventoryItem{ID: known.ID, Name: known.Name, Raw: slices.Clone(data)}
	return nil
}

// Inventory lists the items of a kind at the site; networks and storage profiles
// are those of a VDC. The calls are not published: the paths are those that
// community clients of the Cloud service use.
func (c *Client) Inventory(ctx context.Context, kind, vdc string) ([]InventoryItem, error) {
	paths := map[string]string{
		InventoryVMs: "/vms", InventoryVApps: "/vapps", InventoryOrgs: "/orgs", InventoryVDCs: "/vdcs",
		InventoryNetworks:        "/vdcs/" + url.PathEscape(vdc) + "/networks",
		InventoryStorageProfiles: "/vdcs/" + url.PathEscape(vdc) + "/storage-profiles",
	}
	path, known := paths[kind]
	if !known {
		return nil, fmt.Errorf("%q is no kind of inventory", kind)
	}
	home, err := c.Home(ctx)
	if err != nil {
		return nil, err
	}
	if home.Service == Manager {
		return c.managerInventory(ctx)
	}
	return readArrayOrPages(ctx, c, "/inventory"+path, nil, func(i InventoryItem) string { return i.ID })
}

// managerInventory lists the VMs of a Manager service. The response groups them by
// replicator and vCenter.
func (c *Client) managerInventory(ctx context.Context) ([]InventoryItem, error) {
	var rows []struct {
		Info []struct {
			VCenterID string          `json:"vcId"`
			VMs       []InventoryItem `json:"vms"`
		} `json:"info"`
	}
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: "/inventory/vms", Query: c.atSite(nil)})
	if err == nil {
		err = response.JSON(&rows)
	}
	if err != nil {
		return nil, err
	}
	var items []InventoryItem
	added := map[string]bool{}
	for _, row := range rows {
		for _, info := range row.Info {
			for _, vm := range info.VMs {
				if vm.ID == "" {
					return nil, response.OtherForm("an item in it has no id")
				}
				if key := info.VCenterID + " " + vm.ID; !added[key] { // a vCenter may have several replicators
					added[key] = true
					items = append(items, vm.withVCenter(info.VCenterID))
				}
			}
		}
	}
	return items, nil
}

// withVCenter adds the vCenter of a VM to its item.
func (i InventoryItem) withVCenter(vcenter string) InventoryItem {
	all := map[string]any{}
	if json.Unmarshal(i.Raw, &all) == nil {
		all["vcId"] = vcenter
		if raw, err := json.Marshal(all); err == nil {
			i.Raw = raw
		}
	}
	return i
}

// SiteReplicators lists the replicators of a site that have an ID ("List
// Replicators").
func (c *Client) SiteReplicators(ctx context.Context, site string) ([]Replicator, error) {
	var rows []Replicator
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: replicatorsPath, Query: url.Values{"sites": {site}}}, &rows)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r Replicator) bool { return r.Site != site || r.ID == "" }), nil
}
