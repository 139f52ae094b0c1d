// Package remotecertificate implements the data source vcda_remote_certificate.
package remotecertificate

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The values of via.
const (
	viaAppliance = "appliance"
	viaDirect    = "direct"
)

// defaultTimeout limits a handshake if no appliance is configured.
const defaultTimeout = 30 * time.Second

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource returns the data source vcda_remote_certificate.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type model struct {
	URL        customtypes.NormalizedString `tfsdk:"url"`
	Via        types.String                 `tfsdk:"via"`
	Thumbprint types.String                 `tfsdk:"thumbprint"`
	Subject    types.String                 `tfsdk:"subject"`
	Issuer     types.String                 `tfsdk:"issuer"`
	NotBefore  types.String                 `tfsdk:"not_before"`
	NotAfter   types.String                 `tfsdk:"not_after"`
	PEM        types.String                 `tfsdk:"pem"`
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_remote_certificate"
}

const description = `Reads the certificate of a server, such as the service endpoint of a site to pair with.

**Trust on first use:** nothing verifies this certificate. A thumbprint that goes from this data source straight into a pairing
trusts whichever server answered, which may be an attacker's on a hostile network, and the next plan trusts a replaced certificate too.
Compare the thumbprint once with the one that the administrator of the other site reads on the appliance, and pin that.`

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: description,
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				CustomType: customtypes.URLType, Required: true, Validators: []validator.String{customtypes.URLType.Validator()},
				MarkdownDescription: "Address of the server, such as `https://vcda-b.example.com:8048`.",
			},
			"via": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Where the certificate is read: with `direct` on the machine that runs Terraform, by a TLS handshake without a request, which needs no `url` in the provider block; " +
					"with `appliance` on the appliance, through its tunnel. Default: `direct`.",
				Validators: []validator.String{stringvalidator.OneOf(viaAppliance, viaDirect)},
			},
			"thumbprint": text("SHA-256 thumbprint of the certificate, in the form VCDA uses."),
			"subject":    text("Subject of the certificate."),
			"issuer":     text("Issuer of the certificate."),
			"not_before": text("Start of the validity period, in RFC 3339 format, UTC."),
			"not_after":  text("End of the validity period, in RFC 3339 format, UTC."),
			"pem":        text("The certificate as PEM text."),
		},
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	read := d.readDirectly
	if m.Via.ValueString() == viaAppliance {
		read = d.readByAppliance
	}
	certificate, diags := read(ctx, m.URL.ValueString())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.setCertificate(certificate)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (d *dataSource) readDirectly(ctx context.Context, address string) (*x509.Certificate, diag.Diagnostics) {
	limit := defaultTimeout
	if client, diags := d.VCDA.Client(); !diags.HasError() {
		limit = client.RequestTimeout()
	}
	ctx, cancel := d.Clock.WithTimeout(ctx, limit, tlsutil.ErrTimeout)
	defer cancel()
	var certificate *x509.Certificate
	u, err := url.Parse(address)
	if err == nil {
		certificate, err = tlsutil.PeerCertificate(ctx, u.Host)
	}
	return certificate, unable(ctx, address, err)
}

func (d *dataSource) readByAppliance(ctx context.Context, address string) (*x509.Certificate, diag.Diagnostics) {
	client, diags := d.VCDA.Client()
	if diags.HasError() {
		return nil, diags
	}
	response, err := client.RemoteCertificate(ctx, address, true)
	var certificate *x509.Certificate
	if err == nil {
		certificate, err = response.X509()
	}
	return certificate, unable(ctx, address, err)
}

func unable(ctx context.Context, address string, err error) diag.Diagnostics {
	if err == nil {
		return nil
	}
	return diag.Diagnostics{diagnostics.Unable(ctx, "read the certificate of "+address, err)}
}

func (m *model) setCertificate(c *x509.Certificate) {
	m.Thumbprint = types.StringValue(tlsutil.Thumbprint(c))
	m.Subject = types.StringValue(c.Subject.String())
	m.Issuer = types.StringValue(c.Issuer.String())
	m.NotBefore = types.StringValue(c.NotBefore.UTC().Format(time.RFC3339))
	m.NotAfter = types.StringValue(c.NotAfter.UTC().Format(time.RFC3339))
	m.PEM = types.StringValue(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})))
}
