package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// groupClock is a clock for many who wait at once: it moves on to the next end of
// a pause when all of them pause.
type groupClock struct {
	clock.System // its timeouts are real
	lock         sync.Mutex
	now          time.Time
	awake        int
	pauses       map[*pause]struct{}
}

type pause struct {
	end  time.Time
	ctx  context.Context
	over chan struct{}
}

func newGroupClock(n int) *groupClock {
	return &groupClock{now: newClock().now, awake: n, pauses: map[*pause]struct{}{}}
}

func (c *groupClock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

// join adds somebody who is awake.
func (c *groupClock) join() { c.change(func() { c.awake++ }) }

// leave is called by somebody who won't pause any more.
func (c *groupClock) leave() { c.change(func() { c.awake-- }) }

// change does something under the lock, and moves the time where all pause then.
func (c *groupClock) change(do func()) {
	c.lock.Lock()
	defer c.lock.Unlock()
	do()
	if c.awake > 0 || len(c.pauses) == 0 {
		return
	}
	var next time.Time
	for p := range c.pauses {
		if p.ctx.Err() != nil {
			return // it ends before its time
		}
		if next.IsZero() || p.end.Before(next) {
			next = p.end
		}
	}
	c.now = next
	for p := range c.pauses {
		if !p.end.After(next) {
			delete(c.pauses, p)
			c.awake++
			close(p.over)
		}
	}
}

func (c *groupClock) Sleep(ctx context.Context, d time.Duration) error {
	p := &pause{ctx: ctx, over: make(chan struct{})}
	c.change(func() {
		p.end = c.now.Add(d)
		c.pauses[p] = struct{}{}
		c.awake--
	})
	select {
	case <-p.over:
	case <-ctx.Done():
		c.change(func() {
			if _, pauses := c.pauses[p]; pauses {
				delete(c.pauses, p)
				c.awake++
			}
		})
	}
	return context.Cause(ctx)
}

// waiters are many tasks of one appliance, for each of which somebody waits.
type waiters struct {
	*fixture
	clock *groupClock
	tasks []Task
}

// startWaiters starts tasks of the length.
func startWaiters(t *testing.T, n int, length time.Duration) *waiters {
	t.Helper()
	clock := newGroupClock(n)
	f := startBy(t, Manager, clock, func(o *simulator.ApplianceOptions) { o.TaskDuration = length })
	c := &waiters{fixture: f, clock: clock}
	for range n {
		task, err := f.start(t.Context(), rest.Request{Method: http.MethodPost, Path: "/diagnostics/health"})
		if err != nil {
			t.Fatal(err)
		}
		c.tasks = append(c.tasks, task)
	}
	f.a.ResetStats()
	return c
}

// wait waits for each task and tells how late its end was noticed, and how the
// wait ended.
func (c *waiters) wait(ctx func(i int) context.Context) (late []time.Duration, ends []error) {
	late, ends = make([]time.Duration, len(c.tasks)), make([]error, len(c.tasks))
	var all sync.WaitGroup
	for i, task := range c.tasks {
		all.Go(func() {
			defer c.clock.leave()
			ended, err := c.Wait(ctx(i), task)
			late[i], ends[i] = c.clock.Now().Sub(time.UnixMilli(ended.EndTime)), err
			if err == nil && ended.ID != task.ID {
				c.t.Errorf("the wait for %s brought %s", task.ID, ended.ID)
			}
		})
	}
	all.Wait()
	return late, ends
}

func (c *waiters) plain(int) context.Context { return c.t.Context() }

// One poll serves all tasks: their number does not change that of the calls, nor
// how soon an end is noticed as long as one list holds them.
func TestOnePollForAllTasks(t *testing.T) {
	for _, c := range []struct {
		n, most int
		length  time.Duration
		lists   int // that a poll takes
	}{
		{2, 14, 3 * time.Second, 1},
		{10, 50, time.Minute, 1},
		{100, 50, time.Minute, 1},
		{101, 50, time.Minute, 2},
		{200, 50, time.Minute, 2},
		{200, 2, 200 * time.Millisecond, 2},
		{350, 60, time.Minute, 4},
	} {
		t.Run(fmt.Sprintf("%d for %s", c.n, c.length), func(t *testing.T) {
			all := startWaiters(t, c.n, c.length)
			late, ends := all.wait(all.plain)
			for i := range ends {
				bar := time.Duration(c.lists) * max(c.length/10, 250*time.Millisecond)
				if ends[i] != nil || late[i] < 0 || late[i] > bar {
					t.Fatalf("task %d: error %v, noticed %s late, want at most %s", i, ends[i], late[i], bar)
				}
			}
			s := all.a.Stats()
			if s.Polls > c.most || s.Requests["GET /tasks/{id}"] != 0 {
				t.Errorf("%d polls, want at most %d and each of a list: %v", s.Polls, c.most, s.Requests)
			}
		})
	}
}

// Tasks that begin one after another share polls: the pace of the youngest
// serves the older ones.
func TestLateComersShareThePolls(t *testing.T) {
	all := startWaiters(t, 20, 30*time.Second)
	first := all.clock.Now()
	var waits sync.WaitGroup
	for i, task := range all.tasks {
		waits.Go(func() {
			defer all.clock.leave()
			if err := all.clock.Sleep(t.Context(), time.Duration(i)*time.Second); err != nil {
				t.Error(err)
			}
			if _, err := all.Wait(t.Context(), task); err != nil {
				t.Error(err)
			}
			if late := all.clock.Now().Sub(first.Add(30 * time.Second)); late < 0 || late > 1200*time.Millisecond {
				t.Errorf("noticed %s late, want at most a tenth of the youngest wait", late)
			}
		})
	}
	waits.Wait()
	if polls := all.a.Stats().Polls; polls > 30*5 {
		t.Errorf("%d polls, want those of one young task at a time", polls)
	}
}

// What a list leaves out, or can't show, is read by itself.
func TestTasksThatNoListShows(t *testing.T) {
	broken := func(f simulator.Fault) func(*waiters) {
		f.Method, f.Path = http.MethodGet, "/tasks"
		return func(c *waiters) { c.a.Fault(f) }
	}
	for name, trouble := range map[string]func(*waiters){
		"empty list":     broken(simulator.Fault{Kind: simulator.Body, Body: `{"items":[],"total":0,"offset":0,"limit":100}`}),
		"no list":        broken(simulator.Fault{Kind: simulator.Body, Body: `{"total":3}`}),
		"foreign list":   broken(simulator.Fault{Kind: simulator.Body, Body: `{"items":[{"id":"other","state":"SUCCEEDED"}],"total":1}`}),
		"wrong type":     broken(simulator.Fault{Kind: simulator.Body, Body: `{"items":[{"id":7}]}`}),
		"page":           broken(simulator.Fault{Kind: simulator.Body, Body: "<html>", ContentType: "text/html"}),
		"ids unknown":    broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusBadRequest}),
		"list forbidden": broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusForbidden}),
		"no such list":   broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusNotFound}),
		"always a 500":   broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusInternalServerError}),
	} {
		t.Run(name, func(t *testing.T) {
			all := startWaiters(t, 5, 10*time.Second)
			trouble(all)
			late, ends := all.wait(all.plain)
			for i := range ends {
				if ends[i] != nil || late[i] > time.Second {
					t.Errorf("task %d: error %v, noticed %s late", i, ends[i], late[i])
				}
			}
			if single := all.a.Stats().Requests["GET /tasks/{id}"]; single < 5 || single > 5*28 {
				t.Errorf("%d reads of one task, want no more than each alone would take", single)
			}
		})
	}
}

// A list that shows only some is asked once more for the others, page by page.
func TestShortListsOfTasks(t *testing.T) {
	all := startWaiters(t, 50, 3*time.Second)
	all.a.LimitTaskPages(20)
	_, ends := all.wait(all.plain)
	if err := errors.Join(ends...); err != nil || all.a.Stats().Requests["GET /tasks/{id}"] != 0 {
		t.Errorf("error %v, %v, want all from lists", err, all.a.Stats().Requests)
	}
}

// Where lists leave results out, those who want one read their task at its end.
func TestResultsThatNoListShows(t *testing.T) {
	all := startWaiters(t, 4, 3*time.Second)
	all.a.OmitTaskResults(true)
	var waits sync.WaitGroup
	for i, task := range all.tasks {
		waits.Go(func() {
			defer all.clock.leave()
			wait := all.Wait
			if i < 2 {
				wait = all.WaitForResult
			}
			if ended, err := wait(t.Context(), task); err != nil || !ended.Ended() {
				t.Errorf("task %+v, error %v", ended, err)
			}
		})
	}
	waits.Wait()
	if single := all.a.Stats().Requests["GET /tasks/{id}"]; single != 2 {
		t.Errorf("%d reads of one task, want one for each result", single)
	}
}

// Where a list does not say why a task failed, the task itself may.
func TestReasonsThatNoListShows(t *testing.T) {
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		id, single := strings.CutPrefix(r.URL.Path, "/tasks/")
		switch {
		case !single:
			reply(http.StatusOK, `{"items":[{"id":"a","state":"FAILED"},{"id":"b","state":"FAILED"}],"total":2}`)(w, r)
		case id == "a":
			reply(http.StatusOK, `{"id":"a","state":"FAILED","error":{"code":"Odd","msg":"It is odd."}}`)(w, r)
		default:
			reply(http.StatusOK, `{"id":"b","state":"FAILED","error":null}`)(w, r)
		}
	})
	for id, want := range map[string]string{"a": "the task a failed: Odd: It is odd.", "b": "the task b failed and gives no reason"} {
		other := c.watch.join(Task{ID: "x"}, false, c.clock.Now())
		if _, err := c.Wait(t.Context(), Task{ID: id}); err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
		c.watch.leave(other)
	}
}

// A passing trouble of the list ends no wait, and nobody goes his own way.
func TestPassingTroubleOfTheList(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"503": {Kind: simulator.Status, Status: 503}, "500": {Kind: simulator.Status, Status: 500}, "429": {Kind: simulator.Status, Status: 429}, "reset": {Kind: simulator.Reset},
	} {
		t.Run(name, func(t *testing.T) {
			all := startWaiters(t, 5, 10*time.Second)
			fault.Path, fault.Times = "/tasks", 3
			all.a.Fault(fault)
			_, ends := all.wait(all.plain)
			s := all.a.Stats()
			if err := errors.Join(ends...); err != nil || s.Requests["GET /tasks/{id}"] != 0 || s.Polls > 30 {
				t.Errorf("error %v, %v", err, s.Requests)
			}
		})
	}
}

// Who gives up ends nobody else's wait, also in the middle of a poll for all.
func TestWaitsEndOnTheirOwn(t *testing.T) {
	all := startWaiters(t, 6, time.Minute)
	given, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	polls := 0
	var lock sync.Mutex
	all.a.BeforeResponse(func(r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		if polls++; polls == 10 {
			giveUp()
		}
	})
	_, ends := all.wait(func(i int) context.Context {
		if i < 3 {
			return given
		}
		return t.Context()
	})
	for i, err := range ends {
		var wait *WaitError
		gaveUp := errors.As(err, &wait) && errors.Is(err, context.Canceled) && wait.Task.ID == all.tasks[i].ID
		if i < 3 != gaveUp || i >= 3 && err != nil {
			t.Errorf("task %d: error %v", i, err)
		}
	}
}

// Who is told of an end meets it at once, also while another poll hangs.
func TestAnEndWaitsForNoPoll(t *testing.T) {
	f := start(t, Manager)
	ctx, cancel := cancelled(t)
	one := f.watch.join(Task{ID: "a"}, false, f.clock.Now())
	f.watch.turn <- struct{}{}
	f.watch.note([]*wait{one}, map[string]Task{"a": {ID: "a", State: TaskSucceeded}}, nil, f.clock.Now())
	cancel() // else it would hang
	if err := f.follow(ctx, one); err != nil {
		t.Errorf("error %v instead of the end", err)
	}
}

// Each task has its own end, though one poll shows them all.
func TestTasksOfOnePollEndDifferently(t *testing.T) {
	all := startWaiters(t, 3, 10*time.Second)
	all.a.FailNextTask("health", "Odd", "It failed.")
	all.clock.join() // what is started here
	failing, err := all.start(t.Context(), rest.Request{Method: http.MethodPost, Path: "/diagnostics/health"})
	if err != nil {
		t.Fatal(err)
	}
	all.clock.join()
	all.tasks = append(all.tasks, failing, Task{ID: "00000000-0000-4000-8000-000000000000"})
	_, ends := all.wait(all.plain)
	var failed *TaskError
	if errors.Join(ends[:3]...) != nil || !errors.As(ends[3], &failed) || failed.Task.ID != failing.ID || !IsTaskGone(ends[4]) {
		t.Errorf("errors %v", ends)
	}
	if s := all.a.Stats(); s.Requests["GET /tasks/{id}"] != 1 {
		t.Errorf("%v, want one read of the task that no list shows", s.Requests)
	}
}

// A refused login within a poll is everybody's end, after one login.
func TestRefusedLoginWithinAPollForAll(t *testing.T) {
	all := startWaiters(t, 5, time.Minute)
	all.a.SetAccounts(simulator.Accounts{})
	all.a.ExpireSessions()
	_, ends := all.wait(all.plain)
	for i, err := range ends {
		var login *LoginError
		if !errors.As(err, &login) || !login.Refused {
			t.Errorf("task %d: error %v", i, err)
		}
	}
	if n := all.a.Stats().FailedLogins; n != 1 {
		t.Errorf("%d refused logins", n)
	}
}

// The ids travel in one query.
func TestTasksByID(t *testing.T) {
	f := start(t, Manager)
	ids := f.healthTasks(4)
	tasks, err := f.Tasks(t.Context(), TaskQuery{IDs: ids[1:3], Limit: 2})
	if got := idsOf(tasks); err != nil || !slices.Equal(got, ids[1:3]) {
		t.Errorf("error %v, tasks %v, want %v", err, got, ids[1:3])
	}
	if last := f.a.Requests(); !strings.Contains(last[len(last)-1].Path, "ids="+ids[1]) {
		t.Errorf("the query is %s", last[len(last)-1].Path)
	}
}
