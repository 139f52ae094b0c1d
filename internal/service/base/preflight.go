package base

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/url"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// PreflightOff is the advice of every check at plan time.
const PreflightOff = "To turn this check off, set preflight = false in the provider block."

// Server is a server that the appliance will contact, as a resource configures it.
type Server struct {
	Name            string // for messages, such as "lookup service"
	URL, Thumbprint customtypes.NormalizedString
	At              string // attribute that holds the thumbprint
}

// CheckServers warns at plan time if a server shows another certificate than the configured one. It skips servers
// with unknown values, and servers that can't be reached: only the appliance must reach them, and they may not be up
// yet.
func CheckServers(ctx context.Context, preflight *providerdata.Preflight, servers ...Server) diag.Diagnostics {
	found := make([]diag.Diagnostics, len(servers))
	var looks sync.WaitGroup
	for i, s := range servers {
		if s.URL.ValueString() == "" || s.Thumbprint.ValueString() == "" {
			continue
		}
		ctx, end, ok := preflight.Begin(ctx)
		if !ok {
			continue
		}
		looks.Go(func() {
			defer end()
			if peer, err := PeerCertificate(ctx, s.URL.ValueString()); err == nil && peer != nil {
				found[i] = s.compare(peer)
			}
		})
	}
	looks.Wait()
	var all diag.Diagnostics
	for _, one := range found {
		all.Append(one...)
	}
	return all
}

// compare warns if a certificate is not the configured one.
func (s Server) compare(certificate *x509.Certificate) diag.Diagnostics {
	thumbprint := tlsutil.Thumbprint(certificate)
	if customtypes.ThumbprintType.Same(thumbprint, s.Thumbprint.ValueString()) {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root(s.At), "The "+s.Name+" shows another certificate", fmt.Sprintf(
		"Seen from this machine, %s shows a certificate with another thumbprint than the configured one:\n\n  configured: %s\n  seen:       %s\n  subject:    %s\n  issuer:     %s\n\n"+
			"If the appliance sees the same, the apply will fail. Compare both with the certificate of the %s. ",
		s.URL.ValueString(), s.Thumbprint.ValueString(), thumbprint, certificate.Subject, certificate.Issuer, s.Name)+PreflightOff)}
}

// PeerCertificate returns the certificate that the host of a URL shows to this machine, nil if the URL is malformed,
// which validation reports.
func PeerCertificate(ctx context.Context, address string) (*x509.Certificate, error) {
	normal, err := values.URL(address)
	if err != nil {
		return nil, nil //nolint:nilerr // validation reports it
	}
	u, err := url.Parse(normal)
	if err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	return tlsutil.PeerCertificate(ctx, u.Host)
}
