package sitepairing

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// ImportState finds the pairing by its id, its site's name or its URL.
func (r *pairing) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx = framework.Begin(ctx)
	action := fmt.Sprintf("import the site pairing %q", req.ID)
	p, diags := r.peer(ctx, model{}, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	sites, err := p.client.Peers(ctx)
	if err != nil {
		resp.Diagnostics.Append(framework.Unable(ctx, action, err))
		return
	}
	for _, s := range sites {
		if s.Key(p.service) == req.ID || s.Site == req.ID || framework.URLType.Same(s.Endpoint(), req.ID) {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), s.Key(p.service))...)
			return
		}
	}
	resp.Diagnostics.AddError("Unable to "+action, "The appliance is paired with no such site. "+importable(sites, p.service))
}

// importable shows import ids that would do.
func importable(sites []vcda.Site, service vcda.Service) string {
	if len(sites) == 0 {
		return "It is paired with none at all."
	}
	lines := []string{"Give the id, the name or the URL of one of these:\n"}
	for _, s := range sites {
		lines = append(lines, strings.Join([]string{" ", s.Key(service), s.Site, s.Endpoint()}, "  "))
	}
	return strings.Join(lines, "\n")
}
