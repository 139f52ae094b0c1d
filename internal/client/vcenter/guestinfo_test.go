package vcenter_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	simulator "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

func TestExtraConfig(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]bool{"bare values": false, "values with a type": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, simulator.Options{TypedValues: typed, VMs: []simulator.VM{{
				ID: "vm-42", UUID: "4229e2b4-0000-1111-2222-333344445555", Path: "/dc/vm/dr/vcda-a", ExtraConfig: map[string]string{"guestinfo.manager.certificate": "TUlJ"},
			}}})
			client := connect(t, server, credentials())
			for key, find := range map[string]func() (string, error){
				"UUID":           func() (string, error) { return client.FindByUUID(t.Context(), "4229E2B4-0000-1111-2222-333344445555") },
				"inventory path": func() (string, error) { return client.FindByInventoryPath(t.Context(), "/dc/vm/dr/vcda-a") },
			} {
				if vm, err := find(); err != nil || vm != "vm-42" {
					t.Errorf("%s: %q, %v", key, vm, err)
				}
			}
			if vm, err := client.FindByInventoryPath(t.Context(), "/dc/vm/other"); err != nil || vm != "" {
				t.Errorf("no machine: %q, %v", vm, err)
			}
			server.SetExtraConfig("vm-42", "guestinfo.cloud.certificate", "TUlK")
			extra, err := client.ExtraConfig(t.Context(), "vm-42")
			if err != nil || len(extra) != 2 || extra["guestinfo.manager.certificate"] != "TUlJ" || extra["guestinfo.cloud.certificate"] != "TUlK" {
				t.Errorf("%v, %v", extra, err)
			}
			if _, err := client.ExtraConfig(t.Context(), "vm-1"); vcenter.Fault(err) != "ManagedObjectNotFound" {
				t.Errorf("unknown machine: %v", err)
			}
		})
	}
}
