package dropped

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

func pair() (int, diag.Diagnostics) { return 0, nil }

func read(state *tfsdk.State, diags *diag.Diagnostics) int {
	diags.Append(state.Set(1)...)
	n, more := pair()
	diags.Append(more...)
	return n
}

func unread(state *tfsdk.State) int {
	state.Set(1)       // want "the diagnostics are dropped"
	defer state.Set(1) // want "the diagnostics are dropped"
	n, more := pair()
	_ = more      // want "the diagnostics are dropped"
	n, _ = pair() // want "the diagnostics are dropped"
	return n
}
