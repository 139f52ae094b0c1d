package statelast

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

func check() diag.Diagnostics { return nil }

func last(ok bool, state *tfsdk.State, diags *diag.Diagnostics) {
	diags.Append(check()...)
	if ok {
		diags.Append(state.Set(1)...)
		return
	}
	switch {
	case ok:
		diags.Append(state.Set(2)...)
	default:
		diags.Append(state.Set(3)...)
	}
}

func beforeTheEnd(ok bool, state *tfsdk.State, diags *diag.Diagnostics) {
	if ok {
		diags.Append(state.Set(1)...) // want "the state is set before the end"
	}
	diags.Append(state.Set(1)...) // want "the state is set before the end"
	diags.Append(check()...)
}
