package providerdata_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// When the use of the previous password leads to a warning.
func TestPreviousPassword(t *testing.T) {
	t.Parallel()
	type previous = providerdata.PreviousPassword
	unchanged, changing := func(p *previous) { p.Planned(false) }, func(p *previous) { p.Planned(true) }
	for name, row := range map[string]struct {
		events   []func(*previous)
		warnings int
	}{
		"not used":                       {[]func(*previous){(*previous).Await, unchanged}, 0},
		"used, no resource":              {[]func(*previous){(*previous).Used}, 1},
		"used twice":                     {[]func(*previous){(*previous).Used, unchanged, unchanged}, 1},
		"used, a resource keeps it":      {[]func(*previous){(*previous).Await, (*previous).Used, unchanged}, 1},
		"used, a resource changes it":    {[]func(*previous){(*previous).Await, (*previous).Used, changing}, 0},
		"changed by a create":            {[]func(*previous){changing, (*previous).Used}, 0},
		"used, the plan is not made yet": {[]func(*previous){(*previous).Await, (*previous).Used}, 0},
	} {
		warnings := 0
		p := &previous{Warn: func() { warnings++ }}
		for _, event := range row.events {
			event(p)
		}
		if warnings != row.warnings {
			t.Errorf("%s: %d warnings, want %d", name, warnings, row.warnings)
		}
	}
}
