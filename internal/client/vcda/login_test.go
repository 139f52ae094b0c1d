package vcda

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// withPrincipal lets accounts log in as another principal.
func withPrincipal(o *simulator.ApplianceOptions) {
	accounts := simulator.DefaultAccounts()
	accounts.SSOUsers[0].Principals = []string{"someone@vsphere.local"}
	accounts.SAML[0].Principals = []string{"someone@vsphere.local"}
	o.Accounts = &accounts
}

func TestLogins(t *testing.T) {
	accounts := simulator.DefaultAccounts()
	root, sso, bearer, holder := accounts.LocalUsers[0], accounts.SSOUsers[0], accounts.SAML[0], accounts.SAML[1]
	vcd, cookie, ownToken, otherToken, api := accounts.VCDUsers[0], accounts.Cookies[0], accounts.AccessTokens[0], accounts.AccessTokens[1], accounts.APITokens[0]
	const someone = "someone@vsphere.local"
	cases := map[string]struct {
		login  Login
		kind   string
		user   string
		fields string // of the body
	}{
		"local user":           {LocalUser{Username: root.Username, Password: root.Password}, "local_user", "root", "localPassword localUser type"},
		"SSO credentials":      {SSOCredentials{Username: sso.Username, Password: sso.Password}, "sso_credentials", sso.User, "password type username"},
		"SSO with principal":   {SSOCredentials{sso.Username, sso.Password, someone}, "sso_credentials", someone, "password principal type username"},
		"bearer token":         {SSOToken{SAMLToken: bearer.Token}, "sso_token", bearer.User, "nonce samlToken timestamp type"},
		"bearer for principal": {SSOToken{SAMLToken: bearer.Token, Principal: someone}, "sso_token", someone, "nonce principal samlToken timestamp type"},
		"holder of key":        {SSOToken{SAMLToken: holder.Token, PrivateKey: holder.PrivateKeyPEM()}, "sso_token", holder.User, "nonce samlToken signature timestamp type"},
		"ready-made signature": {signToken(t, holder, newClock().Now(), "nonce-1"), "sso_token", holder.User, "nonce samlToken signature timestamp type"},
		"VCD credentials":      {VCDCredentials{vcd.Username, vcd.Password}, "vcd_credentials", vcd.User, "type vcdPassword vcdUser"},
		"VCD cookie":           {VCDCookie{cookie.Cookie}, "vcd_cookie", cookie.User, "type vcdCookie"},
		"access token":         {VCDAccessToken{AccessToken: ownToken.Token}, "vcd_access_token", ownToken.User, "type vcdAccessToken"},
		"access token, other":  {VCDAccessToken{otherToken.Token, otherToken.Context}, "vcd_access_token", otherToken.User, "context type vcdAccessToken"},
		"API token":            {VCDAPIToken{api.Token, api.Org}, "vcd_api_token", api.User, "apiToken org type"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := start(t, Cloud, withPrincipal)
			client := f.connect(c.login, nil)
			for range 3 {
				details, err := client.Session(t.Context())
				if err != nil || details.User != c.user {
					t.Fatalf("session %+v, error %v, want the user %s", details, err, c.user)
				}
			}
			login := f.lastRequest("POST", "/sessions")
			if got := fieldNames(t, login.Body); got != c.fields {
				t.Errorf("the login has the fields %s, want %s", got, c.fields)
			}
			if login.Header.Get(tokenHeader) != "" || f.lastRequest("GET", "/sessions").Header.Get(tokenHeader) == "" {
				t.Error("want the token in the response to the login, and in later requests")
			}
			if c.login.Kind() != c.kind {
				t.Errorf("kind %s, want %s", c.login.Kind(), c.kind)
			}
			if err := client.Logout(t.Context()); err != nil {
				t.Error(err)
			}
			if s := f.a.Stats(); s.Logins != 1 || s.Logouts != 1 || s.LiveSessions != 0 {
				t.Errorf("stats %+v, want one login and one logout", s)
			}
		})
	}
}

// fieldNames returns the sorted names of the fields of an object.
func fieldNames(t *testing.T, body []byte) string {
	t.Helper()
	text, err := json.Marshal(decodeObject(t, body)) // sorts
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	d := json.NewDecoder(strings.NewReader(string(text)))
	for i := 0; ; i++ {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(names, " ")
		}
		if name, ok := token.(string); ok && i%2 == 1 {
			names = append(names, name)
		}
	}
}

// signToken returns a login with a ready-made signature.
func signToken(t *testing.T, holder simulator.SAMLAccount, now time.Time, nonce string) SSOToken {
	t.Helper()
	digest := sha256.Sum256([]byte(holder.Token + strconv.FormatInt(now.UnixMilli(), 10) + nonce))
	signature, err := rsa.SignPKCS1v15(rand.Reader, holder.Key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return SSOToken{SAMLToken: holder.Token, Timestamp: now.UnixMilli(), Nonce: nonce, Signature: base64.StdEncoding.EncodeToString(signature)}
}

// With a key every login has a new nonce and signature. A ready-made signature is
// sent only once.
func TestLogin_signatureIsUsedOnce(t *testing.T) {
	holder := simulator.DefaultAccounts().SAML[1]
	t.Run("key", func(t *testing.T) {
		f := start(t, Manager)
		client := f.connect(SSOToken{SAMLToken: holder.Token, PrivateKey: holder.PrivateKeyPEM()}, nil)
		var nonces []any
		for range 2 {
			if _, err := client.Session(t.Context()); err != nil {
				t.Fatal(err)
			}
			body := decodeObject(t, f.lastRequest("POST", "/sessions").Body)
			if body["timestamp"] != float64(f.clock.Now().UnixMilli()) {
				t.Errorf("timestamp %v, want that of the clock", body["timestamp"])
			}
			nonces = append(nonces, body["nonce"])
			f.a.ExpireSessions()
			f.clock.advance(time.Hour)
		}
		if nonces[0] == nonces[1] || len(fmt.Sprint(nonces[0])) < 16 {
			t.Errorf("nonces %v", nonces)
		}
	})
	t.Run("ready-made signature", func(t *testing.T) {
		f := start(t, Manager)
		client := f.connect(signToken(t, holder, f.clock.Now(), "nonce-1"), nil)
		if _, err := client.Session(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.a.ExpireSessions()
		var refused *LoginError
		for range 3 {
			if _, err := client.Session(t.Context()); !errors.Is(err, session.ErrLoginUsed) || !errors.As(err, &refused) || !refused.Refused {
				t.Errorf("error %v, want a used login", err)
			}
		}
		if s := f.a.Stats(); s.Logins != 1 || s.FailedLogins != 0 {
			t.Errorf("%d logins, %d refused ones, want one and no second one", s.Logins, s.FailedLogins)
		}
	})
}

func TestPrivateKey_unusable(t *testing.T) {
	key := simulator.DefaultAccounts().SAML[1].Key
	for name, text := range map[string]string{
		"no PEM":            "secret-key",
		"broken":            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END PRIVATE KEY-----\n",
		"elliptic curve":    ecKey(t),
		"public key":        string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)})),
		"encrypted PKCS #8": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END ENCRYPTED PRIVATE KEY-----\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			_, err := f.connect(SSOToken{SAMLToken: "saml-secret", PrivateKey: text}, nil).Session(t.Context())
			var login *LoginError
			if !errors.As(err, &login) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want a LoginError without the key", err)
			}
			if n := f.a.Stats().Total; n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func ecKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// A refused login is final, because accounts lock.
func TestLogin_refusedIsSentOnce(t *testing.T) {
	wrong := map[string]Login{
		"local user": LocalUser{Username: "root", Password: "wrong-s3cret"}, "SSO credentials": SSOCredentials{Username: "root", Password: "wrong-s3cret"},
		"principal":       SSOCredentials{"administrator@vsphere.local", "Simulator-sso-1", "nobody"},
		"bearer token":    SSOToken{SAMLToken: "wrong-s3cret"},
		"holder's token":  SSOToken{SAMLToken: simulator.DefaultAccounts().SAML[1].Token},
		"VCD credentials": VCDCredentials{"administrator@System", "wrong-s3cret"}, "VCD cookie": VCDCookie{"wrong-s3cret"},
		"access token": VCDAccessToken{AccessToken: "wrong-s3cret"}, "API token": VCDAPIToken{"wrong-s3cret", "System"},
	}
	for name, login := range wrong {
		t.Run(name, func(t *testing.T) {
			f := start(t, Cloud)
			client := f.connect(login, nil)
			call := func() {
				_, err := client.Sites(t.Context())
				var refused *LoginError
				if !errors.As(err, &refused) || !refused.Refused || rest.Status(err) != http.StatusUnauthorized || refused.Kind != login.Kind() {
					t.Errorf("error %v, want a refused login", err)
				}
				if strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "log in to 127.0.0.1") || !strings.Contains(err.Error(), "NotAuthenticated") {
					t.Errorf("error %v", err)
				}
			}
			runConcurrently(20, call)
			call()
			if s := f.a.Stats(); s.FailedLogins != 1 || s.Total != 1 {
				t.Errorf("%d refused logins, %d requests, want one", s.FailedLogins, s.Total)
			}
		})
	}
}

// The next request repeats a login that failed but was not refused.
func TestLogin_failedIsNotFinal(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"500": {Kind: simulator.Status, Status: 500}, "503": {Kind: simulator.Status, Status: 503}, "429": {Kind: simulator.Status, Status: 429},
		"408": {Kind: simulator.Status, Status: 408}, "reset": {Kind: simulator.Reset}, "lost response": {Kind: simulator.DropResponse},
		"redirect": {Kind: simulator.Redirect, Location: "https://other.example.com/login"},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			fault.Method, fault.Path, fault.Times = "POST", "/sessions", 1
			f.a.Fault(fault)
			_, err := f.Sites(t.Context())
			var login *LoginError
			if !errors.As(err, &login) || login.Refused {
				t.Errorf("error %v, want a LoginError that is not final", err)
			}
			if n := f.a.Stats().Requests["POST /sessions"]; n != 1 {
				t.Errorf("%d logins for one request, want 1: a login is never retried", n)
			}
			if _, err := f.Sites(t.Context()); err != nil {
				t.Errorf("the next request: %v", err)
			}
		})
	}
	for _, status := range []int{400, 401, 403, 404, 422} {
		t.Run("final "+strconv.Itoa(status), func(t *testing.T) {
			f := start(t, Manager)
			f.a.Fault(simulator.Fault{Method: "POST", Path: "/sessions", Kind: simulator.Status, Status: status, Times: 1})
			for range 3 {
				var login *LoginError
				if _, err := f.Sites(t.Context()); !errors.As(err, &login) || !login.Refused {
					t.Errorf("error %v, want a final LoginError", err)
				}
			}
			if n := f.a.Stats().Requests["POST /sessions"]; n != 1 {
				t.Errorf("%d logins, want 1", n)
			}
		})
	}
}

// A login that the appliance did not perform is sent again, within the retries; a
// refused one never is.
func TestLogin_busyAppliance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault simulator.Fault
		sent  int
	}{
		"429":             {simulator.Fault{Kind: simulator.Status, Status: 429, RetryAfter: "5"}, 2},
		"503":             {simulator.Fault{Kind: simulator.Status, Status: 503}, 2},
		"502 as a page":   {simulator.Fault{Kind: simulator.Body, Status: 502, Body: "<html>Bad Gateway</html>", ContentType: "text/html"}, 2},
		"503 as a page":   {simulator.Fault{Kind: simulator.Body, Status: 503, Body: "<html>Busy</html>", ContentType: "text/html"}, 2},
		"401":             {simulator.Fault{Kind: simulator.Status, Status: 401}, 1},
		"403":             {simulator.Fault{Kind: simulator.Status, Status: 403}, 1},
		"connection lost": {simulator.Fault{Kind: simulator.Reset}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startWithClock(t, Manager, clocktest.New())
			c.fault.Method, c.fault.Path, c.fault.Times = "POST", "/sessions", 1
			f.a.Fault(c.fault)
			client := f.connect(rootLogin(), func(o *Options) { o.Transport.MaxRetries = 3 })
			_, err := client.Sites(t.Context())
			if sent := f.a.Stats().Requests["POST /sessions"]; sent != c.sent || (err == nil) != (c.sent > 1) {
				t.Errorf("error %v after %d logins, want %d", err, sent, c.sent)
			}
		})
	}
}

// A successful login without a token is an error. An empty token is never sent.
func TestLogin_withoutToken(t *testing.T) {
	for name, values := range map[string][]string{"no header": nil, "empty header": {""}, "spaces": {"  "}} {
		t.Run(name, func(t *testing.T) {
			client := scriptedLogin(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/sessions" || r.Method != http.MethodPost {
					t.Errorf("%s %s was sent", r.Method, r.URL)
				}
				w.Header()[tokenHeader] = values
				reply(200, `{"user":"root","token":"not-here"}`)(w, r)
			})
			_, err := client.Sites(t.Context())
			var login *LoginError
			if !errors.Is(err, ErrNoToken) || !errors.As(err, &login) {
				t.Errorf("error %v, want ErrNoToken", err)
			}
		})
	}
	t.Run("a list of tokens", func(t *testing.T) {
		var sent string
		client := scriptedLogin(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()[tokenHeader] = []string{"first", "second"}
			if r.Method == http.MethodGet {
				sent = r.Header.Get(tokenHeader)
			}
			reply(200, "[]")(w, r)
		})
		if _, err := client.Sites(t.Context()); err != nil || sent != "first" {
			t.Errorf("error %v, sent %q, want the first", err, sent)
		}
	})
}

// No error shows a secret, also if the appliance repeats the login.
func TestLogin_errorsHoldNoSecrets(t *testing.T) {
	holder := simulator.DefaultAccounts().SAML[1]
	for name, login := range map[string]Login{
		"local user": LocalUser{Username: "root", Password: `p"s3cret\`}, "SSO": SSOCredentials{Username: "u", Password: "s3cret<1>"}, "SAML": SSOToken{SAMLToken: `<saml x="s3cret"/>`, PrivateKey: holder.PrivateKeyPEM()},
		"VCD": VCDCredentials{"u@o", "s3cret\n2"}, "cookie": VCDCookie{"s3cret"}, "access token": VCDAccessToken{AccessToken: "s3cret"}, "API token": VCDAPIToken{"s3cret", "o"},
		"session token": SessionToken{"s3cret"},
	} {
		t.Run(name, func(t *testing.T) {
			echo := func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				text := string(body) + r.Header.Get(tokenHeader)
				message, _ := json.Marshal(map[string]string{"code": "BadRequest", "msg": text})
				if r.URL.Query().Get("state") == "" && r.URL.Path == "/sites" {
					message = []byte(text)
				}
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write(message)
			}
			server := httptest.NewServer(http.HandlerFunc(echo))
			t.Cleanup(server.Close)
			client := connect(t, server.URL, login, nil)
			for _, call := range []func() error{
				func() error { _, err := client.Sites(t.Context()); return err },
				func() error { _, err := client.Tasks(t.Context(), TaskQuery{State: "RUNNING"}); return err },
			} {
				if err := call(); err == nil || strings.Contains(err.Error(), "s3cret") {
					t.Errorf("error %v", err)
				}
			}
		})
	}
}

func TestRequest_headers(t *testing.T) {
	for version, want := range map[string]string{
		"": "application/vnd.vmware.h4-v4.7+json;charset=UTF-8", "4.5": "application/vnd.vmware.h4-v4.5+json;charset=UTF-8",
		"4.6": "application/vnd.vmware.h4-v4.6+json;charset=UTF-8", "4.7": "application/vnd.vmware.h4-v4.7+json;charset=UTF-8",
	} {
		t.Run(version, func(t *testing.T) {
			f := start(t, Manager)
			client := f.connect(rootLogin(), func(o *Options) { o.APIVersion = version })
			ctx := rest.WithOperationID(t.Context(), "terraform-42")
			if _, err := client.Peers(ctx); err != nil {
				t.Fatal(err)
			}
			if err := client.Logout(ctx); err != nil {
				t.Fatal(err)
			}
			for _, r := range f.a.Requests() {
				got := []string{r.Header.Get("Accept"), r.Header.Get("Operationid"), r.Header.Get("User-Agent"), r.Header.Get("Cookie"), r.Header.Get("Authorization")}
				if diff := cmp.Diff([]string{want, "terraform-42", "test", "", ""}, got); diff != "" {
					t.Errorf("%s %s: %s", r.Method, r.Path, diff)
				}
				if (r.Header.Get("Content-Type") == "application/json") != (len(r.Body) > 0) {
					t.Errorf("%s %s: content type %q for %d bytes", r.Method, r.Path, r.Header.Get("Content-Type"), len(r.Body))
				}
			}
		})
	}
}

// A busy appliance has not extended the session, so the request is sent again.
func TestExtend_busyAppliance(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"429":           {Kind: simulator.Status, Status: 429, RetryAfter: "5"},
		"503":           {Kind: simulator.Status, Status: 503},
		"503 as a page": {Kind: simulator.Body, Status: 503, Body: "<html>Busy</html>", ContentType: "text/html"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startWithClock(t, Cloud, clocktest.New())
			f.a.Pair("site-b")
			fault.Method, fault.Path, fault.Times = "POST", extendPath, 1
			f.a.Fault(fault)
			client := f.connect(rootLogin(), func(o *Options) { o.Transport.MaxRetries = 1 })
			_, err := client.Extend(t.Context(), remoteExtension(f.b), Managed)
			if sent := f.a.Stats().Requests["POST "+extendPath]; err != nil || sent != 2 {
				t.Errorf("error %v after %d requests", err, sent)
			}
		})
	}
}

// A page does not confirm that an extension is removed.
func TestShrink_page(t *testing.T) {
	t.Parallel()
	f := startWithClock(t, Cloud, clocktest.New())
	f.a.Pair("site-b")
	f.a.Fault(simulator.Fault{Method: "DELETE", Path: "/sessions/site-b", Kind: simulator.Body, Status: 404, Body: "<html>Not found</html>", ContentType: "text/html"})
	if _, err := f.Extend(t.Context(), remoteExtension(f.b), Managed); err != nil {
		t.Fatal(err)
	}
	if err := f.Release(t.Context(), "site-b", Managed); rest.Status(err) != http.StatusNotFound {
		t.Errorf("error %v", err)
	}
}

func remoteExtension(b *simulator.Appliance) Extension {
	user := b.Accounts().VCDUsers[0]
	return Extension{Site: b.Site(), Method: ExtendCredentials{Username: user.Username, Password: user.Password}}
}
