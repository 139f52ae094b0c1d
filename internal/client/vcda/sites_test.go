package vcda

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

func TestSites(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		sites, err := f.Sites(t.Context())
		if err != nil || len(sites) != 2 || !sites[0].IsLocal || sites[0].Site != "site-a" {
			t.Fatalf("sites %+v, error %v", sites, err)
		}
		peers, err := f.Peers(t.Context())
		if err != nil || len(peers) != 1 {
			t.Fatalf("peers %+v, error %v, want the local site left out", peers, err)
		}
		p := peers[0]
		if p.Key(service) != key || p.Site != "site-b" || p.APIThumbprint != f.b.Thumbprint() || p.Endpoint() != "https://site-b.example.com:8048" || p.APIVersion != "4.7" {
			t.Errorf("peer %+v", p)
		}
		manager := service == Manager
		if (p.ID != "") != manager || (p.IsProviderDeployment != nil) != manager || (p.PeerTunnelCert != nil) != manager || (p.BuildVersion != "") == manager || strings.Contains(p.APIURL, "tnexus") != manager {
			t.Errorf("peer %+v is not of the service %s", p, service)
		}
		if link := p.Link(); link.Incoming == nil && link.Outgoing == nil {
			t.Errorf("no communication error although one side is paired only")
		}
	})
}

func TestSites_responses(t *testing.T) {
	cases := map[string]struct {
		body    string
		service Service
		want    string // the names, or of the error
		fails   bool
	}{
		"empty":                    {`[]`, "", "", false},
		"only local":               {`[{"isLocal":true}]`, Manager, "", false},
		"local without key":        {`[{"isLocal":true},{"id":"1","site":"b"}]`, Manager, "b", false},
		"null state and members":   {`[{"id":"1","site":"b","state":null,"peerTunnelCert":null,"description":null}]`, Manager, "b", false},
		"null errors":              {`[{"id":"1","site":"b","state":{"incomingCommError":null,"outgoingCommError":null}}]`, Manager, "b", false},
		"error with arguments":     {`[{"site":"b","state":{"incomingCommError":{"code":"X","msg":"y","args":[1,{"a":2}],"stacktrace":"z"}}}]`, Cloud, "b", false},
		"twice":                    {`[{"id":"1","site":"b"},{"id":"2","site":"b"}]`, Manager, "b b", false},
		"null":                     {`null`, "", "it is null", true},
		"no body":                  {``, "", "it is empty", true},
		"an object":                {`{}`, "", "another type", true},
		"an error with success":    {`{"code":"X","msg":"y"}`, "", "another type", true},
		"a null row":               {`[null]`, "", "has no id and no name", true},
		"no key":                   {`[{"description":"b"}]`, "", "has no id and no name", true},
		"no id on the Manager":     {`[{"id":"1","site":"a"},{"site":"b"}]`, Manager, "has no id", true},
		"no name on the Cloud":     {`[{"site":"a"},{"description":"b"}]`, Cloud, "has no name", true},
		"a name, service unknown":  {`[{"site":"b"}]`, "", "b", false},
		"a number for a name":      {`[{"id":"1","site":7}]`, "", "another type", true},
		"a text for a bool":        {`[{"id":"1","isLocal":"false"}]`, "", "another type", true},
		"a list for a state":       {`[{"id":"1","state":[]}]`, "", "another type", true},
		"truncated":                {`[{"id":"1"`, "", "not valid JSON", true},
		"a page":                   {`<html>`, "", "not valid JSON", true},
		"rows of another envelope": {`{"items":[]}`, "", "another type", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			client := scripted(t, reply(200, c.body))
			client.service = c.service
			peers, err := client.Peers(t.Context())
			if c.fails {
				var bad *rest.ResponseError
				if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || peers != nil {
					t.Errorf("peers %+v, error %v, want a ResponseError with %q", peers, err, c.want)
				}
				return
			}
			var names []string
			for _, p := range peers {
				names = append(names, p.Site)
			}
			if err != nil || strings.Join(names, " ") != c.want {
				t.Errorf("peers %v, error %v, want %s", names, err, c.want)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	for _, c := range []struct{ public, internal, want string }{
		{"https://a:8048", "https://tn-1.tnexus.io:8048/", "https://a:8048"}, {"", "https://a", "https://a"}, {"", "", ""},
	} {
		if got := (Site{APIPublicURL: c.public, APIURL: c.internal}).Endpoint(); got != c.want {
			t.Errorf("%+v gives %q", c, got)
		}
	}
	if link := (Site{}).Link(); link != (State{}) {
		t.Errorf("a site without a state has the link %+v", link)
	}
}

// Bodies on the wire, and the tasks that they start.
func TestPairRepairUnpair(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		wire := map[string]any{"apiUrl": "https://site-b.example.com:8048", "apiThumbprint": f.b.Thumbprint(), "description": ""}
		if service == Cloud {
			wire["site"] = "site-b"
		}

		task, err := f.Pair(t.Context(), f.pairRequest(""))
		if err != nil || task.ID == "" || task.Ended() || task.Workflow.Type != "pair" || task.EndTime != -1 || !f.Started(task.ID) {
			t.Fatalf("task %+v, error %v", task, err)
		}
		if diff := cmp.Diff(wire, decodeObject(t, f.lastRequest("POST", "/sites").Body)); diff != "" {
			t.Errorf("pair: %s", diff)
		}
		if task, err = f.Wait(t.Context(), task); err != nil || task.State != TaskSucceeded || task.Progress != 100 || len(task.Result) == 0 {
			t.Fatalf("task %+v, error %v", task, err)
		}

		peers, err := f.Peers(t.Context())
		if err != nil || len(peers) != 1 {
			t.Fatalf("peers %+v, error %v", peers, err)
		}
		key := peers[0].Key(service)
		wire["description"] = "DR"
		delete(wire, "site") // it can't change
		if task, err = f.Repair(t.Context(), key, f.pairRequest("DR")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wire, decodeObject(t, f.lastRequest("PUT", "/sites/"+key).Body)); diff != "" {
			t.Errorf("repair: %s", diff)
		}
		if _, err := f.Wait(t.Context(), task); err != nil {
			t.Fatal(err)
		}

		if task, err = f.Unpair(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if r := f.lastRequest("DELETE", "/sites/"+key); len(r.Body) != 0 || r.Status != http.StatusAccepted {
			t.Errorf("unpair: status %d, body %q", r.Status, r.Body)
		}
		if _, err := f.Wait(t.Context(), task); err != nil || len(f.a.Sites()) != 0 {
			t.Errorf("error %v, sites %+v", err, f.a.Sites())
		}
		status := map[Service]int{Manager: http.StatusAccepted, Cloud: http.StatusOK}[service]
		if got := f.lastRequest("POST", "/sites").Status; got != status {
			t.Errorf("the simulator responded with %d, want %d: both are successes", got, status)
		}
		if f.Started("another") {
			t.Error("a task of another client counts as started")
		}
	})
}

// startCalls returns the three calls by method.
func startCalls(c *Client, key string) map[string]func(t *testing.T) (Task, error) {
	r := PairRequest{Site: "b", APIURL: "https://b"}
	return map[string]func(t *testing.T) (Task, error){
		"POST":   func(t *testing.T) (Task, error) { t.Helper(); return c.Pair(t.Context(), r) },
		"PUT":    func(t *testing.T) (Task, error) { t.Helper(); return c.Repair(t.Context(), key, r) },
		"DELETE": func(t *testing.T) (Task, error) { t.Helper(); return c.Unpair(t.Context(), key) },
	}
}

func TestStart_responses(t *testing.T) {
	const task = `{"id":"t-1","state":"QUEUED"}`
	for name, c := range map[string]struct {
		status  int
		body    string
		ok      bool
		unknown bool
	}{
		"200": {200, task, true, false}, "201": {201, task, true, false}, "202": {202, task, true, false}, "226": {226, task, true, false},
		"empty":         {202, ``, false, true},
		"204":           {204, ``, false, true},
		"null":          {202, `null`, false, true},
		"no id":         {202, `{"state":"QUEUED"}`, false, true},
		"id is null":    {202, `{"id":null}`, false, true},
		"id is another": {202, `{"id":7}`, false, true},
		"a site":        {200, `{"site":"b"}`, false, true},
		"truncated":     {202, `{"id":"t-1"`, false, true},
		"502":           {502, `<html>`, false, true},
		"400":           {400, `{"code":"BadUserInput","msg":"No."}`, false, false},
		"409":           {409, `{"code":"Busy","msg":"Later."}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			var seen atomic.Int32
			client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/sessions" {
					seen.Add(1)
				}
				reply(c.status, c.body)(w, r)
			})
			for method, call := range startCalls(client, "b") {
				seen.Store(0)
				got, err := call(t)
				if (err == nil) != c.ok || c.ok && (got.ID != "t-1" || !client.Started("t-1")) || IsOutcomeUnknown(err) != c.unknown {
					t.Errorf("%s: task %+v, error %v, unknown %v", method, got, err, IsOutcomeUnknown(err))
				}
				if seen.Load() != 1 {
					t.Errorf("%s was sent %d times", method, seen.Load())
				}
			}
		})
	}
}

func TestPaths_keys(t *testing.T) {
	for key, want := range map[string]string{
		"site-b": "/sites/site-b", "a/b": "/sites/a%2Fb", "a b": "/sites/a%20b", "é": "/sites/%C3%A9", "a%2Fb": "/sites/a%252Fb", "a?b#c": "/sites/a%3Fb%23c",
		"../tasks": "/sites/..%2Ftasks", "...": "/sites/...",
		"": "", ".": "", "..": "", // these would lead elsewhere
	} {
		t.Run(key, func(t *testing.T) {
			var seen atomic.Value
			client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
				seen.Store(r.RequestURI)
				reply(202, `{"id":"t-1"}`)(w, r)
			})
			for method, call := range startCalls(client, key) {
				if method == "POST" {
					continue // has no key
				}
				seen.Store("")
				_, err := call(t)
				if seen.Load() != want || (err != nil) != (want == "") || IsOutcomeUnknown(err) {
					t.Errorf("%s: sent to %q, error %v, want %q", method, seen.Load(), err, want)
				}
			}
		})
	}
	t.Run("task", func(t *testing.T) {
		var seen atomic.Value
		client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			seen.Store(r.RequestURI)
			reply(200, `{"id":"a/b"}`)(w, r)
		})
		if _, err := client.Task(t.Context(), "a/b"); err != nil || seen.Load() != "/tasks/a%2Fb" {
			t.Errorf("error %v, sent to %v", err, seen.Load())
		}
		if _, err := client.Task(t.Context(), ""); err == nil {
			t.Error("the empty id names a task")
		}
	})
}

// Ctrl-C during a request to pair must not lose its task.
func TestStart_canceled(t *testing.T) {
	f := start(t, Manager)
	if _, err := f.Sites(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := canceled(t)
	f.a.BeforeResponse(func(*http.Request) { cancel() })
	task, err := f.Pair(ctx, f.pairRequest(""))
	if err != nil || !f.Started(task.ID) {
		t.Errorf("task %+v, error %v", task, err)
	}
	if _, err := f.Pair(ctx, f.pairRequest("")); err == nil || IsOutcomeUnknown(err) || f.a.Stats().Requests["POST /sites"] != 1 {
		t.Errorf("error %v, %v: sent after the context had ended", err, f.a.Stats().Requests)
	}
}

func TestRemoteCertificate(t *testing.T) {
	f := start(t, Manager)
	for _, tunnel := range []bool{true, false} {
		seen, err := f.RemoteCertificate(t.Context(), "https://site-b.example.com:8048", tunnel)
		if err != nil || seen.Certificate.Thumbprint != f.b.Thumbprint() || seen.Encoded == "" {
			t.Errorf("certificate %+v, error %v", seen, err)
		}
		if certificate, err := seen.X509(); err != nil || tlsutil.Thumbprint(certificate) != f.b.Thumbprint() {
			t.Errorf("certificate %v, error %v", certificate, err)
		}
	}
	for _, encoded := range []string{"", "no base64", "c2VjcmV0"} {
		if _, err := (RemoteCertificate{Encoded: encoded}).X509(); !errors.As(err, new(*rest.ResponseError)) {
			t.Errorf("%q: error %v, want a ResponseError", encoded, err)
		}
	}
}

func TestHealth(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		for version, method := range map[string]string{"4.5": "GET", "4.6": "GET", "4.7": "POST"} {
			f := start(t, service)
			f.a.SetTaskDuration(time.Second)
			client := f.connect(rootLogin(), func(o *Options) { o.APIVersion = version })
			health, err := client.Health(t.Context())
			if err != nil || len(health.Findings()) != 0 || health.ProductName == "" {
				t.Errorf("%s: health %+v, error %v", version, health, err)
			}
			if n := f.a.Stats().Requests[method+" /diagnostics/health"]; n != 1 {
				t.Errorf("%s: %v, want one %s", version, f.a.Stats().Requests, method)
			}
		}
	})
}

// Rows with an id are those of a Manager.
func TestSites_otherService(t *testing.T) {
	for body, service := range map[string]Service{
		`[{"site":"b"},{"isLocal":true,"id":"1"}]`: Manager,
		`[{"id":"1","site":"b"}]`:                  Cloud,
		`[{"id":"1"}]`:                             Cloud, // its link is broken
	} {
		client := scripted(t, reply(200, body))
		client.service = service
		var contradiction *ServiceError
		if _, err := client.Sites(t.Context()); !errors.As(err, &contradiction) || contradiction.Service != service {
			t.Errorf("%s on %s: error %v", body, service, err)
		}
	}
}
