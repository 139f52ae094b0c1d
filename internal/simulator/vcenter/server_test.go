package vcenter_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

const (
	root    = "/sdk/vim25/8.0.2.0"
	manager = root + "/SessionManager/SessionManager/"
	account = `{"userName":"administrator@vsphere.local","password":"VMware1!"}`
)

// peer is a plain HTTP client of a simulated vCenter.
type peer struct {
	*testing.T
	server *vcenter.Server
	http   *http.Client
}

type result struct {
	status int
	header http.Header
	body   string
}

func start(t *testing.T, o vcenter.Options) *peer {
	t.Helper()
	server, err := vcenter.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(server.CertificateAuthority())) {
		t.Fatal("no CA")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &peer{T: t, server: server, http: &http.Client{Transport: transport}}
}

func (p *peer) send(method, path, session, body string) result {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), method, p.server.URL()+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	if session != "" {
		req.Header.Set("vmware-api-session-id", session)
	}
	return p.do(req)
}

func (p *peer) do(req *http.Request) result {
	p.Helper()
	resp, err := p.http.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.Fatal(err)
	}
	return result{resp.StatusCode, resp.Header, string(bytes.TrimSpace(text))}
}

func (p *peer) login() string {
	p.Helper()
	out := p.send("POST", manager+"Login", "", account)
	if out.status != 200 {
		p.Fatalf("login: %+v", out)
	}
	return out.header.Get("vmware-api-session-id")
}

func (p *peer) ticket(session string) string {
	p.Helper()
	out := p.send("POST", manager+"AcquireCloneTicket", session, "")
	var ticket string
	if err := json.Unmarshal([]byte(out.body), &ticket); err != nil {
		p.Fatalf("ticket: %+v", out)
	}
	return ticket
}

func (p *peer) clone(ticket string) result {
	p.Helper()
	return p.send("POST", manager+"CloneSession", "", fmt.Sprintf(`{"cloneTicket":%q}`, ticket))
}

func (r result) fields(t *testing.T) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(r.body), &fields); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return fields
}

func (r result) fault(t *testing.T) string {
	t.Helper()
	if r.status != 500 {
		return fmt.Sprintf("no fault but %d: %s", r.status, r.body)
	}
	name, _ := r.fields(t)["_typeName"].(string)
	return name
}

// TestStart_atOnce starts several at once, for the race detector.
func TestStart_atOnce(t *testing.T) {
	var starting sync.WaitGroup
	for range 4 {
		starting.Go(func() {
			s, err := vcenter.Start(vcenter.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	starting.Wait()
}

func TestLogin(t *testing.T) {
	p := start(t, vcenter.Options{})
	out := p.send("POST", manager+"Login", "", `{"_typeName":"LoginRequestType","userName":"administrator@vsphere.local","password":"VMware1!","locale":"de"}`)
	if out.status != 200 || out.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%+v", out)
	}
	if id := out.header.Get("vmware-api-session-id"); len(id) != 40 {
		t.Errorf("session id %q", id)
	}
	session := out.fields(t)
	for name, want := range map[string]any{
		"_typeName": "UserSession", "userName": "administrator@vsphere.local", "fullName": "administrator@vsphere.local",
		"locale": "de", "messageLocale": "de", "extensionSession": false, "ipAddress": "127.0.0.1", "userAgent": "Go-http-client/1.1", "callCount": 1.0,
	} {
		if diff := cmp.Diff(want, session[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, name := range []string{"key", "loginTime", "lastActiveTime"} {
		if text, ok := session[name].(string); !ok || text == "" {
			t.Errorf("%s is %v", name, session[name])
		}
	}
}

func TestRequests_invalid(t *testing.T) {
	p := start(t, vcenter.Options{})
	session := p.login()
	tests := map[string]struct {
		method, path, session, body string
		status                      int
		fault                       string
		violation                   bool
	}{
		"wrong password":           {"POST", manager + "Login", "", `{"userName":"administrator@vsphere.local","password":"x"}`, 500, "InvalidLogin", false},
		"wrong user":               {"POST", manager + "Login", "", `{"userName":"x","password":"VMware1!"}`, 500, "InvalidLogin", false},
		"login without a body":     {"POST", manager + "Login", "", "", 500, "InvalidRequest", true},
		"login with a list":        {"POST", manager + "Login", "", "[]", 500, "InvalidRequest", true},
		"login with a new field":   {"POST", manager + "Login", "", `{"user":"x"}`, 500, "InvalidRequest", true},
		"login with a wrong type":  {"POST", manager + "Login", "", `{"userName":1}`, 500, "InvalidRequest", true},
		"login in a session":       {"POST", manager + "Login", session, account, 500, "InvalidRequest", true},
		"clone in a session":       {"POST", manager + "CloneSession", session, `{"cloneTicket":"x"}`, 500, "InvalidRequest", true},
		"clone without a ticket":   {"POST", manager + "CloneSession", "", `{}`, 500, "InvalidLogin", false},
		"ticket anonymously":       {"POST", manager + "AcquireCloneTicket", "", "", 500, "NotAuthenticated", false},
		"ticket, unknown session":  {"POST", manager + "AcquireCloneTicket", "x", "", 500, "NotAuthenticated", false},
		"logout anonymously":       {"POST", manager + "Logout", "", "", 500, "NotAuthenticated", false},
		"time anonymously":         {"POST", root + "/ServiceInstance/ServiceInstance/CurrentTime", "", "", 500, "NotAuthenticated", false},
		"unknown release":          {"POST", "/sdk/vim25/7.0.0.0/SessionManager/SessionManager/Login", "", account, 404, "", false},
		"unknown manager":          {"POST", root + "/SessionManager/ha-sessionmgr/Login", "", account, 404, "", false},
		"unknown member":           {"POST", manager + "Sleep", session, "", 404, "", false},
		"GET of a method":          {"GET", manager + "Logout", session, "", 404, "", false},
		"POST of a property":       {"POST", manager + "currentSession", session, "", 404, "", false},
		"SOAP":                     {"POST", "/sdk", "", "<Envelope/>", 404, "", false},
		"hello of no release":      {"POST", "/api/vcenter/system?action=hello", "", `{"api_releases":[]}`, 400, "", true},
		"hello of too many":        {"POST", "/api/vcenter/system?action=hello", "", `{"api_releases":["1"` + strings.Repeat(`,"1"`, 128) + `]}`, 400, "", true},
		"hello of a long release":  {"POST", "/api/vcenter/system?action=hello", "", `{"api_releases":["` + strings.Repeat("1", 65) + `"]}`, 400, "", true},
		"hello without a body":     {"POST", "/api/vcenter/system?action=hello", "", ``, 400, "", true},
		"hello without its action": {"POST", "/api/vcenter/system", "", `{"api_releases":["8.0.1.0"]}`, 404, "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(p.server.Violations())
			out := p.send(test.method, test.path, test.session, test.body)
			if out.status != test.status {
				t.Errorf("%+v", out)
			}
			if test.fault != "" && out.fault(t) != test.fault {
				t.Errorf("fault %s", out.fault(t))
			}
			if noted := len(p.server.Violations()) > before; noted != test.violation {
				t.Errorf("violations: %q", p.server.Violations())
			}
		})
	}
	if out := p.send("GET", manager+"currentSession", session, ""); out.status != 200 {
		t.Errorf("the session has ended: %+v", out)
	}
}

func TestSession_onlyTheHeaderAuthenticates(t *testing.T) {
	p := start(t, vcenter.Options{})
	session := p.login()
	key, _ := p.send("GET", manager+"currentSession", session, "").fields(t)["key"].(string)
	if out := p.send("GET", manager+"currentSession", key, ""); out.body != "null" {
		t.Errorf("the key authenticates: %+v", out)
	}
	if out := p.send("GET", manager+"currentSession", p.ticket(session), ""); out.body != "null" {
		t.Errorf("a ticket authenticates: %+v", out)
	}
	for _, value := range []string{session, key} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.server.URL()+manager+"currentSession", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(&http.Cookie{Name: "vmware_soap_session", Value: value})
		if out := p.do(req); out.body != "null" {
			t.Errorf("a cookie authenticates: %+v", out)
		}
	}
}

func TestTickets(t *testing.T) {
	tests := map[string]struct {
		spoil func(p *peer, session, ticket string) string // returns what to use as ticket
		fault string
	}{
		"fresh": {func(_ *peer, _, ticket string) string { return ticket }, ""},
		"used": {func(p *peer, _, ticket string) string {
			p.clone(ticket)
			return ticket
		}, "InvalidLogin"},
		"source logged out": {func(p *peer, session, ticket string) string {
			p.send("POST", manager+"Logout", session, "")
			return ticket
		}, "InvalidLogin"},
		"source expired": {func(p *peer, _, ticket string) string {
			p.server.ExpireSessions()
			return ticket
		}, "InvalidLogin"},
		"another session logged out": {func(p *peer, _, ticket string) string {
			p.send("POST", manager+"Logout", p.login(), "")
			return ticket
		}, ""},
		"session id": {func(_ *peer, session, _ string) string { return session }, "InvalidLogin"},
		"session key": {func(p *peer, session, _ string) string {
			key, _ := p.send("GET", manager+"currentSession", session, "").fields(p.T)["key"].(string)
			return key
		}, "InvalidLogin"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, vcenter.Options{})
			session := p.login()
			ticket := test.spoil(p, session, p.ticket(session))
			out := p.clone(ticket)
			if test.fault != "" {
				if out.fault(t) != test.fault {
					t.Errorf("%+v", out)
				}
				return
			}
			id := out.header.Get("vmware-api-session-id")
			if out.status != 200 || id == session {
				t.Fatalf("%+v", out)
			}
			if whose := p.send("GET", manager+"currentSession", id, "").fields(t); whose["key"] != out.fields(t)["key"] {
				t.Errorf("session of %v", whose)
			}
		})
	}
}

func TestSwitches(t *testing.T) {
	anonymous := func(p *peer) result { return p.send("POST", manager+"Logout", "", "") }
	withoutSession := func(p *peer) result { return p.send("GET", manager+"currentSession", "", "") }
	login := func(p *peer) result { return p.send("POST", manager+"Login", "", account) }
	hello := func(p *peer) result {
		return p.send("POST", "/api/vcenter/system?action=hello", "", `{"api_releases":["9.0.0.0","8.0.2.0","8.0.1.0"]}`)
	}
	tests := map[string]struct {
		options vcenter.Options
		call    func(*peer) result
		status  int
		media   string
		body    string // part of it
		header  string // one that must be there
	}{
		"fault message":     {vcenter.Options{}, anonymous, 500, "application/json", `"message":"The session is not authenticated."`, ""},
		"fault string":      {vcenter.Options{FaultBody: vcenter.FaultString}, anonymous, 500, "application/json", `"faultstring":"The session is not authenticated."`, ""},
		"fault bare":        {vcenter.Options{FaultBody: vcenter.FaultBare}, anonymous, 500, "application/json", `"_typeName":"NotAuthenticated"`, ""},
		"fault XML":         {vcenter.Options{FaultBody: vcenter.FaultXML}, anonymous, 500, "text/xml", `xsi:type="NotAuthenticated"`, ""},
		"fault HTML":        {vcenter.Options{FaultBody: vcenter.FaultHTML}, anonymous, 500, "text/html", `<html>`, ""},
		"status 401":        {vcenter.Options{Status401: true}, anonymous, 401, "application/json", "NotAuthenticated", ""},
		"no cloning":        {vcenter.Options{NoCloning: true}, func(p *peer) result { return p.clone("x") }, 500, "application/json", "NotSupported", ""},
		"no session, null":  {vcenter.Options{}, withoutSession, 200, "application/json", "null", ""},
		"no session, empty": {vcenter.Options{NoSession: vcenter.NoSessionEmpty}, withoutSession, 200, "", "", ""},
		"no session, 204":   {vcenter.Options{NoSession: vcenter.NoSession204}, withoutSession, 204, "", "", ""},
		"token in header":   {vcenter.Options{}, login, 200, "application/json", "UserSession", "Vmware-Api-Session-Id"},
		"token in cookie":   {vcenter.Options{TokenLocation: vcenter.TokenCookie}, login, 200, "application/json", "UserSession", "Set-Cookie"},
		"token nowhere":     {vcenter.Options{TokenLocation: vcenter.TokenNowhere}, login, 200, "application/json", "UserSession", ""},
		"hello":             {vcenter.Options{}, hello, 200, "application/json", `{"api_release":"8.0.2.0"}`, ""},
		"hello in vain":     {vcenter.Options{Releases: []string{"7"}}, hello, 200, "application/json", `{"api_release":""}`, ""},
		"no hello":          {vcenter.Options{NoHello: true}, hello, 404, "text/plain; charset=utf-8", "not found", ""},
		"old, hello":        {vcenter.Options{NoVIJSON: true}, hello, 404, "text/plain; charset=utf-8", "not found", ""},
		"old, login":        {vcenter.Options{NoVIJSON: true}, login, 404, "text/plain; charset=utf-8", "not found", ""},
		"no hello, login":   {vcenter.Options{NoHello: true}, login, 200, "application/json", "UserSession", "Vmware-Api-Session-Id"},
		"other account":     {vcenter.Options{Username: "a", Password: "b"}, login, 500, "application/json", "InvalidLogin", ""},
		"manager's moId":    {vcenter.Options{ManagerID: "ha-sessionmgr"}, func(p *peer) result { return p.send("GET", root+"/ServiceInstance/ServiceInstance/content", "", "") }, 200, "application/json", `"value":"ha-sessionmgr"`, ""},
		"bare time string": {vcenter.Options{}, func(p *peer) result {
			return p.send("POST", root+"/ServiceInstance/ServiceInstance/CurrentTime", p.login(), "")
		}, 200, "application/json", `"20`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out := test.call(start(t, test.options))
			if out.status != test.status || out.header.Get("Content-Type") != test.media || !strings.Contains(out.body, test.body) {
				t.Errorf("%+v", out)
			}
			for _, name := range []string{"Vmware-Api-Session-Id", "Set-Cookie"} {
				if _, there := out.header[name]; there != (name == test.header) {
					t.Errorf("header %s: %v", name, there)
				}
			}
		})
	}
}

func TestStats(t *testing.T) {
	p := start(t, vcenter.Options{})
	session := p.login()
	p.clone(p.ticket(session))
	p.clone("x")
	p.send("POST", manager+"Login", "", `{"userName":"x","password":"y"}`)
	p.send("POST", manager+"Logout", session, "")
	p.send("GET", "/ui", "", "")
	want := vcenter.Stats{
		Requests: map[string]int{
			"POST SessionManager/Login": 2, "POST SessionManager/AcquireCloneTicket": 1,
			"POST SessionManager/CloneSession": 2, "POST SessionManager/Logout": 1, "GET /ui": 1,
		},
		Total: 7, Logins: 1, Clones: 1, FailedLogins: 2, Logouts: 1, LiveSessions: 1,
	}
	if diff := cmp.Diff(want, p.server.Stats()); diff != "" {
		t.Error(diff)
	}
	requests := p.server.Requests()
	if r := requests[0]; r.Method != http.MethodPost || r.Path != manager+"Login" || string(r.Body) != account || r.Status != 200 || r.Time.IsZero() {
		t.Errorf("%+v", r)
	}
	p.server.ExpireSessions()
	if n := p.server.Stats().LiveSessions; n != 0 {
		t.Errorf("%d sessions live", n)
	}
}

func TestStart_fails(t *testing.T) {
	p := start(t, vcenter.Options{})
	if _, err := vcenter.Start(vcenter.Options{Addr: strings.TrimPrefix(p.server.URL(), "https://")}); err == nil {
		t.Error("two servers on one port")
	}
	p.server.Close()
	p.server.Close()
}
