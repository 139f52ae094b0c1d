package sitepairing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// query makes a workspace with a list block of these lines.
func query(t *testing.T, a *simulator.Appliance, lines ...string) *acctest.Workspace {
	t.Helper()
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a))
	w.Write(t, "pairings.tfquery.hcl", "list \"vcda_site_pairing\" \"all\" {\n  provider = vcda\n  "+strings.Join(lines, "\n  ")+"\n}\n")
	return w
}

// fleet starts an appliance that is paired with three others.
func fleet(t *testing.T, service simulator.Service) *simulator.Appliance {
	t.Helper()
	options := acctest.TwoSites(service)
	for _, site := range []string{"site-c", "site-d"} {
		more := options[1]
		more.Site, more.PublicURLs = site, []string{"https://" + site + ".example.com:8048"}
		options = append(options, more)
	}
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	for _, o := range options[1:] {
		a.Pair(o.Site)
	}
	return a
}

// TestQuery lists pairings with a filter and a limit.
func TestQuery(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Lists)
	t.Parallel()
	type listing struct {
		lines, found []string
	}
	runConcurrently(t, onBothServices(map[string]listing{
		"all":          {nil, []string{"site-b", "site-c", "site-d"}},
		"site":         {[]string{`config { site = "site-c" }`}, []string{"site-c"}},
		"url":          {[]string{`config { api_url = "https://SITE-D.example.com:8048/" }`}, []string{"site-d"}},
		"both":         {[]string{`config {`, `site = "site-c"`, `api_url = "https://site-d.example.com:8048"`, `}`}, nil},
		"no such":      {[]string{`config { site = "site-a" }`}, nil},
		"limit":        {[]string{`limit = 2`}, []string{"site-b", "site-c"}},
		"limit beyond": {[]string{`limit = 7`, `include_resource = true`}, []string{"site-b", "site-c", "site-d"}},
	}), func(t *testing.T, c serviceCase[listing]) {
		a := fleet(t, c.service)
		out := query(t, a, c.value.lines...).MustRun(t, "query", "-no-color")
		for _, s := range a.Sites() {
			key := s.ID
			if key == "" {
				key = s.Site
			}
			line := fmt.Sprintf("id=%s %s", key, s.Site)
			if wanted := strings.Contains(strings.Join(c.value.found, " "), s.Site); wanted != strings.Contains(acctest.JoinLines(out), line) {
				t.Errorf("%s is listed: %t\n%s", s.Site, !wanted, out)
			}
		}
		if n := a.Stats().Requests["GET /sites"]; n != 1 {
			t.Errorf("the list was asked for %d times", n)
		}
		if s := a.Stats(); s.LiveSessions != 0 {
			t.Error("a session is left")
		}
	})
}

// TestQuery_fails: the command shows the error and fails.
func TestQuery_fails(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Lists)
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Pair("site-b")
		a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Status, Status: 403})
		out, code := query(t, a).Run(t, "query", "-no-color")
		if code == 0 {
			t.Error("the command succeeds")
		}
		acctest.RequireTexts(t, out, "Unable to list the site pairings", "status 403", "The user of the login lacks a role for this.")
		acctest.RequireNoTexts(t, out, "site-b")

		out, code = query(t, a, `config { api_url = "site-b" }`).Run(t, "query", "-no-color")
		if code == 0 {
			t.Error("a wrong filter is taken")
		}
		acctest.RequireTexts(t, out, "is not an https URL")
	})
}

// TestQuery_toConfiguration: a list, the generated configuration, an import, and an empty plan.
func TestQuery_toConfiguration(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Lists)
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]string{"a fleet": ""}), func(t *testing.T, c serviceCase[string]) {
		a := fleet(t, c.service)
		a.SetDescription("site-c", "by hand")
		w := query(t, a)
		w.MustRun(t, "query", "-no-color", "-generate-config-out=generated.tf")
		acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "3 imported, 0 added, 0 changed, 0 destroyed")
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		acctest.RequireTexts(t, w.MustRun(t, "show", "-no-color"), `"by hand"`, `"site-b"`, `"site-d"`)
		requireSent(t, a, 0, 0, 0)
	})
}
