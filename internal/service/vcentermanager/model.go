package vcentermanager

import (
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// model is the set-up in state and configuration.
type model struct {
	manager.Common
	SSOUser              types.String `tfsdk:"sso_user"`
	SSOPassword          types.String `tfsdk:"sso_password"`
	SSOPasswordWO        types.String `tfsdk:"sso_password_wo"`
	SSOPasswordWOVersion types.Int64  `tfsdk:"sso_password_wo_version"`
	VSpherePlugin        types.Bool   `tfsdk:"vsphere_plugin"`
	VSpherePluginStatus  types.String `tfsdk:"vsphere_plugin_status"`
}

func (m *model) passwordState() base.SecretState {
	return base.SecretState{Stored: m.SSOPassword, Version: m.SSOPasswordWOVersion}
}

// Wanted returns the set-up that the model describes.
func (m *model) Wanted(given manager.Secrets) setup.Wanted {
	w := m.Common.Wanted(vcda.Manager, given.License)
	w.Admin = &vcda.SSOAdmin{User: m.SSOUser.ValueString(), Password: given.Password.ValueString()}
	w.Plugin = m.VSpherePlugin.ValueBool()
	w.ConfiguredWithin = configuredWithin
	return w
}

// Steps returns the steps of the change from prior to m.
func (m *model) Steps(prior model, given manager.Secrets) []setup.Step {
	var steps []setup.Step
	if m.LicenseChanged(prior.Common, given.License) {
		steps = append(steps, setup.License)
	}
	lookupService := m.LookupServiceChanged(prior.Common)
	if lookupService || !m.SSOUser.Equal(prior.SSOUser) || m.passwordState().Changed(prior.passwordState(), given.Password) {
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

// KeepUndone restores the values that an update did not reach from the prior state.
func (m *model) KeepUndone(prior model, result setup.Result) {
	m.Common.KeepUndone(prior.Common, result)
	if !result.IsDone(setup.LookupService) {
		m.SSOUser, m.SSOPassword, m.SSOPasswordWOVersion = prior.SSOUser, prior.SSOPassword, prior.SSOPasswordWOVersion
	}
	if !result.IsDone(setup.Plugin) && !result.IsDone(setup.PluginRemoval) {
		m.VSpherePlugin = prior.VSpherePlugin
	}
	if result.IsDone(setup.LookupService) && result.IsMissed(setup.Plugin) { // the next apply finds no other sign that it is missing
		m.VSpherePlugin = types.BoolValue(false)
	}
	m.setPluginStatus(prior.VSpherePluginStatus, result)
}

// Report sets the computed attributes.
func (m *model) Report(prior model, reported manager.Reported, result setup.Result) {
	m.Common.Report(reported)
	m.setPluginStatus(prior.VSpherePluginStatus, result)
}

// setPluginStatus sets the status of the last registration.
func (m *model) setPluginStatus(prior types.String, result setup.Result) {
	switch {
	case result.IsDone(setup.Plugin):
		m.VSpherePluginStatus = base.StringOrNull(result.PluginStatus)
	case m.VSpherePlugin.ValueBool():
		m.VSpherePluginStatus = prior
	default:
		m.VSpherePluginStatus = types.StringNull()
	}
}

// Refresh sets the values that the appliance shows. It does not show the plug-in, which counts as registered after an
// import.
func (m *model) Refresh(reported manager.Reported) {
	m.Common.Refresh(reported)
	if m.VSpherePlugin.IsNull() {
		m.VSpherePlugin = types.BoolValue(true)
	}
}

// removesPlugin reports whether a destroy can unregister the plug-in. In API 4.5 that requires the SSO password,
// which a destroy does not have if it is write-only.
func (m *model) removesPlugin(client *vcda.Client) bool {
	return m.VSpherePlugin.ValueBool() && (!client.PluginNeedsSSO() || !m.SSOPassword.IsNull())
}

// Stays describes the set-up that a destroy leaves.
func (m *model) Stays(client *vcda.Client) string {
	text := "Site name, license and lookup service stay on the appliance, since pairings, replicators and replications need them; the site name can't be changed."
	if m.VSpherePlugin.ValueBool() && client != nil && !m.removesPlugin(client) {
		text = "The plug-in of the vSphere Client stays registered: in API 4.5 its removal requires the SSO password, and a destroy does not have a write-only one. Unregister it in the appliance's own user interface.\n\n" + text
	}
	return text
}

// Once returns the site name if it is planned to change.
func (m *model) Once(prior model) path.Paths {
	if m.SiteName.IsUnknown() || m.SiteName.Equal(prior.SiteName) {
		return nil
	}
	return path.Paths{path.Root("site_name")}
}

// Servers returns a new or changed lookup service.
func (m *model) Servers(prior model) []base.Server {
	if !m.LookupServiceChanged(prior.Common) {
		return nil
	}
	return []base.Server{m.LookupServer()}
}

// Checks returns none: a Manager has no call that checks a lookup service.
func (m *model) Checks(model, manager.Secrets) []setup.Step { return nil }
