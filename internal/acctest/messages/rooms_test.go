package messages_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// invokes says what comes of an action, and what it tells on the way.
func (s *scene) invokes(t *testing.T, p *direct.Provider, name string, config values) {
	t.Helper()
	messages, d := p.Invoke(t, name, config)
	for _, message := range messages {
		s.shows("Progress", message)
	}
	s.says(t, d)
}

// repairs is what comes of the action that re-pairs.
func repairs(title string, prepare func(a, b *simulator.Appliance) (id string)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		s.invokes(t, s.on(t, a), "vcda_site_repair", values{"id": prepare(a, b)})
	}}
}

var listsAndActions = []situation{
	{title: "terraform query: the user lacks a role", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		a.Fault(fault("GET", "/sites", http.StatusForbidden, ""))
		_, d := s.on(t, a).List(t, pairingType, values{})
		s.says(t, d)
	}},
	repairs("Re-pair: the link does not work afterwards", func(a, b *simulator.Appliance) string { return a.Pair(b.Site()) }),
	repairs("Re-pair: there is no such site", func(a, b *simulator.Appliance) string {
		a.Pair(b.Site())
		return "site-x"
	}),
	repairs("Re-pair: the task fails", func(a, b *simulator.Appliance) string {
		a.FailNextTask("repair", "SiteUnreachable", "No answer from there.")
		return a.Pair(b.Site())
	}),
	{title: "Re-pair: interrupted", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		id := a.Pair(b.Site())
		a.FreezeTasks(true)
		p := s.on(t, a)
		stopped := make(chan struct{})
		when(a, request("PUT", "/sites/"), func() {
			stop := func() { go func() { defer close(stopped); p.Stop(t) }() } // it waits for the action
			a.Fault(simulator.Fault{Path: "/tasks/", Times: 1, Kind: simulator.Hang, OnHang: stop})
		})
		s.invokes(t, p, "vcda_site_repair", values{"id": id})
		<-stopped
	}},
	{title: "Health check: all is well", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		s.invokes(t, s.on(t, a), "vcda_health_check", values{})
	}},
	{title: "Health check: every finding", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Cloud)
		for _, check := range simulator.HealthFields {
			a.SetHealthError(check, "SimulatedFailure", "It does not work.")
		}
		a.SetReplicators(nil, []string{"replicator-1.example.com"})
		s.invokes(t, s.on(t, a), "vcda_health_check", values{})
	}},
	{title: "Health check: the task fails", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		a.FailNextTask("health", "GeneralServerFailure", "It broke.")
		s.invokes(t, s.on(t, a), "vcda_health_check", values{})
	}},
}

// looksUp is what a data source has to say about an appliance.
func looksUp(title, name string, config values, prepare func(a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		prepare(a, b)
		s.reads(t, s.on(t, a), name, config)
	}}
}

// fails answers reads of a path with a server error.
func fails(path string) func(a, b *simulator.Appliance) {
	return func(a, _ *simulator.Appliance) { a.Fault(fault("", path, http.StatusInternalServerError, "")) }
}

// calls is what a function has to say.
func calls(title, name, argument string) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) { s.shows("Error in function call", s.serve(t).Call(t, name, argument)) }}
}

var lookups = []situation{
	looksUp("vcda_appliance: a server error", "vcda_appliance", values{}, fails("/config/is-configured")),
	looksUp("vcda_site: there is no such site", "vcda_site", values{"site": "site-x"}, func(a, b *simulator.Appliance) { a.Pair(b.Site()) }),
	looksUp("vcda_site: a server error", "vcda_site", values{"site": "site-b"}, fails("/sites")),
	{title: "vcda_site: neither id nor site nor URL", run: func(t *testing.T, s *scene) { s.says(t, s.serve(t).ValidateData(t, "vcda_site", values{})) }},
	looksUp("vcda_sites: a server error", "vcda_sites", values{}, fails("/sites")),
	looksUp("vcda_sites: an element of the list is huge", "vcda_sites", values{}, func(a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Oversize})
	}),
	looksUp("vcda_task: there is no such task", "vcda_task", values{"id": "5fd0"}, func(*simulator.Appliance, *simulator.Appliance) {}),
	looksUp("vcda_task: the id is invalid", "vcda_task", values{"id": ".."}, func(*simulator.Appliance, *simulator.Appliance) {}),
	looksUp("vcda_tasks: a server error", "vcda_tasks", values{}, fails("/tasks")),
	{title: "vcda_tasks: a time that is invalid", run: func(t *testing.T, s *scene) {
		s.says(t, s.serve(t).ValidateData(t, "vcda_tasks", values{"started_after": "yesterday"}))
	}},
	{title: "vcda_tasks: a limit of nothing", run: func(t *testing.T, s *scene) { s.says(t, s.serve(t).ValidateData(t, "vcda_tasks", values{"limit": 0})) }},
	looksUp("vcda_health: the task fails", "vcda_health", values{}, func(a, _ *simulator.Appliance) { a.FailNextTask("health", "GeneralServerFailure", "It broke.") }),
	looksUp("vcda_health: timeout", "vcda_health", values{"timeouts": values{"read": short}}, func(a, _ *simulator.Appliance) { a.FreezeTasks(true) }),
	looksUp("vcda_health: the task has no result", "vcda_health", values{}, func(a, _ *simulator.Appliance) { a.OmitTaskResults(true) }),
	looksUp("vcda_remote_certificate: nothing listens there", "vcda_remote_certificate", values{"url": nowhere}, func(*simulator.Appliance, *simulator.Appliance) {}),
	{title: "vcda_remote_certificate: no answer from there", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		s.reads(t, s.with(t, block(a, values{"request_timeout": short})), "vcda_remote_certificate", values{"url": s.silent(t)})
	}},
	looksUp("vcda_remote_certificate: a server error", "vcda_remote_certificate", values{"url": "https://vcda-b.example.com", "via": "appliance"}, fails("/config/remote-certificate")),
	looksUp("vcda_remote_certificate: an answer without a certificate", "vcda_remote_certificate", values{"url": "https://vcda-b.example.com", "via": "appliance"}, func(a, _ *simulator.Appliance) {
		a.Fault(fault("", "/config/remote-certificate", http.StatusOK, `{"certificate":{}}`))
	}),
	{title: "vcda_remote_certificate: there is no such way to look", run: func(t *testing.T, s *scene) {
		s.says(t, s.serve(t).ValidateData(t, "vcda_remote_certificate", values{"url": "https://vcda-b.example.com", "via": "peer"}))
	}},
	calls("thumbprint: no certificate", "thumbprint", "ca.pem"),
	calls("thumbprint: a broken certificate", "thumbprint", certificateOfNobody),
	calls("normalize_thumbprint: too short", "normalize_thumbprint", "AB:CD"),
}

// keeps is what comes of an ephemeral session of an appliance.
func keeps(title string, then func(t *testing.T, s *scene, a *simulator.Appliance, p *direct.Provider, open direct.Ephemeral)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		p := s.on(t, a)
		open, d := p.Open(t, "vcda_session", values{})
		s.says(t, d)
		then(t, s, a, p, open)
	}}
}

var sessions = []situation{
	{title: "Open: the login is the token of another session", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		_, d := s.with(t, block(a, values{"login": values{"session_token": values{"token": "given"}}})).Open(t, "vcda_session", values{})
		s.says(t, d)
	}},
	{title: "Open: the new session can't be read", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		a.Fault(fault("GET", "/sessions", http.StatusInternalServerError, ""))
		_, d := s.on(t, a).Open(t, "vcda_session", values{})
		s.says(t, d)
	}},
	keeps("Renew: the session has ended", func(t *testing.T, s *scene, a *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		a.ExpireSessions()
		s.says(t, p.Renew(t, &open))
	}),
	keeps("Renew: the session was closed", func(t *testing.T, s *scene, _ *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		s.says(t, p.Close(t, open))
		s.says(t, p.Renew(t, &open))
	}),
	keeps("Renew: the stored data is unreadable", func(t *testing.T, s *scene, _ *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		open.Private = nil
		s.says(t, p.Renew(t, &open))
	}),
	keeps("Close: a server error", func(t *testing.T, s *scene, a *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		a.Fault(fault("DELETE", "/sessions", http.StatusInternalServerError, ""))
		s.says(t, p.Close(t, open))
	}),
}

// vcenterLogin is the password of a simulated vCenter.
var vcenterLogin = values{"credentials": values{"username": "administrator@vsphere.local", "password": "VMware1!"}}

// ofVCenter is the provider for a vCenter.
func (s *scene) ofVCenter(t *testing.T, v *vcenter.Server, changes values) *direct.Provider {
	t.Helper()
	object := values{"url": v.URL(), "thumbprint": v.Thumbprint(), "login": vcenterLogin}
	maps.Copy(object, changes)
	return s.with(t, values{"max_retries": 0, "vcenter": object})
}

// clones is what comes of cloning a session of a vCenter.
func clones(title string, o vcenter.Options, changes, config values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		v := s.vcenter(t, o)
		_, d := s.ofVCenter(t, v, changes).Open(t, "vcda_vcenter_session", config)
		s.says(t, d)
	}}
}

// oddVCenter is what comes of cloning a session of a vCenter with odd answers.
func oddVCenter(title string, answers map[string]string) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		object := s.odd(t, answers)
		object["login"] = vcenterLogin
		_, d := s.with(t, values{"max_retries": 0, "vcenter": object}).Open(t, "vcda_vcenter_session", values{})
		s.says(t, d)
	}}
}

func wrongCredentials(user string) values {
	return values{"credentials": values{"username": user, "password": "wrong"}}
}

var vcenters = []situation{
	clones("No login", vcenter.Options{}, values{"login": nil}, values{}),
	clones("A wrong password", vcenter.Options{}, values{"login": wrongCredentials("administrator@vsphere.local")}, values{}),
	clones("An unknown ticket", vcenter.Options{}, values{"login": nil}, values{"clone_ticket": "cst-unknown"}),
	clones("An unknown session ID", vcenter.Options{}, values{"login": values{"session_id": values{"session_id": "0123456789abcdef"}}}, values{}),
	clones("An old vCenter", vcenter.Options{NoVIJSON: true}, nil, values{}),
	clones("A release it does not have", vcenter.Options{}, values{"release": "8.0.9.0"}, values{}),
	clones("No release in common", vcenter.Options{Releases: []string{"11.0.0.0"}}, nil, values{}),
	clones("No session id in the answer", vcenter.Options{TokenLocation: vcenter.TokenNowhere}, nil, values{}),
	clones("It does not clone", vcenter.Options{NoCloning: true}, nil, values{}),
	clones("A page of a proxy", vcenter.Options{FaultBody: vcenter.FaultHTML}, values{"login": wrongCredentials("administrator@vsphere.local")}, values{}),
	clones("A fault without a text", vcenter.Options{FaultBody: vcenter.FaultBare}, values{"login": wrongCredentials("administrator@vsphere.local")}, values{}),
	clones("The certificate is not trusted", vcenter.Options{}, values{"thumbprint": nil}, values{}),
	clones("Nothing listens at the address", vcenter.Options{}, values{"url": nowhere}, values{}),
	oddVCenter("It names no session manager", map[string]string{"/content": `{}`}),
	oddVCenter("What it gives is no ticket", map[string]string{"/AcquireCloneTicket": `{"ticket":7}`}),
	oddVCenter("It gives a session without a user", map[string]string{"/AcquireCloneTicket": `"cst"`, "/CloneSession": `{}`}),
	oddVCenter("It does not support the call", map[string]string{"/AcquireCloneTicket": `{"_typeName":"NotSupported"}`}),
	oddVCenter("The user lacks a privilege", map[string]string{"/AcquireCloneTicket": `{"_typeName":"NoPermission"}`}),
	{title: "A ticket that was used", run: func(t *testing.T, s *scene) {
		v := s.vcenter(t, vcenter.Options{})
		ticket, d := s.ofVCenter(t, v, nil).Open(t, "vcda_vcenter_clone_ticket", values{})
		s.says(t, d)
		p := s.ofVCenter(t, v, values{"login": values{"clone_ticket": values{"ticket": ticket.Values["ticket"]}}})
		p.ReadData(t, "vcda_vcenter_session", values{})
		v.ExpireSessions()
		s.reads(t, p, "vcda_vcenter_session", values{})
	}},
	{title: "Ticket: nothing listens at the address", run: func(t *testing.T, s *scene) {
		_, d := s.ofVCenter(t, s.vcenter(t, vcenter.Options{}), values{"url": nowhere}).Open(t, "vcda_vcenter_clone_ticket", values{})
		s.says(t, d)
	}},
	{title: "An empty ticket", run: func(t *testing.T, s *scene) {
		s.says(t, s.serve(t).ValidateEphemeral(t, "vcda_vcenter_session", values{"clone_ticket": ""}))
	}},
	{title: "Renew: the clone has ended", run: func(t *testing.T, s *scene) {
		v := s.vcenter(t, vcenter.Options{})
		p := s.ofVCenter(t, v, nil)
		open, d := p.Open(t, "vcda_vcenter_session", values{})
		s.says(t, d)
		v.ExpireSessions()
		s.says(t, p.Renew(t, &open))
	}},
	{title: "Renew and close: the clone was logged out", run: func(t *testing.T, s *scene) {
		p := s.ofVCenter(t, s.vcenter(t, vcenter.Options{}), nil)
		open, d := p.Open(t, "vcda_vcenter_session", values{})
		s.says(t, d)
		s.says(t, p.Close(t, open))
		s.says(t, p.Renew(t, &open))
	}},
	{title: "Close: the vCenter refuses", run: func(t *testing.T, s *scene) {
		object := s.odd(t, map[string]string{"/AcquireCloneTicket": `"cst"`, "/CloneSession": `{"key":"1","userName":"dr"}`, "/Logout": `{"_typeName":"RuntimeFault"}`})
		object["login"] = vcenterLogin
		p := s.with(t, values{"max_retries": 0, "vcenter": object})
		open, d := p.Open(t, "vcda_vcenter_session", values{})
		s.says(t, d)
		s.says(t, p.Close(t, open))
	}},
}

// ofStorware is the provider for a Storware server.
func (s *scene) ofStorware(t *testing.T, server *storware.Server, changes values) *direct.Provider {
	t.Helper()
	user := server.Accounts().Users[0]
	object := values{"url": server.URL(), "thumbprint": server.Thumbprint(), "login": values{"credentials": values{"username": user.Name, "password": user.Password}}}
	maps.Copy(object, changes)
	return s.with(t, values{"max_retries": 0, "storware": object})
}

// asksStorware is what comes of a data source of Storware.
func asksStorware(title, name string, switches storware.Switches, changes values, faults ...storware.Fault) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		server := s.storware(t, switches)
		for _, f := range faults {
			server.Fault(f)
		}
		s.reads(t, s.ofStorware(t, server, changes), name, values{})
	}}
}

// storwareUser answers the read of a session or a user.
func storwareUser(status int, contentType, body string) storware.Fault {
	return storware.Fault{Call: "GET /session/user", Times: 2, Status: status, ContentType: contentType, Body: body}
}

var storwares = []situation{
	asksStorware("No login", "vcda_storware_session", storware.Switches{}, values{"login": nil}),
	asksStorware("A wrong password", "vcda_storware_session", storware.Switches{}, values{"login": wrongCredentials("admin")}),
	asksStorware("A wrong password, on a server that answers 400", "vcda_storware_user", storware.Switches{RefusalStatus: http.StatusBadRequest}, values{"login": wrongCredentials("admin")}),
	asksStorware("No cookie in the answer", "vcda_storware_session", storware.Switches{CookielessLogin: true}, nil),
	asksStorware("A server error", "vcda_storware_session", storware.Switches{}, nil, storwareUser(http.StatusInternalServerError, "", `{"error":{"message":"Out of heap"}}`)),
	asksStorware("The user lacks a privilege", "vcda_storware_session", storware.Switches{}, nil, storwareUser(http.StatusForbidden, "", `{"message":"No right"}`)),
	asksStorware("The session is not accepted", "vcda_storware_session", storware.Switches{}, nil, storwareUser(http.StatusUnauthorized, "", `{"message":"Session expired"}`)),
	asksStorware("The address is of something else", "vcda_storware_session", storware.Switches{}, nil, storwareUser(http.StatusNotFound, "text/plain", "nothing here")),
	asksStorware("A page of a proxy", "vcda_storware_session", storware.Switches{}, nil, storwareUser(http.StatusOK, "text/html", "<html>Welcome</html>")),
	asksStorware("The login meets a server error", "vcda_storware_session", storware.Switches{RefusalStatus: http.StatusBadGateway}, values{"login": wrongCredentials("admin")}),
	asksStorware("Status: no login", "vcda_storware_status", storware.Switches{}, values{"login": nil}),
	asksStorware("Status: nothing listens at the address", "vcda_storware_status", storware.Switches{}, values{"url": nowhere}),
	asksStorware("Status: the certificate is not trusted", "vcda_storware_status", storware.Switches{}, values{"thumbprint": nil}),
	{title: "Open: a wrong password", run: func(t *testing.T, s *scene) {
		_, d := s.ofStorware(t, s.storware(t, storware.Switches{}), values{"login": wrongCredentials("admin")}).Open(t, "vcda_storware_session", values{})
		s.says(t, d)
	}},
	{title: "Open: the new session can't be read", run: func(t *testing.T, s *scene) {
		server := s.storware(t, storware.Switches{})
		server.Fault(storwareUser(http.StatusInternalServerError, "", ""))
		_, d := s.ofStorware(t, server, nil).Open(t, "vcda_storware_session", values{})
		s.says(t, d)
	}},
	{title: "Renew: the session has ended", run: func(t *testing.T, s *scene) {
		server := s.storware(t, storware.Switches{})
		p := s.ofStorware(t, server, nil)
		open, d := p.Open(t, "vcda_storware_session", values{})
		s.says(t, d)
		server.ExpireSessions()
		s.says(t, p.Renew(t, &open))
	}},
	{title: "Renew: the session was logged out", run: func(t *testing.T, s *scene) {
		p := s.ofStorware(t, s.storware(t, storware.Switches{}), nil)
		open, d := p.Open(t, "vcda_storware_session", values{})
		s.says(t, d)
		s.says(t, p.Close(t, open))
		s.says(t, p.Renew(t, &open))
	}},
	{title: "Close: no answer", run: func(t *testing.T, s *scene) {
		server := s.storware(t, storware.Switches{})
		p := s.ofStorware(t, server, nil)
		open, d := p.Open(t, "vcda_storware_session", values{})
		s.says(t, d)
		server.Fault(storware.Fault{Call: "POST /session/logout", Drop: true, Times: 2})
		s.says(t, p.Close(t, open))
	}},
}
