// Package tunnel implements vcda_tunnel, a tunnel that is registered with a Cloud
// service, and lists of them.
package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

const (
	typeName      = "vcda_tunnel"
	changeTimeout = 10 * time.Minute
	readTimeout   = time.Minute
	servicePort   = "8047"
)

var rootPassword = base.Secret{Name: "root_password", Ephemeral: true, Doc: "Root password of the tunnel. The calls use it and nothing keeps it: changing it alone does nothing."}

type tunnelResource struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure    = &tunnelResource{}
	_ resource.ResourceWithImportState  = &tunnelResource{}
	_ resource.ResourceWithModifyPlan   = &tunnelResource{}
	_ resource.ResourceWithIdentity     = &tunnelResource{}
	_ resource.ResourceWithUpgradeState = &tunnelResource{}
	_ resource.ResourceWithMoveState    = &tunnelResource{}
)

// NewResource returns the resource vcda_tunnel.
func NewResource() resource.Resource { return &tunnelResource{} }

func (r *tunnelResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
	resp.ResourceBehavior.MutableIdentity = true // a URL of API 4.5 becomes a UUID
}

// cloud is a client of a Cloud service.
func cloud(ctx context.Context, data providerdata.Data, action string) (*vcda.Client, diag.Diagnostics) {
	client, diags := data.VCDA.Client()
	if diags.HasError() {
		return nil, diags
	}
	service, err := client.Service(ctx)
	switch {
	case err != nil:
		return nil, diag.Diagnostics{diagnostics.Unable(ctx, action, err)}
	case service != vcda.Cloud:
		return nil, diag.Diagnostics{notOnManager(action)}
	}
	return client, nil
}

func notOnManager(action string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to "+action, "The appliance is a Manager service (vCenter Replication Management Appliance), which has its tunnel inside. Remove the resource, or correct the url in the provider block (VCDA_URL).")
}

func (r *tunnelResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	password, diags := rootPassword.ValueOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Create(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := m.action("register")
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	client, diags := cloud(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	defer base.Reserve(r.Data, m.key(client), path.Root("url"), "the tunnel "+m.URL.ValueString(), &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	added, err := m.create(ctx, client, password.ValueString())
	if err == nil {
		err = m.setLookupService(ctx, client, blank(), password.ValueString(), &resp.Diagnostics)
	}
	if err != nil {
		resp.Diagnostics.Append(failed(ctx, action, err))
		return
	}
	m.report(added)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// report sets what a create or an update made known.
func (m *model) report(t vcda.Tunnel) {
	m.ID = types.StringValue(t.Key())
	if m.Certificate.IsUnknown() || m.Certificate.IsNull() {
		m.Certificate = customtypes.CertificateType.ValueOrNull(t.Certificate)
	}
	if m.Thumbprint.IsUnknown() || m.Thumbprint.IsNull() {
		m.Thumbprint = thumbprintOf(t)
	}
}

// registeredError is a tunnel that is registered already. Nothing was sent.
type registeredError struct{ vcda.Tunnel }

func (e *registeredError) Error() string { return "the tunnel is registered already" }

// thumbprintError is a certificate with another thumbprint than the configured one.
type thumbprintError struct{ expected, seen string }

func (e *thumbprintError) Error() string {
	return fmt.Sprintf("the appliance sees a certificate with the thumbprint %s, not %s", e.seen, e.expected)
}

// lookupServiceError is a tunnel whose lookup service was not set.
type lookupServiceError struct{ err error }

func (e *lookupServiceError) Error() string {
	return "set the lookup service of the tunnel: " + e.err.Error()
}
func (e *lookupServiceError) Unwrap() error { return e.err }

// create registers a tunnel. One that has the same address and certificate is what an
// earlier run, which was cut short, has registered.
func (m model) create(ctx context.Context, client *vcda.Client, password string) (vcda.Tunnel, error) {
	list, err := client.Tunnels(ctx)
	if err != nil {
		return vcda.Tunnel{}, err
	}
	wanted, err := m.wanted(ctx, client, password)
	if err != nil {
		return vcda.Tunnel{}, err
	}
	for _, t := range list {
		sameURL, sameCertificate := customtypes.URLType.Same(t.URL, wanted.URL), t.Certificate == wanted.Certificate
		switch {
		case sameURL && sameCertificate:
			return t, nil
		case sameURL || sameCertificate:
			return vcda.Tunnel{}, &registeredError{t}
		}
	}
	return client.AddTunnel(ctx, wanted)
}

// wanted is the tunnel to send. Without a certificate the appliance is asked for it.
func (m model) wanted(ctx context.Context, client *vcda.Client, password string) (vcda.NewTunnel, error) {
	wanted := vcda.NewTunnel{URL: customtypes.URLType.Normal(m.URL), RootPassword: password}
	if !m.Certificate.IsNull() && !m.Certificate.IsUnknown() {
		wanted.Certificate = customtypes.CertificateType.Normal(m.Certificate)
		return wanted, nil
	}
	seen, err := client.RemoteCertificate(ctx, wanted.URL, false)
	if err != nil {
		return wanted, err
	}
	wanted.Certificate = seen.Encoded
	expected := customtypes.ThumbprintType.Normal(m.Thumbprint)
	if got := thumbprintOf(vcda.Tunnel{Certificate: seen.Encoded}).ValueString(); got != expected {
		return wanted, &thumbprintError{expected: expected, seen: got}
	}
	return wanted, nil
}

// setLookupService sets the tunnel's own lookup service where it differs from prior.
func (m model) setLookupService(ctx context.Context, client *vcda.Client, prior model, password string, diags *diag.Diagnostics) error {
	if m.LookupServiceURL.IsNull() || m.lookupService() == prior.lookupService() {
		return nil
	}
	remote := vcda.RemoteAppliance{APIURL: customtypes.URLType.Normal(m.URL), RootPassword: password}
	seen, err := client.RemoteCertificate(ctx, remote.APIURL, false)
	if err != nil {
		return &lookupServiceError{err}
	}
	remote.APIThumbprint = thumbprintOf(vcda.Tunnel{Certificate: seen.Encoded}).ValueString()
	err = client.SetTunnelLookupService(ctx, remote, m.lookupService())
	if absent := (*vcda.AbsentCallError)(nil); errors.As(err, &absent) {
		diags.AddAttributeWarning(path.Root("lookup_service_url"), "The lookup service of the tunnel was not set",
			"This version of the appliance has no call for it. Set it in the tunnel's own user interface.")
		return nil
	}
	if err != nil {
		return &lookupServiceError{err}
	}
	return nil
}

func (r *tunnelResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...) // even what is gone needs one
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	client, diags := cloud(ctx, r.Data, m.action("read"))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	list, err := client.SharedTunnels(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action("read"), err))
		return
	}
	found := slices.IndexFunc(list, m.is)
	if found < 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	m.refresh(list[found])
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *tunnelResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	password, diags := rootPassword.ValueOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Update(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := m.action("change")
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	client, diags := cloud(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	changed := vcda.Tunnel{ID: prior.ID.ValueString(), URL: customtypes.URLType.Normal(prior.URL), Certificate: customtypes.CertificateType.Normal(prior.Certificate)}
	if m.changes(prior) {
		wanted, err := m.wanted(ctx, client, password.ValueString())
		if err == nil {
			changed, err = client.ChangeTunnel(ctx, prior.ID.ValueString(), wanted)
		}
		if err != nil {
			resp.Diagnostics.Append(failed(ctx, action, err))
			return
		}
	}
	if err := m.setLookupService(ctx, client, prior, password.ValueString(), &resp.Diagnostics); err != nil {
		resp.Diagnostics.Append(failed(ctx, action, err))
		return
	}
	id := prior.ID
	m.report(changed)
	if client.HasTunnelList() {
		m.ID = id
	}
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// changes reports whether the way from prior to m registers address and certificate
// again.
func (m model) changes(prior model) bool {
	certificate := !m.Certificate.IsNull() && !m.Certificate.IsUnknown() && !customtypes.CertificateType.Same(m.Certificate.ValueString(), prior.Certificate.ValueString())
	thumbprint := !m.Thumbprint.IsNull() && !m.Thumbprint.IsUnknown() && !customtypes.ThumbprintType.Same(m.Thumbprint.ValueString(), prior.Thumbprint.ValueString())
	return certificate || thumbprint || !m.RepairTriggers.Equal(prior.RepairTriggers) || !customtypes.URLType.Same(m.URL.ValueString(), prior.URL.ValueString())
}

// Delete takes the tunnel out of the state: no call is known that unregisters one.
func (r *tunnelResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	if client, absent := r.VCDA.Client(); !absent.HasError() {
		r.Reservations.Release(m.key(client))
	}
	resp.Diagnostics.Append(m.stays())
}

// key is what tells the tunnel of a model from others of the Cloud service.
func (m model) key(client *vcda.Client) string {
	return "tunnel " + client.URL() + " " + customtypes.URLType.Normal(m.URL)
}

// stays warns of what a destroy leaves.
func (m model) stays() diag.Diagnostic {
	return diag.NewWarningDiagnostic("The tunnel stays registered", fmt.Sprintf(
		"The tunnel %s (%s) stays registered with the Cloud service: no call is known that removes it. The destroy takes it out of the state only.", m.URL.ValueString(), m.ID.ValueString()))
}

// ModifyPlan warns of what a destroy leaves and of unusual ports, and refuses a tunnel
// on a Manager.
func (r *tunnelResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.ForResource.ModifyPlan(ctx, req, resp)
	var m, prior model
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(prior.stays())
		return
	}
	if !req.State.Raw.IsNull() && base.KeepUnchanged(req, resp) {
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if u, err := url.Parse(m.URL.ValueString()); err == nil && !m.URL.IsUnknown() && !m.URL.Equal(prior.URL) && u.Port() != servicePort {
		resp.Diagnostics.AddAttributeWarning(path.Root("url"), "Unusual port", fmt.Sprintf("The service of a tunnel usually listens on port %s. Check url.", servicePort))
	}
	r.planTrust(ctx, req, resp)
	var servers []base.Server
	if !m.URL.Equal(prior.URL) || !m.Thumbprint.Equal(prior.Thumbprint) {
		servers = append(servers, base.Server{Name: "tunnel", URL: m.URL, Thumbprint: m.Thumbprint, At: "thumbprint"})
	}
	if !m.LookupServiceURL.Equal(prior.LookupServiceURL) || !m.LookupServiceThumbprint.Equal(prior.LookupServiceThumbprint) {
		servers = append(servers, base.Server{Name: "lookup service", URL: m.LookupServiceURL, Thumbprint: m.LookupServiceThumbprint, At: "lookup_service_thumbprint"})
	}
	resp.Diagnostics.Append(base.LookAtServers(ctx, r.Preflight, servers...)...)
	client, absent := r.VCDA.ClientForPlan()
	resp.Diagnostics.Append(absent...)
	if client == nil || !req.State.Raw.IsNull() {
		return
	}
	if service, err := client.Service(ctx); err == nil && service == vcda.Manager { // what can't be asked yet, the create asks
		resp.Diagnostics.Append(notOnManager(m.action("register")))
	}
}

// planTrust plans the one of certificate and thumbprint that is not configured: it
// follows from the other, and stays as long as that does.
func (r *tunnelResource) planTrust(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var configured customtypes.NormalizedString
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("certificate"), &configured)...)
	given, derived := "certificate", "thumbprint"
	if configured.IsNull() {
		given, derived = derived, given
	}
	var planned, prior, kept customtypes.NormalizedString
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root(given), &planned)...)
	if req.State.Raw.IsNull() {
		return
	}
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(given), &prior)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(derived), &kept)...)
	if planned.Equal(prior) && !kept.IsNull() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(derived), kept)...)
	}
}

func (m model) action(verb string) string {
	return fmt.Sprintf("%s the tunnel %s", verb, m.URL.ValueString())
}

// failed explains an error of a create or an update.
func failed(ctx context.Context, action string, err error) diag.Diagnostic {
	var (
		registered *registeredError
		thumbprint *thumbprintError
		unknown    *vcda.UnknownOutcomeError
		ls         *lookupServiceError
	)
	d := diagnostics.FromError(ctx, err)
	switch {
	case errors.As(err, &registered):
		d.Why = fmt.Sprintf("The tunnel is registered already, at %s, with another address or certificate. Nothing was sent.", registered.URL)
		d.Advice = "Import it:\n\n  terraform import " + typeName + ".NAME " + diagnostics.ShellWord(registered.Key()) + "\n\nwith the resource's own name for NAME."
		return d.UnableAt(path.Root("url"), action)
	case errors.As(err, &thumbprint):
		d.Why, d.Advice = diagnostics.Sentence(thumbprint.Error()), "Compare both with the certificate of the tunnel, and correct thumbprint or url."
		return d.UnableAt(path.Root("thumbprint"), action)
	case errors.As(err, &unknown):
		d = diagnostics.FromError(ctx, unknown.Err)
		d.Why = "It is not known whether the tunnel was registered: the list does not show it. It was not sent again. " + d.Why
		d.Advice = "Check url, certificate and root_password: the appliance contacts the tunnel. Then apply again; if the tunnel is registered then, it is found."
		return d.UnableAt(path.Root("url"), action)
	case errors.As(err, &ls):
		d = diagnostics.FromError(ctx, ls.err)
		d.Why = "The lookup service of the tunnel was not set. " + d.Why
		d.Advice = strings.TrimSpace("Check root_password, lookup_service_url and lookup_service_thumbprint: the appliance contacts the tunnel, and the tunnel the lookup service. " + d.Advice)
		return d.UnableAt(path.Root("lookup_service_url"), action)
	}
	d.Advice = strings.TrimSpace("Check url, certificate and root_password: the appliance contacts the tunnel. " + d.Advice)
	return d.UnableAt(path.Root("url"), action)
}
