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
	cost           cost
}

// least is how long the tasks take, if nothing else takes any time.
func (a apply) least() time.Duration {
	return time.Duration((a.n+a.parallelism-1)/a.parallelism) * a.task
}

func (t *tools) apply(ctx context.Context, n int, task time.Duration, parallelism int) (apply, error) {
	a := apply{n: n, parallelism: parallelism, task: task}
	f, c, err := t.create(ctx, n, task, parallelism)
	if err != nil {
		return a, err
	}
	a.stats, a.cost = f.Stats(), c
	say("apply of %d with tasks of %s: %s", n, task, c.wall.Round(time.Millisecond))
	return a, f.check()
}

// create pairs a fleet by an apply. The fleet is closed, and can tell what it
// has seen.
func (t *tools) create(ctx context.Context, n int, task time.Duration, parallelism int) (*fleet, cost, error) {
	f, err := startFleet(n, task)
	if err != nil {
		return nil, cost{}, err
	}
	defer f.estate.Close()
	w, err := t.workspace()
	if err != nil {
		return nil, cost{}, err
	}
	if err := f.configure(w); err != nil {
		return nil, cost{}, err
	}
	c, err := w.run(ctx, ours, "apply", "-no-color", "-input=false", "-auto-approve", fmt.Sprintf("-parallelism=%d", parallelism))
	return f, c, err
}
