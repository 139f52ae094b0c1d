package storware

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	fake "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

func TestLogin_refusedIsFinal(t *testing.T) {
	tests := map[string]struct {
		login    Login
		switches fake.Switches
		want     string
	}{
		"credentials": {
			Credentials{Username: "admin", Password: "a-wrong-password"},
			fake.Switches{RefusalText: "a-wrong-password is not it"},
			"with credentials: POST /session/login: status 401: (secret) is not it",
		},
		"token": {
			Token{Token: "a-wrong-token"},
			fake.Switches{RefusalStatus: 403, RefusalText: "a-wrong-token is unknown", Errors: fake.TopLevelError},
			"with token: POST /session/login-with-token: status 403: (secret) is unknown",
		},
		"node": {
			Node{Name: "node-1", Password: "a-wrong-password", Version: "7"},
			fake.Switches{RefusalStatus: 400, RefusalText: "Not a-wrong-password", Errors: fake.TextError},
			"with node: POST /session/node/login: status 400: Not (secret)",
		},
		"HTML":    {Token{Token: "a-wrong-token"}, fake.Switches{Errors: fake.HTMLError}, "status 401: <html> <head><title>401</title>"},
		"no body": {Token{Token: "a-wrong-token"}, fake.Switches{Errors: fake.EmptyError}, "status 401"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, fake.Options{Switches: tt.switches})
			client := connect(t, server, tt.login)
			var running sync.WaitGroup
			for range 10 {
				running.Go(func() {
					_, err := client.Session(t.Context())
					requireRefused(t, err, tt.want)
				})
				running.Go(func() {
					_, err := client.Open(t.Context())
					requireRefused(t, err, tt.want)
				})
			}
			running.Wait()
			if got := server.Stats(); got.FailedLogins != 1 || got.Total != 1 {
				t.Errorf("stats %+v, want one request", got)
			}
		})
	}
}

func requireRefused(t *testing.T, err error, want string) {
	t.Helper()
	var refusal *LoginError
	if !errors.As(err, &refusal) || !refusal.Refused || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want a refusal with %q", err, want)
	}
}

func TestLogin_inactiveUser(t *testing.T) {
	accounts := fake.DefaultAccounts()
	accounts.Users[0].Inactive = true
	server := start(t, fake.Options{Accounts: &accounts})
	_, err := connect(t, server, adminLogin).User(t.Context())
	requireRefused(t, err, "status 403: User admin is not active")
}

func TestLogin_withoutCookieIsFinal(t *testing.T) {
	server := start(t, fake.Options{Switches: fake.Switches{CookielessLogin: true}})
	client := connect(t, server, adminLogin)
	for range 2 {
		_, err := client.Session(t.Context())
		requireRefused(t, err, "set no cookie")
		if !errors.Is(err, ErrNoCookie) {
			t.Errorf("error %v, want %v", err, ErrNoCookie)
		}
	}
	if got := server.Stats().Total; got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestLogin_unknownOutcomeMayBeRepeated(t *testing.T) {
	for _, fault := range []fake.Fault{{Status: 500}, {Drop: true}} {
		server := start(t, fake.Options{})
		fault.Call = "POST /session/login"
		server.Fault(fault)
		client := connect(t, server, adminLogin)
		_, err := client.Session(t.Context())
		var failed *LoginError
		if !errors.As(err, &failed) || failed.Refused {
			t.Errorf("%+v: error %v", fault, err)
		}
		if got := server.Stats().Requests["POST /session/login"]; got != 1 {
			t.Errorf("%+v: %d logins sent for one call", fault, got)
		}
		if _, err := client.Session(t.Context()); err != nil {
			t.Errorf("%+v: the next call: %v", fault, err)
		}
	}
}

// A login that a busy server did not perform is sent again in the same call.
func TestLogin_busyServer(t *testing.T) {
	for name, fault := range map[string]fake.Fault{
		"429": {Status: 429}, "503": {Status: 503}, "503 as a page": {Status: 503, ContentType: "text/html", Body: "<html>Busy</html>"},
		"502 as a page": {Status: 502, ContentType: "text/html", Body: "<html>Bad Gateway</html>"},
	} {
		server := start(t, fake.Options{})
		fault.Call = "POST /session/login"
		server.Fault(fault)
		client := connect(t, server, adminLogin)
		_, err := client.Session(t.Context())
		if got := server.Stats().Requests["POST /session/login"]; err != nil || got != 2 {
			t.Errorf("%s: error %v after %d logins", name, err, got)
		}
	}
}

func TestSession_expiredIsRenewedOnce(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	for range 3 {
		if _, err := client.User(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.ExpireSessions()
	}
	if got := server.Stats().Logins; got != 3 {
		t.Errorf("%d logins, want 3", got)
	}

	server.Fault(fake.Fault{Call: "GET /session/user/details", Times: 5, Status: 401, Body: `{"message":"no"}`})
	_, err := client.User(t.Context())
	if rest.Status(err) != http.StatusUnauthorized {
		t.Errorf("error %v, want status 401", err)
	}
	if got := server.Stats().Logins; got != 4 {
		t.Errorf("%d logins, want 4", got)
	}
}

func TestSession_freshIsNotRenewed(t *testing.T) {
	server := start(t, fake.Options{})
	server.Fault(fake.Fault{Call: "GET /session/user", Status: 401})
	_, err := connect(t, server, adminLogin).Session(t.Context())
	if got := server.Stats().Logins; rest.Status(err) != http.StatusUnauthorized || got != 1 {
		t.Errorf("error %v and %d logins, want status 401 and 1", err, got)
	}
}

func TestSession_renewalRefused(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, tokenLogin)
	if _, err := client.Session(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.SetAccounts(fake.Accounts{})
	server.ExpireSessions()
	for range 2 {
		_, err := client.Session(t.Context())
		requireRefused(t, err, "with token")
	}
	if got := server.Stats().FailedLogins; got != 1 {
		t.Errorf("%d refused logins, want 1", got)
	}
}

func TestOpen_detachedSession(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	if _, err := client.Session(t.Context()); err != nil {
		t.Fatal(err)
	}
	detached, err := client.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := server.Stats(); got.Logins != 2 || got.LiveSessions != 2 {
		t.Errorf("stats %+v, want 2 sessions", got)
	}

	requireCookie(t, server, detached.Cookie(), http.StatusOK)
	for range 2 {
		if err := detached.Logout(t.Context()); err != nil {
			t.Error(err)
		}
	}
	requireCookie(t, server, detached.Cookie(), http.StatusUnauthorized)
	if _, err := detached.Info(t.Context()); rest.Status(err) != http.StatusUnauthorized {
		t.Errorf("error %v, want status 401", err)
	}
	if _, err := client.Session(t.Context()); err != nil {
		t.Errorf("the client's own session: %v", err)
	}
	if got := server.Stats(); got.Logins != 2 || got.Logouts != 1 || got.LiveSessions != 1 {
		t.Errorf("stats %+v", got)
	}
}

func TestFindSession_untilLogout(t *testing.T) {
	client := connect(t, start(t, fake.Options{}), adminLogin)
	first, err := client.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := client.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Session{first, second} {
		if found, ok := client.FindSession(s.ID); !ok || found.Cookie() != s.Cookie() {
			t.Errorf("found %v for %v", found, s)
		}
	}
	if err := first.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := client.FindSession(first.ID); ok {
		t.Error("found after its logout")
	}
	if _, ok := client.FindSession(second.ID); !ok {
		t.Error("the other one is lost")
	}
	if _, ok := client.FindSession("no such session"); ok {
		t.Error("found a session that was never opened")
	}
}

func TestLogin_none(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, nil)
	_, sessionErr := client.Session(t.Context())
	_, openErr := client.Open(t.Context())
	if !errors.Is(sessionErr, ErrNoLogin) || !errors.Is(openErr, ErrNoLogin) {
		t.Errorf("errors %v and %v", sessionErr, openErr)
	}
	if got := server.Stats().Total; got != 0 {
		t.Errorf("%d requests", got)
	}
}

func TestSession_expiredDetachedIsNotRenewed(t *testing.T) {
	server := start(t, fake.Options{})
	detached, err := connect(t, server, adminLogin).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server.ExpireSessions()
	_, infoErr := detached.Info(t.Context())
	_, refreshErr := detached.RefreshEndpointsTokens(t.Context())
	if rest.Status(infoErr) != http.StatusUnauthorized || rest.Status(refreshErr) != http.StatusUnauthorized {
		t.Errorf("errors %v and %v, want status 401", infoErr, refreshErr)
	}
	if err := detached.Logout(t.Context()); err != nil {
		t.Errorf("logout of an expired session: %v", err)
	}
	if got := server.Stats().Logins; got != 1 {
		t.Errorf("%d logins, want 1", got)
	}
}

// requireCookie sends a Cookie header as another program would.
func requireCookie(t *testing.T, server *fake.Server, cookie string, want int) {
	t.Helper()
	client := connect(t, server, adminLogin)
	r := get("/session/user")
	r.Header.Set("Cookie", cookie)
	_, err := client.http.Do(t.Context(), r)
	if got := rest.Status(err); got != want && (err != nil || want != http.StatusOK) {
		t.Errorf("with the cookie: %v, want status %d", err, want)
	}
}

func TestErrors_holdNoCookies(t *testing.T) {
	server := start(t, fake.Options{})
	detached, err := connect(t, server, adminLogin).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server.Fault(fake.Fault{Call: "GET /session/user", Status: 500, Body: `{"message":"session of ` + detached.Cookie() + ` is corrupt"}`})
	_, err = detached.Info(t.Context())
	for pair := range strings.SplitSeq(detached.Cookie(), "; ") {
		if _, value, _ := strings.Cut(pair, "="); err == nil || strings.Contains(err.Error(), value) {
			t.Errorf("error %v holds %s", err, value)
		}
	}
}

func TestLogout_endsEverySession(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	if _, err := client.Session(t.Context()); err != nil {
		t.Fatal(err)
	}
	detached, err := client.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := client.Logout(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := detached.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	_, sessionErr := client.Session(t.Context())
	_, openErr := client.Open(t.Context())
	if !errors.Is(sessionErr, ErrClosed) || !errors.Is(openErr, ErrClosed) {
		t.Errorf("errors %v and %v, want %v", sessionErr, openErr, ErrClosed)
	}
	got := server.Stats()
	if diff := cmp.Diff(map[string]int{"POST /session/login": 2, "GET /session/user": 1, "POST /session/logout": 2}, got.Requests); diff != "" || got.LiveSessions != 0 {
		t.Errorf("%d sessions left; requests (-want +got):\n%s", got.LiveSessions, diff)
	}
}

// Sessions end concurrently, also when there are more of them than MaxConcurrent.
// The server responds once all logouts have arrived.
func TestLogout_endsSessionsConcurrently(t *testing.T) {
	const sessions = 4
	var arrived sync.WaitGroup
	arrived.Add(sessions)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/session/logout") {
			arrived.Done()
			arrived.Wait()
		}
		http.SetCookie(w, &http.Cookie{Name: "JSESSIONID", Value: "1", Path: "/"})
	}))
	t.Cleanup(server.Close)
	client := connectTo(t, server.URL, tlsutil.Trust{}, adminLogin)
	for range sessions {
		if _, err := client.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLogout_withoutLoginSendsNothing(t *testing.T) {
	server := start(t, fake.Options{})
	if err := connect(t, server, adminLogin).Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if got := server.Stats().Total; got != 0 {
		t.Errorf("%d requests, want none", got)
	}
}

func TestLogout_expiredSession(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	if _, err := client.Session(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.ExpireSessions()
	if err := client.Logout(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLogout_fails(t *testing.T) {
	server := start(t, fake.Options{})
	client := connect(t, server, adminLogin)
	detached, err := client.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // each logout is tried twice
		server.Fault(fake.Fault{Call: "POST /session/logout", Status: 500})
	}
	if err := detached.Logout(t.Context()); rest.Status(err) != http.StatusInternalServerError {
		t.Errorf("error %v, want status 500", err)
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Errorf("Client.Logout, which tries again: %v", err)
	}
	if stats := server.Stats(); stats.Requests["POST /session/logout"] != 3 || stats.LiveSessions != 0 {
		t.Errorf("stats %+v, want three logouts sent and no session left", stats)
	}
}

// A login whose caller gives up leaves no session behind.
func TestLogin_interrupted(t *testing.T) {
	tests := map[string]func(context.Context, *Client) error{
		"shared": func(ctx context.Context, c *Client) error {
			_, err := c.Session(ctx)
			return err
		},
		"detached": func(ctx context.Context, c *Client) error {
			_, err := c.Open(ctx)
			return err
		},
	}
	for name, call := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, fake.Options{})
			client := connect(t, server, adminLogin)
			ctx, cancel := context.WithCancel(t.Context())
			respond := make(chan struct{})
			server.BeforeResponse(func(r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/login") {
					cancel()
					<-respond
				}
			})
			if err := call(ctx, client); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want %v", err, context.Canceled)
			}
			canceled, stop := context.WithCancel(t.Context())
			stop()
			if err := client.Logout(canceled); !errors.Is(err, context.Canceled) {
				t.Errorf("logout without time: error %v does not say that a session may be left", err)
			}
			close(respond)
			if err := client.Logout(t.Context()); err != nil {
				t.Error(err)
			}
			if got := server.Stats(); got.Logins != 1 || got.Logouts != 1 || got.LiveSessions != 0 {
				t.Errorf("stats %+v, want one login and one logout", got)
			}
		})
	}
}
