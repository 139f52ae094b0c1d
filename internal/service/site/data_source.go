package site

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

type dataSource struct{ base.ForDataSource }

var (
	_ datasource.DataSourceWithConfigure        = &dataSource{}
	_ datasource.DataSourceWithConfigValidators = &dataSource{}
)

// NewDataSource returns the data source vcda_site.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_site"
}

// keys are the arguments of which one selects the site.
var keys = []string{"id", "site", "api_url"}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := attributes()
	for _, name := range keys {
		all[name] = schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: texts[name] + " Set exactly one of `id`, `site` and `api_url` to find the site.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	address, _ := all["api_url"].(schema.StringAttribute)
	address.Validators = []validator.String{base.ValidBy(values.URL)}
	all["api_url"] = address
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds one site that the appliance knows, by ID, name or URL: a paired one, or the appliance's own.",
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
	sites, service, err := list(ctx, client, wanted.isHealthyIn)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the site", err))
		return
	}
	matches := wanted.find(sites, service)
	switch len(matches) {
	case 0:
		resp.Diagnostics.AddAttributeError(wanted.key(), "Unable to find the site", "The appliance knows no site of this ID, name or URL. "+knownSites(sites)+" Correct the value.")
		return
	case 1:
	default: // a Manager may be paired with two sites of one name
		resp.Diagnostics.AddAttributeError(wanted.key(), "Unable to find the site", fmt.Sprintf("The appliance knows %d sites of this name:%s\n\nSet id or api_url instead of site.", len(matches), idsAndURLs(matches, service)))
		return
	}
	found := newModel(matches[0], service)
	if !wanted.APIURL.IsNull() {
		found.APIURL = wanted.APIURL // as the configuration writes it
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, found)...)
}

// find returns the sites that match the configuration.
func (m model) find(sites []vcda.Site, service vcda.Service) (matches []vcda.Site) {
	for _, s := range sites {
		if m.matches(s, service) {
			matches = append(matches, s)
		}
	}
	return matches
}

// matches reports whether the configuration selects a site.
func (m model) matches(s vcda.Site, service vcda.Service) bool {
	switch {
	case !m.ID.IsNull():
		return customtypes.SiteNameType.Same(m.ID.ValueString(), s.Key(service))
	case !m.Site.IsNull():
		return customtypes.SiteNameType.Same(m.Site.ValueString(), s.Site)
	}
	return customtypes.URLType.Same(m.APIURL.ValueString(), s.Endpoint())
}

// key returns the argument that selects the site.
func (m model) key() path.Path {
	switch {
	case !m.ID.IsNull():
		return path.Root("id")
	case !m.Site.IsNull():
		return path.Root("site")
	}
	return path.Root("api_url")
}

// isHealthyIn reports whether a list has the site without a communication error.
func (m model) isHealthyIn(sites []vcda.Site, service vcda.Service) bool {
	matches := m.find(sites, service)
	return len(matches) > 0 && matches[0].Link() == (vcda.State{})
}

// maxListed is the number of sites that a message lists.
const maxListed = 10

func knownSites(sites []vcda.Site) string {
	var names []string
	for _, s := range sites {
		names = append(names, s.Site)
	}
	if len(names) > maxListed {
		return fmt.Sprintf("It knows: %s and %d more.", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
	}
	return "It knows: " + strings.Join(names, ", ") + "."
}

func idsAndURLs(sites []vcda.Site, service vcda.Service) string {
	var lines strings.Builder
	for _, s := range sites {
		fmt.Fprintf(&lines, "\n  id = %s, api_url = %s", diagnostics.ConfigString(s.Key(service)), diagnostics.ConfigString(s.Endpoint()))
	}
	return lines.String()
}

// list reads the service and its sites. A list that the process has read before may be older than a change of another
// process that this apply has waited for, so an apply reads again unless the list suffices.
func list(ctx context.Context, client *vcda.Client, suffices func([]vcda.Site, vcda.Service) bool) ([]vcda.Site, vcda.Service, error) {
	service, err := client.Service(ctx)
	if err != nil {
		return nil, "", err
	}
	sites, err := client.SharedSites(ctx)
	if err == nil && !suffices(sites, service) {
		sites, err = client.Sites(ctx)
	}
	return sites, service, err
}
