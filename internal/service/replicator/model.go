package replicator

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

// model is a replicator in state and configuration.
type model struct {
	registered.Common
	APIURL               customtypes.NormalizedString `tfsdk:"api_url"`
	APIThumbprint        customtypes.NormalizedString `tfsdk:"api_thumbprint"`
	SSOUser              types.String                 `tfsdk:"sso_user"`
	SSOPassword          types.String                 `tfsdk:"sso_password"`
	SSOPasswordWO        types.String                 `tfsdk:"sso_password_wo"`
	SSOPasswordWOVersion types.Int64                  `tfsdk:"sso_password_wo_version"`
	Owner                types.String                 `tfsdk:"owner"`
	SiteName             types.String                 `tfsdk:"site_name"`
	Description          customtypes.NormalizedString `tfsdk:"description"`
	reported
}

// Address returns the configured address.
func (m *model) Address() string { return m.APIURL.ValueString() }

// Is reports whether a row is the replicator of the model.
func (m *model) Is(r vcda.Replicator) bool { return r.ID == m.ID.ValueString() }

// reported are the attributes that the appliance sets.
type reported struct {
	RegisteredURL       types.String `tfsdk:"registered_url"`
	DataAddress         types.String `tfsdk:"data_address"`
	BuildVersion        types.String `tfsdk:"build_version"`
	APIVersion          types.String `tfsdk:"api_version"`
	IsInMaintenanceMode types.Bool   `tfsdk:"is_in_maintenance_mode"`
	Healthy             types.Bool   `tfsdk:"healthy"`
	IncomingCommError   types.Object `tfsdk:"incoming_comm_error"`
	OutgoingCommError   types.Object `tfsdk:"outgoing_comm_error"`
}

func newReported(r vcda.Replicator) reported {
	link := r.Link()
	return reported{
		RegisteredURL: base.StringOrNull(r.APIURL), DataAddress: base.StringOrNull(r.DataAddress),
		BuildVersion: base.StringOrNull(r.BuildVersion), APIVersion: base.StringOrNull(r.APIVersion),
		IsInMaintenanceMode: types.BoolValue(r.InMaintenanceMode),
		Healthy:             types.BoolValue(link.Incoming == nil && link.Outgoing == nil),
		IncomingCommError:   base.APIError(link.Incoming), OutgoingCommError: base.APIError(link.Outgoing),
	}
}

func noReport() reported {
	return reported{IncomingCommError: base.APIError(nil), OutgoingCommError: base.APIError(nil)}
}

// Report sets the computed attributes.
func (m *model) Report(r vcda.Replicator) {
	m.ID = types.StringValue(r.ID)
	m.SiteName = base.StringOrNull(r.Site)
	m.reported = newReported(r)
}

// Refresh sets the values that the Manager shows. It does not compare the address, because the Manager shows another
// one than it was given. An import has no other.
func (m *model) Refresh(r vcda.Replicator) {
	m.Report(r)
	if m.APIURL.IsNull() {
		m.APIURL = customtypes.URLType.ValueOrNull(r.APIURL)
	}
	m.APIThumbprint = customtypes.ThumbprintType.Value(r.Thumbprint)
	m.Owner = types.StringValue(r.Owner)
	m.Description = customtypes.DescriptionType.Value(r.Description)
}

// Secrets returns the secrets of the configuration.
func (m *model) Secrets(ctx context.Context, config tfsdk.Config) (given registered.Secrets, diags diag.Diagnostics) {
	given.RootPassword, diags = rootPassword.ValueOf(ctx, config)
	var problems diag.Diagnostics
	given.SSOPassword, problems = ssoPassword.ValueOf(ctx, config)
	diags.Append(problems...)
	return given, diags
}

func (m *model) details(given registered.Secrets) vcda.ReplicatorDetails {
	return vcda.ReplicatorDetails{
		RemoteAppliance: vcda.RemoteAppliance{
			APIURL: customtypes.URLType.Normal(m.APIURL), APIThumbprint: customtypes.ThumbprintType.Normal(m.APIThumbprint), RootPassword: given.RootPassword.ValueString(),
		},
		SSOAdmin: vcda.SSOAdmin{User: m.SSOUser.ValueString(), Password: given.SSOPassword.ValueString()},
	}
}

// setsLookupService reports whether the change from prior to m sets the lookup service. An import can't read it, so
// it counts as set.
func (m *model) setsLookupService(prior model) bool {
	return !prior.LookupServiceURL.IsNull() && m.LookupService() != prior.LookupService()
}

// repairs reports whether the change from prior to m needs a repair. A change of the root password alone does not:
// only the requests use it.
func (m *model) repairs(prior model, given registered.Secrets) bool {
	password := base.SecretState{Stored: m.SSOPassword, Version: m.SSOPasswordWOVersion}
	return !customtypes.URLType.Same(m.APIURL.ValueString(), prior.APIURL.ValueString()) ||
		!customtypes.ThumbprintType.Same(m.APIThumbprint.ValueString(), prior.APIThumbprint.ValueString()) ||
		!m.SSOUser.Equal(prior.SSOUser) || !customtypes.DescriptionType.Same(m.Description.ValueString(), prior.Description.ValueString()) || !base.SameTriggers(m.RepairTriggers, prior.RepairTriggers) ||
		password.Changed(base.SecretState{Stored: prior.SSOPassword, Version: prior.SSOPasswordWOVersion}, given.SSOPassword)
}

// blank returns a replicator of which nothing is known.
func blank() model {
	return model{Common: registered.Blank(), APIURL: customtypes.URLType.Null(), APIThumbprint: customtypes.ThumbprintType.Null(), reported: noReport()}
}
