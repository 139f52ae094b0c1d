package vcenter_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	simulator "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// TestRequests checks each call on the wire.
func TestRequests(t *testing.T) {
	server := start(t, simulator.Options{})
	client := connect(t, server, credentials())
	ticket, err := client.AcquireCloneTicket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clone, err := client.Clone(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	if err := clone.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Session(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := clone.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}

	const root = "/sdk/vim25/8.0.3.0/"
	type request struct {
		call    string
		body    map[string]any
		session string // none, shared, clone
		status  int
	}
	want := []request{
		{"POST /api/vcenter/system?action=hello", map[string]any{"api_releases": []any{"9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0"}}, "none", 200},
		{"GET " + root + "ServiceInstance/ServiceInstance/content", nil, "none", 200},
		{"POST " + root + "SessionManager/SessionManager/Login", map[string]any{"userName": username, "password": password}, "none", 200},
		{"POST " + root + "SessionManager/SessionManager/AcquireCloneTicket", nil, "shared", 200},
		{"POST " + root + "SessionManager/SessionManager/CloneSession", map[string]any{"cloneTicket": ticket}, "none", 200},
		{"POST " + root + "ServiceInstance/ServiceInstance/CurrentTime", nil, "clone", 200},
		{"GET " + root + "SessionManager/SessionManager/currentSession", nil, "shared", 200},
		{"POST " + root + "SessionManager/SessionManager/Logout", nil, "clone", 204},
		{"POST " + root + "SessionManager/SessionManager/Logout", nil, "shared", 204},
	}
	sessionOf := func(id string) string {
		switch id {
		case "":
			return "none"
		case clone.SessionID:
			return "clone"
		}
		return "shared"
	}
	var got []request
	for _, r := range server.Requests() {
		got = append(got, request{r.Method + " " + r.Path, decode(t, r.Body), sessionOf(r.Header.Get("vmware-api-session-id")), r.Status})
		if agent := r.Header.Get("User-Agent"); agent != "test-agent/1" {
			t.Errorf("%s %s: User-Agent %q", r.Method, r.Path, agent)
		}
		if cookie := r.Header.Get("Cookie"); cookie != "" {
			t.Errorf("%s %s: cookie %q", r.Method, r.Path, cookie)
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(request{})); diff != "" {
		t.Error(diff)
	}
}

func TestLogin_onFirstUse(t *testing.T) {
	server := start(t, simulator.Options{})
	client := connect(t, server, credentials())
	if err := client.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := server.Stats().Total; n != 0 {
		t.Errorf("%d requests", n)
	}
	if _, err := client.Session(t.Context()); !errors.Is(err, vcenter.ErrClosed) {
		t.Errorf("after the logout: %v", err)
	}
}

func TestLogin_types(t *testing.T) {
	tests := map[string]struct {
		login   func(t *testing.T, source *vcenter.Client) vcenter.Login
		logouts int
	}{
		"credentials": {
			login:   func(*testing.T, *vcenter.Client) vcenter.Login { return credentials() },
			logouts: 1,
		},
		"clone_ticket": {
			login: func(t *testing.T, source *vcenter.Client) vcenter.Login {
				ticket, err := source.AcquireCloneTicket(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return vcenter.CloneTicket{Ticket: ticket}
			},
			logouts: 1,
		},
		"session_id": {
			login: func(t *testing.T, source *vcenter.Client) vcenter.Login {
				ticket, err := source.AcquireCloneTicket(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				clone, err := source.Clone(t.Context(), ticket)
				if err != nil {
					t.Fatal(err)
				}
				return vcenter.SessionID{SessionID: clone.SessionID}
			},
		},
	}
	for name, test := range tests {
		for place, token := range map[string]simulator.TokenLocation{"header": simulator.TokenHeader, "cookie": simulator.TokenCookie} {
			t.Run(name+" "+place, func(t *testing.T) {
				server := start(t, simulator.Options{TokenLocation: token})
				login := test.login(t, connect(t, server, credentials()))
				if login.Kind() != name {
					t.Errorf("Kind is %s", login.Kind())
				}
				client := connect(t, server, login)
				session, err := client.Session(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if session.UserName != username {
					t.Errorf("session of %s", session.UserName)
				}
				before := server.Stats()
				if err := client.Logout(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n := server.Stats().Logouts - before.Logouts; n != test.logouts {
					t.Errorf("%d logouts, want %d", n, test.logouts)
				}
			})
		}
	}
}

func TestLogin_sharedByConcurrentCalls(t *testing.T) {
	server := start(t, simulator.Options{})
	client := connect(t, server, credentials())
	runConcurrently(t, func() error {
		_, err := client.Session(t.Context())
		return err
	})
	server.ExpireSessions()
	runConcurrently(t, func() error {
		_, err := client.AcquireCloneTicket(t.Context())
		return err
	})
	stats := server.Stats()
	want := map[string]int{"POST /api/vcenter/system": 1, "GET ServiceInstance/content": 1, "POST SessionManager/Login": 2}
	for call, n := range want {
		if stats.Requests[call] != n {
			t.Errorf("%s: %d times, want %d", call, stats.Requests[call], n)
		}
	}
}

// runConcurrently runs f fifty times at once.
func runConcurrently(t *testing.T, f func() error) {
	t.Helper()
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() {
			if err := f(); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
}

func TestLogin_refusedIsFinal(t *testing.T) {
	tests := map[string]struct {
		login vcenter.Login
		call  string
	}{
		"wrong password":   {vcenter.Credentials{Username: username, Password: "wr0ng"}, "POST SessionManager/Login"},
		"unknown user":     {vcenter.Credentials{Username: "nobody", Password: password}, "POST SessionManager/Login"},
		"empty password":   {vcenter.Credentials{Username: username}, "POST SessionManager/Login"},
		"unknown ticket":   {vcenter.CloneTicket{Ticket: "cst-unknown"}, "POST SessionManager/CloneSession"},
		"no ticket at all": {vcenter.CloneTicket{}, "POST SessionManager/CloneSession"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, simulator.Options{})
			client := connect(t, server, test.login)
			for range 3 {
				_, err := client.Session(t.Context())
				var login *vcenter.LoginError
				if !errors.As(err, &login) || !login.Refused || login.Kind != test.login.Kind() || vcenter.Fault(err) != vcenter.FaultInvalidLogin {
					t.Fatalf("got %#v", err)
				}
			}
			if n := server.Stats().Requests[test.call]; n != 1 {
				t.Errorf("%d logins", n)
			}
		})
	}
}

func TestLogin_withoutSessionIDIsFinal(t *testing.T) {
	server := start(t, simulator.Options{TokenLocation: simulator.TokenNowhere})
	client := connect(t, server, credentials())
	for range 3 {
		if _, err := client.Session(t.Context()); !errors.Is(err, vcenter.ErrNoSessionID) {
			t.Errorf("got %v", err)
		}
	}
	if n := server.Stats().Logins; n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestSession_expired(t *testing.T) {
	for name, options := range map[string]simulator.Options{
		"fault":       {},
		"status 401":  {Status401: true},
		"page":        {Status401: true, FaultBody: simulator.FaultHTML},
		"SOAP fault":  {FaultBody: simulator.FaultXML},
		"empty":       {NoSession: simulator.NoSessionEmpty},
		"no content":  {NoSession: simulator.NoSession204},
		"faultstring": {FaultBody: simulator.FaultString},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t, options)
			client := connect(t, server, credentials())
			for _, call := range []func() error{
				func() error { _, err := client.Session(t.Context()); return err },
				func() error { _, err := client.AcquireCloneTicket(t.Context()); return err },
			} {
				if err := call(); err != nil {
					t.Fatal(err)
				}
				server.ExpireSessions()
				if err := call(); err != nil {
					t.Fatal("after expiry:", err)
				}
			}
			if n := server.Stats().Logins; n != 3 {
				t.Errorf("%d logins, want 3", n)
			}
		})
	}
}

func TestSession_expiredAndNotRenewable(t *testing.T) {
	server := start(t, simulator.Options{})
	source := connect(t, server, credentials())
	ticket := acquire(t, source)
	given, err := source.Clone(t.Context(), acquire(t, source))
	if err != nil {
		t.Fatal(err)
	}
	byTicket := connect(t, server, vcenter.CloneTicket{Ticket: ticket})
	byID := connect(t, server, vcenter.SessionID{SessionID: given.SessionID})
	for _, client := range []*vcenter.Client{byTicket, byID} {
		if _, err := client.Session(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	server.ExpireSessions()
	before := server.Stats().Requests["POST SessionManager/CloneSession"]
	for want, client := range map[error]*vcenter.Client{vcenter.ErrTicketSpent: byTicket, vcenter.ErrSessionExpired: byID} {
		for _, call := range []func() error{
			func() error { _, err := client.Session(t.Context()); return err },
			func() error { _, err := client.AcquireCloneTicket(t.Context()); return err },
		} {
			err := call()
			var login *vcenter.LoginError
			if !errors.Is(err, want) || !errors.As(err, &login) || !login.Refused {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		if err := client.Logout(t.Context()); err != nil {
			t.Errorf("logout of an ended session: %v", err)
		}
	}
	if n := server.Stats().Requests["POST SessionManager/CloneSession"]; n != before {
		t.Error("a ticket was used again")
	}
}

func acquire(t *testing.T, client *vcenter.Client) string {
	t.Helper()
	ticket, err := client.AcquireCloneTicket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

// A session that was never accepted is not renewed.
func TestSession_freshIsNotRenewed(t *testing.T) {
	client, script := play(t, credentials(), map[string]http.HandlerFunc{"currentSession": respond(200, "null")})
	if _, err := client.Session(t.Context()); !errors.Is(err, vcenter.ErrNoSession) {
		t.Errorf("got %v", err)
	}
	if n := strings.Count(strings.Join(script.requests, "\n"), "/Login"); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestSession_keyIsNoSessionID(t *testing.T) {
	server := start(t, simulator.Options{})
	session, err := connect(t, server, credentials()).Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = connect(t, server, vcenter.SessionID{SessionID: session.Key}).Session(t.Context())
	if !errors.Is(err, vcenter.ErrSessionExpired) {
		t.Errorf("got %v", err)
	}
}

func TestLogin_none(t *testing.T) {
	server := start(t, simulator.Options{})
	client := connect(t, server, nil)
	if _, err := client.AcquireCloneTicket(t.Context()); !errors.Is(err, vcenter.ErrNoLogin) {
		t.Errorf("got %v", err)
	}
	clone, err := client.Clone(t.Context(), acquire(t, connect(t, server, credentials())))
	if err != nil || clone.Session.UserName != username {
		t.Errorf("clone without a login: %v, %v", clone, err)
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestLogin_callerGivesUp(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	client, script := play(t, credentials(), map[string]http.HandlerFunc{
		"Login": func(w http.ResponseWriter, r *http.Request) {
			close(arrived)
			<-release
			respond(200, aliceSession, "vmware-api-session-id", "token-1")(w, r)
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := client.Session(ctx)
		done <- err
	}()
	<-arrived
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := client.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := script.requests[len(script.requests)-1]; !strings.HasSuffix(last, "/Logout") {
		t.Errorf("the session was left behind; last request: %s", last)
	}
}

// TestResponses checks valid and invalid responses to each call.
func TestResponses(t *testing.T) {
	session := func(t *testing.T, c *vcenter.Client) (any, error) { return c.Session(t.Context()) }
	ticket := func(t *testing.T, c *vcenter.Client) (any, error) { return c.AcquireCloneTicket(t.Context()) }
	clone := func(t *testing.T, c *vcenter.Client) (any, error) {
		clone, err := c.Clone(t.Context(), "cst-s3cret")
		if err != nil {
			return nil, err
		}
		return clone.Session, nil
	}
	alice := vcenter.UserSession{
		Key: "52b5f1aa-0000-1111-2222-333344445555", UserName: `VSPHERE.LOCAL\Alice`, FullName: "Alice of Wonderland",
		LoginTime:      time.Date(2024, 5, 1, 10, 0, 0, 123456000, time.UTC),
		LastActiveTime: time.Date(2024, 5, 1, 10, 5, 0, 0, time.UTC),
		Locale:         "en", MessageLocale: "de", ExtensionSession: true,
		IPAddress: "192.0.2.7", UserAgent: "test-agent/1", CallCount: 9007199254740993,
	}
	tests := map[string]struct {
		call     func(*testing.T, *vcenter.Client) (any, error)
		member   string
		response http.HandlerFunc
		want     any
		err      string // part of the error's text
	}{
		"session":                      {session, "currentSession", respond(200, aliceSession), &alice, ""},
		"session with unknown fields":  {session, "currentSession", respond(200, strings.Replace(aliceSession, "{", `{"new":1,`, 1)), &alice, ""},
		"no session":                   {session, "currentSession", respond(200, " null\n"), nil, "not logged in, or has expired"},
		"session as a page":            {session, "currentSession", respond(200, "<html>Welcome</html>", "Content-Type", "text/html"), nil, "it is text/html, not JSON: <html>Welcome</html>"},
		"session as text":              {session, "currentSession", respond(200, `"alice"`), nil, "can't be used"},
		"session of nothing":           {session, "currentSession", respond(200, `{}`), nil, "lacks the key"},
		"session with a bad time":      {session, "currentSession", respond(200, strings.Replace(aliceSession, "2024-05-01T10:05:00Z", "yesterday", 1)), nil, "can't be used"},
		"session with a bad number":    {session, "currentSession", respond(200, strings.Replace(aliceSession, "9007199254740993", `"many"`, 1)), nil, `field "callCount"`},
		"session redirects":            {session, "currentSession", respond(302, "", "Location", "/ui"), nil, "redirects to /ui"},
		"ticket":                       {ticket, "AcquireCloneTicket", respond(200, `"cst-s3cret"`), "cst-s3cret", ""},
		"ticket as plain text":         {ticket, "AcquireCloneTicket", respond(200, `"cst-s3cret"`, "Content-Type", "text/plain"), "cst-s3cret", ""},
		"ticket in an object":          {ticket, "AcquireCloneTicket", respond(200, `{"value":"cst-s3cret"}`), nil, "it is not a ticket"},
		"ticket without quotes":        {ticket, "AcquireCloneTicket", respond(200, `cst-s3cret`), nil, "it is not a ticket"},
		"ticket null":                  {ticket, "AcquireCloneTicket", respond(200, `null`), nil, "it is not a ticket"},
		"ticket empty":                 {ticket, "AcquireCloneTicket", respond(204, ``), nil, "it is not a ticket"},
		"ticket not allowed":           {ticket, "AcquireCloneTicket", respond(500, `{"_typeName":"NoPermission","privilegeId":"System.View"}`), nil, "status 500 NoPermission"},
		"clone":                        {clone, "CloneSession", respond(200, aliceSession, "vmware-api-session-id", "token-2"), alice, ""},
		"clone by cookie":              {clone, "CloneSession", respond(200, aliceSession, "Set-Cookie", `vmware_soap_session="token-2"; Path=/; HttpOnly; Secure`), alice, ""},
		"clone without an id":          {clone, "CloneSession", respond(200, aliceSession), nil, "has no session id"},
		"clone with another cookie":    {clone, "CloneSession", respond(200, aliceSession, "Set-Cookie", "route=a"), nil, "has no session id"},
		"clone of nothing":             {clone, "CloneSession", respond(200, "null", "vmware-api-session-id", "token-2"), nil, "it is null"},
		"clone not supported":          {clone, "CloneSession", respond(500, `{"_typeName":"NotSupported"}`), nil, "status 500 NotSupported"},
		"clone repeats the ticket":     {clone, "CloneSession", respond(500, `{"_typeName":"InvalidLogin","faultstring":"cst-s3cret is no ticket"}`), nil, "InvalidLogin: (secret) is no ticket"},
		"fault text in parts":          {clone, "CloneSession", respond(500, `{"_typeName":"InvalidLogin","faultMessage":[{"key":"a","message":"One."},{"key":"b"},{"message":"Two."}]}`), nil, "InvalidLogin: One. Two."},
		"fault text in both":           {clone, "CloneSession", respond(500, `{"_typeName":"InvalidLogin","faultMessage":[],"faultstring":"Text."}`), nil, "InvalidLogin: Text."},
		"fault of unknown type":        {clone, "CloneSession", respond(500, `{"_typeName":"Surprise","faultstring":"Text."}`), nil, "status 500 Surprise: Text."},
		"fault without a type":         {clone, "CloneSession", respond(500, `{"faultstring":"Text."}`), nil, "status 500: Text."},
		"fault null":                   {clone, "CloneSession", respond(500, `null`), nil, "status 500: null"},
		"fault empty":                  {clone, "CloneSession", respond(500, ``), nil, "status 500"},
		"fault as SOAP":                {clone, "CloneSession", respond(500, soapFault, "Content-Type", "text/xml"), nil, "status 500 InvalidLogin: Not here."},
		"fault as a page":              {clone, "CloneSession", respond(503, "<html><h1>No healthy upstream</h1>", "Content-Type", "text/html"), nil, "status 503: <html><h1>No healthy upstream</h1>"},
		"login without an id":          {session, "Login", respond(200, aliceSession), nil, "has no session id"},
		"login repeats the password":   {session, "Login", respond(500, `{"_typeName":"InvalidLogin","faultstring":"not `+password+`"}`), nil, "InvalidLogin: not (secret)"},
		"content without a manager":    {session, "content", respond(200, `{"_typeName":"ServiceContent"}`), nil, "names no session manager"},
		"content as a page":            {session, "content", respond(200, "<html>", "Content-Type", "text/html"), nil, "not JSON"},
		"hello as a page":              {session, "system", respond(200, "<html>", "Content-Type", "text/html"), nil, "not JSON"},
		"hello without common release": {session, "system", respond(200, `{"api_release":""}`), nil, "none of the known releases"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client, _ := play(t, credentials(), map[string]http.HandlerFunc{test.member: test.response})
			got, err := test.call(t, client)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
				for _, secret := range []string{"cst-s3cret", password, "token-"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error shows the secret: %v", err)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const soapFault = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>Not here.</faultstring>
<detail><InvalidLoginFault xmlns="urn:vim25" xsi:type="InvalidLogin"></InvalidLoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`

// A login that failed for a transient reason is tried again by the next call.
func TestLogin_transientError(t *testing.T) {
	fail := true
	client, _ := play(t, credentials(), map[string]http.HandlerFunc{
		"Login": func(w http.ResponseWriter, r *http.Request) {
			if fail {
				respond(503, "busy")(w, r)
				return
			}
			respond(200, aliceSession, "vmware-api-session-id", "token-1")(w, r)
		},
		"currentSession": respond(200, aliceSession),
	})
	var login *vcenter.LoginError
	if _, err := client.Session(t.Context()); !errors.As(err, &login) || login.Refused {
		t.Errorf("got %v", err)
	}
	fail = false
	if _, err := client.Session(t.Context()); err != nil {
		t.Error(err)
	}
}

// A call that a busy vCenter has not performed is sent again. That includes a
// clone: its ticket is still valid.
func TestBusyVCenter(t *testing.T) {
	fault := `{"_typeName":"SystemError","faultMessage":[{"message":"Busy."}]}`
	page := respond(503, "<html>No healthy upstream</html>", "Content-Type", "text/html")
	performed := map[string]http.HandlerFunc{
		"system":             respond(200, `{"api_release":"8.0.2.0"}`),
		"Login":              respond(200, aliceSession, "vmware-api-session-id", "token-1"),
		"CloneSession":       respond(200, aliceSession, "vmware-api-session-id", "token-2"),
		"AcquireCloneTicket": respond(200, `"cst-s3cret"`),
		"CurrentTime":        respond(200, `"2024-05-01T10:00:00Z"`),
	}
	for name, c := range map[string]struct {
		busy   http.HandlerFunc
		member []string
	}{
		"429":           {respond(429, "", "Retry-After", "5"), []string{"system", "Login", "CloneSession", "AcquireCloneTicket", "CurrentTime"}},
		"503":           {respond(503, fault), []string{"system", "Login", "CloneSession", "AcquireCloneTicket", "CurrentTime"}},
		"503 as a page": {page, []string{"Login", "CloneSession"}},
		"502 as a page": {respond(502, "<html>Bad Gateway</html>", "Content-Type", "text/html"), []string{"Login", "CloneSession"}},
	} {
		for _, member := range c.member {
			t.Run(name+" "+member, func(t *testing.T) {
				responses, requests := maps.Clone(performed), 0
				responses[member] = func(w http.ResponseWriter, r *http.Request) {
					if requests++; requests == 1 {
						c.busy(w, r)
						return
					}
					performed[member](w, r)
				}
				client, _ := play(t, credentials(), responses)
				clone, err := client.Clone(t.Context(), acquire(t, client))
				if err != nil {
					t.Fatal(err)
				}
				if err := clone.Renew(t.Context()); err != nil || requests != 2 {
					t.Errorf("error %v, and %d requests", err, requests)
				}
			})
		}
	}
}

func TestTrust(t *testing.T) {
	server := start(t, simulator.Options{})
	tests := map[string]struct {
		trust tlsutil.Trust
		ok    bool
	}{
		"CA":               {tlsutil.Trust{CACertificate: server.CertificateAuthority()}, true},
		"thumbprint":       {tlsutil.Trust{Thumbprint: server.Thumbprint()}, true},
		"insecure":         {tlsutil.Trust{Insecure: true}, true},
		"nothing":          {tlsutil.Trust{}, false},
		"wrong thumbprint": {tlsutil.Trust{Thumbprint: strings.Repeat("AB", 32)}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, server.URL(), test.trust, credentials(), "")
			_, err := client.Session(t.Context())
			var trust *tlsutil.TrustError
			if test.ok && err != nil || !test.ok && !errors.As(err, &trust) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNew_refusesBadTrust(t *testing.T) {
	_, err := vcenter.New(vcenter.Options{Transport: rest.Options{BaseURL: parse(t, "https://vc.example.com"), Trust: tlsutil.Trust{Thumbprint: "AB"}}})
	if err == nil {
		t.Error("accepted")
	}
	client := newClient(t, "https://vc.example.com", tlsutil.Trust{}, nil, "")
	if client.URL() != "https://vc.example.com" {
		t.Errorf("URL is %s", client.URL())
	}
}
