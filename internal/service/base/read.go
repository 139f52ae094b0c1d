package base

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
)

// Read reads a data source. fill gets the model M with the configuration and sets the other values. For an error of
// fill, action completes "Unable to", as in "read the session".
func Read[C, M any](ctx context.Context, system System[C], req datasource.ReadRequest, resp *datasource.ReadResponse, action string, fill func(*C, *M) error) {
	var m M
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, absent := system.configured.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := fill(client, &m); err != nil {
		resp.Diagnostics.Append(system.errors.Unable(ctx, action, err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// Open opens an ephemeral resource as Read reads a data source.
func Open[C, M any](ctx context.Context, system System[C], req ephemeral.OpenRequest, resp *ephemeral.OpenResponse, action string, fill func(*C, *M) error) {
	var m M
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, absent := system.configured.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := fill(client, &m); err != nil {
		resp.Diagnostics.Append(system.errors.Unable(ctx, action, err))
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}
