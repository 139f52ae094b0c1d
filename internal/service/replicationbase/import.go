package replicationbase

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// ImportState finds a replication by its id, or by SITE/NAME, of the destination
// site and the VM or vApp; SITE/ID finds one of a site that the appliance does not
// list. An identity is an id.
func (r *Resource[M, P]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	wanted := req.ID
	if wanted == "" {
		var id types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		wanted = id.ValueString()
	}
	action := fmt.Sprintf("import the %s %q", r.Noun, wanted)
	site, name := "", wanted
	if before, after, found := strings.Cut(wanted, "/"); found {
		site, name = before, after
	}
	if kind := vcda.KindOf(name); kind != r.Kind.Kind && (kind != "" || site == "") {
		resp.Diagnostics.Append(r.wrongID(name, kind).Unable(action))
		return
	}
	at, listed, err := r.importable(ctx, site)
	if err != nil {
		resp.Diagnostics.Append(Explain(ctx, action, err))
		return
	}
	var found []vcda.Replication
	for _, one := range listed {
		if one.ID == name || site != "" && one.Name() == name && one.DestinationSite() == site {
			found = append(found, one)
		}
	}
	if len(found) != 1 {
		resp.Diagnostics.Append(r.noSingleMatch(wanted, site, found).Unable(action))
		return
	}
	p := P(new(M))
	if err := r.imported(ctx, p, at, found[0]); err != nil {
		resp.Diagnostics.Append(Explain(ctx, action, err))
		return
	}
	resp.Diagnostics.Append(identify(ctx, resp.Identity, p.Base().ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, p)...)
}

// importable returns the replications that a site lists, "" for the appliance's own. The appliance's own site lists
// those to an on-premises site, because no call can name that site.
func (r *Resource[M, P]) importable(ctx context.Context, name string) (*replication.Site, []vcda.Replication, error) {
	at, listed, err := r.listed(ctx, name)
	var unknown *replication.SiteError
	if !errors.As(err, &unknown) {
		return at, listed, err
	}
	at, own, other := r.listed(ctx, "")
	toThere := slices.DeleteFunc(slices.Clone(own), func(one vcda.Replication) bool { return one.DestinationSite() != name })
	if other != nil || len(toThere) == 0 {
		return nil, nil, err
	}
	return at, toThere, nil
}

// wrongID is the error for an id of another kind, or for a text that is no id.
func (r *Resource[M, P]) wrongID(id string, kind vcda.Kind) diagnostics.Detail {
	if kind == "" {
		return diagnostics.Detail{
			Why:    fmt.Sprintf("%q is not the id of a replication.", id),
			Advice: "Give an id, or SITE/NAME with the name of the destination site and that of the VM or vApp.",
		}
	}
	other := map[vcda.Kind]string{vcda.VM: "vcda_vm_replication", vcda.VApp: "vcda_vapp_replication", vcda.VSphere: "vcda_vsphere_replication"}
	d := diagnostics.Detail{Why: fmt.Sprintf("%s is the id of a replication of another kind, of the %s service. A %s is of the %s service.",
		id, serviceName(kind.Service()), r.Noun, serviceName(r.Kind.Kind.Service()))}
	d.Advice = "Import it as " + other[kind] + "."
	return d
}

// noSingleMatch is the error for no match or several ones, which it lists.
func (r *Resource[M, P]) noSingleMatch(wanted, site string, found []vcda.Replication) diagnostics.Detail {
	if len(found) == 0 {
		d := diagnostics.Detail{Why: fmt.Sprintf("There is no %s %s.", r.Noun, wanted), Advice: "Correct the id or the name."}
		if site == "" {
			d.Advice += " If another site manages the replication, write SITE/" + wanted + "."
		}
		return d
	}
	ids := []string{}
	for _, one := range found {
		ids = append(ids, one.ID)
	}
	return diagnostics.Detail{Why: fmt.Sprintf("There are several with this name: %s.", strings.Join(ids, ", ")), Advice: "Import one of them by its id."}
}
