// Package session implements the data source and the ephemeral resource vcda_session.
package session

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource returns the data source vcda_session.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type model struct {
	User               types.String        `tfsdk:"user"`
	Roles              []string            `tfsdk:"roles"`
	AuthenticatedSites []authenticatedSite `tfsdk:"authenticated_sites"`
}

type authenticatedSite struct {
	Site types.String `tfsdk:"site"`
	Org  types.String `tfsdk:"org"`
}

func newModel(d vcda.SessionDetails) model {
	m := model{User: types.StringValue(d.User), Roles: append([]string{}, d.Roles...), AuthenticatedSites: []authenticatedSite{}}
	for _, s := range d.AuthenticatedSites {
		m.AuthenticatedSites = append(m.AuthenticatedSites, authenticatedSite{base.StringOrNull(s.Site), base.StringOrNull(s.Org)})
	}
	return m
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows the user and the roles of the provider's session, and the sites it is authenticated with. It never shows the token.",
		Attributes: map[string]schema.Attribute{
			"user":  schema.StringAttribute{Computed: true, MarkdownDescription: "User of the session."},
			"roles": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Roles of the session, such as `ADMINISTRATORS`."},
			"authenticated_sites": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Sites the session has authenticated with. Empty on the Manager service.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"site": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the site."},
					"org":  schema.StringAttribute{Computed: true, MarkdownDescription: "Organization the session has there."},
				}},
			},
		},
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.VCDA(d.Data), req, resp, "read the session", func(client *vcda.Client, m *model) error {
		details, err := client.Session(ctx)
		*m = newModel(details)
		return err
	})
}
