package providerdata_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

func TestPhase(t *testing.T) {
	t.Parallel()
	var none *providerdata.Phase // the provider isn't configured
	none.Refreshes()
	p := &providerdata.Phase{}
	if !p.Applying(false) {
		t.Error("nothing is refreshed: it may be an apply")
	}
	p.Refreshes()
	if p.Applying(false) || !p.Applying(true) {
		t.Error("who refreshes plans, unless the CLI says otherwise")
	}
}
