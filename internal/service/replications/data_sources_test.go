package replications_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// read reads a data source without an error.
func read(t *testing.T, f *twosites.Fixture, name string, config direct.Values) direct.Values {
	t.Helper()
	values, problems := f.ReadData(t, name, config)
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return values
}

func rows(values direct.Values, name string) []direct.Values {
	list, _ := values[name].([]any)
	var out []direct.Values
	for _, row := range list {
		one, _ := row.(direct.Values)
		out = append(out, one)
	}
	return out
}

func TestLists_filter(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	f.B.Protect(simulator.Protection{SourceSite: "site-a", VApp: "one", VM: "web1"})
	f.B.Protect(simulator.Protection{SourceSite: "site-a", VApp: "two", VM: "web", Health: "RED", Migration: true, Owner: "acme@site-b"})
	last := f.B.Protect(simulator.Protection{SourceSite: "site-a", VApp: "three", VM: "db", Recovery: "COMPLETE", LastError: "Broken"})
	for name, test := range map[string]struct {
		config direct.Values
		want   string
	}{
		"all":            {direct.Values{}, "web1 web db"},
		"name in full":   {direct.Values{"vm_name": "web"}, "web"},
		"id":             {direct.Values{"ids": []any{last, "C4-other"}}, "db"},
		"no id":          {direct.Values{"ids": []any{}}, ""},
		"health":         {direct.Values{"health": "RED"}, "web db"},
		"recovery state": {direct.Values{"recovery_state": "COMPLETE"}, "db"},
		"migrations":     {direct.Values{"migration": true}, "web"},
		"protections":    {direct.Values{"migration": false}, "web1 db"},
		"owner":          {direct.Values{"owner": "acme@site-b"}, "web"},
		"source":         {direct.Values{"source_site": "site-a", "health": "GREEN"}, "web1"},
		"another source": {direct.Values{"source_site": "site-x"}, ""},
	} {
		var names []string
		for _, row := range rows(read(t, f, "vcda_vm_replications", test.config), "replications") {
			names = append(names, fmt.Sprint(row["vm_name"]))
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	row := rows(read(t, f, "vcda_vm_replications", direct.Values{"ids": []any{last}}), "replications")[0]
	lastError, _ := row["last_error"].(direct.Values)
	recovered, _ := row["recovered_vm"].(direct.Values)
	if lastError["code"] != "Broken" || recovered["id"] == nil || row["data_connection_state"] != "ERROR" || row["latest_instance"] == nil || row["kind"] != "vm" {
		t.Errorf("row %v", row)
	}
	if n := f.B.Stats().Requests["GET /vm-replications"]; n != 1 {
		t.Errorf("%d lists for reads that run together", n)
	}
}

func TestLists_ofEachKind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		service simulator.Service
		p       simulator.Protection
		column  string
	}{
		"vcda_vapp_replications":    {simulator.Cloud, simulator.Protection{SourceSite: "site-a", VApp: "shop"}, "vapp_name"},
		"vcda_vsphere_replications": {simulator.Manager, simulator.Protection{SourceSite: "site-a", VM: "web"}, "vm_name"},
	} {
		f := twosites.Start(t, test.service, "site-a")
		id := f.B.Protect(test.p)
		for _, config := range []direct.Values{{}, {"site": "site-b"}} { // both ends list it
			all := rows(read(t, f, name, config), "replications")
			if len(all) != 1 || all[0]["id"] != id || all[0][test.column] != test.p.VApp+test.p.VM {
				t.Fatalf("%s: %v", name, all)
			}
			source, _ := all[0]["source"].(direct.Values)
			if source["site"] != "site-a" || all[0]["health"] != "GREEN" {
				t.Errorf("%s: %v", name, all[0])
			}
		}
	}
}

func TestReplication_ofAnyKind(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	id := f.B.Protect(simulator.Protection{SourceSite: "site-a", VApp: "shop"})
	one := read(t, f, "vcda_replication", direct.Values{"id": id})
	if one["kind"] != "vapp" || len(rows(one, "vms")) != 2 {
		t.Errorf("read %v", one)
	}
	vmID := fmt.Sprint(rows(one, "vms")[0]["id"])
	if one := read(t, f, "vcda_replication", direct.Values{"id": vmID, "site": "site-b"}); one["vapp_replication_id"] != id {
		t.Errorf("read %v", one)
	}
	instances := rows(read(t, f, "vcda_replication_instances", direct.Values{"replication_id": vmID}), "instances")
	if len(instances) != 1 || instances[0]["key"] == nil || instances[0]["quiesced"] != true {
		t.Errorf("instances %v", instances)
	}
	for id, says := range map[string]string{
		"H4-1": "a vsphere replication belongs to the Manager service, and this appliance has the Cloud service", "C4-1": "lists no such replication",
	} {
		_, problems := f.ReadData(t, "vcda_replication", direct.Values{"id": id})
		if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(strings.ToLower(errors[0]), strings.ToLower(says)) {
			t.Errorf("%s: %q", id, errors)
		}
	}
	if errors := f.ValidateData(t, "vcda_replication", direct.Values{"id": "web"}).Errors(); len(errors) != 1 {
		t.Errorf("a name as an id: %q", errors)
	}
	if errors := f.ValidateData(t, "vcda_replication_instances", direct.Values{"replication_id": id}).Errors(); len(errors) != 1 {
		t.Errorf("instances of a vApp: %q", errors)
	}
}

func TestLists_withoutAnExtension(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-a")
	f.Configure(t, "site-a", false)
	_, problems := f.ReadData(t, "vcda_vm_replications", direct.Values{"site": "site-b"})
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "not extended to the site site-b") || !strings.Contains(errors[0], "session_extensions") {
		t.Errorf("errors %q", errors)
	}
	_, problems = f.ReadData(t, "vcda_vm_replications", direct.Values{"site": "site-x"})
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], `knows no site "site-x"`) {
		t.Errorf("errors %q", errors)
	}
}

// TestSecrets: no password of the appliance is in a state.
func TestSecrets(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	f.B.Protect(simulator.Protection{SourceSite: "site-a", VApp: "shop"})
	for _, name := range []string{"vcda_vm_replications", "vcda_vapp_replications"} {
		text := fmt.Sprint(read(t, f, name, direct.Values{}))
		if strings.Contains(text, simulator.SecretAdminPassword) || strings.Contains(text, simulator.SecretDomainPassword) {
			t.Errorf("%s shows a password", name)
		}
	}
}
