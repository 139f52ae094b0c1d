package simulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// pair runs POST /sites on site-a to its end.
func (f *fixture) pair(body siteBody) task {
	f.t.Helper()
	var started task
	f.must(f.acceptedStatus(), request{method: "POST", path: "/sites", body: body}, &started)
	return f.settle(started.ID)
}

func (f *fixture) requireSuccess(done task) {
	f.t.Helper()
	if done.State != "SUCCEEDED" || done.Error != nil {
		f.t.Fatalf("task %s: %+v", done.State, done.Error)
	}
}

func (f *fixture) requireFailure(done task, code string) {
	f.t.Helper()
	if done.State != "FAILED" || done.Error == nil || done.Error.Code != code || done.Result != nil || done.ResultType != nil {
		f.t.Fatalf("task %s %+v, want FAILED with %s", done.State, done.Error, code)
	}
}

func (f *fixture) requireLink(incoming, outgoing string) {
	f.t.Helper()
	in, out := f.peers()[0].codes()
	if in != incoming || out != outgoing {
		f.t.Errorf("incoming %q, outgoing %q; want %q, %q", in, out, incoming, outgoing)
	}
}

func TestPair_bothSides(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		done := f.pair(f.pairBody(f.b))
		f.requireSuccess(done)
		if in, out := done.Result.codes(); in != "PeerSiteNotPaired" || out != "" {
			t.Errorf("half-paired: incoming %q, outgoing %q", in, out)
		}
		f.b.Pair("site-a")
		f.requireLink("", "")
		f.b.Unpair("site-a")
		f.requireLink("PeerSiteNotPaired", "")
		f.requireNoViolation()
	})
}

func TestSites_peerForms(t *testing.T) {
	wanted := map[simulator.Service]string{
		simulator.Manager: "apiPublicUrl apiThumbprint apiUrl apiVersion description id isLocal isProviderDeployment peerTunnelCert site state",
		simulator.Cloud:   "apiPublicUrl apiThumbprint apiUrl apiVersion buildVersion description isLocal site state",
	}
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		f.a.Pair("site-b")
		var rows []map[string]json.RawMessage
		answer := f.must(http.StatusOK, request{method: "GET", path: "/sites"}, &rows)
		if got := answer.header.Get("Content-Type"); got != accept47 {
			t.Errorf("Content-Type %s", got)
		}
		if len(rows) != 2 {
			t.Fatalf("%d rows, want the local one and the peer", len(rows))
		}
		for _, row := range rows {
			if len(row) != len(strings.Fields(wanted[service])) {
				t.Errorf("members %v, want %s", row, wanted[service])
			}
			for name := range strings.FieldsSeq(wanted[service]) {
				if _, ok := row[name]; !ok {
					t.Errorf("member %s is missing", name)
				}
			}
		}
		var local site
		_ = json.Unmarshal(mustJSON(t, rows[0]), &local)
		if in, out := local.codes(); !local.IsLocal || local.Site != "site-a" || in+out != "" {
			t.Errorf("the local row is %+v", local)
		}
	})
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPair_urls(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		body := f.pairBody(f.b)
		body.APIURL = "https://SITE-B.example.com:8048/"
		f.requireSuccess(f.pair(body))
		got := f.peers()[0]
		if got.APIPublicURL != body.APIURL || got.Site != "site-b" || got.Description != "the other" {
			t.Errorf("peer %+v", got)
		}
		rewritten := strings.HasPrefix(got.APIURL, "https://tn-") && strings.HasSuffix(got.APIURL, ".tnexus.io:8048/")
		if rewritten != (service == simulator.Manager) {
			t.Errorf("apiUrl %s", got.APIURL)
		}
	})
}

func TestSites_one(t *testing.T) {
	f := start(t, simulator.Cloud)
	f.a.Pair("site-b")
	var got site
	f.must(http.StatusOK, request{method: "GET", path: "/sites/site-b"}, &got)
	if got.Site != "site-b" || got.BuildVersion == nil {
		t.Errorf("got %+v", got)
	}
	f.must(http.StatusOK, request{method: "GET", path: "/sites/site-a"}, &got)
	if !got.IsLocal {
		t.Error("site-a is the local site")
	}
	f.requireRefusal(http.StatusNotFound, "SiteNotFound", request{method: "GET", path: "/sites/site-c"})
}

func TestPair_wrongThumbprint(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		f.b.Pair("site-a")
		body := f.pairBody(f.b)
		body.APIThumbprint = f.a.Thumbprint()
		done := f.pair(body)
		f.requireSuccess(done)
		if _, out := done.Result.codes(); out != "CertificateMismatch" {
			t.Errorf("outgoing %q", out)
		}
		if got := f.b.Sites()[0]; got.IncomingError != "CertificateMismatch" || got.OutgoingError != "" {
			t.Errorf("the other side sees %+v", got)
		}
	})
}

func TestPair_failures(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		for _, row := range []struct {
			name   string
			code   string
			change func(f *fixture, body *siteBody)
		}{
			{"unknown peer", "SiteUnreachable", func(_ *fixture, b *siteBody) { b.APIURL = "https://nowhere.example.com" }},
			{"itself", "BadUserInput", func(f *fixture, b *siteBody) { b.APIURL = f.a.URL() }},
			{"injected", "Broken", func(f *fixture, _ *siteBody) { f.a.FailNextTask("pair", "Broken", "It broke.") }},
		} {
			f := start(t, service)
			body := f.pairBody(f.b)
			row.change(f, &body)
			f.requireFailure(f.pair(body), row.code)
			if n := len(f.peers()); n != 0 {
				t.Errorf("%s: %d sites are left", row.name, n)
			}
			f.requireNoViolation()
		}
	})
}

func TestPair_cloudChecksTheName(t *testing.T) {
	f := start(t, simulator.Cloud)
	body := f.pairBody(f.b)
	body.Site = new("site-x")
	f.requireFailure(f.pair(body), "BadUserInput")
}

func TestPair_twice(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		f.requireSuccess(f.pair(f.pairBody(f.b)))
		again := f.pairBody(f.b)
		again.APIURL = aliasB
		f.requireFailure(f.pair(again), "SiteAlreadyPaired")

		f = start(t, service, func(o *simulator.ApplianceOptions) { o.OverwritePairing = true })
		f.requireSuccess(f.pair(f.pairBody(f.b)))
		before := f.peers()[0]
		f.requireSuccess(f.pair(again.withThumbprintOf(f.b)))
		if got := f.peers(); len(got) != 1 || got[0].APIPublicURL != aliasB || got[0].ID != before.ID {
			t.Errorf("sites %+v", got)
		}
	})
}

// withThumbprintOf sets the thumbprint of another fixture's appliance.
func (b siteBody) withThumbprintOf(peer *simulator.Appliance) siteBody {
	b.APIThumbprint = peer.Thumbprint()
	return b
}

func TestPair_twoAtOnce(t *testing.T) {
	f := start(t, simulator.Manager)
	var first, second task
	f.must(http.StatusAccepted, request{method: "POST", path: "/sites", body: f.pairBody(f.b)}, &first)
	f.must(http.StatusAccepted, request{method: "POST", path: "/sites", body: f.pairBody(f.b)}, &second)
	f.requireSuccess(f.settle(first.ID))
	f.requireFailure(f.settle(second.ID), "SiteAlreadyPaired")
}

func TestRepair(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		f.a.Pair("site-b")
		f.b.Pair("site-a")
		f.b.RotateCertificate()
		f.requireLink("", "CertificateMismatch")
		before := f.peers()[0]
		body := siteBody{APIURL: f.b.URL(), APIThumbprint: f.b.Thumbprint(), Description: "fixed"}
		var started task
		f.must(f.acceptedStatus(), request{method: "PUT", path: "/sites/" + f.key(before), body: body}, &started)
		if f.peers()[0].Description != before.Description {
			t.Error("the change shows before the task ended")
		}
		f.requireSuccess(f.settle(started.ID))
		got := f.peers()[0]
		if got.Description != "fixed" || got.APIPublicURL != f.b.URL() || f.key(got) != f.key(before) {
			t.Errorf("site %+v", got)
		}
		f.requireLink("", "")
		if started.WorkflowInfo.Type != "repair" {
			t.Errorf("type %s", started.WorkflowInfo.Type)
		}
		f.requireNoViolation()
	})
}

func TestRepair_failures(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		put := func(change func(*siteBody)) task {
			body := siteBody{APIURL: f.b.URL(), APIThumbprint: f.b.Thumbprint()}
			change(&body)
			var started task
			f.must(f.acceptedStatus(), request{method: "PUT", path: "/sites/" + key, body: body}, &started)
			return started
		}
		f.requireFailure(f.settle(put(func(b *siteBody) { b.APIURL = "https://nowhere.example.com" }).ID), "SiteUnreachable")
		f.requireFailure(f.settle(put(func(b *siteBody) { b.APIURL = f.a.URL() }).ID), "BadUserInput")
		running := put(func(*siteBody) {})
		f.a.Unpair("site-b")
		f.requireFailure(f.settle(running.ID), "SiteNotFound")
		body := siteBody{APIURL: f.b.URL(), APIThumbprint: f.b.Thumbprint()}
		f.requireRefusal(http.StatusNotFound, "SiteNotFound", request{method: "PUT", path: "/sites/" + key, body: body})
		f.requireNoViolation()
	})
}

func TestUnpair(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		f.b.Pair("site-a")
		unpair := request{method: "DELETE", path: "/sites/" + key}
		f.a.AddReplications("site-b", 2)
		var started task
		f.must(http.StatusAccepted, unpair, &started)
		f.requireFailure(f.settle(started.ID), "ReplicationsExist")
		f.a.AddReplications("site-b", -2)
		f.must(http.StatusAccepted, unpair, &started)
		if len(f.peers()) != 1 {
			t.Error("the site is gone before the task ended")
		}
		done := f.settle(started.ID)
		f.requireSuccess(done)
		if done.Result != nil || done.ResultType != nil {
			t.Error("an unpair task has no result")
		}
		if len(f.peers()) != 0 || len(f.b.Sites()) != 1 {
			t.Error("unpairing changes both sides")
		}
		f.requireRefusal(http.StatusNotFound, "SiteNotFound", unpair)
		f.requireNoViolation()
	})
}

func TestUnpair_bothSides(t *testing.T) {
	f := start(t, simulator.Cloud, func(o *simulator.ApplianceOptions) { o.UnpairBothSides = true })
	key := f.a.Pair("site-b")
	f.b.Pair("site-a")
	var started task
	f.must(http.StatusAccepted, request{method: "DELETE", path: "/sites/" + key}, &started)
	f.requireSuccess(f.settle(started.ID))
	if len(f.a.Sites())+len(f.b.Sites()) != 0 {
		t.Error("a record is left")
	}
}

func TestWrites_needAnAdministrator(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		tenant := f.withToken(f.loginAs(f.a, map[string]any{"type": "vcdCredentials", "vcdUser": "tenant@acme", "vcdPassword": "Simulator-tenant-1"}))
		body := siteBody{APIURL: f.b.URL(), APIThumbprint: f.b.Thumbprint()}
		tenant.requireRefusal(http.StatusForbidden, "Forbidden", request{method: "POST", path: "/sites", body: f.pairBody(f.b)})
		tenant.requireRefusal(http.StatusForbidden, "Forbidden", request{method: "PUT", path: "/sites/" + key, body: body})
		tenant.requireRefusal(http.StatusForbidden, "Forbidden", request{method: "DELETE", path: "/sites/" + key})
		tenant.must(http.StatusOK, request{method: "GET", path: "/sites"}, nil)
	})
}

func TestOutOfBand(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		f.b.Pair("site-a")
		if f.key(f.peers()[0]) != key {
			t.Error("Pair returned another key")
		}
		f.a.SetDescription("site-b", "changed")
		f.a.SetThumbprint("site-b", f.a.Thumbprint())
		f.a.SetPublicURL("site-b", f.b.URL())
		f.a.Rename("site-b", "renamed")
		got := f.peers()[0]
		if got.Description != "changed" || got.APIThumbprint != f.a.Thumbprint() || got.APIPublicURL != f.b.URL() || got.Site != "renamed" {
			t.Errorf("site %+v", got)
		}
		f.requireLink("", "CertificateMismatch")
		f.a.SetPublicURL("renamed", "https://nowhere.example.com")
		f.requireLink("SiteUnreachable", "SiteUnreachable")
		if f.peers()[0].APIVersion != nil {
			t.Error("the version of an unreachable peer is shown")
		}
		if f.b.Sites()[0].IncomingError != "PeerSiteNotPaired" {
			t.Errorf("the other side sees %+v", f.b.Sites()[0])
		}
	})
}
