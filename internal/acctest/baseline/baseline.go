// Package baseline has a provider with the schema of ours that contacts nothing,
// to measure what Terraform and the framework cost by themselves.
package baseline

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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

// Resources returns the resources of ours, without their operations.
func (b baseline) Resources(ctx context.Context) (idle []func() resource.Resource) {
	for _, make := range b.kinds.Resources(ctx) {
		idle = append(idle, func() resource.Resource { return idleOf(make()) })
	}
	return idle
}

func idleOf(r resource.Resource) resource.Resource {
	if identified, ok := r.(resource.ResourceWithIdentity); ok {
		return identifiedResource{idleResource{r}, identified}
	}
	return idleResource{r}
}

// idleResource has the schema of a resource, and can be read and planned.
type idleResource struct{ original resource.Resource }

func (i idleResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	i.original.Metadata(ctx, req, resp)
}

func (i idleResource) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	i.original.Schema(ctx, req, resp)
}

// Read leaves the state as it is.
func (idleResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

// Create is an error, as are the other changes.
func (idleResource) Create(_ context.Context, _ resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(unable("create"))
}

// Update is an error.
func (idleResource) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(unable("update"))
}

// Delete is an error.
func (idleResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.Append(unable("delete"))
}

func unable(verb string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(fmt.Sprintf("Unable to %s a resource", verb), "This provider does nothing. It serves for measurements.")
}

const (
	created     = "baseline" // the id of whatever is created
	usualLength = 150        // of a computed string: most are short, a certificate is long
)

// identifiedResource has an identity too: without one the framework refuses the
// result of a read. It can be created.
type identifiedResource struct {
	idleResource
	identified resource.ResourceWithIdentity
}

func (i identifiedResource) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	i.identified.IdentitySchema(ctx, req, resp)
}

// Create stores the plan. Each unknown string becomes one of the usual length,
// since Terraform writes the whole state after each create.
func (identifiedResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
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
		resp.Diagnostics.AddError("Unable to store the plan", err.Error())
		return
	}
	resp.State.Raw = planned
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), created)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), created)...)
}

// Read leaves the state as it is.
func (identifiedResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var id types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("id"), &id)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), id)...)
}
