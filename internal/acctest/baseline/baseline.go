// Package baseline has a provider with the schema of vcda that contacts nothing, to
// measure the cost of Terraform and the framework alone.
package baseline

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	ours "github.com/vcda-dr/terraform-provider-vcda/internal/provider"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// New returns the baseline provider.
func New() provider.Provider {
	return baseline{ours.New(ours.Options{Version: "baseline", Cleanup: &providerdata.Cleanup{}, Clock: clock.System{}})().(kinds)} //nolint:errcheck // the provider implements them all
}

// kinds is a provider with every kind of object.
type kinds interface {
	provider.ProviderWithEphemeralResources
	provider.ProviderWithFunctions
	provider.ProviderWithListResources
	provider.ProviderWithActions
}

type baseline struct{ kinds }

// Configure does nothing, so that data sources find no client.
func (baseline) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// Resources returns the resources of vcda, made to do nothing.
func (b baseline) Resources(ctx context.Context) (idle []func() resource.Resource) {
	for _, make := range b.kinds.Resources(ctx) {
		idle = append(idle, func() resource.Resource {
			r := make()
			if identified, ok := r.(resource.ResourceWithIdentity); ok {
				return idleResourceWithIdentity{idleResource{r}, identified}
			}
			return idleResource{r}
		})
	}
	return idle
}

// idleResource has the schema of a resource and keeps what Terraform plans.
type idleResource struct{ resource.Resource }

type idleResourceWithIdentity struct {
	idleResource
	identified resource.ResourceWithIdentity
}

func (i idleResourceWithIdentity) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	i.identified.IdentitySchema(ctx, req, resp)
}

const (
	created     = "baseline" // the ID of what is created
	usualLength = 150        // of a computed text; most are short, a certificate is long
)

// Create keeps the plan. An unknown text gets one of about the usual length, since Terraform writes the
// whole state after each create.
func (idleResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	planned, err := tftypes.Transform(req.Plan.Raw, func(_ *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		switch {
		case value.IsKnown():
			return value, nil
		case value.Type().Is(tftypes.String):
			return tftypes.NewValue(tftypes.String, strings.Repeat("x", usualLength)), nil
		}
		return tftypes.NewValue(value.Type(), nil), nil
	})
	if err != nil {
		resp.Diagnostics.AddError("Unable to keep the plan", err.Error())
		return
	}
	resp.State.Raw = planned
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), created)...)
	if resp.Identity != nil {
		resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), created)...)
	}
}

// Read keeps the state. The framework refuses a read without an identity.
func (idleResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if resp.Identity != nil {
		var id types.String
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("id"), &id)...)
		resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), id)...)
	}
}

// Update keeps the plan.
func (idleResource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

// Delete does nothing: the framework removes the state.
func (idleResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
