package clouddirectormanager

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// model is the set-up as state and configuration hold it.
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

// secrets are those of the configuration, where write-only ones are only.
type secrets struct{ license, vcdPassword types.String }

func secretsOf(ctx context.Context, config tfsdk.Config) (s secrets, diags diag.Diagnostics) {
	s.license, diags = manager.License.ValueOf(ctx, config)
	var problems diag.Diagnostics
	s.vcdPassword, problems = vcdPassword.ValueOf(ctx, config)
	diags.Append(problems...)
	return s, diags
}

func (m model) passwordState() base.SecretState {
	return base.SecretState{Stored: m.VCDPassword, Version: m.VCDPasswordWOVersion}
}

func (m model) wanted(s secrets) setup.Wanted {
	w := m.Wanted(vcda.Cloud, s.license)
	w.Description = m.SiteDescription.ValueString()
	if !m.PublicEndpointAddress.IsNull() {
		w.Endpoint = &setup.Endpoint{Address: m.PublicEndpointAddress.ValueString(), Port: m.PublicEndpointPort.ValueInt64()}
	}
	w.Director = vcda.Director{
		URL: customtypes.DirectorType.Normal(m.VCDURL), Username: m.VCDUsername.ValueString(), Password: s.vcdPassword.ValueString(),
		Thumbprint: customtypes.ThumbprintType.Normal(m.VCDThumbprint),
	}
	w.ManagerLS = m.ManagerLookupService.ValueBool()
	return w
}

// steps are those that the way from prior to m needs. A setting that is removed, or
// turned off, stays as it is.
func (m model) steps(prior model, s secrets) []setup.Step {
	var steps []setup.Step
	if m.LicenseState().Changed(prior.LicenseState(), s.license) && !s.license.IsNull() {
		steps = append(steps, setup.License)
	}
	if !m.PublicEndpointAddress.IsNull() && (!m.PublicEndpointAddress.Equal(prior.PublicEndpointAddress) || !m.PublicEndpointPort.Equal(prior.PublicEndpointPort)) {
		steps = append(steps, setup.PublicEndpoint)
	}
	if m.directorChanged(prior) || m.passwordState().Changed(prior.passwordState(), s.vcdPassword) {
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

func (m model) directorChanged(prior model) bool {
	return !customtypes.DirectorType.Same(m.VCDURL.ValueString(), prior.VCDURL.ValueString()) ||
		!m.VCDUsername.Equal(prior.VCDUsername) ||
		!m.VCDThumbprint.IsNull() && !customtypes.ThumbprintType.Same(m.VCDThumbprint.ValueString(), prior.VCDThumbprint.ValueString())
}

// keepUndone takes what an update did not come to from the prior state.
func (m *model) keepUndone(prior model, result setup.Result) {
	if !result.IsDone(setup.License) {
		m.KeepLicense(prior.Common)
	}
	if !result.IsDone(setup.PublicEndpoint) {
		m.PublicEndpointAddress, m.PublicEndpointPort = prior.PublicEndpointAddress, prior.PublicEndpointPort
	}
	if !result.IsDone(setup.Director) {
		m.VCDURL, m.VCDUsername, m.VCDThumbprint = prior.VCDURL, prior.VCDUsername, prior.VCDThumbprint
		m.VCDPassword, m.VCDPasswordWOVersion = prior.VCDPassword, prior.VCDPasswordWOVersion
	}
	if !result.IsDone(setup.LookupService) {
		m.KeepLookupService(prior.Common)
	}
	if !result.IsDone(setup.ManagerLookupService) {
		m.ManagerLookupService = prior.ManagerLookupService
	}
	m.Endpoints, m.IsCombined = prior.Endpoints, prior.IsCombined
}

// facts are what the appliance reports.
type facts struct {
	manager.Facts
	endpoints vcda.Endpoints
}

func load(ctx context.Context, client *vcda.Client) (f facts, err error) {
	if f.Facts, err = manager.Load(ctx, client); err != nil {
		return f, err
	}
	f.endpoints, err = client.Endpoints(ctx)
	return f, err
}

// report sets the computed attributes.
func (m *model) report(f facts) {
	m.Report(f.Facts)
	m.IsCombined = types.BoolValue(f.Config.IsCombined)
	m.Endpoints = endpointsObject(f.endpoints.Effective)
}

// refresh sets what the appliance shows. What was left alone stays so, but for an
// import, which shows everything that is set.
func (m *model) refresh(f facts) {
	imported := m.Imported()
	m.Refresh(f.Facts)
	m.report(f)
	m.SiteDescription = customtypes.DescriptionType.Value(f.Config.LocalSiteDescription)
	m.VCDURL = customtypes.DirectorType.ValueOrNull(f.Config.DirectorURL)
	m.VCDUsername = base.StringOrNull(f.Config.DirectorUser)
	if imported || !m.VCDThumbprint.IsNull() {
		m.VCDThumbprint = customtypes.ThumbprintType.ValueOrNull(f.Config.DirectorThumbprint)
	}
	if public := f.endpoints.Configured; imported || !m.PublicEndpointAddress.IsNull() {
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
	{name: "mgmt_public_address", doc: "Address under which other sites reach the management endpoint. A tunnel enters its name here.", address: func(e vcda.EndpointConfiguration) *string { return e.MgmtPublicAddress }},
	{name: "mgmt_public_port", doc: "Port under which other sites reach the management endpoint.", port: func(e vcda.EndpointConfiguration) *int64 { return e.MgmtPublicPort }},
	{name: "api_address", doc: "Address of the API endpoint.", address: func(e vcda.EndpointConfiguration) *string { return e.APIAddress }},
	{name: "api_port", doc: "Port of the API endpoint.", port: func(e vcda.EndpointConfiguration) *int64 { return e.APIPort }},
	{name: "api_public_address", doc: "Address that other sites are told.", address: func(e vcda.EndpointConfiguration) *string { return e.APIPublicAddress }},
	{name: "api_public_port", doc: "Port that other sites are told.", port: func(e vcda.EndpointConfiguration) *int64 { return e.APIPublicPort }},
}

// endpointTypes are the types of the fields.
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
