package vcda_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// cloudPair starts site-a and site-b of the Cloud service, paired both ways, and
// returns site-a.
func cloudPair(t *testing.T, change func(*simulator.ApplianceOptions)) *simulator.Appliance {
	t.Helper()
	options := []simulator.ApplianceOptions{
		{Site: "site-a", Service: simulator.Cloud}, {Site: "site-b", Service: simulator.Cloud},
	}
	if change != nil {
		change(&options[0])
	}
	fixture, err := simulator.Start(simulator.Options{Appliances: options})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fixture.Close)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.Pair("site-b")
	b.Pair("site-a")
	return a
}

// rootClient returns a client that logs in as root, and is logged out at the end of
// the test.
func rootClient(t *testing.T, a *simulator.Appliance, list ...vcda.Extension) *vcda.Client {
	t.Helper()
	base, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	root := a.Accounts().LocalUsers[0]
	client, err := vcda.New(vcda.Options{
		Transport:  rest.Options{BaseURL: base, Trust: tlsutil.Trust{Thumbprint: a.Thumbprint()}, RequestTimeout: time.Minute},
		Login:      vcda.LocalUser{Username: root.Username, Password: root.Password},
		Extensions: list,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Logout(context.WithoutCancel(t.Context())) })
	return client
}

func extendToB(m vcda.ExtensionMethod) vcda.Extension {
	return vcda.Extension{Site: "site-b", Method: m}
}

var multisite = extendToB(vcda.ExtendMultisite{Org: "acme"})

// sentExtensions returns the bodies of the extensions that an appliance has
// received.
func sentExtensions(a *simulator.Appliance) (bodies []map[string]any) {
	for _, r := range a.Requests() {
		if r.Method == http.MethodPost && r.Path == "/sessions/extend" {
			var body map[string]any
			if json.Unmarshal(r.Body, &body) == nil {
				bodies = append(bodies, body)
			}
		}
	}
	return bodies
}

func siteNames(d vcda.SessionDetails) (names []string) {
	for _, s := range d.AuthenticatedSites {
		names = append(names, s.Site)
	}
	return names
}

func TestExtend_payloads(t *testing.T) {
	accounts := simulator.DefaultAccounts()
	user, token, api, cookie := accounts.VCDUsers[0], accounts.AccessTokens[0].Token, accounts.APITokens[0].Token, accounts.Cookies[0].Cookie
	for name, test := range map[string]struct {
		method vcda.ExtensionMethod
		prose  bool
		want   []map[string]any
	}{
		"credentials": {vcda.ExtendCredentials{Username: user.Username, Password: user.Password}, false, []map[string]any{
			{"type": "credentials", "site": "site-b", "vcdUsername": user.Username, "vcdPassword": user.Password},
		}},
		"access token": {vcda.ExtendAccessToken{Token: token}, false, []map[string]any{
			{"type": "accessToken", "site": "site-b", "accessToken": token},
		}},
		"access token of another director": {vcda.ExtendAccessToken{Token: accounts.AccessTokens[1].Token, Context: "acme-dr"}, false, []map[string]any{
			{"type": "accessToken", "site": "site-b", "accessToken": accounts.AccessTokens[1].Token, "context": "acme-dr"},
		}},
		"access token, second payload": {vcda.ExtendAccessToken{Token: token}, true, []map[string]any{
			{"type": "accessToken", "site": "site-b", "accessToken": token},
			{"type": "vcdAccessToken", "site": "site-b", "vcdAccessToken": token},
		}},
		"api token": {vcda.ExtendAPIToken{Token: api, Org: "System"}, false, []map[string]any{
			{"type": "apiToken", "site": "site-b", "token": api, "org": "System"},
		}},
		"multisite": {vcda.ExtendMultisite{Org: "acme"}, false, []map[string]any{
			{"type": "multisite", "site": "site-b", "org": "acme"},
		}},
		"cookie": {vcda.ExtendCookie{Cookie: cookie}, false, []map[string]any{
			{"type": "cookie", "site": "site-b", "cookie": cookie},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			a := cloudPair(t, func(o *simulator.ApplianceOptions) { o.ProseExtend, o.CookieExtend = test.prose, true })
			details, err := rootClient(t, a).Extend(t.Context(), extendToB(test.method), "test")
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := details.At("site-b"); !ok {
				t.Errorf("authenticated sites: %v", details.AuthenticatedSites)
			}
			if diff := cmp.Diff(test.want, sentExtensions(a)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExtend_errors(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	for name, test := range map[string]struct {
		extension vcda.Extension
		status    int
		code      string
		sent      int
	}{
		"unknown site":       {vcda.Extension{Site: "site-x", Method: vcda.ExtendMultisite{Org: "acme"}}, 404, vcda.CodeSiteNotFound, 1},
		"wrong password":     {extendToB(vcda.ExtendCredentials{Username: "u", Password: "p"}), 401, vcda.CodeRemoteAuthentication, 1},
		"unsupported cookie": {extendToB(vcda.ExtendCookie{Cookie: "c"}), 400, vcda.CodeBadUserInput, 1},
	} {
		t.Run(name, func(t *testing.T) {
			before := a.Stats()
			for range 2 { // a refused extension is not sent again
				_, err := client.Extend(t.Context(), test.extension, "test")
				var failed *vcda.ExtensionError
				var status *rest.StatusError
				if !errors.As(err, &failed) || !failed.Refused || failed.Site != test.extension.Site {
					t.Fatalf("error %v", err)
				}
				if !errors.As(err, &status) || status.Status != test.status || status.Code != test.code {
					t.Errorf("error %v, want status %d %s", err, test.status, test.code)
				}
			}
			after := a.Stats()
			if n := after.Requests["POST /sessions/extend"] - before.Requests["POST /sessions/extend"]; n != test.sent {
				t.Errorf("sent %d times, want %d", n, test.sent)
			}
			if after.Logins > 1 {
				t.Errorf("%d logins: want no new login after a refusal of the remote site", after.Logins)
			}
		})
	}
}

func TestExtend_onlyOnTheCloudService(t *testing.T) {
	fixture, err := simulator.Start(simulator.Options{Appliances: []simulator.ApplianceOptions{{Site: "site-a", Service: simulator.Manager}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fixture.Close)
	a := fixture.Appliance("site-a")
	_, err = rootClient(t, a).Extend(t.Context(), multisite, "test")
	if !errors.Is(err, vcda.ErrCloudOnly) {
		t.Errorf("error %v, want %v", err, vcda.ErrCloudOnly)
	}
	_, err = rootClient(t, a, multisite).Session(t.Context())
	if !errors.Is(err, vcda.ErrCloudOnly) {
		t.Errorf("error %v, want %v", err, vcda.ErrCloudOnly)
	}
	if len(sentExtensions(a)) != 0 {
		t.Error("an extension was sent to a Manager service")
	}
}

// The extensions of a session end with it. After a new login the client sends those
// with a reservation again.
func TestExtend_repeatedAfterANewLogin(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	user := a.Accounts().VCDUsers[0]
	if _, err := client.Extend(t.Context(), extendToB(vcda.ExtendCredentials{Username: user.Username, Password: user.Password}), "test"); err != nil {
		t.Fatal(err)
	}
	withOptions := rootClient(t, a, multisite)
	for name, c := range map[string]*vcda.Client{"added": client, "options": withOptions} {
		if _, err := c.Session(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.ExpireSessions()
		a.ResetStats()
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				details, err := c.Session(t.Context())
				if err != nil || !slices.Contains(siteNames(details), "site-b") {
					t.Errorf("%s: sites %v, error %v", name, siteNames(details), err)
				}
			})
		}
		group.Wait()
		stats := a.Stats()
		if stats.Logins != 1 || stats.Requests["POST /sessions/extend"] != 1 {
			t.Errorf("%s: %d logins and %d extensions, want one each", name, stats.Logins, stats.Requests["POST /sessions/extend"])
		}
	}
}

// If an extension of the options fails, every call that needs the session fails.
// The error names the extension, and no session is left.
func TestExtend_optionsFail(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a, multisite, vcda.Extension{Site: "site-x", Method: vcda.ExtendMultisite{Org: "acme"}})
	for range 2 {
		_, err := client.Sites(t.Context())
		var failed *vcda.ExtensionError
		if !errors.As(err, &failed) || failed.Index != 1 || failed.Site != "site-x" || !failed.IsUnknownSite() {
			t.Fatalf("error %v", err)
		}
	}
	if stats := a.Stats(); stats.Logins != 1 || stats.LiveSessions != 0 {
		t.Errorf("%d logins, %d sessions left; want 1 and 0", stats.Logins, stats.LiveSessions)
	}
}

func TestShrink_siteNotExtended(t *testing.T) {
	a := cloudPair(t, nil)
	shrunk := func() int { return a.Stats().Requests["DELETE /sessions/{site}"] }
	client := rootClient(t, a)
	for _, owner := range []string{"one", "two"} {
		if _, err := client.Extend(t.Context(), multisite, owner); err != nil {
			t.Fatal(err)
		}
	}
	for i, owner := range []string{"one", "two"} {
		if err := client.Release(t.Context(), "site-b", owner); err != nil {
			t.Fatal(err)
		}
		if shrunk() != i {
			t.Errorf("after %s: shrunk %d times, want %d", owner, shrunk(), i)
		}
	}
	configured := rootClient(t, a, multisite)
	if _, err := configured.Extend(t.Context(), multisite, "one"); err != nil {
		t.Fatal(err)
	}
	if err := configured.Release(t.Context(), "site-b", "one"); err != nil || shrunk() != 1 {
		t.Errorf("error %v, shrunk %d times: want a site of the options kept", err, shrunk())
	}
	if err := client.Release(t.Context(), "", "one"); err == nil || !strings.Contains(err.Error(), "no site") {
		t.Errorf("error %v: an empty name would make the path of a logout", err)
	}
}

func TestOpenSession(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	detached, err := client.OpenSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if found, ok := client.FindSession(detached.ID); !ok || found.Token() != detached.Token() {
		t.Error("the client does not find its session")
	}
	if details, err := detached.Details(t.Context()); err != nil || details.User != "root" {
		t.Errorf("details %v, error %v", details, err)
	}
	if err := detached.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := client.FindSession(detached.ID); ok || a.Stats().LiveSessions != 0 {
		t.Errorf("still known: %t, live sessions: %d", ok, a.Stats().LiveSessions)
	}
	left, err := client.OpenSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// A detached session is not renewed.
	a.ExpireSessions()
	if _, err := left.Details(t.Context()); rest.Status(err) != 401 || a.Stats().Logins != 2 {
		t.Errorf("error %v after %d logins", err, a.Stats().Logins)
	}
	if _, err := client.OpenSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Logout(t.Context()); err != nil || a.Stats().LiveSessions != 0 {
		t.Errorf("error %v, %d sessions left", err, a.Stats().LiveSessions)
	}
}
