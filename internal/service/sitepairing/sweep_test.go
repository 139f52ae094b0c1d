package sitepairing_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// change is an operation: what there is before, and what is configured then. Without
// a configuration it destroys.
type change struct {
	prior  func(t *testing.T, a, b *simulator.Appliance) direct.Object
	config func(b *simulator.Appliance) direct.Values
	method string // of its request
}

var eachChange = map[string]change{
	"create": {
		func(*testing.T, *simulator.Appliance, *simulator.Appliance) direct.Object { return none },
		func(b *simulator.Appliance) direct.Values { return values(b) },
		http.MethodPost,
	},
	"update": {
		func(t *testing.T, a, b *simulator.Appliance) direct.Object { return succeeds(t, a, none, values(b)) },
		func(b *simulator.Appliance) direct.Values { return values(b, "description", "two") },
		http.MethodPut,
	},
	"delete": {
		func(t *testing.T, a, b *simulator.Appliance) direct.Object { return succeeds(t, a, none, values(b)) },
		func(*simulator.Appliance) direct.Values { return nil },
		http.MethodDelete,
	},
}

// requestsTo counts the requests of an operation that change a site.
func requestsTo(a *simulator.Appliance, method string) int {
	stats := a.Stats().Requests
	return stats[map[string]string{
		http.MethodPost: "POST /sites", http.MethodPut: "PUT /sites/{key}", http.MethodDelete: "DELETE /sites/{key}",
	}[method]]
}

// requireTrue fails the test unless an operation ended as Terraform expects: with one
// error and what was there before, or without one and what was asked for.
func requireTrue(t *testing.T, a *simulator.Appliance, c change, prior, now direct.Object, config direct.Values, problems direct.Diagnostics) {
	t.Helper()
	switch errors := problems.Errors(); {
	case len(errors) > 1:
		t.Errorf("%d errors: %q", len(errors), errors)
	case len(errors) == 1 && now.Values["id"] != prior.Values["id"]:
		t.Errorf("state %v beside %q", now.Values, errors)
	case len(errors) == 1, now.Values["pending_task_id"] != nil:
	case c.method == http.MethodDelete:
		gone(t, a, now)
	default:
		complete(t, a, now)
		if now.Values["description"] != config["description"] && config["description"] != nil {
			t.Errorf("state %v", now.Values)
		}
	}
}

// finish runs the operation again, as the next apply does, and requires that it comes
// to its end.
func finish(t *testing.T, a *simulator.Appliance, c change, now direct.Object, config direct.Values) {
	t.Helper()
	if now.Values != nil {
		var problems direct.Diagnostics
		if now, problems = refreshed(t, a, now); len(problems.Errors()) > 0 {
			t.Error(problems.Errors())
		}
	}
	if c.method == http.MethodDelete {
		if now.Values != nil {
			now = succeeds(t, a, now, nil)
		}
		gone(t, a, now)
		return
	}
	config["adopt_existing"] = true
	now = succeeds(t, a, now, config)
	complete(t, a, now)
	if want := config["description"]; want != nil && a.Sites()[0].Description != want {
		t.Errorf("the appliance has the description %q", a.Sites()[0].Description)
	}
	config["adopt_existing"] = true
	requireUnchanged(t, a, now, config)
}

// TestInterrupted_atEachRequest: wherever Ctrl-C comes, the state is true, the next
// apply finishes the operation, and one request does it.
func TestInterrupted_atEachRequest(t *testing.T) {
	t.Parallel()
	together(t, onBoth(eachChange), func(t *testing.T, c serviceCase[change]) {
		for at := int64(1); ; at++ {
			a, b := estateOf(t, c.service, time.Second)
			b.Pair("site-a")
			prior, config := c.is.prior(t, a, b), c.is.config(b)
			before := requestsTo(a, c.is.method)
			var requests atomic.Int64
			now, problems := stopped(t, a, prior, config, func(*http.Request) bool { return requests.Add(1) == at })
			if requests.Load() < at {
				break // it has fewer requests
			}
			requireTrue(t, a, c.is, prior, now, config, problems)
			finish(t, a, c.is, now, config)
			if n := requestsTo(a, c.is.method) - before; n != 1 {
				t.Errorf("interrupted at request %d: %d requests, %q", at, n, problems.Errors())
			}
			if t.Failed() {
				t.Fatalf("interrupted at request %d: %q", at, problems.Errors())
			}
		}
	})
}

// oddResponses are what an appliance, or something in front of it, may answer once to
// any request; TestFaultMatrix has more, each for the requests it matters to.
var oddResponses = map[string]simulator.Fault{
	"401":                  {Kind: simulator.Status, Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {"Authentication Token Required"}}},
	"401, no reason":       {Kind: simulator.Body, Status: http.StatusUnauthorized},
	"403":                  {Kind: simulator.Status, Status: http.StatusForbidden},
	"404":                  {Kind: simulator.Status, Status: http.StatusNotFound},
	"200, {} after acting": {Kind: simulator.Body, Body: `{}`, PerformFirst: true},
}

// TestOddResponse_atEachRequest: whichever request has it, the state is true, and the
// next apply finishes the operation.
func TestOddResponse_atEachRequest(t *testing.T) {
	t.Parallel()
	type cell struct {
		change
		simulator.Fault
	}
	cells := map[string]cell{}
	for name, c := range eachChange {
		for odd, fault := range oddResponses {
			cells[name+"/"+odd] = cell{c, fault}
		}
	}
	together(t, onBoth(cells), func(t *testing.T, c serviceCase[cell]) {
		for skip := 0; ; skip++ {
			a, b := estateOf(t, c.service, time.Second)
			b.Pair("site-a")
			prior, config := c.is.prior(t, a, b), c.is.config(b)
			p := process(t, a)
			plan := p.Plan(t, pairingType, prior, config)
			fault := c.is.Fault
			fault.Times, fault.Skip = 1, skip
			a.Fault(fault)
			before := len(a.Requests())
			now, problems := p.Apply(t, plan)
			if len(a.Requests())-before <= skip {
				break // it has fewer requests
			}
			a.ClearFaults()
			requireTrue(t, a, c.is.change, prior, now, config, problems)
			finish(t, a, c.is.change, now, config)
			if t.Failed() {
				t.Fatalf("at request %d: %q", skip+1, problems.Errors())
			}
		}
	})
}
