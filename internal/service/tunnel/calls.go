package tunnel

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

// thumbprintError is the error for a certificate with another thumbprint than the configured one.
type thumbprintError struct{ expected, seen string }

func (e *thumbprintError) Error() string {
	return fmt.Sprintf("the appliance sees a certificate with the thumbprint %s, not %s", e.seen, e.expected)
}

// Create registers the tunnel, and sets its lookup service.
func (m *model) Create(ctx context.Context, at registered.Service, given registered.Secrets, diags *diag.Diagnostics) (vcda.Tunnel, error) {
	added, err := m.register(ctx, at.Client, given.RootPassword.ValueString())
	if err != nil {
		return added, err
	}
	return added, m.setLookupService(ctx, at.Client, blank(), given.RootPassword.ValueString(), diags)
}

// register registers the tunnel. A tunnel with the same address and certificate was registered by an interrupted run.
// API 4.5 has only one tunnel, which a second one would replace.
func (m *model) register(ctx context.Context, client *vcda.Client, password string) (vcda.Tunnel, error) {
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
		case sameURL, sameCertificate, !client.HasTunnelList():
			return vcda.Tunnel{}, &registered.RegisteredError[vcda.Tunnel]{Row: t}
		}
	}
	return client.AddTunnel(ctx, wanted)
}

// wanted returns the tunnel to send. Without a configured certificate it reads the certificate by the appliance.
func (m *model) wanted(ctx context.Context, client *vcda.Client, password string) (vcda.NewTunnel, error) {
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
	if got := thumbprintOf(seen.Encoded).ValueString(); got != expected {
		return wanted, &thumbprintError{expected: expected, seen: got}
	}
	return wanted, nil
}

// setLookupService sets the tunnel's own lookup service if it differs from prior.
func (m *model) setLookupService(ctx context.Context, client *vcda.Client, prior model, password string, diags *diag.Diagnostics) error {
	if m.LookupServiceURL.IsNull() || m.LookupService() == prior.LookupService() {
		return nil
	}
	remote := vcda.RemoteAppliance{APIURL: customtypes.URLType.Normal(m.URL), RootPassword: password}
	seen, err := client.RemoteCertificate(ctx, remote.APIURL, false)
	if err != nil {
		return &registered.LookupServiceError{Err: err}
	}
	remote.APIThumbprint = thumbprintOf(seen.Encoded).ValueString()
	err = client.SetTunnelLookupService(ctx, remote, m.LookupService())
	if absent := (*vcda.AbsentCallError)(nil); errors.As(err, &absent) {
		diags.AddAttributeWarning(path.Root("lookup_service_url"), "The lookup service of the tunnel was not set",
			"This version of the appliance has no call for it. Set it in the tunnel's own user interface.")
		return nil
	}
	if err != nil {
		return &registered.LookupServiceError{Err: err}
	}
	return nil
}

// Update registers address and certificate again, and sets the lookup service, if they differ.
func (m *model) Update(ctx context.Context, at registered.Service, prior model, given registered.Secrets, diags *diag.Diagnostics) (vcda.Tunnel, error) {
	client, password := at.Client, given.RootPassword.ValueString()
	changed := vcda.Tunnel{ID: prior.ID.ValueString(), URL: customtypes.URLType.Normal(prior.URL), Certificate: customtypes.CertificateType.Normal(prior.Certificate)}
	if m.changes(prior) {
		wanted, err := m.wanted(ctx, client, password)
		if err != nil {
			return changed, err
		}
		if changed, err = client.ChangeTunnel(ctx, prior.ID.ValueString(), wanted); err != nil {
			return changed, err
		}
	}
	if client.HasTunnelList() {
		changed.ID = prior.ID.ValueString()
	}
	return changed, m.setLookupService(ctx, client, prior, password, diags)
}

// changes reports whether the change from prior to m registers address and certificate again.
func (m *model) changes(prior model) bool {
	certificate := !m.Certificate.IsNull() && !m.Certificate.IsUnknown() && !customtypes.CertificateType.Same(m.Certificate.ValueString(), prior.Certificate.ValueString())
	thumbprint := !m.Thumbprint.IsNull() && !m.Thumbprint.IsUnknown() && !customtypes.ThumbprintType.Same(m.Thumbprint.ValueString(), prior.Thumbprint.ValueString())
	return certificate || thumbprint || !customtypes.URLType.Same(m.URL.ValueString(), prior.URL.ValueString()) ||
		!base.SameTriggers(m.RepairTriggers, prior.RepairTriggers)
}

// Failed returns the error of a create or an update.
func (m *model) Failed(ctx context.Context, _ registered.Service, action string, err error) diag.Diagnostic {
	var (
		existing   *registered.RegisteredError[vcda.Tunnel]
		thumbprint *thumbprintError
		unknown    *vcda.UnknownOutcomeError
		ls         *registered.LookupServiceError
	)
	d := diagnostics.FromError(ctx, err)
	switch {
	case errors.As(err, &existing):
		d.Why = fmt.Sprintf("A tunnel is registered already, at %s, with another address or certificate. Nothing was sent.", existing.Row.URL)
		d.Advice = registered.ImportAdvice(typeName, existing.Row)
		return d.UnableAt(path.Root("url"), action)
	case errors.As(err, &thumbprint):
		d.Why, d.Advice = diagnostics.Sentence(thumbprint.Error()), "Compare both with the certificate of the tunnel, and correct thumbprint or url."
		return d.UnableAt(path.Root("thumbprint"), action)
	case errors.As(err, &unknown):
		d = diagnostics.FromError(ctx, unknown.Err)
		d.Why = "It is not known whether the tunnel was registered: the list does not show it. It was not sent again. " + d.Why
		d.Advice = "Check url, certificate and root_password: the appliance contacts the tunnel. Then apply again. If the tunnel is registered by then, the apply finds it."
		return d.UnableAt(path.Root("url"), action)
	case errors.As(err, &ls):
		d = diagnostics.FromError(ctx, ls.Err)
		d.Why = "The lookup service of the tunnel was not set. " + d.Why
		d.Advice = strings.TrimSpace("Check root_password, lookup_service_url and lookup_service_thumbprint: the appliance contacts the tunnel, and the tunnel the lookup service. " + d.Advice)
		return d.UnableAt(path.Root("lookup_service_url"), action)
	}
	d.Advice = strings.TrimSpace("Check url, certificate and root_password: the appliance contacts the tunnel. " + d.Advice)
	return d.UnableAt(path.Root("url"), action)
}
