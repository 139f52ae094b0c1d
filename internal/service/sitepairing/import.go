package sitepairing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// ImportState finds the pairing by its id, its site's name or its URL; an
// identity is an id.
func (r *sitePairing) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	wanted, identity, accepted := req.ID, types.StringNull(), "the id, the name or the URL"
	if wanted == "" {
		accepted = onlyID
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &identity)...)
		wanted = identity.ValueString()
	}
	action := fmt.Sprintf("import the site pairing %q", wanted)
	a, _ := r.appliance(ctx, action, nil, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	sites, err := a.Client().SharedSites(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
		return
	}
	sites = vcda.PeersOf(sites)
	switch found := matching(sites, a.Service(), wanted, identity.IsNull()); len(found) {
	case 0:
		resp.Diagnostics.AddError("Unable to "+action, noSuchSite(sites, a.Service(), wanted, accepted))
	case 1:
		key := found[0].Key(a.Service())
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), key)...)
		resp.Diagnostics.Append(identify(ctx, resp.Identity, types.StringValue(key))...)
	default:
		resp.Diagnostics.AddError("Unable to "+action, "Several pairings go by that name. Give the id or the URL of one of these:\n\n"+table(found, a.Service()))
	}
}

// matching returns the site with a text as its key, or else the sites with that name or URL if anyName is set.
func matching(sites []vcda.Site, service vcda.Service, wanted string, anyName bool) (found []vcda.Site) {
	for _, s := range sites {
		switch {
		case customtypes.SiteNameType.Same(s.Key(service), wanted):
			return []vcda.Site{s}
		case anyName && (customtypes.SiteNameType.Same(s.Site, wanted) || customtypes.URLType.Same(s.Endpoint(), wanted)):
			found = append(found, s)
		}
	}
	return found
}

const onlyID = "the id, which comes first,"

// shownSites is the number of sites that an error lists.
const shownSites = 10

// noSuchSite lists the sites that could be meant.
func noSuchSite(sites []vcda.Site, service vcda.Service, wanted, accepted string) string {
	const text = "The appliance is paired with no such site. "
	if len(sites) == 0 {
		return text + "There are no pairings: pair first, or correct url in the provider block."
	}
	which := "of one of these"
	if len(sites) > shownSites {
		which = fmt.Sprintf("of a site; these %d of %d are the nearest", shownSites, len(sites))
	}
	return text + "Give " + accepted + " " + which + ":\n\n" + table(nearest(sites, service, wanted), service)
}

func table(sites []vcda.Site, service vcda.Service) string {
	var lines []string
	for _, s := range sites {
		lines = append(lines, strings.Join([]string{" ", s.Key(service), s.Site, s.Endpoint()}, "  "))
	}
	return strings.Join(lines, "\n")
}

// nearest returns the sites whose key, name or URL is most similar to a text.
func nearest(sites []vcda.Site, service vcda.Service, wanted string) []vcda.Site {
	distance := map[string]int{}
	for _, s := range sites {
		key := s.Key(service)
		distance[key] = min(edits(key, wanted), edits(s.Site, wanted), edits(s.Endpoint(), wanted))
	}
	sites = slices.Clone(sites)
	slices.SortStableFunc(sites, func(a, b vcda.Site) int { return distance[a.Key(service)] - distance[b.Key(service)] })
	return sites[:min(shownSites, len(sites))]
}

// edits returns the number of letters to insert, remove or change between two texts.
func edits(from, to string) int {
	a, b := []rune(from), []rune(to)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			changed := diagonal
			if a[i] != b[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
