package acctest_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestGuideGettingStarted runs the first plan and the first pairing, whose next plan is
// empty, and reads a certificate with both methods of the guide.
func TestGuideGettingStarted(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/getting-started.md")
	openssl, look := g.shell(t, "With openssl"), g.terraform(t, "With a data source")
	plan, first := g.terraform(t, "The first plan"), g.shell(t, "The first plan")
	pairing, apply := g.terraform(t, "The first pairing"), g.shell(t, "The first pairing")
	t.Run("first pairing", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, simulator.Manager)
		password := s.a.Accounts().LocalUsers[0].Password
		space := s.workspace(t, map[string]string{"vcda/site-a": password})
		space.Install(t)
		space.Write(t, "main.tf", s.fillIn(plan, ""))
		acctest.RequireTexts(t, space.MustShell(t, first), `service = "manager"`, `site = "site-a"`, `+ "ADMINISTRATORS"`)
		space.Write(t, "pairing.tf", s.fillIn(pairing, ""))
		space.Env = append(space.Env, "VCDA_PASSWORD="+password)
		acctest.RequireTexts(t, space.MustShell(t, apply), "1 to add, 0 to change, 0 to destroy", "A link does not work yet: PeerSiteNotPaired")
		s.requireConverged(t, space)
	})
	t.Run("openssl", func(t *testing.T) {
		t.Parallel()
		if _, err := exec.LookPath("openssl"); err != nil {
			return // no machine is required to have it
		}
		s := newScenario(t, simulator.Manager)
		_, seen, _ := strings.Cut(s.workspace(t, nil).MustShell(t, s.fillIn(openssl, "")), "=")
		if "SHA-256:"+strings.TrimSpace(seen) != s.b.Thumbprint() {
			t.Errorf("%s is not %s", seen, s.b.Thumbprint())
		}
	})
	t.Run("data source", func(t *testing.T) {
		t.Parallel()
		s := newScenario(t, simulator.Manager)
		space := s.workspace(t, nil)
		space.Write(t, "look.tf", s.fillIn(look, ""))
		acctest.RequireTexts(t, space.MustRun(t, "apply"), s.b.Thumbprint())
		s.requireConverged(t, space)
	})
}

// passwords returns the environment variables with the passwords of both sides.
func (s scenario) passwords() []string {
	return []string{"TF_VAR_password_a=" + s.a.Accounts().LocalUsers[0].Password, "TF_VAR_password_b=" + s.b.Accounts().LocalUsers[0].Password}
}

// TestGuideTwoWayPairing pairs both sides in one apply, after which the link works, and
// unpairs them. A side with replications can't be unpaired.
func TestGuideTwoWayPairing(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/two-way-pairing.md")
	halves, destroy := g.terraform(t, "Both halves"), g.shell(t, "Unpairing")
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, service)
			space := s.workspace(t, nil)
			space.Env = append(space.Env, s.passwords()...)
			space.Write(t, "main.tf", s.fillIn(halves, ""))
			out := space.MustRun(t, "apply")
			acctest.RequireTexts(t, out, "link_works = true")
			acctest.RequireNoTexts(t, out, "does not work yet")
			space.MustRun(t, "plan", "-detailed-exitcode")
			s.b.AddReplications("site-a", 1)
			out, code := space.Shell(t, destroy)
			if code == 0 {
				t.Error("a site with replications is unpaired")
			}
			acctest.RequireTexts(t, out, "Site site-a has 1 replications")
			s.b.AddReplications("site-a", -1)
			acctest.RequireTexts(t, space.MustShell(t, destroy), "2 destroyed")
			if left := len(s.a.Sites()) + len(s.b.Sites()); left > 0 {
				t.Errorf("%d pairings are left", left)
			}
			s.checkSessions(t)
		})
	}
}

// twoWayProviders returns the provider blocks of the guide on pairing two sites, with the
// changes of the guide on certificates.
func twoWayProviders(t *testing.T) string {
	t.Helper()
	halves := blocksOf(files(t, guidesFolder)["two-way-pairing.md"]).terraform(t, "Both halves")
	providers, _, _ := strings.Cut(halves, "resource \"vcda_site_pairing\"")
	return strings.NewReplacer(`"`+thumbprintOfA+`"`, "local.thumbprint_a", `"`+thumbprintOfB+`"`, "local.thumbprint_b").Replace(providers)
}

// TestGuideCertificateReplacement replaces the certificate of b: the messages are those of
// the guide, and one changed line re-pairs both sides.
func TestGuideCertificateReplacement(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/certificate-replacement.md")
	prepared, through := twoWayProviders(t)+g.terraform(t, "Prepare"), g.shell(t, "A certificate changed unexpectedly")
	action, invoke := g.terraform(t, "Re-pair by hand"), g.shell(t, "Re-pair by hand")
	start := func(t *testing.T, more string) (scenario, *acctest.Workspace) {
		t.Helper()
		s := newScenario(t, simulator.Manager)
		space := s.workspace(t, nil)
		space.Env = append(space.Env, s.passwords()...)
		space.Write(t, "main.tf", s.fillIn(prepared, ""))
		space.Write(t, "more.tf", more)
		acctest.RequireNoTexts(t, space.MustRun(t, "apply"), "Check block assertion failed")
		space.MustRun(t, "plan", "-detailed-exitcode")
		return s, space
	}
	t.Run("new certificate", func(t *testing.T) {
		t.Parallel()
		s, space := start(t, "")
		old := s.b.Thumbprint()
		s.b.RotateCertificate()

		out, code := space.Run(t, "plan")
		if code != 1 {
			t.Errorf("exit code %d", code)
		}
		acctest.RequireTexts(t, out, "The certificate of", "is not trusted", "thumbprint: "+s.b.Thumbprint(), "configured: "+old)
		acctest.RequireTexts(t, space.MustShell(t, through), "CertificateMismatch")
		space.Env = append(space.Env, "VCDA_CA_CERTIFICATE="+s.fixture.CertificateAuthority())
		acctest.RequireTexts(t, space.MustRun(t, "plan", "-detailed-exitcode"), "The link is down", "CertificateMismatch")

		space.Write(t, "main.tf", s.fillIn(prepared, "")) // with the new thumbprint
		acctest.RequireTexts(t, space.MustRun(t, "apply"), "0 to add, 2 to change, 0 to destroy", "0 added, 2 changed, 0 destroyed")
		for _, one := range []*simulator.Appliance{s.a, s.b} {
			if n := one.Stats().Requests["PUT /sites/{key}"]; n != 1 {
				t.Errorf("%s was re-paired %d times", one.Site(), n)
			}
			if site := one.Sites()[0]; site.IncomingError != "" || site.OutgoingError != "" {
				t.Errorf("%s: the link is down: %s %s", one.Site(), site.IncomingError, site.OutgoingError)
			}
		}
		s.requireConverged(t, space)
	})
	t.Run("action", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Actions)
		s, space := start(t, action)
		acctest.RequireTexts(t, space.MustShell(t, invoke), "Action complete: action.vcda_site_repair.a_to_b")
		if n := s.a.Stats().Requests["PUT /sites/{key}"]; n != 1 {
			t.Errorf("re-paired %d times", n)
		}
		s.requireConverged(t, space)
	})
}
