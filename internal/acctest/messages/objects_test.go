package messages_test

import (
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// invokeAction invokes an action, and records its progress too.
func (s *scenario) invokeAction(t *testing.T, p *direct.Provider, name string, config values) {
	t.Helper()
	messages, d := p.Invoke(t, name, config)
	for _, message := range messages {
		s.recordText("Progress", message)
	}
	s.record(t, d)
}

// repairAction invokes the action that re-pairs.
func repairAction(title string, prepare func(a, b *simulator.Appliance) (id string)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		s.invokeAction(t, s.connect(t, a), "vcda_site_repair", values{"id": prepare(a, b)})
	}}
}

var listsAndActions = []situation{
	{title: "terraform query: the user lacks a role", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		a.Fault(fault("GET", "/sites", http.StatusForbidden, ""))
		_, d := s.connect(t, a).List(t, pairingType, values{})
		s.record(t, d)
	}},
	repairAction("Re-pair: the link does not work afterwards", func(a, b *simulator.Appliance) string { return a.Pair(b.Site()) }),
	repairAction("Re-pair: the site is not known", func(a, b *simulator.Appliance) string {
		a.Pair(b.Site())
		return "site-x"
	}),
	repairAction("Re-pair: the task fails", func(a, b *simulator.Appliance) string {
		a.FailNextTask("repair", "SiteUnreachable", "No answer from there.")
		return a.Pair(b.Site())
	}),
	{title: "Re-pair: interrupted", run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		id := a.Pair(b.Site())
		a.FreezeTasks(true)
		p := s.connect(t, a)
		stopped := make(chan struct{})
		onFirst(a, requestTo("PUT", "/sites/"), func() {
			stop := func() { go func() { defer close(stopped); p.Stop(t) }() } // it waits for the action
			a.Fault(simulator.Fault{Path: "/tasks/", Times: 1, Kind: simulator.Hang, OnHang: stop})
		})
		s.invokeAction(t, p, "vcda_site_repair", values{"id": id})
		<-stopped
	}},
	{title: "Health check: the appliance is healthy", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		s.invokeAction(t, s.connect(t, a), "vcda_health_check", values{})
	}},
	{title: "Health check: every finding", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Cloud)
		for _, check := range simulator.HealthFields {
			a.SetHealthError(check, "SimulatedFailure", "It does not work.")
		}
		a.SetReplicators(nil, []string{"replicator-1.example.com"})
		s.invokeAction(t, s.connect(t, a), "vcda_health_check", values{})
	}},
	{title: "Health check: the task fails", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		a.FailNextTask("health", "GeneralServerFailure", "It broke.")
		s.invokeAction(t, s.connect(t, a), "vcda_health_check", values{})
	}},
}

// dataSource reads a data source of an appliance.
func dataSource(title, name string, config values, prepare func(a, b *simulator.Appliance)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Manager)
		prepare(a, b)
		s.readData(t, s.connect(t, a), name, config)
	}}
}

// serverErrorAt makes reads of a path fail with a server error.
func serverErrorAt(path string) func(a, b *simulator.Appliance) {
	return func(a, _ *simulator.Appliance) { a.Fault(fault("", path, http.StatusInternalServerError, "")) }
}

// functionCall calls a function.
func functionCall(title, name, argument string) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		s.recordText("Error in function call", s.serve(t).Call(t, name, argument))
	}}
}

var lookups = []situation{
	dataSource("vcda_appliance: a server error", "vcda_appliance", values{}, serverErrorAt("/config/is-configured")),
	dataSource("vcda_site: the site is not known", "vcda_site", values{"site": "site-x"}, func(a, b *simulator.Appliance) { a.Pair(b.Site()) }),
	dataSource("vcda_site: a server error", "vcda_site", values{"site": "site-b"}, serverErrorAt("/sites")),
	{title: "vcda_site: neither id nor site nor URL", run: func(t *testing.T, s *scenario) { s.record(t, s.serve(t).ValidateData(t, "vcda_site", values{})) }},
	dataSource("vcda_sites: a server error", "vcda_sites", values{}, serverErrorAt("/sites")),
	dataSource("vcda_sites: an item of the list is huge", "vcda_sites", values{}, func(a, _ *simulator.Appliance) {
		a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Oversize})
	}),
	dataSource("vcda_task: the task is not known", "vcda_task", values{"id": "5fd0"}, func(*simulator.Appliance, *simulator.Appliance) {}),
	dataSource("vcda_task: the id is invalid", "vcda_task", values{"id": ".."}, func(*simulator.Appliance, *simulator.Appliance) {}),
	dataSource("vcda_tasks: a server error", "vcda_tasks", values{}, serverErrorAt("/tasks")),
	{title: "vcda_tasks: the time is invalid", run: func(t *testing.T, s *scenario) {
		s.record(t, s.serve(t).ValidateData(t, "vcda_tasks", values{"started_after": "yesterday"}))
	}},
	{title: "vcda_tasks: the limit is zero", run: func(t *testing.T, s *scenario) {
		s.record(t, s.serve(t).ValidateData(t, "vcda_tasks", values{"limit": 0}))
	}},
	dataSource("vcda_health: the task fails", "vcda_health", values{}, func(a, _ *simulator.Appliance) { a.FailNextTask("health", "GeneralServerFailure", "It broke.") }),
	dataSource("vcda_health: timeout", "vcda_health", values{"timeouts": values{"read": shortTimeout}}, func(a, _ *simulator.Appliance) { a.FreezeTasks(true) }),
	dataSource("vcda_health: the task has no result", "vcda_health", values{}, func(a, _ *simulator.Appliance) { a.OmitTaskResults(true) }),
	dataSource("vcda_remote_certificate: nothing listens at the address", "vcda_remote_certificate", values{"url": unusedURL}, func(*simulator.Appliance, *simulator.Appliance) {}),
	{title: "vcda_remote_certificate: no response", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		s.readData(t, s.configure(t, blockFor(a, values{"request_timeout": shortTimeout})), "vcda_remote_certificate", values{"url": s.startSilentServer(t)})
	}},
	dataSource("vcda_remote_certificate: a server error", "vcda_remote_certificate", values{"url": "https://vcda-b.example.com", "via": "appliance"}, serverErrorAt("/config/remote-certificate")),
	dataSource("vcda_remote_certificate: a response without a certificate", "vcda_remote_certificate", values{"url": "https://vcda-b.example.com", "via": "appliance"}, func(a, _ *simulator.Appliance) {
		a.Fault(fault("", "/config/remote-certificate", http.StatusOK, `{"certificate":{}}`))
	}),
	{title: "vcda_remote_certificate: via is invalid", run: func(t *testing.T, s *scenario) {
		s.record(t, s.serve(t).ValidateData(t, "vcda_remote_certificate", values{"url": "https://vcda-b.example.com", "via": "peer"}))
	}},
	functionCall("thumbprint: no certificate", "thumbprint", "ca.pem"),
	functionCall("thumbprint: a broken certificate", "thumbprint", brokenCertificate),
	functionCall("normalize_thumbprint: too short", "normalize_thumbprint", "AB:CD"),
}

// ephemeralSession opens an ephemeral session of an appliance, and continues with it.
func ephemeralSession(title string, test func(t *testing.T, s *scenario, a *simulator.Appliance, p *direct.Provider, open direct.Ephemeral)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		p := s.connect(t, a)
		open, d := p.Open(t, "vcda_session", values{})
		s.record(t, d)
		test(t, s, a, p, open)
	}}
}

var sessions = []situation{
	{title: "Open: the login is the token of another session", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		_, d := s.configure(t, blockFor(a, values{"login": values{"session_token": values{"token": "given"}}})).Open(t, "vcda_session", values{})
		s.record(t, d)
	}},
	{title: "Open: the new session can't be read", run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		a.Fault(fault("GET", "/sessions", http.StatusInternalServerError, ""))
		_, d := s.connect(t, a).Open(t, "vcda_session", values{})
		s.record(t, d)
	}},
	ephemeralSession("Renew: the session has ended", func(t *testing.T, s *scenario, a *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		a.ExpireSessions()
		s.record(t, p.Renew(t, &open))
	}),
	ephemeralSession("Renew: the session was closed", func(t *testing.T, s *scenario, _ *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		s.record(t, p.Close(t, open))
		s.record(t, p.Renew(t, &open))
	}),
	ephemeralSession("Renew: the stored data is unreadable", func(t *testing.T, s *scenario, _ *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		open.Private = nil
		s.record(t, p.Renew(t, &open))
	}),
	ephemeralSession("Close: a server error", func(t *testing.T, s *scenario, a *simulator.Appliance, p *direct.Provider, open direct.Ephemeral) {
		a.Fault(fault("DELETE", "/sessions", http.StatusInternalServerError, ""))
		s.record(t, p.Close(t, open))
	}),
}
