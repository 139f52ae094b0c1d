package acctest_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestGuideGettingStarted goes from nothing to a one-sided pairing, which has a plan that
// is empty, and looks at a certificate in each way the guide shows.
func TestGuideGettingStarted(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/getting-started.md")
	openssl, look := g.shell(t, "With openssl"), g.terraform(t, "With a data source")
	plan, first := g.terraform(t, "The first plan"), g.shell(t, "The first plan")
	pairing, apply := g.terraform(t, "The first pairing"), g.shell(t, "The first pairing")
	t.Run("first pairing", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, simulator.Manager)
		password := w.a.Accounts().LocalUsers[0].Password
		space := w.desk(t, map[string]string{"vcda/site-a": password})
		space.Install(t)
		space.Write(t, "main.tf", w.inhabit(plan, ""))
		acctest.RequireTexts(t, space.MustShell(t, first), `service = "manager"`, `site = "site-a"`, `+ "ADMINISTRATORS"`)
		space.Write(t, "pairing.tf", w.inhabit(pairing, ""))
		space.Env = append(space.Env, "VCDA_PASSWORD="+password)
		acctest.RequireTexts(t, space.MustShell(t, apply), "1 to add, 0 to change, 0 to destroy", "A link does not work yet: PeerSiteNotPaired")
		w.asConfigured(t, space)
	})
	t.Run("openssl", func(t *testing.T) {
		t.Parallel()
		if _, err := exec.LookPath("openssl"); err != nil {
			return // it is on most machines, but on none that has to have it
		}
		w := newWorld(t, simulator.Manager)
		_, seen, _ := strings.Cut(w.desk(t, nil).MustShell(t, w.inhabit(openssl, "")), "=")
		if "SHA-256:"+strings.TrimSpace(seen) != w.b.Thumbprint() {
			t.Errorf("%s is not %s", seen, w.b.Thumbprint())
		}
	})
	t.Run("data source", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, simulator.Manager)
		space := w.desk(t, nil)
		space.Write(t, "look.tf", w.inhabit(look, ""))
		acctest.RequireTexts(t, space.MustRun(t, "apply"), w.b.Thumbprint())
		w.asConfigured(t, space)
	})
}

// passwords are those of the variables for both sides.
func (w world) passwords() []string {
	return []string{"TF_VAR_password_a=" + w.a.Accounts().LocalUsers[0].Password, "TF_VAR_password_b=" + w.b.Accounts().LocalUsers[0].Password}
}

// TestGuideTwoWayPairing pairs both sides, in an order that ends with a link that works.
// Replications keep a side from being unpaired.
func TestGuideTwoWayPairing(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/two-way-pairing.md")
	halves, destroy := g.terraform(t, "Both halves"), g.shell(t, "Unpairing")
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, service)
			space := w.desk(t, nil)
			space.Env = append(space.Env, w.passwords()...)
			space.Write(t, "main.tf", w.inhabit(halves, ""))
			out := space.MustRun(t, "apply")
			acctest.RequireTexts(t, out, "link_works = true")
			acctest.RequireNoTexts(t, out, "does not work yet")
			space.MustRun(t, "plan", "-detailed-exitcode")
			w.b.AddReplications("site-a", 1)
			out, code := space.Shell(t, destroy)
			if code == 0 {
				t.Error("a site with replications is unpaired")
			}
			acctest.RequireTexts(t, out, "Site site-a has 1 replications")
			w.b.AddReplications("site-a", -1)
			acctest.RequireTexts(t, space.MustShell(t, destroy), "2 destroyed")
			if left := len(w.a.Sites()) + len(w.b.Sites()); left > 0 {
				t.Errorf("%d pairings are left", left)
			}
			w.checkSessions(t)
		})
	}
}

// twoWayProviders are the provider blocks of the guide on pairing two sites, as the one on
// certificates changes them.
func twoWayProviders(t *testing.T) string {
	t.Helper()
	halves := blocksOf(files(t, guidesFolder)["two-way-pairing.md"]).terraform(t, "Both halves")
	providers, _, _ := strings.Cut(halves, "resource \"vcda_site_pairing\"")
	return strings.NewReplacer(`"`+thumbprintOfA+`"`, "local.thumbprint_a", `"`+thumbprintOfB+`"`, "local.thumbprint_b").Replace(providers)
}

// TestGuideCertificateReplacement gives b another certificate: what shows, and what one
// changed line does.
func TestGuideCertificateReplacement(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/certificate-replacement.md")
	prepared, through := twoWayProviders(t)+g.terraform(t, "Prepare"), g.shell(t, "A certificate changed unexpectedly")
	action, invoke := g.terraform(t, "Re-pair by hand"), g.shell(t, "Re-pair by hand")
	begin := func(t *testing.T, more string) (world, *acctest.Workspace) {
		t.Helper()
		w := newWorld(t, simulator.Manager)
		space := w.desk(t, nil)
		space.Env = append(space.Env, w.passwords()...)
		space.Write(t, "main.tf", w.inhabit(prepared, ""))
		space.Write(t, "more.tf", more)
		acctest.RequireNoTexts(t, space.MustRun(t, "apply"), "Check block assertion failed")
		space.MustRun(t, "plan", "-detailed-exitcode")
		return w, space
	}
	t.Run("new certificate", func(t *testing.T) {
		t.Parallel()
		w, space := begin(t, "")
		old := w.b.Thumbprint()
		w.b.RotateCertificate()

		out, code := space.Run(t, "plan")
		if code != 1 {
			t.Errorf("exit code %d", code)
		}
		acctest.RequireTexts(t, out, "The certificate of", "is not trusted", "thumbprint: "+w.b.Thumbprint(), "configured: "+old)
		acctest.RequireTexts(t, space.MustShell(t, through), "CertificateMismatch")
		space.Env = append(space.Env, "VCDA_CA_CERTIFICATE="+w.fixture.CertificateAuthority())
		acctest.RequireTexts(t, space.MustRun(t, "plan", "-detailed-exitcode"), "The link is down", "CertificateMismatch")

		space.Write(t, "main.tf", w.inhabit(prepared, "")) // with the new thumbprint
		acctest.RequireTexts(t, space.MustRun(t, "apply"), "0 to add, 2 to change, 0 to destroy", "0 added, 2 changed, 0 destroyed")
		for _, one := range []*simulator.Appliance{w.a, w.b} {
			if n := one.Stats().Requests["PUT /sites/{key}"]; n != 1 {
				t.Errorf("%s was re-paired %d times", one.Site(), n)
			}
			if site := one.Sites()[0]; site.IncomingError != "" || site.OutgoingError != "" {
				t.Errorf("%s: the link is down: %s %s", one.Site(), site.IncomingError, site.OutgoingError)
			}
		}
		w.asConfigured(t, space)
	})
	t.Run("action", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Actions)
		w, space := begin(t, action)
		acctest.RequireTexts(t, space.MustShell(t, invoke), "Action complete: action.vcda_site_repair.a_to_b")
		if n := w.a.Stats().Requests["PUT /sites/{key}"]; n != 1 {
			t.Errorf("re-paired %d times", n)
		}
		w.asConfigured(t, space)
	})
}
