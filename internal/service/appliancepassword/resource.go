// Package appliancepassword implements vcda_appliance_password, the root password of
// an appliance of any kind.
package appliancepassword

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

const (
	typeName      = "vcda_appliance_password"
	createTimeout = 15 * time.Minute // it waits for the first boot
	readTimeout   = time.Minute
	updateTimeout = 5 * time.Minute
)

type passwordResource struct {
	base.ForResource
	base.Legacy[model]
}

var (
	_ resource.ResourceWithConfigure    = &passwordResource{}
	_ resource.ResourceWithImportState  = &passwordResource{}
	_ resource.ResourceWithModifyPlan   = &passwordResource{}
	_ resource.ResourceWithIdentity     = &passwordResource{}
	_ resource.ResourceWithUpgradeState = &passwordResource{}
	_ resource.ResourceWithMoveState    = &passwordResource{}
)

// NewResource returns the resource vcda_appliance_password.
func NewResource() resource.Resource { return &passwordResource{Legacy: legacy} }

func (r *passwordResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

// model is a root password in state and configuration.
type model struct {
	ID                    types.String                 `tfsdk:"id"`
	URL                   customtypes.NormalizedString `tfsdk:"url"`
	Thumbprint            customtypes.NormalizedString `tfsdk:"thumbprint"`
	CACertificate         types.String                 `tfsdk:"ca_certificate"`
	CurrentPassword       types.String                 `tfsdk:"current_password"`
	CurrentPasswordWO     types.String                 `tfsdk:"current_password_wo"`
	NewPassword           types.String                 `tfsdk:"new_password"`
	NewPasswordWO         types.String                 `tfsdk:"new_password_wo"`
	NewPasswordWOVersion  types.Int64                  `tfsdk:"new_password_wo_version"`
	Timeouts              timeouts.Value               `tfsdk:"timeouts"`
	RootPasswordExpired   types.Bool                   `tfsdk:"root_password_expired"`
	RootPasswordExpiresAt types.String                 `tfsdk:"root_password_expires_at"`
}

func (m model) newState() base.SecretState {
	return base.SecretState{Stored: m.NewPassword, Version: m.NewPasswordWOVersion}
}

func (m model) action(verb string) string {
	return fmt.Sprintf("%s the root password of %s", verb, m.URL.ValueString())
}

// passwords are the passwords of the configuration. Only the configuration has the write-only ones.
type passwords struct{ current, wanted types.String }

func passwordsOf(ctx context.Context, config tfsdk.Config) (p passwords, diags diag.Diagnostics) {
	p.current, diags = currentPassword.ValueOf(ctx, config)
	var problems diag.Diagnostics
	p.wanted, problems = newPassword.ValueOf(ctx, config)
	diags.Append(problems...)
	return p, diags
}

// base returns the base URL of the appliance, without the port 443.
func (m model) base() (*url.URL, error) { return url.Parse(customtypes.URLType.Normal(m.URL)) }

// isOwn reports whether a URL leads to the root user of the provider's own appliance.
func (r *passwordResource) isOwn(of *url.URL) bool {
	own, err := url.Parse(customtypes.URLType.Normal(customtypes.URLType.Value(r.Appliances.Own.URL)))
	return err == nil && own.Hostname() != "" && rootOf(own) == rootOf(of)
}

// rootOf returns a key for the root user of a URL. A Cloud service, on port 443, and the Manager of the same
// appliance, on 8441, share one.
func rootOf(u *url.URL) string {
	port := u.Port()
	if port == "" || port == "8441" {
		port = "443"
	}
	return u.Hostname() + ":" + port
}

// connect makes a client of the appliance that logs in with a password. If the address is that of the provider's own
// appliance, its trust is the default.
func (r *passwordResource) connect(m model, password string) (*vcda.Client, error) {
	at, err := m.base()
	if err != nil {
		return nil, err
	}
	authority, err := tlsutil.ReadAuthority(m.CACertificate.ValueString())
	if err != nil {
		return nil, fmt.Errorf("ca_certificate: %w", err)
	}
	trust := tlsutil.Trust{Thumbprint: m.Thumbprint.ValueString(), CACertificate: authority}
	if m.Thumbprint.IsNull() && m.CACertificate.IsNull() && customtypes.URLType.Same(r.Appliances.Own.URL, m.URL.ValueString()) {
		trust = r.Appliances.Own.Trust
	}
	return r.Appliances.Connect(at, trust, vcda.LocalUser{Username: "root", Password: password})
}

// changer changes the password of one appliance, with a client for each password.
type changer struct {
	*passwordResource
	model
	clients []*vcda.Client
}

// logIn logs in with a password, and returns the expiry that the appliance reports, nil if it can't be read.
func (c *changer) logIn(ctx context.Context, password string) (*vcda.Client, *vcda.PasswordExpiry, error) {
	client, err := c.connect(c.model, password)
	if err != nil {
		return nil, nil, err
	}
	c.clients = append(c.clients, client)
	expiry, err := client.PasswordExpiry(ctx)
	switch {
	case err == nil:
		return client, &expiry, nil
	case vcda.IsHidden(err):
		return client, nil, nil
	}
	return client, nil, err
}

// close logs every client out. The sessions would end by themselves; the request
// timeout limits the wait.
func (c *changer) close(ctx context.Context) {
	for _, client := range c.clients {
		_ = client.Logout(context.WithoutCancel(ctx))
	}
}

// refusedError is the error of an appliance that refuses every possible password.
type refusedError struct {
	err   error
	tried []string // where the refused passwords come from
}

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// possiblePassword is a password that may be in force, with its source.
type possiblePassword struct{ value, source string }

// change sets the root password. A wrong password counts towards the lock of the account, so at most one is tried if
// the other one is accepted.
func (c *changer) change(ctx context.Context, current possiblePassword, wanted string) (*vcda.PasswordExpiry, error) {
	client, expiry, err := c.logIn(ctx, current.value)
	if isRefused(err) && current.value != wanted {
		if _, expiry, err = c.logIn(ctx, wanted); isRefused(err) {
			return nil, &refusedError{err: err, tried: []string{current.source, "new_password"}}
		}
		return expiry, err // an interrupted run has changed it
	}
	if isRefused(err) {
		return nil, &refusedError{err: err, tried: []string{current.source}}
	}
	if err != nil || current.value == wanted {
		return expiry, err
	}
	err = client.ChangeRootPassword(ctx, current.value, wanted, c.proof(wanted))
	if err != nil {
		return nil, err
	}
	_, expiry, err = c.logIn(ctx, wanted)
	if err == nil {
		c.updateLogin(wanted)
	}
	return expiry, err
}

// proofPause is the time that a change with a lost response may still take.
const proofPause = 5 * time.Second

// proof returns the function that finds out whether the wanted password is in force. It tries at most one wrong
// password.
func (c *changer) proof(wanted string) func(context.Context) (bool, error) {
	refused := false
	return func(ctx context.Context) (bool, error) {
		if refused {
			return false, nil
		}
		if err := c.Clock.Sleep(ctx, proofPause); err != nil {
			return false, err
		}
		_, _, err := c.logIn(ctx, wanted)
		if refused = isRefused(err); refused {
			return false, nil
		}
		return err == nil, err
	}
}

// updateLogin lets later logins of the provider use the new password.
func (c *changer) updateLogin(password string) {
	at, err := c.base()
	if err != nil || !c.isOwn(at) {
		return
	}
	if own, absent := c.VCDA.Client(); !absent.HasError() {
		own.UseRootPassword(password)
	}
	if manager, absent := c.Manager.Client(); !absent.HasError() {
		manager.UseRootPassword(password)
	}
}

func isRefused(err error) bool {
	var login *vcda.LoginError
	return errors.As(err, &login) && login.Refused
}

// bootPause is the pause between two checks whether the appliance is up.
const bootPause = 5 * time.Second

// awaitUp waits until the service of the appliance responds. A wrong certificate ends the wait.
func (c *changer) awaitUp(ctx context.Context) error {
	client, err := c.connect(c.model, "")
	if err != nil {
		return err
	}
	defer c.close(ctx)
	c.clients = append(c.clients, client)
	for before := -1; ; {
		err := client.Ping(ctx)
		if err == nil {
			tflog.Info(ctx, client.URL()+" is up")
			return nil
		}
		if !vcda.IsTransient(err) || ctx.Err() != nil {
			return err
		}
		if now := rest.Status(err); now != before { // 0 while there is no response
			tflog.Info(ctx, client.URL()+" is not up yet: "+err.Error())
			before = now
		}
		if ended := client.Clock().Sleep(ctx, bootPause); ended != nil {
			return fmt.Errorf("the appliance is not up: %w; %w", ended, err)
		}
	}
}

// report sets the values that the appliance reports. The end of the validity changes only if it differs by more than
// the time between two reads.
func (m *model) report(expiry *vcda.PasswordExpiry, now time.Time) {
	if expiry == nil {
		m.RootPasswordExpired, m.RootPasswordExpiresAt = types.BoolNull(), types.StringNull()
		return
	}
	m.RootPasswordExpired = types.BoolValue(expiry.Expired)
	if expiry.Expired {
		m.RootPasswordExpiresAt = types.StringNull()
		return
	}
	end := now.Add(time.Duration(expiry.Seconds) * time.Second).UTC().Truncate(time.Second)
	if known, err := time.Parse(time.RFC3339, m.RootPasswordExpiresAt.ValueString()); err == nil && end.Sub(known).Abs() <= 2*time.Minute {
		return
	}
	m.RootPasswordExpiresAt = types.StringValue(end.Format(time.RFC3339))
}

func (r *passwordResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	given, diags := passwordsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	if m.URL.IsUnknown() || m.URL.IsNull() {
		m.URL = customtypes.URLType.ValueOrNull(r.Appliances.Own.URL)
	}
	if m.URL.IsNull() {
		resp.Diagnostics.Append(noURL())
		return
	}
	defer base.Reserve(r.Data, m.key(), path.Root("url"), "the root password of "+m.URL.ValueString()+", whatever the port,", &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	c := &changer{passwordResource: r, model: m}
	err := c.awaitUp(ctx)
	if err != nil {
		resp.Diagnostics.Append(failed(ctx, m.action("change"), err))
		return
	}
	r.apply(ctx, m, possiblePassword{given.current.ValueString(), "current_password"}, given.wanted.ValueString(), &resp.State, resp.Identity, &resp.Diagnostics)
}

// apply changes the password and saves the result.
func (r *passwordResource) apply(ctx context.Context, m model, current possiblePassword, wanted string, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	c := &changer{passwordResource: r, model: m}
	defer c.close(ctx)
	expiry, err := c.change(ctx, current, wanted)
	if err != nil {
		diags.Append(failed(ctx, m.action("change"), err))
		return
	}
	m.report(expiry, r.Clock.Now())
	if m.RootPasswordExpired.ValueBool() {
		diags.AddWarning("The root password still counts as expired", fmt.Sprintf(
			"The password of %s is in force, but the appliance reports it as expired. This happens if the operating system has no expiry (chage -M -1). Set an expiry for the root user there.", m.URL.ValueString()))
	}
	m.ID = types.StringValue(customtypes.URLType.Normal(m.URL))
	diags.Append(identity.SetAttribute(ctx, path.Root("url"), m.ID)...)
	diags.Append(state.Set(ctx, m)...)
}

func (r *passwordResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("url"), m.ID)...)
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	expiry, known, err := r.read(ctx, m)
	switch {
	case errors.As(err, new(*refusedError)):
		d := diagnostics.FromError(ctx, err)
		d.Why = fmt.Sprintf("%s refuses the root password of the state. It was changed outside Terraform, or the account is locked.", m.URL.ValueString())
		d.Advice = "Set new_password to the password that is in use, and apply. It can be changed afterwards."
		resp.Diagnostics.Append(d.Warning(m.action("check")))
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action("read the expiry of"), err))
	case known:
		m.report(expiry, r.Clock.Now())
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

// read reads the expiry: with the provider's session on its own appliance, otherwise with the password of the state,
// whose refusal is *refusedError. With a write-only password it can't be read.
func (r *passwordResource) read(ctx context.Context, m model) (expiry *vcda.PasswordExpiry, known bool, err error) {
	at, err := m.base()
	if err != nil {
		return nil, false, err
	}
	own, absent := r.VCDA.Client()
	if !absent.HasError() && r.isOwn(at) {
		r.PreviousPassword.Await() // the plan of the change follows
		found, err := own.PasswordExpiry(ctx)
		if vcda.IsHidden(err) {
			return nil, true, nil
		}
		return &found, err == nil, err
	}
	if m.NewPassword.IsNull() {
		return nil, false, nil
	}
	c := &changer{passwordResource: r, model: m}
	defer c.close(ctx)
	_, expiry, err = c.logIn(ctx, m.NewPassword.ValueString())
	if isRefused(err) {
		err = &refusedError{err: err}
	}
	return expiry, err == nil, err
}

func (r *passwordResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("url"), prior.ID)...) // CLIs before 1.12 pass none
	given, diags := passwordsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	m.RootPasswordExpired, m.RootPasswordExpiresAt = prior.RootPasswordExpired, prior.RootPasswordExpiresAt
	if !m.newState().Changed(prior.newState(), given.wanted) {
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		return
	}
	current := possiblePassword{given.current.ValueString(), "current_password"}
	if !prior.NewPassword.IsNull() {
		current = possiblePassword{prior.NewPassword.ValueString(), "the former new_password"}
	}
	r.apply(ctx, m, current, given.wanted.ValueString(), &resp.State, resp.Identity, &resp.Diagnostics)
}

// Delete does nothing: a password can't be unset.
func (r *passwordResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	r.Reservations.Release(m.key())
}

// key identifies the root user of a model.
func (m model) key() string {
	at, err := m.base()
	if err != nil {
		return "password " + m.URL.ValueString()
	}
	return "password " + rootOf(at)
}

// ModifyPlan plans the URL, and reports a change of the provider's own password to the provider.
func (r *passwordResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	if req.State.Raw.IsNull() || !base.KeepUnchanged(req, resp) {
		r.planURL(ctx, req, resp)
		checkAuthority(ctx, req, resp)
	}
	if !resp.Diagnostics.HasError() {
		r.reportPlan(ctx, req, resp)
	}
}

// reportPlan reports to the provider whether the plan changes the root password that it logs in with.
func (r *passwordResource) reportPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, prior model
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &m)...)
	given, diags := passwordsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if at, err := m.base(); err != nil || !r.isOwn(at) {
		return
	}
	changes := !given.wanted.Equal(given.current)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
		changes = m.newState().Changed(prior.newState(), given.wanted)
	}
	r.PreviousPassword.Planned(changes)
}

// planURL plans the URL of the provider's own appliance if none is configured.
func (r *passwordResource) planURL(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var configured customtypes.NormalizedString
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("url"), &configured)...)
	if !configured.IsNull() || r.Appliances.Connect == nil {
		return
	}
	switch own := r.Appliances.Own; {
	case own.URL != "":
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("url"), own.URL)...)
	case !own.Unknown:
		resp.Diagnostics.Append(noURL())
	}
}

// checkAuthority reads the file if ca_certificate is a path.
func checkAuthority(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var setting types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("ca_certificate"), &setting)...)
	if _, err := tlsutil.ReadAuthority(setting.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("ca_certificate"), "Invalid ca_certificate", "The value can't be used: "+err.Error()+".")
	}
}

func noURL() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("url"), "Missing url",
		"Neither the resource nor the provider block has a URL. Set url to the base address of the appliance.")
}

// ImportState imports a password by the URL of the appliance.
func (r *passwordResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	address := req.ID
	if address == "" {
		var identity types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("url"), &identity)...)
		address = identity.ValueString()
	}
	id, err := values.BaseURL(address)
	if err != nil {
		resp.Diagnostics.AddError("Unable to import the root password", diagnostics.Sentence(err.Error())+" Give the base URL of the appliance, such as https://vcda-a.example.com.")
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("url"), id)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("url"), id)...)
}

// failed returns the error of a change.
func failed(ctx context.Context, action string, err error) diag.Diagnostic {
	var (
		refused *refusedError
		unknown *vcda.UnknownOutcomeError
		trust   *tlsutil.TrustError
	)
	d := diagnostics.FromError(ctx, err)
	switch {
	case errors.As(err, &refused) && len(refused.tried) > 1:
		d.Why = "The appliance refuses both passwords for root: " + strings.Join(refused.tried, " and ") + "."
		d.Advice = lockAdvice
		return d.UnableAt(path.Root("current_password"), action)
	case errors.As(err, &refused):
		d.Why = "The appliance refuses the password for root; current and new password are the same."
		d.Advice = lockAdvice
		return d.UnableAt(path.Root("new_password"), action)
	case errors.As(err, &unknown):
		d = diagnostics.FromError(ctx, unknown.Err)
		d.Why = "It is not known whether the password was changed: the new one is not accepted. It was not sent again. " + d.Why
		d.Advice = "Apply again: the provider then finds out which password is in use."
		return d.UnableAt(path.Root("new_password"), action)
	case errors.As(err, &trust):
		d.Advice = fmt.Sprintf("Compare the thumbprint with the appliance's own. If it is the right appliance, trust its certificate in this resource with ca_certificate, or with\n\n  thumbprint = %q", trust.Thumbprint)
		return d.UnableAt(path.Root("thumbprint"), action)
	}
	return d.Unable(action)
}

const lockAdvice = "Check the current password, which at first is that of the deployment. If the appliance has another one, set new_password to that and apply. An appliance that does not allow administrators to log in from public addresses refuses them in the same way. Each password was tried once, since accounts lock."
