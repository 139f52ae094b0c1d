package sessionextension_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// TestAdvice_sessionIsTheProblem: if the provider's own login fails, no message blames the remote site.
func TestAdvice_sessionIsTheProblem(t *testing.T) {
	t.Parallel()
	a, _ := startCloudSites(t, nil)
	toB := direct.Values{"site": "site-b", "multisite": direct.Values{"org": "acme"}}
	dead := direct.Values{"session_token": direct.Values{"token": "dead-token"}}
	for name, test := range map[string]struct {
		block direct.Values
		want  string
	}{
		"wrong password":                      {direct.Values{"login": direct.Values{"local_user": direct.Values{"username": "root", "password": "wrong"}}}, "Check username and password in login.local_user"},
		"dead token":                          {direct.Values{"login": dead}, "Obtain a new token"},
		"dead token, extensions":              {direct.Values{"login": dead, "session_extensions": []any{toB}}, "Obtain a new token"},
		"dead token, extensions, service not": {direct.Values{"login": dead, "session_extensions": []any{toB}, "service": nil}, "Obtain a new token"},
	} {
		t.Run(name, func(t *testing.T) {
			p := direct.Serve(t, acctest.Factories(t)["vcda"])
			block := direct.Values{"url": a.URL(), "thumbprint": a.Thumbprint(), "service": "cloud"}
			maps.Copy(block, test.block)
			if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
				t.Fatal(errors)
			}
			plan := p.Plan(t, "vcda_session_extension", direct.Object{}, toB)
			errors := plan.Diagnostics.Errors()
			if len(errors) == 0 {
				_, problems := p.Apply(t, plan)
				errors = problems.Errors()
			}
			_, problems := p.ReadData(t, "vcda_session", direct.Values{})
			for _, text := range append(errors, problems.Errors()...) {
				explained := strings.Contains(text, test.want) || strings.Contains(text, "Another message of this run gives")
				if !explained || strings.Contains(text, "credentials for the remote site") {
					t.Error(text)
				}
			}
			if len(errors) != 1 || len(problems.Errors()) != 1 {
				t.Errorf("%d and %d errors", len(errors), len(problems.Errors()))
			}
		})
	}
}
