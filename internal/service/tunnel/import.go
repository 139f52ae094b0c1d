package tunnel

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// ImportState finds the tunnel by its UUID, or by its URL as reported; an identity
// is a UUID.
func (r *tunnelResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	wanted, byURL := req.ID, true
	if wanted == "" {
		var id types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		wanted, byURL = id.ValueString(), false
	}
	action := fmt.Sprintf("import the tunnel %q", wanted)
	all, diags := tunnels(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	for _, one := range all {
		if one.Key() == wanted || (byURL || isURL(one.Key())) && customtypes.URLType.Same(one.URL, wanted) {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), one.Key())...)
			resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), one.Key())...)
			return
		}
	}
	lines := []string{"No such tunnel is registered. Give the UUID, which comes first, or the URL of one of these:\n"}
	for _, one := range all {
		lines = append(lines, "  "+one.Key()+"  "+one.URL)
	}
	if len(all) == 0 {
		lines = []string{"No tunnel is registered with the Cloud service."}
	}
	resp.Diagnostics.AddError("Unable to "+action, strings.Join(lines, "\n"))
}

// tunnels lists those of the Cloud service.
func tunnels(ctx context.Context, data providerdata.Data, action string) ([]vcda.Tunnel, diag.Diagnostics) {
	client, diags := cloud(ctx, data, action)
	if diags.HasError() {
		return nil, diags
	}
	all, err := client.SharedTunnels(ctx)
	if err != nil {
		return nil, diag.Diagnostics{diagnostics.Unable(ctx, action, err)}
	}
	return all, nil
}

type lister struct{ tunnelResource }

// NewListResource returns the list resource vcda_tunnel.
func NewListResource() list.ListResource { return &lister{} }

func (l *lister) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{MarkdownDescription: "Lists the tunnels that are registered with the Cloud service."}
}

// List asks once, and then pushes what was found.
func (l *lister) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	all, diags := tunnels(ctx, l.Data, "list the tunnels")
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	if limit := int(req.Limit); limit > 0 && limit < len(all) {
		all = all[:limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, one := range all {
			if !push(listResult(ctx, req, one)) {
				return
			}
		}
	}
}

func listResult(ctx context.Context, req list.ListRequest, one vcda.Tunnel) list.ListResult {
	result := req.NewListResult(ctx)
	m := blank()
	m.refresh(one)
	result.DisplayName = one.URL
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, m)...)
	} else {
		result.Resource = nil
	}
	return result
}

type dataSource struct{ base.ForDataSource }

// NewListDataSource returns the data source vcda_tunnels.
func NewListDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "vcda_tunnels"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{
		MarkdownDescription: "Lists the tunnels that are registered with the Cloud service.",
		Attributes: map[string]datasourceschema.Attribute{
			"tunnels": datasourceschema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The tunnels.",
				NestedObject: datasourceschema.NestedAttributeObject{Attributes: map[string]datasourceschema.Attribute{
					"id":          datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "UUID of the tunnel; in API 4.5 its URL."},
					"url":         datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "Address of the tunnel's service."},
					"certificate": datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "Certificate of the tunnel, as base64 of its DER form."},
					"thumbprint":  datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 thumbprint of the certificate."},
				}},
			},
		},
	}
}

// listed is a tunnel of the data source.
type listed struct {
	ID          types.String `tfsdk:"id"`
	URL         types.String `tfsdk:"url"`
	Certificate types.String `tfsdk:"certificate"`
	Thumbprint  types.String `tfsdk:"thumbprint"`
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	all, diags := tunnels(ctx, d.Data, "list the tunnels")
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows := []listed{}
	for _, one := range all {
		rows = append(rows, listed{
			ID: types.StringValue(one.Key()), URL: base.StringOrNull(one.URL), Certificate: base.StringOrNull(one.Certificate), Thumbprint: thumbprintOf(one).StringValue,
		})
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("tunnels"), rows)...)
}
