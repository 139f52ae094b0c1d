package health_test

import (
	"fmt"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestLocalReplicators: the health reports of replicators, and the certificates of tunnels, are in the state.
func TestLocalReplicators(t *testing.T) {
	t.Parallel()
	for _, service := range []simulator.Service{simulator.Manager, simulator.Cloud} {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, service)
			site.Main.SetSite("alpha", "")
			manager := site.Main
			if service == simulator.Cloud {
				manager = site.Main.Manager()
				site.Main.RegisterTunnel(site.Tunnels[0])
			}
			manager.Register(site.Replicators[0], "*", "alpha", "")
			data, problems := site.Provider(t, nil).ReadData(t, "vcda_health", direct.Values{})
			deployed.NoErrors(t, problems)
			rows, _ := data["local_replicators"].([]any)
			if len(rows) != 1 {
				t.Fatalf("%v", data)
			}
			row, _ := rows[0].(direct.Values)
			if row["instance_id"] != site.Replicators[0].Setup().InstanceID || row["lwd"] != nil || fmt.Sprint(row["online_managers"]) == "[]" {
				t.Errorf("%v", row)
			}
			tunnel, _ := data["tunnels"].([]any)[0].(direct.Values)
			if service == simulator.Cloud && (tunnel["certificate"] != deployed.Encoded(site.Tunnels[0]) || data["manager_instance_id"] != manager.Setup().InstanceID) {
				t.Errorf("%v, %v", tunnel, data["manager_instance_id"])
			}
		})
	}
}
