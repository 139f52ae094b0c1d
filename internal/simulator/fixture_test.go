package simulator_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestStart_refuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	a := simulator.ApplianceOptions{Site: "site-a", Service: simulator.Manager}
	for name, second := range map[string]simulator.ApplianceOptions{
		"same site":   a,
		"no site":     {Service: simulator.Manager},
		"no service":  {Site: "site-b"},
		"nowhere":     {Site: "site-b", Service: simulator.Manager, Unserved: true},
		"port in use": {Site: "site-b", Service: simulator.Cloud, Addr: taken.Addr().String()},
	} {
		fixture, err := simulator.Start(simulator.Options{Appliances: []simulator.ApplianceOptions{a, second}})
		if err == nil {
			fixture.Close()
			t.Errorf("%s: started", name)
		}
	}
}

func TestAddresses(t *testing.T) {
	f := start(t, simulator.Manager)
	u, err := url.Parse(f.a.URL())
	if err != nil || u.Scheme != "https" || u.Hostname() != "127.0.0.1" || strings.HasSuffix(f.a.URL(), "/") {
		t.Errorf("URL %s", f.a.URL())
	}
	if f.a.Site() != "site-a" || f.a.Service() != simulator.Manager || len(f.a.Accounts().LocalUsers) != 1 {
		t.Error("the appliance doesn't know its options")
	}
}

func parsePEM(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func TestCertificates(t *testing.T) {
	f := start(t, simulator.Manager)
	leaf := parsePEM(t, f.a.CertificatePEM())
	for _, name := range []string{"127.0.0.1", "::1", "localhost", "site-a.example.com"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	before := f.a.Thumbprint()
	if !strings.HasPrefix(before, "SHA-256:") || before != strings.ToUpper(before) || len(before) != len("SHA-256")+3*32 {
		t.Errorf("thumbprint %s", before)
	}
	f.a.RotateCertificate()
	if f.a.Thumbprint() == before {
		t.Error("the certificate stays the same")
	}
	f.login(f.a) // on a new connection, still under the same authority
	conn, err := tls.Dial("tcp", strings.TrimPrefix(f.a.URL(), "https://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if shown := conn.ConnectionState().PeerCertificates[0]; !shown.Equal(parsePEM(t, f.a.CertificatePEM())) {
		t.Error("the listener shows another certificate")
	}
}

func TestCertificates_names(t *testing.T) {
	fixture, err := simulator.Start(simulator.Options{Appliances: []simulator.ApplianceOptions{
		{Site: "site-a", Service: simulator.Manager, CertificateNames: []string{"vcda.example.com"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer fixture.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fixture.Appliance("site-a").URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := trustingClient(t, fixture.CertificateAuthority()).Do(req); err == nil {
		answer.Body.Close()
		t.Error("a wrong name is trusted")
	}
}

func TestStats(t *testing.T) {
	f := start(t, simulator.Manager)
	key := f.a.Pair("site-b")
	f.a.ResetStats()
	body := siteBody{APIURL: f.b.URL(), APIThumbprint: f.b.Thumbprint(), Description: "text"}
	f.must(http.StatusAccepted, request{method: "PUT", path: "/sites/" + key, body: body}, nil)
	f.do(request{method: "GET", path: "/tasks/no-such?site=site-a"})
	f.do(request{method: "GET", path: "/nowhere"})
	got := f.a.Stats()
	for call, want := range map[string]int{"PUT /sites/{key}": 1, "GET /tasks/{id}": 1, "GET /nowhere": 1} {
		if got.Requests[call] != want {
			t.Errorf("%s: %d", call, got.Requests[call])
		}
	}
	if got.Total != 3 || got.Polls != 1 || got.Logins != 0 || got.LiveSessions != 1 || got.PeakConcurrent != 1 {
		t.Errorf("stats %+v", got)
	}
	records := f.a.Requests()
	if len(records) != 3 || records[0].Status != 202 || !strings.Contains(string(records[0].Body), `"text"`) ||
		records[0].Header.Get("X-VCAV-Auth") != f.token || !records[0].Time.Equal(f.clock.Now()) || records[1].Path != "/tasks/no-such?site=site-a" {
		t.Errorf("records %+v", records)
	}
}

func TestStats_concurrency(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.ResetStats()
	const n = 8
	var arrived, clients sync.WaitGroup
	arrived.Add(n)
	f.a.BeforeResponse(func(*http.Request) {
		arrived.Done()
		arrived.Wait() // all are in flight at once
	})
	for range n {
		clients.Go(func() { f.requireLive() })
	}
	clients.Wait()
	if s := f.a.Stats(); s.PeakConcurrent != n || s.Connections < n-1 {
		t.Errorf("peak %d, connections %d", s.PeakConcurrent, s.Connections)
	}
}

// TestPair_unservedSite pairs with a site that has no server, both ways.
func TestPair_unservedSite(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service, func(o *simulator.ApplianceOptions) { o.Unserved = o.Site == "site-b" })
		if f.b.URL() != aliasB {
			t.Errorf("URL %s", f.b.URL())
		}
		f.must(f.acceptedStatus(), request{method: "POST", path: "/sites", body: f.pairBody(f.b)}, nil)
		f.clock.Advance(time.Minute)
		if in, out := f.peers()[0].codes(); in != "PeerSiteNotPaired" || out != "" {
			t.Errorf("after one side: %q, %q", in, out)
		}
		f.b.Pair("site-a")
		if in, out := f.peers()[0].codes(); in != "" || out != "" {
			t.Errorf("after both: %q, %q", in, out)
		}
		f.b.RotateCertificate()
		if in, out := f.peers()[0].codes(); in != "" || out != "CertificateMismatch" {
			t.Errorf("after a rotation: %q, %q", in, out)
		}
	})
}
