package replicationbase

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// Lister is the list resource of one kind of replication.
type Lister[M any, P interface {
	*M
	Model
}] struct{ Resource[M, P] }

// NewLister returns the list resource of a kind.
func NewLister[M any, P interface {
	*M
	Model
}](kind Kind) list.ListResource {
	return &Lister[M, P]{Resource[M, P]{Kind: kind}}
}

// ListResourceConfigSchema describes the filters.
func (l *Lister[M, P]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	filter := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists all replications of this kind. One is listed if it matches all arguments that are set.",
		Attributes: map[string]schema.Attribute{
			"site":        filter("Site whose replications are listed. Default: the appliance's own."),
			"name":        filter("Only those of the VM or vApp with this name."),
			"source_site": filter("Only those from this site."),
		},
	}
}

type listFilter struct {
	Site       types.String `tfsdk:"site"`
	Name       types.String `tfsdk:"name"`
	SourceSite types.String `tfsdk:"source_site"`
}

func (f listFilter) matches(r vcda.Replication) bool {
	return (f.Name.IsNull() || f.Name.ValueString() == r.Name()) && (f.SourceSite.IsNull() || f.SourceSite.ValueString() == r.SourceSite())
}

// List reads the list once and then pushes the matches. An error is a result, because replacing the stream while it
// is read would lose it.
func (l *Lister[M, P]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var f listFilter
	diags := req.Config.Get(ctx, &f)
	var all []vcda.Replication
	var at *replication.Site
	if !diags.HasError() {
		var err error
		if at, all, err = l.listed(ctx, f.Site.ValueString()); err != nil {
			diags.Append(Explain(ctx, "list the replications", err))
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		pushed := int64(0)
		for _, r := range all {
			if !f.matches(r) {
				continue
			}
			if !push(l.result(ctx, req, at, r)) {
				return
			}
			if pushed++; req.Limit > 0 && pushed >= req.Limit {
				return
			}
		}
	}
}

// listed returns the replications of a site, "" for the appliance's own.
func (r *Resource[M, P]) listed(ctx context.Context, name string) (*replication.Site, []vcda.Replication, error) {
	at, err := r.site(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	all, err := at.All(ctx)
	return at, all, err
}

// result returns one replication, with all attributes if they are requested.
func (l *Lister[M, P]) result(ctx context.Context, req list.ListRequest, at *replication.Site, r vcda.Replication) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = r.Name()
	result.Diagnostics.Append(identify(ctx, result.Identity, types.StringValue(r.ID))...)
	if !req.IncludeResource {
		result.Resource = nil
		return result
	}
	p := P(new(M))
	if err := l.imported(ctx, p, at, r); err != nil {
		result.Diagnostics.Append(Explain(ctx, "list the replication "+r.ID, err))
		return result
	}
	result.Diagnostics.Append(result.Resource.Set(ctx, p)...)
	return result
}

// imported fills a model from a listed replication. For a VM of an on-premises site, the name of the vApp comes from
// the vApp replication.
func (r *Resource[M, P]) imported(ctx context.Context, p P, at *replication.Site, listed vcda.Replication) error {
	if listed.VAppReplication != "" && startedAt(listed.Source, listed.Destination, listed).VDCID == "" {
		vapp, err := at.Find(ctx, listed.VAppReplication)
		if err != nil {
			return err
		}
		if vapp != nil {
			listed.Descriptor.Name = vapp.Name()
		}
	}
	defaults(p)
	p.Import(listed)
	report(p, listed, r.Clock.Now())
	return nil
}
