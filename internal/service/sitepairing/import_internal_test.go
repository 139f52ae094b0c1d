package sitepairing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// TestImport_commandAndBlock: the command and the block can be pasted for any name.
func TestImport_commandAndBlock(t *testing.T) {
	t.Parallel()
	for key, want := range map[string][]string{
		"site-b":      {"NAME site-b\n", `id = "site-b"`},
		"two words":   {"NAME 'two words'\n", `id = "two words"`},
		"$(id)":       {"NAME '$(id)'\n", `id = "$(id)"`},
		"it's \"b\"":  {`NAME 'it'\''s "b"'`, `id = "it's \"b\""`},
		"${var.name}": {"NAME '${var.name}'\n", `id = "$${var.name}"`},
	} {
		text := importOrAdopt(key)
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%q is missing in %s", part, text)
			}
		}
	}
}

// TestImport_nearestSites: an error lists the ten most similar sites.
func TestImport_nearestSites(t *testing.T) {
	t.Parallel()
	var sites []vcda.Site
	for i := range 1000 {
		sites = append(sites, vcda.Site{Site: fmt.Sprintf("branch-%04d", i), APIPublicURL: "https://x.example.com"})
	}
	text := noSuchSite(sites, vcda.Cloud, "branch-0x42", "the name")
	if lines := strings.Count(text, "\n"); lines != 11 || !strings.Contains(text, "branch-0042") || !strings.Contains(text, "these 10 of 1000 are the nearest") {
		t.Errorf("%d lines: %s", lines, text)
	}
}

// TestNameOf: a link that is broken hides the name.
func TestNameOf(t *testing.T) {
	t.Parallel()
	if got := nameOf(vcda.Site{APIPublicURL: "https://b.example.com"}); got != "https://b.example.com" {
		t.Error(got)
	}
}
