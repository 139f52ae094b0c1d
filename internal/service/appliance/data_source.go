// Package appliance implements the data source vcda_appliance.
package appliance

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource returns the data source vcda_appliance.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type model struct {
	ProductName  types.String `tfsdk:"product_name"`
	ServiceType  types.String `tfsdk:"service_type"`
	Service      types.String `tfsdk:"service"`
	BuildVersion types.String `tfsdk:"build_version"`
	BuildDate    types.String `tfsdk:"build_date"`
	InstanceID   types.String `tfsdk:"instance_id"`
	APIVersion   types.String `tfsdk:"api_version"`
	Site         types.String `tfsdk:"site"`
	IsConfigured types.Bool   `tfsdk:"is_configured"`

	ID                      types.String `tfsdk:"id"`
	LookupServiceURL        types.String `tfsdk:"lookup_service_url"`
	LookupServiceThumbprint types.String `tfsdk:"lookup_service_thumbprint"`
	IsLicensed              types.Bool   `tfsdk:"is_licensed"`
	LicenseExpiresAt        types.String `tfsdk:"license_expires_at"`
	RootPasswordExpired     types.Bool   `tfsdk:"root_password_expired"`
	RootPasswordExpiresAt   types.String `tfsdk:"root_password_expires_at"`
}

var texts = map[string]string{
	"product_name":  "Name of the product.",
	"service_type":  "Type of the service as the appliance reports it, such as `V2V_MANAGER` or `CLOUD`.",
	"service":       "Service as the provider uses it: `manager` or `cloud`, from the provider block if set there, else from the type. Null for any other type.",
	"build_version": "Version and build of the service.",
	"build_date":    "Date of the build, in RFC 3339 format, UTC.",
	"instance_id":   "ID of the appliance, which never changes.",
	"api_version":   "Version of the API that the provider asks the appliance for.",
	"site":          "Name of the appliance's own site. Null before the first setup.",

	"id":                        "Instance ID of the service, by which the type of its set-up is imported.",
	"lookup_service_url":        "Address of the lookup service. Null before it is set.",
	"lookup_service_thumbprint": "SHA-256 thumbprint of the lookup service's certificate. Null before it is set.",
	"license_expires_at":        "End of the license, in RFC 3339 format, UTC. Null where it does not expire, and without the right to read it.",
	"root_password_expires_at":  "End of the root password's validity, in RFC 3339 format, UTC. Null when it has expired, and without the right to read it.",
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_appliance"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"is_configured": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the first setup of the appliance is done."},

		"is_licensed":           schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the appliance has a license. Null without the right to read it."},
		"root_password_expired": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the root password has expired. Null without the right to read it."},
	}
	for name, description := range texts {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads product, build, service and site of the appliance.",
		Attributes:          all,
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.VCDA(d.Data), req, resp, "read the properties of the appliance", func(client *vcda.Client, m *model) (err error) {
		if *m, err = readModel(ctx, client); err != nil {
			return err
		}
		return m.readRestricted(ctx, client)
	})
}

func readModel(ctx context.Context, client *vcda.Client) (model, error) {
	about, err := client.About(ctx)
	if err != nil {
		return model{}, err
	}
	configured, err := client.IsConfigured(ctx)
	if err != nil {
		return model{}, err
	}
	config, err := client.Config(ctx)
	if err != nil {
		return model{}, err
	}
	service, err := client.Service(ctx)
	if err != nil && !errors.Is(err, vcda.ErrUnknownService) {
		return model{}, err
	}
	return model{
		ProductName:  base.StringOrNull(about.ProductName),
		ServiceType:  base.StringOrNull(about.ServiceType),
		Service:      base.StringOrNull(string(service)),
		BuildVersion: base.StringOrNull(about.BuildVersion),
		BuildDate:    base.TimeOrNull(about.BuildDate),
		InstanceID:   base.StringOrNull(about.InstanceID),
		APIVersion:   types.StringValue(client.APIVersion()),
		Site:         base.StringOrNull(config.SiteName()),
		IsConfigured: types.BoolValue(configured),

		ID:                      base.StringOrNull(config.ID),
		LookupServiceURL:        base.StringOrNull(config.LookupServiceURL),
		LookupServiceThumbprint: base.StringOrNull(config.LookupServiceThumbprint),
	}, nil
}

// readRestricted reads the settings that not every user may read.
func (m *model) readRestricted(ctx context.Context, client *vcda.Client) error {
	license, err := client.License(ctx)
	switch {
	case err == nil:
		m.IsLicensed, m.LicenseExpiresAt = types.BoolValue(license.IsLicensed), base.TimeOrNull(license.ExpirationDate)
	case !vcda.IsNotFoundOrForbidden(err):
		return err
	}
	expiry, err := client.PasswordExpiry(ctx)
	switch {
	case err == nil:
		m.RootPasswordExpired = types.BoolValue(expiry.Expired)
		if !expiry.Expired {
			m.RootPasswordExpiresAt = base.TimeOrNull(client.Clock().Now().Add(time.Duration(expiry.Seconds) * time.Second).Truncate(time.Minute).UnixMilli())
		}
	case !vcda.IsHidden(err):
		return err
	}
	return nil
}
