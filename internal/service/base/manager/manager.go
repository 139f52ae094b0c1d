// Package manager holds the common parts of the Terraform objects for the Manager of a vCenter appliance and for the
// Cloud service.
package manager

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// The default times of the operations.
const (
	changeTimeout = 15 * time.Minute
	readTimeout   = time.Minute
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

// licenseKey is the secret of the license key.
var licenseKey = base.Secret{Name: "license_key", Optional: true, Rules: []validator.String{licenseForm{}}, Doc: "License key. Removing it from the configuration changes nothing on the appliance."}

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

// AddAttributes adds the attributes of Common, except reapply_triggers, whose effect differs.
func AddAttributes(ctx context.Context, attributes map[string]schema.Attribute) {
	licenseKey.AddTo(attributes)
	computed := func(doc string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: doc}
	}
	attributes["id"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Instance ID of the service. It never changes.",
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
	attributes["site_name"] = schema.StringAttribute{
		Required: true, MarkdownDescription: "Name of the site: letters, digits, dash and underscore. It is set once and can't be changed later.",
		Validators: []validator.String{stringvalidator.RegexMatches(siteNameForm, "must consist of letters, digits, dashes and underscores")},
	}
	attributes["lookup_service_url"] = customtypes.LookupServiceType.Required("Address of the vCenter's lookup service, such as `https://vcenter.example.com`. The path `/lookupservice/sdk` may be left out.")
	attributes["lookup_service_thumbprint"] = customtypes.ThumbprintType.Required("SHA-256 thumbprint of the lookup service's certificate.")
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

// Reported holds the set-up that an appliance reports.
type Reported struct {
	Config     vcda.Config
	License    vcda.LicenseInfo
	Configured bool
	Endpoints  vcda.Endpoints // of a Cloud service
}

func load(ctx context.Context, client *vcda.Client, service vcda.Service) (f Reported, err error) {
	if f.Config, err = client.Config(ctx); err != nil {
		return f, err
	}
	if f.License, err = client.License(ctx); err != nil {
		return f, err
	}
	if f.Configured, err = client.IsConfigured(ctx); err != nil || service != vcda.Cloud {
		return f, err
	}
	f.Endpoints, err = client.Endpoints(ctx)
	return f, err
}

// Shared returns the common attributes.
func (m *Common) Shared() *Common { return m }

// isAnother reports whether the appliance is not the one of the state: a new VM
// behind the same address has another instance ID, or no site yet.
func (m *Common) isAnother(f Reported) bool {
	return f.Config.ID != m.ID.ValueString() || f.Config.SiteName() == ""
}

// Imported reports whether the state comes from an import, which knows the ID only.
func (m *Common) Imported() bool { return m.SiteName.IsNull() }

// Report sets the computed attributes.
func (m *Common) Report(f Reported) {
	m.ID = types.StringValue(f.Config.ID)
	m.IsConfigured = types.BoolValue(f.Configured)
	m.IsLicensed = types.BoolValue(f.License.IsLicensed)
	m.LicenseExpiresAt = base.TimeOrNull(f.License.ExpirationDate)
	m.TunnelURL = base.StringOrNull(f.Config.TunnelURL)
	m.TunnelCertificate = base.StringOrNull(f.Config.TunnelCertificate)
}

// Refresh sets all attributes that the appliance shows. A missing license shows as a license key that has to be set
// again.
func (m *Common) Refresh(f Reported) {
	m.Report(f)
	m.SiteName = types.StringValue(f.Config.SiteName())
	m.LookupServiceURL = customtypes.LookupServiceType.Value(f.Config.LookupServiceURL)
	m.LookupServiceThumbprint = customtypes.ThumbprintType.Value(f.Config.LookupServiceThumbprint)
	if !f.License.IsLicensed {
		m.LicenseKey, m.LicenseKeyWOVersion = types.StringNull(), types.Int64Null()
	}
}

// Wanted returns the set-up that both types have.
func (m *Common) Wanted(service vcda.Service, license types.String) setup.Wanted {
	return setup.Wanted{
		Service: service, Site: m.SiteName.ValueString(), License: license.ValueString(),
		LookupService: vcda.LookupService{
			URL: customtypes.LookupServiceType.Normal(m.LookupServiceURL), Thumbprint: customtypes.ThumbprintType.Normal(m.LookupServiceThumbprint),
		},
	}
}

// LicenseChanged reports whether the license key has to be set.
func (m *Common) LicenseChanged(prior Common, license types.String) bool {
	planned := base.SecretState{Stored: m.LicenseKey, Version: m.LicenseKeyWOVersion}
	return !license.IsNull() && planned.Changed(base.SecretState{Stored: prior.LicenseKey, Version: prior.LicenseKeyWOVersion}, license)
}

// LookupServiceChanged reports whether the lookup service has to be set again.
func (m *Common) LookupServiceChanged(prior Common) bool {
	return !customtypes.LookupServiceType.Same(m.LookupServiceURL.ValueString(), prior.LookupServiceURL.ValueString()) ||
		!customtypes.ThumbprintType.Same(m.LookupServiceThumbprint.ValueString(), prior.LookupServiceThumbprint.ValueString()) ||
		!base.SameTriggers(m.ReapplyTriggers, prior.ReapplyTriggers)
}

// LookupServer returns the lookup service for base.CheckServers.
func (m *Common) LookupServer() base.Server {
	return base.Server{Name: "lookup service", URL: m.LookupServiceURL, Thumbprint: m.LookupServiceThumbprint, At: "lookup_service_thumbprint"}
}

// KeepUndone restores the values that an update did not reach, and the computed attributes, from the prior state.
func (m *Common) KeepUndone(prior Common, result setup.Result) {
	if !result.IsDone(setup.License) {
		m.LicenseKey, m.LicenseKeyWOVersion = prior.LicenseKey, prior.LicenseKeyWOVersion
	}
	if !result.IsDone(setup.LookupService) {
		m.LookupServiceURL, m.LookupServiceThumbprint, m.ReapplyTriggers = prior.LookupServiceURL, prior.LookupServiceThumbprint, prior.ReapplyTriggers
	}
	m.ID, m.SiteName, m.IsConfigured, m.IsLicensed = prior.ID, prior.SiteName, prior.IsConfigured, prior.IsLicensed
	m.LicenseExpiresAt, m.TunnelURL, m.TunnelCertificate = prior.LicenseExpiresAt, prior.TunnelURL, prior.TunnelCertificate
}
