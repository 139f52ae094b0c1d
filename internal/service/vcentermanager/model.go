package vcentermanager

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// model is the set-up as state and configuration hold it.
type model struct {
	manager.Common
	SSOUser              types.String `tfsdk:"sso_user"`
	SSOPassword          types.String `tfsdk:"sso_password"`
	SSOPasswordWO        types.String `tfsdk:"sso_password_wo"`
	SSOPasswordWOVersion types.Int64  `tfsdk:"sso_password_wo_version"`
	VSpherePlugin        types.Bool   `tfsdk:"vsphere_plugin"`
	VSpherePluginStatus  types.String `tfsdk:"vsphere_plugin_status"`
}

// secrets are those of the configuration, where write-only ones are only.
type secrets struct{ license, ssoPassword types.String }

func secretsOf(ctx context.Context, config tfsdk.Config) (s secrets, diags diag.Diagnostics) {
	s.license, diags = manager.License.ValueOf(ctx, config)
	var problems diag.Diagnostics
	s.ssoPassword, problems = ssoPassword.ValueOf(ctx, config)
	diags.Append(problems...)
	return s, diags
}

func (m model) passwordState() base.SecretState {
	return base.SecretState{Stored: m.SSOPassword, Version: m.SSOPasswordWOVersion}
}

func (m model) wanted(s secrets) setup.Wanted {
	w := m.Wanted(vcda.Manager, s.license)
	w.Admin = &vcda.SSOAdmin{User: m.SSOUser.ValueString(), Password: s.ssoPassword.ValueString()}
	w.Plugin = m.VSpherePlugin.ValueBool()
	w.ConfiguredWithin = configuredWithin
	return w
}

// steps are those that the way from prior to m needs.
func (m model) steps(prior model, s secrets) []setup.Step {
	var steps []setup.Step
	if m.LicenseState().Changed(prior.LicenseState(), s.license) && !s.license.IsNull() {
		steps = append(steps, setup.License)
	}
	lookupService := m.LookupServiceChanged(prior.Common)
	if lookupService || !m.SSOUser.Equal(prior.SSOUser) || m.passwordState().Changed(prior.passwordState(), s.ssoPassword) {
		steps = append(steps, setup.LookupService)
	}
	switch on, was := m.VSpherePlugin.ValueBool(), prior.VSpherePlugin.ValueBool(); {
	case on && (!was || lookupService):
		steps = append(steps, setup.Plugin)
	case was && !on:
		steps = append(steps, setup.PluginRemoval)
	}
	return steps
}

// keepUndone takes what an update did not come to from the prior state.
func (m *model) keepUndone(prior model, result setup.Result) {
	if !result.IsDone(setup.License) {
		m.KeepLicense(prior.Common)
	}
	if !result.IsDone(setup.LookupService) {
		m.KeepLookupService(prior.Common)
		m.SSOUser, m.SSOPassword, m.SSOPasswordWOVersion = prior.SSOUser, prior.SSOPassword, prior.SSOPasswordWOVersion
	}
	if !result.IsDone(setup.Plugin) && !result.IsDone(setup.PluginRemoval) {
		m.VSpherePlugin = prior.VSpherePlugin
	}
}

// notePlugin sets the status of the last registration.
func (m *model) notePlugin(prior types.String, result setup.Result) {
	switch {
	case result.IsDone(setup.Plugin):
		m.VSpherePluginStatus = base.StringOrNull(result.PluginStatus)
	case m.VSpherePlugin.ValueBool():
		m.VSpherePluginStatus = prior
	default:
		m.VSpherePluginStatus = types.StringNull()
	}
}
