package vcda

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// versionsOf sets the versions of the appliances, the oldest first.
func versionsOf(versions ...string) applianceOption {
	return func(o *simulator.ApplianceOptions) { o.APIVersions = versions }
}

// If no version is configured, the client finds the newest one that the appliance
// supports, once. It reports a version that is not the newest.
func TestAPIVersion_isLoweredOnce(t *testing.T) {
	for _, c := range []struct {
		known   []string
		want    string
		refused int // requests
	}{
		{[]string{"4.5", "4.6", "4.7"}, "4.7", 0},
		{[]string{"4.5", "4.6"}, "4.6", 1},
		{[]string{"4.6"}, "4.6", 1},
		{[]string{"4.2", "4.5"}, "4.5", 2},
	} {
		t.Run(c.want, func(t *testing.T) {
			f := start(t, Manager, versionsOf(c.known...))
			var lowered []string
			client := f.connect(rootLogin(), func(o *Options) {
				o.VersionLowered = func(version string) { lowered = append(lowered, version) }
			})
			runConcurrently(concurrentCalls, func() {
				if _, err := client.Sites(t.Context()); err != nil {
					t.Error(err)
				}
			})
			if _, err := client.Health(t.Context()); err != nil {
				t.Errorf("a call that depends on the version: %v", err)
			}
			want := []string{c.want}
			if c.refused == 0 {
				want = nil
			}
			if client.APIVersion() != c.want || !slices.Equal(lowered, want) {
				t.Errorf("version %s, lowered %q, want %s", client.APIVersion(), lowered, c.want)
			}
			if s := f.a.Stats(); s.Logins != 1 || s.Requests["POST /sessions"] != 1+c.refused || s.Requests["GET /sites"] != concurrentCalls {
				t.Errorf("%d logins, %v, want %d refused requests", s.Logins, s.Requests, c.refused)
			}
		})
	}
}

// The first request may depend on the version.
func TestAPIVersion_isSettledBeforeHealth(t *testing.T) {
	for _, version := range APIVersions {
		f := start(t, Cloud, versionsOf(version))
		if _, err := f.Health(t.Context()); err != nil {
			t.Errorf("version %s: %v", version, err)
		}
	}
}

// With an external token the first requests are concurrent.
func TestAPIVersion_withAnExternalToken(t *testing.T) {
	f := start(t, Manager, versionsOf("4.5"))
	client := f.connect(SessionToken{Token: f.token()}, nil)
	runConcurrently(concurrentCalls, func() {
		if _, err := client.Sites(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if client.APIVersion() != "4.5" {
		t.Errorf("version %s, want 4.5", client.APIVersion())
	}
}

// A configured version is never lowered. It fails too if the appliance supports no
// version.
func TestAPIVersion_unknown(t *testing.T) {
	for configured, requests := range map[string]int{"4.7": 1, "": 3} {
		f := start(t, Manager, versionsOf("4.2"))
		client := f.connect(rootLogin(), func(o *Options) {
			o.APIVersion = configured
			o.VersionLowered = func(version string) { t.Errorf("lowered to %s", version) }
		})
		for range 2 {
			var login *LoginError
			if _, err := client.Sites(t.Context()); !errors.As(err, &login) || !login.Refused || rest.Status(err) != http.StatusNotAcceptable {
				t.Errorf("configured %q: error %v, want a final 406", configured, err)
			}
		}
		if n := f.a.Stats().Total; n != requests {
			t.Errorf("configured %q: %d requests, want %d", configured, n, requests)
		}
	}
}

// A 406 that is not about the version changes nothing.
func TestAPIVersion_other406(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"later":            {Path: "/sites", Status: 406},
		"page of a proxy":  {Method: "POST", Path: "/sessions", Status: 406, Body: "<html>", ContentType: "text/html"},
		"page of a proxy+": {Method: "POST", Path: "/sessions", Status: 406, Body: "<html>", ContentType: "text/html;charset=utf-8"},
	} {
		f := start(t, Manager)
		fault.Kind = simulator.Status
		f.a.Fault(fault)
		if _, err := f.Sites(t.Context()); rest.Status(err) != http.StatusNotAcceptable {
			t.Errorf("%s: error %v, want the 406", name, err)
		}
		if f.APIVersion() != "4.7" {
			t.Errorf("%s: version %s", name, f.APIVersion())
		}
	}
}
