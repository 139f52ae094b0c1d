package vcda

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// The interval between polls grows with the time waited. The end of a task is
// noticed within a tenth of its length, or a quarter of a second. A wait of a
// minute needs fewer than fifty calls.
const (
	minInterval = 225 * time.Millisecond
	backoff     = 0.095 // of the time waited
)

// maxFailedLists is how many lists in a row may fail before each task is read
// separately: an appliance may respond with 500 to a request that it does not
// support.
const maxFailedLists = 4

// poller polls the tasks that are waited for. As long as there are any, one loop
// reads all of them in one list.
type poller struct {
	clock clock.Clock
	list  func(ctx context.Context, ids []string) ([]Task, error)
	read  func(ctx context.Context, id string) (Task, error)
	ended func() // called when tasks have ended, before their waits return

	lock          sync.Mutex
	subscriptions map[*subscription]struct{}
	next          time.Time // of the next poll
	wake          func()    // ends the loop's sleep early
	stop          func()    // ends the loop
	failedLists   int       // in a row
}

// subscription is a wait for a task. The poller's lock guards task, last and err.
type subscription struct {
	id          string
	began       time.Time
	least       time.Duration // between polls for it
	wantsResult bool
	polled      chan struct{} // holds one signal

	task Task
	last error // the transient error of the last poll, or nil
	err  error // the final error, or nil
}

func newPoller(c *Client) *poller {
	return &poller{
		clock: c.clock,
		read:  c.Task,
		list: func(ctx context.Context, ids []string) ([]Task, error) {
			return c.Tasks(ctx, TaskQuery{IDs: ids, Limit: len(ids)})
		},
		ended:         c.taskEnded,
		subscriptions: map[*subscription]struct{}{},
	}
}

// wait polls a task until it ends. It reports the task when its state or its
// progress has changed. err is the reason if the wait ends before the task; last is
// the error of the last poll.
func (p *poller) wait(ctx context.Context, t Task, wantsResult bool, report func(Task)) (task Task, last, err error) {
	s := p.subscribe(ctx, t, wantsResult)
	defer p.unsubscribe(s)
	for {
		select {
		case <-s.polled:
		case <-ctx.Done():
		}
		canceled := p.clock.Sleep(ctx, 0) != nil || ctx.Err() != nil // a test's clock ends timeouts in Sleep
		before := task
		if task, last, err = p.state(s); task.State != before.State || task.Progress != before.Progress {
			report(task)
		}
		switch {
		case task.Ended() || err != nil:
			return task, last, err
		case canceled:
			return task, last, context.Cause(ctx)
		}
	}
}

func (p *poller) state(s *subscription) (task Task, last, err error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	return s.task, s.last, s.err
}

// subscribe adds a wait. The first one starts the loop.
func (p *poller) subscribe(ctx context.Context, t Task, wantsResult bool) *subscription {
	p.lock.Lock()
	defer p.lock.Unlock()
	s := &subscription{id: t.ID, began: p.clock.Now(), least: leastInterval(ctx), wantsResult: wantsResult, task: t, polled: make(chan struct{}, 1)}
	p.subscriptions[s] = struct{}{}
	first := s.began.Add(p.interval(s))
	switch {
	case len(p.subscriptions) == 1:
		p.next = first
		p.start(ctx)
	case first.Before(p.next):
		p.next = first
		p.wake()
	}
	return s
}

// start starts the loop. It polls for later waits too, so it does not end with the
// context of the first one.
func (p *poller) start(ctx context.Context) {
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.wake = func() {}
	go p.run(ctx)
}

// unsubscribe ends a wait. The last one ends the loop.
func (p *poller) unsubscribe(s *subscription) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.remove(s)
}

func (p *poller) remove(s *subscription) {
	if _, waits := p.subscriptions[s]; !waits {
		return
	}
	delete(p.subscriptions, s)
	if len(p.subscriptions) == 0 {
		p.stop()
	}
}

// interval returns the time to the next poll for a wait. If a poll takes several
// lists, the interval grows, so that the number of calls does not.
func (p *poller) interval(s *subscription) time.Duration {
	lists := (len(p.subscriptions) + tasksPage - 1) / tasksPage
	waited := p.clock.Now().Sub(s.began)
	return time.Duration(lists) * max(s.least, time.Duration(backoff*float64(waited)))
}

type leastIntervalKey struct{}

// WithLeastInterval sets the shortest interval of the waits with a context. If
// tasks start one after the other, the newest one would keep the interval short all
// the time.
func WithLeastInterval(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, leastIntervalKey{}, d)
}

func leastInterval(ctx context.Context) time.Duration {
	d, _ := ctx.Value(leastIntervalKey{}).(time.Duration)
	return max(d, minInterval)
}

// run polls until no wait is left.
func (p *poller) run(ctx context.Context) {
	for ctx.Err() == nil {
		if p.sleep(ctx) {
			p.pollOnce(ctx)
			p.schedule(ctx)
		}
	}
}

// sleep waits for the next poll and reports whether it is due. It is not if a new
// wait, which needs an earlier poll, has ended the sleep.
func (p *poller) sleep(ctx context.Context) (due bool) {
	sleeping, wake := context.WithCancel(ctx)
	defer wake()
	p.lock.Lock()
	if ctx.Err() == nil { // else another loop may have started
		p.wake = wake
	}
	pause := p.next.Sub(p.clock.Now())
	p.lock.Unlock()
	return p.clock.Sleep(sleeping, max(pause, 0)) == nil
}

// schedule sets the next poll: at the interval of the newest wait, or earlier, at
// the time when half of the tasks have ended by their progress.
func (p *poller) schedule(ctx context.Context) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if ctx.Err() != nil || len(p.subscriptions) == 0 {
		return // another loop has its own schedule
	}
	now := p.clock.Now()
	var newest *subscription
	var left []time.Duration
	for s := range p.subscriptions {
		if newest == nil || s.began.After(newest.began) {
			newest = s
		}
		left = append(left, s.left(now))
	}
	slices.Sort(left)
	pause, half := p.interval(newest), left[len(left)/2]
	if half > pause/4 && half < pause { // the progress of a task that hangs promises an early end at each poll
		pause = half
	}
	p.next = now.Add(pause)
}

// left estimates the remaining time of the task by its progress. Without progress
// it is the longest duration.
func (s *subscription) left(now time.Time) time.Duration {
	percent := s.task.Progress
	if percent <= 0 || percent > 100 {
		return math.MaxInt64
	}
	whole := 100 / float64(percent) * float64(now.Sub(s.began))
	return time.Duration(whole) - now.Sub(s.began)
}

// pollOnce reads all tasks in one list, and those that it leaves out one by one.
func (p *poller) pollOnce(ctx context.Context) {
	leftOut := p.waits()
	if len(leftOut) > 1 {
		leftOut = p.pollList(ctx, leftOut)
	}
	var reads sync.WaitGroup
	for _, s := range leftOut {
		reads.Go(func() { p.pollTask(ctx, s) })
	}
	reads.Wait()
}

func (p *poller) waits() (all []*subscription) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for s := range p.subscriptions {
		all = append(all, s)
	}
	return all
}

// pollList lists tasks by ID and returns the waits whose task must be read
// separately. An error of the list ends no wait.
func (p *poller) pollList(ctx context.Context, all []*subscription) (leftOut []*subscription) {
	for chunk := range slices.Chunk(all, tasksPage) {
		ids := make([]string, len(chunk))
		for i, s := range chunk {
			ids[i] = s.id
		}
		tasks, err := p.list(ctx, ids)
		if p.isListTransient(err) {
			p.record(ctx, chunk, nil, err)
			continue
		}
		if slices.ContainsFunc(tasks, Task.Ended) {
			p.ended() // once for all tasks, whose waits then share one list
		}
		shown := map[string]Task{}
		for _, t := range tasks {
			shown[t.ID] = t
		}
		for _, s := range chunk {
			if t, found := shown[s.id]; found && !isIncomplete(t, s.wantsResult) {
				p.record(ctx, []*subscription{s}, &t, nil)
			} else {
				leftOut = append(leftOut, s)
			}
		}
	}
	return leftOut
}

// isListTransient reports whether the next list may succeed. It counts failures.
func (p *poller) isListTransient(err error) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	if err == nil {
		p.failedLists = 0
		return false
	}
	p.failedLists++
	var response *rest.ResponseError
	return !errors.As(err, &response) && IsTransient(err) && p.failedLists <= maxFailedLists
}

// isIncomplete reports whether a list has left out the error of a failed task, or
// the result that a wait needs.
func isIncomplete(t Task, wantsResult bool) bool {
	switch t.State {
	case TaskFailed:
		return t.Error == nil
	case TaskSucceeded:
		return wantsResult && (len(t.Result) == 0 || string(t.Result) == "null")
	}
	return false
}

// pollTask reads one task.
func (p *poller) pollTask(ctx context.Context, s *subscription) {
	t, err := p.read(ctx, s.id)
	if err != nil {
		p.record(ctx, []*subscription{s}, nil, err)
		return
	}
	if t.Ended() {
		p.ended()
	}
	t.ID = s.id // the response may have another ID
	p.record(ctx, []*subscription{s}, &t, nil)
}

// record stores the result of a poll, or its error. A wait that has ended is
// removed.
func (p *poller) record(ctx context.Context, waits []*subscription, t *Task, err error) {
	if ctx.Err() != nil {
		return // no wait is left
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, s := range waits {
		switch {
		case t != nil:
			s.task, s.last = *t, nil
		case IsTransient(err):
			s.last = err
		default:
			s.err = err
		}
		if s.task.Ended() || s.err != nil {
			p.remove(s)
		}
		select {
		case s.polled <- struct{}{}:
		default: // the signal of the previous poll is still there
		}
	}
}
