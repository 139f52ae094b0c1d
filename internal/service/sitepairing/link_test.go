package sitepairing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// waitForLinkConfig returns the arguments of a pairing that waits for its link, with a timeout for one operation.
func waitForLinkConfig(b *simulator.Appliance, operation, limit string, changes ...string) direct.Values {
	v := withTimeout(b, operation, limit, changes...)
	v["wait_for_link"] = true
	return v
}

// callAtList calls an action at the n-th read of the list of sites.
func callAtList(a *simulator.Appliance, n int, action func()) {
	looks := 0
	a.BeforeResponse(func(r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/sites" {
			if looks++; looks == n {
				action()
			}
		}
	})
}

// TestWaitForLink waits until the other side has paired, after a create and after an update.
func TestWaitForLink(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		callAtList(a, 3, func() { b.Pair("site-a") })
		object, problems := attempt(t, a, none, waitForLinkConfig(b, "create", "1m"))
		a.BeforeResponse(nil)
		if len(problems) > 0 || object.Values["healthy"] != true {
			t.Errorf("%q, state %v", problems.Warnings(), object.Values)
		}
		requireComplete(t, a, object)
		b.Unpair("site-a")
		callAtList(a, 3, func() { b.Pair("site-a") })
		object, problems = attempt(t, a, object, waitForLinkConfig(b, "update", "1m", "description", "two"))
		a.BeforeResponse(nil)
		if len(problems) > 0 || object.Values["healthy"] != true {
			t.Errorf("%q, state %v", problems.Warnings(), object.Values)
		}
		requireSent(t, a, 1, 1, 0)
	})
}

// TestWaitForLink_createTimesOut: a create whose link does not work in time keeps the pairing, with a warning that
// names the directions. An error would taint it.
func TestWaitForLink_createTimesOut(t *testing.T) {
	t.Parallel()
	type problem struct {
		prepare    func(a, b *simulator.Appliance)
		thumbprint string
		says       []string
	}
	wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
	runConcurrently(t, onBothServices(map[string]problem{
		"other side not paired": {func(_, _ *simulator.Appliance) {}, "", []string{"incoming: PeerSiteNotPaired", "Pair the other side too"}},
		"wrong thumbprint":      {func(_, b *simulator.Appliance) { b.Pair("site-a") }, wrong, []string{"outgoing: CertificateMismatch", "Compare the thumbprint"}},
	}), func(t *testing.T, c serviceCase[problem]) {
		a, b := startSites(t, c.service, time.Second)
		c.value.prepare(a, b)
		v := waitForLinkConfig(b, "create", shortTime)
		if c.value.thumbprint != "" {
			v["api_thumbprint"] = c.value.thumbprint
		}
		object, problems := attempt(t, a, none, v)
		requireWarning(t, problems, append(c.value.says, "The operation timed out. So the wait for the link has ended, and the pairing is saved", "is paired")...)
		requireComplete(t, a, object)
		requireSent(t, a, 1, 0, 0)
	})
}

// TestWaitForLink_updateTimesOut: an update whose link does not work in time ends with an error and the new state.
func TestWaitForLink_updateTimesOut(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		object := applyConfig(t, a, none, values(b))
		b.Unpair("site-a")
		changed, problems := attempt(t, a, object, waitForLinkConfig(b, "update", shortTime, "description", "two"))
		requireError(t, problems, "Unable to change", "The operation timed out", "The site site-b is paired, but the link does not work", "incoming: PeerSiteNotPaired", "Pair the other side too", "Operation ID: terraform-")
		requireComplete(t, a, changed)
		if changed.Values["description"] != "two" || changed.Values["wait_for_link"] != true {
			t.Errorf("state %v", changed.Values)
		}
		requireSent(t, a, 1, 1, 0)
	})
}

// TestExpectLink: the side that pairs first does not warn, and healthy shows the link. A change of expect_link alone
// sends no request.
func TestExpectLink(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		v := values(b)
		v["expect_link"] = false
		object, problems := attempt(t, a, none, v)
		if len(problems) > 0 || object.Values["healthy"] != false {
			t.Errorf("%q, state %v", problems.Warnings(), object.Values)
		}
		before := a.Stats().Total
		p := newProcess(t, a)
		plan := p.Plan(t, pairingType, object, values(b))
		changed, problems := p.Apply(t, plan)
		if calls := a.Stats().Total - before; len(problems) > 0 || changed.Values["expect_link"] != true || calls > 2 { // a login and about, for the plan
			t.Errorf("%q, %d calls, state %v", problems.Errors(), calls, changed.Values)
		}
		v["wait_for_link"] = true
		requireError(t, newProcess(t, a).ValidateResource(t, pairingType, v), "Invalid expect_link")
	})
}

// TestWaitForLink_unpairedMeanwhile: the site is unpaired outside Terraform during the wait for its link.
func TestWaitForLink_unpairedMeanwhile(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		callAtList(a, 3, func() { a.Unpair("site-b") })
		object, problems := attempt(t, a, none, waitForLinkConfig(b, "create", "1m"))
		requireWarning(t, problems, "So the wait for the link has ended", "not in the list")
		removed, _ := readAgain(t, a, object)
		requireGone(t, a, removed)
	})
}

// TestInterrupt_waitForLink: the pairing exists and is saved.
func TestInterrupt_waitForLink(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		looks := 0
		object, problems := interruptAt(t, a, none, waitForLinkConfig(b, "create", "1m"), func(r *http.Request) bool {
			if r.Method == http.MethodGet && r.URL.Path == "/sites" {
				looks++
			}
			return looks == 3
		})
		requireWarning(t, problems, "Interrupted while waiting for the link")
		requireComplete(t, a, object)
	})
}
