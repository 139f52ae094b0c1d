package health

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type checkAction struct{ base.ForAction }

var _ action.ActionWithConfigure = &checkAction{}

// NewCheckAction returns the action vcda_health_check.
func NewCheckAction() action.Action { return &checkAction{} }

func (a *checkAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_health_check"
}

func (a *checkAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs the health task of the appliance and fails with each error it finds. The data source `vcda_health` shows the same without failing. " +
			"On the Cloud service the checks include those of its Manager service. The action times out after five minutes.",
	}
}

// Invoke runs the health task, shows its progress, and reports each finding as an
// error.
func (a *checkAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	client, diags := a.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx = vcda.WithProgress(ctx, func(t vcda.Task) {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Checking the appliance at %s: the task %s is %s at %d %%.", client.URL(), t.ID, t.State, t.Progress)})
	})
	health, err := readHealth(ctx, a.Clock, client, defaultTimeout)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the appliance's health", err))
		return
	}
	findings := health.Findings()
	for _, f := range findings {
		d := diagnostics.FromError(ctx, &f.Err)
		d.Advice = "Fix the problem on the appliance, then run the check again."
		resp.Diagnostics.AddError("The appliance is not healthy: "+f.Check, d.String())
	}
	if len(findings) == 0 {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("The appliance at %s is healthy.", client.URL())})
	}
}
