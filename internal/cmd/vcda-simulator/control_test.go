package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// give sends an order; the answer is the site, or why it was refused.
func give(t *testing.T, control, order, body string) (status int, answer string, site appliance) {
	t.Helper()
	method, path, _ := strings.Cut(order, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, control+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, appliance{})
	status, answer = c.send(t, request)
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(answer), &site); err != nil {
			t.Fatal(err)
		}
	}
	return status, answer, site
}

func TestControl(t *testing.T) {
	r, all := start(t, "-control-port", freePort(t))
	must := func(order, body string) appliance {
		t.Helper()
		status, answer, site := give(t, all.Control, order, body)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", order, status, answer)
		}
		return site
	}
	before := all.Appliances["site-a"]
	if after := must("POST /sites/site-a/certificate", ""); after.Thumbprint == before.Thumbprint || after.URL != before.URL {
		t.Errorf("after a rotation: %+v", after)
	}
	c := newClient(t, before)
	if c.logIn(t) != http.StatusOK {
		t.Fatal("no login")
	}
	must("DELETE /sites/site-a/sessions", "")
	c.call(t, http.MethodGet, "/sites", http.StatusUnauthorized)
	must("POST /sites/site-a/faults", "GET /sites status=418")
	c.call(t, http.MethodGet, "/sites", http.StatusTeapot)
	must("DELETE /sites/site-a/faults", "")
	c.call(t, http.MethodGet, "/sites", http.StatusUnauthorized)
	if after := must("PUT /sites/site-a/pairings/site-b", ""); after.Pairings["site-b"] == "" {
		t.Errorf("after pairing: %+v", after)
	}
	if after := must("DELETE /sites/site-a/pairings/site-b", ""); len(after.Pairings) != 0 {
		t.Errorf("after unpairing: %+v", after)
	}
	r.stop(t)
}

func TestControl_refused(t *testing.T) {
	r, all := start(t, "-control-port", freePort(t))
	if status, answer, _ := give(t, all.Control, "PUT /sites/site-b/pairings/site-a", ""); status != http.StatusOK {
		t.Fatal(answer)
	}
	for order, want := range map[string]struct {
		status int
		says   string
	}{
		"GET /sites/site-a/certificate":        {http.StatusMethodNotAllowed, "Method Not Allowed"},
		"POST /sites/site-a":                   {http.StatusNotFound, "not found"},
		"POST /sites/site-c/certificate":       {http.StatusNotFound, `there is no site "site-c"`},
		"POST /sites/site-a/faults":            {http.StatusBadRequest, "names no method and path"},
		"PUT /sites/site-a/pairings/site-a":    {http.StatusBadRequest, `site-a has no peer "site-a"`},
		"PUT /sites/site-a/pairings/site-c":    {http.StatusBadRequest, `site-a has no peer "site-c"`},
		"PUT /sites/site-b/pairings/site-a":    {http.StatusBadRequest, "site-b is paired with site-a already"},
		"DELETE /sites/site-a/pairings/site-b": {http.StatusBadRequest, `site-a has no pairing with "site-b"`},
	} {
		if status, answer, _ := give(t, all.Control, order, ""); status != want.status || !strings.Contains(answer, want.says) {
			t.Errorf("%s: %d %s", order, status, answer)
		}
	}
	r.stop(t)
}
