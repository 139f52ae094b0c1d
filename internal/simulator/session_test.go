package simulator_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

type details struct {
	User               string
	Roles              []string
	AuthenticatedSites []map[string]string
}

func TestLogin_eachType(t *testing.T) {
	accounts := simulator.DefaultAccounts()
	bearer := accounts.SAML[0].Token
	rows := []struct {
		name   string
		body   map[string]any
		status int
		user   string
	}{
		{"local user", rootLogin(), 200, "root"},
		{"local user, wrong password", map[string]any{"type": "localUser", "localUser": "root", "localPassword": "no"}, 401, ""},
		{"sso", map[string]any{"type": "ssoCredentials", "username": "administrator@vsphere.local", "password": "Simulator-sso-1", "principal": nil}, 200, "administrator@vsphere.local"},
		{"sso, own principal", map[string]any{"type": "ssoCredentials", "username": "administrator@vsphere.local", "password": "Simulator-sso-1", "principal": "administrator@vsphere.local"}, 200, "administrator@vsphere.local"},
		{"sso, foreign principal", map[string]any{"type": "ssoCredentials", "username": "administrator@vsphere.local", "password": "Simulator-sso-1", "principal": "somebody"}, 401, ""},
		{"sso, wrong password", map[string]any{"type": "ssoCredentials", "username": "administrator@vsphere.local", "password": "no"}, 401, ""},
		{"bearer token", map[string]any{"type": "ssoToken", "samlToken": bearer}, 200, "administrator@vsphere.local"},
		{"unknown bearer token", map[string]any{"type": "ssoToken", "samlToken": "<no/>"}, 401, ""},
		{"vcd", map[string]any{"type": "vcdCredentials", "vcdUser": "administrator@System", "vcdPassword": "Simulator-vcd-1"}, 200, "administrator@System"},
		{"vcd, wrong password", map[string]any{"type": "vcdCredentials", "vcdUser": "administrator@System", "vcdPassword": "no"}, 401, ""},
		{"access token", map[string]any{"type": "vcdAccessToken", "vcdAccessToken": accounts.AccessTokens[0].Token}, 200, "administrator@System"},
		{"access token of another director", map[string]any{"type": "vcdAccessToken", "vcdAccessToken": accounts.AccessTokens[1].Token, "context": "acme-dr"}, 200, "administrator@System"},
		{"access token of another director, no context", map[string]any{"type": "vcdAccessToken", "vcdAccessToken": accounts.AccessTokens[1].Token}, 401, ""},
		{"API token", map[string]any{"type": "vcdApiToken", "apiToken": accounts.APITokens[0].Token, "org": "System"}, 200, "administrator@System"},
		{"API token, wrong organization", map[string]any{"type": "vcdApiToken", "apiToken": accounts.APITokens[0].Token, "org": "acme"}, 401, ""},
		{"cookie", map[string]any{"type": "vcdCookie", "vcdCookie": accounts.Cookies[0].Cookie}, 200, "administrator@System"},
		{"wrong cookie", map[string]any{"type": "vcdCookie", "vcdCookie": "no"}, 401, ""},
		{"unknown type", map[string]any{"type": "telepathy"}, 400, ""},
	}
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		f.a.ResetStats()
		wins, losses := 0, 0
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				f := *f
				f.t = t
				var got details
				answer := f.must(row.status, request{method: "POST", path: "/sessions", body: row.body}, &got)
				if hasToken := answer.header.Get("X-VCAV-Auth") != ""; hasToken != (row.status == 200) || got.User != row.user {
					t.Errorf("token %v, user %q", hasToken, got.User)
				}
				if strings.Contains(string(answer.body), answer.header.Get("X-VCAV-Auth")) && row.status == 200 {
					t.Error("the token is in the body")
				}
				if answer.header.Get("WWW-Authenticate") != "" {
					t.Error("a refused login looks like an expired session")
				}
			})
			if row.status == 200 {
				wins++
			} else {
				losses++
			}
		}
		if s := f.a.Stats(); s.Logins != wins || s.FailedLogins != losses || s.LiveSessions != wins+1 {
			t.Errorf("logins %d, failed %d, live %d; want %d, %d, %d", s.Logins, s.FailedLogins, s.LiveSessions, wins, losses, wins+1)
		}
		f.requireNoViolation()
	})
}

func TestLogin_apiTokenNeedsNewestVersion(t *testing.T) {
	f := start(t, simulator.Cloud)
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", request{
		method: "POST", path: "/sessions", header: http.Header{"Accept": {strings.Replace(accept47, "4.7", "4.6", 1)}},
		body: map[string]any{"type": "vcdApiToken", "apiToken": "simulator-api-token-0c1d2e3f", "org": "System"},
	})
}

func TestLogin_impersonation(t *testing.T) {
	accounts := simulator.DefaultAccounts()
	accounts.SAML[0].Principals = []string{"service@vsphere.local"}
	f := start(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.Accounts = &accounts })
	var got details
	f.must(http.StatusOK, request{
		method: "POST", path: "/sessions",
		body: map[string]any{"type": "ssoToken", "samlToken": accounts.SAML[0].Token, "principal": "service@vsphere.local"},
	}, &got)
	if got.User != "service@vsphere.local" {
		t.Errorf("user %q", got.User)
	}
}

func TestLogin_holderOfKey(t *testing.T) {
	holder := simulator.DefaultAccounts().SAML[1]
	f := start(t, simulator.Manager)
	now := f.clock.Now().UnixMilli()
	sign := func(text string) string {
		digest := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, holder.Key, crypto.SHA256, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(signature)
	}
	body := func(timestamp int64, nonce string) map[string]any {
		signature := sign(holder.Token + strconv.FormatInt(timestamp, 10) + nonce)
		return map[string]any{"type": "ssoToken", "samlToken": holder.Token, "timestamp": timestamp, "nonce": nonce, "signature": signature}
	}
	with := func(m map[string]any, key string, value any) map[string]any {
		m[key] = value
		return m
	}
	for _, row := range []struct {
		name   string
		body   map[string]any
		status int
	}{
		{"signed", body(now, "n1"), 200},
		{"nonce used again", body(now, "n1"), 401},
		{"another nonce", body(now, "n2"), 200},
		{"clock a little off", body(now-4*60_000, "n3"), 200},
		{"clock behind", body(now-6*60_000, "n4"), 401},
		{"clock ahead", body(now+6*60_000, "n5"), 401},
		{"other timestamp than signed", with(body(now, "n6"), "timestamp", now+1), 401},
		{"no base64", with(body(now, "n7"), "signature", "***"), 401},
		{"no signature", map[string]any{"type": "ssoToken", "samlToken": holder.Token}, 401},
	} {
		if got := f.do(request{method: "POST", path: "/sessions", body: row.body}); got.status != row.status {
			t.Errorf("%s: status %d, want %d", row.name, got.status, row.status)
		}
	}
	f.requireNoViolation()
}

func TestSession_details(t *testing.T) {
	for service, want := range map[simulator.Service]details{
		simulator.Manager: {User: "root", Roles: []string{"EVERYONE", "ADMINISTRATORS", "VRADMINISTRATORS"}},
		simulator.Cloud: {
			User: "root", Roles: []string{"EVERYONE", "ADMINISTRATORS", "VRADMINISTRATORS"},
			AuthenticatedSites: []map[string]string{{"site": "site-a", "org": "System"}},
		},
	} {
		f := start(t, service)
		var got details
		answer := f.must(http.StatusOK, request{method: "GET", path: "/sessions"}, &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", service, diff)
		}
		if got := answer.header.Get("Content-Type"); got != "application/json;charset=UTF-8" {
			t.Errorf("Content-Type %s", got)
		}
		var keys map[string]json.RawMessage
		_ = json.Unmarshal(answer.body, &keys)
		if _, ok := keys["authenticatedSites"]; !ok {
			t.Error("authenticatedSites is missing")
		}
	}
}

// requireExpired requires that the session of the fixture has ended.
func (f *fixture) requireExpired() {
	f.t.Helper()
	got := f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "GET", path: "/sessions"})
	if !strings.Contains(got.header.Get("WWW-Authenticate"), "Authentication Token Required") {
		f.t.Error("WWW-Authenticate doesn't say that the token is invalid")
	}
}

func (f *fixture) requireLive() {
	f.t.Helper()
	f.must(http.StatusOK, request{method: "GET", path: "/sessions"}, nil)
}

func TestSession_ends(t *testing.T) {
	for name, end := range map[string]func(f *fixture){
		"idle": func(f *fixture) {
			f.clock.Advance(29 * time.Minute)
			f.requireLive()
			f.clock.Advance(29 * time.Minute)
			f.requireLive()
			f.clock.Advance(30 * time.Minute)
		},
		"too old": func(f *fixture) {
			for range 71 { // 23 h 40 min
				f.clock.Advance(20 * time.Minute)
				f.requireLive()
			}
			f.clock.Advance(20 * time.Minute)
		},
		"logout": func(f *fixture) {
			if got := f.must(http.StatusNoContent, request{method: "DELETE", path: "/sessions"}, nil); len(got.body) > 0 {
				f.t.Error("a logout has no body")
			}
			if n := f.a.Stats().Logouts; n != 1 {
				f.t.Errorf("%d logouts", n)
			}
		},
		"out of band": func(f *fixture) { f.a.ExpireSessions() },
		"restart":     func(f *fixture) { f.a.Restart() },
		"rotation":    func(f *fixture) { f.a.RotateCertificate() },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, simulator.Manager)
			end(f)
			f.requireExpired()
			if n := f.a.Stats().LiveSessions; n != 0 {
				t.Errorf("%d live sessions", n)
			}
			f.withToken("").requireExpired()
			f.withToken("no-such-token").requireExpired()
			f.requireNoViolation()
		})
	}
}

func TestSetAccounts(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.SetAccounts(simulator.Accounts{})
	f.requireLive()
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "POST", path: "/sessions", body: rootLogin()})
}
