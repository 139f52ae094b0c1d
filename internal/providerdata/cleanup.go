package providerdata

import (
	"context"
	"errors"
	"sync"
)

// Cleanup collects the functions to run at the end of the process: logouts.
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

// Run runs the registered functions concurrently, once.
func (c *Cleanup) Run(ctx context.Context) error {
	c.lock.Lock()
	tasks := c.tasks
	c.tasks = nil
	c.lock.Unlock()

	errs := make([]error, len(tasks))
	var running sync.WaitGroup
	for i, task := range tasks {
		running.Go(func() { errs[i] = task(ctx) })
	}
	running.Wait()
	return errors.Join(errs...)
}
