package site

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var (
	_ datasource.DataSourceWithConfigure        = &dataSource{}
	_ datasource.DataSourceWithConfigValidators = &dataSource{}
)

// NewDataSource is the data source vcda_site.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_site"
}

// keys are the arguments that find a site; exactly one is given.
var keys = []string{"id", "site", "api_url"}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := attributes()
	for _, name := range keys {
		all[name] = schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: texts[name] + " Give exactly one of `id`, `site` and `api_url` to find the site.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds one site the appliance knows, by id, name or URL: a paired one, or the appliance's own.",
		Attributes:          all,
	}
}

func (d *dataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	var given []path.Expression
	for _, name := range keys {
		given = append(given, path.MatchRoot(name))
	}
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(given...)}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var wanted model
	resp.Diagnostics.Append(req.Config.Get(ctx, &wanted)...)
	client, diags := d.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	sites, service, err := list(ctx, client, d.Phase.Applying(req.ClientCapabilities.DeferralAllowed), wanted.serves)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the site", err))
		return
	}
	var known []string
	for _, s := range sites {
		if wanted.is(s, service) {
			found := newModel(s, service)
			if !wanted.APIURL.IsNull() {
				found.APIURL = wanted.APIURL // the user's own spelling
			}
			resp.Diagnostics.Append(resp.State.Set(ctx, found)...)
			return
		}
		known = append(known, s.Site)
	}
	resp.Diagnostics.AddError("Unable to find the site", "The appliance knows no site of this id, name or URL. It knows: "+strings.Join(known, ", ")+".")
}

// is reports whether a row is the site asked for.
func (m model) is(s vcda.Site, service vcda.Service) bool {
	return m.ID == types.StringValue(s.Key(service)) || m.Site == types.StringValue(s.Site) ||
		(!m.APIURL.IsNull() && customtypes.URLType.Same(m.APIURL.ValueString(), s.Endpoint()))
}

// serves reports whether a list that is a little old shows the site without trouble.
func (m model) serves(sites []vcda.Site, service vcda.Service) bool {
	at := slices.IndexFunc(sites, func(s vcda.Site) bool { return m.is(s, service) })
	return at >= 0 && sites[at].Link() == (vcda.State{})
}

// list reads the service and its sites. A shared list may be a little older than
// a change of another process that an apply has waited for: one that doesn't serve
// then is read anew.
func list(ctx context.Context, client *vcda.Client, applying bool, serves func([]vcda.Site, vcda.Service) bool) ([]vcda.Site, vcda.Service, error) {
	service, err := client.Service(ctx)
	if err != nil {
		return nil, "", err
	}
	sites, err := client.SharedSites(ctx)
	if err == nil && applying && !serves(sites, service) {
		sites, err = client.Sites(ctx)
	}
	return sites, service, err
}
