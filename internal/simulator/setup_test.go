package simulator_test

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const newRootPassword = "Another-pass-2"

// startDeployed starts a fresh appliance of the service, a replicator and a tunnel.
func startDeployed(t *testing.T, service simulator.Service, change ...option) (f *fixture, replicator, tunnel *simulator.Appliance) {
	t.Helper()
	f = &fixture{t: t, clock: newClock()}
	main := simulator.ApplianceOptions{Site: "site-a", Service: service, Fresh: true, WithManager: service == simulator.Cloud}
	for _, edit := range change {
		edit(&main)
	}
	running, err := simulator.Start(simulator.Options{Now: f.clock.Now, Appliances: []simulator.ApplianceOptions{
		main,
		{Site: "replicator", Service: simulator.Replicator, Fresh: true, PublicURLs: []string{"https://replicator.example.com:8043"}},
		{Site: "tunnel", Service: simulator.Tunnel, Fresh: true, PublicURLs: []string{"https://tunnel-a.example.com:8047"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	f.a, f.b = running.Appliance("site-a"), running.Appliance("replicator")
	f.http = trustingClient(t, running.CertificateAuthority())
	f.token = f.login(f.a)
	return f, f.b, running.Appliance("tunnel")
}

// changePassword gives an appliance a new root password.
func (f *fixture) changePassword(on *simulator.Appliance) {
	f.t.Helper()
	token := f.login(on)
	f.withToken(token).must(http.StatusNoContent, f.passwordRequest(on, simulator.DefaultAccounts().LocalUsers[0].Password, newRootPassword), nil)
}

func (f *fixture) passwordRequest(on *simulator.Appliance, current, wanted string) request {
	return request{on: on, method: "POST", path: "/config/root-password", body: map[string]string{"rootPassword": wanted}, header: http.Header{"Config-Secret": {current}}}
}

func post(path string, body any) request { return request{method: "POST", path: path, body: body} }

func ssoCredentials() map[string]string {
	sso := simulator.DefaultAccounts().SSOUsers[0]
	return map[string]string{"ssoUser": sso.Username, "ssoPassword": sso.Password}
}

func (f *fixture) lookupService(more map[string]any) map[string]any {
	body := map[string]any{"url": "https://VCENTER.example.com/lookupservice/sdk", "thumbprint": f.a.Fixture().ServerThumbprint(simulator.LookupServiceURL)}
	maps.Copy(body, more)
	return body
}

func TestRootPassword(t *testing.T) {
	t.Parallel()
	f, _, _ := startDeployed(t, simulator.Manager)
	current := simulator.DefaultAccounts().LocalUsers[0].Password
	var expiry struct {
		RootPasswordExpired    bool
		SecondsUntilExpiration int64
	}
	read := request{method: "GET", path: "/config/root-password-expired"}
	f.must(http.StatusOK, read, &expiry)
	if !expiry.RootPasswordExpired {
		t.Error("a deployment password is not expired")
	}
	f.requireRefusal(http.StatusForbidden, "Forbidden", post("/license", map[string]string{"key": simulator.DefaultLicense}))
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", f.passwordRequest(f.a, "wrong", newRootPassword))
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "POST", path: "/config/root-password", body: map[string]string{"rootPassword": newRootPassword}})
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", f.passwordRequest(f.a, current, "weak"))
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", f.passwordRequest(f.a, current, current))
	f.must(http.StatusNoContent, f.passwordRequest(f.a, current, newRootPassword), nil)
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", f.passwordRequest(f.a, current, "Yet-another-3"))
	f.must(http.StatusOK, read, &expiry)
	if expiry.RootPasswordExpired || expiry.SecondsUntilExpiration != int64(90*24*time.Hour/time.Second) {
		t.Errorf("%+v", expiry)
	}
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", post("/sessions", rootLogin()))
	f.a.ExpireRootPassword(true)
	f.must(http.StatusNoContent, f.passwordRequest(f.a, newRootPassword, "Yet-another-3"), nil)
	f.must(http.StatusOK, read, &expiry)
	if !expiry.RootPasswordExpired {
		t.Error("the expiry clears")
	}
	f.a.OldExpiryPath()
	f.requireRefusal(http.StatusNotFound, "NotFound", read)
	f.requireNoViolation()
}

func TestBootDelay(t *testing.T) {
	t.Parallel()
	clock := newClock()
	running, err := simulator.Start(simulator.Options{Now: clock.Now, Appliances: []simulator.ApplianceOptions{
		{Site: "site-a", Service: simulator.Manager, Fresh: true, BootDelay: time.Minute},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	f := &fixture{t: t, clock: clock, a: running.Appliance("site-a"), http: trustingClient(t, running.CertificateAuthority())}
	if _, err := f.try(request{method: "GET", path: "/sessions"}); err == nil {
		t.Error("an appliance without power answers")
	}
	clock.Advance(40 * time.Second)
	f.must(http.StatusBadGateway, request{method: "GET", path: "/sessions"}, nil)
	clock.Advance(20 * time.Second)
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "GET", path: "/sessions"})
}

// TestPower refuses connections while the power is off, and forgets the sessions.
func TestPower(t *testing.T) {
	t.Parallel()
	f, _, _ := startDeployed(t, simulator.Manager)
	f.a.PowerOff()
	if _, err := f.try(request{method: "GET", path: "/sessions"}); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("without power: %v", err)
	}
	f.a.PowerOn()
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "GET", path: "/config"})
}

func TestSetUp_manager(t *testing.T) {
	t.Parallel()
	f, replicator, _ := startDeployed(t, simulator.Manager)
	f.changePassword(f.a)
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", post("/license", map[string]string{"key": "WRONG-AAAAA-AAAAA-AAAAA-AAAAA"}))
	f.must(http.StatusOK, post("/license", map[string]string{"key": simulator.DefaultLicense}), nil)
	var config struct{ ID, Site, LsURL string }
	f.must(http.StatusOK, request{method: "GET", path: "/config"}, &config)
	if config.ID == "" || config.Site != "" || config.LsURL != "" {
		t.Errorf("%+v", config)
	}
	f.must(http.StatusOK, post("/config/site", map[string]string{"site": "alpha"}), &config)
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", post("/config/lookup-service", f.lookupService(map[string]any{"ssoAdminCredentials": map[string]string{"ssoUser": "root", "ssoPassword": "x"}})))
	f.must(http.StatusOK, post("/config/lookup-service", f.lookupService(map[string]any{"ssoAdminCredentials": ssoCredentials()})), &config)
	if config.LsURL != simulator.LookupServiceURL {
		t.Errorf("lookup service %s", config.LsURL)
	}
	f.must(http.StatusOK, post("/config/vsphere-ui", nil), nil)
	f.a.LagConfigured(1)
	for _, want := range []bool{false, true} {
		var configured struct{ IsConfigured bool }
		f.must(http.StatusOK, request{method: "GET", path: "/config/is-configured"}, &configured)
		if configured.IsConfigured != want {
			t.Errorf("configured: %t", configured.IsConfigured)
		}
	}
	remote := map[string]string{"apiUrl": "https://replicator.example.com:8043", "apiThumbprint": replicator.Thumbprint(), "rootPassword": newRootPassword}
	ofReplicator := map[string]string{"lsUrl": simulator.LookupServiceURL, "lsThumbprint": f.a.Fixture().ServerThumbprint(simulator.LookupServiceURL)}
	maps.Copy(ofReplicator, remote)
	f.requireRefusal(http.StatusInternalServerError, "GeneralServerFailure", post("/config/replicators/lookup-service", ofReplicator))
	f.changePassword(replicator)
	f.must(http.StatusOK, post("/config/replicators/lookup-service", ofReplicator), nil)
	details := ssoCredentials()
	maps.Copy(details, remote)
	add := post("/replicators", map[string]any{"owner": "*", "site": "alpha", "description": "", "replicatorId": nil, "details": details})
	var row struct{ ID, APIURL, CertThumbprint string }
	f.must(http.StatusOK, add, &row)
	if row.ID != replicator.Setup().InstanceID || row.CertThumbprint != replicator.Thumbprint() {
		t.Errorf("%+v", row)
	}
	f.a.HalfPairReplicators(1)
	for _, want := range []bool{false, true} {
		var rows []struct{ ID *string }
		f.must(http.StatusOK, request{method: "GET", path: "/replicators"}, &rows)
		if (rows[0].ID != nil) != want {
			t.Errorf("%+v", rows)
		}
	}
	f.must(http.StatusOK, post("/replicators/"+row.ID+"/reset-cookie", map[string]any{"description": "new", "details": details}), nil)
	f.requireNoViolation()
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", add)
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", post("/config/site", map[string]string{"site": "beta"}))
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", post("/config/lookup-service", f.lookupService(nil)))
	if n := len(f.a.Violations()); n != 3 {
		t.Errorf("%d violations: %q", n, f.a.Violations())
	}
	f.a.RefuseReplicatorRemoval("It holds replications.")
	f.requireRefusal(http.StatusBadRequest, "ReplicatorInUse", request{method: "DELETE", path: "/replicators/" + row.ID})
	f.a.RefuseReplicatorRemoval("")
	f.must(http.StatusNoContent, request{method: "DELETE", path: "/replicators/" + row.ID}, nil)
	f.a.Redeploy()
	if f.a.Setup().InstanceID == config.ID || f.a.Setup().SiteName != "" {
		t.Error("the redeployed appliance is the old one")
	}
}

func TestSetUp_cloud(t *testing.T) {
	t.Parallel()
	f, _, tunnel := startDeployed(t, simulator.Cloud)
	f.changePassword(f.a)
	f.changePassword(tunnel)
	f.must(http.StatusOK, post("/license", map[string]string{"key": simulator.DefaultLicense}), nil)
	f.must(http.StatusNoContent, post("/config/check-lookup-service", f.lookupService(nil)), nil)
	f.must(http.StatusOK, post("/config/site", map[string]string{"localSite": "cloud-a", "localSiteDescription": "east"}), nil)
	director := map[string]any{
		"vcdUrl": "https://director.example.com/api", "vcdUsername": "administrator@System", "vcdPassword": simulator.DefaultAccounts().VCDUsers[0].Password,
		"vcdThumbprint": f.a.Fixture().ServerThumbprint(simulator.DirectorURL),
	}
	var config struct{ VcdURL, LocalSite, LocalSiteDescription, TunnelURL string }
	f.must(http.StatusNoContent, post("/config/check-vcloud", director), nil)
	f.must(http.StatusOK, post("/config/vcloud", director), &config)
	if config.VcdURL != simulator.DirectorURL || config.LocalSite != "cloud-a" || config.LocalSiteDescription != "east" {
		t.Errorf("%+v", config)
	}
	f.must(http.StatusOK, post("/config/lookup-service", f.lookupService(nil)), nil)
	f.must(http.StatusOK, post("/config/manager/lookup-service", f.lookupService(nil)), nil)
	if f.a.Manager().Setup().LookupServiceURL != simulator.LookupServiceURL {
		t.Error("the Manager of the appliance has no lookup service")
	}
	der := strings.Join(strings.Fields(strings.NewReplacer("-----BEGIN CERTIFICATE-----", "", "-----END CERTIFICATE-----", "").Replace(tunnel.CertificatePEM())), "")
	add := map[string]string{"url": "https://tunnel-a.example.com:8047", "certificate": der, "rootPassword": newRootPassword}
	var row struct{ ID, URL string }
	f.must(http.StatusOK, post("/config/tunnels", add), &row)
	if row.URL != "https://tunnel-a.example.com:8047/" {
		t.Errorf("%+v", row)
	}
	var endpoints struct{ Configured, Effective map[string]any }
	f.must(http.StatusOK, request{method: "GET", path: "/config/endpoints"}, &endpoints)
	if endpoints.Configured["mgmtPublicAddress"] != "tn-"+row.ID+".tnexus.io" || endpoints.Effective["apiPort"] != 8443.0 {
		t.Errorf("%+v", endpoints)
	}
	endpoints.Configured["apiPublicAddress"], endpoints.Configured["apiPublicPort"] = "cloud.example.com", 443
	f.must(http.StatusOK, post("/config/endpoints", endpoints.Configured), &endpoints)
	if got := f.a.Setup().Endpoints; got.APIPublicAddress != "cloud.example.com" || got.MgmtPublicPort != 8048 {
		t.Errorf("%+v", got)
	}
	f.must(http.StatusOK, request{method: "PUT", path: "/config/tunnels/" + row.ID, body: add}, nil)
	for _, nested := range []bool{false, true} {
		var list struct{ Tunnels any }
		f.must(http.StatusOK, request{method: "GET", path: "/config/tunnels"}, &list)
		if _, is := list.Tunnels.(map[string]any); is != nested {
			t.Errorf("%+v", list)
		}
		f.a.NestTunnels()
	}
	onManager := f.withToken(f.loginAs(f.a.Manager(), map[string]any{"type": "localUser", "localUser": "root", "localPassword": newRootPassword}))
	onManager.must(http.StatusOK, request{on: f.a.Manager(), method: "GET", path: "/replicators"}, nil)
	f.requireNoViolation()
	for _, wrong := range []request{post("/config/site", map[string]string{"site": "x"}), post("/config/tunnels", add), {method: "GET", path: "/replicators"}} {
		if got := f.do(wrong); got.status < 400 {
			t.Errorf("%s %s: %d", wrong.method, wrong.path, got.status)
		}
	}
	if n := len(f.a.Violations()); n != 3 {
		t.Errorf("%d violations: %q", n, f.a.Violations())
	}
}

// TestSetUp_callsByVersion asks for each call in versions that lack it.
func TestSetUp_callsByVersion(t *testing.T) {
	t.Parallel()
	accept := func(version string) http.Header {
		return http.Header{"Accept": {"application/vnd.vmware.h4-v" + version + "+json;charset=UTF-8"}}
	}
	for path, absent := range map[string]string{
		"GET /config/root-password-expired": "4.6", "GET /appliance/root-password-expired": "4.7",
		"GET /config/tunnels": "4.5", "POST /config/tunnel-service": "4.6",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			f, _, _ := startDeployed(t, simulator.Cloud)
			method, path, _ := strings.Cut(path, " ")
			f.requireRefusal(http.StatusNotFound, "NotFound", request{method: method, path: path, header: accept(absent)})
		})
	}
}

// TestSetUp_overlappingWrites sends two writes of the set-up at once, to the two
// services of one appliance.
func TestSetUp_overlappingWrites(t *testing.T) {
	t.Parallel()
	f, _, _ := startDeployed(t, simulator.Cloud)
	f.changePassword(f.a)
	arrived, release := make(chan struct{}), make(chan struct{})
	f.a.BeforeResponse(func(*http.Request) { close(arrived); <-release })
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = f.try(post("/license", map[string]string{"key": simulator.DefaultLicense}))
	}()
	<-arrived
	onManager := f.withToken(f.loginAs(f.a.Manager(), map[string]any{"type": "localUser", "localUser": "root", "localPassword": newRootPassword}))
	onManager.do(request{on: f.a.Manager(), method: "POST", path: "/config/lookup-service", body: f.lookupService(nil)})
	close(release)
	<-done
	if len(f.a.Manager().Violations()) != 1 {
		t.Error("two writes at once are no violation")
	}
}

// TestMaintenance makes the calls that old appliances have besides the set-up, and asks a
// newer version for them, which lacks them.
func TestMaintenance(t *testing.T) {
	t.Parallel()
	f, _, _ := startDeployed(t, simulator.Cloud)
	f.changePassword(f.a)
	old := http.Header{"Accept": {"application/vnd.vmware.h4-v4.5+json;charset=UTF-8"}}
	for path, row := range map[string]struct{ body, want map[string]any }{
		"/config/telemetry":        {map[string]any{"enabled": true, "environment": "lab"}, map[string]any{"enabled": true, "environment": "lab"}},
		"/config/admin-allow-from": {map[string]any{"adminAllowFrom": "10.0.0.0/8"}, map[string]any{"adminAllowFrom": "10.0.0.0/8"}},
		"/os/ntp":                  {map[string]any{"ntpServers": "a,b"}, map[string]any{"ntpServers": "a,b"}},
		"/os/sshd":                 {map[string]any{"enable": true}, map[string]any{"enabled": true}},
	} {
		set := request{method: "POST", path: path, body: row.body, header: old}
		f.must(http.StatusOK, set, nil)
		got := map[string]any{}
		f.must(http.StatusOK, request{method: "GET", path: path, header: old}, &got)
		if !maps.Equal(got, row.want) {
			t.Errorf("%s: %v", path, got)
		}
		set.header = nil
		f.requireRefusal(http.StatusNotFound, "NotFound", set)
	}
	f.must(http.StatusNoContent, request{method: "POST", path: "/config/data-engine", body: map[string]any{"hbrsrv": true, "h4dm": false}, header: old}, nil)
	f.must(http.StatusNoContent, request{method: "POST", path: "/os/reboot-services", header: old}, nil)
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "GET", path: "/config"}) // the sessions are gone
	f.requireNoViolation()
}

// TestRegenerateCertificate restarts the service with another certificate, and
// unregisters its replicators.
func TestRegenerateCertificate(t *testing.T) {
	t.Parallel()
	f, replicator, _ := startDeployed(t, simulator.Manager)
	f.changePassword(f.a)
	f.a.Register(replicator, "*", "alpha", "")
	before := f.a.Thumbprint()
	var own struct{ ThumbPrint string }
	f.must(http.StatusOK, request{method: "PUT", path: "/config/certificate"}, &own)
	if own.ThumbPrint == before || own.ThumbPrint != f.a.Thumbprint() || len(f.a.Replicators()) > 0 {
		t.Errorf("%+v, before %s", own, before)
	}
	f.requireRefusal(http.StatusUnauthorized, "NotAuthenticated", request{method: "GET", path: "/config"})
}

// TestLocalReplicator registers the replicator inside a vCenter appliance.
func TestLocalReplicator(t *testing.T) {
	t.Parallel()
	f, _, _ := startDeployed(t, simulator.Manager)
	f.changePassword(f.a)
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", post("/replicators/local", map[string]string{"ssoUser": "root", "ssoPassword": "x"}))
	var row struct{ ID, Owner string }
	f.must(http.StatusOK, post("/replicators/local", ssoCredentials()), &row)
	var rows []struct{ ID string }
	f.must(http.StatusOK, request{method: "GET", path: "/replicators"}, &rows)
	if len(rows) != 1 || rows[0].ID != row.ID || row.Owner != "*" {
		t.Errorf("%+v, %+v", rows, row)
	}
}

// TestRemotePasswords changes the root passwords of a replicator and of a tunnel through
// the main appliance.
func TestRemotePasswords(t *testing.T) {
	t.Parallel()
	current := simulator.DefaultAccounts().LocalUsers[0].Password
	for service, row := range map[simulator.Service]struct{ path, version string }{
		simulator.Manager: {"/config/replicators/root-password", "4.7"}, simulator.Cloud: {"/config/tunnels/root-password", "4.5"},
	} {
		f, remote, tunnel := startDeployed(t, service)
		url := "https://replicator.example.com:8043"
		if service == simulator.Cloud {
			remote, url = tunnel, "https://tunnel-a.example.com:8047"
		}
		f.changePassword(f.a)
		at := func(path, password, secret, version string) request {
			return request{
				method: "POST", path: path, body: map[string]string{"apiUrl": url, "apiThumbprint": remote.Thumbprint(), "rootPassword": password},
				header: http.Header{"Config-Secret": {secret}, "Accept": {"application/vnd.vmware.h4-v" + version + "+json;charset=UTF-8"}},
			}
		}
		var expiry struct{ RootPasswordExpired bool }
		f.must(http.StatusOK, at(row.path+"-expired", current, "", "4.5"), &expiry)
		if !expiry.RootPasswordExpired {
			t.Errorf("%s: a deployment password is not expired", service)
		}
		f.requireRefusal(http.StatusInternalServerError, "GeneralServerFailure", at(row.path, newRootPassword, "wrong", row.version))
		f.must(http.StatusNoContent, at(row.path, newRootPassword, current, row.version), nil)
		if remote.RootPassword() != newRootPassword {
			t.Errorf("%s: the password is %s", service, remote.RootPassword())
		}
	}
}
