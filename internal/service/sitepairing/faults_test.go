package sitepairing_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// fault is a way in which a response goes wrong.
type fault struct {
	name string
	how  simulator.Fault
}

const html = "<html><body><h1>Bad Gateway</h1></body></html>"

// unperformed are the faults before the request is performed.
var unperformed = []fault{
	{"reset", simulator.Fault{Kind: simulator.Reset}},
	{"hang", simulator.Fault{Kind: simulator.Hang}},
	{"502 HTML", simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, ContentType: "text/html", Body: html}},
	{"500", simulator.Fault{Kind: simulator.Status, Status: http.StatusInternalServerError}},
}

// pages are responses of a proxy in front of the appliance.
var pages = []fault{
	{"400 HTML", simulator.Fault{Kind: simulator.Body, Status: http.StatusBadRequest, ContentType: "text/html", Body: html}},
	{"403 HTML", simulator.Fault{Kind: simulator.Body, Status: http.StatusForbidden, ContentType: "text/html", Body: html}},
	{"404 HTML", simulator.Fault{Kind: simulator.Body, Status: http.StatusNotFound, ContentType: "text/html", Body: html}},
}

// lostResponses are the faults after a request is performed.
var lostResponses = slices.Concat([]fault{
	{"reset after acting", simulator.Fault{Kind: simulator.Reset, PerformFirst: true}},
	{"closed after acting", simulator.Fault{Kind: simulator.DropResponse}},
	{"hang after acting", simulator.Fault{Kind: simulator.Hang, PerformFirst: true}},
	{"502 HTML after acting", simulator.Fault{Kind: simulator.Status, PerformFirst: true, Status: http.StatusBadGateway, ContentType: "text/html", Body: html}},
	{"504 after acting", simulator.Fault{Kind: simulator.Status, PerformFirst: true, Status: http.StatusGatewayTimeout}},
	{"broken off", simulator.Fault{Kind: simulator.Truncate}},
	{"slow drip", simulator.Fault{Kind: simulator.SlowDrip}},
}, badBodies)

// badBodies are complete responses that can't be used.
var badBodies = []fault{
	{"500 after acting", simulator.Fault{Kind: simulator.Status, PerformFirst: true, Status: http.StatusInternalServerError}},
	{"empty 200", simulator.Fault{Kind: simulator.Empty, PerformFirst: true}},
	{"HTML 200", simulator.Fault{Kind: simulator.Body, PerformFirst: true, ContentType: "text/html", Body: html}},
	{"truncated JSON", simulator.Fault{Kind: simulator.Body, PerformFirst: true, Body: `{"id":"5fd0`}},
	{"wrong types", simulator.Fault{Kind: simulator.Body, PerformFirst: true, Body: `{"id":7,"site":{},"items":"none","state":[]}`}},
	{"null", simulator.Fault{Kind: simulator.Body, PerformFirst: true, Body: `null`}},
	{"other version", simulator.Fault{
		Kind: simulator.Body, PerformFirst: true, ContentType: "application/vnd.vmware.h4-v9.9+json;charset=UTF-8",
		Body: `{"task":{"uuid":"1"},"sites":[],"page":{}}`,
	}},
	{"huge body", simulator.Fault{Kind: simulator.Oversize, PerformFirst: true}},
	{"redirect", simulator.Fault{Kind: simulator.Redirect, PerformFirst: true, Location: "https://elsewhere.example.com/sites"}},
}

// operation is a column of the matrix: an operation during a fault, and its required outcome.
type operation struct {
	name   string
	strike simulator.Fault // the requests that it applies to
	faults []fault
	run    func(t *testing.T, a, b *simulator.Appliance, strike func())
}

var operations = []operation{
	{"create, answer lost", simulator.Fault{Method: "POST", Path: "/sites", Times: 1}, lostResponses, createGoesOn},
	{"create, not performed", simulator.Fault{Method: "POST", Path: "/sites", Times: 1}, unperformed, createFails},
	{"update, answer lost", simulator.Fault{Method: "PUT", Path: "/sites/*", Times: 1}, lostResponses, updateGoesOn},
	{"update, not performed", simulator.Fault{Method: "PUT", Path: "/sites/*", Times: 1}, unperformed, updateFails},
	{"delete, answer lost", simulator.Fault{Method: "DELETE", Path: "/sites/*", Times: 1}, lostResponses, deleteGoesOn},
	{"delete, not performed", simulator.Fault{Method: "DELETE", Path: "/sites/*", Times: 1}, unperformed, deleteFails},
	{"read", simulator.Fault{Method: "GET", Path: "/sites"}, slices.Concat(unperformed, lostResponses), readKeepsState},
	{"poll", simulator.Fault{Method: "GET", Path: "/tasks/*", Times: 2}, slices.Concat(unperformed, lostResponses), createGoesOn},
	{"list before", simulator.Fault{Method: "GET", Path: "/sites"}, slices.Concat(unperformed, lostResponses), nothingSent},
	{"list before, once", simulator.Fault{Method: "GET", Path: "/sites", Times: 1}, badBodies, createGoesOn},
	{"list after", simulator.Fault{Method: "GET", Path: "/sites", Skip: 1, Times: 1}, slices.Concat(unperformed, lostResponses), createGoesOn},
	{"tasks before", simulator.Fault{Method: "GET", Path: "/tasks"}, slices.Concat(unperformed, lostResponses), nothingSent},
	{"login", simulator.Fault{Method: "POST", Path: "/sessions"}, slices.Concat(unperformed, lostResponses), nothingSent},
	{"page to a create", simulator.Fault{Method: "POST", Path: "/sites", Times: 1}, pages, pageToACreate},
	{"page to a delete", simulator.Fault{Method: "DELETE", Path: "/sites/*", Times: 1}, pages, pageToADelete},
	{"page to a read", simulator.Fault{Method: "GET", Path: "/sites"}, pages, readKeepsState},
	{"page to a poll", simulator.Fault{Method: "GET", Path: "/tasks/*", Times: 2}, pages, createGoesOn},
	{"page to a list before", simulator.Fault{Method: "GET", Path: "/sites"}, pages, nothingSent},
	{"page to the tasks before", simulator.Fault{Method: "GET", Path: "/tasks"}, pages, nothingSent},
}

// createGoesOn: the create succeeds with one request and a complete state.
func createGoesOn(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	requireComplete(t, a, applyConfig(t, a, none, values(b)))
	requireSent(t, a, 1, 0, 0)
}

// createFails: the create has one error and no state, nothing is paired, and the next create succeeds.
func createFails(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	object, problems := attempt(t, a, none, values(b))
	requireError(t, problems, "Unable to pair with the site at "+b.URL(), "It was not sent again", "Operation ID: terraform-")
	requireGone(t, a, object)
	requireSent(t, a, 1, 0, 0)
	requireComplete(t, a, applyConfig(t, a, none, values(b)))
	requireSent(t, a, 2, 0, 0)
}

// pageToACreate: the create has one error that names the address, and the next create succeeds.
func pageToACreate(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	object, problems := attempt(t, a, none, values(b))
	requireError(t, problems, "Unable to pair with the site at "+b.URL(), "a proxy or firewall answers in its place: check url")
	requireGone(t, a, object)
	requireComplete(t, a, applyConfig(t, a, none, values(b)))
}

// pageToADelete: the delete has one error that names the address, and keeps the state.
func pageToADelete(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := applyConfig(t, a, none, values(b))
	strike()
	kept, problems := attempt(t, a, made, nil)
	requireError(t, problems, "Unable to unpair the site pairing site-b", "a proxy or firewall answers in its place: check url")
	requireComplete(t, a, kept)
	requireGone(t, a, applyConfig(t, a, kept, nil))
}

func updateGoesOn(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := applyConfig(t, a, none, values(b))
	strike()
	requireComplete(t, a, applyConfig(t, a, made, values(b, "description", "two")))
	requireSent(t, a, 1, 1, 0)
	if got := a.Sites()[0].Description; got != "two" {
		t.Errorf("the appliance has the description %q", got)
	}
}

// updateFails: the update has one error and keeps the state; the next update succeeds.
func updateFails(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := applyConfig(t, a, none, values(b))
	strike()
	kept, problems := attempt(t, a, made, values(b, "description", "two"))
	requireError(t, problems, "Unable to change the site pairing site-b", "It was not sent again", "The state is as it was before")
	requireComplete(t, a, kept)
	requireSent(t, a, 1, 1, 0)
	requireComplete(t, a, applyConfig(t, a, kept, values(b, "description", "two")))
	requireSent(t, a, 1, 2, 0)
}

func deleteGoesOn(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := applyConfig(t, a, none, values(b))
	strike()
	requireGone(t, a, applyConfig(t, a, made, nil))
	requireSent(t, a, 1, 0, 1)
}

// deleteFails: the delete has one error and keeps the state; the next destroy succeeds.
func deleteFails(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := applyConfig(t, a, none, values(b))
	strike()
	kept, problems := attempt(t, a, made, nil)
	requireError(t, problems, "Unable to unpair the site pairing site-b", "It was not sent again")
	requireComplete(t, a, kept)
	requireGone(t, a, applyConfig(t, a, kept, nil))
	requireSent(t, a, 1, 0, 2)
}

// readKeepsState: the read has one error and keeps the state for the next refresh.
func readKeepsState(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := applyConfig(t, a, none, values(b))
	strike()
	kept, problems := readAgain(t, a, made)
	requireError(t, problems, "Unable to read the site pairing site-b", "GET /sites", "Operation ID: terraform-")
	a.ClearFaults()
	requireComplete(t, a, kept)
}

// nothingSent: the values that the create needs first can't be read, so it has one error and sends no request.
func nothingSent(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	object, problems := attempt(t, a, none, values(b))
	requireError(t, problems, "Unable to pair with the site at "+b.URL())
	requireGone(t, a, object)
	requireSent(t, a, 0, 0, 0)
	a.ClearFaults()
	requireComplete(t, a, applyConfig(t, a, none, values(b)))
}

// TestFaultMatrix tries every fault in every operation on both services, and prints the outcomes.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	type cell struct {
		operation
		fault
	}
	cells := map[string]cell{}
	for _, o := range operations {
		for _, f := range o.faults {
			cells[o.name+"/"+f.name] = cell{o, f}
		}
	}
	results := matrix{}
	runConcurrently(t, onBothServices(cells), func(t *testing.T, c serviceCase[cell]) {
		a, b := startSites(t, c.service, 300*time.Millisecond)
		b.Pair("site-a") // so that the link works and causes no warning
		how := c.value.how
		how.OnHang = func() { clockOf(a).(*clocktest.Clock).Advance(requestLimit) } //nolint:errcheck // see startOnClock
		how.Method, how.Path, how.Times, how.Skip = c.value.strike.Method, c.value.strike.Path, c.value.strike.Times, c.value.strike.Skip
		t.Cleanup(func() { results.record(c.value.fault.name, c.value.operation.name, c.service, !t.Failed()) })
		c.value.run(t, a, b, func() { a.Fault(how) })
	})
	fmt.Print(&results)
}

// matrix collects the results of fault × operation × service.
type matrix struct {
	lock  sync.Mutex
	cells map[string]map[string]string
}

func (m *matrix) record(fault, operation string, service simulator.Service, passed bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.cells == nil {
		m.cells = map[string]map[string]string{}
	}
	if m.cells[fault] == nil {
		m.cells[fault] = map[string]string{}
	}
	mark := map[bool]string{true: "+", false: "FAILED"}[passed]
	column := m.cells[fault]
	column[operation+string(service)] = mark
}

func (m *matrix) String() string {
	m.lock.Lock()
	defer m.lock.Unlock()
	var out strings.Builder
	out.WriteString("What was tried: fault × operation, on the Manager and on the Cloud service (+ as designed, - not tried)\n")
	fmt.Fprintf(&out, "%-22s", "")
	for i := range operations {
		fmt.Fprintf(&out, " %5s", fmt.Sprintf("[%d]", i+1))
	}
	out.WriteString("\n")
	for _, f := range slices.Concat(unperformed, lostResponses) {
		fmt.Fprintf(&out, "%-22s", f.name)
		for _, o := range operations {
			marks := make([]string, 0, len(acctest.Services))
			for _, service := range acctest.Services {
				mark := m.cells[f.name][o.name+string(service)]
				if mark == "" {
					mark = "-"
				}
				marks = append(marks, mark)
			}
			fmt.Fprintf(&out, " %5s", strings.Join(marks, " "))
		}
		out.WriteString("\n")
	}
	for i, o := range operations {
		fmt.Fprintf(&out, "  [%d] %s\n", i+1, o.name)
	}
	return out.String()
}
