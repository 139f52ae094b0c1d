package simulator_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestViolations sends requests that no client should send.
func TestViolations(t *testing.T) {
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	good := map[string]any{"apiUrl": "https://peer.example.com", "apiThumbprint": "SHA-256" + strings.Repeat(":AB", 32), "description": ""}
	change := func(name string, value any) map[string]any {
		m := maps.Clone(good)
		m[name] = value
		if value == nil {
			delete(m, name)
		}
		return m
	}
	root := rootLogin()
	root["LocalUser"] = "root"
	for name, row := range map[string]struct {
		service simulator.Service
		request request
		status  int
	}{
		"double slash":              {"", request{method: "GET", path: "//sites"}, 400},
		"unknown path":              {"", request{method: "GET", path: "/api/sites"}, 404},
		"trailing slash":            {"", request{method: "GET", path: "/sites/"}, 404},
		"wrong method":              {"", request{method: "PATCH", path: "/sites"}, 405},
		"Manager reads one site":    {simulator.Manager, request{method: "GET", path: "/sites/some-id"}, 405},
		"unknown query":             {"", request{method: "GET", path: "/sites?force=true"}, 400},
		"malformed query":           {"", request{method: "GET", path: "/sites?a=%zz"}, 400},
		"Manager task filter":       {simulator.Manager, request{method: "GET", path: "/tasks?operationID=x"}, 400},
		"token in query":            {"", request{method: "GET", path: "/sites?X-VCAV-Auth=t"}, 400},
		"token in Authorization":    {"", request{method: "GET", path: "/sites", header: header("Authorization", "Bearer t")}, 400},
		"token in cookie":           {"", request{method: "GET", path: "/sites", header: header("Cookie", "token=t")}, 400},
		"body on GET":               {"", request{method: "GET", path: "/sites", body: "{}"}, 400},
		"body on DELETE":            {"", request{method: "DELETE", path: "/sessions", body: "{}"}, 400},
		"no Content-Type":           {"", request{method: "POST", path: "/sessions", body: rootLogin(), header: header("Content-Type", "")}, 415},
		"versioned Content-Type":    {"", request{method: "POST", path: "/sessions", body: rootLogin(), header: header("Content-Type", accept47)}, 415},
		"foreign Accept":            {"", request{method: "GET", path: "/sites", header: header("Accept", "text/html")}, 406},
		"sloppy Accept":             {"", request{method: "GET", path: "/sites", header: header("Accept", "application/vnd.vmware.h4-v4.7+json")}, 406},
		"login without body":        {"", request{method: "POST", path: "/sessions"}, 400},
		"login with broken JSON":    {"", request{method: "POST", path: "/sessions", body: "{"}, 400},
		"login with unknown field":  {"", request{method: "POST", path: "/sessions", body: root}, 400},
		"login with a wrong type":   {"", request{method: "POST", path: "/sessions", body: `{"type":"localUser","localUser":7}`}, 400},
		"extend without site":       {simulator.Cloud, request{method: "POST", path: "/sessions/extend", body: `{"type":"multisite","org":"x"}`}, 400},
		"extend with a login field": {simulator.Cloud, request{method: "POST", path: "/sessions/extend", body: `{"type":"credentials","site":"s","vcdUser":"x"}`}, 400},
		"extend with broken JSON":   {simulator.Cloud, request{method: "POST", path: "/sessions/extend", body: "["}, 400},
		"pair with site":            {simulator.Manager, request{method: "POST", path: "/sites", body: change("site", "x")}, 400},
		"pair without site":         {simulator.Cloud, request{method: "POST", path: "/sites", body: good}, 400},
		"pair without URL":          {simulator.Manager, request{method: "POST", path: "/sites", body: change("apiUrl", nil)}, 400},
		"pair without thumbprint":   {simulator.Manager, request{method: "POST", path: "/sites", body: change("apiThumbprint", nil)}, 400},
		"pair without description":  {simulator.Manager, request{method: "POST", path: "/sites", body: change("description", nil)}, 400},
		"wrong case of a field":     {simulator.Manager, request{method: "POST", path: "/sites", body: change("apiURL", "x")}, 400},
		"thumbprint in lower case":  {simulator.Manager, request{method: "POST", path: "/sites", body: change("apiThumbprint", "SHA-256"+strings.Repeat(":ab", 32))}, 400},
		"thumbprint without prefix": {simulator.Manager, request{method: "POST", path: "/sites", body: change("apiThumbprint", strings.Repeat(":AB", 32)[1:])}, 400},
		"repair with site":          {simulator.Cloud, request{method: "PUT", path: "/sites/x", body: change("site", "x")}, 400},
		"repair without URL":        {"", request{method: "PUT", path: "/sites/x", body: change("apiUrl", nil)}, 400},
		"certificate without URL":   {"", request{method: "GET", path: "/config/remote-certificate"}, 400},
		"certificate via nothing":   {"", request{method: "GET", path: "/config/remote-certificate?url=https://x&viaTunnel=perhaps"}, 400},
		"health by GET in 4.7":      {"", request{method: "GET", path: "/diagnostics/health"}, 405},
		"health by POST in 4.6":     {"", request{method: "POST", path: "/diagnostics/health", header: header("Accept", strings.Replace(accept47, "4.7", "4.6", 1))}, 405},
	} {
		t.Run(name, func(t *testing.T) {
			for _, service := range flavors {
				if row.service != "" && row.service != service {
					continue
				}
				f := start(t, service)
				f.must(row.status, row.request, &apiError{})
				if v := f.a.Violations(); len(v) != 1 || !strings.HasPrefix(v[0], row.request.method+" "+row.request.path+": ") {
					t.Errorf("%s: violations %q", service, v)
				}
			}
		})
	}
}

// TestViolations_notByUserErrors are mistakes of users, not of clients.
func TestViolations_notByUserErrors(t *testing.T) {
	f := start(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5", "4.6"} })
	f.requireRefusal(http.StatusNotAcceptable, "BadRequest", request{method: "GET", path: "/sites", header: http.Header{"Accept": {accept47}}})
	f.requireNoViolation()
}
