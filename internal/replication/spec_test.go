package replication

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

func TestBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec Spec
		want string
	}{
		"VM": {
			Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v"}, Destination: Destination{Site: "b", VDC: "d"}, Settings: vcda.SettingsChange{RPO: new(int64(60))}},
			`{"source":{"type":"vm","site":"a","vmId":"v"},"destination":{"type":"vcloud","site":"b","vdc":"d","storageProfile":"*"},"rpo":60,"isMigration":false}`,
		},
		"VM on a seed, without a disk": {
			Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v", ExcludedDisks: []int64{2001}}, Destination: Destination{Site: "b", VDC: "d", StorageProfile: "p", SeedVM: "s"}},
			`{"source":{"type":"vm","site":"a","vmId":"v","excludedDisks":[2001]},"destination":{"type":"vm","site":"b","vdc":"d","storageProfile":"p","seedVmId":"s"},"isMigration":false}`,
		},
		"vApp on a seed": {
			Spec{Kind: vcda.VApp, Source: Source{Site: "a", VApp: "v", ExcludedOfVMs: map[string][]int64{"x": {1}}}, Destination: Destination{Site: "b", VDC: "d", SeedVApp: "s"}, Migration: true},
			`{"source":{"type":"vapp","site":"a","vappId":"v","vmExcludedDisks":{"x":[1]}},"destination":{"type":"vapp","site":"b","vdc":"d","storageProfile":"*","seedVappId":"s"},"isMigration":true}`,
		},
		"vApp template": {
			Spec{Kind: vcda.VApp, Source: Source{Site: "a", VAppTemplate: "t"}, Destination: Destination{Site: "b", VDC: "d"}},
			`{"source":{"type":"vappTemplate","site":"a","vappTemplateId":"t"},"destination":{"type":"vcloud","site":"b","vdc":"d","storageProfile":"*"},"isMigration":false}`,
		},
		"VM from on premises": {
			Spec{Kind: vcda.VM, Source: Source{Site: "o", VCenter: "c", VM: "vm-1", VAppName: "shop"}, Destination: Destination{Site: "b", VDC: "d"}},
			`{"source":{"type":"vcVm","site":"o","vmId":"vm-1","vcUuid":"c","vappName":"shop"},"destination":{"type":"vcloud","site":"b","vdc":"d","storageProfile":"*"},"isMigration":false}`,
		},
		"vApp from on premises": {
			Spec{Kind: vcda.VApp, Source: Source{Site: "o", VCenter: "c", VMs: []string{"vm-1"}, VAppName: "shop"}, Destination: Destination{Site: "b", VDC: "d"}},
			`{"source":{"type":"vcVapp","site":"o","vcUuid":"c","vappName":"shop","vmIds":["vm-1"]},"destination":{"type":"vcloud","site":"b","vdc":"d","storageProfile":"*"},"isMigration":false}`,
		},
		"VM to on premises": {
			Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v"}, Destination: Destination{Site: "o", OnPremises: true}},
			`{"source":{"type":"vm","site":"a","vmId":"v"},"destination":{"type":"vc","site":"o"},"isMigration":false}`,
		},
		"VM to on premises on a seed": {
			Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v"}, Destination: Destination{Site: "o", OnPremises: true, SeedVM: "vm-9", SeedVCenter: "c"}},
			`{"source":{"type":"vm","site":"a","vmId":"v"},"destination":{"type":"vcVm","site":"o","seedVm":{"moId":"vm-9","vcId":"c"}},"isMigration":false}`,
		},
		"vSphere": {
			Spec{
				Kind: vcda.VSphere, Source: Source{Site: "a", VCenter: "c", VM: "vm-1", Replicator: "r"},
				Destination: Destination{Site: "b", Replicator: "s", Placement: vcda.Placement{VCenterID: "d", DatastoreID: "datastore-1", DatastoreFolder: "f"}},
			},
			`{"vcId":"c","vmId":"vm-1","sourceLocation":{"site":"a","replicatorId":"r"},"destinationLocation":{"site":"b","replicatorId":"s"},` +
				`"replicationPlacement":{"vcId":"d","datastoreId":"datastore-1","datastoreFolder":"f"},"startPaused":false,"isMigration":false}`,
		},
	} {
		text, err := json.Marshal(test.spec.body(false))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestManagingSite(t *testing.T) {
	t.Parallel()
	cloud := Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v"}, Destination: Destination{Site: "b", VDC: "d"}}
	toPremises := Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v"}, Destination: Destination{Site: "o", OnPremises: true}}
	fromPremises := Spec{Kind: vcda.VM, Source: Source{Site: "o", VM: "vm-1", VCenter: "c"}, Destination: Destination{Site: "b", VDC: "d"}}
	vsphere := Spec{Kind: vcda.VSphere, Source: Source{Site: "a", VM: "vm-1", VCenter: "c"}, Destination: Destination{Site: "b"}}
	for name, test := range map[string]struct {
		spec                  Spec
		site, reversed, other string
	}{
		"cloud to cloud":  {cloud, "b", "a", "a"},
		"to premises":     {toPremises, "a", "a", ""},
		"from premises":   {fromPremises, "b", "b", ""},
		"between vCenter": {vsphere, "b", "a", "a"},
	} {
		if site, reversed, other := test.spec.ManagingSite(false), test.spec.ManagingSite(true), test.spec.OtherManagingSite(false); site != test.site || reversed != test.reversed || other != test.other {
			t.Errorf("%s: site %q, reversed %q, other %q", name, site, reversed, other)
		}
	}
}

func TestSpec_matches(t *testing.T) {
	t.Parallel()
	spec := Spec{Kind: vcda.VM, Source: Source{Site: "a", VM: "v"}, Destination: Destination{Site: "b", VDC: "d"}}
	same := vcda.Replication{ID: "C4-1", VMID: "v", Source: vcda.Place{Site: "a"}, Destination: vcda.Place{Site: "b", VDCID: "d"}}
	spec.Destination.Site, same.Destination.Site = "\u00fc", "\u00fc"
	for name, test := range map[string]struct {
		change func(*vcda.Replication)
		want   bool
	}{
		"the same":          {func(*vcda.Replication) {}, true},
		"another VM":        {func(r *vcda.Replication) { r.VMID = "w" }, false},
		"another source":    {func(r *vcda.Replication) { r.Source.Site = "c" }, false},
		"another site":      {func(r *vcda.Replication) { r.Destination.Site = "c" }, false},
		"another VDC":       {func(r *vcda.Replication) { r.Destination.VDCID = "e" }, false},
		"other settings":    {func(r *vcda.Replication) { r.Settings.RPO = 1 }, true},
		"a decomposed name": {func(r *vcda.Replication) { r.Destination.Site = "u\u0308" }, true},
		"swapped":           {func(r *vcda.Replication) { r.Source, r.Destination = r.Destination, r.Source }, false},
	} {
		r := same
		test.change(&r)
		if got := spec.matches(r); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	rules := &vcda.RetentionPolicy{Rules: []vcda.RetentionRule{{Instances: 3, Distance: 60}}}
	r := vcda.Replication{ID: "C4-1", Settings: vcda.Settings{Description: "d", RPO: 60, ConnectionType: "PLAIN", Quiesced: new(true), Retention: rules}}
	same := vcda.SettingsChange{Description: new("d"), RPO: new(int64(60)), ConnectionType: new("PLAIN"), Quiesced: new(true), Retention: rules}
	if left := Differences(same, r); left != (vcda.SettingsChange{}) {
		t.Errorf("differences %+v", left)
	}
	wanted := vcda.SettingsChange{RPO: new(int64(30)), Quiesced: new(true), SLAProfileID: new("p"), Retention: &vcda.RetentionPolicy{}}
	if left := Differences(wanted, r); *left.RPO != 30 || left.Quiesced != nil || left.SLAProfileID == nil || left.Retention == nil {
		t.Errorf("differences %+v", left)
	}
}

func TestStartedID(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind             vcda.Kind
		result, resource string
		want             string
	}{
		"the result":                        {vcda.VM, `{"id":"C4-1"}`, "C4-2", "C4-1"},
		"the resource":                      {vcda.VSphere, "null", "H4-1", "H4-1"},
		"the vApp replication of a VM's":    {vcda.VM, `{"id":"C4VAPP-1"}`, "C4VAPP-1", ""},
		"a VM's replication of a vApp's":    {vcda.VApp, `{"id":"C4-1"}`, "C4VAPP-1", "C4VAPP-1"},
		"nothing":                           {vcda.VM, "", "", ""},
		"a result that is no replication":   {vcda.VM, `{"id":7}`, "", ""},
		"a resource that is something else": {vcda.VM, "null", "441a891a", ""},
	} {
		task := vcda.Task{Result: json.RawMessage(test.result), Workflow: vcda.Workflow{ResourceID: test.resource}}
		if got := startedID(task, test.kind); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
