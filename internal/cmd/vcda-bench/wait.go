package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// wait is how the end of a task was noticed.
type wait struct {
	task         time.Duration
	ours, second notice // by the provider, and by a client that polls each second
}

// notice is how long after the end of a task a client asked for it, and how
// often it had asked by then.
type notice struct {
	delay time.Duration
	polls int
}

// waitForAll waits for each of the tasks, on appliances of their own and all at
// once: waiting costs next to nothing.
func (t *tools) waitForAll(ctx context.Context, tasks []time.Duration) ([]wait, error) {
	waits := make([]wait, len(tasks))
	group, ctx := errgroup.WithContext(ctx)
	for i, task := range tasks {
		w := &waits[i]
		w.task = task
		group.Go(func() error {
			f, err := startFleet(1, task)
			if err != nil {
				return err
			}
			defer f.estate.Close()
			if _, err := t.create(ctx, ours, f, defaultParallelism); err != nil {
				return err
			}
			w.ours, err = f.noticed(task)
			say("waited for %s: %+v", task, w.ours)
			return errors.Join(err, f.check())
		})
		group.Go(func() error {
			f, err := startFleet(1, task)
			if err != nil {
				return err
			}
			defer f.estate.Close()
			if err := pairPolling(ctx, f); err != nil {
				return err
			}
			w.second, err = f.noticed(task)
			return errors.Join(err, f.check())
		})
	}
	return waits, group.Wait()
}

// noticed finds, in what the appliance was asked, the one pairing and the last
// poll of its task.
func (f *fleet) noticed(task time.Duration) (notice, error) {
	var end, last time.Time
	var n notice
	for _, r := range f.Requests() {
		switch {
		case r.Method == http.MethodPost && r.Path == "/sites":
			end = r.Time.Add(task)
		case !end.IsZero() && strings.HasPrefix(r.Path, "/tasks"):
			n.polls++
			last = r.Time
		}
	}
	if n.polls == 0 {
		return n, errors.New("nobody asked for the task")
	}
	n.delay = last.Sub(end)
	if n.delay < 0 {
		return n, fmt.Errorf("the last poll came %s before the end of the task", -n.delay)
	}
	return n, nil
}
