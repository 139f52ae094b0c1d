package storware

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	fake "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

func TestBasePath(t *testing.T) {
	tests := map[string]string{
		"https://b.example.com":              "https://b.example.com/api",
		"https://b.example.com/":             "https://b.example.com/api",
		"https://b.example.com:8181":         "https://b.example.com:8181/api",
		"https://b.example.com/api":          "https://b.example.com/api",
		"https://b.example.com/backup/api/v": "https://b.example.com/backup/api/v",
	}
	for given, want := range tests {
		if got := connectTo(t, given, tlsutil.Trust{}, adminLogin).URL(); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
	}
}

func TestNew_refusesBadTrust(t *testing.T) {
	_, err := New(Options{Transport: rest.Options{BaseURL: &url.URL{Scheme: "https", Host: "b"}, Trust: tlsutil.Trust{Thumbprint: "AB"}}})
	if err == nil {
		t.Error("no error")
	}
}

// TestRequests checks each request on the wire.
func TestRequests(t *testing.T) {
	open := func(ctx context.Context, c *Client, f func(*Session) error) error {
		s, err := c.Open(ctx)
		if err != nil {
			return err
		}
		return f(s)
	}
	tests := map[string]struct {
		login Login
		call  func(context.Context, *Client) error
		want  []string // method, path, content type, body
	}{
		"credentials": {adminLogin, func(ctx context.Context, c *Client) error {
			return open(ctx, c, func(*Session) error { return nil })
		}, []string{`POST /api/session/login application/json {"login":"admin","password":"Simulator-storware-1"}`}},
		"token": {tokenLogin, func(ctx context.Context, c *Client) error {
			return open(ctx, c, func(*Session) error { return nil })
		}, []string{`POST /api/session/login-with-token application/json {"token":"simulator-storware-token-5d1e"}`}},
		"node": {nodeLogin, func(ctx context.Context, c *Client) error {
			return open(ctx, c, func(*Session) error { return nil })
		}, []string{`POST /api/session/node/login application/json {"login":"node-1","password":"Simulator-node-1","version":"7.4.0"}`}},
		"session": {tokenLogin, func(ctx context.Context, c *Client) error {
			_, err := c.Session(ctx)
			return err
		}, []string{"GET /api/session/user  "}},
		"user": {tokenLogin, func(ctx context.Context, c *Client) error {
			_, err := c.User(ctx)
			return err
		}, []string{"GET /api/session/user/details  "}},
		"status": {tokenLogin, func(ctx context.Context, c *Client) error {
			_, err := c.Status(ctx)
			return err
		}, []string{"GET /api/session  ", "GET /api/session/user  "}},
		"detached session": {tokenLogin, func(ctx context.Context, c *Client) error {
			return open(ctx, c, func(s *Session) error {
				_, err := s.Info(ctx)
				return err
			})
		}, []string{"GET /api/session/user  "}},
		"refresh": {tokenLogin, func(ctx context.Context, c *Client) error {
			return open(ctx, c, func(s *Session) error {
				_, err := s.RefreshEndpointsTokens(ctx)
				return err
			})
		}, []string{"POST /api/session/refresh-endpoints-tokens application/json "}},
		"logout": {tokenLogin, func(ctx context.Context, c *Client) error {
			return open(ctx, c, func(s *Session) error { return s.Logout(ctx) })
		}, []string{"POST /api/session/logout application/json "}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, fake.Options{})
			if err := tt.call(t.Context(), connect(t, server, tt.login)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range server.Requests() {
				if r.Header.Get("Accept") != "application/json" || r.Header.Get("User-Agent") != "test" {
					t.Errorf("headers of %s: %v", r.Path, r.Header)
				}
				if tt.login == Login(tokenLogin) && strings.HasSuffix(r.Path, "login-with-token") && name != "token" {
					continue
				}
				got = append(got, strings.Join([]string{r.Method, r.Path, r.Header.Get("Content-Type"), string(r.Body)}, " "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResponses(t *testing.T) {
	for name, switches := range map[string]fake.Switches{
		"documented":       {},
		"enums as object":  {EnumObjects: true},
		"every status 200": {StatusOK: true, StatusNeedsSession: true},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 3, 1, 10, 20, 30, 456e6, time.UTC)
			server := start(t, fake.Options{Switches: switches, Now: func() time.Time { return now }})
			client := connect(t, server, adminLogin)

			profile := Profile{
				Language: "EN", UITimeZone: "Europe/Warsaw", InfoTourEnabled: new(true),
				Settings:            Settings{PageSize: new(int64(50)), TimeFormat: new(int64(24))},
				LastSuccessfulLogin: Timestamp{now},
				LastFailedLogin:     Timestamp{time.Date(2016, 1, 1, 12, 0, 1, 0, time.UTC)}, LastFailedLoginIP: "192.0.2.7",
			}
			wantSession := SessionInfo{
				Profile: profile, Requester: &Reference{GUID: "1", Name: "admin"}, UIConsoleMode: "WORKFLOW",
				Privileges: []Enum{"VE_BACKUP_SLA_WRITE", "NODE_WRITE", "NODE_READ", "MGMT_GLOBAL_SETTINGS_READ"},
			}
			session, err := client.Session(t.Context())
			if diff := cmp.Diff(wantSession, session); diff != "" || err != nil {
				t.Errorf("session: %v (-want +got):\n%s", err, diff)
			}

			wantUser := UserDetails{
				Profile: profile, GUID: "1", Login: "admin", FirstName: "Ada", LastName: "Example", Source: "LDAP", Active: new(true),
				Groups:                []Reference{{GUID: "7b4d1f2e-8a63-4c55-9d0e-2f1b3c4d5e6f", Name: "Administrators"}},
				EndpointsOrganization: &Reference{GUID: "0c9a8b7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d", Name: "Acme"},
				ExternalID:            "external-admin", ThirdPartyRestriction: "NO_RESTRICTION",
			}
			user, err := client.User(t.Context())
			if diff := cmp.Diff(wantUser, user); diff != "" || err != nil {
				t.Errorf("user: %v (-want +got):\n%s", err, diff)
			}

			detached, err := client.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := SessionInfoWithTokens{SessionInfo: wantSession, EndpointsTokens: EndpointsTokens{
				ServerManagerToken: "simulator-server-manager-token", OrganizationAdminToken: "simulator-organization-admin-token",
				OrganizationAdminWarning: "The organization has no license.",
			}}
			info, err := detached.Info(t.Context())
			if diff := cmp.Diff(want, info); diff != "" || err != nil {
				t.Errorf("detached session: %v (-want +got):\n%s", err, diff)
			}
			fresh, err := detached.RefreshEndpointsTokens(t.Context())
			if err != nil || fresh.EndpointsTokens.ServerManagerToken == info.EndpointsTokens.ServerManagerToken {
				t.Errorf("refresh: %v, tokens %+v", err, fresh.EndpointsTokens)
			}
			if diff := cmp.Diff(wantSession, fresh.SessionInfo); diff != "" {
				t.Errorf("refreshed session (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResponses_sparse(t *testing.T) {
	client := connect(t, start(t, fake.Options{Switches: fake.Switches{Sparse: true}}), adminLogin)
	session, err := client.Session(t.Context())
	want := SessionInfo{Requester: &Reference{GUID: "1", Name: "admin"}}
	if diff := cmp.Diff(want, session); diff != "" || err != nil {
		t.Errorf("session: %v (-want +got):\n%s", err, diff)
	}
	user, err := client.User(t.Context())
	if diff := cmp.Diff(UserDetails{Active: new(true), Profile: Profile{InfoTourEnabled: new(true)}}, user); diff != "" || err != nil {
		t.Errorf("user: %v (-want +got):\n%s", err, diff)
	}
	if session.LastSuccessfulLogin.RFC3339() != "" || session.LastFailedLogin.RFC3339() != "" {
		t.Errorf("times %v", session.Profile)
	}
}

func TestResponses_broken(t *testing.T) {
	tests := map[string]struct {
		fault fake.Fault
		want  string
	}{
		"empty":            {fake.Fault{}, "it is empty"},
		"null":             {fake.Fault{Body: "null"}, "it is null"},
		"HTML":             {fake.Fault{ContentType: "text/html", Body: "<html>portal</html>"}, "not JSON: <html>portal</html>"},
		"cut off":          {fake.Fault{Body: `{"requester":`}, "it is not valid JSON"},
		"enum of a number": {fake.Fault{Body: `{"language":7}`}, `language" is of another type`},
		"text for a time":  {fake.Fault{Body: `{"lastFailedLogin":"yesterday"}`}, `lastFailedLogin" is of another type`},
		"redirect":         {fake.Fault{Status: 302, Header: http.Header{"Location": {"https://other.example.com/"}}}, "redirects are not followed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, fake.Options{})
			tt.fault.Call = "GET /session/user"
			server.Fault(tt.fault)
			_, err := connect(t, server, adminLogin).Session(t.Context())
			var broken *rest.ResponseError
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a ResponseError with %q", err, tt.want)
			}
		})
	}
}

func TestErrors_texts(t *testing.T) {
	tests := map[string]struct {
		fault fake.Fault
		want  string
	}{
		"nested":            {fake.Fault{Body: `{"error":{"message":"No right"}}`}, "GET /session/user/details: status 403: No right"},
		"top":               {fake.Fault{Body: `{"message":"No right"}`}, "GET /session/user/details: status 403: No right"},
		"nested beats top":  {fake.Fault{Body: `{"error":{"message":"No right"},"message":"Error"}`}, "GET /session/user/details: status 403: No right"},
		"error is a string": {fake.Fault{Body: `{"error":"Forbidden","message":"No right"}`}, "GET /session/user/details: status 403: No right"},
		"text":              {fake.Fault{ContentType: "text/plain", Body: " No\nright "}, "GET /session/user/details: status 403: No right"},
		"HTML":              {fake.Fault{ContentType: "text/html", Body: "<html><title>403</title></html>"}, "GET /session/user/details: status 403: <html><title>403</title></html>"},
		"empty":             {fake.Fault{}, "GET /session/user/details: status 403"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, fake.Options{})
			tt.fault.Call, tt.fault.Status = "GET /session/user/details", 403
			server.Fault(tt.fault)
			if _, err := connect(t, server, adminLogin).User(t.Context()); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	wrong := Credentials{Username: "admin", Password: "wrong"}
	tests := map[string]struct {
		switches fake.Switches
		fault    *fake.Fault
		login    Login
		want     Status
		reason   string
		requests map[string]int
	}{
		"open": {
			login: adminLogin, want: Status{Reachable: true, Authenticated: true},
			requests: map[string]int{"GET /session": 1, "POST /session/login": 1, "GET /session/user": 1},
		},
		"guarded": {
			switches: fake.Switches{StatusNeedsSession: true}, login: adminLogin, want: Status{Reachable: true, Authenticated: true},
			requests: map[string]int{"GET /session": 2, "POST /session/login": 1},
		},
		"forbidden": {
			fault: &fake.Fault{Call: "GET /session", Status: 403}, login: adminLogin, want: Status{Reachable: true, Authenticated: true},
			requests: map[string]int{"GET /session": 2, "POST /session/login": 1},
		},
		"login refused": {
			login: wrong, want: Status{Reachable: true}, reason: "Incorrect login",
			requests: map[string]int{"GET /session": 1, "POST /session/login": 1},
		},
		"no login": {
			want: Status{Reachable: true}, reason: "no login is configured",
			requests: map[string]int{"GET /session": 1},
		},
		"session not accepted": {
			fault: &fake.Fault{Call: "GET /session/user", Status: 401}, login: adminLogin, want: Status{Reachable: true}, reason: "status 401",
			requests: map[string]int{"GET /session": 1, "POST /session/login": 1, "GET /session/user": 1},
		},
		"no such API": {
			fault: &fake.Fault{Call: "GET /session", Status: 404}, login: adminLogin, reason: "status 404",
			requests: map[string]int{"GET /session": 1},
		},
		"page": {
			fault: &fake.Fault{Call: "GET /session", ContentType: "text/html", Body: "<html>Sign in</html>"}, login: adminLogin, reason: "text/html",
			requests: map[string]int{"GET /session": 1},
		},
		"page that forbids": {
			fault: &fake.Fault{Call: "GET /session", Status: 403, ContentType: "text/html", Body: "<html>Blocked</html>"}, login: adminLogin, reason: "Blocked",
			requests: map[string]int{"GET /session": 1},
		},
		"broken": {
			fault: &fake.Fault{Call: "GET /session", Status: 500}, login: adminLogin, reason: "status 500",
			requests: map[string]int{"GET /session": 1},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, fake.Options{Switches: tt.switches})
			if tt.fault != nil {
				server.Fault(*tt.fault)
			}
			got, err := connect(t, server, tt.login).Status(t.Context())
			if err != nil || got.Reachable != tt.want.Reachable || got.Authenticated != tt.want.Authenticated {
				t.Errorf("status %+v, %v, want %+v", got, err, tt.want)
			}
			if tt.reason == "" && got.Reason != nil || tt.reason != "" && (got.Reason == nil || !strings.Contains(got.Reason.Error(), tt.reason)) {
				t.Errorf("reason %v, want %q", got.Reason, tt.reason)
			}
			if diff := cmp.Diff(tt.requests, server.Stats().Requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if cookie := server.Requests()[0].Header.Get("Cookie"); cookie != "" {
				t.Errorf("the first request has cookies: %s", cookie)
			}
		})
	}
}

func TestStatus_noServer(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	server.Close()
	got, err := client.Status(t.Context())
	var refused *rest.ConnectionError
	if err != nil || got.Reachable || got.Authenticated || !errors.As(got.Reason, &refused) {
		t.Errorf("status %+v, %v", got, err)
	}
}

func TestStatus_unknown(t *testing.T) {
	server := start(t, fake.Options{})
	_, err := connectTo(t, server.URL(), tlsutil.Trust{}, adminLogin).Status(t.Context())
	var untrusted *tlsutil.TrustError
	if !errors.As(err, &untrusted) || untrusted.Thumbprint != server.Thumbprint() {
		t.Errorf("error %v, want a TrustError", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := connect(t, server, adminLogin)
	if _, err := client.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Status(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want %v", err, ErrClosed)
	}
}

func TestTrust_thumbprint(t *testing.T) {
	server := start(t, fake.Options{})
	client := connectTo(t, server.URL(), tlsutil.Trust{Thumbprint: server.Thumbprint()}, adminLogin)
	if _, err := client.Session(t.Context()); err != nil {
		t.Error(err)
	}
}

// The simulator refuses a cookie that is sent twice.
func TestRetry_sendsCookiesOnce(t *testing.T) {
	server := start(t, fake.Options{})
	server.Fault(fake.Fault{Call: "GET /session/user", Status: 503})
	client := connect(t, server, adminLogin)
	if _, err := client.Session(t.Context()); err != nil {
		t.Error(err)
	}
	if got := server.Stats().Requests["GET /session/user"]; got != 2 {
		t.Errorf("%d reads, want 2", got)
	}
}

func TestLogin_sharedByConcurrentCalls(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	readAll := func(want int) {
		t.Helper()
		var running sync.WaitGroup
		for range 50 {
			running.Go(func() {
				if _, err := client.Session(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		if got := server.Stats().Logins; got != want {
			t.Errorf("%d logins, want %d", got, want)
		}
	}
	readAll(1)
	server.ExpireSessions()
	readAll(2)
}
