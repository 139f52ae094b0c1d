package sitepairing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestWarnings_halfPaired: while only one side has paired, the link can't work. That is a warning, also after an
// update.
func TestWarnings_halfPaired(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := configured(t, a)
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b)))
		requireLinkWarning := func(d direct.Diagnostics) {
			t.Helper()
			if errors := d.Errors(); len(errors) > 0 {
				t.Fatal(errors)
			}
			requireOne(t, d.Warnings(), "A link does not work yet: PeerSiteNotPaired", "incoming: PeerSiteNotPaired", "Pair the other side too")
			if strings.Contains(d.Warnings()[0], "outgoing:") || strings.Contains(d.Warnings()[0], "thumbprint") {
				t.Errorf("it says too much: %s", d.Warnings()[0])
			}
		}
		requireLinkWarning(problems)
		incoming, _ := object.Values["incoming_comm_error"].(direct.Values)
		if object.Values["healthy"] != false || object.Values["outgoing_comm_error"] != nil || incoming["code"] != "PeerSiteNotPaired" {
			t.Errorf("state %v", object.Values)
		}
		configure(t, p, a)
		object, problems = p.Apply(t, p.Plan(t, pairingType, object, values(b, "description", "x")))
		requireLinkWarning(problems)

		// The other side pairs. The next refresh shows it without a warning.
		b.Pair("site-a")
		object, problems = p.Refresh(t, pairingType, object)
		if len(problems) > 0 || object.Values["healthy"] != true || object.Values["incoming_comm_error"] != nil {
			t.Errorf("%v, state %v", problems.Warnings(), object.Values)
		}
	})
}

// TestWarnings_thumbprintMismatch: the task succeeds, but the appliance sees another certificate than the configured
// one. The warning shows both thumbprints, and its advice works.
func TestWarnings_thumbprintMismatch(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
		p := configured(t, a)
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b, "api_thumbprint", wrong)))
		if errors := problems.Errors(); len(errors) > 0 {
			t.Fatal(errors)
		}
		requireOne(t, problems.Warnings(), "The link with the site site-b does not work yet", "outgoing: CertificateMismatch: Certificate differs from the expected one.", "Compare the thumbprint",
			"configured: "+wrong, "seen:       "+b.Thumbprint())
		if object.Values["healthy"] != false {
			t.Error("the state says it is healthy")
		}
		configure(t, p, a)
		object, problems = p.Apply(t, p.Plan(t, pairingType, object, values(b)))
		if len(problems) > 0 || object.Values["healthy"] != true {
			t.Errorf("afterwards: %v, %v, state %v", problems.Errors(), problems.Warnings(), object.Values)
		}
	})
}

// TestWarnings_mismatchWithoutPeerCertificate: the appliance can't read the certificate. The warning is shown without
// the thumbprints.
func TestWarnings_mismatchWithoutPeerCertificate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Fault(simulator.Fault{Path: "/config/remote-certificate", Kind: simulator.Status, Status: 404})
		wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
		p := configured(t, a)
		_, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b, "api_thumbprint", wrong)))
		if errors := problems.Errors(); len(errors) > 0 {
			t.Fatal(errors)
		}
		requireOne(t, problems.Warnings(), "configured: "+wrong)
		if strings.Contains(problems.Warnings()[0], "seen:") {
			t.Error("a thumbprint is shown as seen")
		}
	})
}

// TestWarnings_ofOneTask: the command line shows each of several warnings of one task.
func TestWarnings_ofOneTask(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	b.Pair("site-a")
	a.WarnNextTask("the first")
	a.WarnNextTask("the second")
	out := acctest.NewWorkspace(t, config(a, argumentsFor(b))).MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, out, "Warning of the appliance: SimulatedWarning: the first", "Warning of the appliance: SimulatedWarning: the second")
}

// TestWarnings_manyHalves: each pairing that is paired first warns, and the command line shows one of the warnings.
func TestWarnings_manyHalves(t *testing.T) {
	t.Parallel()
	a, peers := startUnserved(t, simulator.Manager, 3, 400*time.Millisecond)
	text := acctest.ProviderBlock(a, "preflight = false")
	for _, peer := range peers {
		text += pairing(peer.Site(), argumentsFor(peer))
	}
	out := acctest.NewWorkspace(t, text).MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, out, "A link does not work yet: PeerSiteNotPaired", "(and 2 more similar warnings elsewhere)", "3 added")
	if n := strings.Count(out, "Pair the other side too"); n != 1 {
		t.Errorf("%d warnings are shown:\n%s", n, out)
	}
}

// TestWarnings_commandLine: the CLI shows the warning in the apply, and not in the next plan.
func TestWarnings_commandLine(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
	out := w.MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, out, "Warning: A link does not work yet: PeerSiteNotPaired", "incoming: PeerSiteNotPaired", "Pair the other side too", "1 added")
	acctest.RequireNoTexts(t, w.MustRun(t, "plan", "-no-color", "-detailed-exitcode"), "Warning: A link")
	wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
	w.Configure(t, config(a, argumentsFor(b).with(arguments{"api_thumbprint": quoted(wrong)})))
	out = w.MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, out, "CertificateMismatch", "configured: "+wrong, "seen: "+b.Thumbprint())
}

// TestCreate_taskFails: the error has the text of the appliance, and no state is left.
func TestCreate_taskFails(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := configured(t, a)
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b, "api_url", "https://nobody.example.com:8048")))
		requireError(t, problems, "Unable to pair with the site at https://nobody.example.com:8048", "SiteUnreachable: No site answers at https://nobody.example.com:8048.")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
	})
}

// TestDelete_replicationsExist: the error of a refused unpairing has the text of the appliance, and the state stays.
func TestDelete_replicationsExist(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := configured(t, a)
		made := apply(t, p, p.Plan(t, pairingType, none, values(b)))
		a.AddReplications("site-b", 2)
		object, problems := p.Apply(t, p.Plan(t, pairingType, made, nil))
		requireError(t, problems, "Unable to unpair the site pairing site-b", "ReplicationsExist", "replications")
		if object.Values == nil || object.Values["pending_task_id"] != nil {
			t.Errorf("state %v", object.Values)
		}
		a.AddReplications("site-b", -2)
		requireUnchanged(t, a, object, values(b))
	})
}

// TestCreate_alreadyPaired: a pairing from outside this state is not adopted; the import command in the message
// works.
func TestCreate_alreadyPaired(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		key := a.Pair("site-b")
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b).with(arguments{"api_url": quoted(otherURL(b))})))
		out, code := w.Run(t, "apply", "-no-color", "-auto-approve")
		if code == 0 {
			t.Error("the apply succeeded")
		}
		command := "terraform import vcda_site_pairing.NAME " + key
		acctest.RequireTexts(t, out, "The appliance is paired with the site site-b already", command)
		if err := checkSent(a, 0, 0, 0)(nil); err != nil {
			t.Error(err)
		}
		w.MustRun(t, "import", "-no-color", address, key)
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	})
}

// TestCreate_otherName: the site has another name than the configured one. The Cloud service refuses that itself; the
// Manager learns the name only after the pairing.
func TestCreate_otherName(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := configured(t, a)
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b, "site", "site-x")))
		if a.Service() == simulator.Cloud {
			requireError(t, problems, "The peer's site is site-b, not site-x.")
		} else {
			requireError(t, problems, `calls itself "site-b", not "site-x"`)
		}
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
	})
}
