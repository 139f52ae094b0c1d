package base

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// Reserve refuses a second resource that creates the same thing in one apply, before it sends a request. The returned
// function releases the reservation if the create has failed.
func Reserve(data providerdata.Data, key string, at path.Path, thing string, diags *diag.Diagnostics) (end func()) {
	if !data.Reservations.Reserve(key) {
		diags.AddAttributeError(at, "Two resources for one object", fmt.Sprintf("Another resource of this run creates %s too. Nothing was sent for this one. Keep one of them.", thing))
		return func() {}
	}
	return func() {
		if diags.HasError() {
			data.Reservations.Release(key)
		}
	}
}
