package vcda

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Concurrent changes share the lists that they read before a write, if a list is
// recent enough for each of them. A list of sites expires when a task ends that
// this client waits for. A list of tasks expires when a task may run that it does
// not show: after the end of a task that this client did not start, and after a
// request whose response names no task.

// SitesSince is Sites with a shared list that was requested at since or later. The
// caller must not change it.
func (c *Client) SitesSince(ctx context.Context, since time.Time) ([]Site, error) {
	l, err := c.freshSites.GetSince(ctx, "", since, c.listSites)
	return l.sites, err
}

// SiteTasksSince lists the tasks about sites, with a shared list that was requested
// at since or later. The caller must not change it.
func (c *Client) SiteTasksSince(ctx context.Context, since time.Time) ([]Task, error) {
	return c.siteTasks.GetSince(ctx, "", since, c.listSiteTasks)
}

// listSiteTasks reads the pages that may have changed since the last list: the
// newest tasks come first, and an ended task does not change.
func (c *Client) listSiteTasks(ctx context.Context) ([]Task, error) {
	ended, running := map[string]Task{}, map[string]bool{}
	if last := c.lastTasks.Load(); last != nil {
		for _, t := range *last {
			if t.Ended() {
				ended[t.ID] = t
			} else {
				running[t.ID] = true
			}
		}
	}
	overlaps := false // with the ended tasks of the last list
	tasks, err := c.listTasks(ctx, TaskQuery{ResourceType: "site"}, func(page []Task) bool {
		for _, t := range page {
			_, known := ended[t.ID]
			overlaps = overlaps || known
			delete(ended, t.ID)
			delete(running, t.ID)
		}
		return overlaps && len(running) == 0
	})
	if err != nil {
		return nil, err
	}
	tasks = slices.AppendSeq(tasks, maps.Values(ended))
	c.lastTasks.Store(&tasks)
	return tasks, nil
}

// taskEnded invalidates the lists that do not show the end of a task.
func (c *Client) taskEnded() {
	c.writes.Invalidate()
	c.taskEnds.Invalidate()
}
