package vcda

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Changes that run side by side look at the same lists: what one of them looks at
// serves the others, as long as it is young enough for them. A list of sites serves
// until a task ends that this client waits for, whose effect it does not show. A list
// of tasks serves until a task may run that it does not show: after the end of
// another's task, and after a request whose response names no task.

// SitesSince is Sites for changes: a response that was asked for at since or later.
// The caller must not change it.
func (c *Client) SitesSince(ctx context.Context, since time.Time) ([]Site, error) {
	l, err := c.looks.GetSince(ctx, "", since, c.listSites)
	return l.sites, err
}

// SiteTasksSince lists the tasks about sites, for changes: a response that was asked
// for at since or later. The caller must not change it.
func (c *Client) SiteTasksSince(ctx context.Context, since time.Time) ([]Task, error) {
	return c.siteTasks.GetSince(ctx, "", since, c.listSiteTasks)
}

// listSiteTasks reads the list as far as it has changed since the last time: the
// newest tasks come first, and what had ended stays as it was.
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
	reached := false // what had ended
	tasks, err := c.listTasks(ctx, TaskQuery{ResourceType: "site"}, func(page []Task) bool {
		for _, t := range page {
			_, known := ended[t.ID]
			reached = reached || known
			delete(ended, t.ID)
			delete(running, t.ID)
		}
		return reached && len(running) == 0
	})
	if err != nil {
		return nil, err
	}
	tasks = slices.AppendSeq(tasks, maps.Values(ended))
	c.lastTasks.Store(&tasks)
	return tasks, nil
}

// taskEnded ends the use of every list that does not show the end of a task.
func (c *Client) taskEnded() {
	c.writes.Invalidate()
	c.ends.Invalidate()
}
