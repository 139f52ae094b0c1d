package provider_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// startWith starts an appliance with a kind of certificate.
func startWith(t *testing.T, kind certs.Kind) *simulator.Appliance {
	t.Helper()
	options := acctest.TwoSites(simulator.Manager)[:1]
	options[0].CertificateKind = kind
	return acctest.StartAppliances(t, options...).Appliance("site-a")
}

// A pinned certificate that has expired or is not valid yet is used. One warning
// per process names the date.
func TestTrust_outdatedPinnedCertificate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind certs.Kind
		says string
	}{
		"expired":       {certs.Expired, "but it has expired on 2021-01-01T00:00:00Z"},
		"not yet valid": {certs.NotYetValid, "but it is valid from 2048-01-01T00:00:00Z only; this machine's clock says 20"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startWith(t, c.kind)
			p := configureFor(t, a, values{"thumbprint": a.Thumbprint()})
			for i := range 3 {
				_, problems := p.ReadData(t, "vcda_sites", values{})
				if errors := problems.Errors(); len(errors) > 0 {
					t.Fatal(errors)
				}
				warnings := strings.Join(problems.Warnings(), "\n")
				if shown := strings.Contains(warnings, c.says); shown != (i == 0) || strings.Count(warnings, "out of date") > 1 {
					t.Errorf("read %d: warnings %q, want one of the first read with %q", i, warnings, c.says)
				}
			}
		})
	}
	t.Run("list", func(t *testing.T) {
		t.Parallel()
		a := startWith(t, certs.Expired)
		_, problems := configureFor(t, a, values{"thumbprint": a.Thumbprint()}).List(t, "vcda_site_pairing", values{})
		if warnings := problems.Warnings(); len(warnings) != 1 || len(problems.Errors()) != 0 {
			t.Errorf("warnings %q, errors %q", warnings, problems.Errors())
		}
	})
	t.Run("action", func(t *testing.T) {
		t.Parallel()
		a := startWith(t, certs.Expired)
		_, problems := configureFor(t, a, values{"thumbprint": a.Thumbprint()}).Invoke(t, "vcda_health_check", values{})
		if warnings := problems.Warnings(); len(warnings) != 1 || len(problems.Errors()) != 0 {
			t.Errorf("warnings %q, errors %q", warnings, problems.Errors())
		}
	})
}

// Terraform shows the warning.
func TestOutdatedPin_commandLine(t *testing.T) {
	t.Parallel()
	a := startWith(t, certs.Expired)
	user := a.Accounts().LocalUsers[0]
	w := acctest.NewWorkspace(t, `provider "vcda" {
  url        = "`+a.URL()+`"
  thumbprint = "`+a.Thumbprint()+`"
  login      = { local_user = { username = "`+user.Username+`", password = "`+user.Password+`" } }
}

data "vcda_sites" "all" {}
`)
	if output := w.MustRun(t, "plan", "-no-color"); strings.Count(output, "it has expired on 2021-01-01T00:00:00Z") != 1 {
		t.Errorf("the plan shows no warning, or several:\n%s", output)
	}
}

// A certificate that has expired or is not valid yet is refused if it is not
// pinned. One that Go can't parse is always refused.
func TestTrust_outdatedCertificate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   certs.Kind
		pinned bool
		says   []string
	}{
		"expired": {certs.Expired, false, []string{"is not trusted: it has expired.", "issuer:", "valid to:   2021-01-01T00:00:00Z", "Renew it on the appliance, or pin it in the provider block"}},
		"not yet valid": {certs.NotYetValid, false, []string{
			"is not trusted: it is valid from 2048-01-01T00:00:00Z; this machine's clock says 20", "Compare both", "pin it in the provider block",
		}},
		"unreadable":         {certs.NegativeSerial, false, []string{"it can't be read: x509: negative serial number", "subject:    CN=site-a", "GODEBUG=x509negativeserial=1"}},
		"unreadable, pinned": {certs.NegativeSerial, true, []string{"it can't be read: x509: negative serial number", "subject:    CN=site-a", "GODEBUG=x509negativeserial=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startWith(t, c.kind)
			change := values{"thumbprint": nil}
			if c.pinned {
				change["thumbprint"] = a.Thumbprint()
			}
			_, problems := configureFor(t, a, change).ReadData(t, "vcda_session", values{})
			requireOneError(t, problems, append(c.says, "thumbprint: "+a.Thumbprint())...)
		})
	}
}
