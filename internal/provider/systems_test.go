package provider_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/seed"
)

// testedSystems are the systems with their object, their names in messages, and a
// data source that logs in.
var testedSystems = map[string]struct {
	object, name, block, setting, source string
	login                                values
}{
	"VCDA":     {"", "appliance", "the provider block", "url in the provider block (VCDA_URL)", "vcda_session", root("secret")},
	"vCenter":  {"vcenter", "vCenter", "the object vcenter of the provider block", "vcenter.url in the provider block (VCDA_VCENTER_URL)", "vcda_vcenter_session", userLogin},
	"Storware": {"storware", "Storware server", "the object storware of the provider block", "storware.url in the provider block (VCDA_STORWARE_URL)", "vcda_storware_session", userLogin},
}

var userLogin = values{"credentials": values{"username": "user", "password": "secret"}}

// readSystem reads the data source of a system with settings.
func readSystem(t *testing.T, system string, settings values) direct.Diagnostics {
	t.Helper()
	_, problems := configureSystem(t, system, settings).ReadData(t, testedSystems[system].source, values{})
	return problems
}

// configureSystem returns a provider that is configured for a system with settings.
func configureSystem(t *testing.T, system string, settings values) *direct.Provider {
	t.Helper()
	tested := testedSystems[system]
	block := maps.Clone(settings)
	block["login"] = tested.login
	if tested.object != "" {
		block = values{tested.object: block}
	}
	block["max_retries"] = 0
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p
}

// serveKind starts a server with a kind of certificate and one response.
func serveKind(t *testing.T, kind certs.Kind, hosts []string, response http.HandlerFunc) (url, thumbprint, authority string) {
	t.Helper()
	ca, err := certs.NewAuthority("authority", seed.New(""))
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := ca.IssueKind(kind, "system", hosts)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: response, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)} // failed handshakes are expected
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() { _ = server.Close(); serving.Wait() })
	return "https://" + listener.Addr().String(), certs.Thumbprint(certificate.Certificate[0]), ca.PEM()
}

func respondWith(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Messages about certificates and the effect of a pin are the same for each system.
// They name the settings of the system.
func TestTrust_everySystem(t *testing.T) {
	t.Parallel()
	page := respondWith(200, "text/html", "<html>Welcome</html>")
	for system, tested := range testedSystems {
		pinIt := "pin it in " + tested.block + " with"
		for name, c := range map[string]struct {
			kind     certs.Kind
			hosts    []string
			pin, ca  bool
			says     []string // of the error; empty where the certificate is accepted
			warnings int
		}{
			"expired":                    {certs.Expired, certs.Loopback, false, true, []string{"it has expired", "Renew it on the " + tested.name, pinIt}, 0},
			"not yet valid":              {certs.NotYetValid, certs.Loopback, false, true, []string{"valid from 2048-01-01T00:00:00Z; this machine's clock says", "Compare both", pinIt}, 0},
			"unknown authority":          {certs.Valid, certs.Loopback, false, false, []string{"unknown authority", "issuer:     CN=authority", "trust its certificate in " + tested.block}, 0},
			"of another host":            {certs.Valid, []string{"elsewhere.example.com"}, false, true, []string{"Set " + tested.setting + " to a name that the certificate has", pinIt}, 0},
			"client only":                {certs.ClientOnly, certs.Loopback, false, true, []string{"incompatible key usage", "trust its certificate in " + tested.block}, 0},
			"unreadable, pinned":         {certs.NegativeSerial, certs.Loopback, true, false, []string{"GODEBUG=x509negativeserial=1", "Renew it on the " + tested.name}, 0},
			"expired, pinned":            {certs.Expired, certs.Loopback, true, true, nil, 1},
			"not yet valid, pinned":      {certs.NotYetValid, certs.Loopback, true, true, nil, 1},
			"unknown authority, pinned":  {certs.Valid, certs.Loopback, true, false, nil, 0},
			"of another host, pinned":    {certs.Valid, []string{"elsewhere.example.com"}, true, true, nil, 0},
			"client only, pinned":        {certs.ClientOnly, certs.Loopback, true, true, nil, 0},
			"constrained, pinned":        {certs.Constrained, certs.Loopback, true, true, nil, 0},
			"critical extension, pinned": {certs.CriticalExtension, certs.Loopback, true, true, nil, 0},
		} {
			t.Run(system+" "+name, func(t *testing.T) {
				t.Parallel()
				url, thumbprint, authority := serveKind(t, c.kind, c.hosts, page)
				settings := values{"url": url}
				if c.pin {
					settings["thumbprint"] = thumbprint
				}
				if c.ca {
					settings["ca_certificate"] = authority
				}
				says := append([]string{"is not trusted", "thumbprint: " + thumbprint}, c.says...)
				if c.says == nil {
					says = []string{"it is text/html"} // the page is read
				}
				problems := readSystem(t, system, settings)
				requireOneError(t, problems, says...)
				if warnings := problems.Warnings(); len(warnings) != c.warnings {
					t.Errorf("warnings %q", warnings)
				}
			})
		}
	}
}

// For a page with any status, or the response of another product, the message names
// the address, never the user or password.
func TestNotTheAPI_everySystem(t *testing.T) {
	t.Parallel()
	for system, tested := range testedSystems {
		for _, status := range []int{200, 201, 400, 401, 403, 404, 405, 415, 429, 500, 501, 502, 503, 504} {
			for kind, response := range map[string]http.HandlerFunc{
				"page":    respondWith(status, "text/html; charset=utf-8", "<html><h1>Request blocked</h1></html>"),
				"no type": respondWith(status, "", "<!DOCTYPE html><h1>Request blocked</h1>"),
				"product": respondWith(status, "application/json", `{"title":"Request blocked","detail":"no such path"}`),
			} {
				if kind == "product" && status < 400 {
					continue // the error depends on the system
				}
				t.Run(fmt.Sprintf("%s %d %s", system, status, kind), func(t *testing.T) {
					t.Parallel()
					url, thumbprint, _ := serveKind(t, certs.Valid, certs.Loopback, response)
					problems := readSystem(t, system, values{"url": url, "thumbprint": thumbprint})
					requireOneError(t, problems, "Request blocked", "or a proxy or firewall answers in its place: check "+tested.setting)
					for _, never := range []string{"password", "lacks", "accounts lock", "firewalls"} {
						if strings.Contains(problems.Errors()[0], never) {
							t.Errorf("%q is in %s", never, problems.Errors()[0])
						}
					}
				})
			}
		}
	}
}

// If several reads fail for the same reason, the first message explains it, and the
// others refer to it.
func TestOneReason_everySystem(t *testing.T) {
	t.Parallel()
	url, _, _ := serveKind(t, certs.Valid, certs.Loopback, respondWith(500, "application/json", `{"code":"GeneralServerFailure","message":"Broken.","_typeName":"SystemError"}`))
	for system, tested := range testedSystems {
		for name, settings := range map[string]values{
			"not reachable": {"url": "https://127.0.0.1:1"},
			"no trust":      {"url": url},
			"server error":  {"url": url, "insecure": true},
		} {
			if system == "vCenter" {
				continue // its API is discovered before a login
			}
			t.Run(system+" "+name, func(t *testing.T) {
				t.Parallel()
				p := configureSystem(t, system, settings)
				for i := range 3 {
					_, problems := p.ReadData(t, tested.source, values{})
					requireOneError(t, problems)
					if refers := strings.Contains(problems.Errors()[0], "Another message of this run gives the reason"); refers != (i > 0) {
						t.Errorf("read %d: %s", i, problems.Errors()[0])
					}
				}
			})
		}
	}
}
