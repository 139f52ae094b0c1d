package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestFault_status(t *testing.T) {
	f := start(t, simulator.Manager)
	list := request{method: "GET", path: "/sites"}
	for status, code := range map[int]string{400: "BadRequest", 401: "NotAuthenticated", 403: "Forbidden", 503: "GeneralServerFailure"} {
		f.a.Fault(simulator.Fault{Status: status, Times: 1, RetryAfter: "7", Header: http.Header{"x-proxy": {"yes"}}})
		got := f.requireRefusal(status, code, list)
		if got.header.Get("Retry-After") != "7" || got.header.Get("X-Proxy") != "yes" {
			t.Errorf("header %v", got.header)
		}
	}
	f.must(http.StatusOK, list, nil)
	f.a.Fault(simulator.Fault{Status: http.StatusBadGateway, ContentType: "text/html", Body: "<h1>Bad Gateway</h1>"})
	got := f.do(list)
	if got.status != http.StatusBadGateway || got.header.Get("Content-Type") != "text/html" || string(got.body) != "<h1>Bad Gateway</h1>" {
		t.Errorf("got %d %v %s", got.status, got.header, got.body)
	}
	f.a.ClearFaults()
	f.must(http.StatusOK, list, nil)
}

func TestFault_selection(t *testing.T) {
	for name, row := range map[string]struct {
		fault simulator.Fault
		path  string
		want  string // statuses of the same request, by first digit
	}{
		"all":            {simulator.Fault{}, "/sites", "5555"},
		"once":           {simulator.Fault{Times: 1}, "/sites", "5222"},
		"skip, then two": {simulator.Fault{Skip: 1, Times: 2}, "/sites", "2552"},
		"other method":   {simulator.Fault{Method: "PUT"}, "/sites", "2222"},
		"path":           {simulator.Fault{Method: "GET", Path: "/sites"}, "/sites", "5555"},
		"not a prefix":   {simulator.Fault{Path: "/sites"}, "/sites/site-b", "2222"},
		"pattern":        {simulator.Fault{Path: "/sites/*"}, "/sites/site-b", "5555"},
		"prefix":         {simulator.Fault{Path: "/si"}, "/sites", "2222"},
		"slash prefix":   {simulator.Fault{Path: "/diagnostics/"}, "/diagnostics/about", "5555"},
		"probability":    {simulator.Fault{Probability: 1e-9}, "/sites", "2222"},
		"certain":        {simulator.Fault{Probability: 1}, "/sites", "5555"},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, simulator.Cloud)
			f.a.Pair("site-b")
			row.fault.Status = http.StatusInternalServerError
			f.a.Fault(row.fault)
			var got strings.Builder
			for range 4 {
				got.WriteByte(byte('0' + f.do(request{method: "GET", path: row.path}).status/100))
			}
			if got.String() != row.want {
				t.Errorf("got %s, want %s", &got, row.want)
			}
		})
	}
}

func TestFault_sameInEachRun(t *testing.T) {
	run := func() string {
		f := start(t, simulator.Manager)
		f.a.Fault(simulator.Fault{Status: 503, Probability: 0.5})
		var seen strings.Builder
		for range 20 {
			seen.WriteByte(byte('0' + f.do(request{method: "GET", path: "/sites"}).status/100))
		}
		return seen.String()
	}
	first := run()
	if second := run(); first != second || !strings.Contains(first, "2") || !strings.Contains(first, "5") {
		t.Errorf("%s, then %s", first, second)
	}
}

// TestFault_performed: some faults lose the request, others only its response.
func TestFault_performed(t *testing.T) {
	body := simulator.Fault{Kind: simulator.Body, Body: "{"}
	for name, row := range map[string]struct {
		fault  simulator.Fault
		acted  bool
		broken bool // no whole answer arrives
		status int
	}{
		"status":              {simulator.Fault{Status: 502}, false, false, 502},
		"status after acting": {simulator.Fault{Status: 502, PerformFirst: true}, true, false, 502},
		"drop answer":         {simulator.Fault{Kind: simulator.DropResponse}, true, true, 0},
		"reset":               {simulator.Fault{Kind: simulator.Reset}, false, true, 0},
		"reset after acting":  {simulator.Fault{Kind: simulator.Reset, PerformFirst: true}, true, true, 0},
		"truncate":            {simulator.Fault{Kind: simulator.Truncate}, true, true, 202},
		"redirect":            {simulator.Fault{Kind: simulator.Redirect, Location: "https://evil.example.com/"}, false, false, 302},
		"redirect, permanent": {simulator.Fault{Kind: simulator.Redirect, Status: 308}, false, false, 308},
		"empty":               {simulator.Fault{Kind: simulator.Empty}, false, false, 200},
		"empty after acting":  {simulator.Fault{Kind: simulator.Empty, PerformFirst: true}, true, false, 200},
		"body":                {body, false, false, 200},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, simulator.Manager)
			row.fault.Method, row.fault.Path, row.fault.Times = "POST", "/sites", 1
			f.a.Fault(row.fault)
			got, err := f.try(request{method: "POST", path: "/sites", body: f.pairBody(f.b)})
			if (err != nil) != row.broken || !row.broken && (got.status != row.status || string(got.body) != row.fault.Body && row.fault.Kind != simulator.Status) {
				t.Errorf("got %d %s, %v", got.status, got.body, err)
			}
			if row.fault.Location != got.header.Get("Location") {
				t.Errorf("Location %s", got.header.Get("Location"))
			}
			f.clock.Advance(time.Minute)
			if acted := len(f.a.Sites()) == 1; acted != row.acted {
				t.Errorf("acted: %v", acted)
			}
			records := f.a.Requests()
			if last := records[len(records)-1]; last.Status != row.status {
				t.Errorf("recorded status %d", last.Status)
			}
			if n := f.a.Stats().Requests["POST /sites"]; n != 1 {
				t.Errorf("%d POSTs counted", n)
			}
		})
	}
}

func TestFault_reset(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.Fault(simulator.Fault{Kind: simulator.Reset, Method: "POST"})
	if _, err := f.try(request{method: "POST", path: "/sessions", body: rootLogin()}); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestFault_hangsUntilTheClientLeaves(t *testing.T) {
	f := start(t, simulator.Manager)
	ctx, cancel := context.WithCancel(t.Context())
	f.a.Fault(simulator.Fault{Kind: simulator.Hang, Path: "/sites", OnHang: cancel})
	if _, err := f.try(request{method: "GET", path: "/sites", ctx: ctx}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestClose_endsHangingRequests closes a fixture while requests hang; goleak finds a request that stays.
func TestClose_endsHangingRequests(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"hang": {Kind: simulator.Hang},
		"drip": {Kind: simulator.SlowDrip},
	} {
		t.Run(name, func(t *testing.T) {
			appliances, err := simulator.Start(simulator.Options{Appliances: []simulator.ApplianceOptions{{Site: "site-a", Service: simulator.Manager}}})
			if err != nil {
				t.Fatal(err)
			}
			f := &fixture{t: t, a: appliances.Appliance("site-a"), http: trustingClient(t, appliances.CertificateAuthority())}
			f.a.Fault(fault)
			arrived := make(chan struct{})
			f.a.BeforeResponse(func(*http.Request) { close(arrived) })
			var client sync.WaitGroup
			client.Go(func() {
				if _, err := f.try(request{method: "POST", path: "/sessions", body: rootLogin()}); err == nil {
					t.Error("the request got a whole answer")
				}
			})
			<-arrived
			appliances.Close()
			appliances.Close() // twice is fine
			client.Wait()
		})
	}
}

func TestLatency_endsWithTheFixture(t *testing.T) {
	appliances, err := simulator.Start(simulator.Options{Appliances: []simulator.ApplianceOptions{{Site: "site-a", Service: simulator.Manager, Latency: time.Hour}}})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, a: appliances.Appliance("site-a"), http: trustingClient(t, appliances.CertificateAuthority())}
	var client sync.WaitGroup
	client.Go(func() {
		if _, err := f.try(request{method: "GET", path: "/sites"}); err == nil {
			t.Error("the request got an answer")
		}
	})
	for f.a.Stats().Total == 0 {
		runtime.Gosched() // until the request has come in
	}
	appliances.Close()
	client.Wait()
}

func TestLatency(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.SetLatency(30 * time.Millisecond)
	began := time.Now()
	f.requireLive()
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("took %s", took)
	}
}

func TestFault_oversize(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.Fault(simulator.Fault{Kind: simulator.Oversize, Path: "/sites"})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.a.URL()+"/sites", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); n < 64<<20 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestFault_slowDrip(t *testing.T) {
	f := start(t, simulator.Manager)
	ctx, cancel := context.WithCancel(t.Context())
	f.a.Fault(simulator.Fault{Kind: simulator.SlowDrip, Path: "/config/is-configured", OnHang: cancel})
	if got, err := f.try(request{method: "GET", path: "/config/is-configured", ctx: ctx}); err == nil {
		t.Errorf("a whole answer arrived at once: %s", got.body)
	}
	if got := f.do(request{method: "GET", path: "/config/is-configured"}); !json.Valid(got.body) {
		t.Errorf("the client that waits got %s", got.body)
	}
}

// TestHook: the hook runs after a request is performed and before its response.
func TestHook(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.Pair("site-b")
	var body string
	f.a.BeforeResponse(func(r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
		if r.URL.Path == "/sites" {
			f.a.Unpair("site-b")
		}
	})
	if len(f.peers()) != 1 {
		t.Error("the hook ran before the request was performed")
	}
	f.a.BeforeResponse(func(r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
	})
	if len(f.peers()) != 0 {
		t.Error("the hook did not run")
	}
	f.login(f.a)
	if !strings.Contains(body, "localPassword") {
		t.Errorf("the hook sees body %q", body)
	}
}
