package registered

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Lister is the list resource of one of the types.
type Lister[M any, P Model[M, R], R Row] struct{ Resource[M, P, R] }

// ListResourceConfigSchema takes no arguments.
func (l *Lister[M, P, R]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: "Lists the " + l.Noun + "s that are registered with " + l.Home + "."}
}

// List reads the list once and then pushes the appliances.
func (l *Lister[M, P, R]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	rows, diags := l.Rows(ctx, "list the "+l.Noun+"s")
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(row R) bool { return row.Key() == "" })
	if limit := int(req.Limit); limit > 0 && limit < len(rows) {
		rows = rows[:limit]
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for _, row := range rows {
			if !push(l.result(ctx, req, row)) {
				return
			}
		}
	}
}

func (l *Lister[M, P, R]) result(ctx context.Context, req list.ListRequest, row R) list.ListResult {
	result := req.NewListResult(ctx)
	blank := l.Blank()
	m := P(&blank)
	m.Refresh(row)
	result.DisplayName = row.Address()
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, *m)...)
	} else {
		result.Resource = nil
	}
	return result
}
