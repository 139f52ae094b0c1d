package vcenter_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

const (
	ticketRefused = "refused the clone ticket: it is unknown, has been used, or its session has ended"
	planAndApply  = "Terraform opens ephemeral resources in plan and again in apply"
)

// TestClone_badTickets: the error lists the three possible reasons, and never shows the ticket.
func TestClone_badTickets(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	source := connect(t, v, credentials)
	fresh := func(t *testing.T) any {
		t.Helper()
		return open(t, source, "vcda_vcenter_clone_ticket", direct.Values{}).Values["ticket"]
	}
	for _, c := range []struct {
		name   string
		ticket func(*testing.T) any
	}{
		{"unknown", func(*testing.T) any { return "cst-no-such-ticket" }},
		{"used", func(t *testing.T) any {
			ticket := fresh(t)
			open(t, connect(t, v, nil), "vcda_vcenter_session", direct.Values{"clone_ticket": ticket})
			return ticket
		}},
		{"source ended", func(t *testing.T) any {
			ticket := fresh(t)
			v.ExpireSessions()
			return ticket
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ticket := c.ticket(t)
			_, d := connect(t, v, nil).Open(t, "vcda_vcenter_session", direct.Values{"clone_ticket": ticket})
			requireError(t, d, "Unable to clone a session of the vCenter", ticketRefused, "InvalidLogin", planAndApply, "vcda_vcenter_clone_ticket", "Operation ID: terraform-")
			_, d = connect(t, v, direct.Values{"clone_ticket": direct.Values{"ticket": ticket}}).ReadData(t, "vcda_vcenter_session", direct.Values{})
			requireError(t, d, "Unable to read the session of the vCenter", ticketRefused, planAndApply)
		})
	}
}

// TestErrors: the error says what failed, why, and what to do.
func TestErrors(t *testing.T) {
	t.Parallel()
	wrong := direct.Values{"credentials": direct.Values{"username": username, "password": "wr0ng-p4ssword"}}
	for name, c := range map[string]struct {
		options vcenter.Options
		login   any
		release any
		want    []string
	}{
		"wrong password": {login: wrong, want: []string{
			"refused the login of type credentials", "InvalidLogin", "incorrect user name or password",
			"Check the fields of vcenter.login.credentials", "not tried again",
		}},
		"wrong password, faultstring": {login: wrong, options: vcenter.Options{FaultBody: vcenter.FaultString}, want: []string{
			"refused the login of type credentials", "incorrect user name or password",
		}},
		"wrong password, no text": {login: wrong, options: vcenter.Options{FaultBody: vcenter.FaultBare}, want: []string{
			"refused the login of type credentials", "InvalidLogin",
		}},
		"wrong password, XML": {login: wrong, options: vcenter.Options{FaultBody: vcenter.FaultXML}, want: []string{
			"refused the login of type credentials", "InvalidLogin", "incorrect user name or password",
		}},
		"a page of a proxy": {login: wrong, options: vcenter.Options{FaultBody: vcenter.FaultHTML}, want: []string{
			"The login to 127.0.0.1", "did not succeed", "status 500", "<h1>Internal Server Error</h1>", "a proxy or firewall answers in its place: check vcenter.url",
		}},
		"no cloning": {login: credentials, options: vcenter.Options{NoCloning: true}, want: []string{
			"does not support cloning sessions", "NotSupported", "vcenter.login.credentials",
		}},
		"older than 8.0.1": {login: credentials, options: vcenter.Options{NoVIJSON: true}, want: []string{
			"since 8.0 Update 1 (8.0.1)", "status 404", "If this is an older vCenter, it can't be used", "vcenter.release",
		}},
		"unknown release": {login: credentials, release: "8.0.9.0", want: []string{
			"does not serve release 8.0.9.0", "set vcenter.release in the provider block to a release that it supports",
		}},
		"no common release": {login: credentials, options: vcenter.Options{Releases: []string{"11.0.0.0"}}, want: []string{
			"supports none of the known releases", "Set vcenter.release in the provider block",
		}},
		"no session id": {login: credentials, options: vcenter.Options{TokenLocation: vcenter.TokenNowhere}, want: []string{
			"no session id", "a proxy or firewall answers in its place: check vcenter.url",
		}},
		"no login": {want: []string{"has no vcenter.login", "VCDA_VCENTER_LOGIN"}},
		"dead session id": {login: direct.Values{"session_id": direct.Values{"session_id": "0123456789abcdef"}}, want: []string{
			"given session is invalid or has expired", "Pass a new one", "vcenter.login.credentials",
		}},
		"dead session id, status 401": {options: vcenter.Options{Status401: true}, login: direct.Values{"session_id": direct.Values{"session_id": "0123456789abcdef"}}, want: []string{
			"given session is invalid or has expired",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := start(t, c.options)
			p := configure(t, direct.Values{"url": v.URL(), "ca_certificate": v.CertificateAuthority(), "release": c.release, "login": c.login})
			_, d := p.Open(t, "vcda_vcenter_session", direct.Values{})
			requireError(t, d, append(c.want, "Unable to clone a session of the vCenter")...)
			_, d = p.Open(t, "vcda_vcenter_session", direct.Values{})
			requireError(t, d, "Unable to clone a session of the vCenter")
			if s := v.Stats(); c.want[0] == "refused the login of type credentials" && s.FailedLogins != 1 {
				t.Errorf("%d logins were refused", s.FailedLogins)
			}
		})
	}
}

// TestSession_unknownID reads the session of an unknown ID.
func TestSession_unknownID(t *testing.T) {
	t.Parallel()
	for _, nobody := range []vcenter.NoSessionBody{vcenter.NoSessionNull, vcenter.NoSessionEmpty, vcenter.NoSession204} {
		v := start(t, vcenter.Options{NoSession: nobody})
		_, d := connect(t, v, direct.Values{"session_id": direct.Values{"session_id": "0123456789abcdef"}}).ReadData(t, "vcda_vcenter_session", direct.Values{})
		requireError(t, d, "Unable to read the session of the vCenter", "given session is invalid or has expired")
	}
}

func TestErrors_noTrust(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	_, d := configure(t, direct.Values{"url": v.URL(), "login": credentials}).ReadData(t, "vcda_vcenter_session", direct.Values{})
	requireError(t, d, "is not trusted", "If this is the right vCenter", "in the object vcenter of the provider block", `thumbprint = "`+v.Thumbprint()+`"`)
}

func TestErrors_unreachable(t *testing.T) {
	t.Parallel()
	v := start(t, vcenter.Options{})
	v.Close()
	_, d := connect(t, v, credentials).Open(t, "vcda_vcenter_clone_ticket", direct.Values{})
	requireError(t, d, "Unable to acquire a clone ticket", "got no complete response from 127.0.0.1", "Check vcenter.url in the provider block")
}

func TestClone_emptyTicket(t *testing.T) {
	t.Parallel()
	p := connect(t, start(t, vcenter.Options{}), credentials)
	requireError(t, p.ValidateEphemeral(t, "vcda_vcenter_session", direct.Values{"clone_ticket": ""}), "clone_ticket", "it is empty")
	if d := p.ValidateEphemeral(t, "vcda_vcenter_session", direct.Values{"clone_ticket": direct.Unknown}); len(d) > 0 {
		t.Error(d.Errors())
	}
}
