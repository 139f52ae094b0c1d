package sitepairing_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// change is an operation: the prior object and the configuration, none for a destroy.
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
		func(t *testing.T, a, b *simulator.Appliance) direct.Object { return applyConfig(t, a, none, values(b)) },
		func(b *simulator.Appliance) direct.Values { return values(b, "description", "two") },
		http.MethodPut,
	},
	"delete": {
		func(t *testing.T, a, b *simulator.Appliance) direct.Object { return applyConfig(t, a, none, values(b)) },
		func(*simulator.Appliance) direct.Values { return nil },
		http.MethodDelete,
	},
}

// requestsTo counts the requests of a method that change a site.
func requestsTo(a *simulator.Appliance, method string) int {
	stats := a.Stats().Requests
	return stats[map[string]string{
		http.MethodPost: "POST /sites", http.MethodPut: "PUT /sites/{key}", http.MethodDelete: "DELETE /sites/{key}",
	}[method]]
}

// requireTrue requires the outcome that Terraform expects of an operation: one error and the prior state, or no error
// and the configured one.
func requireTrue(t *testing.T, a *simulator.Appliance, c change, prior, now direct.Object, config direct.Values, problems direct.Diagnostics) {
	t.Helper()
	switch errors := problems.Errors(); {
	case len(errors) > 1:
		t.Errorf("%d errors: %q", len(errors), errors)
	case len(errors) == 1 && now.Values["id"] != prior.Values["id"]:
		t.Errorf("state %v with %q", now.Values, errors)
	case len(errors) == 1, now.Values["pending_task_id"] != nil:
	case c.method == http.MethodDelete:
		requireGone(t, a, now)
	default:
		requireComplete(t, a, now)
		if now.Values["description"] != config["description"] && config["description"] != nil {
			t.Errorf("state %v", now.Values)
		}
	}
}

// finish runs the operation again, as the next apply does, and requires success.
func finish(t *testing.T, a *simulator.Appliance, c change, now direct.Object, config direct.Values) {
	t.Helper()
	if now.Values != nil {
		var problems direct.Diagnostics
		if now, problems = readAgain(t, a, now); len(problems.Errors()) > 0 {
			t.Error(problems.Errors())
		}
	}
	if c.method == http.MethodDelete {
		if now.Values != nil {
			now = applyConfig(t, a, now, nil)
		}
		requireGone(t, a, now)
		return
	}
	config["adopt_existing"] = true
	now = applyConfig(t, a, now, config)
	requireComplete(t, a, now)
	if want := config["description"]; want != nil && a.Sites()[0].Description != want {
		t.Errorf("the appliance has the description %q", a.Sites()[0].Description)
	}
	config["adopt_existing"] = true
	requireUnchanged(t, a, now, config)
}

// TestInterrupted_atEachRequest: after Ctrl-C at any request the state is correct, the next apply finishes the
// operation, and it takes one request.
func TestInterrupted_atEachRequest(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(eachChange), func(t *testing.T, c serviceCase[change]) {
		for at := int64(1); ; at++ {
			a, b := startSites(t, c.service, time.Second)
			b.Pair("site-a")
			prior, config := c.value.prior(t, a, b), c.value.config(b)
			before := requestsTo(a, c.value.method)
			var requests atomic.Int64
			now, problems := interruptAt(t, a, prior, config, func(*http.Request) bool { return requests.Add(1) == at })
			if requests.Load() < at {
				break // it has fewer requests
			}
			requireTrue(t, a, c.value, prior, now, config, problems)
			finish(t, a, c.value, now, config)
			if n := requestsTo(a, c.value.method) - before; n != 1 {
				t.Errorf("interrupted at request %d: %d requests, %q", at, n, problems.Errors())
			}
			if t.Failed() {
				t.Fatalf("interrupted at request %d: %q", at, problems.Errors())
			}
		}
	})
}

// oddResponses are responses that an appliance, or a proxy in front of it, may give to any request. TestFaultMatrix
// has more for single requests.
var oddResponses = map[string]simulator.Fault{
	"401":                  {Kind: simulator.Status, Status: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {"Authentication Token Required"}}},
	"401, no reason":       {Kind: simulator.Body, Status: http.StatusUnauthorized},
	"403":                  {Kind: simulator.Status, Status: http.StatusForbidden},
	"404":                  {Kind: simulator.Status, Status: http.StatusNotFound},
	"200, {} after acting": {Kind: simulator.Body, Body: `{}`, PerformFirst: true},
}

// TestOddResponse_atEachRequest: after an odd response to any request the state is correct, and the next apply
// finishes the operation.
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
	runConcurrently(t, onBothServices(cells), func(t *testing.T, c serviceCase[cell]) {
		for skip := 0; ; skip++ {
			a, b := startSites(t, c.service, time.Second)
			b.Pair("site-a")
			prior, config := c.value.prior(t, a, b), c.value.config(b)
			p := newProcess(t, a)
			plan := p.Plan(t, pairingType, prior, config)
			fault := c.value.Fault
			fault.Times, fault.Skip = 1, skip
			a.Fault(fault)
			before := len(a.Requests())
			now, problems := p.Apply(t, plan)
			if len(a.Requests())-before <= skip {
				break // it has fewer requests
			}
			a.ClearFaults()
			requireTrue(t, a, c.value.change, prior, now, config, problems)
			finish(t, a, c.value.change, now, config)
			if t.Failed() {
				t.Fatalf("at request %d: %q", skip+1, problems.Errors())
			}
		}
	})
}
