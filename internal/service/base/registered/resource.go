// Package registered holds the common parts of the Terraform objects for replicators and tunnels: appliances that are
// registered with a service, which lists them.
package registered

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The default times of the operations.
const (
	ChangeTimeout = 10 * time.Minute
	readTimeout   = time.Minute
)

// Row is an appliance as the service lists it.
type Row interface {
	Key() string     // its ID at the service; "" for a replicator that is half paired
	Address() string // its URL, as the service shows it
}

// Service is the service that the appliances are registered with.
type Service struct {
	Client *vcda.Client
	Errors diagnostics.System
}

// Secrets are the secrets of the configuration. Only the configuration has the write-only ones.
type Secrets struct {
	RootPassword types.String
	SSOPassword  types.String // of a replicator
}

// Common are the attributes of both types.
type Common struct {
	ID                      types.String                 `tfsdk:"id"`
	RootPassword            types.String                 `tfsdk:"root_password"`
	RootPasswordWO          types.String                 `tfsdk:"root_password_wo"`
	LookupServiceURL        customtypes.NormalizedString `tfsdk:"lookup_service_url"`
	LookupServiceThumbprint customtypes.NormalizedString `tfsdk:"lookup_service_thumbprint"`
	RepairTriggers          types.Map                    `tfsdk:"repair_triggers"`
	Timeouts                timeouts.Value               `tfsdk:"timeouts"`
}

// Blank returns an appliance of which nothing is known.
func Blank() Common {
	return Common{
		LookupServiceURL: customtypes.LookupServiceType.Null(), LookupServiceThumbprint: customtypes.ThumbprintType.Null(),
		RepairTriggers: types.MapNull(types.StringType), Timeouts: base.NullTimeouts(),
	}
}

// Shared returns the common attributes.
func (m *Common) Shared() *Common { return m }

// LookupService returns the appliance's own lookup service, as it is sent.
func (m *Common) LookupService() vcda.LookupService {
	return vcda.LookupService{
		URL: customtypes.LookupServiceType.Normal(m.LookupServiceURL), Thumbprint: customtypes.ThumbprintType.Normal(m.LookupServiceThumbprint),
	}
}

// LookupServers returns the lookup service if it is new or changed, for base.CheckServers.
func (m *Common) LookupServers(prior Common) []base.Server {
	if m.LookupService() == prior.LookupService() {
		return nil
	}
	return []base.Server{{Name: "lookup service", URL: m.LookupServiceURL, Thumbprint: m.LookupServiceThumbprint, At: "lookup_service_thumbprint"}}
}

// Model is the state of one of the types, which embeds Common.
type Model[M any, R Row] interface {
	*M
	Shared() *Common

	// Address returns the configured address.
	Address() string
	// Secrets returns the secrets of the configuration.
	Secrets(ctx context.Context, config tfsdk.Config) (Secrets, diag.Diagnostics)
	// Create registers the appliance.
	Create(ctx context.Context, at Service, given Secrets, diags *diag.Diagnostics) (R, error)
	// Update sends the requests of the change from prior to the model.
	Update(ctx context.Context, at Service, prior M, given Secrets, diags *diag.Diagnostics) (R, error)
	// Failed returns the error of Create or Update.
	Failed(ctx context.Context, at Service, action string, err error) diag.Diagnostic
	// Is reports whether a row is the appliance of the model.
	Is(row R) bool
	// Report sets the values that a create or an update has returned.
	Report(row R)
	// Refresh sets the values that the service shows.
	Refresh(row R)
}

// Resource is the resource of one of the types, whose state is an M.
type Resource[M any, P Model[M, R], R Row] struct {
	base.ForResource
	Type    string
	Noun    string // such as "replicator"
	Home    string // where it is registered, such as "the Manager"
	URL     string // attribute of its address
	Connect func(ctx context.Context, data providerdata.Data, action string) (Service, diag.Diagnostics)
	List    func(ctx context.Context, client *vcda.Client) ([]R, error) // shared by reads that run together
	Blank   func() M
}

// Metadata names the type.
func (r *Resource[M, P, R]) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.Type
}

// Action names an operation in a message.
func (r *Resource[M, P, R]) Action(verb string, m P) string {
	return verb + " the " + r.Noun + " " + m.Address()
}

// Release lets another resource of this run register the appliance.
func (r *Resource[M, P, R]) Release(client *vcda.Client, m P) {
	r.Reservations.Release(r.key(client, m))
}

// key identifies the appliance of a model.
func (r *Resource[M, P, R]) key(client *vcda.Client, m P) string {
	return r.Noun + " " + client.URL() + " " + customtypes.URLType.Normal(customtypes.URLType.Value(m.Address()))
}

// Create registers the appliance.
func (r *Resource[M, P, R]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	m := P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, m)...)
	given, diags := m.Secrets(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Shared().Timeouts.Create(ctx, ChangeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := r.Action("register", m)
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := r.Connect(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	defer base.Reserve(r.Data, r.key(at.Client, m), path.Root(r.URL), "the "+r.Noun+" "+m.Address(), &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	row, err := m.Create(ctx, at, given, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.Append(m.Failed(ctx, at, action, err))
		return
	}
	m.Report(row)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
}

// Read finds the appliance in the list.
func (r *Resource[M, P, R]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	m := P(new(M))
	resp.Diagnostics.Append(req.State.Get(ctx, m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...) // required also if the object is gone
	limit, diags := m.Shared().Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	rows, diags := r.Rows(ctx, r.Action("read", m))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	found := slices.IndexFunc(rows, m.Is)
	if found < 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	m.Refresh(rows[found])
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
}

// Rows lists the registered appliances.
func (r *Resource[M, P, R]) Rows(ctx context.Context, action string) ([]R, diag.Diagnostics) {
	at, diags := r.Connect(ctx, r.Data, action)
	if diags.HasError() {
		return nil, diags
	}
	rows, err := r.List(ctx, at.Client)
	if err != nil {
		return nil, diag.Diagnostics{at.Errors.Unable(ctx, action, err)}
	}
	return rows, nil
}

// Update sends the requests of the change.
func (r *Resource[M, P, R]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	m, prior := P(new(M)), P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	given, diags := m.Secrets(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Shared().Timeouts.Update(ctx, ChangeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := r.Action("change", m)
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := r.Connect(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	row, err := m.Update(ctx, at, *prior, given, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.Append(m.Failed(ctx, at, action, err))
		return
	}
	m.Report(row)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
}

// ImportState finds the appliance by its key, or by its URL as the service shows it; an
// identity is a key.
func (r *Resource[M, P, R]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	wanted, isIdentity := req.ID, req.ID == ""
	if isIdentity {
		var id types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		wanted = id.ValueString()
	}
	action := fmt.Sprintf("import the %s %q", r.Noun, wanted)
	rows, diags := r.Rows(ctx, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	for _, row := range rows {
		byURL := !isIdentity || row.Key() == row.Address()
		if row.Key() != "" && (row.Key() == wanted || byURL && customtypes.URLType.Same(row.Address(), wanted)) {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), row.Key())...)
			resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), row.Key())...)
			return
		}
	}
	lines := []string{fmt.Sprintf("No such %s is registered. Give the UUID, which comes first, or the URL of one of these:\n", r.Noun)}
	for _, row := range rows {
		lines = append(lines, "  "+row.Key()+"  "+row.Address())
	}
	if len(rows) == 0 {
		lines = []string{fmt.Sprintf("No %s is registered with %s.", r.Noun, r.Home)}
	}
	resp.Diagnostics.AddError("Unable to "+action, strings.Join(lines, "\n"))
}
