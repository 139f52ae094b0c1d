package providerdata

import (
	"context"
	"errors"
	"sync"
)

// Cleanup collects what must end with the process: sessions to log out.
type Cleanup struct {
	lock  sync.Mutex
	tasks []func(context.Context) error
}

// Add registers f to run when the process ends.
func (c *Cleanup) Add(f func(context.Context) error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.tasks = append(c.tasks, f)
}

// Run runs what was registered, all at once, and forgets it.
func (c *Cleanup) Run(ctx context.Context) error {
	c.lock.Lock()
	tasks := c.tasks
	c.tasks = nil
	c.lock.Unlock()

	problems := make([]error, len(tasks))
	var running sync.WaitGroup
	for i, task := range tasks {
		running.Go(func() { problems[i] = task(ctx) })
	}
	running.Wait()
	return errors.Join(problems...)
}
