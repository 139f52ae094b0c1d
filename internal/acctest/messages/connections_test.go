package messages_test

import (
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// answers is what comes of an answer of the appliance that is not as it should
// be, to a read of its session.
func answers(title string, f simulator.Fault) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		f.Method, f.Path = "GET", "/sessions"
		a.Fault(f)
		s.reads(t, s.on(t, a), "vcda_session", values{})
	}}
}

// settings is what comes of settings of the provider block that don't fit the
// appliance.
func settings(title string, changes values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		s.reads(t, s.with(t, block(a, changes)), "vcda_session", values{})
	}}
}

// certificate is what comes of an appliance with a certificate of the kind.
func certificate(title string, kind certs.Kind, changes values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.CertificateKind = kind })
		s.reads(t, s.with(t, block(a, changes)), "vcda_session", values{})
	}}
}

const html = "<html><body><h1>Bad Gateway</h1></body></html>"

var connections = []situation{
	settings("The certificate is not trusted", values{"thumbprint": nil}),
	settings("The certificate has another thumbprint", values{"thumbprint": wrong}),
	{title: "The certificate is of another host", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.CertificateNames = []string{"vcda.example.com"} })
		s.reads(t, s.with(t, block(a, values{"thumbprint": nil, "ca_certificate": a.CertificatePEM()})), "vcda_session", values{})
	}},
	certificate("The certificate has expired", certs.Expired, values{"thumbprint": nil}),
	certificate("The pinned certificate has expired", certs.Expired, nil),
	certificate("The certificate is not valid yet", certs.NotYetValid, values{"thumbprint": nil}),
	certificate("The pinned certificate is not valid yet", certs.NotYetValid, nil),
	certificate("The pinned certificate can't be read", certs.NegativeSerial, nil),
	settings("Nothing listens at the address", values{"url": nowhere}),
	{title: "The appliance does not answer in time", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		a.Fault(simulator.Fault{Method: "GET", Path: "/sessions", Kind: simulator.Hang})
		s.reads(t, s.with(t, block(a, values{"request_timeout": short})), "vcda_session", values{})
	}},
	answers("The connection breaks", simulator.Fault{Kind: simulator.Reset}),
	answers("The answer breaks off", simulator.Fault{Kind: simulator.Truncate}),
	answers("A page of a proxy", simulator.Fault{Kind: simulator.Body, ContentType: "text/html", Body: "<html><body>Please log in.</body></html>"}),
	answers("A page of a load balancer", simulator.Fault{Status: http.StatusBadGateway, ContentType: "text/html", Body: html}),
	answers("A redirect", simulator.Fault{Kind: simulator.Redirect, Location: "https://login.example.com/?token=secret"}),
	answers("A redirect without a target", simulator.Fault{Kind: simulator.Redirect}),
	answers("An empty answer", simulator.Fault{Kind: simulator.Empty}),
	answers("An answer that is null", simulator.Fault{Kind: simulator.Body, Body: "null"}),
	answers("An answer that is no JSON", simulator.Fault{Kind: simulator.Body, Body: "{"}),
	answers("An answer of another form", simulator.Fault{Kind: simulator.Body, Body: `{"user":7}`}),
	answers("An answer that is a list", simulator.Fault{Kind: simulator.Body, Body: `[]`}),
	answers("A huge answer", simulator.Fault{Kind: simulator.Oversize}),
	answers("A server error", simulator.Fault{Status: http.StatusInternalServerError}),
	answers("A server error without a reason", simulator.Fault{Status: http.StatusInternalServerError, Body: `{"code":"","msg":"","stacktrace":"at com.vmware"}`}),
	answers("The appliance is busy", simulator.Fault{Status: http.StatusServiceUnavailable, Body: apiError("Busy", "Try again later.")}),
	answers("The user lacks a role", simulator.Fault{Status: http.StatusForbidden, Body: apiError("Forbidden", "Permission denied.")}),
	answers("A request the appliance refuses", simulator.Fault{Status: http.StatusBadRequest, Body: apiError("BadUserInput", "The input is bad.")}),
	{title: "The appliance is neither of the services", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.ServiceType = "REPLICATOR" })
		s.reads(t, s.on(t, a), "vcda_sites", values{})
	}},
	{title: "The appliance does not know the API version", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5"} })
		s.reads(t, s.on(t, a), "vcda_session", values{})
	}},
	{title: "The command is interrupted", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		p := s.on(t, a)
		plan := p.Plan(t, pairingType, none, peer(a, nil))
		when(a, request("GET", "/sites"), func() { p.Stop(t) })
		_, d := p.Apply(t, plan)
		s.says(t, d)
	}},
}

// login is a login that is tried at an appliance.
func login(title string, of func(simulator.Accounts) values, changes ...func(*simulator.ApplianceOptions)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager, changes...)
		s.reads(t, s.with(t, block(a, values{"login": of(a.Accounts())})), "vcda_session", values{})
	}}
}

// loginAnswers is what comes of an answer to a login.
func loginAnswers(title string, f simulator.Fault) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		f.Method, f.Path = "POST", "/sessions"
		a.Fault(f)
		s.reads(t, s.on(t, a), "vcda_session", values{})
	}}
}

func before47(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5", "4.6"} }

var logins = []situation{
	login("A wrong password", func(simulator.Accounts) values {
		return values{"local_user": values{"username": "root", "password": "wrong"}}
	}),
	login("An unknown SAML token", func(simulator.Accounts) values { return values{"sso_token": values{"saml_token": "wrong"}} }),
	login("An unknown session token", func(simulator.Accounts) values { return values{"session_token": values{"token": "wrong"}} }),
	{title: "An unknown access token", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Cloud)
		s.reads(t, s.with(t, block(a, values{"login": values{"vcd_access_token": values{"access_token": "wrong"}}})), "vcda_session", values{})
	}},
	{title: "An API token before version 4.7", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Cloud, before47)
		token := a.Accounts().APITokens[0]
		s.reads(t, s.with(t, block(a, values{"api_version": "4.6", "login": values{"vcd_api_token": values{"api_token": token.Token, "org": token.Org}}})), "vcda_session", values{})
	}},
	loginAnswers("A page answers the login", simulator.Fault{Kind: simulator.Body, ContentType: "text/html", Body: "<html><body>Please log in.</body></html>"}),
	loginAnswers("Another product answers the login", simulator.Fault{Status: http.StatusNotFound, Body: `{"timestamp":1,"status":404,"path":"/sessions"}`}),
	loginAnswers("A firewall answers the login", simulator.Fault{Status: http.StatusForbidden, ContentType: "text/html", Body: "<html><body>Blocked.</body></html>"}),
	loginAnswers("The answer has no token", simulator.Fault{Kind: simulator.Body, Body: "{}"}),
	loginAnswers("The login meets a server error", simulator.Fault{Status: http.StatusInternalServerError}),
	loginAnswers("The login gets no answer", simulator.Fault{Kind: simulator.DropResponse}),
	{title: "The session ends, and the password has changed", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		p := s.on(t, a)
		p.ReadData(t, "vcda_session", values{})
		a.SetAccounts(simulator.Accounts{})
		a.ExpireSessions()
		s.reads(t, p, "vcda_session", values{})
	}},
	{title: "Something ends every session at once", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		a.Fault(fault("GET", "/sessions", http.StatusUnauthorized, ""))
		s.reads(t, s.on(t, a), "vcda_session", values{})
	}},
}

// toB extends a session to site-b.
var toB = values{"site": "site-b", "multisite": values{"org": "acme"}}

const extensionType = "vcda_session_extension"

// extends is what comes of an extension of a session of the Cloud service.
func extends(title string, extension values, prepare ...func(a *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		a.Pair(b.Site())
		for _, one := range prepare {
			one(a)
		}
		s.extends(t, a, extension)
	}}
}

// extends says what comes of the resource, from the plan if that fails.
func (s *scene) extends(t *testing.T, a *simulator.Appliance, extension values) {
	t.Helper()
	p := s.on(t, a)
	plan := p.Plan(t, extensionType, none, extension)
	s.says(t, plan.Diagnostics)
	if len(plan.Diagnostics.Errors()) == 0 {
		_, d := p.Apply(t, plan)
		s.says(t, d)
	}
}

// extended is a session extension that works, as a later run finds it.
func extended(title string, find func(t *testing.T, s *scene, a *simulator.Appliance, extension values)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		a.Pair(b.Site())
		find(t, s, a, toB)
	}}
}

// stored is the state of the extension.
func (s *scene) stored(t *testing.T, a *simulator.Appliance, extension values) (state values) {
	t.Helper()
	p := s.on(t, a)
	object, d := p.Apply(t, p.Plan(t, extensionType, none, extension))
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return object.Values
}

func extendFault(status int, code, msg string) func(a *simulator.Appliance) {
	return func(a *simulator.Appliance) { a.Fault(fault("POST", "/sessions/extend", status, apiError(code, msg))) }
}

// validates says what the validation of an extension has to say.
func validates(title string, extension values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) { s.says(t, s.serve(t).ValidateResource(t, extensionType, extension)) }}
}

var extensions = []situation{
	validates("No way to authenticate", values{"site": "site-b"}),
	validates("A secret that is stored, where it need not be", values{"site": "site-b", "cookie": values{"cookie": "secret"}}),
	validates("A secret and its write-only twin", values{"site": "site-b", "cookie": values{"cookie": "secret", "cookie_wo": "secret", "cookie_wo_version": 1}}),
	validates("A write-only secret without a version", values{"site": "site-b", "cookie": values{"cookie_wo": "secret"}}),
	{title: "The Manager service needs none", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		s.extends(t, a, toB)
	}},
	extends("The appliance is not paired with the site", values{"site": "site-x", "multisite": values{"org": "acme"}}),
	extends("The remote site refuses the password", values{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "wrong"}}),
	extends("The appliance does not know the way", values{"site": "site-b", "cookie": values{"cookie": "secret"}}),
	extends("The remote site is down", toB, extendFault(http.StatusInternalServerError, "GeneralServerFailure", "The site does not answer.")),
	extends("The site is not among the authenticated ones", toB, func(a *simulator.Appliance) {
		a.Fault(fault("POST", "/sessions/extend", http.StatusOK, `{"user":"root","roles":[],"authenticatedSites":[]}`))
	}),
	extends("The service can't be asked for", toB, func(a *simulator.Appliance) {
		a.Fault(fault("GET", "/diagnostics/about", http.StatusInternalServerError, ""))
	}),
	{title: "An extension of the provider block is refused", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		a.Pair(b.Site())
		refused := values{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "wrong"}}
		s.reads(t, s.with(t, block(a, values{"session_extensions": []any{refused}})), "vcda_session", values{})
	}},
	{title: "A task of a remote site, without an extension to it", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Cloud)
		a.Fault(fault("GET", "/tasks/", http.StatusUnauthorized, apiError("RemoteAuthenticationFailure", "The session is not extended to site site-b.")))
		s.reads(t, s.on(t, a), "vcda_task", values{"id": "5fd0"})
	}},
	extended("Refresh: the session can't be read", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		a.Fault(fault("GET", "/sessions", http.StatusInternalServerError, ""))
		_, d := s.on(t, a).Refresh(t, extensionType, object(state))
		s.says(t, d)
	}),
	extended("Refresh: the site is gone", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		a.Unpair("site-b")
		_, d := s.on(t, a).Refresh(t, extensionType, object(state))
		s.says(t, d)
	}),
	extended("Refresh: the remote site refuses now", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		extendFault(http.StatusUnauthorized, "RemoteAuthenticationFailure", "The credentials are wrong.")(a)
		_, d := s.on(t, a).Refresh(t, extensionType, object(state))
		s.says(t, d)
	}),
	extended("Refresh and plan: the remote site is down", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		extendFault(http.StatusBadGateway, "BadGateway", "The site does not answer.")(a)
		p := s.on(t, a)
		same, d := p.Refresh(t, extensionType, object(state))
		s.says(t, d)
		s.says(t, p.Plan(t, extensionType, same, extension).Diagnostics)
	}),
	extended("Refresh: the login is refused", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		p := s.on(t, a)
		when(a, request("GET", "/sessions"), func() {
			a.SetAccounts(simulator.Accounts{})
			a.ExpireSessions()
		})
		_, d := p.Refresh(t, extensionType, object(state))
		s.says(t, d)
	}),
	extended("Plan: the remote site refuses a write-only secret", func(t *testing.T, s *scene, a *simulator.Appliance, _ values) {
		user := a.Accounts().VCDUsers[0]
		secret := values{"site": "site-b", "credentials": values{"username": user.Username, "password_wo": user.Password, "password_wo_version": 1}}
		state := s.stored(t, a, secret)
		extendFault(http.StatusUnauthorized, "RemoteAuthenticationFailure", "The credentials are wrong.")(a)
		s.says(t, s.on(t, a).Plan(t, extensionType, object(state), secret).Diagnostics)
	}),
	extended("Plan: the session can't be read", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		a.Fault(fault("GET", "/sessions", http.StatusInternalServerError, ""))
		s.says(t, s.on(t, a).Plan(t, extensionType, object(state), extension).Diagnostics)
	}),
	extended("Plan: another extension can't be held", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		p := s.with(t, block(a, values{"session_extensions": []any{values{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "wrong"}}}}))
		s.says(t, p.Plan(t, extensionType, object(state), extension).Diagnostics)
	}),
	extended("Destroy: the extension can't be taken back", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		state := s.stored(t, a, extension)
		p := s.on(t, a)
		same, _ := p.Refresh(t, extensionType, object(state))
		a.Fault(fault("DELETE", "/sessions/", http.StatusInternalServerError, ""))
		_, d := p.Apply(t, p.Plan(t, extensionType, same, nil))
		s.says(t, d)
	}),
	extended("Import: there is no such site", func(t *testing.T, s *scene, a *simulator.Appliance, _ values) {
		_, d := s.on(t, a).Import(t, extensionType, "site-x", nil)
		s.says(t, d)
	}),
	extended("Import: the sites can't be listed", func(t *testing.T, s *scene, a *simulator.Appliance, _ values) {
		a.Fault(fault("GET", "/sites", http.StatusInternalServerError, ""))
		_, d := s.on(t, a).Import(t, extensionType, "site-b", nil)
		s.says(t, d)
	}),
	extended("Import: a row of the list of sites is empty", func(t *testing.T, s *scene, a *simulator.Appliance, _ values) {
		a.Fault(fault("GET", "/sites", http.StatusOK, "[{}]"))
		_, d := s.on(t, a).Import(t, extensionType, "site-b", nil)
		s.says(t, d)
	}),
	{title: "Import: there are no pairings", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Cloud)
		_, d := s.on(t, a).Import(t, extensionType, "site-b", nil)
		s.says(t, d)
	}},
	extended("Ephemeral: the site is not paired", func(t *testing.T, s *scene, a *simulator.Appliance, _ values) {
		_, d := s.on(t, a).Open(t, extensionType, values{"site": "site-x", "multisite": values{"org": "acme"}})
		s.says(t, d)
	}),
	extended("Ephemeral: the extension can't be taken back", func(t *testing.T, s *scene, a *simulator.Appliance, extension values) {
		p := s.on(t, a)
		open, d := p.Open(t, extensionType, extension)
		s.says(t, d)
		a.Fault(fault("DELETE", "/sessions/", http.StatusInternalServerError, ""))
		s.says(t, p.Close(t, open))
	}),
}
