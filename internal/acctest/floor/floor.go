// Package floor is a provider that does nothing: it has the schema of ours, and
// contacts nobody. What Terraform and the framework cost by themselves, it
// costs too, and no more.
package floor

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

// New is the factory of the provider.
func New() provider.Provider {
	return floor{ours.New(ours.Options{Version: "floor", Cleanup: &providerdata.Cleanup{}, Clock: clock.System{}})().(offers)} //nolint:errcheck // the provider offers them all
}

// offers is all that a provider can offer.
type offers interface {
	provider.ProviderWithEphemeralResources
	provider.ProviderWithFunctions
	provider.ProviderWithListResources
	provider.ProviderWithActions
}

type floor struct{ offers }

// Configure configures nothing. So what is no resource finds no system to ask.
func (floor) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// Resources are ours without what they do.
func (f floor) Resources(ctx context.Context) (idle []func() resource.Resource) {
	for _, make := range f.offers.Resources(ctx) {
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
type idleResource struct{ of resource.Resource }

func (i idleResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	i.of.Metadata(ctx, req, resp)
}

func (i idleResource) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	i.of.Schema(ctx, req, resp)
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
	return diag.NewErrorDiagnostic(fmt.Sprintf("Unable to %s anything", verb), "This provider does nothing. It is for measuring.")
}

const (
	created     = "floor" // the id of whatever is created
	usualLength = 150     // of a computed text; most are short, a certificate is long
)

// identifiedResource has an identity as well, without which the framework
// refuses what it reads. It can be created too.
type identifiedResource struct {
	idleResource
	identified resource.ResourceWithIdentity
}

func (i identifiedResource) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	i.identified.IdentitySchema(ctx, req, resp)
}

// Create keeps what was planned. For each text that is unknown it keeps one of
// about the usual length, since Terraform writes the whole state after each create.
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
		resp.Diagnostics.AddError("Unable to keep what was planned", err.Error())
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
