package messages_test

import (
	"maps"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// vcenterLogin is the login of a simulated vCenter.
var vcenterLogin = values{"credentials": values{"username": "administrator@vsphere.local", "password": "VMware1!"}}

// connectVCenter serves the provider for a vCenter.
func (s *scenario) connectVCenter(t *testing.T, v *vcenter.Server, changes values) *direct.Provider {
	t.Helper()
	object := values{"url": v.URL(), "thumbprint": v.Thumbprint(), "login": vcenterLogin}
	maps.Copy(object, changes)
	return s.configure(t, values{"max_retries": 0, "vcenter": object})
}

// clonedSession clones a session of a vCenter.
func clonedSession(title string, o vcenter.Options, changes, config values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		v := s.startVCenter(t, o)
		_, d := s.connectVCenter(t, v, changes).Open(t, "vcda_vcenter_session", config)
		s.record(t, d)
	}}
}

// oddVCenterSession clones a session of a vCenter with odd responses.
func oddVCenterSession(title string, answers map[string]string) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		object := s.startOddVCenter(t, answers)
		object["login"] = vcenterLogin
		_, d := s.configure(t, values{"max_retries": 0, "vcenter": object}).Open(t, "vcda_vcenter_session", values{})
		s.record(t, d)
	}}
}

func wrongCredentials(user string) values {
	return values{"credentials": values{"username": user, "password": "wrong"}}
}

var vcenters = []situation{
	clonedSession("No login", vcenter.Options{}, values{"login": nil}, values{}),
	clonedSession("A wrong password", vcenter.Options{}, values{"login": wrongCredentials("administrator@vsphere.local")}, values{}),
	clonedSession("An unknown ticket", vcenter.Options{}, values{"login": nil}, values{"clone_ticket": "cst-unknown"}),
	clonedSession("An unknown session ID", vcenter.Options{}, values{"login": values{"session_id": values{"session_id": "0123456789abcdef"}}}, values{}),
	clonedSession("An old vCenter", vcenter.Options{NoVIJSON: true}, nil, values{}),
	clonedSession("A release that the vCenter does not have", vcenter.Options{}, values{"release": "8.0.9.0"}, values{}),
	clonedSession("No release in common", vcenter.Options{Releases: []string{"11.0.0.0"}}, nil, values{}),
	clonedSession("No session ID in the response", vcenter.Options{TokenLocation: vcenter.TokenNowhere}, nil, values{}),
	clonedSession("The vCenter does not clone sessions", vcenter.Options{NoCloning: true}, nil, values{}),
	clonedSession("A page of a proxy", vcenter.Options{FaultBody: vcenter.FaultHTML}, values{"login": wrongCredentials("administrator@vsphere.local")}, values{}),
	clonedSession("A fault without a text", vcenter.Options{FaultBody: vcenter.FaultBare}, values{"login": wrongCredentials("administrator@vsphere.local")}, values{}),
	clonedSession("The certificate is not trusted", vcenter.Options{}, values{"thumbprint": nil}, values{}),
	clonedSession("Nothing listens at the address", vcenter.Options{}, values{"url": unusedURL}, values{}),
	oddVCenterSession("A response without a session manager", map[string]string{"/content": `{}`}),
	oddVCenterSession("A response without a ticket", map[string]string{"/AcquireCloneTicket": `{"ticket":7}`}),
	oddVCenterSession("A response without a user", map[string]string{"/AcquireCloneTicket": `"cst"`, "/CloneSession": `{}`}),
	oddVCenterSession("The call is not supported", map[string]string{"/AcquireCloneTicket": `{"_typeName":"NotSupported"}`}),
	oddVCenterSession("The user lacks a privilege", map[string]string{"/AcquireCloneTicket": `{"_typeName":"NoPermission"}`}),
	{title: "A ticket that was used", run: func(t *testing.T, s *scenario) {
		v := s.startVCenter(t, vcenter.Options{})
		ticket, d := s.connectVCenter(t, v, nil).Open(t, "vcda_vcenter_clone_ticket", values{})
		s.record(t, d)
		p := s.connectVCenter(t, v, values{"login": values{"clone_ticket": values{"ticket": ticket.Values["ticket"]}}})
		p.ReadData(t, "vcda_vcenter_session", values{})
		v.ExpireSessions()
		s.readData(t, p, "vcda_vcenter_session", values{})
	}},
	{title: "Ticket: nothing listens at the address", run: func(t *testing.T, s *scenario) {
		_, d := s.connectVCenter(t, s.startVCenter(t, vcenter.Options{}), values{"url": unusedURL}).Open(t, "vcda_vcenter_clone_ticket", values{})
		s.record(t, d)
	}},
	{title: "An empty ticket", run: func(t *testing.T, s *scenario) {
		s.record(t, s.serve(t).ValidateEphemeral(t, "vcda_vcenter_session", values{"clone_ticket": ""}))
	}},
	{title: "Renew: the clone has ended", run: func(t *testing.T, s *scenario) {
		v := s.startVCenter(t, vcenter.Options{})
		p := s.connectVCenter(t, v, nil)
		open, d := p.Open(t, "vcda_vcenter_session", values{})
		s.record(t, d)
		v.ExpireSessions()
		s.record(t, p.Renew(t, &open))
	}},
	{title: "Renew and close: the clone was logged out", run: func(t *testing.T, s *scenario) {
		p := s.connectVCenter(t, s.startVCenter(t, vcenter.Options{}), nil)
		open, d := p.Open(t, "vcda_vcenter_session", values{})
		s.record(t, d)
		s.record(t, p.Close(t, open))
		s.record(t, p.Renew(t, &open))
	}},
	{title: "Close: the vCenter refuses", run: func(t *testing.T, s *scenario) {
		object := s.startOddVCenter(t, map[string]string{"/AcquireCloneTicket": `"cst"`, "/CloneSession": `{"key":"1","userName":"dr"}`, "/Logout": `{"_typeName":"RuntimeFault"}`})
		object["login"] = vcenterLogin
		p := s.configure(t, values{"max_retries": 0, "vcenter": object})
		open, d := p.Open(t, "vcda_vcenter_session", values{})
		s.record(t, d)
		s.record(t, p.Close(t, open))
	}},
}
