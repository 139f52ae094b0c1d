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
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
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

// TestLinkNeverUp: where a certificate is not the expected one, the error does
// not send anybody waiting.
func TestLinkNeverUp(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		v := waiting(b, "create", shortTime, "api_thumbprint", "SHA-256:"+strings.Repeat("AB:", 31)+"AB")
		_, problems := attempt(t, a, none, v)
		one(t, problems, "The site site-b is paired, but the link was not up in time", "outgoing: CertificateMismatch", "Compare the thumbprint", "Nothing is lost", "Operation ID: terraform-")
		if text := problems.Errors()[0]; strings.Contains(text, "more time") {
			t.Errorf("it says too much: %s", text)
		}
	})
}

// TestLinkTooLate: when the time is up the error says which side is missing. The
// pairing isn't lost: the next apply takes it over and waits on.
func TestLinkTooLate(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		object, problems := attempt(t, a, none, waiting(b, "create", shortTime))
		one(t, problems, "The site site-b is paired, but the link was not up in time", "incoming: PeerSiteNotPaired", "Pair the other side too",
			"The appliance is paired with the site. Nothing is lost", "Operation ID: terraform-")
		if text := problems.Errors()[0]; strings.Contains(text, "outgoing:") || strings.Contains(text, "goes on with the task") {
			t.Errorf("it says too much: %s", text)
		}
		left(t, object)
		looked(a, 4, func() { b.Pair("site-a") })
		object, problems = attempt(t, a, none, waiting(b, "create", "1m"))
		a.BeforeResponse(nil)
		warned(t, problems, "is taken over")
		complete(t, a, object)
		sent(t, a, 1, 0, 0)

		b.Unpair("site-a")
		kept, problems := attempt(t, a, object, waiting(b, "update", shortTime, "description", "two"))
		one(t, problems, "Unable to change", "the link was not up in time", "incoming: PeerSiteNotPaired", "Pair the other side too")
		if kept.Values["id"] != object.Values["id"] {
			t.Errorf("state %v", kept.Values)
		}
	})
}

// TestWrongThumbprintTooLate: waiting can't help where the thumbprint is wrong,
// and the error says so.
func TestWrongThumbprintTooLate(t *testing.T) {
	t.Parallel()
	a, b := estateOf(t, simulator.Manager, 50*time.Millisecond)
	b.Pair("site-a")
	wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
	_, problems := attempt(t, a, none, waiting(b, "create", shortTime, "api_thumbprint", wrong))
	one(t, problems, "outgoing: CertificateMismatch", "Compare the thumbprint")

	// The other way round: the other side expects another certificate of ours.
	object := succeeds(t, a, none, values(b))
	b.SetThumbprint("site-a", wrong)
	_, problems = attempt(t, a, object, values(b, "description", "two"))
	warned(t, problems, "incoming: CertificateMismatch", "pair it again from there")
	sent(t, a, 1, 2, 0)
}

// TestUnpairedWhileWaiting: somebody unpairs the site while we wait for its link.
func TestUnpairedWhileWaiting(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		looked(a, 3, func() { a.Unpair("site-b") })
		object, problems := attempt(t, a, none, waiting(b, "create", "1m"))
		one(t, problems, "The site is not in the list")
		gone(t, a, object)
	})
}

// TestInterruptedWhileWaitingForLink: the pairing is there, and the state has it.
func TestInterruptedWhileWaitingForLink(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
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
