package replicationbase_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const networkID = "8a5d3f17-4e92-4c6b-a0d8-7b1c2e9f6a45"

// half returns network settings with all attributes.
func half(nics any) direct.Values {
	return direct.Values{
		"copy_source_networks": false,
		"network_mappings": []any{
			direct.Values{"source_network": "a", "destination_network_id": "urn:vcloud:network:" + networkID, "destination_network_name": "b"},
		},
		"nics": nics, "primary_nic": 0, "copy_source_nics": false, "computer_name": "pc", "guest_customization": true,
	}
}

var nics = []any{
	direct.Values{"index": 0, "network": "b", "ip_allocation_mode": "POOL"},
	direct.Values{"index": 1, "connected": false, "network": "c", "ip_address": "192.0.2.7", "ip_allocation_mode": "MANUAL", "reset_mac_address": true},
}

const (
	wantVApp = `{"copySourceNetworks":false,"networkMappings":[{"sourceNetworkName":"a","destinationOrgVdcNetwork":{"id":"` + networkID + `","name":"b"}}]}`
	wantVM   = `{"primaryNicIndex":0,"copySourceNicSettings":false,"computerName":"pc","enableGuestCustomization":true,"nics":[` +
		`{"nicIndex":0,"isConnected":true,"network":"b","ipAddressAllocationMode":"POOL","resetMacAddress":false},` +
		`{"nicIndex":1,"isConnected":false,"network":"c","ipAddress":"192.0.2.7","ipAddressAllocationMode":"MANUAL","resetMacAddress":true}]}`
	wantPlacement = `{"vmFolder":"group-v4","resourcePool":"resgroup-4","host":"host-4","networkMappings":{"defaultNetwork":"network-14","mappings":[{"key":4000,"networkId":"network-15"}]}}`
)

// storedConfig returns a configuration of a kind with all stored settings, and the settings that the appliance has to
// receive.
func storedConfig(f *fixture) (config direct.Values, want string) {
	vm := f.A.Workloads().VApps
	switch f.name {
	case "vcda_vm_replication":
		return f.config("network_settings", direct.Values{"failover": half(nics), "failover_test": half(nil)}),
			`{"failoverSettings":{"vAppNetworkSettings":` + wantVApp + `,"vmNetworkSettings":` + wantVM + `},` +
				`"failoverTestSettings":{"vAppNetworkSettings":` + wantVApp + `,"vmNetworkSettings":{"primaryNicIndex":0,"copySourceNicSettings":false,"computerName":"pc","enableGuestCustomization":true}}}`
	case "vcda_vapp_replication":
		id := vm[0].VMs[0].ID
		return f.config("network_settings", direct.Values{"failover": half(direct.Values{"urn:vcloud:vm:" + id: nics})}),
			`{"failoverSettings":{"vAppNetworkSettings":` + wantVApp + `,"vmNetworkSettings":{"` + id + `":` + wantVM + `}}}`
	}
	placement := direct.Values{
		"vm_folder_id": "group-v4", "resource_pool_id": "resgroup-4", "host_id": "host-4", "default_network_id": "network-14",
		"network_mappings": []any{direct.Values{"key": 4000, "network_id": "network-15"}},
	}
	return f.config("recovery_settings", direct.Values{"failover": placement, "failover_test": placement}),
		`{"failoverPlacement":` + wantPlacement + `,"testPlacement":` + wantPlacement + `}`
}

// TestStoredSettings_whole: all settings are sent once, in the form of the API, and again as a whole when one of them
// changes.
func TestStoredSettings_whole(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config, want := storedConfig(f)
		made := f.apply(none, config)
		requireStored(t, f, made, want)
		f.requireNoChange(f.refresh(made), config)
		call := "PUT " + f.path + "/{id}/network-settings"
		if f.service == simulator.Manager {
			call = "PUT " + f.path + "/{id}/recovery-settings"
		}
		if n := f.B.Stats().Requests[call]; n != 1 {
			t.Errorf("%s was sent %d times", call, n)
		}
		f.requireSent(1, 0, 0)
	})
}

func requireStored(t *testing.T, f *fixture, made direct.Object, want string) {
	t.Helper()
	var wanted map[string]any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, f.B.StoredSettings(id(made))); diff != "" {
		t.Error(diff)
	}
}

// TestStoredSettings_wrongNICs: each invalid network card of a vApp is an error of the plan.
func TestStoredSettings_wrongNICs(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[1], "site-b")
	one := func(card direct.Values) any { return direct.Values{"x": []any{card}} }
	for name, test := range map[string]struct {
		nics any
		says string
	}{
		"no map":            {[]any{1}, "it is not a map"},
		"no list":           {direct.Values{"x": "y"}, `what "x" has is not a list`},
		"no object":         {direct.Values{"x": []any{7}}, `card 0 of "x" is not an object`},
		"no index":          {one(direct.Values{"network": "b"}), "has no index"},
		"negative index":    {one(direct.Values{"index": -1}), "has a wrong index"},
		"text as an index":  {one(direct.Values{"index": "one"}), "has a wrong index"},
		"unknown mode":      {one(direct.Values{"index": 0, "ip_allocation_mode": "STATIC"}), "has a wrong ip_allocation_mode"},
		"another attribute": {one(direct.Values{"index": 0, "mac": "x"}), "has an attribute mac"},
		"no address":        {one(direct.Values{"index": 0, "ip_address": "300.1.1.1"}), "has a wrong ip_address"},
		"number as network": {one(direct.Values{"index": 0, "network": 7}), "has a wrong network"},
	} {
		errors := f.ValidateResource(t, f.name, f.config("network_settings", direct.Values{"failover": half(test.nics)})).Errors()
		if len(errors) != 1 {
			t.Errorf("%s: %q", name, errors)
			continue
		}
		requireOne(t, errors, test.says)
	}
	for name, nics := range map[string]any{
		"null": nil, "unknown": direct.Unknown, "an unknown list": direct.Values{"x": direct.Unknown}, "an unknown value": one(direct.Values{"index": direct.Unknown, "network": direct.Unknown}),
		"null values": one(direct.Values{"index": 0, "connected": nil, "network": nil, "ip_address": nil, "ip_allocation_mode": nil, "reset_mac_address": nil}),
	} {
		if errors := f.ValidateResource(t, f.name, f.config("network_settings", direct.Values{"failover": half(nics)})).Errors(); len(errors) > 0 {
			t.Errorf("%s: %q", name, errors)
		}
	}
}
