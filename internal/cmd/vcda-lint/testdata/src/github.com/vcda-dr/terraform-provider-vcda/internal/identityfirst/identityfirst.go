package identityfirst

import (
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

type identified struct{}

func (identified) IdentitySchema() {}

func identify(ctx any, identity *tfsdk.ResourceIdentity) {}

type good struct{ identified }

func (good) Read(ctx any, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics.Append(req.State.Get(ctx, nil)...)
	identify(ctx, resp.Identity)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.State.RemoveResource(ctx)
}

type early struct{ identified }

func (early) Read(ctx any, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics.Append(req.State.Get(ctx, nil)...)
	if resp.Diagnostics.HasError() { // want "Read may end here, before the identity is set"
		return
	}
	identify(ctx, resp.Identity)
}

type removes struct{ identified }

func (removes) Read(ctx any, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.State.RemoveResource(ctx) // want "Read may end here, before the identity is set"
	resp.Diagnostics.Append(resp.Identity.Set(ctx, "id")...)
}

type perhaps struct{ identified }

func (perhaps) Read(ctx any, req resource.ReadRequest, resp *resource.ReadResponse) { // want "Read never sets the identity"
	if req.State.Get(ctx, nil) == nil {
		identify(ctx, resp.Identity)
	}
}

// anonymous has no identity to set.
type anonymous struct{}

func (anonymous) Read(ctx any, req resource.ReadRequest, resp *resource.ReadResponse) {
	resp.State.RemoveResource(ctx)
}
