package aftererror

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

func returns(ctx any, err error, resp *resource.CreateResponse) {
	if err != nil {
		resp.Diagnostics.Append(framework.Unable(ctx, "create", err))
		return
	}
	switch {
	case resp == nil:
		resp.Diagnostics.AddError("Unable to create", "There is none.")
	default:
		resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
	}
}

func goesOn(ctx any, err error, resp *resource.CreateResponse) {
	if err != nil {
		resp.Diagnostics.Append(framework.Unable(ctx, "create", err)) // want "something follows an error that is reported: return"
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
}

func goesOnForTheCaller(ctx any, err error, diags *diag.Diagnostics) {
	if err != nil {
		diags.AddError("Unable to create", "There is none.") // want "something follows an error that is reported: return"
	}
	diags.Append(framework.Unable(ctx, "create", err))
}

func warns(ctx any, err error, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(framework.Warning(ctx, "look", err))
	resp.Diagnostics.Append(diag.NewWarningDiagnostic("Unable to look", "It is dark."))
	resp.Diagnostics.AddWarning("Unable to look", "It is dark.")
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
}

// collects reports several errors, each found by itself.
func collects(errs []error, resp *resource.CreateResponse) {
	for range errs {
		resp.Diagnostics.AddError("Unable to create", "There is none.")
	}
	var own diag.Diagnostics
	own.AddError("Unable to create", "There is none.")
	resp.Diagnostics.Append(own...)
}

func looksAtDiagnostics(ctx any, system framework.System, resp *resource.CreateResponse) {
	client, diags := system.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	_ = client.Ask(ctx)
}

func looksAtThePointer(ctx any, system framework.System, resp *resource.CreateResponse) {
	client, diags := system.Client()
	resp.Diagnostics.Append(diags...)
	if client == nil {
		return
	}
	_ = client.Ask(ctx)
}

func looksAtNothing(ctx any, system framework.System, resp *resource.CreateResponse) {
	client, diags := system.Client()
	resp.Diagnostics.Append(diags...)
	_ = client.Ask(ctx) // want "client is used before a look at the diagnostics it came with"
}

func handsOn(system framework.System) (*framework.Client, diag.Diagnostics) {
	client, diags := system.Client()
	return client, diags
}
