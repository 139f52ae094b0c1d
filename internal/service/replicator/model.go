package replicator

import (
	"context"
	"fmt"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is a replicator as state and configuration hold it.
type model struct {
	ID                      types.String                 `tfsdk:"id"`
	APIURL                  customtypes.NormalizedString `tfsdk:"api_url"`
	APIThumbprint           customtypes.NormalizedString `tfsdk:"api_thumbprint"`
	RootPassword            types.String                 `tfsdk:"root_password"`
	RootPasswordWO          types.String                 `tfsdk:"root_password_wo"`
	SSOUser                 types.String                 `tfsdk:"sso_user"`
	SSOPassword             types.String                 `tfsdk:"sso_password"`
	SSOPasswordWO           types.String                 `tfsdk:"sso_password_wo"`
	SSOPasswordWOVersion    types.Int64                  `tfsdk:"sso_password_wo_version"`
	LookupServiceURL        customtypes.NormalizedString `tfsdk:"lookup_service_url"`
	LookupServiceThumbprint customtypes.NormalizedString `tfsdk:"lookup_service_thumbprint"`
	Owner                   types.String                 `tfsdk:"owner"`
	SiteName                types.String                 `tfsdk:"site_name"`
	Description             customtypes.NormalizedString `tfsdk:"description"`
	RepairTriggers          types.Map                    `tfsdk:"repair_triggers"`
	Timeouts                timeouts.Value               `tfsdk:"timeouts"`
	reported
}

// reported is what only the appliance knows.
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

// report sets the computed attributes.
func (m *model) report(r vcda.Replicator) {
	m.ID = types.StringValue(r.ID)
	m.SiteName = base.StringOrNull(r.Site)
	m.reported = newReported(r)
}

// refresh sets what the appliance shows. The address is not compared: it shows
// another one than it was given. An import has nothing else.
func (m *model) refresh(r vcda.Replicator) {
	m.report(r)
	if m.APIURL.IsNull() {
		m.APIURL = customtypes.URLType.ValueOrNull(r.APIURL)
	}
	m.APIThumbprint = customtypes.ThumbprintType.Value(r.Thumbprint)
	m.Owner = types.StringValue(r.Owner)
	m.Description = customtypes.DescriptionType.Value(r.Description)
}

// secrets are those of the configuration, where write-only ones are only.
type secrets struct{ rootPassword, ssoPassword types.String }

func secretsOf(ctx context.Context, config tfsdk.Config) (s secrets, diags diag.Diagnostics) {
	s.rootPassword, diags = rootPassword.ValueOf(ctx, config)
	var problems diag.Diagnostics
	s.ssoPassword, problems = ssoPassword.ValueOf(ctx, config)
	diags.Append(problems...)
	return s, diags
}

func (m model) details(s secrets) vcda.ReplicatorDetails {
	return vcda.ReplicatorDetails{
		RemoteAppliance: vcda.RemoteAppliance{
			APIURL: customtypes.URLType.Normal(m.APIURL), APIThumbprint: customtypes.ThumbprintType.Normal(m.APIThumbprint), RootPassword: s.rootPassword.ValueString(),
		},
		SSOAdmin: vcda.SSOAdmin{User: m.SSOUser.ValueString(), Password: s.ssoPassword.ValueString()},
	}
}

func (m model) lookupService() vcda.LookupService {
	return vcda.LookupService{
		URL: customtypes.LookupServiceType.Normal(m.LookupServiceURL), Thumbprint: customtypes.ThumbprintType.Normal(m.LookupServiceThumbprint),
	}
}

// setsLookupService reports whether the way from prior to m sets the lookup service.
// After an import, which can't see it, it counts as set.
func (m model) setsLookupService(prior model) bool {
	return !prior.LookupServiceURL.IsNull() && m.lookupService() != prior.lookupService()
}

// repairs reports whether the way from prior to m needs a repair. The root password is
// used by the calls and kept by nothing: a change of it alone is none.
func (m model) repairs(prior model, s secrets) bool {
	password := base.SecretState{Stored: m.SSOPassword, Version: m.SSOPasswordWOVersion}
	return !customtypes.URLType.Same(m.APIURL.ValueString(), prior.APIURL.ValueString()) ||
		!customtypes.ThumbprintType.Same(m.APIThumbprint.ValueString(), prior.APIThumbprint.ValueString()) ||
		!m.SSOUser.Equal(prior.SSOUser) || !customtypes.DescriptionType.Same(m.Description.ValueString(), prior.Description.ValueString()) || !m.RepairTriggers.Equal(prior.RepairTriggers) ||
		password.Changed(base.SecretState{Stored: prior.SSOPassword, Version: prior.SSOPasswordWOVersion}, s.ssoPassword)
}

// otherPort returns the port of an address that is not the usual one, or "".
func otherPort(address, usual string) string {
	u, err := url.Parse(address)
	if err != nil || u.Port() == usual {
		return ""
	}
	if u.Port() == "" {
		return "443"
	}
	return u.Port()
}

func (m model) action(verb string) string {
	return fmt.Sprintf("%s the replicator %s", verb, m.APIURL.ValueString())
}
