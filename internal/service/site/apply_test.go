package site_test

import (
	"reflect"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// connect also configures the service, so that the provider does not ask the appliance for it.
func connect(t *testing.T, a *simulator.Appliance) *direct.Provider {
	t.Helper()
	return acctest.Connect(t, a, direct.Values{"service": string(a.Service())})
}

func read(t *testing.T, p *direct.Provider, name string, config direct.Values) direct.Values {
	t.Helper()
	values, problems := p.ReadData(t, name, config)
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return values
}

// TestApply_otherSidePaired: a read after the other side has paired does not use an earlier list.
func TestApply_otherSidePaired(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Pair("site-b")
		p := connect(t, a)
		one := direct.Values{"site": "site-b"}
		if read(t, p, "vcda_site", one)["healthy"] != false {
			t.Error("the link works before the other side has paired")
		}
		b.Pair("site-a")
		if read(t, p, "vcda_site", one)["healthy"] != true {
			t.Error("vcda_site does not see that the other side has paired")
		}
		b.Unpair("site-a")
		read(t, p, "vcda_sites", direct.Values{})
		b.Pair("site-a")
		all, _ := read(t, p, "vcda_sites", direct.Values{})["sites"].([]any)
		if want := []any{read(t, p, "vcda_site", one)}; !reflect.DeepEqual(all, want) {
			t.Errorf("vcda_sites does not see what vcda_site sees: %v and %v", all, want)
		}
	})
}

// TestApply_pairedByAnotherProcess: the process of another provider block may have made the pairing.
func TestApply_pairedByAnotherProcess(t *testing.T) {
	eachService(t, func(t *testing.T, a, _ *simulator.Appliance) {
		p := connect(t, a)
		if all, _ := read(t, p, "vcda_sites", direct.Values{})["sites"].([]any); len(all) > 0 {
			t.Errorf("sites before there is a pairing: %v", all)
		}
		key := a.Pair("site-b")
		if found := read(t, p, "vcda_site", direct.Values{"site": "site-b"}); found["id"] != key {
			t.Errorf("found %v", found)
		}
		if all, _ := read(t, p, "vcda_sites", direct.Values{})["sites"].([]any); len(all) != 1 {
			t.Errorf("vcda_sites shows %v", all)
		}
	})
}

// TestPlan_readsOneList: a plan, which refreshes, does not wait for a change.
func TestPlan_readsOneList(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		key := a.Pair("site-b")
		p := connect(t, a)
		pairing := direct.Object{Values: direct.Values{"id": key, "site": "site-b", "api_url": b.URL(), "api_thumbprint": b.Thumbprint()}}
		if _, problems := p.Refresh(t, "vcda_site_pairing", pairing); len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		for range 3 {
			if read(t, p, "vcda_site", direct.Values{"site": "site-b"})["healthy"] != false {
				t.Error("the link works before the other side has paired")
			}
		}
		if lists := a.Stats().Requests["GET /sites"]; lists > 4 { // what is not healthy is read again
			t.Errorf("%d lists for one refresh and three reads of a plan", lists)
		}
	})
}
