package provider_test

import (
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const pairingType = "vcda_site_pairing"

// blockFor returns a provider block for an appliance, with changes. It has no
// retries, so that errors are quick.
func blockFor(a *simulator.Appliance, changes values) values {
	user := a.Accounts().LocalUsers[0]
	block := values{
		"url": a.URL(), "thumbprint": a.Thumbprint(), "max_retries": 0,
		"login": values{"local_user": values{"username": user.Username, "password": user.Password}},
	}
	maps.Copy(block, changes)
	return block
}

// configureFor returns a provider that is configured for an appliance.
func configureFor(t *testing.T, a *simulator.Appliance, changes values) *direct.Provider {
	t.Helper()
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	if errors := p.Configure(t, blockFor(a, changes)).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p
}

// requireOneError checks that there is exactly one error, with each text.
func requireOneError(t *testing.T, d direct.Diagnostics, says ...string) {
	t.Helper()
	errors := d.Errors()
	if len(errors) != 1 {
		t.Fatalf("%d errors, not one: %q", len(errors), errors)
	}
	for _, text := range says {
		if !strings.Contains(errors[0], text) {
			t.Errorf("%q is missing in %s", text, errors[0])
		}
	}
	for _, never := range []string{"stacktrace", "SimulatedException", "%!", "&{", "0x"} {
		if strings.Contains(errors[0], never) {
			t.Errorf("%q has no place in %s", never, errors[0])
		}
	}
}

// A refused login is never sent again, and later messages refer to the first one.
func TestWrongPassword_explainedOnce(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	p := configureFor(t, a, values{"max_retries": 4, "login": values{"local_user": values{"username": "root", "password": "hush"}}})
	explained := []string{
		"refused the login of type local_user", "status 401 NotAuthenticated: Authentication required.", "public addresses",
		"Check username and password in login.local_user", "VCDA_PASSWORD", "not tried again, since accounts lock",
	}
	for _, says := range [][]string{explained, {"Another message of this run gives the reason"}, {"Another message of this run gives the reason"}} {
		_, problems := p.ReadData(t, "vcda_sites", values{})
		requireOneError(t, problems, append(says, "Unable to list the sites", "Operation ID: "+a.Requests()[0].Header.Get("operationID"))...)
		if strings.Contains(problems.Errors()[0], "hush") {
			t.Error("the password is shown")
		}
	}
	if sent := a.Stats().Requests["POST /sessions"]; sent != 1 {
		t.Errorf("the login was sent %d times", sent)
	}
}

// The message shows the certificate, and the line that would trust it.
func TestTrust_refused(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	wrong := "SHA-256:" + strings.Repeat("AB:", 31) + "AB"
	for name, c := range map[string]struct {
		thumbprint any
		says       []string
	}{
		"none":  {nil, nil},
		"wrong": {wrong, []string{"it is not the one whose thumbprint is configured", "configured: " + wrong, "compare the thumbprint with the one"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := configureFor(t, a, values{"thumbprint": c.thumbprint, "max_retries": 4})
			_, problems := p.ReadData(t, "vcda_session", values{})
			requireOneError(t, problems, append(c.says, "Unable to read the session", "The certificate of "+strings.TrimPrefix(a.URL(), "https://")+" is not trusted", "subject:    CN=site-a", "valid from: 20", "valid to:   20",
				"thumbprint: "+a.Thumbprint(), `thumbprint = "`+a.Thumbprint()+`"`)...)
			if name == "none" && strings.Contains(problems.Errors()[0], "configured:") {
				t.Error("a thumbprint is shown as configured")
			}
		})
	}
	t.Run("another name", func(t *testing.T) {
		t.Parallel()
		options := acctest.TwoSites(simulator.Manager)[:1]
		options[0].CertificateNames = []string{"elsewhere.example.com"}
		fixture := acctest.StartAppliances(t, options...)
		p := configureFor(t, fixture.Appliance("site-a"), values{"thumbprint": nil, "ca_certificate": fixture.CertificateAuthority()})
		_, problems := p.ReadData(t, "vcda_session", values{})
		requireOneError(t, problems, "is not trusted", "127.0.0.1")
		// A pin accepts another name.
		p = configureFor(t, fixture.Appliance("site-a"), nil)
		if _, problems = p.ReadData(t, "vcda_session", values{}); len(problems) > 0 {
			t.Error(problems.Errors())
		}
	})
}

func TestAppliance_unreachable(t *testing.T) {
	t.Parallel()
	const address = "127.0.0.1:1" // a port that no other test gets
	a := acctest.StartAppliances(t).Appliance("site-a")
	p := configureFor(t, a, values{"url": "https://" + address})
	_, problems := p.ReadData(t, "vcda_sites", values{})
	requireOneError(t, problems, "The login to "+address+" did not succeed", "POST /sessions got no complete response", "connection refused", "Check url in the provider block (VCDA_URL), name resolution, firewalls, and the proxy variables")
}

// Unusable responses to the read of the sites.
func TestResponses_unusable(t *testing.T) {
	t.Parallel()
	html := "<html><head><title>Sorry</title></head>\n<body>Down for maintenance</body></html>"
	for name, c := range map[string]struct {
		fault simulator.Fault
		says  []string
	}{
		"HTML":        {simulator.Fault{Kind: simulator.Body, ContentType: "text/html", Body: html}, []string{"GET /sites: the response (status 200) can't be used: it is text/html, not JSON: <html><head><title>Sorry</title></head> <body>Down", "check url in the provider block (VCDA_URL)"}},
		"empty":       {simulator.Fault{Kind: simulator.Empty}, []string{"GET /sites: the response (status 200) can't be used: it is empty", "a proxy or firewall answers in its place"}},
		"broken JSON": {simulator.Fault{Kind: simulator.Body, Body: `[{"id": "x"`}, []string{"GET /sites: the response (status 200) can't be used: it is not valid JSON"}},
		"null":        {simulator.Fault{Kind: simulator.Body, Body: `null`}, []string{"GET /sites: the response (status 200) can't be used: it is null"}},
		"an object":   {simulator.Fault{Kind: simulator.Body, Body: `{}`}, []string{"GET /sites: the response (status 200) can't be used: "}},
		"wrong type":  {simulator.Fault{Kind: simulator.Body, Body: `[{"id": 7}]`}, []string{`its field "id" is of another type than documented`}},
		"no key":      {simulator.Fault{Kind: simulator.Body, Body: `[{"description": "x"}]`}, []string{"a site in it has no id"}},
		"HTML 502":    {simulator.Fault{Kind: simulator.Status, Status: 502, ContentType: "text/html", Body: html}, []string{"The answer to GET /sites was status 502: <html>", "Down for maintenance", "a proxy or firewall answers in its place"}},
		"500":         {simulator.Fault{Kind: simulator.Status, Status: 500}, []string{"The appliance answered status 500 GeneralServerFailure: Simulated fault.", "Request: GET /sites"}},
		"403":         {simulator.Fault{Kind: simulator.Status, Status: 403}, []string{"The appliance answered status 403 Forbidden", "The user of the login lacks a role for this"}},
		"503":         {simulator.Fault{Kind: simulator.Status, Status: 503}, []string{"The appliance answered status 503", "The appliance is busy. Try again later, or lower max_concurrent_requests"}},
		"redirect":    {simulator.Fault{Kind: simulator.Redirect, Location: "https://elsewhere.example.com/login"}, []string{"it redirects to https://elsewhere.example.com/login, and redirects are not followed"}},
		"reset":       {simulator.Fault{Kind: simulator.Reset}, []string{"GET /sites got no complete response from 127.0.0.1"}},
		"cut short":   {simulator.Fault{Kind: simulator.Truncate}, []string{"GET /sites got no complete response from 127.0.0.1"}},
		"too large":   {simulator.Fault{Kind: simulator.Oversize}, []string{"is larger than 1 MiB"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t).Appliance("site-a")
			c.fault.Method, c.fault.Path = http.MethodGet, "/sites"
			a.Fault(c.fault)
			_, problems := configureFor(t, a, nil).ReadData(t, "vcda_sites", values{})
			requireOneError(t, problems, append(c.says, "Unable to list the sites", "Operation ID: terraform-")...)
		})
	}
}

// Unusable responses to a login.
func TestLogin_unusableResponse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault simulator.Fault
		says  []string
	}{
		"no token":  {simulator.Fault{Kind: simulator.Body, Body: `{"user":"root","roles":[]}`}, []string{"The response has no session token in its X-VCAV-Auth header"}},
		"HTML":      {simulator.Fault{Kind: simulator.Body, ContentType: "text/html", Body: "<html></html>"}, []string{"it is text/html, not JSON: <html></html>", "a proxy or firewall answers in its place"}},
		"empty":     {simulator.Fault{Kind: simulator.Empty}, []string{"The response has no session token in its X-VCAV-Auth header"}},
		"500":       {simulator.Fault{Kind: simulator.Status, Status: 500}, []string{"did not succeed", "status 500 GeneralServerFailure"}},
		"forbidden": {simulator.Fault{Kind: simulator.Status, Status: 403}, []string{"refused the login of type local_user", "status 403 Forbidden"}},
		"redirect":  {simulator.Fault{Kind: simulator.Redirect, Location: "https://elsewhere.example.com/"}, []string{"redirects are not followed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t).Appliance("site-a")
			c.fault.Method, c.fault.Path = http.MethodPost, "/sessions"
			a.Fault(c.fault)
			_, problems := configureFor(t, a, nil).ReadData(t, "vcda_session", values{})
			requireOneError(t, problems, append(c.says, "Unable to read the session")...)
		})
	}
}

// An older appliance does not support this type of login.
func TestLogin_apiTokenOnOlderAppliance(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Cloud)[:1]
	options[0].APIVersions = []string{"4.5", "4.6"}
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	p := configureFor(t, a, values{"api_version": "4.6", "login": values{"vcd_api_token": values{"api_token": "t", "org": "acme"}}})
	_, problems := p.ReadData(t, "vcda_session", values{})
	requireOneError(t, problems, "refused the login of type vcd_api_token", "needs an appliance of version 4.7")
}

// An appliance does not support the configured version.
func TestAPIVersion_unsupported(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Manager)[:1]
	options[0].APIVersions = []string{"4.5", "4.6"}
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	_, problems := configureFor(t, a, values{"api_version": "4.7"}).ReadData(t, "vcda_sites", values{})
	requireOneError(t, problems, "status 406", "API version 4.7 is not supported.", "Set api_version in the provider block to one that it supports")
	if _, problems = configureFor(t, a, values{"api_version": "4.6"}).ReadData(t, "vcda_sites", values{}); len(problems) > 0 {
		t.Error(problems.Errors())
	}
}

// An appliance such as a tunnel has another service type. A configured service is
// used with any service type.
func TestService_unknown(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Manager)[:1]
	options[0].ServiceType = "TUNNEL"
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	_, problems := configureFor(t, a, nil).ReadData(t, "vcda_sites", values{})
	requireOneError(t, problems, `neither a Manager nor a Cloud service: it reports the service type "TUNNEL"`, `set service to "manager" or "cloud"`)
	if _, problems = configureFor(t, a, values{"service": "manager"}).ReadData(t, "vcda_sites", values{}); len(problems) > 0 {
		t.Error(problems.Errors())
	}
	if reads := a.Stats().Requests["GET /diagnostics/about"]; reads != 1 {
		t.Errorf("the service was read %d times, want no read of a configured one", reads)
	}
}

// The user may read but not pair. Neither the state nor the appliance has a pairing
// then.
func TestWrite_forbidden(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			operator := a.Accounts().SSOUsers[1]
			p := configureFor(t, a, values{"login": values{"sso_credentials": values{"username": operator.Username, "password": operator.Password}}})
			plan := p.Plan(t, pairingType, direct.Object{}, peerConfig(b))
			object, problems := p.Apply(t, plan)
			requireOneError(t, problems, "Unable to pair with the site at "+b.URL(), "The appliance answered status 403 Forbidden: Permission denied. Request: POST /sites", "pairing and setting up need an administrator")
			if object.Values != nil || len(a.Sites()) > 0 {
				t.Errorf("state %v, sites %v", object.Values, a.Sites())
			}
			if sent := a.Stats().Requests["POST /sites"]; sent != 1 {
				t.Errorf("the request was sent %d times", sent)
			}
		})
	}
}

func peerConfig(b *simulator.Appliance) values {
	return values{"api_url": b.URL(), "api_thumbprint": b.Thumbprint(), "site": b.Site()}
}

// Only a valid list without the pairing removes it from the state.
func TestState_keptOnErrors(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"401":         {Kind: simulator.Status, Status: 401},
		"403":         {Kind: simulator.Status, Status: 403},
		"404":         {Kind: simulator.Status, Status: 404},
		"500":         {Kind: simulator.Status, Status: 500},
		"502":         {Kind: simulator.Status, Status: 502, ContentType: "text/html", Body: "<html>"},
		"503":         {Kind: simulator.Status, Status: 503},
		"HTML":        {Kind: simulator.Body, ContentType: "text/html", Body: "<html>"},
		"empty":       {Kind: simulator.Empty},
		"null":        {Kind: simulator.Body, Body: "null"},
		"object":      {Kind: simulator.Body, Body: "{}"},
		"broken":      {Kind: simulator.Body, Body: "["},
		"keyless row": {Kind: simulator.Body, Body: `[{}]`},
		"reset":       {Kind: simulator.Reset},
		"truncated":   {Kind: simulator.Truncate},
	} {
		fault.Method, fault.Path = http.MethodGet, "/sites"
		for _, service := range acctest.Services {
			t.Run(name+" "+string(service), func(t *testing.T) {
				t.Parallel()
				fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
				a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
				p := configureFor(t, a, nil)
				before, problems := p.Apply(t, p.Plan(t, pairingType, direct.Object{}, peerConfig(b)))
				if errors := problems.Errors(); len(errors) > 0 {
					t.Fatal(errors)
				}
				a.Fault(fault)
				after, problems := p.Refresh(t, pairingType, before)
				requireOneError(t, problems, "Unable to read the site pairing site-b")
				if !reflect.DeepEqual(after.Values, before.Values) {
					t.Errorf("the state became %v", after.Values)
				}
				a.ClearFaults()
				after, problems = p.Refresh(t, pairingType, before)
				if len(problems) > 0 || after.Values["id"] != before.Values["id"] {
					t.Errorf("afterwards: %v, %v", problems.Errors(), after.Values)
				}
			})
		}
	}
}

// A refused login keeps the state too.
func TestState_keptOnRefusedLogin(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	p := configureFor(t, a, nil)
	before, problems := p.Apply(t, p.Plan(t, pairingType, direct.Object{}, peerConfig(b)))
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	accounts := a.Accounts()
	accounts.LocalUsers[0].Password += "-changed"
	a.SetAccounts(accounts)
	p = direct.Serve(t, acctest.Factories(t)["vcda"])
	old := values{"username": "root", "password": simulator.DefaultAccounts().LocalUsers[0].Password}
	if errors := p.Configure(t, blockFor(a, values{"login": values{"local_user": old}})).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	after, problems := p.Refresh(t, pairingType, before)
	requireOneError(t, problems, "refused the login of type local_user")
	if !reflect.DeepEqual(after.Values, before.Values) {
		t.Errorf("the state became %v", after.Values)
	}
}
