package sitepairing

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// preflight warns at plan time if a new or changed pairing will probably fail. It skips unknown values.
func (r *sitePairing) preflight(ctx context.Context, m, prior model, site types.String) diag.Diagnostics {
	client, absent := r.VCDA.Client()
	if absent.HasError() || m.APIURL.IsUnknown() || m.APIThumbprint.IsUnknown() || site.IsUnknown() {
		return nil
	}
	ctx, end, ok := r.Preflight.Begin(ctx)
	if !ok {
		return nil
	}
	defer end()
	var certificate, pairing diag.Diagnostics
	var looks sync.WaitGroup
	looks.Go(func() { certificate = checkPeerCertificate(ctx, m) })
	if !client.IsSingleUse() {
		looks.Go(func() { pairing = r.checkExistingPairing(ctx, client, m, prior) })
	}
	looks.Wait()
	return append(certificate, pairing...)
}

// checkPeerCertificate checks whether the peer can be reached from here and has the configured certificate.
func checkPeerCertificate(ctx context.Context, m model) diag.Diagnostics {
	certificate, err := base.PeerCertificate(ctx, m.APIURL.ValueString())
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case err != nil:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("api_url"), "The site can't be reached from here",
			diagnostics.Sentence(err.Error())+" The appliance has to reach it, not this machine: check api_url if the apply fails. "+base.PreflightOff)}
	case certificate == nil:
		return nil
	}
	thumbprint := tlsutil.Thumbprint(certificate)
	if customtypes.ThumbprintType.Same(thumbprint, m.APIThumbprint.ValueString()) {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("api_thumbprint"), "The site shows another certificate",
		fmt.Sprintf("Seen from this machine, %s shows a certificate with another thumbprint than api_thumbprint:\n\n  configured: %s\n  seen:       %s\n  subject:    %s\n  issuer:     %s\n\n"+
			"If the appliance sees the same certificate, the pairing will report CertificateMismatch. Compare both thumbprints with that of the site's appliance. ",
			m.APIURL.ValueString(), m.APIThumbprint.ValueString(), thumbprint, certificate.Subject, certificate.Issuer)+base.PreflightOff)}
}

// checkExistingPairing checks whether another pairing of the appliance is in the way. A pairing in the state of this run is
// destroyed first, or belongs to another resource.
func (r *sitePairing) checkExistingPairing(ctx context.Context, client *vcda.Client, m, prior model) diag.Diagnostics {
	service, err := client.Service(ctx)
	var sites []vcda.Site
	if err == nil {
		sites, err = client.SharedSites(ctx)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // timed out
	case err != nil:
		return diag.Diagnostics{diagnostics.Warning(ctx, "check at plan time whether the site is paired already", err)}
	}
	for _, s := range sites {
		key := s.Key(service)
		conflicts := customtypes.URLType.Same(s.Endpoint(), m.APIURL.ValueString()) ||
			service == vcda.Cloud && prior.ID.IsNull() && customtypes.SiteNameType.Same(s.Site, m.Site.ValueString())
		if s.IsLocal || !conflicts || key == prior.ID.ValueString() || r.Owners.IsInState(key) {
			continue
		}
		if m.AdoptExisting.ValueBool() && prior.ID.IsNull() {
			return nil // adopt_existing is set
		}
		return diag.Diagnostics{pairedAlready(s, prior, service)}
	}
	return nil
}

func pairedAlready(s vcda.Site, prior model, service vcda.Service) diag.Diagnostic {
	text := fmt.Sprintf("The appliance has a pairing with the site %s at %s. ", nameOf(s), s.Endpoint())
	if prior.ID.IsNull() {
		text += "The apply will fail. " + importOrAdopt(s.Key(service)) + " "
	} else {
		text += "The appliance may refuse a second one with the same address. "
	}
	return diag.NewAttributeWarningDiagnostic(path.Root("api_url"), "The site is paired already", text+base.PreflightOff)
}
