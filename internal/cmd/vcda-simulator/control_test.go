package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// sendControl sends a control request and returns the response: the site, or the reason of a refusal.
func sendControl(t *testing.T, control, call, body string) (status int, response string, site appliance) {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, control+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, appliance{})
	status, response = c.send(t, request)
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(response), &site); err != nil {
			t.Fatal(err)
		}
	}
	return status, response, site
}

func TestControl(t *testing.T) {
	r, all := start(t, "-control-port", freePort(t))
	must := func(call, body string) appliance {
		t.Helper()
		status, response, site := sendControl(t, all.Control, call, body)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", call, status, response)
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
	if status, response, _ := sendControl(t, all.Control, "PUT /sites/site-b/pairings/site-a", ""); status != http.StatusOK {
		t.Fatal(response)
	}
	for call, want := range map[string]struct {
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
		if status, response, _ := sendControl(t, all.Control, call, ""); status != want.status || !strings.Contains(response, want.says) {
			t.Errorf("%s: %d %s", call, status, response)
		}
	}
	r.stop(t)
}
