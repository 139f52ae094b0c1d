package messages_test

import (
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// stateOnly returns an object without private data.
func stateOnly(state values) direct.Object { return direct.Object{Values: state} }

// invalidPairing validates a pairing.
func invalidPairing(title string, config values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) { s.record(t, s.serve(t).ValidateResource(t, pairingType, config)) }}
}

// planWithPreflight plans a pairing with the checks at plan time.
func planWithPreflight(t *testing.T, s *scenario, a *simulator.Appliance, prior direct.Object, config values) {
	t.Helper()
	s.record(t, s.configure(t, blockFor(a, values{"preflight": true})).Plan(t, pairingType, prior, config).Diagnostics)
}

var pairingPlans = []situation{
	invalidPairing("The address is not an https URL", values{"api_url": "vcda-b.example.com:8048", "api_thumbprint": otherThumbprint}),
	invalidPairing("The thumbprint is invalid", values{"api_url": "https://vcda-b.example.com:8048", "api_thumbprint": "AB:CD"}),
	invalidPairing("A timeout is invalid", values{"api_url": "https://vcda-b.example.com:8048", "api_thumbprint": otherThumbprint, "timeouts": values{"create": "soon"}}),
	invalidPairing("The name of the site is empty", values{"api_url": "https://vcda-b.example.com:8048", "api_thumbprint": otherThumbprint, "site": ""}),
	{title: "The Cloud service needs the name of the site", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		s.planAndApply(t, s.connect(t, a), noState, pairingWith(b, values{"site": nil}))
	}},
	{title: "The service can't be read", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		a.Fault(fault("GET", "/diagnostics/about", http.StatusForbidden, ""))
		s.planAndApply(t, s.connect(t, a), noState, pairingWith(b, values{"site": nil}))
	}},
	{title: "wait_for_link without expect_link", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		s.record(t, s.connect(t, a).ValidateResource(t, pairingType, pairingWith(b, values{"expect_link": false, "wait_for_link": true})))
	}},
	{title: "Preflight: nothing listens at the address", alone: true, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		planWithPreflight(t, s, a, noState, pairingWith(b, values{"api_url": unusedURL}))
	}},
	{title: "Preflight: no answer from the address", alone: true, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		planWithPreflight(t, s, a, noState, pairingWith(b, values{"api_url": s.startSilentServer(t)}))
	}},
	{title: "Preflight: another certificate", alone: true, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		planWithPreflight(t, s, a, noState, pairingWith(b, values{"api_thumbprint": otherThumbprint}))
	}},
	{title: "Preflight: the site is paired already", alone: true, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		a.Pair(b.Site())
		planWithPreflight(t, s, a, noState, pairingWith(b, nil))
	}},
	{title: "Preflight: the new address is that of another pairing", alone: true, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		prior := s.mustCreate(t, a, b)
		a.Fault(fault("GET", "/sites", http.StatusOK, `[{"id":"3f2c","site":"site-c","apiPublicUrl":"`+a.URL()+`"}]`))
		planWithPreflight(t, s, a, prior, pairingWith(b, values{"api_url": a.URL(), "api_thumbprint": a.Thumbprint()}))
	}},
	{title: "Preflight: the sites can't be listed", alone: true, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		a.Fault(fault("GET", "/sites", http.StatusForbidden, ""))
		planWithPreflight(t, s, a, noState, pairingWith(b, nil))
	}},
}

// createSituation creates a pairing.
func createSituation(title string, service simulator.Service, changes values, prepare func(t *testing.T, a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, service)
		prepare(t, a, b)
		s.planAndApply(t, s.connect(t, a), noState, pairingWith(b, changes))
	}}
}

// freezeTasks makes tasks run without end.
func freezeTasks(_ *testing.T, a, _ *simulator.Appliance) { a.FreezeTasks(true) }

// hangSites makes the appliance answer some reads of the list of sites, and no later one.
// So the timeout always ends at the same step.
func hangSites(a *simulator.Appliance, answered int) {
	a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Hang, Skip: answered})
}

// withShortTimeout is the argument of a create that times out.
var withShortTimeout = values{"timeouts": values{"create": shortTimeout}}

// leavePairTask starts a pair task whose create fails, so that no state has the pairing.
func leavePairTask(t *testing.T, a *simulator.Appliance, config values) {
	t.Helper()
	accounts := a.Accounts()
	onFirst(a, requestTo("GET", "/tasks/"), func() {
		a.SetAccounts(simulator.Accounts{})
		a.ExpireSessions()
	})
	p := (&scenario{clock: clocktest.New()}).connect(t, a) // a process of its own
	if _, d := p.Apply(t, p.Plan(t, pairingType, noState, config)); len(d.Errors()) != 1 {
		t.Fatal(d.Errors())
	}
	a.BeforeResponse(nil)
	a.SetAccounts(accounts)
}

// interruptedCreate stops a create at the n-th request that matches.
func interruptedCreate(title string, changes values, prepare func(a, b *simulator.Appliance), n int, matches func(*http.Request) bool) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		prepare(a, b)
		p := s.connect(t, a)
		plan := p.Plan(t, pairingType, noState, pairingWith(b, changes))
		onFirst(a, nth(n, matches), func() { p.Stop(t) })
		_, d := p.Apply(t, plan)
		s.record(t, d)
	}}
}

var pairingCreates = []situation{
	createSituation("Only one side has paired so far", simulator.Manager, nil, func(*testing.T, *simulator.Appliance, *simulator.Appliance) {}),
	createSituation("The pairing exists already, and adopt_existing is set", simulator.Cloud, values{"adopt_existing": true}, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Pair(b.Site())
		b.Pair(a.Site())
	}),
	{title: "Another resource of the run has the pairing", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		p := s.connect(t, a)
		first, second := p.Plan(t, pairingType, noState, pairingWith(b, nil)), p.Plan(t, pairingType, noState, pairingWith(b, nil))
		p.Apply(t, first)
		_, d := p.Apply(t, second)
		s.record(t, d)
	}},
	{title: "The state holds the pairing already", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		p := s.connect(t, a)
		object, _ := p.Apply(t, p.Plan(t, pairingType, noState, pairingWith(b, nil)))
		p = s.connect(t, a)
		p.Refresh(t, pairingType, object)
		_, d := p.Apply(t, p.Plan(t, pairingType, noState, pairingWith(b, values{"adopt_existing": true})))
		s.record(t, d)
	}},
	{title: "The appliance is another service", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		a.Pair(b.Site())
		p := s.configure(t, blockFor(a, values{"service": "cloud"}))
		s.planAndApply(t, p, noState, pairingWith(b, nil))
	}},
	createSituation("The site has another certificate", simulator.Manager, values{"api_thumbprint": otherThumbprint}, func(_ *testing.T, a, b *simulator.Appliance) { b.Pair(a.Site()) }),
	createSituation("The other side expects another certificate", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		b.Pair(a.Site())
		b.SetThumbprint(a.Site(), otherThumbprint)
	}),
	createSituation("The task warns", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		b.Pair(a.Site())
		a.WarnNextTask("The site runs another version.")
	}),
	createSituation("The task fails", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.FailNextTask("pair", "SiteUnreachable", "No answer from there.")
	}),
	createSituation("The task fails without a reason", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) { a.FailNextTask("pair", "", "") }),
	createSituation("The site has another name", simulator.Manager, values{"site": "site-x"}, func(*testing.T, *simulator.Appliance, *simulator.Appliance) {}),
	createSituation("The site is paired already", simulator.Cloud, nil, func(_ *testing.T, a, b *simulator.Appliance) { a.Pair(b.Site()) }),
	createSituation("An earlier run was cut short", simulator.Manager, nil, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair(a.Site())
		a.FreezeTasks(true)
		leavePairTask(t, a, pairingWith(b, nil))
		a.FreezeTasks(false)
	}),
	createSituation("Timeout", simulator.Manager, withShortTimeout, freezeTasks),
	createSituation("Timeout while the appliance does not answer", simulator.Manager, withShortTimeout, func(t *testing.T, a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		a.Fault(fault("GET", "/tasks/", http.StatusBadGateway, ""))
	}),
	createSituation("Timeout before the link works", simulator.Manager, values{"wait_for_link": true, "timeouts": values{"create": shortTimeout}}, func(_ *testing.T, a, _ *simulator.Appliance) { hangSites(a, 3) }),
	createSituation("Timeout while waiting for another task", simulator.Manager, withShortTimeout, func(t *testing.T, a, b *simulator.Appliance) {
		a.SetTaskNaming(simulator.Unnamed)
		a.FreezeTasks(true)
		leavePairTask(t, a, pairingWith(b, nil))
	}),
	createSituation("Timeout before the request", simulator.Manager, withShortTimeout, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Hang})
	}),
	createSituation("The session ends during the task", simulator.Manager, nil, func(t *testing.T, a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		onFirst(a, requestTo("GET", "/tasks/"), func() {
			a.SetAccounts(simulator.Accounts{})
			a.ExpireSessions()
		})
	}),
	createSituation("The response is lost, and the list has no pairing", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Times: 1, Kind: simulator.Reset})
	}),
	createSituation("The task succeeds, and the list has no pairing", simulator.Manager, nil, func(_ *testing.T, a, _ *simulator.Appliance) {
		onFirst(a, requestTo("POST", "/sites"), func() { a.Fault(fault("GET", "/sites", http.StatusOK, "[]")) })
	}),
	createSituation("Timeout after a restart of the appliance", simulator.Manager, withShortTimeout, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		onFirst(a, requestTo("GET", "/tasks/"), a.Restart)
		hangSites(a, 2)
	}),
	createSituation("Timeout while the task is hidden", simulator.Manager, withShortTimeout, func(_ *testing.T, a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		a.HideTasks(true)
		hangSites(a, 2)
	}),
	createSituation("The list shows the site twice", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/sites", http.StatusOK, `[{"id":"3f2c","site":"site-b"},{"id":"9a1e","site":"site-b"}]`))
	}),
	createSituation("A row of the list has no key", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/sites", http.StatusOK, `[{"site":"site-b"}]`))
	}),
	createSituation("The list of tasks is invalid", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks", http.StatusOK, `{"total":7}`))
	}),
	createSituation("A task of the list has no id", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks", http.StatusOK, `{"items":[{"state":"RUNNING"}]}`))
	}),
	createSituation("The response names no task", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("POST", "/sites", http.StatusOK, `{"state":"QUEUED"}`))
	}),
	createSituation("The service can't be read", simulator.Manager, nil, func(_ *testing.T, a, b *simulator.Appliance) {
		a.Fault(fault("GET", "/diagnostics/about", http.StatusInternalServerError, ""))
	}),
	{title: "The service is known only in the apply, and needs the name of the site", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		plan := s.configure(t, values{"url": direct.Unknown, "login": root}).Plan(t, pairingType, noState, pairingWith(b, values{"site": nil}))
		_, d := s.connect(t, a).Apply(t, plan)
		s.record(t, d)
	}},
	interruptedCreate("Interrupted while the task runs", nil, func(a, _ *simulator.Appliance) { a.FreezeTasks(true) }, 1, requestTo("POST", "/sites")),
	interruptedCreate("Interrupted while waiting for the link", values{"wait_for_link": true}, func(_, _ *simulator.Appliance) {}, 3, requestTo("GET", "/sites")),
}

// changeSituation changes a pairing whose link works.
func changeSituation(title string, config func(b *simulator.Appliance) values, prepare func(a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		prior := s.mustCreate(t, a, b)
		prepare(a, b)
		s.planAndApply(t, s.connect(t, a), prior, config(b))
	}}
}

// withNewDescription configures the pairing with another description.
func withNewDescription(more values) func(b *simulator.Appliance) values {
	return func(b *simulator.Appliance) values {
		config := pairingWith(b, more)
		config["description"] = "changed"
		return config
	}
}

func noConfiguration(*simulator.Appliance) values { return nil }

// refreshSituation refreshes a pairing.
func refreshSituation(title string, prepare func(a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		prior := s.mustCreate(t, a, b)
		prepare(a, b)
		_, d := s.connect(t, a).Refresh(t, pairingType, prior)
		s.record(t, d)
	}}
}

// refreshInterrupted refreshes a pairing whose create was interrupted.
func refreshInterrupted(title string, config values, prepare func(a *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		a.FreezeTasks(true)
		p := s.connect(t, a)
		plan := p.Plan(t, pairingType, noState, pairingWith(b, config))
		onFirst(a, requestTo("POST", "/sites"), func() { p.Stop(t) })
		object, _ := p.Apply(t, plan)
		prepare(a)
		_, d := s.connect(t, a).Refresh(t, pairingType, object)
		s.record(t, d)
	}}
}

var pairingChanges = []situation{
	refreshSituation("Refresh: the user lacks a role", func(a, _ *simulator.Appliance) { a.Fault(fault("GET", "/sites", http.StatusForbidden, "")) }),
	refreshInterrupted("Refresh: the interrupted task still runs", values{"timeouts": values{"read": shortTimeout}}, func(*simulator.Appliance) {}),
	refreshInterrupted("Refresh: timeout before the interrupted task can be read", values{"timeouts": values{"read": shortTimeout}}, func(a *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks/", http.StatusBadGateway, ""))
	}),
	{title: "Refresh: the interrupted task has failed", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		a.FreezeTasks(true)
		a.FailNextTask("pair", "SiteUnreachable", "No answer from there.")
		p := s.connect(t, a)
		plan := p.Plan(t, pairingType, noState, pairingWith(b, nil))
		onFirst(a, requestTo("POST", "/sites"), func() { p.Stop(t) })
		object, _ := p.Apply(t, plan)
		a.FreezeTasks(false)
		_, d := s.connect(t, a).Refresh(t, pairingType, object)
		s.record(t, d)
	}},
	refreshInterrupted("Refresh: the appliance refuses the interrupted task", nil, func(a *simulator.Appliance) {
		a.Fault(fault("GET", "/tasks/", http.StatusUnauthorized, apiError("RemoteAuthenticationFailure", "Authentication required.")))
	}),
	{title: "Refresh: another appliance", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		p := s.connect(t, a)
		object, _ := p.Apply(t, p.Plan(t, pairingType, noState, pairingWith(b, nil)))
		_, d := s.connect(t, b).Refresh(t, pairingType, object)
		s.record(t, d)
	}},
	{title: "Delete: another resource of the run has adopted the pairing", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		p := s.connect(t, a)
		deposed, _ := p.Apply(t, p.Plan(t, pairingType, noState, pairingWith(b, nil)))
		p = s.connect(t, a)
		p.Apply(t, p.Plan(t, pairingType, noState, pairingWith(b, values{"adopt_existing": true})))
		_, d := p.Apply(t, p.Plan(t, pairingType, deposed, nil))
		s.record(t, d)
	}},
	changeSituation("Update: the task fails", withNewDescription(nil), func(a, _ *simulator.Appliance) {
		a.FailNextTask("repair", "SiteUnreachable", "No answer from there.")
	}),
	changeSituation("Update: timeout", withNewDescription(values{"timeouts": values{"update": shortTimeout}}), func(a, _ *simulator.Appliance) { a.FreezeTasks(true) }),
	changeSituation("Update: timeout before the link works", withNewDescription(values{"wait_for_link": true, "timeouts": values{"update": shortTimeout}}), func(a, b *simulator.Appliance) {
		b.Unpair("site-a")
		hangSites(a, 3)
	}),
	changeSituation("Update: timeout, and the site has another certificate", withNewDescription(values{"wait_for_link": true, "api_thumbprint": otherThumbprint, "timeouts": values{"update": shortTimeout}}), func(a, _ *simulator.Appliance) { hangSites(a, 3) }),
	changeSituation("Update: timeout, and the list can't be read", withNewDescription(values{"wait_for_link": true, "timeouts": values{"update": shortTimeout}}), func(a, b *simulator.Appliance) {
		b.Unpair("site-a")
		a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Status: http.StatusBadGateway, Skip: 3})
	}),
	changeSituation("Update: the response is lost, and the list has no change", withNewDescription(nil), func(a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "PUT", Path: "/sites/*", Times: 1, Kind: simulator.Reset})
	}),
	changeSituation("Update: the site was unpaired", withNewDescription(nil), func(a, b *simulator.Appliance) { a.Unpair(b.Site()) }),
	changeSituation("Update: the task finds no site", withNewDescription(nil), func(a, _ *simulator.Appliance) { a.FailNextTask("repair", "SiteNotFound", "There is no such site.") }),
	changeSituation("Update: timeout after a restart of the appliance", withNewDescription(values{"timeouts": values{"update": shortTimeout}}), func(a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		onFirst(a, requestTo("GET", "/tasks/"), a.Restart)
		hangSites(a, 2)
	}),
	changeSituation("Update: the appliance restarts", withNewDescription(nil), func(a, _ *simulator.Appliance) {
		a.FreezeTasks(true)
		onFirst(a, requestTo("GET", "/tasks/"), func() {
			a.Restart()
			onFirst(a, requestTo("GET", "/sites"), func() { a.FreezeTasks(false) })
		})
	}),
	changeSituation("Update: timeout while the appliance is busy", withNewDescription(values{"timeouts": values{"update": shortTimeout}}), func(a, _ *simulator.Appliance) {
		a.Fault(fault("PUT", "/sites/*", http.StatusServiceUnavailable, apiError("Busy", "Another task is running.")))
	}),
	changeSituation("Update: only one side is still paired", withNewDescription(nil), func(_, b *simulator.Appliance) { b.Unpair("site-a") }),
	changeSituation("Destroy: there are replications", noConfiguration, func(a, b *simulator.Appliance) { a.AddReplications(b.Site(), 3) }),
	changeSituation("Destroy: the task fails", noConfiguration, func(a, _ *simulator.Appliance) { a.FailNextTask("unpair", "GeneralServerFailure", "It broke.") }),
	changeSituation("Destroy: the site stays in the list", noConfiguration, func(a, b *simulator.Appliance) {
		row := `[{"id":"` + a.Sites()[0].ID + `","site":"site-b","apiPublicUrl":"` + b.URL() + `"}]`
		a.Fault(fault("GET", "/sites", http.StatusOK, row))
	}),
	changeSituation("Destroy: the user lacks a role", noConfiguration, func(a, _ *simulator.Appliance) {
		a.Fault(fault("DELETE", "/sites/*", http.StatusForbidden, apiError("Forbidden", "Permission denied.")))
	}),
}

// archivedState is a state of vcda_pair_site of the archived provider.
func archivedState(version int64, state values) direct.Source {
	return direct.Source{Provider: "registry.terraform.io/vmware/vcda", Type: "vcda_pair_site", Version: version, Values: state}
}

func moveSituation(title string, from direct.Source) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		_, d := s.serve(t).Move(t, from, pairingType)
		s.record(t, d)
	}}
}

var pairingImports = []situation{
	{title: "Import: the site is not known", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		a.Pair(b.Site())
		_, d := s.connect(t, a).Import(t, pairingType, "site-x", nil)
		s.record(t, d)
	}},
	{title: "Import: the identity is invalid", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		a.Pair(b.Site())
		_, d := s.connect(t, a).Import(t, pairingType, "", values{"id": "site-b"})
		s.record(t, d)
	}},
	{title: "Import: there are no pairings", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		_, d := s.connect(t, a).Import(t, pairingType, "site-b", nil)
		s.record(t, d)
	}},
	{title: "Import: the sites can't be listed", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		a.Fault(fault("GET", "/sites", http.StatusForbidden, ""))
		_, d := s.connect(t, a).Import(t, pairingType, "site-b", nil)
		s.record(t, d)
	}},
	moveSituation("Move: the old create did not finish", archivedState(0, values{"api_url": "https://vcda-b.example.com:8048"})),
	moveSituation("Move: an unknown schema", archivedState(3, values{"site_id": "1"})),
	moveSituation("Move: a state of another form", archivedState(0, values{"site_id": []any{}})),
}
