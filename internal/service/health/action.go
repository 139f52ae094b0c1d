package health

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type checkAction struct{ data providerdata.Data }

var _ action.ActionWithConfigure = &checkAction{}

// NewCheckAction is the action vcda_health_check.
func NewCheckAction() action.Action { return &checkAction{} }

func (a *checkAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_health_check"
}

func (a *checkAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs the health task of the appliance and fails with each error it found. The data source `vcda_health` shows the same without failing. " +
			"On the Cloud service the checks take in those of its Manager service. The action takes five minutes at most.",
	}
}

func (a *checkAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// Invoke runs the health task and tells how it goes.
func (a *checkAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	client, diags := a.data.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultTimeout)
	defer cancel()
	health, err := client.Health(base.ShowTasks(ctx, resp))
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "learn the health of the appliance", err))
		return
	}
	found := health.Findings()
	for _, f := range found {
		resp.Diagnostics.AddError("The appliance is not healthy: "+f.Check, diagnostics.Sentence(f.Err.Error()))
	}
	if len(found) == 0 {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("The appliance at %s is healthy.", client.URL())})
	}
}
