package setup

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// managerCalls and cloudCalls are the calls of the steps in their order.
var managerCalls = []string{"POST /license", "POST /config/site", "POST /config/lookup-service", "POST /config/vsphere-ui"}

var cloudCalls = []string{
	"POST /license", "POST /config/check-lookup-service", "POST /config/check-vcloud", "POST /config/site", "POST /config/endpoints",
	"POST /config/vcloud", "POST /config/lookup-service", "POST /config/manager/lookup-service",
}

func without(calls []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(calls), func(call string) bool { return call == name })
}

// The calls of a setup, in their order.
func TestCreate_order(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		service vcda.Service
		prepare func(appliance)
		change  func(*Wanted)
		want    []string
	}{
		"Manager":                   {vcda.Manager, nil, nil, managerCalls},
		"Manager, no license":       {vcda.Manager, nil, func(w *Wanted) { w.License = "" }, without(managerCalls, "POST /license")},
		"Manager, no plug-in":       {vcda.Manager, nil, func(w *Wanted) { w.Plugin = false }, without(managerCalls, "POST /config/vsphere-ui")},
		"Manager, same site before": {vcda.Manager, func(a appliance) { a.SetSite("alpha", "") }, nil, without(managerCalls, "POST /config/site")},
		"Manager, same site before, no plug-in": {vcda.Manager, func(a appliance) { a.SetSite("alpha", "") }, func(w *Wanted) { w.Plugin = false }, []string{
			"POST /license", "POST /config/lookup-service", "DELETE /config/vsphere-ui",
		}},
		"Cloud":                    {vcda.Cloud, nil, nil, cloudCalls},
		"Cloud, no endpoint":       {vcda.Cloud, nil, func(w *Wanted) { w.Endpoint = nil }, without(cloudCalls, "POST /config/endpoints")},
		"Cloud, Manager unchanged": {vcda.Cloud, nil, func(w *Wanted) { w.ManagerLS = false }, without(cloudCalls, "POST /config/manager/lookup-service")},
		"Cloud, same site before":  {vcda.Cloud, func(a appliance) { a.SetSite("alpha", "east") }, nil, without(cloudCalls, "POST /config/site")},
		"Cloud, description that the appliance has tidied": {vcda.Cloud, func(a appliance) { a.SetSite("alpha", "east") }, func(w *Wanted) { w.Description = "east\r\n" }, without(cloudCalls, "POST /config/site")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deploy(t, row.service)
			w := a.wanted()
			if row.prepare != nil {
				row.prepare(a)
			}
			if row.change != nil {
				row.change(&w)
			}
			result, err := Create(t.Context(), a.client, w)
			if err != nil || result.NotReady || len(result.Absent) > 0 {
				t.Errorf("%+v, %v", result, err)
			}
			if diff := cmp.Diff(row.want, a.writes()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// Nothing is sent to an appliance with the other service or another site name.
func TestCreate_refusesOthers(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		service vcda.Service
		prepare func(appliance)
		change  func(*Wanted)
		matches func(error) bool
	}{
		"other service": {vcda.Manager, nil, func(w *Wanted) { w.Service = vcda.Cloud }, func(err error) bool {
			var other *OtherServiceError
			return errors.As(err, &other) && other.Service == vcda.Manager
		}},
		"other name":        {vcda.Manager, func(a appliance) { a.SetSite("beta", "") }, nil, isOtherSite("beta")},
		"other description": {vcda.Cloud, func(a appliance) { a.SetSite("alpha", "west") }, nil, isOtherSite("alpha")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deploy(t, row.service)
			w := a.wanted()
			if row.prepare != nil {
				row.prepare(a)
			}
			if row.change != nil {
				row.change(&w)
			}
			if _, err := Create(t.Context(), a.client, w); !row.matches(err) {
				t.Error(err)
			}
			if sent := a.writes(); len(sent) > 0 {
				t.Errorf("sent: %v", sent)
			}
		})
	}
}

func isOtherSite(name string) func(error) bool {
	return func(err error) bool {
		var other *OtherSiteError
		return errors.As(err, &other) && other.Config.SiteName() == name
	}
}

// A setup stops at a failed step, and the next one continues from there.
func TestCreate_stops(t *testing.T) {
	t.Parallel()
	const elsewhere = "SHA-256:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"
	for name, row := range map[string]struct {
		service vcda.Service
		change  func(*Wanted)
		step    Step
		checked bool
		done    []Step
	}{
		"license":                             {vcda.Manager, func(w *Wanted) { w.License = "WRONG-AAAAA-AAAAA-AAAAA-AAAAA" }, License, false, nil},
		"certificate seen by a Manager":       {vcda.Manager, func(w *Wanted) { w.LookupService.Thumbprint = elsewhere }, LookupService, true, []Step{License}},
		"SSO password":                        {vcda.Manager, func(w *Wanted) { w.Admin.Password = "wrong" }, LookupService, false, []Step{License, Site}},
		"certificate tried by Cloud":          {vcda.Cloud, func(w *Wanted) { w.LookupService.Thumbprint = elsewhere }, LookupService, true, []Step{License}},
		"Cloud Director password":             {vcda.Cloud, func(w *Wanted) { w.Director.Password = "wrong" }, Director, true, []Step{License}},
		"checks come first without a license": {vcda.Cloud, func(w *Wanted) { w.License, w.Director.Password = "", "wrong" }, Director, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deploy(t, row.service)
			w := a.wanted()
			right := a.wanted()
			row.change(&w)
			result, err := Create(t.Context(), a.client, w)
			var failed *StepError
			if !errors.As(err, &failed) || failed.Step != row.step || failed.Checked != row.checked {
				t.Errorf("%#v", err)
			}
			if diff := cmp.Diff(row.done, result.Done); diff != "" {
				t.Errorf("done (-want +got):\n%s", diff)
			}
			if _, err := Create(t.Context(), a.client, right); err != nil {
				t.Error(err)
			}
			sites := 0
			for _, call := range a.writes() {
				if call == "POST /config/site" {
					sites++
				}
			}
			if sites != 1 {
				t.Errorf("the site name was sent %d times", sites)
			}
		})
	}
}

// The setup goes on without calls that only old appliances are known to have.
func TestCreate_absentCalls(t *testing.T) {
	t.Parallel()
	a := deploy(t, vcda.Cloud)
	a.Lack("/config/check-lookup-service", "/config/check-vcloud", "/config/manager/lookup-service")
	result, err := Create(t.Context(), a.client, a.wanted())
	if diff := cmp.Diff([]Step{ManagerLookupService}, result.Absent); err != nil || diff != "" {
		t.Errorf("%v; absent (-want +got):\n%s", err, diff)
	}
}

// An appliance may take some time until it reports that it is configured.
func TestCreate_configured(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		service  vcda.Service
		denials  int
		timeout  time.Duration
		notReady bool
		err      error
	}{
		"a slow Manager":        {vcda.Manager, 5, time.Hour, false, nil},
		"a Manager never":       {vcda.Manager, 10000, time.Hour, true, nil},
		"a slow Cloud service":  {vcda.Cloud, 50, time.Hour, false, nil},
		"a Cloud service never": {vcda.Cloud, 10000, 15 * time.Minute, false, ErrNotConfigured},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := deploy(t, row.service)
			a.LagConfigured(row.denials)
			ctx, cancel := a.clock.WithTimeout(t.Context(), row.timeout, nil)
			defer cancel()
			result, err := Create(ctx, a.client, a.wanted())
			if !errors.Is(err, row.err) || result.NotReady != row.notReady {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}

// Update performs the given steps in their order, on the appliance with the ID.
func TestUpdate(t *testing.T) {
	t.Parallel()
	a := deploy(t, vcda.Manager)
	w := a.wanted()
	if _, err := Create(t.Context(), a.client, w); err != nil {
		t.Fatal(err)
	}
	id := a.Setup().InstanceID
	for name, row := range map[string]struct {
		id, site string
		steps    []Step
		want     []string
		other    bool
	}{
		"none":            {id, "alpha", nil, []string{}, false},
		"in their order":  {id, "alpha", []Step{Plugin, LookupService, License}, without(managerCalls, "POST /config/site"), false},
		"plug-in off":     {id, "alpha", []Step{PluginRemoval}, []string{"DELETE /config/vsphere-ui"}, false},
		"a new appliance": {"another", "alpha", []Step{License}, []string{}, true},
		"another site":    {id, "beta", []Step{License}, []string{}, true},
	} {
		a.ResetStats()
		w := w
		w.Site = row.site
		_, err := Update(t.Context(), a.client, w, row.id, row.steps)
		var other *OtherSiteError
		if errors.As(err, &other) != row.other || (err != nil) != row.other {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(row.want, a.writes()); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", name, diff)
		}
	}
}

// An update fails if the description, unknown in the plan, differs from that of the appliance.
func TestUpdate_otherDescription(t *testing.T) {
	t.Parallel()
	a := deploy(t, vcda.Cloud)
	a.SetSite("alpha", "west")
	ctx, cancel := a.clock.WithTimeout(t.Context(), 15*time.Minute, nil)
	defer cancel()
	_, err := Update(ctx, a.client, a.wanted(), a.Setup().InstanceID, []Step{License})
	if !isOtherSite("alpha")(err) || len(a.writes()) > 0 {
		t.Errorf("%v; sent: %v", err, a.writes())
	}
}

// An update stops at a failed step.
func TestUpdate_stops(t *testing.T) {
	t.Parallel()
	a := deploy(t, vcda.Manager)
	w := a.wanted()
	if _, err := Create(t.Context(), a.client, w); err != nil {
		t.Fatal(err)
	}
	a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/config/lookup-service", Kind: simulator.Status, Status: http.StatusInternalServerError, Times: 1})
	result, err := Update(t.Context(), a.client, w, a.Setup().InstanceID, []Step{License, LookupService, Plugin})
	var failed *StepError
	if !errors.As(err, &failed) || failed.Step != LookupService || failed.Checked {
		t.Errorf("%#v", err)
	}
	if !result.IsDone(License) || result.IsDone(LookupService) || result.IsDone(Plugin) {
		t.Errorf("done: %v", result.Done)
	}
}
