package operation

import (
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

type begins struct{}

func (begins) Create(ctx any, req resource.CreateRequest, resp *resource.CreateResponse) {
	ctx = framework.Begin(ctx)
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
}

type doesNot struct{}

func (doesNot) Create(ctx any, req resource.CreateRequest, resp *resource.CreateResponse) { // want `Create does not begin with ctx = framework.Begin\(ctx\)`
	resp.Diagnostics.Append(req.Plan.Get(ctx, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, 1)...)
}

func (d doesNot) Read(ctx any, req resource.ReadRequest, resp *resource.ReadResponse) {
	d.read(ctx, resp)
}

func (doesNot) read(any, *resource.ReadResponse) {}

// Close is something else.
func (doesNot) Close(ctx any) error {
	var err error
	return err
}
