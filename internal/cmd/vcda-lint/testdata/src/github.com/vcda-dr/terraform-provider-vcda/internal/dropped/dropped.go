package dropped

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

func pair() (int, diag.Diagnostics) { return 0, nil }

func keeps(ctx any, resp *resource.CreateResponse) (named diag.Diagnostics) {
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
	_, diags := pair()
	if diags.HasError() {
		return diags
	}
	_, named = pair()
	return
}

func ignores(ctx any, resp *resource.CreateResponse) {
	resp.State.Set(ctx, 1)       // want "the diagnostics of this call are dropped"
	defer resp.State.Set(ctx, 1) // want "the diagnostics of this call are dropped"
	func() {
		resp.State.Set(ctx, 1) // want "the diagnostics of this call are dropped"
	}()
}

func blank() int {
	n, _ := pair() // want "the diagnostics of this call are dropped"
	return n
}

func asksOnly() int {
	n, diags := pair() // want "the diagnostics of this call are dropped"
	if diags.HasError() {
		return 0
	}
	return n
}

func blankLater(resp *resource.CreateResponse) int {
	n, diags := pair()
	_ = diags                     // want "these diagnostics are dropped"
	_, m := resp.Diagnostics, n+1 // want "these diagnostics are dropped"
	return m
}

// without goes on where there is no client.
func without(system framework.System) *framework.Client {
	client, absent := system.Client()
	if absent.HasError() {
		return nil
	}
	return client
}
