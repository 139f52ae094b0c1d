// Package manager holds what the Manager of a vCenter appliance and the Cloud service
// have in common as Terraform objects.
package manager

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// The default times of the operations.
const (
	ChangeTimeout = 15 * time.Minute
	ReadTimeout   = time.Minute
	DeleteTimeout = 5 * time.Minute
)

// The type names, which errors about the wrong appliance need.
const (
	VCenterType  = "vcda_vcenter_replication_manager"
	DirectorType = "vcda_cloud_director_replication_manager"
)

// Common are the attributes of both types.
type Common struct {
	ID                      types.String                 `tfsdk:"id"`
	SiteName                types.String                 `tfsdk:"site_name"`
	LicenseKey              types.String                 `tfsdk:"license_key"`
	LicenseKeyWO            types.String                 `tfsdk:"license_key_wo"`
	LicenseKeyWOVersion     types.Int64                  `tfsdk:"license_key_wo_version"`
	LookupServiceURL        customtypes.NormalizedString `tfsdk:"lookup_service_url"`
	LookupServiceThumbprint customtypes.NormalizedString `tfsdk:"lookup_service_thumbprint"`
	ReapplyTriggers         types.Map                    `tfsdk:"reapply_triggers"`
	Timeouts                timeouts.Value               `tfsdk:"timeouts"`
	IsConfigured            types.Bool                   `tfsdk:"is_configured"`
	IsLicensed              types.Bool                   `tfsdk:"is_licensed"`
	LicenseExpiresAt        types.String                 `tfsdk:"license_expires_at"`
	TunnelURL               types.String                 `tfsdk:"tunnel_url"`
	TunnelCertificate       types.String                 `tfsdk:"tunnel_certificate"`
}

// License is the secret of the license key.
var License = base.Secret{Name: "license_key", Optional: true, Rules: []validator.String{licenseForm{}}, Doc: "License key. Removing it from the configuration changes nothing on the appliance."}

// licenseForm warns of a key of an unusual form.
type licenseForm struct{}

var licensePattern = regexp.MustCompile(`^[A-Za-z0-9]{5}(-[A-Za-z0-9]{5}){4}$`)

func (licenseForm) Description(context.Context) string {
	return "the value has the form of a license key"
}
func (f licenseForm) MarkdownDescription(ctx context.Context) string { return f.Description(ctx) }

func (licenseForm) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() && !licensePattern.MatchString(req.ConfigValue.ValueString()) {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Unusual license key",
			"A license key usually has five groups of five letters and digits, such as XXXXX-XXXXX-XXXXX-XXXXX-XXXXX. Check it.")
	}
}

var siteNameForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// AddAttributes adds those of Common.
func AddAttributes(ctx context.Context, attributes map[string]schema.Attribute) {
	License.AddTo(attributes)
	computed := func(doc string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: doc}
	}
	attributes["id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Instance ID of the service, which stays as long as the appliance.",
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
	attributes["site_name"] = schema.StringAttribute{
		Required: true, MarkdownDescription: "Name of the site: letters, digits, dash and underscore. It is set once, for good.",
		Validators: []validator.String{stringvalidator.RegexMatches(siteNameForm, "must consist of letters, digits, dashes and underscores")},
	}
	attributes["lookup_service_url"] = schema.StringAttribute{
		CustomType: customtypes.LookupServiceType, Required: true,
		MarkdownDescription: "Address of the vCenter's lookup service, such as `https://vcenter.example.com`. The path `/lookupservice/sdk` may be left out.",
		Validators:          []validator.String{customtypes.LookupServiceType.Validator()},
		PlanModifiers:       []planmodifier.String{customtypes.LookupServiceType.KeepPrior()},
	}
	attributes["lookup_service_thumbprint"] = schema.StringAttribute{
		CustomType: customtypes.ThumbprintType, Required: true,
		MarkdownDescription: "SHA-256 thumbprint of the lookup service's certificate.",
		Validators:          []validator.String{customtypes.ThumbprintType.Validator()},
		PlanModifiers:       []planmodifier.String{customtypes.ThumbprintType.KeepPrior()},
	}
	attributes["is_configured"] = schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the appliance reports that its set-up is complete."}
	attributes["is_licensed"] = schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the appliance has a license."}
	attributes["license_expires_at"] = computed("End of the license, in RFC 3339 format, UTC. Null where it does not expire, or there is none.")
	attributes["tunnel_url"] = computed("Address of the tunnel. Null without one.")
	attributes["tunnel_certificate"] = computed("Certificate of the tunnel, as base64 of its DER form. Null without one.")
	attributes["timeouts"] = base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "Time for a create, such as `15m`, which is the default.",
		ReadDescription:   "Time for a read; default `1m`.",
		UpdateDescription: "Time for an update; default `15m`.",
		DeleteDescription: "Time for a delete; default `5m`.",
	}))
}

// Facts is what an appliance reports of its set-up.
type Facts struct {
	Config     vcda.Config
	License    vcda.LicenseInfo
	Configured bool
}

// Load reads the facts.
func Load(ctx context.Context, client *vcda.Client) (f Facts, err error) {
	if f.Config, err = client.Config(ctx); err != nil {
		return f, err
	}
	if f.License, err = client.License(ctx); err != nil {
		return f, err
	}
	f.Configured, err = client.Configured(ctx)
	return f, err
}

// IsAnother reports whether the appliance is not the one of the state: a new VM
// behind the same address has another instance ID, or no site yet.
func (m Common) IsAnother(f Facts) bool {
	return f.Config.ID != m.ID.ValueString() || f.Config.OwnSite() == ""
}

// Imported reports whether the state comes from an import, which knows the ID only.
func (m Common) Imported() bool { return m.SiteName.IsNull() }

// Report sets the computed attributes.
func (m *Common) Report(f Facts) {
	m.ID = types.StringValue(f.Config.ID)
	m.IsConfigured = types.BoolValue(f.Configured)
	m.IsLicensed = types.BoolValue(f.License.IsLicensed)
	m.LicenseExpiresAt = base.TimeOrNull(f.License.ExpirationDate)
	m.TunnelURL = base.StringOrNull(f.Config.TunnelURL)
	m.TunnelCertificate = base.StringOrNull(f.Config.TunnelCertificate)
}

// Refresh sets all attributes that the appliance shows. A license that is gone shows
// as a key that has to be set again.
func (m *Common) Refresh(f Facts) {
	m.Report(f)
	m.SiteName = types.StringValue(f.Config.OwnSite())
	m.LookupServiceURL = customtypes.LookupServiceType.Value(f.Config.LookupServiceURL)
	m.LookupServiceThumbprint = customtypes.ThumbprintType.Value(f.Config.LookupServiceThumbprint)
	if !f.License.IsLicensed {
		m.LicenseKey, m.LicenseKeyWOVersion = types.StringNull(), types.Int64Null()
	}
}

// Wanted is what both types set up.
func (m Common) Wanted(service vcda.Service, license types.String) setup.Wanted {
	return setup.Wanted{
		Service: service, Site: m.SiteName.ValueString(), License: license.ValueString(),
		LookupService: m.WantedLookupService(),
	}
}

// WantedLookupService is the lookup service in the form that is sent.
func (m Common) WantedLookupService() vcda.LookupService {
	return vcda.LookupService{
		URL: customtypes.LookupServiceType.Normal(m.LookupServiceURL), Thumbprint: customtypes.ThumbprintType.Normal(m.LookupServiceThumbprint),
	}
}

// LicenseState is what the state holds of the license key.
func (m Common) LicenseState() base.SecretState {
	return base.SecretState{Stored: m.LicenseKey, Version: m.LicenseKeyWOVersion}
}

// LookupServiceChanged reports whether the lookup service has to be set again.
func (m Common) LookupServiceChanged(prior Common) bool {
	return !customtypes.LookupServiceType.Same(m.LookupServiceURL.ValueString(), prior.LookupServiceURL.ValueString()) ||
		!customtypes.ThumbprintType.Same(m.LookupServiceThumbprint.ValueString(), prior.LookupServiceThumbprint.ValueString()) ||
		!m.ReapplyTriggers.Equal(prior.ReapplyTriggers)
}

// LookupServer is the lookup service for base.LookAtServers.
func (m Common) LookupServer() base.Server {
	return base.Server{Name: "lookup service", URL: m.LookupServiceURL, Thumbprint: m.LookupServiceThumbprint, At: "lookup_service_thumbprint"}
}

// KeepLookupService takes what belongs to the lookup service from another model.
func (m *Common) KeepLookupService(from Common) {
	m.LookupServiceURL, m.LookupServiceThumbprint, m.ReapplyTriggers = from.LookupServiceURL, from.LookupServiceThumbprint, from.ReapplyTriggers
}

// KeepLicense takes what belongs to the license key from another model.
func (m *Common) KeepLicense(from Common) {
	m.LicenseKey, m.LicenseKeyWOVersion = from.LicenseKey, from.LicenseKeyWOVersion
}

// CheckSite decides about a site name or description that is planned to change: as
// long as the appliance answers as the old site it is an error, and a new appliance
// at the same address is set up again.
func CheckSite(ctx context.Context, client *vcda.Client, prior Common, changed path.Path, resp *resource.ModifyPlanResponse) {
	config, err := client.Config(ctx)
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "plan the change of "+changed.String(), err))
	case config.OwnSite() == "", config.ID != prior.ID.ValueString():
		resp.RequiresReplace = append(resp.RequiresReplace, changed)
	default:
		resp.Diagnostics.AddAttributeError(changed, "Unable to change "+changed.String(), fmt.Sprintf(
			"The appliance is the site %q for good: a site name and its description are set once.\n\n"+
				"Set the attribute back. For another name, deploy a new appliance, and plan again once it answers at the same address.", config.OwnSite()))
	}
}

// WarnOfRemovedLicense warns that a removed key changes nothing.
func WarnOfRemovedLicense(ctx context.Context, req resource.ModifyPlanRequest, prior Common, diags *diag.Diagnostics) {
	key, problems := License.ValueOf(ctx, req.Config)
	diags.Append(problems...)
	if key.IsNull() && (!prior.LicenseKey.IsNull() || !prior.LicenseKeyWOVersion.IsNull()) {
		diags.AddAttributeWarning(path.Root("license_key"), "The license stays",
			"The license key is no longer configured. The appliance keeps its license: a key can be replaced, but not removed.")
	}
}

// Failed explains an error of a set-up. Attributes are the ones at fault for each
// step; address is the type, for commands to show.
func Failed(ctx context.Context, action, typeName string, attributes map[setup.Step]string, result setup.Result, err error) diag.Diagnostic {
	var (
		service     *setup.OtherServiceError
		site        *setup.OtherSiteError
		step        *setup.StepError
		certificate *setup.CertificateError
	)
	d := diagnostics.FromError(ctx, err)
	switch {
	case errors.As(err, &service):
		d.Why, d.Advice = otherService(service.Service)
		return d.Unable(action)
	case errors.As(err, &site):
		d.Why = fmt.Sprintf("The appliance is the site %q for good: a site name and its description are set once.", site.Config.OwnSite())
		if site.Config.LocalSiteDescription != "" {
			d.Why += fmt.Sprintf(" Its description is %q.", site.Config.LocalSiteDescription)
		}
		d.Consequence = "Nothing was sent."
		d.Advice = fmt.Sprintf("If it is the appliance you mean, set site_name to that name, or import it:\n\n  terraform import %s.NAME %s\n\nwith the resource's own name for NAME. Else deploy a new appliance.", typeName, site.Config.ID)
		return d.UnableAt(path.Root("site_name"), action)
	case !errors.As(err, &step):
		d.Consequence = progress(result)
		return d.Unable(action)
	}
	d = diagnostics.FromError(ctx, step.Err)
	d.Why = fmt.Sprintf("The %s was not set. %s", step.Step, d.Why)
	if step.Checked {
		d.Why = fmt.Sprintf("The appliance can't use the %s. %s", step.Step, d.Why)
	}
	d.Consequence = progress(result)
	d.Advice = strings.TrimSpace(advice[step.Step] + " " + d.Advice)
	at := path.Root(attributes[step.Step])
	if errors.As(err, &certificate) {
		at = path.Root("lookup_service_thumbprint")
		d.Advice = "Compare both with the certificate of the vCenter, and correct lookup_service_thumbprint."
	}
	return d.UnableAt(at, action)
}

var advice = map[setup.Step]string{
	setup.License:              "Check the license key.",
	setup.Site:                 "Check the site name.",
	setup.PublicEndpoint:       "Check public_endpoint_address and public_endpoint_port.",
	setup.Director:             "Check vcd_url, vcd_thumbprint, vcd_username and the password: the appliance logs in there.",
	setup.LookupService:        "Check lookup_service_url and lookup_service_thumbprint, and the SSO user and its password where the resource has them: the appliance contacts the lookup service.",
	setup.ManagerLookupService: "Check lookup_service_url and lookup_service_thumbprint, and that the Manager service of the appliance is up.",
	setup.Plugin:               "Check the SSO user and its password, and that the vCenter is up.",
	setup.PluginRemoval:        "Check the SSO user and its password, and that the vCenter is up.",
}

func otherService(is vcda.Service) (why, advice string) {
	if is == vcda.Cloud {
		return "The appliance is a Cloud service (Cloud Director Replication Management Appliance). Nothing was sent.", "Use the type " + DirectorType + ", or correct the url."
	}
	return "The appliance is a Manager service (vCenter Replication Management Appliance). Nothing was sent.", "Use the type " + VCenterType + ", or correct the url."
}

// progress says what an operation that failed leaves.
func progress(result setup.Result) string {
	if len(result.Done) == 0 {
		return "Nothing was set before it."
	}
	var names []string
	for _, step := range result.Done {
		names = append(names, step.String())
	}
	return "Set before it, and kept by the appliance: " + strings.Join(names, ", ") + ". The next apply goes on from there."
}

// Warn tells what a set-up that succeeded leaves open.
func Warn(result setup.Result, diags *diag.Diagnostics) {
	if result.NotReady {
		diags.AddWarning("The appliance is not configured yet",
			"Everything was set, but the appliance does not report yet that it is configured. It may need a replicator first. The attribute is_configured shows it after the next refresh.")
	}
	for _, step := range result.Absent {
		diags.AddWarning("The "+step.String()+" was not set",
			"This version of the appliance has no call for it. Set it in the appliance's own user interface, or with a second provider block whose url is the Manager's, on port 8441.")
	}
}

// Undone warns of what a destroy leaves.
func Undone(what string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The appliance keeps its set-up", what)
}

// Keep takes the computed attributes from a prior state.
func (m *Common) Keep(prior Common) {
	m.ID, m.SiteName, m.IsConfigured, m.IsLicensed = prior.ID, prior.SiteName, prior.IsConfigured, prior.IsLicensed
	m.LicenseExpiresAt, m.TunnelURL, m.TunnelCertificate = prior.LicenseExpiresAt, prior.TunnelURL, prior.TunnelCertificate
}
