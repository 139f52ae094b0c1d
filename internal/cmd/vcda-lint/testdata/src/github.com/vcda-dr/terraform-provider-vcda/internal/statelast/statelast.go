package statelast

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func problems() diag.Diagnostics { return nil }

func last(ctx any, found bool, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(problems()...)
	if found {
		resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
		return
	}
	switch {
	case found:
		resp.Diagnostics.Append(resp.State.Set(ctx, 2)...)
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, 3)...)
	}
}

func before(ctx any, found bool, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...) // want "the state is set before the end"
	resp.Diagnostics.Append(problems()...)
}

func fallsThrough(ctx any, found bool, resp *resource.CreateResponse) {
	if found {
		resp.Diagnostics.Append(problems()...)
	} else if !found {
		resp.Diagnostics.Append(resp.State.Set(ctx, 1)...) // want "the state is set before the end"
	}
	resp.Diagnostics.Append(problems()...)
}

// identity is no state.
func identity(ctx any, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(resp.Identity.Set(ctx, 1)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
}
