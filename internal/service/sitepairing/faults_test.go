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

// fault is one thing that goes wrong with an answer.
type fault struct {
	name string
	how  simulator.Fault
}

const html = "<html><body><h1>Bad Gateway</h1></body></html>"

// unperformed are the faults that strike before the request is performed.
var unperformed = []fault{
	{"reset", simulator.Fault{Kind: simulator.Reset}},
	{"hang", simulator.Fault{Kind: simulator.Hang}},
	{"502 HTML", simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, ContentType: "text/html", Body: html}},
	{"500", simulator.Fault{Kind: simulator.Status, Status: http.StatusInternalServerError}},
}

// pages are answers of something in front of the appliance.
var pages = []fault{
	{"400 HTML", simulator.Fault{Kind: simulator.Body, Status: http.StatusBadRequest, ContentType: "text/html", Body: html}},
	{"403 HTML", simulator.Fault{Kind: simulator.Body, Status: http.StatusForbidden, ContentType: "text/html", Body: html}},
	{"404 HTML", simulator.Fault{Kind: simulator.Body, Status: http.StatusNotFound, ContentType: "text/html", Body: html}},
}

// lostAnswers are the faults that strike after a request was performed.
var lostAnswers = slices.Concat([]fault{
	{"reset after acting", simulator.Fault{Kind: simulator.Reset, PerformFirst: true}},
	{"closed after acting", simulator.Fault{Kind: simulator.DropResponse}},
	{"hang after acting", simulator.Fault{Kind: simulator.Hang, PerformFirst: true}},
	{"502 HTML after acting", simulator.Fault{Kind: simulator.Status, PerformFirst: true, Status: http.StatusBadGateway, ContentType: "text/html", Body: html}},
	{"504 after acting", simulator.Fault{Kind: simulator.Status, PerformFirst: true, Status: http.StatusGatewayTimeout}},
	{"broken off", simulator.Fault{Kind: simulator.Truncate}},
	{"slow drip", simulator.Fault{Kind: simulator.SlowDrip}},
}, badBodies)

// badBodies are whole answers that can't be used.
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

// operation is a column of the matrix: what runs while the fault strikes, and
// what has to come of it.
type operation struct {
	name   string
	strike simulator.Fault // where, and how often
	faults []fault
	run    func(t *testing.T, a, b *simulator.Appliance, strike func())
}

var operations = []operation{
	{"create, answer lost", simulator.Fault{Method: "POST", Path: "/sites", Times: 1}, lostAnswers, createGoesOn},
	{"create, not performed", simulator.Fault{Method: "POST", Path: "/sites", Times: 1}, unperformed, createFails},
	{"update, answer lost", simulator.Fault{Method: "PUT", Path: "/sites/*", Times: 1}, lostAnswers, updateGoesOn},
	{"update, not performed", simulator.Fault{Method: "PUT", Path: "/sites/*", Times: 1}, unperformed, updateFails},
	{"delete, answer lost", simulator.Fault{Method: "DELETE", Path: "/sites/*", Times: 1}, lostAnswers, deleteGoesOn},
	{"delete, not performed", simulator.Fault{Method: "DELETE", Path: "/sites/*", Times: 1}, unperformed, deleteFails},
	{"read", simulator.Fault{Method: "GET", Path: "/sites"}, slices.Concat(unperformed, lostAnswers), readKeepsState},
	{"poll", simulator.Fault{Method: "GET", Path: "/tasks/*", Times: 2}, slices.Concat(unperformed, lostAnswers), createGoesOn},
	{"list before", simulator.Fault{Method: "GET", Path: "/sites"}, slices.Concat(unperformed, lostAnswers), nothingSent},
	{"list before, once", simulator.Fault{Method: "GET", Path: "/sites", Times: 1}, badBodies, createGoesOn},
	{"list after", simulator.Fault{Method: "GET", Path: "/sites", Skip: 1, Times: 1}, slices.Concat(unperformed, lostAnswers), createGoesOn},
	{"tasks before", simulator.Fault{Method: "GET", Path: "/tasks"}, slices.Concat(unperformed, lostAnswers), nothingSent},
	{"login", simulator.Fault{Method: "POST", Path: "/sessions"}, slices.Concat(unperformed, lostAnswers), nothingSent},
	{"page to a create", simulator.Fault{Method: "POST", Path: "/sites", Times: 1}, pages, pageToACreate},
	{"page to a delete", simulator.Fault{Method: "DELETE", Path: "/sites/*", Times: 1}, pages, pageToADelete},
	{"page to a read", simulator.Fault{Method: "GET", Path: "/sites"}, pages, readKeepsState},
	{"page to a poll", simulator.Fault{Method: "GET", Path: "/tasks/*", Times: 2}, pages, createGoesOn},
	{"page to a list before", simulator.Fault{Method: "GET", Path: "/sites"}, pages, nothingSent},
	{"page to the tasks before", simulator.Fault{Method: "GET", Path: "/tasks"}, pages, nothingSent},
}

// createGoesOn: one request, no error, and a whole state.
func createGoesOn(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	complete(t, a, succeeds(t, a, none, values(b)))
	sent(t, a, 1, 0, 0)
}

// createFails: one error, no state, nothing paired; the next create works.
func createFails(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	object, problems := attempt(t, a, none, values(b))
	one(t, problems, "Unable to pair with the site at "+b.URL(), "It was not sent again", "Operation ID: terraform-")
	gone(t, a, object)
	sent(t, a, 1, 0, 0)
	complete(t, a, succeeds(t, a, none, values(b)))
	sent(t, a, 2, 0, 0)
}

// pageToACreate: one error that blames the address, and the next create works.
func pageToACreate(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	object, problems := attempt(t, a, none, values(b))
	one(t, problems, "Unable to pair with the site at "+b.URL(), "a proxy or firewall answers in its place: check url")
	gone(t, a, object)
	complete(t, a, succeeds(t, a, none, values(b)))
}

// pageToADelete: one error that blames the address, and the state as before.
func pageToADelete(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := succeeds(t, a, none, values(b))
	strike()
	kept, problems := attempt(t, a, made, nil)
	one(t, problems, "Unable to unpair the site pairing site-b", "a proxy or firewall answers in its place: check url")
	complete(t, a, kept)
	gone(t, a, succeeds(t, a, kept, nil))
}

func updateGoesOn(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := succeeds(t, a, none, values(b))
	strike()
	complete(t, a, succeeds(t, a, made, values(b, "description", "two")))
	sent(t, a, 1, 1, 0)
	if got := a.Sites()[0].Description; got != "two" {
		t.Errorf("the appliance has the description %q", got)
	}
}

// updateFails: one error, the state as before; the next update works.
func updateFails(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := succeeds(t, a, none, values(b))
	strike()
	kept, problems := attempt(t, a, made, values(b, "description", "two"))
	one(t, problems, "Unable to change the site pairing site-b", "It was not sent again", "The state is as it was before")
	complete(t, a, kept)
	sent(t, a, 1, 1, 0)
	complete(t, a, succeeds(t, a, kept, values(b, "description", "two")))
	sent(t, a, 1, 2, 0)
}

func deleteGoesOn(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := succeeds(t, a, none, values(b))
	strike()
	gone(t, a, succeeds(t, a, made, nil))
	sent(t, a, 1, 0, 1)
}

// deleteFails: one error, the state as before; the next destroy works.
func deleteFails(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := succeeds(t, a, none, values(b))
	strike()
	kept, problems := attempt(t, a, made, nil)
	one(t, problems, "Unable to unpair the site pairing site-b", "It was not sent again")
	complete(t, a, kept)
	gone(t, a, succeeds(t, a, kept, nil))
	sent(t, a, 1, 0, 2)
}

// readKeepsState: one error, and the state stays for the next refresh.
func readKeepsState(t *testing.T, a, b *simulator.Appliance, strike func()) {
	made := succeeds(t, a, none, values(b))
	strike()
	kept, problems := refreshed(t, a, made)
	one(t, problems, "Unable to read the site pairing site-b", "GET /sites", "Operation ID: terraform-")
	a.ClearFaults()
	complete(t, a, kept)
}

// nothingSent: what must be known before the request can't be read: one error,
// and no request.
func nothingSent(t *testing.T, a, b *simulator.Appliance, strike func()) {
	strike()
	object, problems := attempt(t, a, none, values(b))
	one(t, problems, "Unable to pair with the site at "+b.URL())
	gone(t, a, object)
	sent(t, a, 0, 0, 0)
	a.ClearFaults()
	complete(t, a, succeeds(t, a, none, values(b)))
}

// TestFaultMatrix tries every fault in every operation on both services, and
// prints what came of it.
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
	together(t, onBoth(cells), func(t *testing.T, c serviceCase[cell]) {
		a, b := estateOf(t, c.service, 300*time.Millisecond)
		b.Pair("site-a") // so that the link works and nothing else is to be said
		how := c.is.how
		how.OnHang = func() { clockOf(a).(*clocktest.Clock).Advance(requestLimit) } //nolint:errcheck // see startOnClock
		how.Method, how.Path, how.Times, how.Skip = c.is.strike.Method, c.is.strike.Path, c.is.strike.Times, c.is.strike.Skip
		t.Cleanup(func() { results.note(c.is.fault.name, c.is.operation.name, c.service, !t.Failed()) })
		c.is.run(t, a, b, func() { a.Fault(how) })
	})
	fmt.Print(&results)
}

// matrix collects the results of fault × operation × service.
type matrix struct {
	lock  sync.Mutex
	cells map[string]map[string]string
}

func (m *matrix) note(fault, operation string, service simulator.Service, passed bool) {
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
	for _, f := range slices.Concat(unperformed, lostAnswers) {
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
