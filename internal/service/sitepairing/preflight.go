package sitepairing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// preflight looks at plan time whether a new or changed pairing will work, and
// warns if not. It asks nobody where nothing changes, or something is unknown. A
// resource that was planned before and has no state takes its own place.
func (r *pairing) preflight(ctx context.Context, req resource.ModifyPlanRequest, m, prior model, again bool) diag.Diagnostics {
	client, absent := r.data.VCDA.Client()
	if absent.HasError() || m.APIURL.IsUnknown() || m.APIThumbprint.IsUnknown() || m.samePeer(prior) {
		return nil
	}
	var site types.String // as configured: the plan has made it unknown where it is left out
	diags := req.Config.GetAttribute(ctx, path.Root("site"), &site)
	if diags.HasError() || site.IsUnknown() {
		return diags
	}
	ctx, end, ok := r.data.Preflight.Begin(ctx)
	if !ok {
		return nil
	}
	defer end()
	var shown, listed diag.Diagnostics
	var looks sync.WaitGroup
	looks.Go(func() { shown = lookAtCertificate(ctx, m) })
	if replaces := again && req.State.Raw.IsNull(); !replaces && !client.SingleUse() {
		looks.Go(func() { listed = lookForPairing(ctx, client, m, prior) })
	}
	looks.Wait()
	return append(shown, listed...)
}

// samePeer tells whether nothing changes that the peer is recognized by.
func (m model) samePeer(prior model) bool {
	return customtypes.URLType.Same(m.APIURL.ValueString(), prior.APIURL.ValueString()) &&
		customtypes.ThumbprintType.Same(m.APIThumbprint.ValueString(), prior.APIThumbprint.ValueString())
}

// lookAtCertificate tells whether the peer can be reached from here, and whether
// it is the one that is meant.
func lookAtCertificate(ctx context.Context, m model) diag.Diagnostics {
	normal, err := values.URL(m.APIURL.ValueString())
	if err != nil {
		return nil // validation has said so
	}
	u, err := url.Parse(normal)
	if err != nil {
		return nil
	}
	certificate, err := tlsutil.PeerCertificate(ctx, u.Host)
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case err != nil:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("api_url"), "The site can't be reached from here",
			diagnostics.Sentence(err.Error())+" The appliance has to reach it, not this machine, and may well do so: check api_url if the apply fails. "+preflightOff)}
	}
	seen := tlsutil.Thumbprint(certificate)
	if customtypes.ThumbprintType.Same(seen, m.APIThumbprint.ValueString()) {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("api_thumbprint"), "The site shows another certificate",
		fmt.Sprintf("%s shows, seen from here, a certificate with another thumbprint than api_thumbprint:\n\n  configured: %s\n  seen:       %s\n  subject:    %s\n  issuer:     %s\n\n"+
			"If the appliance sees the same, the pairing will report CertificateMismatch. Compare both with the appliance of the site. ",
			m.APIURL.ValueString(), m.APIThumbprint.ValueString(), seen, certificate.Subject, certificate.Issuer)+preflightOff)}
}

const preflightOff = "To turn this check off, set preflight = false in the provider block."

// lookForPairing tells whether another pairing of the appliance is in the way.
func lookForPairing(ctx context.Context, client *vcda.Client, m, prior model) diag.Diagnostics {
	sites, err := client.SharedSites(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // the time is up
	case err != nil:
		return diag.Diagnostics{diagnostics.Warning(ctx, "look whether the site is paired already", err)}
	}
	for _, s := range sites {
		if s.IsLocal || cmp.Or(s.ID, s.Site) == prior.ID.ValueString() { // without an id on the Cloud service
			continue
		}
		switch {
		case customtypes.URLType.Same(s.Endpoint(), m.APIURL.ValueString()):
			return diag.Diagnostics{pairedAlready(s, prior)}
		case prior.ID.IsNull() && s.Site == m.Site.ValueString():
			return diag.Diagnostics{pairedAlready(s, prior)}
		}
	}
	return nil
}

func pairedAlready(s vcda.Site, prior model) diag.Diagnostic {
	text := fmt.Sprintf("The appliance has a pairing with the site %s at %s. ", s.Site, s.Endpoint())
	if prior.ID.IsNull() {
		text += fmt.Sprintf("Where an earlier run of this user made it and was cut short, the apply takes it over. Where not, the apply will fail; import it then:\n\n"+
			"  terraform import vcda_site_pairing.NAME %s\n\nwith the resource's own name for NAME. ", s.Site)
	} else {
		text += "The appliance may refuse a second one with the same address. "
	}
	return diag.NewAttributeWarningDiagnostic(path.Root("api_url"), "The site is paired already", text+preflightOff)
}
