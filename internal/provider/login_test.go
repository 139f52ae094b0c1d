package provider_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const sessionData = "data \"vcda_session\" \"s\" {}\n"

// loginBlock returns a provider block with a login object in HCL.
func loginBlock(a *simulator.Appliance, login string) string {
	return fmt.Sprintf("provider \"vcda\" {\n  url = %q\n  thumbprint = %q\n  login = %s\n}\n", a.URL(), a.Thumbprint(), login)
}

// Each type of login sends its own body.
func TestLogin_everyType(t *testing.T) {
	t.Parallel()
	accounts := simulator.DefaultAccounts()
	impersonated := accounts.SSOUsers[0]
	impersonated.Username, impersonated.Password, impersonated.Principals = "automation", "Simulator-automation-1", []string{"auditor@vsphere.local"}
	accounts.SSOUsers = append(accounts.SSOUsers, impersonated)
	local, sso, vcd, holder := accounts.LocalUsers[0], accounts.SSOUsers[0], accounts.VCDUsers[0], accounts.SAML[1]
	plain, inContext, api := accounts.AccessTokens[0], accounts.AccessTokens[1], accounts.APITokens[0]

	for name, c := range map[string]struct {
		kind  string // of the login
		login values
		user  string
		sent  values // of the body of the login
	}{
		"local_user":                     {"local_user", values{"username": local.Username, "password": local.Password}, "root", values{"type": "localUser"}},
		"sso_credentials":                {"sso_credentials", values{"username": sso.Username, "password": sso.Password}, sso.User, values{"type": "ssoCredentials", "principal": nil}},
		"sso_credentials with principal": {"sso_credentials", values{"username": impersonated.Username, "password": impersonated.Password, "principal": "auditor@vsphere.local"}, "auditor@vsphere.local", values{"type": "ssoCredentials", "principal": "auditor@vsphere.local"}},
		"sso_token bearer":               {"sso_token", values{"saml_token": accounts.SAML[0].Token}, accounts.SAML[0].User, values{"type": "ssoToken", "signature": nil}},
		"sso_token holder-of-key":        {"sso_token", values{"saml_token": holder.Token, "private_key": holder.PrivateKeyPEM()}, holder.User, values{"type": "ssoToken"}},
		"vcd_credentials":                {"vcd_credentials", values{"username": vcd.Username, "password": vcd.Password}, vcd.User, values{"type": "vcdCredentials"}},
		"vcd_cookie":                     {"vcd_cookie", values{"cookie": accounts.Cookies[0].Cookie}, vcd.User, values{"type": "vcdCookie"}},
		"vcd_access_token":               {"vcd_access_token", values{"access_token": plain.Token}, vcd.User, values{"type": "vcdAccessToken", "context": nil}},
		"vcd_access_token with context":  {"vcd_access_token", values{"access_token": inContext.Token, "context": inContext.Context}, vcd.User, values{"type": "vcdAccessToken", "context": inContext.Context}},
		"vcd_api_token":                  {"vcd_api_token", values{"api_token": api.Token, "org": api.Org}, vcd.User, values{"type": "vcdApiToken", "org": api.Org}},
	} {
		for _, service := range acctest.Services {
			t.Run(name+" "+string(service), func(t *testing.T) {
				t.Parallel()
				options := acctest.TwoSites(service)
				options[0].Accounts = &accounts
				a := acctest.StartAppliances(t, options[:1]...).Appliance("site-a")
				session := readSession(t, values{"url": a.URL(), "thumbprint": a.Thumbprint(), "login": values{c.kind: c.login}})
				if session["user"] != c.user {
					t.Errorf("the user is %v, not %s", session["user"], c.user)
				}
				requireLogins(t, a, c.sent)
			})
		}
	}
}

func requireLogins(t *testing.T, a *simulator.Appliance, sent map[string]any) {
	t.Helper()
	logins := 0
	for _, r := range a.Requests() {
		if r.Method != http.MethodPost || r.Path != "/sessions" {
			if r.Header.Get("X-Vcav-Auth") == "" {
				t.Errorf("%s %s came without a token", r.Method, r.Path)
			}
			continue
		}
		logins++
		var body map[string]any
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatal(err)
		}
		for name, want := range sent {
			if body[name] != want {
				t.Errorf("the login's %s is %v, not %v", name, body[name], want)
			}
		}
	}
	if logins == 0 || a.Stats().FailedLogins > 0 {
		t.Errorf("%d logins, %d of them refused", logins, a.Stats().FailedLogins)
	}
}

// A ready-made signature works for one login. The next login is refused.
func TestLogin_readySignature(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	holder := a.Accounts().SAML[1]
	timestamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	digest := sha256.Sum256([]byte(holder.Token + timestamp + "nonce-1"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, holder.Key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	w := acctest.NewWorkspace(t, loginBlock(a, "{ sso_token = {} }")+pairingBlock(b))
	w.Env = append(w.Env,
		"VCDA_SERVICE=manager", "VCDA_SAML_TOKEN="+holder.Token, "VCDA_SAML_TIMESTAMP="+timestamp, "VCDA_SAML_NONCE=nonce-1",
		"VCDA_SAML_SIGNATURE="+base64.StdEncoding.EncodeToString(signature))
	w.MustRun(t, "plan", "-no-color", "-out=plan")
	if total := a.Stats().Total; total > 0 {
		t.Fatalf("the plan of a create has sent %d requests", total)
	}
	w.MustRun(t, "apply", "-no-color", "plan")
	out, code := w.Run(t, "plan", "-no-color")
	if code == 0 {
		t.Error("the nonce was accepted twice")
	}
	acctest.RequireTexts(t, out, "refused the login of type sso_token", "A nonce is valid for one login only", "Another likely cause is this machine's clock")
	if failed := a.Stats().FailedLogins; failed != 1 {
		t.Errorf("the refused login was sent %d times", failed)
	}
}

// An external session is used and not logged out.
func TestLogin_sessionToken(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	token := logInDirectly(t, a)
	a.ResetStats()
	w := acctest.NewWorkspace(t, loginBlock(a, "{ session_token = {} }")+pairingBlock(b)+sessionData)
	w.Env = append(w.Env, "VCDA_SESSION_TOKEN="+token)
	w.MustRun(t, "apply", "-no-color", "-auto-approve")
	w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	w.MustRun(t, "destroy", "-no-color", "-auto-approve")
	stats := a.Stats()
	if stats.Logins != 0 || stats.Logouts != 0 || stats.LiveSessions != 1 || stats.Requests["DELETE /sessions"] != 0 {
		t.Errorf("%d logins, %d logouts, %d sessions; want none, none, the external one", stats.Logins, stats.Logouts, stats.LiveSessions)
	}
	for _, r := range a.Requests() {
		if got := r.Header.Get("X-Vcav-Auth"); got != token {
			t.Errorf("%s %s has the token %q", r.Method, r.Path, got)
		}
	}
}

// The message about an expired token does not show it.
func TestLogin_sessionTokenExpired(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, loginBlock(a, `{ session_token = { token = "stale-token" } }`)+sessionData)
	out, code := w.Run(t, "plan", "-no-color")
	if code == 0 {
		t.Error("the plan succeeded")
	}
	acctest.RequireTexts(t, out, "The given session is invalid or has expired", "A session ends after 30 minutes without a request")
	acctest.RequireNoTexts(t, out, "stale-token")
	if stats := a.Stats(); stats.Requests["POST /sessions"] != 0 || stats.Requests["DELETE /sessions"] != 0 {
		t.Errorf("requests: %v", stats.Requests)
	}
}

// The provider uses the proxy of HTTPS_PROXY. Go uses no proxy for loopback, so the
// appliance has a name here.
func TestProxy(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	var lock sync.Mutex
	var requests []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		requests = append(requests, r.Method+" "+r.Host)
		lock.Unlock()
		tunnel(w, strings.TrimPrefix(a.URL(), "https://"))
	}))
	t.Cleanup(proxy.Close)
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+sessionData)
	w.Env = append(w.Env, "VCDA_URL=https://site-a.example.com:8048", "HTTPS_PROXY="+proxy.URL)
	w.Configure(t, strings.Replace(acctest.ProviderBlock(a), fmt.Sprintf("url = %q", a.URL()), "", 1)+sessionData)
	w.MustRun(t, "apply", "-no-color", "-auto-approve")
	lock.Lock()
	defer lock.Unlock()
	if len(requests) == 0 || requests[0] != "CONNECT site-a.example.com:8048" {
		t.Errorf("the proxy received %v", requests)
	}
}

// tunnel connects a CONNECT request with a server.
func tunnel(w http.ResponseWriter, target string) {
	server, err := (&net.Dialer{}).Dial("tcp", target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	var copying sync.WaitGroup
	copying.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
	_, _ = io.Copy(client, server)
	_ = client.Close()
	copying.Wait()
}

// logInDirectly logs in without the provider and returns the token.
func logInDirectly(t *testing.T, a *simulator.Appliance) string {
	t.Helper()
	user := a.Accounts().LocalUsers[0]
	body := fmt.Sprintf(`{"type":"localUser","localUser":%q,"localPassword":%q}`, user.Username, user.Password)
	return send(t, a, http.MethodPost, "/sessions", body).Get("X-Vcav-Auth")
}

// pairingBlock returns a pairing with b.
func pairingBlock(b *simulator.Appliance) string {
	return fmt.Sprintf("resource \"vcda_site_pairing\" \"b\" {\n  api_url = %q\n  api_thumbprint = %q\n  site = %q\n}\n", b.URL(), b.Thumbprint(), b.Site())
}
