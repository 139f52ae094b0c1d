package replicator

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

// NewListDataSource returns the data source vcda_replicators.
func NewListDataSource() datasource.DataSource {
	row := map[string]schema.Attribute{
		"id":             schema.StringAttribute{Computed: true, MarkdownDescription: "UUID of the replicator. Null while its registration is not complete."},
		"api_thumbprint": schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 thumbprint of the replicator's certificate."},
		"owner":          schema.StringAttribute{Computed: true, MarkdownDescription: "`*` for a replicator that all organizations use, or `org@site`."},
		"site_name":      schema.StringAttribute{Computed: true, MarkdownDescription: "Site of the replicator."},
		"description":    schema.StringAttribute{Computed: true, MarkdownDescription: "Description of the replicator."},
	}
	reportedAttributes.AddToDataSource(row)
	return &registered.DataSource[model, *model, vcda.Replicator, listed]{Of: newShared(), Row: row, Convert: newListed}
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

func newListed(r vcda.Replicator) listed {
	return listed{
		ID: base.StringOrNull(r.ID), APIThumbprint: base.StringOrNull(r.Thumbprint), Owner: base.StringOrNull(r.Owner),
		SiteName: base.StringOrNull(r.Site), Description: types.StringValue(r.Description), reported: newReported(r),
	}
}
