package base

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"

	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// ForResource gives a resource that embeds it the provider's data.
type ForResource struct{ providerdata.Data }

// Configure takes over the provider's data.
func (f *ForResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ForDataSource gives a data source that embeds it the provider's data.
type ForDataSource struct{ providerdata.Data }

// Configure takes over the provider's data.
func (f *ForDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ForEphemeral gives an ephemeral resource that embeds it the provider's data.
type ForEphemeral struct{ providerdata.Data }

// Configure takes over the provider's data.
func (f *ForEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}
