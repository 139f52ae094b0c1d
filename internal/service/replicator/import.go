package replicator

import (
	"context"
	"fmt"
	"slices"
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
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// ImportState finds the replicator by its UUID, or by its URL as reported; an identity
// is a UUID.
func (r *replicatorResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	wanted, byURL := req.ID, true
	if wanted == "" {
		var id types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		wanted, byURL = id.ValueString(), false
	}
	action := fmt.Sprintf("import the replicator %q", wanted)
	all, diags := replicators(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	for _, one := range all {
		if one.ID != "" && (one.ID == wanted || byURL && customtypes.URLType.Same(one.APIURL, wanted)) {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), one.ID)...)
			resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), one.ID)...)
			return
		}
	}
	lines := []string{"No such replicator is registered. Give the UUID, which comes first, or the URL of one of these:\n"}
	for _, one := range all {
		lines = append(lines, "  "+one.ID+"  "+one.APIURL)
	}
	if len(all) == 0 {
		lines = []string{"No replicator is registered with the Manager."}
	}
	resp.Diagnostics.AddError("Unable to "+action, strings.Join(lines, "\n"))
}

// replicators lists those of the Manager.
func replicators(ctx context.Context, data providerdata.Data, action string) ([]vcda.Replicator, diag.Diagnostics) {
	at, diags := managerOf(ctx, data, action)
	if diags.HasError() {
		return nil, diags
	}
	all, err := at.client.SharedReplicators(ctx)
	if err != nil {
		return nil, diag.Diagnostics{at.system.Unable(ctx, action, err)}
	}
	return all, nil
}

type lister struct{ replicatorResource }

// NewListResource returns the list resource vcda_replicator.
func NewListResource() list.ListResource { return &lister{} }

func (l *lister) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{MarkdownDescription: "Lists the replicators that are registered with the Manager."}
}

// List asks once, and then pushes what was found.
func (l *lister) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	all, diags := replicators(ctx, l.Data, "list the replicators")
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	all = slices.DeleteFunc(slices.Clone(all), func(one vcda.Replicator) bool { return one.ID == "" })
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

func listResult(ctx context.Context, req list.ListRequest, one vcda.Replicator) list.ListResult {
	result := req.NewListResult(ctx)
	m := blank()
	m.refresh(one)
	result.DisplayName = one.APIURL
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, m)...)
	} else {
		result.Resource = nil
	}
	return result
}

// blank is a replicator of which nothing is known.
func blank() model {
	return model{
		APIURL: customtypes.URLType.ValueOrNull(""), APIThumbprint: customtypes.ThumbprintType.ValueOrNull(""),
		LookupServiceURL: customtypes.LookupServiceType.ValueOrNull(""), LookupServiceThumbprint: customtypes.ThumbprintType.ValueOrNull(""),
		RepairTriggers: types.MapNull(types.StringType), Timeouts: base.NullTimeouts(), reported: noReport(),
	}
}

type dataSource struct{ base.ForDataSource }

// NewListDataSource returns the data source vcda_replicators.
func NewListDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "vcda_replicators"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{
		MarkdownDescription: "Lists the replicators that are registered with the Manager.",
		Attributes: map[string]datasourceschema.Attribute{
			"replicators": datasourceschema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The replicators.",
				NestedObject: datasourceschema.NestedAttributeObject{Attributes: listedAttributes()},
			},
		},
	}
}

// listed is a replicator of the data source.
type listed struct {
	ID            types.String `tfsdk:"id"`
	APIThumbprint types.String `tfsdk:"api_thumbprint"`
	Owner         types.String `tfsdk:"owner"`
	SiteName      types.String `tfsdk:"site_name"`
	Description   types.String `tfsdk:"description"`
	reported
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	all, diags := replicators(ctx, d.Data, "list the replicators")
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows := []listed{}
	for _, one := range all {
		rows = append(rows, listed{
			ID: base.StringOrNull(one.ID), APIThumbprint: base.StringOrNull(one.Thumbprint), Owner: base.StringOrNull(one.Owner),
			SiteName: base.StringOrNull(one.Site), Description: types.StringValue(one.Description), reported: newReported(one),
		})
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("replicators"), rows)...)
}
