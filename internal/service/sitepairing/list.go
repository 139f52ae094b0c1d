package sitepairing

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

type lister struct{ sitePairing }

var _ list.ListResourceWithConfigure = &lister{}

// NewListResource returns the list resource vcda_site_pairing.
func NewListResource() list.ListResource { return &lister{} }

func (l *lister) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists all pairings of the appliance.",
		Attributes: map[string]schema.Attribute{
			"site": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Lists the pairing with the site of this name only.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"api_url": schema.StringAttribute{
				CustomType: customtypes.URLType, Optional: true,
				MarkdownDescription: "Lists the pairing with the site at this address only, in any notation.",
				Validators:          []validator.String{customtypes.URLType.Validator()},
			},
		},
	}
}

// filter selects rows of the sites list; a null field selects all.
type filter struct {
	Site   types.String                 `tfsdk:"site"`
	APIURL customtypes.NormalizedString `tfsdk:"api_url"`
}

func (f filter) leavesOut(s vcda.Site) bool {
	return !f.Site.IsNull() && !customtypes.SiteNameType.Same(f.Site.ValueString(), s.Site) ||
		!f.APIURL.IsNull() && !customtypes.URLType.Same(f.APIURL.ValueString(), s.Endpoint())
}

// List reads the list once and then pushes the matches. An error is a result, because replacing the stream while it
// is read would lose it.
func (l *lister) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var f filter
	diags := req.Config.Get(ctx, &f)
	var sites []vcda.Site
	var service vcda.Service
	if !diags.HasError() {
		sites, service, diags = l.sites(ctx)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	sites = slices.DeleteFunc(sites, f.leavesOut)
	if wanted := int(req.Limit); wanted > 0 && wanted < len(sites) {
		sites = sites[:wanted]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, s := range sites {
			if !push(listResult(ctx, req, s, service)) {
				return
			}
		}
	}
}

// sites returns the pairings of the appliance.
func (l *lister) sites(ctx context.Context) (sites []vcda.Site, service vcda.Service, diags diag.Diagnostics) {
	const action = "list the site pairings"
	a, _ := l.appliance(ctx, action, nil, &diags)
	if diags.HasError() {
		return nil, "", diags
	}
	sites, err := a.Client().Peers(ctx)
	if err != nil {
		diags.Append(diagnostics.Unable(ctx, action, err))
	}
	return sites, a.Service(), diags
}

// listResult returns one pairing, with all attributes if they are requested.
func listResult(ctx context.Context, req list.ListRequest, s vcda.Site, service vcda.Service) list.ListResult {
	result := req.NewListResult(ctx)
	m := blank()
	m.refresh(s, service, description{})
	result.DisplayName = nameOf(s)
	result.Diagnostics.Append(identify(ctx, result.Identity, m.ID)...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, m)...)
	} else {
		result.Resource = nil
	}
	return result
}
