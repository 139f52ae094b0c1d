package appliance_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestSetUp reads an appliance before and after its set-up.
func TestSetUp(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	before, problems := p.ReadData(t, "vcda_appliance", direct.Values{})
	deployed.NoErrors(t, problems)
	if before["id"] != site.Main.Setup().InstanceID || before["site"] != nil || before["lookup_service_url"] != nil || before["is_licensed"] != false {
		t.Errorf("before: %v", before)
	}
	deployed.Create(t, p, "vcda_vcenter_replication_manager", site.VCenterManager(nil))
	after, problems := p.ReadData(t, "vcda_appliance", direct.Values{})
	deployed.NoErrors(t, problems)
	if after["site"] != "alpha" || after["lookup_service_url"] != simulator.LookupServiceURL || after["lookup_service_thumbprint"] != site.LookupServiceThumbprint() ||
		after["is_licensed"] != true || after["license_expires_at"] != nil || after["root_password_expired"] != false || after["root_password_expires_at"] == nil {
		t.Errorf("after: %v", after)
	}
}
