package sitepairing

import (
	"context"
	"fmt"
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
func (r *pairing) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	wanted, identity, give := req.ID, types.StringNull(), "the id, the name or the URL"
	if wanted == "" {
		give = onlyID
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &identity)...)
		wanted = identity.ValueString()
	}
	action := fmt.Sprintf("import the site pairing %q", wanted)
	p, diags := r.peer(ctx, model{}, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	sites, err := p.client.SharedSites(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
		return
	}
	sites = vcda.PeersOf(sites)
	for _, s := range sites {
		key := s.Key(p.service)
		if key == wanted || identity.IsNull() && (s.Site == wanted || customtypes.URLType.Same(s.Endpoint(), wanted)) {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), key)...)
			resp.Diagnostics.Append(identify(ctx, resp.Identity, types.StringValue(key))...)
			return
		}
	}
	resp.Diagnostics.AddError("Unable to "+action, noSuchSite(sites, p.service, give))
}

const onlyID = "the id, which comes first,"

// noSuchSite shows what could be given instead.
func noSuchSite(sites []vcda.Site, service vcda.Service, give string) string {
	const text = "The appliance is paired with no such site. "
	if len(sites) == 0 {
		return text + "It is paired with none at all."
	}
	lines := []string{text + "Give " + give + " of one of these:\n"}
	for _, s := range sites {
		lines = append(lines, strings.Join([]string{" ", s.Key(service), s.Site, s.Endpoint()}, "  "))
	}
	return strings.Join(lines, "\n")
}
