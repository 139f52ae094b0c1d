package clouddirectormanager

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// model is the set-up in state and configuration.
type model struct {
	manager.Common
	SiteDescription       customtypes.NormalizedString `tfsdk:"site_description"`
	PublicEndpointAddress types.String                 `tfsdk:"public_endpoint_address"`
	PublicEndpointPort    types.Int64                  `tfsdk:"public_endpoint_port"`
	VCDURL                customtypes.NormalizedString `tfsdk:"vcd_url"`
	VCDUsername           types.String                 `tfsdk:"vcd_username"`
	VCDPassword           types.String                 `tfsdk:"vcd_password"`
	VCDPasswordWO         types.String                 `tfsdk:"vcd_password_wo"`
	VCDPasswordWOVersion  types.Int64                  `tfsdk:"vcd_password_wo_version"`
	VCDThumbprint         customtypes.NormalizedString `tfsdk:"vcd_thumbprint"`
	ManagerLookupService  types.Bool                   `tfsdk:"manager_lookup_service"`
	Endpoints             types.Object                 `tfsdk:"endpoints"`
	IsCombined            types.Bool                   `tfsdk:"is_combined"`
}

func (m *model) passwordState() base.SecretState {
	return base.SecretState{Stored: m.VCDPassword, Version: m.VCDPasswordWOVersion}
}

// Wanted returns the set-up that the model describes.
func (m *model) Wanted(given manager.Secrets) setup.Wanted {
	w := m.Common.Wanted(vcda.Cloud, given.License)
	w.Description = m.SiteDescription.ValueString()
	if !m.PublicEndpointAddress.IsNull() {
		w.Endpoint = &setup.Endpoint{Address: m.PublicEndpointAddress.ValueString(), Port: m.PublicEndpointPort.ValueInt64()}
	}
	w.Director = vcda.Director{
		URL: customtypes.DirectorType.Normal(m.VCDURL), Username: m.VCDUsername.ValueString(), Password: given.Password.ValueString(),
		Thumbprint: customtypes.ThumbprintType.Normal(m.VCDThumbprint),
	}
	w.ManagerLS = m.ManagerLookupService.ValueBool()
	return w
}

// Steps returns the steps of the change from prior to m. A setting that is removed or turned off stays on the
// appliance.
func (m *model) Steps(prior model, given manager.Secrets) []setup.Step {
	var steps []setup.Step
	if m.LicenseChanged(prior.Common, given.License) {
		steps = append(steps, setup.License)
	}
	if !m.PublicEndpointAddress.IsNull() && (!m.PublicEndpointAddress.Equal(prior.PublicEndpointAddress) || !m.PublicEndpointPort.Equal(prior.PublicEndpointPort)) {
		steps = append(steps, setup.PublicEndpoint)
	}
	if m.directorChanged(prior) || m.passwordState().Changed(prior.passwordState(), given.Password) {
		steps = append(steps, setup.Director)
	}
	lookupService := m.LookupServiceChanged(prior.Common)
	if lookupService {
		steps = append(steps, setup.LookupService)
	}
	if m.ManagerLookupService.ValueBool() && (lookupService || !prior.ManagerLookupService.ValueBool()) {
		steps = append(steps, setup.ManagerLookupService)
	}
	return steps
}

func (m *model) directorChanged(prior model) bool {
	return !customtypes.DirectorType.Same(m.VCDURL.ValueString(), prior.VCDURL.ValueString()) ||
		!m.VCDUsername.Equal(prior.VCDUsername) ||
		!m.VCDThumbprint.IsNull() && !customtypes.ThumbprintType.Same(m.VCDThumbprint.ValueString(), prior.VCDThumbprint.ValueString())
}

// KeepUndone restores the values that an update did not reach from the prior state.
func (m *model) KeepUndone(prior model, result setup.Result) {
	m.Common.KeepUndone(prior.Common, result)
	if !result.IsDone(setup.PublicEndpoint) {
		m.PublicEndpointAddress, m.PublicEndpointPort = prior.PublicEndpointAddress, prior.PublicEndpointPort
	}
	if !result.IsDone(setup.Director) {
		m.VCDURL, m.VCDUsername, m.VCDThumbprint = prior.VCDURL, prior.VCDUsername, prior.VCDThumbprint
		m.VCDPassword, m.VCDPasswordWOVersion = prior.VCDPassword, prior.VCDPasswordWOVersion
	}
	if !result.IsDone(setup.ManagerLookupService) {
		m.ManagerLookupService = prior.ManagerLookupService
	}
	if result.IsDone(setup.LookupService) && result.IsMissed(setup.ManagerLookupService) { // the next apply finds no other sign that it is missing
		m.ManagerLookupService = types.BoolValue(false)
	}
	m.Endpoints, m.IsCombined = prior.Endpoints, prior.IsCombined
}

// Report sets the computed attributes.
func (m *model) Report(_ model, reported manager.Reported, _ setup.Result) {
	m.Common.Report(reported)
	m.reportOwn(reported)
}

func (m *model) reportOwn(reported manager.Reported) {
	m.IsCombined = types.BoolValue(reported.Config.IsCombined)
	m.Endpoints = endpointsObject(reported.Endpoints.Effective)
}

// Refresh sets the values that the appliance shows. Attributes that are not configured stay null, except after an
// import, which sets all.
func (m *model) Refresh(reported manager.Reported) {
	imported := m.Imported()
	m.Common.Refresh(reported)
	m.reportOwn(reported)
	m.SiteDescription = customtypes.DescriptionType.Value(reported.Config.LocalSiteDescription)
	m.VCDURL = customtypes.DirectorType.ValueOrNull(reported.Config.DirectorURL)
	m.VCDUsername = base.StringOrNull(reported.Config.DirectorUser)
	if imported || !m.VCDThumbprint.IsNull() {
		m.VCDThumbprint = customtypes.ThumbprintType.ValueOrNull(reported.Config.DirectorThumbprint)
	}
	if public := reported.Endpoints.Configured; imported || !m.PublicEndpointAddress.IsNull() {
		m.PublicEndpointAddress = base.StringOrNull(text(public.APIPublicAddress))
		m.PublicEndpointPort = types.Int64PointerValue(public.APIPublicPort)
	}
	if m.PublicEndpointPort.IsNull() {
		m.PublicEndpointPort = types.Int64Value(defaultPort)
	}
	if m.ManagerLookupService.IsNull() {
		m.ManagerLookupService = types.BoolValue(true)
	}
}

const stays = "Nothing is undone: site name, license, endpoint, the connection to Cloud Director and the lookup services stay on the appliance, and its plug-in in Cloud Director, where it can be removed."

// Stays describes the set-up that a destroy leaves.
func (m *model) Stays(*vcda.Client) string { return stays }

// Once returns the site name and its description if they are planned to change.
func (m *model) Once(prior model) (changed path.Paths) {
	if !m.SiteName.IsUnknown() && !m.SiteName.Equal(prior.SiteName) {
		changed = append(changed, path.Root("site_name"))
	}
	if !m.SiteDescription.IsUnknown() && !m.SiteDescription.Equal(prior.SiteDescription) {
		changed = append(changed, path.Root("site_description"))
	}
	return changed
}

// Servers returns a new or changed lookup service and Cloud Director.
func (m *model) Servers(prior model) []base.Server {
	var servers []base.Server
	if m.LookupServiceChanged(prior.Common) {
		servers = append(servers, m.LookupServer())
	}
	if m.directorChanged(prior) {
		servers = append(servers, base.Server{Name: "Cloud Director", URL: m.VCDURL, Thumbprint: m.VCDThumbprint, At: "vcd_thumbprint"})
	}
	return servers
}

// Checks returns the steps that the appliance can check, if all their values are known.
func (m *model) Checks(prior model, given manager.Secrets) []setup.Step {
	var steps []setup.Step
	if m.LookupServiceChanged(prior.Common) && !m.LookupServiceURL.IsUnknown() && !m.LookupServiceThumbprint.IsUnknown() {
		steps = append(steps, setup.LookupService)
	}
	changed := m.directorChanged(prior) || m.passwordState().Changed(prior.passwordState(), given.Password)
	if changed && !m.VCDURL.IsUnknown() && !m.VCDThumbprint.IsUnknown() && !m.VCDUsername.IsUnknown() && !given.Password.IsUnknown() {
		steps = append(steps, setup.Director)
	}
	return steps
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// endpointFields describes the object endpoints.
var endpointFields = []struct {
	name, doc string
	address   func(vcda.EndpointConfiguration) *string
	port      func(vcda.EndpointConfiguration) *int64
}{
	{name: "mgmt_address", doc: "Address of the management endpoint.", address: func(e vcda.EndpointConfiguration) *string { return e.MgmtAddress }},
	{name: "mgmt_port", doc: "Port of the management endpoint.", port: func(e vcda.EndpointConfiguration) *int64 { return e.MgmtPort }},
	{name: "mgmt_public_address", doc: "Address under which other sites reach the management endpoint. A tunnel sets its name here.", address: func(e vcda.EndpointConfiguration) *string { return e.MgmtPublicAddress }},
	{name: "mgmt_public_port", doc: "Port under which other sites reach the management endpoint.", port: func(e vcda.EndpointConfiguration) *int64 { return e.MgmtPublicPort }},
	{name: "api_address", doc: "Address of the API endpoint.", address: func(e vcda.EndpointConfiguration) *string { return e.APIAddress }},
	{name: "api_port", doc: "Port of the API endpoint.", port: func(e vcda.EndpointConfiguration) *int64 { return e.APIPort }},
	{name: "api_public_address", doc: "Address under which other sites reach the API endpoint.", address: func(e vcda.EndpointConfiguration) *string { return e.APIPublicAddress }},
	{name: "api_public_port", doc: "Port under which other sites reach the API endpoint.", port: func(e vcda.EndpointConfiguration) *int64 { return e.APIPublicPort }},
}

// endpointTypes returns the types of the fields.
func endpointTypes() map[string]attr.Type {
	all := map[string]attr.Type{}
	for _, f := range endpointFields {
		all[f.name] = types.StringType
		if f.port != nil {
			all[f.name] = types.Int64Type
		}
	}
	return all
}

func endpointsObject(e vcda.EndpointConfiguration) types.Object {
	values := map[string]attr.Value{}
	for _, f := range endpointFields {
		if f.port != nil {
			values[f.name] = types.Int64PointerValue(f.port(e))
		} else {
			values[f.name] = base.StringOrNull(text(f.address(e)))
		}
	}
	return types.ObjectValueMust(endpointTypes(), values)
}
