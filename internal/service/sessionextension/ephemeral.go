package sessionextension

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type temporary struct{ base.ForEphemeral }

var (
	_ ephemeral.EphemeralResourceWithConfigure = &temporary{}
	_ ephemeral.EphemeralResourceWithClose     = &temporary{}
)

// NewEphemeral is the ephemeral resource vcda_session_extension.
func NewEphemeral() ephemeral.EphemeralResource { return &temporary{} }

// claim is what close needs to know, without a secret.
type claim struct {
	Site   string `json:"site"`
	Holder string `json:"holder"`
}

const claimKey = "claim"

func (r *temporary) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_extension"
}

func (r *temporary) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	held := claim{Site: m.Site.ValueString(), Holder: "ephemeral " + rand.Text()}
	details, diags := m.extend(ctx, client, held.Holder)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	private, err := json.Marshal(held)
	if err != nil {
		resp.Diagnostics.AddError("Unable to "+m.action(), err.Error())
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, claimKey, private)...)
	resp.Diagnostics.Append(m.report(ctx, details)...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

func (r *temporary) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	private, diags := req.Private.GetKey(ctx, claimKey)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	var held claim
	if resp.Diagnostics.HasError() || json.Unmarshal(private, &held) != nil {
		return // nothing was opened
	}
	if err := client.Release(ctx, held.Site, held.Holder); err != nil { // it ends with the session anyway
		resp.Diagnostics.Append(diagnostics.Warning(ctx, "take back the session extension to the site "+held.Site, err))
	}
}
