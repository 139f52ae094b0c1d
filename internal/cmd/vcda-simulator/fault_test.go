package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestFaultSwitch(t *testing.T) {
	for text, want := range map[string]faultSwitch{
		"POST /sites status=503 times=1":           {fault: simulator.Fault{Method: "POST", Path: "/sites", Status: 503, Times: 1}},
		"GET /tasks/ drop skip=2":                  {fault: simulator.Fault{Method: "GET", Path: "/tasks/", Kind: simulator.DropResponse, Skip: 2}},
		"ANY / reset probability=0.25 after":       {fault: simulator.Fault{Path: "/", Kind: simulator.Reset, Probability: 0.25, PerformFirst: true}},
		"PUT /sites/* hang site=site-a":            {fault: simulator.Fault{Method: "PUT", Path: "/sites/*", Kind: simulator.Hang}, site: "site-a"},
		"GET /sites truncate":                      {fault: simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Truncate}},
		"GET /sites oversize":                      {fault: simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Oversize}},
		"GET /sites drip":                          {fault: simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.SlowDrip}},
		"GET /sites empty":                         {fault: simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Empty}},
		"DELETE /sites/* redirect=https://b/":      {fault: simulator.Fault{Method: "DELETE", Path: "/sites/*", Kind: simulator.Redirect, Location: "https://b/"}},
		"GET /sites status=429 retry-after=1":      {fault: simulator.Fault{Method: "GET", Path: "/sites", Status: 429, RetryAfter: "1"}},
		`GET /sites body={"a": "times=1 status="}`: {fault: simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: `{"a": "times=1 status="}`}},
		"GET /sites status=502 content-type=text/html body=<h1>Bad Gateway</h1>": {fault: simulator.Fault{
			Method: "GET", Path: "/sites", Status: 502, ContentType: "text/html", Body: "<h1>Bad Gateway</h1>",
		}},
	} {
		var got faultSwitch
		if err := got.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(faultSwitch{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestFaultSwitch_refuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "names no method and path",
		"post /sites drop":                  `"post" is neither ANY nor one of GET, POST, PUT, PATCH, DELETE`,
		"POST sites drop":                   `"sites" is no path`,
		"POST /[ drop":                      `"/[" is no path`,
		"POST /sites times=1":               "must name one kind of fault",
		"POST /sites drop reset":            "must name one kind of fault",
		"POST /sites drop body=x":           "must name one kind of fault",
		"POST /sites broken":                `"broken" is not a part of a fault`,
		"POST /sites status":                "status needs a value",
		"POST /sites drop=1":                "drop takes no value",
		"POST /sites after=1 drop":          "after takes no value",
		"POST /sites status=99":             "status=99: must be at least 200 and at most 599",
		"POST /sites status=many":           "status=many: must be a number such as 503",
		"POST /sites drop times=0":          "times=0: must be at least 1",
		"POST /sites drop skip=-1":          "skip=-1: must be at least 1",
		"POST /sites drop times=once":       "times=once: must be a number such as 1",
		"POST /sites drop probability=2":    "probability=2: must be a number above 0 and at most 1",
		"POST /sites drop probability=NaN":  "probability=NaN: must be a number above 0 and at most 1",
		"POST /sites drop probability=half": "probability=half: must be a number above 0 and at most 1",
	} {
		var got faultSwitch
		if err := got.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, not %s", text, err, want)
		}
	}
}

// TestFaultFlag: a fault applies to one site or to all.
func TestFaultFlag(t *testing.T) {
	r, all := start(t, "-fault", "POST /sessions status=503 times=1", "-fault", "POST /sessions status=418 times=1 site=site-b")
	for site, statuses := range map[string][]int{"site-a": {503, 200}, "site-b": {503, 418, 200}} {
		c := newClient(t, all.Appliances[site])
		for _, want := range statuses {
			if got := c.logIn(t); got != want {
				t.Errorf("%s: status %d, want %d", site, got, want)
			}
		}
	}
	r.stop(t)
}
