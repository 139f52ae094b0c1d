package messages_test

import (
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// sessionFault reads the session, whose response is faulty.
func sessionFault(title string, f simulator.Fault) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		f.Method, f.Path = "GET", "/sessions"
		a.Fault(f)
		s.readData(t, s.connect(t, a), "vcda_session", values{})
	}}
}

// withSettings reads the session with settings of the provider block that don't fit the
// appliance.
func withSettings(title string, changes values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		s.readData(t, s.configure(t, blockFor(a, changes)), "vcda_session", values{})
	}}
}

// withCertificate reads the session of an appliance that has a certificate of the kind.
func withCertificate(title string, kind certs.Kind, changes values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.CertificateKind = kind })
		s.readData(t, s.configure(t, blockFor(a, changes)), "vcda_session", values{})
	}}
}

const html = "<html><body><h1>Bad Gateway</h1></body></html>"

var connections = []situation{
	withSettings("The certificate is not trusted", values{"thumbprint": nil}),
	withSettings("The certificate has another thumbprint", values{"thumbprint": otherThumbprint}),
	{title: "The certificate is of another host", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.CertificateNames = []string{"vcda.example.com"} })
		s.readData(t, s.configure(t, blockFor(a, values{"thumbprint": nil, "ca_certificate": a.CertificatePEM()})), "vcda_session", values{})
	}},
	withCertificate("The certificate has expired", certs.Expired, values{"thumbprint": nil}),
	withCertificate("The pinned certificate has expired", certs.Expired, nil),
	withCertificate("The certificate is not valid yet", certs.NotYetValid, values{"thumbprint": nil}),
	withCertificate("The pinned certificate is not valid yet", certs.NotYetValid, nil),
	withCertificate("The pinned certificate can't be read", certs.NegativeSerial, nil),
	withSettings("Nothing listens at the address", values{"url": unusedURL}),
	{title: "The appliance does not answer in time", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		a.Fault(simulator.Fault{Method: "GET", Path: "/sessions", Kind: simulator.Hang})
		s.readData(t, s.configure(t, blockFor(a, values{"request_timeout": shortTimeout})), "vcda_session", values{})
	}},
	sessionFault("The connection breaks", simulator.Fault{Kind: simulator.Reset}),
	sessionFault("The response breaks off", simulator.Fault{Kind: simulator.Truncate}),
	sessionFault("A page of a proxy", simulator.Fault{Kind: simulator.Body, ContentType: "text/html", Body: "<html><body>Please log in.</body></html>"}),
	sessionFault("A page of a load balancer", simulator.Fault{Status: http.StatusBadGateway, ContentType: "text/html", Body: html}),
	sessionFault("A redirect", simulator.Fault{Kind: simulator.Redirect, Location: "https://login.example.com/?token=secret"}),
	sessionFault("A redirect without a target", simulator.Fault{Kind: simulator.Redirect}),
	sessionFault("An empty response", simulator.Fault{Kind: simulator.Empty}),
	sessionFault("A response that is null", simulator.Fault{Kind: simulator.Body, Body: "null"}),
	sessionFault("A response that is not JSON", simulator.Fault{Kind: simulator.Body, Body: "{"}),
	sessionFault("A response of another form", simulator.Fault{Kind: simulator.Body, Body: `{"user":7}`}),
	sessionFault("A response that is a list", simulator.Fault{Kind: simulator.Body, Body: `[]`}),
	sessionFault("A huge response", simulator.Fault{Kind: simulator.Oversize}),
	sessionFault("A server error", simulator.Fault{Status: http.StatusInternalServerError}),
	sessionFault("A server error without a reason", simulator.Fault{Status: http.StatusInternalServerError, Body: `{"code":"","msg":"","stacktrace":"at com.vmware"}`}),
	sessionFault("The appliance is busy", simulator.Fault{Status: http.StatusServiceUnavailable, Body: apiError("Busy", "Try again later.")}),
	sessionFault("The user lacks a role", simulator.Fault{Status: http.StatusForbidden, Body: apiError("Forbidden", "Permission denied.")}),
	sessionFault("A request the appliance refuses", simulator.Fault{Status: http.StatusBadRequest, Body: apiError("BadUserInput", "The input is bad.")}),
	{title: "The appliance is neither of the services", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.ServiceType = "REPLICATOR" })
		s.readData(t, s.connect(t, a), "vcda_sites", values{})
	}},
	{title: "The appliance does not know the API version", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5"} })
		s.readData(t, s.connect(t, a), "vcda_session", values{})
	}},
	{title: "The command is interrupted", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		p := s.connect(t, a)
		plan := p.Plan(t, pairingType, noState, pairingWith(a, nil))
		a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Times: 1, Kind: simulator.Hang, OnHang: func() { p.Stop(t) }})
		_, d := p.Apply(t, plan)
		s.record(t, d)
	}},
}

// refusedLogin reads the session with another login.
func refusedLogin(title string, of func(simulator.Accounts) values, changes ...func(*simulator.ApplianceOptions)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager, changes...)
		s.readData(t, s.configure(t, blockFor(a, values{"login": of(a.Accounts())})), "vcda_session", values{})
	}}
}

// loginFault reads the session when the response to the login is faulty.
func loginFault(title string, f simulator.Fault) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		f.Method, f.Path = "POST", "/sessions"
		a.Fault(f)
		s.readData(t, s.connect(t, a), "vcda_session", values{})
	}}
}

func before47(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5", "4.6"} }

var logins = []situation{
	refusedLogin("A wrong password", func(simulator.Accounts) values {
		return values{"local_user": values{"username": "root", "password": "wrong"}}
	}),
	refusedLogin("An unknown SAML token", func(simulator.Accounts) values { return values{"sso_token": values{"saml_token": "wrong"}} }),
	refusedLogin("An unknown session token", func(simulator.Accounts) values { return values{"session_token": values{"token": "wrong"}} }),
	{title: "An unknown access token", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Cloud)
		s.readData(t, s.configure(t, blockFor(a, values{"login": values{"vcd_access_token": values{"access_token": "wrong"}}})), "vcda_session", values{})
	}},
	{title: "An API token before version 4.7", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Cloud, before47)
		token := a.Accounts().APITokens[0]
		s.readData(t, s.configure(t, blockFor(a, values{"api_version": "4.6", "login": values{"vcd_api_token": values{"api_token": token.Token, "org": token.Org}}})), "vcda_session", values{})
	}},
	loginFault("A page answers the login", simulator.Fault{Kind: simulator.Body, ContentType: "text/html", Body: "<html><body>Please log in.</body></html>"}),
	loginFault("Another product answers the login", simulator.Fault{Status: http.StatusNotFound, Body: `{"timestamp":1,"status":404,"path":"/sessions"}`}),
	loginFault("A firewall answers the login", simulator.Fault{Status: http.StatusForbidden, ContentType: "text/html", Body: "<html><body>Blocked.</body></html>"}),
	loginFault("The response has no token", simulator.Fault{Kind: simulator.Body, Body: "{}"}),
	loginFault("The login meets a server error", simulator.Fault{Status: http.StatusInternalServerError}),
	loginFault("The login gets no response", simulator.Fault{Kind: simulator.DropResponse}),
	{title: "The session ends, and the password has changed", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		p := s.connect(t, a)
		p.ReadData(t, "vcda_session", values{})
		a.SetAccounts(simulator.Accounts{})
		a.ExpireSessions()
		s.readData(t, p, "vcda_session", values{})
	}},
	{title: "Each session ends at once", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		a.Fault(fault("GET", "/sessions", http.StatusUnauthorized, ""))
		s.readData(t, s.connect(t, a), "vcda_session", values{})
	}},
}

// extensionToB extends a session to site-b.
var extensionToB = values{"site": "site-b", "multisite": values{"org": "acme"}}

const extensionType = "vcda_session_extension"

// refusedExtension applies a session extension that fails, on the Cloud service.
func refusedExtension(title string, extension values, prepare ...func(a *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		a.Pair(b.Site())
		for _, one := range prepare {
			one(a)
		}
		s.applyExtension(t, a, extension)
	}}
}

// applyExtension plans a session extension, and applies it if the plan has no error.
func (s *scenario) applyExtension(t *testing.T, a *simulator.Appliance, extension values) {
	t.Helper()
	p := s.connect(t, a)
	plan := p.Plan(t, extensionType, noState, extension)
	s.record(t, plan.Diagnostics)
	if len(plan.Diagnostics.Errors()) == 0 {
		_, d := p.Apply(t, plan)
		s.record(t, d)
	}
}

// afterExtension runs a test for a session extension that works.
func afterExtension(title string, test func(t *testing.T, s *scenario, a *simulator.Appliance, extension values)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		a.Pair(b.Site())
		test(t, s, a, extensionToB)
	}}
}

// storeExtension creates the extension and returns its state.
func (s *scenario) storeExtension(t *testing.T, a *simulator.Appliance, extension values) (state values) {
	t.Helper()
	p := s.connect(t, a)
	object, d := p.Apply(t, p.Plan(t, extensionType, noState, extension))
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return object.Values
}

func extendFault(status int, code, msg string) func(a *simulator.Appliance) {
	return func(a *simulator.Appliance) { a.Fault(fault("POST", "/sessions/extend", status, apiError(code, msg))) }
}

// invalidExtension validates a session extension.
func invalidExtension(title string, extension values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) { s.record(t, s.serve(t).ValidateResource(t, extensionType, extension)) }}
}

var extensions = []situation{
	invalidExtension("No extension method", values{"site": "site-b"}),
	invalidExtension("A secret that is stored in the state", values{"site": "site-b", "cookie": values{"cookie": "secret"}}),
	invalidExtension("A secret and its write-only twin", values{"site": "site-b", "cookie": values{"cookie": "secret", "cookie_wo": "secret", "cookie_wo_version": 1}}),
	invalidExtension("A write-only secret without a version", values{"site": "site-b", "cookie": values{"cookie_wo": "secret"}}),
	{title: "The Manager service needs no extension", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		s.applyExtension(t, a, extensionToB)
	}},
	refusedExtension("The appliance is not paired with the site", values{"site": "site-x", "multisite": values{"org": "acme"}}),
	refusedExtension("The remote site refuses the password", values{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "wrong"}}),
	refusedExtension("The appliance does not support the extension method", values{"site": "site-b", "cookie": values{"cookie": "secret"}}),
	refusedExtension("The remote site is down", extensionToB, extendFault(http.StatusInternalServerError, "GeneralServerFailure", "The site does not answer.")),
	refusedExtension("The site is not among the authenticated sites", extensionToB, func(a *simulator.Appliance) {
		a.Fault(fault("POST", "/sessions/extend", http.StatusOK, `{"user":"root","roles":[],"authenticatedSites":[]}`))
	}),
	refusedExtension("The service can't be read", extensionToB, func(a *simulator.Appliance) {
		a.Fault(fault("GET", "/diagnostics/about", http.StatusInternalServerError, ""))
	}),
	{title: "An extension of the provider block is refused", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		a.Pair(b.Site())
		refused := values{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "wrong"}}
		s.readData(t, s.configure(t, blockFor(a, values{"session_extensions": []any{refused}})), "vcda_session", values{})
	}},
	{title: "A task of a remote site, without an extension to it", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Cloud)
		a.Fault(fault("GET", "/tasks/", http.StatusUnauthorized, apiError("RemoteAuthenticationFailure", "The session is not extended to site site-b.")))
		s.readData(t, s.connect(t, a), "vcda_task", values{"id": "5fd0"})
	}},
	afterExtension("Refresh: the session can't be read", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		a.Fault(fault("GET", "/sessions", http.StatusInternalServerError, ""))
		_, d := s.connect(t, a).Refresh(t, extensionType, stateOnly(state))
		s.record(t, d)
	}),
	afterExtension("Refresh: the site is gone", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		a.Unpair("site-b")
		_, d := s.connect(t, a).Refresh(t, extensionType, stateOnly(state))
		s.record(t, d)
	}),
	afterExtension("Refresh: the remote site refuses the password", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		extendFault(http.StatusUnauthorized, "RemoteAuthenticationFailure", "The credentials are wrong.")(a)
		_, d := s.connect(t, a).Refresh(t, extensionType, stateOnly(state))
		s.record(t, d)
	}),
	afterExtension("Refresh and plan: the remote site is down", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		extendFault(http.StatusBadGateway, "BadGateway", "The site does not answer.")(a)
		p := s.connect(t, a)
		same, d := p.Refresh(t, extensionType, stateOnly(state))
		s.record(t, d)
		s.record(t, p.Plan(t, extensionType, same, extension).Diagnostics)
	}),
	afterExtension("Refresh: the login is refused", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		p := s.connect(t, a)
		onFirst(a, requestTo("GET", "/sessions"), func() {
			a.SetAccounts(simulator.Accounts{})
			a.ExpireSessions()
		})
		_, d := p.Refresh(t, extensionType, stateOnly(state))
		s.record(t, d)
	}),
	afterExtension("Plan: the remote site refuses a write-only secret", func(t *testing.T, s *scenario, a *simulator.Appliance, _ values) {
		user := a.Accounts().VCDUsers[0]
		secret := values{"site": "site-b", "credentials": values{"username": user.Username, "password_wo": user.Password, "password_wo_version": 1}}
		state := s.storeExtension(t, a, secret)
		extendFault(http.StatusUnauthorized, "RemoteAuthenticationFailure", "The credentials are wrong.")(a)
		s.record(t, s.connect(t, a).Plan(t, extensionType, stateOnly(state), secret).Diagnostics)
	}),
	afterExtension("Plan: the session can't be read", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		a.Fault(fault("GET", "/sessions", http.StatusInternalServerError, ""))
		s.record(t, s.connect(t, a).Plan(t, extensionType, stateOnly(state), extension).Diagnostics)
	}),
	afterExtension("Plan: an extension of the provider block is refused", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		p := s.configure(t, blockFor(a, values{"session_extensions": []any{values{"site": "site-b", "credentials": values{"username": "admin@acme", "password": "wrong"}}}}))
		s.record(t, p.Plan(t, extensionType, stateOnly(state), extension).Diagnostics)
	}),
	afterExtension("Destroy: the extension can't be ended", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		state := s.storeExtension(t, a, extension)
		p := s.connect(t, a)
		same, _ := p.Refresh(t, extensionType, stateOnly(state))
		a.Fault(fault("DELETE", "/sessions/", http.StatusInternalServerError, ""))
		_, d := p.Apply(t, p.Plan(t, extensionType, same, nil))
		s.record(t, d)
	}),
	afterExtension("Import: the site is not known", func(t *testing.T, s *scenario, a *simulator.Appliance, _ values) {
		_, d := s.connect(t, a).Import(t, extensionType, "site-x", nil)
		s.record(t, d)
	}),
	afterExtension("Import: the sites can't be listed", func(t *testing.T, s *scenario, a *simulator.Appliance, _ values) {
		a.Fault(fault("GET", "/sites", http.StatusInternalServerError, ""))
		_, d := s.connect(t, a).Import(t, extensionType, "site-b", nil)
		s.record(t, d)
	}),
	afterExtension("Import: a row of the list of sites is empty", func(t *testing.T, s *scenario, a *simulator.Appliance, _ values) {
		a.Fault(fault("GET", "/sites", http.StatusOK, "[{}]"))
		_, d := s.connect(t, a).Import(t, extensionType, "site-b", nil)
		s.record(t, d)
	}),
	{title: "Import: there are no pairings", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Cloud)
		_, d := s.connect(t, a).Import(t, extensionType, "site-b", nil)
		s.record(t, d)
	}},
	afterExtension("Ephemeral: the site is not paired", func(t *testing.T, s *scenario, a *simulator.Appliance, _ values) {
		_, d := s.connect(t, a).Open(t, extensionType, values{"site": "site-x", "multisite": values{"org": "acme"}})
		s.record(t, d)
	}),
	afterExtension("Ephemeral: the extension can't be ended", func(t *testing.T, s *scenario, a *simulator.Appliance, extension values) {
		p := s.connect(t, a)
		open, d := p.Open(t, extensionType, extension)
		s.record(t, d)
		a.Fault(fault("DELETE", "/sessions/", http.StatusInternalServerError, ""))
		s.record(t, p.Close(t, open))
	}),
}
