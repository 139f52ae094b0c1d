package inventory_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestInventory(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	vdc := f.B.Workloads().VDCs[0].ID
	for name, test := range map[string]struct {
		config direct.Values
		want   string
	}{
		"VMs":                {direct.Values{"kind": "vms"}, "web db mail"},
		"vApps elsewhere":    {direct.Values{"kind": "vapps", "site": "site-a"}, "shop mail"},
		"one by name":        {direct.Values{"kind": "vapps", "name": "shop"}, "shop"},
		"part of a name":     {direct.Values{"kind": "vapps", "name": "sho"}, ""},
		"organizations":      {direct.Values{"kind": "orgs"}, "acme beta"},
		"VDCs, its own name": {direct.Values{"kind": "vdcs", "site": "site-b"}, "acme-vdc beta-vdc"},
		"networks":           {direct.Values{"kind": "networks", "vdc_id": "urn:vcloud:vdc:" + vdc}, "production test"},
		"storage profiles":   {direct.Values{"kind": "storage_profiles", "vdc_id": vdc}, "gold silver"},
	} {
		values, problems := f.ReadData(t, "vcda_inventory", test.config)
		if errors := problems.Errors(); len(errors) > 0 {
			t.Errorf("%s: %q", name, errors)
			continue
		}
		var names []string
		items, _ := values["items"].([]any)
		for _, item := range items {
			one, _ := item.(direct.Values)
			names = append(names, fmt.Sprint(one["name"]))
			if !json.Valid([]byte(fmt.Sprint(one["attributes_json"]))) {
				t.Errorf("%s: %v is not JSON", name, one["attributes_json"])
			}
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestInventory_refused(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	for _, config := range []direct.Values{{"kind": "networks"}, {"kind": "hosts"}, {"kind": "vms", "vdc_id": f.B.Workloads().VDCs[0].ID}, {"kind": "networks", "vdc_id": "acme"}} {
		if errors := f.ValidateData(t, "vcda_inventory", config).Errors(); len(errors) != 1 {
			t.Errorf("%v: %q", config, errors)
		}
	}
	f.B.SetInventoryForm(simulator.InventoryMissing)
	if _, problems := f.ReadData(t, "vcda_inventory", direct.Values{"kind": "vms"}); len(problems.Errors()) != 1 {
		t.Errorf("errors %q", problems.Errors())
	}
}

func TestInventory_ofAManager(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Manager, "site-b")
	values, problems := f.ReadData(t, "vcda_inventory", direct.Values{"kind": "vms", "name": "web"})
	items, _ := values["items"].([]any)
	if len(problems.Errors()) > 0 || len(items) != 1 || !strings.Contains(fmt.Sprint(items[0]), f.B.Workloads().VCenterID) {
		t.Errorf("items %v, errors %q", items, problems.Errors())
	}
	_, problems = f.ReadData(t, "vcda_inventory", direct.Values{"kind": "vdcs"})
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "vms only") {
		t.Errorf("errors %q", errors)
	}
}
