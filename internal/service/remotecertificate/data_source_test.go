package remotecertificate_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const certificateType = "vcda_remote_certificate"

const name = "data.vcda_remote_certificate.b"

func config(url, more string) string {
	return fmt.Sprintf("data \"vcda_remote_certificate\" \"b\" {\n  url = %q\n  %s\n}\n", url, more)
}

// checkCertificate checks every attribute against the certificate of b.
func checkCertificate(b *simulator.Appliance) resource.TestCheckFunc {
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

// TestCertificate_commandLine reads it directly and by the appliance.
func TestCertificate_commandLine(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{
					{Config: acctest.ProviderBlock(a) + config(b.URL(), ""), Check: checkCertificate(b)},
					{Config: acctest.ProviderBlock(a) + config(b.URL()+"/", `via = "direct"`), Check: checkCertificate(b)},
					// Only the appliance can resolve this name.
					{Config: acctest.ProviderBlock(a) + config("https://site-b.example.com:8048", `via = "appliance"`), Check: checkCertificate(b)},
				},
			})
			if b.Stats().Total != 0 {
				t.Errorf("something was sent to the peer: %v", b.Stats().Requests)
			}
		})
	}
}

// requireError requires one error of a read, with all texts.
func requireError(t *testing.T, p *direct.Provider, config direct.Values, texts ...string) {
	t.Helper()
	_, diags := p.ReadData(t, certificateType, config)
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], texts...)
}

func TestCertificate_withoutAppliance(t *testing.T) {
	t.Parallel()
	b := acctest.StartAppliances(t).Appliance("site-b")
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	if errors := p.Configure(t, direct.Values{}).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	values, diags := p.ReadData(t, certificateType, direct.Values{"url": b.URL()})
	if values["thumbprint"] != b.Thumbprint() || len(diags) > 0 {
		t.Errorf("thumbprint = %v, want %s; errors %q", values["thumbprint"], b.Thumbprint(), diags.Errors())
	}
	requireError(t, p, direct.Values{"url": b.URL(), "via": "appliance"}, "The provider block has no url.")
}

func TestValidate_badConfiguration(t *testing.T) {
	t.Parallel()
	p := acctest.Connect(t, acctest.StartAppliances(t).Appliance("site-a"), nil)
	for _, test := range []struct {
		config direct.Values
		want   []string
	}{
		{direct.Values{"url": "http://vcda-b.example.com"}, []string{"Invalid url", "http://vcda-b.example.com"}},
		{direct.Values{"url": "vcda-b.example.com"}, []string{"Invalid url", "https://"}},
		{direct.Values{"url": "https://root:secret@vcda-b.example.com"}, []string{"must not hold a user or password"}},
		{direct.Values{"url": "https://vcda-b.example.com", "via": "pigeon"}, []string{`Attribute via value must be one of: ["appliance" "direct"], got: "pigeon"`}},
		{direct.Values{}, []string{"url: Missing Configuration for Required Attribute"}},
	} {
		errors := p.ValidateData(t, certificateType, test.config).Errors()
		if len(errors) != 1 {
			t.Errorf("%v: errors %q, want 1", test.config, errors)
			continue
		}
		acctest.RequireTexts(t, errors[0], test.want...)
		acctest.RequireNoTexts(t, errors[0], "root:secret")
	}
}

func TestCertificate_unreachable(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	plainHost := strings.TrimPrefix(plain.URL, "http://")
	const closed = "127.0.0.1:1" // a port that no other test gets
	p := acctest.Connect(t, acctest.StartAppliances(t).Appliance("site-a"), nil)
	requireError(t, p, direct.Values{"url": "https://" + closed}, "Unable to read the certificate of https://"+closed, closed, "connection refused", "firewalls")
	requireError(t, p, direct.Values{"url": "https://" + plainHost}, plainHost)
	requireError(t, p, direct.Values{"url": "https://nobody.example.com", "via": "appliance"}, "GeneralServerFailure: Nothing answers at https://nobody.example.com.")
}

func TestCertificate_invalidResponse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"certificate":{"thumbPrint":"SHA-256:AA"}}`,
		`{"certificate":{"thumbPrint":"SHA-256:AA"},"encoded":"*"}`,
		`{"certificate":{"thumbPrint":"SHA-256:AA"},"encoded":"AAAA"}`,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t).Appliance("site-a")
			a.Fault(simulator.Fault{Path: "/config/remote-certificate", Kind: simulator.Body, Body: body})
			requireError(t, acctest.Connect(t, a, nil), direct.Values{"url": "https://site-b.example.com:8048", "via": "appliance"},
				"it holds no certificate as base64 of its DER form")
		})
	}
}

// TestCertificate_silentServer: a server that accepts the connection and sends nothing causes an error after the
// request timeout. The clock moves once the connection exists.
func TestCertificate_silentServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	clock := clocktest.New()
	var accepting sync.WaitGroup
	accepting.Go(func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		clock.Advance(30 * time.Second)
		_, _ = io.Copy(io.Discard, connection)
		_ = connection.Close()
	})
	t.Cleanup(accepting.Wait)
	t.Cleanup(func() { _ = listener.Close() })
	p := acctest.ConnectAt(t, clock, acctest.StartAppliances(t).Appliance("site-a"), direct.Values{"request_timeout": "30s"})
	requireError(t, p, direct.Values{"url": "https://" + listener.Addr().String()}, "request timeout")
}

// TestCertificate_unreadable: a certificate that Go can't parse has a thumbprint and
// names like any other.
func TestCertificate_unreadable(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Manager)
	options[1].CertificateKind = certs.NegativeSerial
	fixture := acctest.StartAppliances(t, options...)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	p := acctest.Connect(t, a, nil)
	for _, via := range []string{"direct", "appliance"} {
		read, diags := p.ReadData(t, certificateType, direct.Values{"url": b.URL(), "via": via})
		if errors := diags.Errors(); len(errors) > 0 {
			t.Fatal(via, errors)
		}
		if read["thumbprint"] != b.Thumbprint() || read["subject"] != "CN=site-b" || read["issuer"] != "CN=VCDA simulator CA" || read["pem"] != b.CertificatePEM() {
			t.Errorf("%s: %+v", via, read)
		}
	}
}

// startProxy starts a proxy that knows b by its public name, and counts its tunnels.
func startProxy(t *testing.T, b *simulator.Appliance) (url string, tunnels *atomic.Int32) {
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

// TestCertificate_proxy runs the provider as a process, which reads HTTPS_PROXY.
func TestCertificate_proxy(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	b := acctest.StartAppliances(t).Appliance("site-b")
	url, tunnels := startProxy(t, b)
	w := acctest.NewWorkspace(t, config("https://site-b.example.com:8048", "")+"output \"thumbprint\" { value = "+name+".thumbprint }\n")
	w.Env = append(w.Env, "HTTPS_PROXY="+url)
	if out := w.MustRun(t, "plan", "-no-color"); !strings.Contains(out, b.Thumbprint()) || tunnels.Load() == 0 {
		t.Errorf("%d tunnels through the proxy; output:\n%s", tunnels.Load(), out)
	}
	w.Env = append(w.Env, "HTTPS_PROXY="+strings.Replace(url, "http:", "https:", 1))
	out, code := w.Run(t, "plan", "-no-color")
	if code == 0 {
		t.Error("the plan succeeds through a proxy with TLS")
	}
	acctest.RequireTexts(t, strings.ReplaceAll(out, "│", ""), "the connection to the proxy uses TLS")
}
