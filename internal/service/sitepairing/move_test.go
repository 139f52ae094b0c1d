package sitepairing_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	archived = "registry.terraform.io/vmware/vcda"
	oldType  = "vcda_pair_site"
)

// oldState returns the state of the archived provider after it has paired a with b.
func oldState(a, b *simulator.Appliance) direct.Values {
	s := a.Sites()[0]
	v := direct.Values{
		"id": "f61d60d2-0000-4000-8000-000000000000", "service_cert": "MIID",
		"api_url": s.APIPublicURL, "api_thumbprint": s.APIThumbprint, "pairing_description": s.Description,
		"site": nil, "site_id": s.ID, "site_name": s.Site, "site_description": s.Description,
		"api_public_url": s.APIPublicURL, "api_version": "4.6", "build_version": nil, "is_provider_deployment": false, "timeouts": nil,
	}
	if a.Service() == simulator.Cloud {
		v["site"], v["site_id"], v["build_version"], v["is_provider_deployment"] = b.Site(), nil, "4.6.0", nil
	}
	return v
}

// TestMove: the state of the archived provider is moved without a request. A refresh and a plan change nothing.
func TestMove(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]string{
		"archived":          archived,
		"of OpenTofu":       "registry.opentofu.org/vmware/vcda",
		"replaced provider": "registry.terraform.io/vcda-dr/vcda",
	}), func(t *testing.T, c serviceCase[string]) {
		a, b := startSites(t, c.service, 0)
		key := a.Pair("site-b")
		a.SetDescription("site-b", "Recovery")
		moved, problems := newProcess(t, a).Move(t, direct.Source{Provider: c.value, Type: oldType, Values: oldState(a, b)}, pairingType)
		if len(problems) > 0 {
			t.Fatal(problems.Errors(), problems.Warnings())
		}
		if total := a.Stats().Total; total != 0 {
			t.Errorf("%d requests were sent", total)
		}
		for name, want := range map[string]any{
			"id": key, "site": "site-b", "api_url": otherURL(b), "api_public_url": otherURL(b), "api_thumbprint": b.Thumbprint(),
			"description": "Recovery", "wait_for_link": false, "repair_triggers": nil, "timeouts": nil, "pending_task_id": nil, "api_version": "4.6",
		} {
			if got := moved.Values[name]; got != want {
				t.Errorf("%s is %v, not %v", name, got, want)
			}
		}
		requireIdentity(t, moved)
		config := values(b, "api_url", otherURL(b), "description", "Recovery")
		for _, object := range []direct.Object{moved, objectOf(readAgain(t, a, moved))} {
			if plan := newProcess(t, a).Plan(t, pairingType, object, config); fmt.Sprint(plan.Values) != fmt.Sprint(object.Values) || len(plan.Diagnostics) > 0 {
				t.Errorf("the plan changes %v to %v: %v", object.Values, plan.Values, plan.Diagnostics.Errors())
			}
		}
		requireSent(t, a, 0, 0, 0)
	})
}

func objectOf(object direct.Object, _ direct.Diagnostics) direct.Object { return object }

// TestMove_variants: fields that an old state may lack or have in addition.
func TestMove_variants(t *testing.T) {
	t.Parallel()
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	whole := direct.Values{"api_url": "https://b.example.com:8048", "api_thumbprint": strings.Repeat("ab:", 31) + "ab", "site_id": "uuid", "site_name": "b"}
	with := func(changes direct.Values) direct.Values {
		v := maps.Clone(whole)
		maps.Copy(v, changes)
		return v
	}
	for name, c := range map[string]struct {
		state direct.Values
		want  direct.Values
	}{
		"spelling":       {whole, direct.Values{"api_thumbprint": whole["api_thumbprint"], "id": "uuid", "description": ""}},
		"no description": {with(direct.Values{"pairing_description": nil}), direct.Values{"description": ""}},
		"timeouts":       {with(direct.Values{"timeouts": direct.Values{"create": "7m", "update": nil, "delete": nil}}), direct.Values{"timeouts": direct.Values{"create": "7m", "read": nil, "update": nil, "delete": nil}}},
		"cloud":          {with(direct.Values{"site_id": "", "site": "b", "is_provider_deployment": false}), direct.Values{"id": "b", "is_provider_deployment": nil}},
		"cloud, unread":  {with(direct.Values{"site_id": nil, "site_name": nil, "site": "b"}), direct.Values{"id": "b", "site": "b"}},
		"manager":        {with(direct.Values{"is_provider_deployment": true}), direct.Values{"id": "uuid", "is_provider_deployment": true}},
		"more":           {with(direct.Values{"of_a_later_release": []any{1}}), direct.Values{"id": "uuid"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moved, problems := p.Move(t, direct.Source{Provider: archived, Type: oldType, Values: c.state}, pairingType)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			for name, want := range c.want {
				if got := moved.Values[name]; fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s is %v, not %v", name, got, want)
				}
			}
		})
	}
}

// TestMove_refused: a state that is not an old pairing, or not complete, is refused.
func TestMove_refused(t *testing.T) {
	t.Parallel()
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	whole := direct.Values{"api_url": "https://b.example.com", "api_thumbprint": "x", "site_name": "b"}
	for name, c := range map[string]struct {
		from direct.Source
		says string
	}{
		"other type":     {direct.Source{Provider: archived, Type: "vcda_tunnel", Values: whole}, "does not include support for the given source resource"},
		"other provider": {direct.Source{Provider: "registry.terraform.io/acme/vcda", Type: oldType, Values: whole}, "does not include support for the given source resource"},
		"later version":  {direct.Source{Provider: archived, Type: oldType, Version: 1, Values: whole}, "wrote version 1 of its schema. Remove it from the state (terraform state rm), and import the pairing."},
		"no key":         {direct.Source{Provider: archived, Type: oldType, Values: direct.Values{"api_url": "https://b.example.com"}}, "It holds neither site_id nor site_name nor site"},
		"wrong type":     {direct.Source{Provider: archived, Type: oldType, Values: direct.Values{"site_id": 7}}, "Unable to move the state of vcda_pair_site"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object, problems := p.Move(t, c.from, pairingType)
			requireError(t, problems, c.says)
			if object.Values != nil {
				t.Errorf("state %v", object.Values)
			}
		})
	}
}

// TestMove_commandLine: a state of the archived provider and a moved block. No request changes anything, and the next
// plan is empty.
func TestMove_commandLine(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Moved)
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]string{"archived": archived, "replaced provider": ""}), func(t *testing.T, c serviceCase[string]) {
		a, b := startSitesInRealTime(t, c.service, 0)
		a.Pair("site-b")
		m := argumentsFor(b).with(arguments{"api_url": quoted(otherURL(b))})
		w := acctest.NewWorkspace(t, config(a, m)+"moved {\n  from = vcda_pair_site.old\n  to   = vcda_site_pairing.b\n}\n")
		source := c.value
		if source == "" {
			source = acctest.CurrentCLI(t).Host() + "/vcda-dr/vcda"
		}
		// The CLI requires the schema of every provider in a state.
		w.Override(t, "vcda-dr/vcda", "vmware/vcda")
		w.Write(t, "terraform.tfstate", stateOf(t, source, oldState(a, b)))
		out := w.MustRun(t, "apply", "-no-color", "-auto-approve")
		acctest.RequireTexts(t, out, "vcda_pair_site.old has moved to vcda_site_pairing.b", "0 added, 0 changed, 0 destroyed")
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		acctest.RequireNoTexts(t, w.MustRun(t, "state", "pull"), "service_cert", "vmware/vcda")
		requireSent(t, a, 0, 0, 0)
	})
}

// stateOf returns a state file with one vcda_pair_site.old.
func stateOf(t *testing.T, provider string, attributes direct.Values) string {
	t.Helper()
	content, err := json.Marshal(direct.Values{
		"version": 4, "terraform_version": "1.5.7", "serial": 1, "lineage": "3f1c5c1e-0000-4000-8000-000000000000", "outputs": direct.Values{},
		"resources": []any{direct.Values{
			"mode": "managed", "type": oldType, "name": "old", "provider": fmt.Sprintf("provider[%q]", provider),
			"instances": []any{direct.Values{
				"schema_version": 0, "attributes": attributes, "sensitive_attributes": []any{},
				// The timeout of a create, as the SDK stores it.
				"private": "eyJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnsiY3JlYXRlIjozMDAwMDAwMDAwMDB9fQ==",
			}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
