package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// concurrentCalls is the number of concurrent calls that share one login.
const concurrentCalls = 50

// A site name may be in either Unicode form.
func TestAt(t *testing.T) {
	details := SessionDetails{AuthenticatedSites: []AuthenticatedSite{{Site: "Mu\u0308nchen", Org: "acme"}}}
	if at, ok := details.At("M\u00fcnchen"); !ok || at.Org != "acme" {
		t.Errorf("found %t, %+v", ok, at)
	}
	if _, ok := details.At("Munchen"); ok {
		t.Error("another name is found")
	}
}

func TestSession_details(t *testing.T) {
	want := map[Service]SessionDetails{
		Manager: {User: "root", Roles: []string{"EVERYONE", "ADMINISTRATORS", "VRADMINISTRATORS"}},
		Cloud: {
			User: "root", Roles: []string{"EVERYONE", "ADMINISTRATORS", "VRADMINISTRATORS"},
			AuthenticatedSites: []AuthenticatedSite{{Site: "site-a", Org: "System"}},
		},
	}
	forEachService(t, func(t *testing.T, service Service) {
		got, err := start(t, service).Session(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[service], got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLogin_sharedByConcurrentCalls(t *testing.T) {
	f := start(t, Manager)
	if n := f.a.Stats().Total; n != 0 {
		t.Errorf("%d requests before the first use", n)
	}
	runConcurrently(concurrentCalls, func() {
		if _, err := f.Sites(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if s := f.a.Stats(); s.Logins != 1 || s.Requests["GET /sites"] != concurrentCalls {
		t.Errorf("%d logins, %v", s.Logins, s.Requests)
	}
}

// Concurrent calls share a failed login. Each does not send its own.
func TestLogin_failureSharedByConcurrentCalls(t *testing.T) {
	calls := map[string]func(context.Context, *Client) error{
		"sites":   func(ctx context.Context, c *Client) error { _, err := c.Sites(ctx); return err },
		"service": func(ctx context.Context, c *Client) error { _, err := c.Service(ctx); return err },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { requireOneFailedLogin(t, call) })
	}
}

func requireOneFailedLogin(t *testing.T, call func(context.Context, *Client) error) {
	t.Helper()
	f := start(t, Manager)
	waiting := make(chan struct{})
	f.a.BeforeResponse(func(*http.Request) { <-waiting })
	f.a.Fault(simulator.Fault{Method: "POST", Path: "/sessions", Kind: simulator.Status, Status: 503})
	var begun sync.WaitGroup
	begun.Add(concurrentCalls)
	go func() { begun.Wait(); close(waiting) }()
	runConcurrently(concurrentCalls, func() {
		begun.Done()
		var login *LoginError
		if err := call(t.Context(), f.Client); !errors.As(err, &login) || login.Refused {
			t.Errorf("error %v", err)
		}
	})
	// A late call may start another login.
	if n := f.a.Stats().Requests["POST /sessions"]; n > concurrentCalls/2 {
		t.Errorf("%d logins", n)
	}
}

// holdReads delays the responses to reads until n of them have arrived.
func holdReads(a *simulator.Appliance, n int) {
	var arrived sync.WaitGroup
	arrived.Add(n)
	var count atomic.Int32
	a.BeforeResponse(func(r *http.Request) {
		if r.Method != http.MethodGet || count.Add(1) > int32(n) {
			return
		}
		arrived.Done()
		arrived.Wait()
	})
}

// When a session expires, concurrent requests share one login, and each of them
// succeeds.
func TestSession_expired(t *testing.T) {
	expiries := map[string]func(f *fixture){
		"idle":         func(f *fixture) { f.clock.advance(31 * time.Minute) },
		"restart":      func(f *fixture) { f.a.Restart() },
		"ended by one": func(f *fixture) { f.a.ExpireSessions() },
	}
	for name, expire := range expiries {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			if _, err := f.Sites(t.Context()); err != nil {
				t.Fatal(err)
			}
			expire(f)
			holdReads(f.a, concurrentCalls)
			runConcurrently(concurrentCalls, func() {
				if sites, err := f.Sites(t.Context()); err != nil || len(sites) != 1 {
					t.Errorf("sites %v, error %v", sites, err)
				}
			})
			if s := f.a.Stats(); s.Logins != 2 || s.FailedLogins != 0 || s.Requests["GET /sites"] != 1+2*concurrentCalls {
				t.Errorf("%d logins, %v, want one more login and each request once more", s.Logins, s.Requests)
			}
			if err := f.Logout(t.Context()); err != nil || f.a.Stats().Requests["DELETE /sessions"] != 1 {
				t.Errorf("error %v, %v, want one logout", err, f.a.Stats().Requests)
			}
		})
	}
}

// A request that the server refuses because the session has expired is sent once
// more. It is performed once.
func TestSession_expiredBeforeAPairing(t *testing.T) {
	f := start(t, Manager)
	if _, err := f.Sites(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.a.ExpireSessions()
	task := f.startPairing(time.Second)
	if _, err := f.Wait(t.Context(), task); err != nil {
		t.Error(err)
	}
	if n := len(f.a.Sites()); n != 1 || f.a.Stats().Logins != 2 {
		t.Errorf("%d pairings, %d logins", n, f.a.Stats().Logins)
	}
}

func TestSession_refusedReloginIsFinal(t *testing.T) {
	f := start(t, Manager)
	if _, err := f.Sites(t.Context()); err != nil {
		t.Fatal(err)
	}
	accounts := f.a.Accounts()
	accounts.LocalUsers = nil
	f.a.SetAccounts(accounts)
	f.a.ExpireSessions()
	holdReads(f.a, concurrentCalls)
	call := func() {
		_, err := f.Sites(t.Context())
		var login *LoginError
		if !errors.As(err, &login) || !login.Refused {
			t.Errorf("error %v, want a refused login", err)
		}
	}
	runConcurrently(concurrentCalls, call)
	call()
	if s := f.a.Stats(); s.FailedLogins != 1 || s.Requests["POST /sessions"] != 2 {
		t.Errorf("%d refused logins, %v, want one more login", s.FailedLogins, s.Requests)
	}
	if err := f.Logout(t.Context()); err != nil || f.a.Stats().Requests["DELETE /sessions"] != 0 {
		t.Errorf("error %v, %v, want no logout: the session is gone", err, f.a.Stats().Requests)
	}
}

// Only a 401 for an expired session leads to a login.
func TestSession_other401s(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"remote site":                 {Body: `{"code":"RemoteAuthenticationFailure","msg":"Extend first."}`},
		"remote site with a question": {Body: `{"code":"RemoteAuthenticationFailure","msg":""}`, Header: http.Header{"WWW-Authenticate": {"Authentication Token Required"}}},
		"another code":                {Body: `{"code":"PasswordExpired","msg":"Change it."}`},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Cloud)
			if _, err := f.Sites(t.Context()); err != nil {
				t.Fatal(err)
			}
			fault.Path, fault.Kind, fault.Status = "/sites", simulator.Status, http.StatusUnauthorized
			f.a.Fault(fault)
			_, err := f.Sites(t.Context())
			var login *LoginError
			if errors.As(err, &login) || rest.Status(err) != http.StatusUnauthorized {
				t.Errorf("error %v, want the 401 itself", err)
			}
			if s := f.a.Stats(); s.Logins != 1 || s.Requests["GET /sites"] != 2 {
				t.Errorf("%d logins, %v, want nothing repeated", s.Logins, s.Requests)
			}
		})
	}
	for name, fault := range map[string]simulator.Fault{
		"no token header":  {Body: `{"code":"NotAuthenticated","msg":"Authentication required."}`},
		"asked for":        {Body: `{"code":"X","msg":""}`, Header: http.Header{"Www-Authenticate": {"Authentication Token Required"}}},
		"asked for second": {Body: `{"code":"X","msg":""}`, Header: http.Header{"Www-Authenticate": {"Basic", "Authentication Token Required"}}},
		"page of a proxy":  {Body: "<html>", ContentType: "text/html"},
	} {
		t.Run("expiry: "+name, func(t *testing.T) {
			f := start(t, Cloud)
			if _, err := f.Sites(t.Context()); err != nil {
				t.Fatal(err)
			}
			fault.Path, fault.Kind, fault.Status, fault.Times = "/sites", simulator.Status, http.StatusUnauthorized, 1
			f.a.Fault(fault)
			if _, err := f.Sites(t.Context()); err != nil {
				t.Error(err)
			}
			if s := f.a.Stats(); s.Logins != 2 {
				t.Errorf("%d logins, want 2", s.Logins)
			}
		})
	}
}

// If a server refuses its new tokens, the client does not log in again and again.
func TestSession_freshTokenRefused(t *testing.T) {
	expired := reply(401, `{"code":"NotAuthenticated","msg":"Authentication required."}`)
	for name, accepted := range map[string]int32{"from the first request on": 0, "after a while": 1} {
		t.Run(name, func(t *testing.T) {
			var logins, reads atomic.Int32
			client := scriptedLogin(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPost:
					logins.Add(1)
					w.Header().Set(tokenHeader, "token")
				case r.Method == http.MethodGet && reads.Add(1) <= accepted:
					reply(200, "[]")(w, r)
				default:
					expired(w, r)
				}
			})
			for range accepted {
				if _, err := client.Sites(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for range 3 {
				if _, err := client.Sites(t.Context()); rest.Status(err) != http.StatusUnauthorized {
					t.Errorf("error %v, want the 401", err)
				}
			}
			if got := logins.Load(); got != 1+accepted {
				t.Errorf("%d logins, want %d", got, 1+accepted)
			}
		})
	}
}

// A restart of the service may end a session before its first use. All calls share
// one more login. A token that is refused after that is final.
func TestSession_endedBeforeItsFirstUse(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		var refusals atomic.Int32
		f.a.BeforeResponse(func(r *http.Request) {
			if r.URL.Path == "/sessions" && r.Method == http.MethodGet && refusals.Add(1) == 1 {
				f.a.ExpireSessions()
			}
		})
		runConcurrently(20, func() {
			if _, err := f.Session(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if s := f.a.Stats(); s.Logins != 2 {
			t.Errorf("%d logins, want 2", s.Logins)
		}
	})
	t.Run("again", func(t *testing.T) {
		var logins atomic.Int32
		client := scriptedLogin(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.Header().Set(tokenHeader, fmt.Sprint("token ", logins.Add(1)))
				return
			}
			w.Header().Set("WWW-Authenticate", "Authentication Token Required")
			reply(401, `{"code":"NotAuthenticated","msg":"Authentication required."}`)(w, r)
		})
		for range 3 {
			runConcurrently(5, func() {
				if _, err := client.Sites(t.Context()); rest.Status(err) != http.StatusUnauthorized {
					t.Errorf("error %v, want the 401", err)
				}
			})
		}
		if got := logins.Load(); got != 2 {
			t.Errorf("%d logins, want 2", got)
		}
	})
}

// token logs in and returns the session's token.
func (f *fixture) token() string {
	f.t.Helper()
	if _, err := f.Session(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	return f.lastRequest("GET", "/sessions").Header.Get(tokenHeader)
}

func TestSession_externalToken(t *testing.T) {
	t.Run("used and left alone", func(t *testing.T) {
		f := start(t, Manager)
		client := f.connect(SessionToken{Token: f.token()}, nil)
		runConcurrently(concurrentCalls, func() {
			if details, err := client.Session(t.Context()); err != nil || details.User != "root" {
				t.Errorf("session %+v, error %v", details, err)
			}
		})
		if err := client.Logout(t.Context()); err != nil {
			t.Error(err)
		}
		if s := f.a.Stats(); s.Logins != 1 || s.Logouts != 0 || s.LiveSessions != 1 {
			t.Errorf("stats %+v, want the external session open", s)
		}
		if _, err := client.Session(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v after the logout, want ErrClosed", err)
		}
	})
	for name, expire := range map[string]bool{"expired": true, "never valid": false} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			token := "made-up-token"
			if expire {
				token = f.token()
			}
			client := f.connect(SessionToken{Token: token}, nil)
			if expire {
				if _, err := client.Session(t.Context()); err != nil {
					t.Fatal(err)
				}
				f.a.ExpireSessions()
			}
			before := f.a.Stats().Requests["POST /sessions"]
			_, err := client.Session(t.Context())
			var login *LoginError
			if !errors.Is(err, ErrTokenExpired) || !errors.As(err, &login) || !login.Refused || login.Kind != "session_token" || rest.Status(err) != http.StatusUnauthorized {
				t.Errorf("error %v, want ErrTokenExpired", err)
			}
			if f.a.Stats().Requests["POST /sessions"] != before {
				t.Error("a login was sent")
			}
		})
	}
}

// A login goes on when its caller gives up, so that Logout can end its session.
func TestLogin_canceledCaller(t *testing.T) {
	f := start(t, Manager)
	ctx, cancel := context.WithCancel(t.Context())
	arrived, release := make(chan struct{}), make(chan struct{})
	f.a.BeforeResponse(func(r *http.Request) {
		if r.Method == http.MethodPost {
			close(arrived)
			<-release
		}
	})
	go func() { <-arrived; cancel() }()
	if _, err := f.Sites(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the caller's", err)
	}
	// The first Logout has no time and gives up.
	if err := f.Logout(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	ended := make(chan error)
	go func() { ended <- f.Logout(t.Context()) }()
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if s := f.a.Stats(); s.Logins != 1 || s.Logouts != 1 || s.LiveSessions != 0 || s.Requests["GET /sites"] != 0 {
		t.Errorf("stats %+v, want the login undone", s)
	}
}

func TestLogout(t *testing.T) {
	t.Run("nothing was opened", func(t *testing.T) {
		f := start(t, Manager)
		if err := f.Logout(t.Context()); err != nil || f.a.Stats().Total != 0 {
			t.Errorf("error %v, %d requests", err, f.a.Stats().Total)
		}
	})
	t.Run("a page in its place", func(t *testing.T) {
		f := start(t, Manager)
		f.a.Fault(simulator.Fault{Method: "DELETE", Path: "/sessions", Times: 1, Kind: simulator.Body, Body: "<html>Blocked</html>", ContentType: "text/html"})
		if _, err := f.Sites(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := f.Logout(t.Context()); err != nil || f.a.Stats().LiveSessions != 0 {
			t.Errorf("error %v, %d sessions are left", err, f.a.Stats().LiveSessions)
		}
	})
	t.Run("once", func(t *testing.T) {
		f := start(t, Manager)
		if _, err := f.Sites(t.Context()); err != nil {
			t.Fatal(err)
		}
		runConcurrently(10, func() {
			if err := f.Logout(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if n := f.a.Stats().Requests["DELETE /sessions"]; n != 1 {
			t.Errorf("%d logouts, want 1", n)
		}
		before := f.a.Stats().Total
		for range 2 {
			if _, err := f.Sites(t.Context()); !errors.Is(err, ErrClosed) {
				t.Errorf("error %v, want ErrClosed", err)
			}
		}
		if _, err := f.Pair(t.Context(), f.pairRequest("")); !errors.Is(err, ErrClosed) || IsOutcomeUnknown(err) {
			t.Errorf("error %v, want ErrClosed", err)
		}
		if f.a.Stats().Total != before {
			t.Error("a request was sent after the logout")
		}
	})
	t.Run("the session has expired", func(t *testing.T) {
		f := start(t, Manager)
		if _, err := f.Sites(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.a.ExpireSessions()
		if err := f.Logout(t.Context()); err != nil || f.a.Stats().Logins != 1 {
			t.Errorf("error %v, %d logins, want no error and no new login", err, f.a.Stats().Logins)
		}
	})
	t.Run("the server fails", func(t *testing.T) {
		f := start(t, Manager)
		if _, err := f.Sites(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.a.Fault(simulator.Fault{Method: "DELETE", Path: "/sessions", Kind: simulator.Status, Status: 500})
		if err := f.Logout(t.Context()); rest.Status(err) != 500 {
			t.Errorf("error %v, want the 500", err)
		}
		if n := f.a.Stats().Requests["DELETE /sessions"]; n != 2 {
			t.Errorf("%d logouts, want 2", n)
		}
	})
	for name, kind := range map[string]simulator.FaultKind{"the connection is lost": simulator.Reset, "the response is lost": simulator.DropResponse, "the server fails once": simulator.Status} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			if _, err := f.Sites(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.a.Fault(simulator.Fault{Method: "DELETE", Path: "/sessions", Kind: kind, Status: 500, Times: 1})
			if err := f.Logout(t.Context()); err != nil || f.a.Stats().LiveSessions != 0 {
				t.Errorf("error %v, %d sessions left", err, f.a.Stats().LiveSessions)
			}
		})
	}
}

// Sessions end concurrently, also when there are more of them than MaxConcurrent.
// The server responds once all logouts have arrived.
func TestLogout_endsSessionsConcurrently(t *testing.T) {
	const sessions = 4
	var arrived sync.WaitGroup
	arrived.Add(sessions)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			arrived.Done()
			arrived.Wait()
		}
		w.Header().Set(tokenHeader, "token")
	}))
	t.Cleanup(server.Close)
	client := connect(t, server.URL, rootLogin(), func(o *Options) { o.Transport.MaxConcurrent = 2 })
	for range sessions {
		if _, err := client.OpenSession(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clock clock.System
		start := clock.Now()
		if err := clock.Sleep(t.Context(), time.Minute); err != nil || clock.Now().Sub(start) != time.Minute {
			t.Errorf("error %v after %s", err, clock.Now().Sub(start))
		}
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(why) }) //nolint:forbidigo // a second of the bubble
		start = clock.Now()
		if err := clock.Sleep(ctx, time.Hour); !errors.Is(err, why) || clock.Now().Sub(start) != time.Second {
			t.Errorf("error %v after %s", err, clock.Now().Sub(start))
		}
	})
}
