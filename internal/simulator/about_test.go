package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestAbout(t *testing.T) {
	type about struct {
		ProductName, ServiceType, BuildVersion, InstanceID string
		BuildDate                                          int64
	}
	for _, row := range []struct {
		service simulator.Service
		set     string
		want    string
	}{
		{simulator.Manager, "", "V2V_MANAGER"},
		{simulator.Manager, "MANAGER", "MANAGER"},
		{simulator.Cloud, "", "CLOUD"},
	} {
		f := start(t, row.service, func(o *simulator.ApplianceOptions) { o.ServiceType = row.set })
		var got, again about
		f.must(http.StatusOK, request{method: "GET", path: "/diagnostics/about"}, &got)
		f.must(http.StatusOK, request{method: "GET", path: "/diagnostics/about"}, &again)
		if got.ServiceType != row.want || got.ProductName == "" || !strings.HasPrefix(got.BuildVersion, "4.7.") || got.BuildDate == 0 || got.InstanceID == "" || got != again {
			t.Errorf("got %+v, then %+v", got, again)
		}
		f.withToken("").requireExpired()
	}
}

func TestConfig(t *testing.T) {
	wanted := map[simulator.Service]string{
		simulator.Manager: "id site lsUrl lsThumbprint tunnelUrl tunnelCertificate",
		simulator.Cloud:   "id lsUrl lsThumbprint localSite localSiteDescription vcdUrl vcdThumbprint vcdUsername tunnelUrl tunnelCertificate isCombined",
	}
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		var got map[string]any
		f.must(http.StatusOK, request{method: "GET", path: "/config"}, &got)
		for name := range strings.FieldsSeq(wanted[service]) {
			if _, ok := got[name]; !ok {
				t.Errorf("member %s is missing", name)
			}
		}
		if len(got) != len(strings.Fields(wanted[service])) {
			t.Errorf("members %v", got)
		}
		f.must(http.StatusOK, request{method: "GET", path: "/config/is-configured"}, &got)
		if got["isConfigured"] != true {
			t.Errorf("got %v", got)
		}
	})
}

func TestRemoteCertificate(t *testing.T) {
	f := start(t, simulator.Manager)
	var got struct {
		Certificate struct {
			ThumbPrint string
			IssuedTo   struct{ CN string }
			ExpiresOn  int64
		}
		Encoded string
	}
	path := "/config/remote-certificate?viaTunnel=true&url=" + url.QueryEscape(aliasB)
	f.must(http.StatusOK, request{method: "GET", path: path}, &got)
	if want := base64.StdEncoding.EncodeToString(parsePEM(t, f.b.CertificatePEM()).Raw); got.Encoded != want {
		t.Errorf("encoded %s", got.Encoded)
	}
	if got.Certificate.ThumbPrint != f.b.Thumbprint() || got.Certificate.IssuedTo.CN != "site-b" || got.Certificate.ExpiresOn == 0 {
		t.Errorf("got %+v", got)
	}
	f.requireRefusal(http.StatusInternalServerError, "GeneralServerFailure", request{method: "GET", path: "/config/remote-certificate?url=https://nowhere.example.com"})
	f.requireNoViolation()
}

func TestHealth(t *testing.T) {
	type managerHealth struct {
		SsoAdminError, LocalReplicatorsLsMismatch *apiError
		OfflineReplicators, OnlineReplicators     []struct{ ID, Site, APIURL string }
	}
	type health struct {
		DBError, LsError, NTPError, VcdError, ManagerError *apiError
		DiskUsage                                          struct{ Free, Usable, Total int64 }
		TunnelConnectivity                                 []struct{ Error *apiError }
		managerHealth
		ManagerHealth *managerHealth
	}
	ask := func(f *fixture, method, version string) (string, health) {
		t.Helper()
		accept := http.Header{"Accept": {"application/vnd.vmware.h4-v" + version + "+json;charset=UTF-8"}}
		var started task
		answer := f.must(http.StatusAccepted, request{method: method, path: "/diagnostics/health", header: accept}, &started)
		if got := answer.header.Get("Content-Type"); got != accept.Get("Accept") {
			t.Errorf("Content-Type %s", got)
		}
		f.settle(started.ID)
		var done struct {
			ResultType string
			Result     health
		}
		f.must(http.StatusOK, request{method: "GET", path: "/tasks/" + started.ID}, &done)
		return done.ResultType, done.Result
	}
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		kind, got := ask(f, "GET", "4.6")
		if want := map[simulator.Service]string{simulator.Manager: "ManagerHealthInfo", simulator.Cloud: "CloudHealthInfo"}[service]; kind != want {
			t.Errorf("result type %s", kind)
		}
		if got.DBError != nil || got.DiskUsage.Total == 0 || got.TunnelConnectivity[0].Error != nil || (got.ManagerHealth != nil) != (service == simulator.Cloud) {
			t.Errorf("got %+v", got)
		}
		for _, field := range []string{"dbError", "lsError", "ntpError", "ssoAdminError", "localReplicatorsLsMismatch", "vcdError", "managerError", "tunnelConnectivity"} {
			f.a.SetHealthError(field, "Ill", field+" is 100% ill.")
		}
		f.a.SetReplicators([]string{"r1.example.com"}, []string{"r2.example.com"})
		_, got = ask(f, "POST", "4.7")
		if got.DBError.Msg != "dbError is 100% ill." || got.LsError == nil || got.NTPError == nil || got.TunnelConnectivity[0].Error == nil {
			t.Errorf("got %+v", got)
		}
		manager := got.managerHealth
		if service == simulator.Cloud {
			manager = *got.ManagerHealth
			if got.VcdError == nil || got.ManagerError == nil {
				t.Error("an error of the Cloud service is missing")
			}
		}
		if manager.SsoAdminError == nil || manager.LocalReplicatorsLsMismatch == nil {
			t.Error("an error of the Manager service is missing")
		}
		if on, off := manager.OnlineReplicators, manager.OfflineReplicators; len(on) != 1 || on[0].ID != "r1.example.com" || len(off) != 1 || off[0].APIURL != "https://r2.example.com:8043" {
			t.Errorf("replicators %v and %v", on, off)
		}
		f.a.SetHealthError("dbError", "", "")
		if _, got = ask(f, "POST", "4.7"); got.DBError != nil {
			t.Error("dbError is still there")
		}
		f.requireNoViolation()
	})
}

func TestMediaTypes(t *testing.T) {
	f := start(t, simulator.Manager)
	for accept, want := range map[string]string{
		"application/json":               accept47,
		"application/json;charset=UTF-8": accept47,
		"*/*":                            accept47,
		accept47:                         accept47,
		strings.Replace(accept47, "4.7", "4.5", 1): strings.Replace(accept47, "4.7", "4.5", 1),
	} {
		got := f.must(http.StatusOK, request{method: "GET", path: "/sites", header: http.Header{"Accept": {accept}}}, nil)
		if got.header.Get("Content-Type") != want || !json.Valid(got.body) {
			t.Errorf("Accept %s: Content-Type %s", accept, got.header.Get("Content-Type"))
		}
	}
	f.requireNoViolation()
}
