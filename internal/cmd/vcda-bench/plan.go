package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// plan is what a plan of n pairings cost in which nothing changes.
type plan struct {
	n           int
	runs        int             // of each provider
	stats       simulator.Stats // of one run
	ours, floor cost            // medians
}

// longPlan is from how many pairings on one run has to do.
const longPlan = 1000

func (t *tools) plan(ctx context.Context, n, runs int) (plan, error) {
	if n >= longPlan {
		runs = 1
	}
	p := plan{n: n, runs: runs}
	f, err := startFleet(n, 0)
	if err != nil {
		return p, err
	}
	defer f.estate.Close()
	w, err := t.workspace()
	if err != nil {
		return p, err
	}
	if err := errors.Join(f.configure(w), f.pair(w)); err != nil {
		return p, err
	}
	costs := map[string][]cost{}
	for i := range runs { // in turn, so that whatever else the machine does meets both
		for _, provider := range []string{floor, ours} {
			f.ResetStats()
			// It fails where something would change.
			c, err := w.run(ctx, provider, "plan", "-no-color", "-input=false", "-detailed-exitcode")
			if err != nil {
				return p, err
			}
			costs[provider] = append(costs[provider], c)
			say("plan of %d, run %d of %d, %s: %s", n, i+1, runs, provider, c.wall.Round(time.Millisecond))
		}
	}
	p.ours, p.floor, p.stats = median(costs[ours]), median(costs[floor]), f.Stats()
	return p, f.check()
}

// median takes that of each part.
func median(costs []cost) cost {
	return cost{
		middle(costs, func(c cost) time.Duration { return c.wall }),
		middle(costs, func(c cost) time.Duration { return c.cpu }),
		middle(costs, func(c cost) int64 { return c.memory }),
	}
}

func middle[T cmp.Ordered](costs []cost, part func(cost) T) T {
	var all []T
	for _, c := range costs {
		all = append(all, part(c))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
