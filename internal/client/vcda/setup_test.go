package vcda

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const newRootPassword = "Another-pass-2"

// deployment is a fresh appliance with a replicator and a tunnel, whose root
// passwords have been changed, and a client of it.
type deployment struct {
	*Client
	t                           *testing.T
	clock                       *clocktest.Clock
	all                         *simulator.Fixture
	main, replicator, tunnel    *simulator.Appliance
	lookupService               LookupService
	admin                       SSOAdmin
	atReplicator, atTunnel      RemoteAppliance
	tunnelCertificate, password string
}

func deploy(t *testing.T, service Service, change ...func(*Options)) *deployment {
	t.Helper()
	d := &deployment{t: t, clock: clocktest.New(), password: newRootPassword}
	all, err := simulator.Start(simulator.Options{Now: d.clock.Now, Appliances: []simulator.ApplianceOptions{
		{Site: "main", Service: simulator.Service(service), Fresh: true, WithManager: service == Cloud},
		{Site: "replicator", Service: simulator.Replicator, Fresh: true, PublicURLs: []string{"https://replicator.example.com:8043"}},
		{Site: "tunnel", Service: simulator.Tunnel, Fresh: true, PublicURLs: []string{"https://tunnel-a.example.com:8047"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		all.Close()
		for _, v := range all.Appliance("main").Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	d.all, d.main, d.replicator, d.tunnel = all, all.Appliance("main"), all.Appliance("replicator"), all.Appliance("tunnel")
	for _, a := range []*simulator.Appliance{d.main, d.replicator, d.tunnel} {
		a.SetRootPassword(newRootPassword)
	}
	sso := simulator.DefaultAccounts().SSOUsers[0]
	d.lookupService = LookupService{URL: simulator.LookupServiceURL, Thumbprint: all.ServerThumbprint(simulator.LookupServiceURL)}
	d.admin = SSOAdmin{User: sso.Username, Password: sso.Password}
	d.atReplicator = RemoteAppliance{APIURL: "https://replicator.example.com:8043", APIThumbprint: d.replicator.Thumbprint(), RootPassword: newRootPassword}
	d.atTunnel = RemoteAppliance{APIURL: "https://tunnel-a.example.com:8047", APIThumbprint: d.tunnel.Thumbprint(), RootPassword: newRootPassword}
	block, _ := pem.Decode([]byte(d.tunnel.CertificatePEM()))
	d.tunnelCertificate = base64.StdEncoding.EncodeToString(block.Bytes)
	d.Client = d.connect(d.main, newRootPassword, change...)
	return d
}

func (d *deployment) connect(to *simulator.Appliance, password string, change ...func(*Options)) *Client {
	d.t.Helper()
	return connect(d.t, to.URL(), LocalUser{Username: "root", Password: password}, func(o *Options) {
		o.Transport.Trust.CACertificate, o.Clock, o.Transport.Clock = d.all.CertificateAuthority(), d.clock, d.clock
		for _, edit := range change {
			edit(o)
		}
	})
}

func version(v string) func(*Options) { return func(o *Options) { o.APIVersion = v } }

func (d *deployment) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// count returns how often a call arrived at the main appliance.
func (d *deployment) count(call string) int { return d.main.Stats().Requests[call] }

func TestSetUpManager_eachVersion(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"4.5", "4.6", "4.7"} {
		t.Run(v, func(t *testing.T) {
			t.Parallel()
			d, ctx := deploy(t, Manager, version(v)), t.Context()
			expiry, err := d.PasswordExpiry(ctx)
			if err != nil || expiry.Expired || expiry.Seconds <= 0 {
				t.Errorf("%+v, %v", expiry, err)
			}
			d.must(d.SetLicense(ctx, simulator.DefaultLicense))
			license, err := d.License(ctx)
			if err != nil || !license.IsLicensed || license.ExpirationDate != 0 {
				t.Errorf("%+v, %v", license, err)
			}
			d.must(d.SetSite(ctx, Manager, "alpha", ""))
			d.must(d.SetLookupService(ctx, d.lookupService, &d.admin))
			status, err := d.RegisterPlugin(ctx, d.admin)
			if err != nil || status != "OK" {
				t.Errorf("plug-in: %q, %v", status, err)
			}
			d.must(d.UnregisterPlugin(ctx, d.admin))
			d.main.RefuseMissingPlugin(http.StatusNotFound)
			d.must(d.UnregisterPlugin(ctx, d.admin))
			d.must(d.SetReplicatorLookupService(ctx, d.atReplicator, d.lookupService))
			wanted := NewReplicator{Owner: "*", Site: "alpha", Details: ReplicatorDetails{d.atReplicator, d.admin}}
			added, err := d.AddReplicator(ctx, wanted)
			if err != nil || !wanted.Matches(added) || added.ID == "" {
				t.Errorf("%+v, %v", added, err)
			}
			repaired, err := d.RepairReplicator(ctx, added.ID, "new", wanted.Details)
			if err != nil || repaired.Description != "new" {
				t.Errorf("%+v, %v", repaired, err)
			}
			d.must(d.RemoveReplicator(ctx, added.ID))
			d.must(d.RemoveReplicator(ctx, added.ID))
			config, err := d.Config(ctx)
			want := Config{ID: d.main.Setup().InstanceID, Site: "alpha", LookupServiceURL: simulator.LookupServiceURL, LookupServiceThumbprint: d.lookupService.Thumbprint}
			if err != nil || config != want {
				t.Errorf("%+v, %v", config, err)
			}
			configured, err := d.IsConfigured(ctx)
			if err != nil || !configured {
				t.Errorf("configured: %t, %v", configured, err)
			}
		})
	}
}

func TestSetUpCloud_eachVersion(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"4.5", "4.6", "4.7"} {
		t.Run(v, func(t *testing.T) {
			t.Parallel()
			d, ctx := deploy(t, Cloud, version(v)), t.Context()
			user := simulator.DefaultAccounts().VCDUsers[0]
			director := Director{URL: "https://director.example.com/api", Username: user.Username, Password: user.Password, Thumbprint: d.all.ServerThumbprint(simulator.DirectorURL)}
			d.must(d.CheckLookupService(ctx, d.lookupService))
			d.must(d.CheckDirector(ctx, director))
			d.must(d.SetSite(ctx, Cloud, "cloud-a", "east"))
			tunnel, err := d.AddTunnel(ctx, NewTunnel{URL: d.atTunnel.APIURL, Certificate: d.tunnelCertificate, RootPassword: newRootPassword})
			if err != nil || tunnel.URL != d.atTunnel.APIURL+"/" || (tunnel.ID == "") != (v == "4.5") {
				t.Errorf("%+v, %v", tunnel, err)
			}
			d.must(d.SetTunnelLookupService(ctx, d.atTunnel, d.lookupService))
			d.must(d.SetPublicEndpoint(ctx, "cloud.example.com", 443))
			if got := d.main.Setup().Endpoints; got.APIPublicAddress != "cloud.example.com" || v != "4.5" && got.MgmtPublicPort != 8048 {
				t.Errorf("%+v", got)
			}
			director.Thumbprint = ""
			d.must(d.SetDirector(ctx, director))
			d.must(d.SetLookupService(ctx, d.lookupService, nil))
			d.must(d.SetManagerLookupService(ctx, d.lookupService))
			if d.main.Manager().Setup().LookupServiceURL == "" {
				t.Error("the Manager has no lookup service")
			}
			changed, err := d.ChangeTunnel(ctx, tunnel.ID, NewTunnel{URL: d.atTunnel.APIURL, Certificate: d.tunnelCertificate, RootPassword: newRootPassword})
			if err != nil || changed != tunnel {
				t.Errorf("%+v, %v", changed, err)
			}
			if v == "4.6" {
				d.main.NestTunnels()
			}
			list, err := d.SharedTunnels(ctx)
			if err != nil || len(list) != 1 || list[0] != tunnel {
				t.Errorf("%+v, %v", list, err)
			}
		})
	}
}

// The appliance does not have the calls of old ones.
func TestAbsentCalls(t *testing.T) {
	t.Parallel()
	d := deploy(t, Cloud)
	d.main.Lack("/config/check-lookup-service", "/config/check-vcloud", "/config/manager/lookup-service", "/config/tunnels/lookup-service")
	for name, call := range map[string]func(context.Context) error{
		"check of the lookup service": func(ctx context.Context) error { return d.CheckLookupService(ctx, d.lookupService) },
		"check of Cloud Director": func(ctx context.Context) error {
			return d.CheckDirector(ctx, Director{URL: "https://director.example.com/api"})
		},
		"lookup service of the Manager": func(ctx context.Context) error { return d.SetManagerLookupService(ctx, d.lookupService) },
		"lookup service of the tunnel":  func(ctx context.Context) error { return d.SetTunnelLookupService(ctx, d.atTunnel, d.lookupService) },
	} {
		var absent *AbsentCallError
		if err := call(t.Context()); !errors.As(err, &absent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPasswordExpiry_olderAppliance(t *testing.T) {
	t.Parallel()
	d := deploy(t, Manager)
	d.main.OldExpiryPath()
	if expiry, err := d.PasswordExpiry(t.Context()); err != nil || expiry.Expired {
		t.Errorf("%+v, %v", expiry, err)
	}
}

func TestChangeRootPassword(t *testing.T) {
	t.Parallel()
	d, ctx := deploy(t, Manager), t.Context()
	never := func(context.Context) (bool, error) { t.Error("unexpected check"); return false, nil }
	err := d.ChangeRootPassword(ctx, "wrong", "Yet-another-3", never)
	if OutcomeOf(err) != rest.Refused || d.main.Stats().Logins != 1 {
		t.Errorf("%v after %d logins", err, d.main.Stats().Logins)
	}
	d.must(d.ChangeRootPassword(ctx, newRootPassword, "Yet-another-3", never))
	if _, err := d.PasswordExpiry(ctx); err != nil || d.main.Stats().Logins != 1 {
		t.Errorf("the session ends: %v", err)
	}
	d.main.Fault(simulator.Fault{Path: rootPasswordPath, Kind: simulator.DropResponse, Times: 1})
	d.must(d.ChangeRootPassword(ctx, "Yet-another-3", "And-another-4", func(ctx context.Context) (bool, error) {
		_, err := d.connect(d.main, "And-another-4").PasswordExpiry(ctx)
		return err == nil, err
	}))
	if strings.Contains(err.Error(), newRootPassword) {
		t.Error("an error holds a password")
	}
}

// A call that must not be performed twice fails, before or after it is performed.
func TestWrites_sentOnce(t *testing.T) {
	t.Parallel()
	type call struct {
		service Service
		name    string
		send    func(context.Context, *deployment) error
	}
	calls := map[string]call{
		"site": {Manager, "POST /config/site", func(ctx context.Context, d *deployment) error { return d.SetSite(ctx, Manager, "alpha", "") }},
		"replicator": {Manager, "POST /replicators", func(ctx context.Context, d *deployment) error {
			d.must(d.SetReplicatorLookupService(ctx, d.atReplicator, d.lookupService))
			added, err := d.AddReplicator(ctx, NewReplicator{Owner: "*", Site: "alpha", Details: ReplicatorDetails{d.atReplicator, d.admin}})
			if err == nil && added.ID == "" {
				t.Error("the replicator is not known")
			}
			return err
		}},
		"tunnel": {Cloud, "POST /config/tunnels", func(ctx context.Context, d *deployment) error {
			added, err := d.AddTunnel(ctx, NewTunnel{URL: d.atTunnel.APIURL, Certificate: d.tunnelCertificate, RootPassword: newRootPassword})
			if err == nil && added.ID == "" {
				t.Error("the tunnel is not known")
			}
			return err
		}},
	}
	for name, c := range calls {
		_, path, _ := strings.Cut(c.name, " ")
		for failure, row := range map[string]struct {
			fault simulator.Fault
			sent  int
			fails bool
		}{
			"response lost":      {simulator.Fault{Kind: simulator.DropResponse}, 1, false},
			"502 after it":       {simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, PerformFirst: true}, 1, false},
			"connection reset":   {simulator.Fault{Kind: simulator.Reset}, 1, true},
			"server error":       {simulator.Fault{Kind: simulator.Status, Status: http.StatusInternalServerError}, 1, true},
			"declined":           {simulator.Fault{Kind: simulator.Status, Status: http.StatusConflict}, 2, false},
			"declined, but done": {simulator.Fault{Kind: simulator.Status, Status: http.StatusServiceUnavailable, PerformFirst: true}, 1, false},
		} {
			t.Run(name+"/"+failure, func(t *testing.T) {
				t.Parallel()
				d := deploy(t, c.service)
				row.fault.Method, row.fault.Path, row.fault.Times = http.MethodPost, path, 1
				d.main.Fault(row.fault)
				err := c.send(t.Context(), d)
				var unknown *UnknownOutcomeError
				if errors.As(err, &unknown) != row.fails || (err != nil) != row.fails {
					t.Error(err)
				}
				if n := d.count(c.name); n != row.sent {
					t.Errorf("sent %d times", n)
				}
			})
		}
	}
}

// A call that may be performed twice is sent once more if its response is lost, but not
// after an error of the appliance.
func TestWrites_repeated(t *testing.T) {
	t.Parallel()
	type call struct {
		service Service
		name    string
		send    func(context.Context, *deployment) error
	}
	calls := map[string]call{
		"license": {Manager, "POST /license", func(ctx context.Context, d *deployment) error { return d.SetLicense(ctx, simulator.DefaultLicense) }},
		"lookup service": {Manager, "POST /config/lookup-service", func(ctx context.Context, d *deployment) error {
			return d.SetLookupService(ctx, d.lookupService, &d.admin)
		}},
		"plug-in": {Manager, "POST /config/vsphere-ui", func(ctx context.Context, d *deployment) error {
			d.must(d.SetLookupService(ctx, d.lookupService, &d.admin))
			_, err := d.RegisterPlugin(ctx, d.admin)
			return err
		}},
		"missing plug-in": {Manager, "DELETE /config/vsphere-ui", func(ctx context.Context, d *deployment) error {
			d.main.RefuseMissingPlugin(http.StatusNotFound)
			return d.UnregisterPlugin(ctx, d.admin)
		}},
		"lookup service of a replicator": {Manager, "POST /config/replicators/lookup-service", func(ctx context.Context, d *deployment) error {
			return d.SetReplicatorLookupService(ctx, d.atReplicator, d.lookupService)
		}},
		"repair": {Manager, "POST /replicators/*/reset-cookie", func(ctx context.Context, d *deployment) error {
			wanted := NewReplicator{Owner: "*", Site: "alpha", Details: ReplicatorDetails{d.atReplicator, d.admin}}
			d.must(d.SetReplicatorLookupService(ctx, d.atReplicator, d.lookupService))
			added, err := d.AddReplicator(ctx, wanted)
			d.must(err)
			_, err = d.RepairReplicator(ctx, added.ID, "new", wanted.Details)
			return err
		}},
		"endpoint": {Cloud, "POST /config/endpoints", func(ctx context.Context, d *deployment) error {
			return d.SetPublicEndpoint(ctx, "cloud.example.com", 443)
		}},
	}
	for name, c := range calls {
		method, pattern, _ := strings.Cut(c.name, " ")
		for trouble, row := range map[string]struct {
			fault simulator.Fault
			sent  int
			fails bool
		}{
			"response lost":    {simulator.Fault{Kind: simulator.DropResponse, Times: 1}, 2, false},
			"connection reset": {simulator.Fault{Kind: simulator.Reset, Times: 1}, 2, false},
			"502 of a proxy":   {simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, Body: "<html>", ContentType: "text/html", Times: 1}, 2, false},
			"always lost":      {simulator.Fault{Kind: simulator.Reset}, 2, true},
			"server error":     {simulator.Fault{Kind: simulator.Status, Status: http.StatusInternalServerError}, 1, true},
		} {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				t.Parallel()
				d := deploy(t, c.service)
				row.fault.Method, row.fault.Path = method, pattern
				d.main.Fault(row.fault)
				if err := c.send(t.Context(), d); (err != nil) != row.fails || errors.As(err, new(*UnknownOutcomeError)) {
					t.Error(err)
				}
				sent := 0
				for _, r := range d.main.Requests() {
					if same, _ := path.Match(pattern, r.Path); same && r.Method == method {
						sent++
					}
				}
				if sent != row.sent {
					t.Errorf("sent %d times", sent)
				}
			})
		}
	}
}

// The addresses are read within the turn; otherwise the write could remove a tunnel that
// was registered after the read.
func TestSetPublicEndpoint_tunnel(t *testing.T) {
	t.Parallel()
	queue := &SetupQueue{}
	d := deploy(t, Cloud, func(o *Options) { o.Queue = queue })
	d.main.BeforeResponse(func(r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != endpointsPath {
			return
		}
		queue.lock.Lock()
		defer queue.lock.Unlock()
		if len(queue.hosts[d.http.BaseURL().Hostname()]) == 0 {
			t.Error("another write could come between")
		}
	})
	d.must(d.SetPublicEndpoint(t.Context(), "cloud.example.com", 443))
}

// A declined write is repeated until the timeout.
func TestWrite_declined(t *testing.T) {
	t.Parallel()
	d := deploy(t, Manager)
	d.main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/license", Kind: simulator.Status, Status: http.StatusLocked})
	ctx, cancel := d.clock.WithTimeout(t.Context(), 10*time.Minute, nil)
	defer cancel()
	err := d.SetLicense(ctx, simulator.DefaultLicense)
	if !errors.Is(err, context.DeadlineExceeded) || rest.Status(err) != http.StatusLocked {
		t.Error(err)
	}
	if n := d.count("POST /license"); n < 10 || n > 30 {
		t.Errorf("sent %d times", n)
	}
	d.main.ClearFaults()
	d.main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/license", Kind: simulator.Status, Status: http.StatusTooManyRequests, RetryAfter: "40", Times: 1})
	before := d.clock.Now()
	d.must(d.SetLicense(t.Context(), simulator.DefaultLicense))
	if waited := d.clock.Now().Sub(before); waited < 40*time.Second {
		t.Errorf("waited %s", waited)
	}
}

// Clients of both services of one appliance send many writes at once. The simulator
// reports an overlap.
func TestWrites_queue(t *testing.T) {
	t.Parallel()
	queue := &SetupQueue{}
	share := func(o *Options) { o.Queue = queue }
	d := deploy(t, Cloud, share)
	manager := d.connect(d.main.Manager(), newRootPassword, share)
	ctx := t.Context()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if err := d.SetLookupService(ctx, d.lookupService, nil); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := manager.SetLookupService(ctx, d.lookupService, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, v := range d.main.Manager().Violations() {
		t.Error(v)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	d := deploy(t, Manager)
	d.must(d.Ping(t.Context()))
	d.main.Fault(simulator.Fault{Path: "/sessions", Kind: simulator.Body, Body: "<html>"})
	if stats := d.main.Stats(); stats.Logins+stats.FailedLogins != 0 {
		t.Error("the probe logs in")
	}
}
