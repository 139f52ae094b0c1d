package messages_test

import (
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// object is a state without private data.
func object(state values) direct.Object { return direct.Object{Values: state} }

// invalid is a configuration that needs no appliance to be refused.
func invalid(title string, config values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) { s.says(t, s.serve(t).ValidateResource(t, pairingType, config)) }}
}

// looksAhead plans a pairing with the checks at plan time.
func looksAhead(t *testing.T, s *scene, a *simulator.Appliance, prior direct.Object, config values) {
	t.Helper()
	s.says(t, s.with(t, block(a, values{"preflight": true})).Plan(t, pairingType, prior, config).Diagnostics)
}

var pairingPlans = []situation{
	invalid("The address is no https URL", values{"api_url": "vcda-b.example.com:8048", "api_thumbprint": wrong}),
	invalid("The thumbprint is invalid", values{"api_url": "https://vcda-b.example.com:8048", "api_thumbprint": "AB:CD"}),
	invalid("A time that is invalid", values{"api_url": "https://vcda-b.example.com:8048", "api_thumbprint": wrong, "timeouts": values{"create": "soon"}}),
	invalid("The name of the site is empty", values{"api_url": "https://vcda-b.example.com:8048", "api_thumbprint": wrong, "site": ""}),
	{title: "The Cloud service pairs by name", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		s.applies(t, s.on(t, a), none, peer(b, values{"site": nil}))
	}},
	{title: "The service can't be asked for", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		a.Fault(fault("GET", "/diagnostics/about", http.StatusForbidden, ""))
		s.applies(t, s.on(t, a), none, peer(b, values{"site": nil}))
	}},
	{title: "A link that is waited for and not expected", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		s.says(t, s.on(t, a).ValidateResource(t, pairingType, peer(b, values{"expect_link": false, "wait_for_link": true})))
	}},
	{title: "Preflight: nothing listens at the address", alone: true, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		looksAhead(t, s, a, none, peer(b, values{"api_url": nowhere}))
	}},
	{title: "Preflight: no answer from the address", alone: true, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		looksAhead(t, s, a, none, peer(b, values{"api_url": s.silent(t)}))
	}},
	{title: "Preflight: another certificate", alone: true, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		looksAhead(t, s, a, none, peer(b, values{"api_thumbprint": wrong}))
	}},
	{title: "Preflight: the site is paired already", alone: true, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		a.Pair(b.Site())
		looksAhead(t, s, a, none, peer(b, nil))
	}},
	{title: "Preflight: the new address is that of another pairing", alone: true, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		prior := s.made(t, a, b)
		a.Fault(fault("GET", "/sites", http.StatusOK, `[{"id":"3f2c","site":"site-c","apiPublicUrl":"`+a.URL()+`"}]`))
		looksAhead(t, s, a, prior, peer(b, values{"api_url": a.URL(), "api_thumbprint": a.Thumbprint()}))
	}},
	{title: "Preflight: the sites can't be listed", alone: true, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		a.Fault(fault("GET", "/sites", http.StatusForbidden, ""))
		looksAhead(t, s, a, none, peer(b, nil))
	}},
}

// creates is what comes of a create.
func creates(title string, service simulator.Service, changes values, prepare func(t *testing.T, a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, service)
		prepare(t, a, b)
		s.applies(t, s.on(t, a), none, peer(b, changes))
	}}
}

// freezes lets tasks never end.
func freezes(_ *testing.T, a, _ *simulator.Appliance) { a.FreezeTasks(true) }

// hangs leaves the list of sites without an answer after so many looks, so that
// the time is always up in the same place.
func hangs(a *simulator.Appliance, looks int) {
	a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Hang, Skip: looks})
}

// soon are arguments of a create whose time is up soon.
var soon = values{"timeouts": values{"create": short}}

// cutShort leaves a pair task behind of which no state tells.
func cutShort(t *testing.T, a *simulator.Appliance, config values) {
	t.Helper()
	accounts := a.Accounts()
	when(a, request("GET", "/tasks/"), func() {
		a.SetAccounts(simulator.Accounts{})
		a.ExpireSessions()
	})
	p := (&scene{clock: clocktest.New()}).on(t, a) // a process of its own
	if _, d := p.Apply(t, p.Plan(t, pairingType, none, config)); len(d.Errors()) != 1 {
		t.Fatal(d.Errors())
	}
	a.BeforeResponse(nil)
	a.SetAccounts(accounts)
}

// interrupts stops a create at the n-th request that fits.
func interrupts(title string, changes values, prepare func(a, b *simulator.Appliance), n int, fits func(*http.Request) bool) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		prepare(a, b)
		p := s.on(t, a)
		plan := p.Plan(t, pairingType, none, peer(b, changes))
		when(a, at(n, fits), func() { p.Stop(t) })
		_, d := p.Apply(t, plan)
		s.says(t, d)
	}}
}

var pairingCreates = []situation{
	creates("Only one side has paired so far", simulator.Manager, nil, func(*testing.T, *simulator.Appliance, *simulator.Appliance) {}),
	creates("The pairing is there already, and adopt_existing is set", simulator.Cloud, values{"adopt_existing": true}, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Pair(b.Site())
		b.Pair(a.Site())
	}),
	{title: "Another resource of the run has the pairing", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		p := s.on(t, a)
		first, second := p.Plan(t, pairingType, none, peer(b, nil)), p.Plan(t, pairingType, none, peer(b, nil))
		p.Apply(t, first)
		_, d := p.Apply(t, second)
		s.says(t, d)
	}},
	{title: "The state holds the pairing already", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		p := s.on(t, a)
		object, _ := p.Apply(t, p.Plan(t, pairingType, none, peer(b, nil)))
		p = s.on(t, a)
		p.Refresh(t, pairingType, object)
		_, d := p.Apply(t, p.Plan(t, pairingType, none, peer(b, values{"adopt_existing": true})))
		s.says(t, d)
	}},
	{title: "The appliance is another service", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		a.Pair(b.Site())
		p := s.with(t, block(a, values{"service": "cloud"}))
		s.applies(t, p, none, peer(b, nil))
	}},
	creates("The certificate is another one", simulator.Manager, values{"api_thumbprint": wrong}, func(_ *testing.T, a, b *simulator.Appliance) { b.Pair(a.Site()) }),
	creates("The other side expects another certificate", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		b.Pair(a.Site())
		b.SetThumbprint(a.Site(), wrong)
	}),
	creates("The task warns", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		b.Pair(a.Site())
		a.WarnNextTask("The site runs another version.")
	}),
	creates("The task fails", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.FailNextTask("pair", "SiteUnreachable", "No answer from there.")
	}),
	creates("The task fails and says nothing", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) { a.FailNextTask("pair", "", "") }),
	creates("The site has another name", simulator.Manager, values{"site": "site-x"}, func(*testing.T, *simulator.Appliance, *simulator.Appliance) {}),
	creates("Somebody has paired it already", simulator.Cloud, nil, func(_ *testing.T, a, b *simulator.Appliance) { a.Pair(b.Site()) }),
	creates("An earlier run was cut short", simulator.Manager, nil, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair(a.Site())
		a.FreezeTasks(true)
		cutShort(t, a, peer(b, nil))
		a.FreezeTasks(false)
	}),
	creates("Timeout", simulator.Manager, soon, freezes),
	creates("Timeout while the appliance does not answer", simulator.Manager, soon, func(t *testing.T, a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		a.Fault(fault("GET", "/tasks/", http.StatusBadGateway, ""))
	}),
	creates("Timeout before the link works", simulator.Manager, values{"wait_for_link": true, "timeouts": values{"create": short}}, func(_ *testing.T, a, _ *simulator.Appliance) { hangs(a, 3) }),
	creates("Timeout beside a task without a name", simulator.Manager, soon, func(t *testing.T, a, b *simulator.Appliance) {
		a.SetTaskNaming(simulator.Unnamed)
		a.FreezeTasks(true)
		cutShort(t, a, peer(b, nil))
	}),
	creates("Timeout before the request", simulator.Manager, soon, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Hang})
	}),
	creates("The session is lost on the way", simulator.Manager, nil, func(t *testing.T, a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		when(a, request("GET", "/tasks/"), func() {
			a.SetAccounts(simulator.Accounts{})
			a.ExpireSessions()
		})
	}),
	creates("The answer is lost, and nothing shows", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Times: 1, Kind: simulator.Reset})
	}),
	creates("The site does not turn up in the list", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) {
		when(a, request("POST", "/sites"), func() { a.Fault(fault("GET", "/sites", http.StatusOK, "[]")) })
	}),
	creates("The appliance restarts and shows no pairing", simulator.Manager, soon, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		when(a, request("GET", "/tasks/"), a.Restart)
		hangs(a, 2)
	}),
	creates("The task is hidden", simulator.Manager, soon, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		a.HideTasks(true)
		hangs(a, 2)
	}),
	creates("The list shows the site twice", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/sites", http.StatusOK, `[{"id":"3f2c","site":"site-b"},{"id":"9a1e","site":"site-b"}]`))
	}),
	creates("A row of the list has no key", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/sites", http.StatusOK, `[{"site":"site-b"}]`))
	}),
	creates("The list of tasks is invalid", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks", http.StatusOK, `{"total":7}`))
	}),
	creates("A task of the list has no id", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks", http.StatusOK, `{"items":[{"state":"RUNNING"}]}`))
	}),
	creates("The answer names no task", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("POST", "/sites", http.StatusOK, `{"state":"QUEUED"}`))
	}),
	creates("The service can't be asked for", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/diagnostics/about", http.StatusInternalServerError, ""))
	}),
	{title: "The Cloud service turns out to be one in the apply only", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		plan := s.with(t, values{"url": direct.Unknown, "login": root}).Plan(t, pairingType, none, peer(b, values{"site": nil}))
		_, d := s.on(t, a).Apply(t, plan)
		s.says(t, d)
	}},
	interrupts("Interrupted while the task runs", nil, func(a, _ *simulator.Appliance) { a.FreezeTasks(true) }, 1, request("POST", "/sites")),
	interrupts("Interrupted while waiting for the link", values{"wait_for_link": true}, func(_, _ *simulator.Appliance) {}, 3, request("GET", "/sites")),
}

// changes is what comes of a change of a pairing that works.
func changes(title string, config func(b *simulator.Appliance) values, prepare func(a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		prior := s.made(t, a, b)
		prepare(a, b)
		s.applies(t, s.on(t, a), prior, config(b))
	}}
}

// described is the pairing with another description.
func described(more values) func(b *simulator.Appliance) values {
	return func(b *simulator.Appliance) values {
		config := peer(b, more)
		config["description"] = "changed"
		return config
	}
}

func destroyed(*simulator.Appliance) values { return nil }

// finds is what a refresh of a pairing finds.
func finds(title string, prepare func(a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		prior := s.made(t, a, b)
		prepare(a, b)
		_, d := s.on(t, a).Refresh(t, pairingType, prior)
		s.says(t, d)
	}}
}

// findsInterrupted is what a refresh finds after an interrupted create.
func findsInterrupted(title string, config values, prepare func(a *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		a.FreezeTasks(true)
		p := s.on(t, a)
		plan := p.Plan(t, pairingType, none, peer(b, config))
		when(a, request("POST", "/sites"), func() { p.Stop(t) })
		object, _ := p.Apply(t, plan)
		prepare(a)
		_, d := s.on(t, a).Refresh(t, pairingType, object)
		s.says(t, d)
	}}
}

var pairingChanges = []situation{
	finds("Refresh: the user lacks a role", func(a, _ *simulator.Appliance) { a.Fault(fault("GET", "/sites", http.StatusForbidden, "")) }),
	findsInterrupted("Refresh: the interrupted task still runs", values{"timeouts": values{"read": short}}, func(*simulator.Appliance) {}),
	findsInterrupted("Refresh: the interrupted task can't be read", values{"timeouts": values{"read": short}}, func(a *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks/", http.StatusBadGateway, ""))
	}),
	{title: "Refresh: the interrupted task has failed", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		a.FreezeTasks(true)
		a.FailNextTask("pair", "SiteUnreachable", "No answer from there.")
		p := s.on(t, a)
		plan := p.Plan(t, pairingType, none, peer(b, nil))
		when(a, request("POST", "/sites"), func() { p.Stop(t) })
		object, _ := p.Apply(t, plan)
		a.FreezeTasks(false)
		_, d := s.on(t, a).Refresh(t, pairingType, object)
		s.says(t, d)
	}},
	findsInterrupted("Refresh: the interrupted task can't be read", nil, func(a *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks/", http.StatusUnauthorized, apiError("RemoteAuthenticationFailure", "Authentication required.")))
	}),
	{title: "Refresh: another appliance", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		p := s.on(t, a)
		object, _ := p.Apply(t, p.Plan(t, pairingType, none, peer(b, nil)))
		_, d := s.on(t, b).Refresh(t, pairingType, object)
		s.says(t, d)
	}},
	{title: "Delete: another resource of the run has adopted the pairing", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		p := s.on(t, a)
		deposed, _ := p.Apply(t, p.Plan(t, pairingType, none, peer(b, nil)))
		p = s.on(t, a)
		p.Apply(t, p.Plan(t, pairingType, none, peer(b, values{"adopt_existing": true})))
		_, d := p.Apply(t, p.Plan(t, pairingType, deposed, nil))
		s.says(t, d)
	}},
	changes("Update: the task fails", described(nil), func(a, _ *simulator.Appliance) {
		a.FailNextTask("repair", "SiteUnreachable", "No answer from there.")
	}),
	changes("Update: timeout", described(values{"timeouts": values{"update": short}}), func(a, _ *simulator.Appliance) { a.FreezeTasks(true) }),
	changes("Update: timeout before the link works", described(values{"wait_for_link": true, "timeouts": values{"update": short}}), func(a, b *simulator.Appliance) {
		b.Unpair("site-a")
		hangs(a, 3)
	}),
	changes("Update: timeout, and the certificate is another one", described(values{"wait_for_link": true, "api_thumbprint": wrong, "timeouts": values{"update": short}}), func(a, _ *simulator.Appliance) { hangs(a, 3) }),
	changes("Update: timeout, and the list can't be read", described(values{"wait_for_link": true, "timeouts": values{"update": short}}), func(a, b *simulator.Appliance) {
		b.Unpair("site-a")
		a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Status: http.StatusBadGateway, Skip: 3})
	}),
	changes("Update: the answer is lost, and nothing shows", described(nil), func(a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "PUT", Path: "/sites/*", Times: 1, Kind: simulator.Reset})
	}),
	changes("Update: somebody has unpaired the site", described(nil), func(a, b *simulator.Appliance) { a.Unpair(b.Site()) }),
	changes("Update: the task finds no site", described(nil), func(a, _ *simulator.Appliance) { a.FailNextTask("repair", "SiteNotFound", "There is no such site.") }),
	changes("Update: the appliance restarts and shows no change", described(values{"timeouts": values{"update": short}}), func(a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		when(a, request("GET", "/tasks/"), a.Restart)
		hangs(a, 2)
	}),
	changes("Update: the appliance restarts", described(nil), func(a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		when(a, request("GET", "/tasks/"), func() {
			a.Restart()
			when(a, request("GET", "/sites"), func() { a.FreezeTasks(false) })
		})
	}),
	changes("Update: another task is in the way for too long", described(values{"timeouts": values{"update": short}}), func(a, _ *simulator.Appliance) {
		a.Fault(fault("PUT", "/sites/*", http.StatusServiceUnavailable, apiError("Busy", "Another task is running.")))
	}),
	changes("Update: only one side is still paired", described(nil), func(_, b *simulator.Appliance) { b.Unpair("site-a") }),
	changes("Destroy: there are replications", destroyed, func(a, b *simulator.Appliance) { a.AddReplications(b.Site(), 3) }),
	changes("Destroy: the task fails", destroyed, func(a, _ *simulator.Appliance) { a.FailNextTask("unpair", "GeneralServerFailure", "It broke.") }),
	changes("Destroy: the site stays in the list", destroyed, func(a, b *simulator.Appliance) {
		row := `[{"id":"` + a.Sites()[0].ID + `","site":"site-b","apiPublicUrl":"` + b.URL() + `"}]`
		a.Fault(fault("GET", "/sites", http.StatusOK, row))
	}),
	changes("Destroy: the user lacks a role", destroyed, func(a, _ *simulator.Appliance) {
		a.Fault(fault("DELETE", "/sites/*", http.StatusForbidden, apiError("Forbidden", "Permission denied.")))
	}),
}

// old is a state of the archived provider.
func old(version int64, state values) direct.Source {
	return direct.Source{Provider: "registry.terraform.io/vmware/vcda", Type: "vcda_pair_site", Version: version, Values: state}
}

func moves(title string, from direct.Source) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		_, d := s.serve(t).Move(t, from, pairingType)
		s.says(t, d)
	}}
}

var pairingImports = []situation{
	{title: "Import: there is no such site", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		a.Pair(b.Site())
		_, d := s.on(t, a).Import(t, pairingType, "site-x", nil)
		s.says(t, d)
	}},
	{title: "Import: by an identity that is invalid", run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Manager)
		a.Pair(b.Site())
		_, d := s.on(t, a).Import(t, pairingType, "", values{"id": "site-b"})
		s.says(t, d)
	}},
	{title: "Import: there are no pairings", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		_, d := s.on(t, a).Import(t, pairingType, "site-b", nil)
		s.says(t, d)
	}},
	{title: "Import: the sites can't be listed", run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		a.Fault(fault("GET", "/sites", http.StatusForbidden, ""))
		_, d := s.on(t, a).Import(t, pairingType, "site-b", nil)
		s.says(t, d)
	}},
	moves("Move: the old create did not finish", old(0, values{"api_url": "https://vcda-b.example.com:8048"})),
	moves("Move: an unknown schema", old(3, values{"site_id": "1"})),
	moves("Move: a state of another form", old(0, values{"site_id": []any{}})),
}
