package sitepairing_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// changeList makes the appliance list its one pairing with other values.
func changeList(t *testing.T, a *simulator.Appliance, changes map[string]any) {
	t.Helper()
	a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: listOf(t, a, changes)})
}

// listOf returns the list of the appliance's one pairing, with other values.
func listOf(t *testing.T, a *simulator.Appliance, changes map[string]any) string {
	t.Helper()
	s := a.Sites()[0]
	row := map[string]any{
		"site": s.Site, "description": s.Description, "apiUrl": s.APIURL, "apiPublicUrl": s.APIPublicURL,
		"apiThumbprint": s.APIThumbprint, "isLocal": false,
	}
	if s.ID != "" {
		row["id"] = s.ID
	}
	maps.Copy(row, changes)
	body, err := json.Marshal([]any{row})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestUpdate_laggingList: a list that still shows the former description is not treated as the stored one.
func TestUpdate_laggingList(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		made := applyConfig(t, a, none, values(b))
		before := listOf(t, a, nil)
		isRepair := func(r *http.Request) bool { return r.Method == http.MethodPut }
		callAt(a, isRepair, func() {
			a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: before, Times: 3})
		})
		changed, problems := attempt(t, a, made, values(b, "description", "two"))
		if len(problems) > 0 {
			t.Errorf("%q, %q", problems.Errors(), problems.Warnings())
		}
		requireUnchanged(t, a, changed, values(b, "description", "two"))
	})
}

// TestRead_oddRows: a value that an appliance leaves out is unchanged, a value that no configuration can have is
// drift, and neither blocks a refresh or replaces anything.
func TestRead_oddRows(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		changes map[string]any
		drift   bool
	}{
		"no public URL":     {map[string]any{"apiPublicUrl": nil, "apiUrl": "https://tn-1.tnexus.io:8048/"}, false},
		"no thumbprint":     {map[string]any{"apiThumbprint": nil}, false},
		"invalid URL":       {map[string]any{"apiPublicUrl": "peer.example.com:8048"}, true},
		"odd thumbprint":    {map[string]any{"apiThumbprint": "unknown"}, true},
		"neither state":     {map[string]any{"state": nil, "description": nil}, false},
		"another spelling":  {map[string]any{"apiThumbprint": "sha-256:" + "00"}, true},
		"extra and unknown": {map[string]any{"isPaired": true}, false},
	}
	runConcurrently(t, onBothServices(cases), func(t *testing.T, c serviceCase[struct {
		changes map[string]any
		drift   bool
	}],
	) {
		a, b := startSites(t, c.service, 0)
		made := applyConfig(t, a, none, values(b))
		changeList(t, a, c.value.changes)
		p := newProcess(t, a)
		now, problems := p.Refresh(t, pairingType, made)
		if len(problems) > 0 {
			t.Fatal(problems.Errors())
		}
		plan := p.Plan(t, pairingType, now, values(b))
		if len(plan.Diagnostics) > 0 || plan.RequiresReplace {
			t.Errorf("replaced: %t, %v", plan.RequiresReplace, plan.Diagnostics.Errors())
		}
		if changed := plan.Values["healthy"] == direct.Unknown; changed != c.value.drift {
			t.Errorf("a change is planned: %t, state %v", changed, now.Values)
		}
	})
}

// TestRead_namelessRow: the Manager identifies its peers by id. A name that it leaves out has not changed.
func TestRead_namelessRow(t *testing.T) {
	t.Parallel()
	a, b := startSitesWith(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.NamelessUntrusted = true })
	made := applyConfig(t, a, none, values(b))
	a.SetThumbprint("site-b", otherThumbprint)
	p := newProcess(t, a)
	now, problems := p.Refresh(t, pairingType, made)
	if plan := p.Plan(t, pairingType, now, values(b)); len(problems) > 0 || plan.RequiresReplace || now.Values["site"] != "site-b" {
		t.Errorf("site %v, replaced: %t, %v", now.Values["site"], plan.RequiresReplace, problems.Errors())
	}
}

// TestReservations_releasedWithTheObject: in a process with several plans, an object reserves its peer until it is
// destroyed.
func TestReservations_releasedWithTheObject(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := newProcess(t, a)
		for range 2 {
			made := apply(t, p, p.Plan(t, pairingType, none, values(b)))
			made = apply(t, p, p.Plan(t, pairingType, made, values(b, "description", "two")))
			made, _ = p.Refresh(t, pairingType, made)
			if _, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b))); len(problems.Errors()) != 1 {
				t.Errorf("a second resource for the peer: %v", problems.Errors())
			}
			requireGone(t, a, apply(t, p, p.Plan(t, pairingType, made, nil)))
		}
		a.FailNextTask("pair", "SiteUnreachable", "no")
		plan := p.Plan(t, pairingType, none, values(b))
		if _, problems := p.Apply(t, plan); len(problems.Errors()) != 1 {
			t.Fatal(problems.Errors())
		}
		apply(t, p, p.Plan(t, pairingType, none, values(b)))
	})
}

// TestWrites_doneAtOnce: the response to a performed request has no body, and there is no task.
func TestWrites_doneAtOnce(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		a.HideTasks(true)
		a.Fault(simulator.Fault{Method: "PUT", Path: "/sites/*", Status: 204, PerformFirst: true})
		again := values(b)
		again["repair_triggers"] = direct.Values{"version": "4.7.1"}
		applyConfig(t, a, made, again)
	})
}
