package providerdata_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

func TestClaims(t *testing.T) {
	t.Parallel()
	type claim struct {
		key, owner string
		leaving    bool
		taken      bool
	}
	for name, claims := range map[string][]claim{
		"one":                  {{"k", "a", false, true}, {"k", "a", false, true}, {"k", "a", true, true}},
		"two":                  {{"k", "a", false, true}, {"k", "b", false, false}, {"k", "a", false, true}},
		"two things":           {{"k", "a", false, true}, {"l", "b", false, true}},
		"after a leaving one":  {{"k", "a", true, true}, {"k", "b", false, false}},
		"before a leaving one": {{"k", "a", false, true}, {"k", "b", true, false}},
		"two leaving":          {{"k", "a", true, true}, {"k", "b", true, true}, {"k", "c", false, false}},
		"replacement":          {{"k", "a", true, true}, {"k", "a", false, true}},
		"leaver comes back":    {{"k", "a", true, true}, {"k", "a", false, true}, {"k", "b", true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held := &providerdata.Claims{}
			for i, c := range claims {
				if got := held.Take(c.key, c.owner, c.leaving); got != c.taken {
					t.Errorf("claim %d, %+v: %t", i, c, got)
				}
			}
		})
	}
	var none *providerdata.Claims // the provider isn't configured
	none.Begin(true)
	if !none.Take("k", "a", false) || !none.Take("k", "b", false) {
		t.Error("without claims nothing is taken")
	}
}

// TestClaimsOfAnApply: those of the plan before it don't count, nor the other
// way round.
func TestClaimsOfAnApply(t *testing.T) {
	t.Parallel()
	held := &providerdata.Claims{}
	for i, owner := range []string{"plan", "apply", "next plan"} {
		for range 2 { // each resource says so
			held.Begin(i%2 == 1)
			if !held.Take("k", owner, false) || held.Take("k", "another", false) {
				t.Errorf("%s does not hold it alone", owner)
			}
		}
	}
}

// TestRepeatedClaims: plans have what they want, applies don't.
func TestRepeatedClaims(t *testing.T) {
	t.Parallel()
	held := &providerdata.Claims{}
	held.Repeats()
	if !held.Take("k", "a", false) || !held.Take("k", "b", false) {
		t.Error("a repeated plan was refused")
	}
	held.Begin(true)
	if !held.Take("k", "a", false) || held.Take("k", "b", false) {
		t.Error("an apply does not hold it alone")
	}
}

// TestClaimsAtOnce: of many at once one gets it.
func TestClaimsAtOnce(t *testing.T) {
	t.Parallel()
	held := &providerdata.Claims{}
	var winners atomic.Int32
	var running sync.WaitGroup
	for i := range 50 {
		running.Go(func() {
			if held.Take("k", strconv.Itoa(i), false) {
				winners.Add(1)
			}
		})
	}
	running.Wait()
	if winners.Load() != 1 {
		t.Errorf("%d hold it", winners.Load())
	}
}

// TestCleanup runs everything once, all at once, and reports every problem.
func TestCleanup(t *testing.T) {
	t.Parallel()
	c := &providerdata.Cleanup{}
	var runs atomic.Int32
	together := make(chan struct{})
	for range 2 { // neither ends before the other has begun
		c.Add(func(context.Context) error {
			if runs.Add(1) == 2 {
				close(together)
			}
			<-together
			return errors.New("problem " + strconv.Itoa(int(runs.Load())))
		})
	}
	err := c.Run(t.Context())
	if err == nil || strings.Count(err.Error(), "problem") != 2 {
		t.Errorf("got %v", err)
	}
	if err := c.Run(t.Context()); err != nil || runs.Load() != 2 {
		t.Errorf("run again: %v, %d runs", err, runs.Load())
	}
}
