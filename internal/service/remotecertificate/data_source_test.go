package remotecertificate_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const name = "data.vcda_remote_certificate.b"

func config(url, more string) string {
	return fmt.Sprintf("data \"vcda_remote_certificate\" \"b\" {\n  url = %q\n  %s\n}\n", url, more)
}

// shows checks all that is said of the certificate of b.
func shows(b *simulator.Appliance) resource.TestCheckFunc {
	leaf := parse(b.CertificatePEM())
	return resource.ComposeAggregateTestCheckFunc(
		resource.TestCheckResourceAttr(name, "thumbprint", b.Thumbprint()),
		resource.TestCheckResourceAttr(name, "subject", "CN=site-b"),
		resource.TestCheckResourceAttr(name, "issuer", "CN=VCDA simulator CA"),
		resource.TestCheckResourceAttr(name, "not_before", leaf.NotBefore.UTC().Format(time.RFC3339)),
		resource.TestCheckResourceAttr(name, "not_after", leaf.NotAfter.UTC().Format(time.RFC3339)),
		resource.TestCheckResourceAttr(name, "pem", b.CertificatePEM()),
	)
}

func TestCertificate(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{
					{Config: acctest.ProviderBlock(a) + config(b.URL(), ""), Check: shows(b)},
					{Config: acctest.ProviderBlock(a) + config(b.URL()+"/", `via = "direct"`), Check: shows(b)},
					// Only the appliance knows this name.
					{Config: acctest.ProviderBlock(a) + config("https://site-b.example.com:8048", `via = "appliance"`), Check: shows(b)},
				},
			})
			if b.Stats().Total != 0 {
				t.Errorf("something was sent to the peer: %v", b.Stats().Requests)
			}
		})
	}
}

func TestWithoutAppliance(t *testing.T) {
	acctest.CurrentCLI(t)
	b := acctest.StartAppliances(t).Appliance("site-b")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config(b.URL(), ""), Check: shows(b)},
			{Config: config(b.URL(), `via = "appliance"`), ExpectError: acctest.MatchTexts("The provider block has no url.")},
		},
	})
}

func TestBadInput(t *testing.T) {
	acctest.CurrentCLI(t)
	fixture := acctest.StartAppliances(t)
	a := fixture.Appliance("site-a")
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	plainHost := strings.TrimPrefix(plain.URL, "http://")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	var steps []resource.TestStep
	for _, bad := range []struct {
		config string
		says   []string
	}{
		{config("http://vcda-b.example.com", ""), []string{"Invalid url", `"http://vcda-b.example.com" is not an https URL: begin with https://.`}},
		{config("vcda-b.example.com", ""), []string{"Invalid url", "is not an https URL: begin with https://."}},
		{config("https://root:secret@vcda-b.example.com", ""), []string{"must not hold a user or password"}},
		{config("https://vcda-b.example.com", `via = "pigeon"`), []string{`Attribute via value must be one of: ["appliance" "direct"], got: "pigeon"`}},
		{`data "vcda_remote_certificate" "b" {}`, []string{`The argument "url" is required`}},
		{config("https://"+closed, ""), []string{"Unable to see the certificate of https://" + closed, "No TLS handshake with " + closed, "connection refused", "firewalls"}},
		{config("https://"+plainHost, ""), []string{"No TLS handshake with " + plainHost}},
		{config("https://nobody.example.com", `via = "appliance"`), []string{"GeneralServerFailure: Nothing answers at https://nobody.example.com."}},
	} {
		steps = append(steps, resource.TestStep{Config: acctest.ProviderBlock(a) + bad.config, ExpectError: acctest.MatchTexts(bad.says...)})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(t), Steps: steps})
}

func TestBrokenAnswer(t *testing.T) {
	for _, body := range []string{
		`{"certificate":{"thumbPrint":"SHA-256:AA"}}`,
		`{"certificate":{"thumbPrint":"SHA-256:AA"},"encoded":"*"}`,
		`{"certificate":{"thumbPrint":"SHA-256:AA"},"encoded":"AAAA"}`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			a := acctest.StartAppliances(t).Appliance("site-a")
			a.Fault(simulator.Fault{Path: "/config/remote-certificate", Kind: simulator.Body, Body: body})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config:      acctest.ProviderBlock(a) + config("https://site-b.example.com:8048", `via = "appliance"`),
					ExpectError: acctest.MatchTexts("it holds no certificate as base64 of its DER form"),
				}},
			})
		})
	}
}

// A server that accepts and says nothing costs no more than one request may.
func TestSilentServer(t *testing.T) {
	acctest.CurrentCLI(t)
	a := acctest.StartAppliances(t).Appliance("site-a")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config:      acctest.ProviderBlock(a, `request_timeout = "200ms"`) + config("https://"+listener.Addr().String(), ""),
			ExpectError: acctest.MatchTexts("it took longer than the request timeout"),
		}},
	})
}

// proxy is one that finds b under every name, and counts.
func proxy(t *testing.T, b *simulator.Appliance) (url string, tunnels *atomic.Int32) {
	t.Helper()
	tunnels = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "site-b.example.com:8048" {
			http.Error(w, "only for site-b", http.StatusForbidden)
			return
		}
		tunnels.Add(1)
		far, err := net.Dial("tcp", strings.TrimPrefix(b.URL(), "https://"))
		if err != nil {
			t.Error(err)
			return
		}
		defer far.Close()
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer near.Close()
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(far, near) }()
		_, _ = io.Copy(near, far)
	}))
	t.Cleanup(server.Close)
	return server.URL, tunnels
}

func TestProxy(t *testing.T) {
	acctest.CurrentCLI(t)
	b := acctest.StartAppliances(t).Appliance("site-b")
	url, tunnels := proxy(t, b)
	w := acctest.NewWorkspace(t, config("https://site-b.example.com:8048", "")+"output \"seen\" { value = "+name+".thumbprint }\n")
	w.Env = append(w.Env, "HTTPS_PROXY="+url)
	if out := w.MustRun(t, "plan", "-no-color"); !strings.Contains(out, b.Thumbprint()) || tunnels.Load() == 0 {
		t.Errorf("%d tunnels through the proxy; output:\n%s", tunnels.Load(), out)
	}
	w.Env = append(w.Env, "HTTPS_PROXY="+strings.Replace(url, "http:", "https:", 1))
	out, code := w.Run(t, "plan", "-no-color")
	if code == 0 {
		t.Error("a proxy reached by TLS was taken for the peer")
	}
	acctest.RequireTexts(t, strings.ReplaceAll(out, "│", ""), "a proxy that is reached by TLS is in the way")
}
