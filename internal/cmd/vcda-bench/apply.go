package main

import (
	"context"
	"fmt"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// defaultParallelism is how many resources the command lines make at once if
// nobody says otherwise.
const defaultParallelism = 10

// apply is what an apply cost that made n pairings.
type apply struct {
	n, parallelism int
	task           time.Duration
	stats          simulator.Stats
	ours, floor    cost
}

// least is how long the tasks take, if nothing else takes any time.
func (a apply) least() time.Duration {
	return time.Duration((a.n+a.parallelism-1)/a.parallelism) * a.task
}

func (t *tools) apply(ctx context.Context, n int, task time.Duration, parallelism int) (apply, error) {
	a := apply{n: n, parallelism: parallelism, task: task}
	f, err := startFleet(n, task)
	if err != nil {
		return a, err
	}
	defer f.estate.Close()
	if a.floor, err = t.create(ctx, floor, f, parallelism); err != nil {
		return a, err
	}
	if a.ours, err = t.create(ctx, ours, f, parallelism); err != nil {
		return a, err
	}
	a.stats = f.Stats()
	say("apply of %d with tasks of %s: %s, floor: %s", n, task, a.ours.wall.Round(time.Millisecond), a.floor.wall.Round(time.Millisecond))
	return a, f.check()
}

// create pairs a fleet by an apply.
func (t *tools) create(ctx context.Context, provider string, f *fleet, parallelism int) (cost, error) {
	w, err := t.workspace()
	if err != nil {
		return cost{}, err
	}
	if err := f.configure(w); err != nil {
		return cost{}, err
	}
	return w.run(ctx, provider, "apply", "-no-color", "-input=false", "-auto-approve", fmt.Sprintf("-parallelism=%d", parallelism))
}
