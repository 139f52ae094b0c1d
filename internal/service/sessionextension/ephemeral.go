package sessionextension

import (
	"context"
	"crypto/rand"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type ephemeralResource struct{ base.ForEphemeral }

var (
	_ ephemeral.EphemeralResourceWithConfigure = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithClose     = &ephemeralResource{}
)

// NewEphemeral returns the ephemeral resource vcda_session_extension.
func NewEphemeral() ephemeral.EphemeralResource { return &ephemeralResource{} }

// reservation holds the values that Close needs to release an extension.
type reservation struct {
	Site  string `json:"site"`
	Owner string `json:"owner"`
}

func (r *ephemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_extension"
}

func (r *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	reserved := reservation{Site: m.Site.ValueString(), Owner: "ephemeral " + rand.Text()}
	details, err := m.extend(ctx, client, reserved.Owner)
	if err != nil {
		resp.Diagnostics.Append(m.unable(ctx, err))
		return
	}
	resp.Diagnostics.Append(base.SetPrivate(ctx, resp.Private, reserved)...)
	resp.Diagnostics.Append(m.setDetails(ctx, details)...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// Close ends the extension, unless another object of this process needs it.
func (r *ephemeralResource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	reserved, diags := base.GetPrivate[reservation](ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := client.Release(ctx, reserved.Site, reserved.Owner); err != nil { // a warning: it ends with the session
		resp.Diagnostics.Append(diagnostics.Warning(ctx, "end the session extension to the site "+reserved.Site, err))
	}
}
