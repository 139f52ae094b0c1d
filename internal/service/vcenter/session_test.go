package vcenter_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// TestLogin_types uses the provider with each login type. Only a session that it opened itself is logged out.
func TestLogin_types(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	first := connect(t, v, credentials)
	ticket := open(t, first, "vcda_vcenter_clone_ticket", direct.Values{}).Values["ticket"]
	clone := open(t, first, "vcda_vcenter_session", direct.Values{}).Values["session_id"]
	requireLive(t, v, 2)
	for name, login := range map[string]direct.Values{
		"credentials":  credentials,
		"clone_ticket": {"clone_ticket": direct.Values{"ticket": ticket}},
		"session_id":   {"session_id": direct.Values{"session_id": clone}},
	} {
		t.Run(name, func(t *testing.T) {
			p := connect(t, v, login)
			if got := read(t, p)["user_name"]; got != username {
				t.Errorf("it is the session of %v", got)
			}
			open(t, p, "vcda_vcenter_session", direct.Values{})
		})
		requireLive(t, v, 2)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	before := time.Now().Add(-time.Minute)
	found := read(t, connect(t, v, credentials))
	for name, want := range map[string]any{
		"user_name": username, "full_name": username, "locale": "en_US", "message_locale": "en_US",
		"extension_session": false, "ip_address": "127.0.0.1",
	} {
		if found[name] != want {
			t.Errorf("%s is %v, want %v", name, found[name], want)
		}
	}
	for _, name := range []string{"login_time", "last_active_time"} {
		if moment, err := time.Parse(time.RFC3339, requireText(t, found[name])); err != nil || moment.Before(before) {
			t.Errorf("%s is %v", name, found[name])
		}
	}
	if agent := requireText(t, found["user_agent"]); !strings.HasPrefix(agent, "terraform-provider-vcda/test ") {
		t.Errorf("the user agent is %s", agent)
	}
	if _, ok := found["call_count"].(int64); !ok {
		t.Errorf("call_count is %v", found["call_count"])
	}
	names := slices.Sorted(maps.Keys(found))
	want := []string{"call_count", "extension_session", "full_name", "ip_address", "last_active_time", "locale", "login_time", "message_locale", "user_agent", "user_name"}
	if !slices.Equal(names, want) {
		t.Errorf("it shows %q", names)
	}
}

// TestClone_lifeCycle opens, renews and closes a clone. The provider's session stays.
func TestClone_lifeCycle(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	p := connect(t, v, credentials)
	clone := open(t, p, "vcda_vcenter_session", direct.Values{})
	if clone.Values["user_name"] != username || requireText(t, clone.Values["session_id"]) == requireText(t, clone.Values["key"]) {
		t.Errorf("opened %v", clone.Values)
	}
	soon := func() {
		t.Helper()
		if in := time.Until(clone.RenewAt); in < 9*time.Minute || in > 11*time.Minute {
			t.Errorf("renewed in %v", in)
		}
	}
	soon()
	if d := p.Renew(t, &clone); len(d) > 0 {
		t.Fatal(d.Errors())
	}
	soon()
	if got := v.Stats().Requests["POST ServiceInstance/CurrentTime"]; got != 1 {
		t.Errorf("%d requests keep the clone alive", got)
	}
	requireLive(t, v, 2)
	for range 2 { // the second one finds nothing to do
		if d := p.Close(t, clone); len(d) > 0 {
			t.Fatal(d.Errors(), d.Warnings())
		}
		requireLive(t, v, 1)
	}
	requireError(t, p.Renew(t, &clone), "Unable to keep the cloned session of the vCenter alive", "has been closed")
	if s := v.Stats(); s.Logins != 1 || s.Clones != 1 || s.Logouts != 1 {
		t.Errorf("%+v", s)
	}
}

// TestClone_idledOut: a clone that has idled out can't be renewed and needs no close.
func TestClone_idledOut(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	p := connect(t, v, credentials)
	clone := open(t, p, "vcda_vcenter_session", direct.Values{})
	v.ExpireSessions()
	requireError(t, p.Renew(t, &clone), "NotAuthenticated", "A session ends after 30 minutes without a call")
	if d := p.Close(t, clone); len(d) > 0 {
		t.Error(d.Errors(), d.Warnings())
	}
}

// TestClone_unreachableAtClose: the close warns, because the resources have been applied.
func TestClone_unreachableAtClose(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	p := connect(t, v, credentials)
	clone := open(t, p, "vcda_vcenter_session", direct.Values{})
	v.Close()
	d := p.Close(t, clone)
	if len(d.Errors()) > 0 || len(d.Warnings()) != 1 || !strings.Contains(d.Warnings()[0], "Unable to log out the cloned session") {
		t.Errorf("%q %q", d.Errors(), d.Warnings())
	}
}

// TestClone_withoutLogin clones by a ticket of another session.
func TestClone_withoutLogin(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	ticket := open(t, connect(t, v, credentials), "vcda_vcenter_clone_ticket", direct.Values{}).Values
	p := connect(t, v, nil)
	clone := open(t, p, "vcda_vcenter_session", direct.Values{"clone_ticket": ticket["ticket"]})
	if clone.Values["user_name"] != username {
		t.Errorf("cloned %v", clone.Values)
	}
	if s := v.Stats(); s.Logins != 1 || s.Clones != 1 {
		t.Errorf("%+v", s)
	}
}

// TestLogin_once: one session serves all objects, and a lost one is replaced once.
func TestLogin_once(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	p := connect(t, v, credentials)
	read(t, p)
	open(t, p, "vcda_vcenter_clone_ticket", direct.Values{})
	read(t, p)
	if got := v.Stats().Logins; got != 1 {
		t.Errorf("%d logins", got)
	}
	v.ExpireSessions()
	read(t, p)
	if got := v.Stats().Logins; got != 2 {
		t.Errorf("%d logins after the session was lost", got)
	}
}

// TestReleases uses the negotiated release, the pinned one, and that of a vCenter which negotiates none.
func TestReleases(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options vcenter.Options
		pinned  any
		want    string
	}{
		"agreed on": {want: "/sdk/vim25/8.0.3.0/"},
		"pinned":    {pinned: "8.0.2.0", want: "/sdk/vim25/8.0.2.0/"},
		"8.0.1":     {options: vcenter.Options{NoHello: true, Releases: []string{"8.0.1.0"}}, want: "/sdk/vim25/8.0.1.0/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := start(t, c.options)
			read(t, configure(t, direct.Values{"url": v.URL(), "thumbprint": v.Thumbprint(), "release": c.pinned, "login": credentials}))
			requests := v.Requests()
			if last := requests[len(requests)-1].Path; !strings.HasPrefix(last, c.want) {
				t.Errorf("asked for %s", last)
			}
			if hello := v.Stats().Requests["POST /api/vcenter/system"]; (hello == 0) != (c.pinned != nil) {
				t.Errorf("%d requests for a release", hello)
			}
		})
	}
}

// TestEphemeral_copiedTicket: characters that copying adds to a ticket are not sent.
func TestEphemeral_copiedTicket(t *testing.T) {
	t.Parallel()
	p := connect(t, start(t, vcenter.Options{}), credentials)
	ticket := requireText(t, open(t, p, "vcda_vcenter_clone_ticket", direct.Values{}).Values["ticket"])
	open(t, p, "vcda_vcenter_session", direct.Values{"clone_ticket": "\n " + ticket + "\r\n"})
}
