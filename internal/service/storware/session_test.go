package storware_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

// enumShapes are both forms in which a server sends the value of an enum.
var enumShapes = map[string]storware.Switches{"strings": {}, "objects": {EnumObjects: true}}

// TestLogin_types uses the provider with each login type: all reads take one login and one logout.
func TestLogin_types(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		login direct.Values
		call  string
		who   string
	}{
		"credentials": {byPassword, "POST /session/login", "admin"},
		"token":       {byToken, "POST /session/login-with-token", "admin"},
		"node":        {byNode, "POST /session/node/login", "node-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, storware.Switches{})
			t.Run("provider", func(t *testing.T) {
				p := connect(t, s, c.login)
				requester, _ := read(t, p, "vcda_storware_session")["requester"].(direct.Values)
				if requester["name"] != c.who || read(t, p, "vcda_storware_user")["login"] != c.who {
					t.Errorf("it is the session of %v", requester)
				}
				read(t, p, "vcda_storware_status")
			})
			if stats := s.Stats(); stats.Requests[c.call] != 1 || stats.Logins != 1 || stats.Logouts != 1 || stats.LiveSessions != 0 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	for name, switches := range enumShapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := read(t, connect(t, start(t, switches), byPassword), "vcda_storware_session")
			takeRecentTime(t, found, "last_successful_login")
			want := profile()
			maps.Copy(want, direct.Values{
				"requester":       direct.Values{"guid": "1", "name": "admin"},
				"privileges":      []any{"MGMT_GLOBAL_SETTINGS_READ", "NODE_READ", "NODE_WRITE", "VE_BACKUP_SLA_WRITE"},
				"ui_console_mode": "WORKFLOW",
			})
			sorted(found["privileges"])
			if diff := cmp.Diff(want, found); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUser(t *testing.T) {
	t.Parallel()
	for name, switches := range enumShapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := read(t, connect(t, start(t, switches), byPassword), "vcda_storware_user")
			takeRecentTime(t, found, "last_successful_login")
			want := profile()
			maps.Copy(want, direct.Values{
				"guid": "1", "login": "admin", "first_name": "Ada", "last_name": "Example", "source": "LDAP", "active": true,
				"groups":                  []any{direct.Values{"guid": "7b4d1f2e-8a63-4c55-9d0e-2f1b3c4d5e6f", "name": "Administrators"}},
				"endpoints_organization":  direct.Values{"guid": "0c9a8b7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d", "name": "Acme"},
				"external_id":             "external-admin",
				"third_party_restriction": "NO_RESTRICTION",
			})
			if diff := cmp.Diff(want, found); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// profile returns the attributes that a session and a user share.
func profile() direct.Values {
	return direct.Values{
		"language": "EN", "ui_time_zone": "Europe/Warsaw", "info_tour_enabled": true, "page_size": int64(50), "time_format": int64(24),
		"last_failed_login": "2016-01-01T12:00:01Z", "last_failed_login_ip": "192.0.2.7",
	}
}

// takeRecentTime removes a time, which must be recent.
func takeRecentTime(t *testing.T, found direct.Values, name string) {
	t.Helper()
	text, _ := found[name].(string)
	if moment, err := time.Parse(time.RFC3339, text); err != nil || time.Since(moment) > time.Minute {
		t.Errorf("%s is %v", name, found[name])
	}
	delete(found, name)
}

// sorted sorts a set of texts.
func sorted(set any) {
	members, _ := set.([]any)
	slices.SortFunc(members, func(a, b any) int { return strings.Compare(a.(string), b.(string)) }) //nolint:errcheck // the schema says so
}

// TestDataSources_sparseServer: values that the server leaves out are null, and lists are empty.
func TestDataSources_sparseServer(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{Sparse: true, StatusOK: true})
	p := connect(t, s, byPassword)
	session := read(t, p, "vcda_storware_session")
	user := read(t, p, "vcda_storware_user")
	opened := open(t, p, direct.Values{}).Values
	given := map[string]any{
		"requester": direct.Values{"guid": "1", "name": "admin"}, "privileges": []any{}, "groups": []any{}, "active": true, "cookie": opened["cookie"],
	}
	for _, found := range []direct.Values{session, user, opened} {
		for name, value := range found {
			if name == "info_tour_enabled" {
				continue // only the user's is always there
			}
			if diff := cmp.Diff(given[name], value); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	if session["info_tour_enabled"] != nil || user["info_tour_enabled"] != true {
		t.Errorf("info_tour_enabled is %v and %v", session["info_tour_enabled"], user["info_tour_enabled"])
	}
}

// TestDataSources_holdNoToken looks for the secrets of the account in the state.
func TestDataSources_holdNoToken(t *testing.T) {
	t.Parallel()
	p := connect(t, start(t, storware.Switches{}), byPassword)
	for _, name := range []string{"vcda_storware_session", "vcda_storware_user", "vcda_storware_status"} {
		for attribute, value := range read(t, p, name) {
			if value == managerToken || value == organizationRole || strings.Contains(attribute, "token") || strings.Contains(attribute, "cookie") {
				t.Errorf("%s shows %s", name, attribute)
			}
		}
	}
}

// TestEphemeral_lifeCycle opens, renews and closes a session that is not the provider's own.
func TestEphemeral_lifeCycle(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	p := connect(t, s, byPassword)
	read(t, p, "vcda_storware_session")
	session := open(t, p, direct.Values{})
	for name, want := range map[string]any{
		"endpoints_server_manager_token": managerToken, "endpoints_organization_admin_token": organizationRole,
		"endpoints_server_manager_warning": nil, "endpoints_organization_admin_warning": "The organization has no license.",
		"language": "EN", "ui_console_mode": "WORKFLOW", "refresh_endpoints_tokens": nil,
	} {
		if session.Values[name] != want {
			t.Errorf("%s is %v, want %v", name, session.Values[name], want)
		}
	}
	if strings.Contains(string(session.Private), strings.Split(session.Values["cookie"].(string), "=")[1]) { //nolint:errcheck // a missing cookie may panic
		t.Error("the cookie is in the private data")
	}
	requireLive(t, s, 2)
	for range 2 {
		if in := time.Until(session.RenewAt); in < 9*time.Minute || in > 11*time.Minute {
			t.Errorf("renewed in %v", in)
		}
		if d := p.Renew(t, &session); len(d) > 0 {
			t.Fatal(d.Errors())
		}
	}
	if got := s.Stats().Requests["GET /session/user"]; got != 4 {
		t.Errorf("%d requests for the session: one of the data source, one of the opening, two renewals", got)
	}
	for range 2 { // the second one finds nothing to do
		if d := p.Close(t, session); len(d) > 0 {
			t.Fatal(d.Errors(), d.Warnings())
		}
		requireLive(t, s, 1)
	}
	requireOne(t, p.Renew(t, &session).Errors(), "Unable to keep the session of Storware alive", "has been closed")
}

// TestEphemeral_cookieIsTheSession uses the cookie without the provider.
func TestEphemeral_cookieIsTheSession(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	session := open(t, connect(t, s, byPassword), direct.Values{})
	cookie, _ := session.Values["cookie"].(string)
	if status := ask(t, s, cookie); status != 200 {
		t.Errorf("with the cookie: status %d", status)
	}
	if status := ask(t, s, "nobody=1"); status != 401 {
		t.Errorf("without the cookie: status %d", status)
	}
}

func TestEphemeral_refreshedTokens(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	p := connect(t, s, byPassword)
	for refresh, requests := range map[any]int{false: 0, true: 1} {
		session := open(t, p, direct.Values{"refresh_endpoints_tokens": refresh})
		got, _ := session.Values["endpoints_server_manager_token"].(string)
		if (got == managerToken) == (requests == 1) || !strings.HasPrefix(got, managerToken) {
			t.Errorf("refresh %v: the token is %s", refresh, got)
		}
		if n := s.Stats().Requests["POST /session/refresh-endpoints-tokens"]; requests == 1 && n != 1 {
			t.Errorf("%d refreshes", n)
		}
	}
}

// TestEphemeral_lostSession: a lost session can't be renewed and needs no close. The provider's own session is
// replaced once.
func TestEphemeral_lostSession(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	p := connect(t, s, byPassword)
	read(t, p, "vcda_storware_session")
	session := open(t, p, direct.Values{})
	s.ExpireSessions()
	requireOne(t, p.Renew(t, &session).Errors(), "status 401", "The session is not accepted")
	if d := p.Close(t, session); len(d) > 0 {
		t.Error(d.Errors(), d.Warnings())
	}
	read(t, p, "vcda_storware_user")
	if got := s.Stats().Logins; got != 3 {
		t.Errorf("%d logins", got)
	}
}

// TestEphemeral_unreachableAtClose: the close warns, because the resources have been applied.
func TestEphemeral_unreachableAtClose(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	p := connect(t, s, byPassword)
	session := open(t, p, direct.Values{})
	s.Close()
	d := p.Close(t, session)
	requireOne(t, d.Warnings(), "Unable to log out the session of Storware")
	if len(d.Errors()) > 0 {
		t.Error(d.Errors())
	}
}
