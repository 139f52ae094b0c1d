package sitepairing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// waiting are the arguments of a pairing that waits for its link, with a time
// for one operation.
func waiting(b *simulator.Appliance, operation, limit string, changes ...string) direct.Values {
	v := inTime(b, operation, limit, changes...)
	v["wait_for_link"] = true
	return v
}

// looked calls an action at the n-th look at the list of sites.
func looked(a *simulator.Appliance, n int, action func()) {
	looks := 0
	a.BeforeResponse(func(r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/sites" {
			if looks++; looks == n {
				action()
			}
		}
	})
}

// TestWaitForLink waits until the other side has paired too, after a create and
// after an update.
func TestWaitForLink(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		looked(a, 3, func() { b.Pair("site-a") })
		object, problems := attempt(t, a, none, waiting(b, "create", "1m"))
		a.BeforeResponse(nil)
		if len(problems) > 0 || object.Values["healthy"] != true {
			t.Errorf("%q, state %v", problems.Warnings(), object.Values)
		}
		complete(t, a, object)
		b.Unpair("site-a")
		looked(a, 3, func() { b.Pair("site-a") })
		object, problems = attempt(t, a, object, waiting(b, "update", "1m", "description", "two"))
		a.BeforeResponse(nil)
		if len(problems) > 0 || object.Values["healthy"] != true {
			t.Errorf("%q, state %v", problems.Warnings(), object.Values)
		}
		sent(t, a, 1, 1, 0)
	})
}

// TestWaitForLink_createTimesOut: a create whose link is not up in time keeps the pairing, with a
// warning that names the directions: an error would taint it.
func TestWaitForLink_createTimesOut(t *testing.T) {
	t.Parallel()
	type problem struct {
		prepare    func(a, b *simulator.Appliance)
		thumbprint string
		says       []string
	}
	wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
	together(t, onBoth(map[string]problem{
		"other side not paired": {func(_, _ *simulator.Appliance) {}, "", []string{"incoming: PeerSiteNotPaired", "Pair the other side too"}},
		"wrong thumbprint":      {func(_, b *simulator.Appliance) { b.Pair("site-a") }, wrong, []string{"outgoing: CertificateMismatch", "Compare the thumbprint"}},
	}), func(t *testing.T, c serviceCase[problem]) {
		a, b := estateOf(t, c.service, time.Second)
		c.is.prepare(a, b)
		v := waiting(b, "create", shortTime)
		if c.is.thumbprint != "" {
			v["api_thumbprint"] = c.is.thumbprint
		}
		object, problems := attempt(t, a, none, v)
		warned(t, problems, append(c.is.says, "The operation timed out. So the wait for the link has ended, and the pairing is saved", "is paired")...)
		complete(t, a, object)
		sent(t, a, 1, 0, 0)
	})
}

// TestWaitForLink_updateTimesOut: an update whose link is not up in time ends with an error and the
// new state.
func TestWaitForLink_updateTimesOut(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		object := succeeds(t, a, none, values(b))
		b.Unpair("site-a")
		changed, problems := attempt(t, a, object, waiting(b, "update", shortTime, "description", "two"))
		one(t, problems, "Unable to change", "The operation timed out", "The site site-b is paired, but the link does not work", "incoming: PeerSiteNotPaired", "Pair the other side too", "Operation ID: terraform-")
		complete(t, a, changed)
		if changed.Values["description"] != "two" || changed.Values["wait_for_link"] != true {
			t.Errorf("state %v", changed.Values)
		}
		sent(t, a, 1, 1, 0)
	})
}

// TestExpectLink: no warning on the half that pairs first, and healthy tells as
// ever. A change of it alone is no call.
func TestExpectLink(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		v := values(b)
		v["expect_link"] = false
		object, problems := attempt(t, a, none, v)
		if len(problems) > 0 || object.Values["healthy"] != false {
			t.Errorf("%q, state %v", problems.Warnings(), object.Values)
		}
		before := a.Stats().Total
		p := process(t, a)
		plan := p.Plan(t, pairingType, object, values(b))
		changed, problems := p.Apply(t, plan)
		if calls := a.Stats().Total - before; len(problems) > 0 || changed.Values["expect_link"] != true || calls > 2 { // a login and about, for the plan
			t.Errorf("%q, %d calls, state %v", problems.Errors(), calls, changed.Values)
		}
		v["wait_for_link"] = true
		one(t, process(t, a).ValidateResource(t, pairingType, v), "Invalid expect_link")
	})
}

// TestWaitForLink_unpairedMeanwhile: somebody unpairs the site while we wait for its link.
func TestWaitForLink_unpairedMeanwhile(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		looked(a, 3, func() { a.Unpair("site-b") })
		object, problems := attempt(t, a, none, waiting(b, "create", "1m"))
		warned(t, problems, "So the wait for the link has ended", "not in the list")
		removed, _ := refreshed(t, a, object)
		gone(t, a, removed)
	})
}

// TestInterrupt_waitForLink: the pairing is there, and the state has it.
func TestInterrupt_waitForLink(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		looks := 0
		object, problems := stopped(t, a, none, waiting(b, "create", "1m"), func(r *http.Request) bool {
			if r.Method == http.MethodGet && r.URL.Path == "/sites" {
				looks++
			}
			return looks == 3
		})
		warned(t, problems, "Interrupted while waiting for the link")
		complete(t, a, object)
	})
}
