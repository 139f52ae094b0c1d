package base

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// renewEvery is the interval in which an ephemeral session is used, so that it does not idle out. VCDA and vCenter
// end a session after 30 minutes by default; this is a third.
const renewEvery = 10 * time.Minute

// EphemeralSession renews and closes the sessions S that an ephemeral resource
// opens with a client C. The ephemeral resource embeds it.
type EphemeralSession[C any, S interface{ Logout(context.Context) error }] struct {
	ForEphemeral

	System func(providerdata.Data) System[C]
	Name   string                               // in messages, such as "session of Storware"
	Find   func(client *C, id string) (S, bool) // false once the session has been logged out
	Use    func(context.Context, S) error       // sends a request of the session
}

// StoreID stores the ID of the session for Renew and Close.
func (e *EphemeralSession[C, S]) StoreID(ctx context.Context, id string, resp *ephemeral.OpenResponse) {
	resp.Diagnostics.Append(SetPrivate(ctx, resp.Private, id)...)
	resp.RenewAt = e.Clock.Now().Add(renewEvery)
}

// Renew uses the session, so that it doesn't idle out.
func (e *EphemeralSession[C, S]) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	found, open, diags := e.find(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := session.ErrClosed
	if open {
		err = e.Use(ctx, found)
	}
	if err != nil {
		resp.Diagnostics.Append(e.System(e.Data).errors.Unable(ctx, "keep the "+e.Name+" alive", err))
		return
	}
	resp.RenewAt = e.Clock.Now().Add(renewEvery)
}

// Close logs the session out. After an error the provider tries again at the end of the process.
func (e *EphemeralSession[C, S]) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	session, open, diags := e.find(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if !open {
		return
	}
	if err := session.Logout(ctx); err != nil {
		resp.Diagnostics.Append(e.System(e.Data).errors.Warning(ctx, "log out the "+e.Name, err))
	}
}

// find returns the session whose ID Open has stored.
func (e *EphemeralSession[C, S]) find(ctx context.Context, private Private) (session S, open bool, diags diag.Diagnostics) {
	client, diags := e.System(e.Data).configured.Client()
	if diags.HasError() {
		return session, false, diags
	}
	id, diags := GetPrivate[string](ctx, private)
	if diags.HasError() {
		return session, false, diags
	}
	session, open = e.Find(client, id)
	return session, open, diags
}
