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

// rootClient is a client of the appliance's root user, logged out with the test.
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

func toB(way vcda.ExtensionMethod) vcda.Extension { return vcda.Extension{Site: "site-b", Method: way} }

var multisite = toB(vcda.ExtendMultisite{Org: "acme"})

// sent are the bodies of the extensions an appliance was sent.
func sent(a *simulator.Appliance) (bodies []map[string]any) {
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

func sites(d vcda.SessionDetails) (names []string) {
	for _, s := range d.AuthenticatedSites {
		names = append(names, s.Site)
	}
	return names
}

func TestExtend_wireForms(t *testing.T) {
	accounts := simulator.DefaultAccounts()
	user, token, api, cookie := accounts.VCDUsers[0], accounts.AccessTokens[0].Token, accounts.APITokens[0].Token, accounts.Cookies[0].Cookie
	for name, test := range map[string]struct {
		way   vcda.ExtensionMethod
		prose bool
		want  []map[string]any
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
		"access token in prose": {vcda.ExtendAccessToken{Token: token}, true, []map[string]any{
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
			details, err := rootClient(t, a).Extend(t.Context(), toB(test.way), "test")
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := details.At("site-b"); !ok {
				t.Errorf("authenticated sites: %v", details.AuthenticatedSites)
			}
			if diff := cmp.Diff(test.want, sent(a)); diff != "" {
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
		"wrong password":     {toB(vcda.ExtendCredentials{Username: "u", Password: "p"}), 401, vcda.CodeRemoteAuthentication, 1},
		"unsupported cookie": {toB(vcda.ExtendCookie{Cookie: "c"}), 400, vcda.CodeBadUserInput, 1},
	} {
		t.Run(name, func(t *testing.T) {
			before := a.Stats()
			for range 2 { // what was refused is not sent again
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
				t.Errorf("%d logins: a refusal of the remote site is no reason for another", after.Logins)
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
	if len(sent(a)) != 0 {
		t.Error("an extension was sent to a Manager service")
	}
}

// The server forgets extensions with the session: after a new login all that
// somebody holds are there again, those of the options and those added later.
func TestExtend_againAfterANewLogin(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	user := a.Accounts().VCDUsers[0]
	if _, err := client.Extend(t.Context(), toB(vcda.ExtendCredentials{Username: user.Username, Password: user.Password}), "test"); err != nil {
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
				if err != nil || !slices.Contains(sites(details), "site-b") {
					t.Errorf("%s: sites %v, error %v", name, sites(details), err)
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

// An extension of the options that fails fails whatever needs the session, says
// which it is, and leaves no session behind.
func TestExtend_ofTheOptionsFails(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a, multisite, vcda.Extension{Site: "site-x", Method: vcda.ExtendMultisite{Org: "acme"}})
	for range 2 {
		_, err := client.Sites(t.Context())
		var failed *vcda.ExtensionError
		if !errors.As(err, &failed) || failed.Index != 1 || failed.Site != "site-x" || !failed.UnknownSite() {
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
	for _, holder := range []string{"one", "two"} {
		if _, err := client.Extend(t.Context(), multisite, holder); err != nil {
			t.Fatal(err)
		}
	}
	for i, holder := range []string{"one", "two"} {
		if err := client.Release(t.Context(), "site-b", holder); err != nil {
			t.Fatal(err)
		}
		if shrunk() != i {
			t.Errorf("after %s: shrunk %d times, want %d", holder, shrunk(), i)
		}
	}
	configured := rootClient(t, a, multisite)
	if _, err := configured.Extend(t.Context(), multisite, "one"); err != nil {
		t.Fatal(err)
	}
	if err := configured.Release(t.Context(), "site-b", "one"); err != nil || shrunk() != 1 {
		t.Errorf("error %v, shrunk %d times: a site of the options was taken back", err, shrunk())
	}
	if err := client.Release(t.Context(), "", "one"); err == nil || !strings.Contains(err.Error(), "no site") {
		t.Errorf("error %v: an empty name is one slash away from a logout", err)
	}
}

func TestOpenSession(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	own, err := client.OpenSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if found, ok := client.FindSession(own.ID); !ok || found.Token() != own.Token() {
		t.Error("the client does not find its session again")
	}
	if details, err := own.Details(t.Context()); err != nil || details.User != "root" {
		t.Errorf("details %v, error %v", details, err)
	}
	if err := own.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := client.FindSession(own.ID); ok || a.Stats().LiveSessions != 0 {
		t.Errorf("still known: %t, live sessions: %d", ok, a.Stats().LiveSessions)
	}
	left, err := client.OpenSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// It is handed out: an expiry is the user's to notice, no login follows.
	a.ExpireSessions()
	if _, err := left.Details(t.Context()); rest.Status(err) != 401 || a.Stats().Logins != 2 {
		t.Errorf("error %v after %d logins", err, a.Stats().Logins)
	}
	if _, err := client.OpenSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := client.Logout(t.Context()); err != nil || a.Stats().LiveSessions != 0 {
		t.Errorf("error %v, %d sessions left by the sweep", err, a.Stats().LiveSessions)
	}
}
