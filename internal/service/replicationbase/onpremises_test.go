package replicationbase_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
)

// onPremisesTest is a replication from or to a tenant's site with a vCenter.
type onPremisesTest struct {
	kindTest
	name   string // of the workload
	at     string // the site that manages it
	config func(f *fixture) direct.Values
}

// onPremises are replications of each kind, in each direction. The cloud site is site-b.
var onPremises = map[string]onPremisesTest{
	"VM from": {kinds[0], "erp", "site-b", func(f *fixture) direct.Values {
		return f.config("source", direct.Values{"site": twosites.OnPremises, "vcenter_vm": direct.Values{
			"vcenter_id": f.vcenter(), "vm_id": "vm-15", "vapp_name": "office", "excluded_disk_keys": []any{2001, 2000},
		}})
	}},
	"VM to": {kinds[0], "web", "site-b", func(f *fixture) direct.Values {
		return f.config("source", direct.Values{"site": "site-b", "vm": direct.Values{"id": f.B.Workloads().VApps[0].VMs[0].ID}}, "destination", toOnPremises)
	}},
	"vApp from": {kinds[1], "office", "site-b", func(f *fixture) direct.Values {
		return f.config("source", direct.Values{"site": twosites.OnPremises, "vcenter_vapp": direct.Values{
			"vcenter_id": f.vcenter(), "vapp_name": "office", "vm_ids": []any{"vm-16", "vm-15"}, "excluded_disk_keys": direct.Values{"vm-15": []any{2001}},
		}})
	}},
	"vApp to": {kinds[1], "shop", "site-b", func(f *fixture) direct.Values {
		return f.config("source", direct.Values{"site": "site-b", "vapp": direct.Values{"id": f.B.Workloads().VApps[0].ID}}, "destination", toOnPremises)
	}},
}

var toOnPremises = direct.Values{"site": twosites.OnPremises, "vcenter": direct.Values{}}

func (f *fixture) vcenter() string { return f.B.Workloads().OnPremises[0].VCenterID }

// eachOnPremises runs a test for each, with a provider configured for a site.
func eachOnPremises(t *testing.T, at string, test func(t *testing.T, f *fixture, o onPremisesTest)) {
	t.Helper()
	for name, o := range onPremises {
		t.Run(at+"/"+name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t, o.kindTest, at), o)
		})
	}
}

// TestOnPremises_lifeCycle: the cloud site manages a replication from or to an on-premises site, for a provider of
// that site and of another one.
func TestOnPremises_lifeCycle(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"site-b", "site-a"} {
		eachOnPremises(t, at, func(t *testing.T, f *fixture, o onPremisesTest) {
			config := o.config(f)
			made := f.apply(none, config)
			if r := f.vm(); !strings.HasPrefix(id(made), f.prefix) || r.SourceSite() != twosites.OnPremises && r.DestinationSite() != twosites.OnPremises {
				t.Errorf("made %v, %+v", made.Values, r)
			}
			f.requireNoChange(f.refresh(made), config)
			config = f.with(config, "rpo_minutes", 60, "paused", true)
			made = f.apply(f.refresh(made), config)
			if r := f.vm(); r.RPO != 60 || !r.Paused {
				t.Errorf("changed to %+v", r)
			}
			f.requireNoChange(f.refresh(made), config)
			f.apply(made, nil)
			if left := f.B.Replications(); len(left) > 0 {
				t.Errorf("left %+v", left)
			}
			for _, record := range f.A.Requests() {
				if strings.HasPrefix(record.Path, o.path) && !strings.Contains(record.Path, "site="+o.at) {
					t.Errorf("%s %s is not sent to %s", record.Method, record.Path, o.at)
				}
			}
		})
	}
}

// TestOnPremises_import: by the names of the destination site and the workload, and by
// id; the next plan is empty.
func TestOnPremises_import(t *testing.T) {
	t.Parallel()
	eachOnPremises(t, "site-b", func(t *testing.T, f *fixture, o onPremisesTest) {
		config := o.config(f)
		made := f.apply(none, config)
		destination := config["destination"].(direct.Values)["site"].(string) //nolint:errcheck,forcetypeassert // as config says
		for _, wanted := range []string{id(made), destination + "/" + o.name} {
			imported, problems := f.Import(t, f.name, wanted, nil)
			if errors := problems.Errors(); len(errors) > 0 {
				t.Fatal(wanted, errors)
			}
			f.requireNoChange(f.refresh(imported), config)
		}
		_, problems := f.Import(t, f.name, destination+"/none", nil)
		requireError(t, problems, "Unable to import the")
		names, problems := f.List(t, f.name, direct.Values{"site": "site-b"})
		if len(names) != 1 || len(problems.Errors()) > 0 {
			t.Errorf("listed %v, errors %q", names, problems.Errors())
		}
	})
}

// TestOnPremises_existsAlready: an existing replication is found by its source and its destination.
func TestOnPremises_existsAlready(t *testing.T) {
	t.Parallel()
	eachOnPremises(t, "site-b", func(t *testing.T, f *fixture, o onPremisesTest) {
		made := f.apply(none, o.config(f))
		f.Restart(t, "site-b")
		_, problems := f.attempt(none, o.config(f))
		requireError(t, problems, "is already replicated to this destination, by the replication "+id(made))
		adopted := f.apply(none, f.with(o.config(f), "adopt_existing", true))
		if id(adopted) != id(made) {
			t.Errorf("adopted %s", id(adopted))
		}
		f.requireSent(1, 0, 0)
	})
}

// TestOnPremises_unknownSite: the error names an unknown site.
func TestOnPremises_unknownSite(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[0], "site-b")
	_, problems := f.attempt(none, f.config("source", direct.Values{"site": "nowhere", "vcenter_vm": direct.Values{"vcenter_id": f.vcenter(), "vm_id": "vm-15", "vapp_name": "office"}}))
	requireError(t, problems, "Unable to start the VM replication", "nowhere")
}
