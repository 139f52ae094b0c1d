package framework_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

func TestPhase(t *testing.T) {
	t.Parallel()
	var none *framework.Phase // the provider isn't configured
	none.Refreshes()
	p := &framework.Phase{}
	if !p.Applying(false) {
		t.Error("nothing is refreshed: it may be an apply")
	}
	p.Refreshes()
	if p.Applying(false) || !p.Applying(true) {
		t.Error("who refreshes plans, unless the CLI says otherwise")
	}
}
