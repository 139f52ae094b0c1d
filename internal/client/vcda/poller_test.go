package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// gateClock stands still until the test opens it.
type gateClock struct {
	*fakeClock
	open chan struct{}
}

func newGateClock() gateClock { return gateClock{newClock(), make(chan struct{})} }

func (c gateClock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-c.open:
	case <-ctx.Done():
	}
	return c.fakeClock.Sleep(ctx, d)
}

// awaitSubscriptions blocks until the poller has n waits.
func (p *poller) awaitSubscriptions(n int) {
	for count := 0; count < n; runtime.Gosched() {
		count = len(p.waits())
	}
}

// waiters are tasks of one appliance, and waits for each of them.
type waiters struct {
	*fixture
	clock gateClock
	tasks []Task
}

// startWaiters starts n tasks that take a time.
func startWaiters(t *testing.T, n int, length time.Duration) *waiters {
	t.Helper()
	clock := newGateClock()
	f := startWithClock(t, Manager, clock, func(o *simulator.ApplianceOptions) { o.TaskDuration = length })
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

// wait waits for each task. It returns how late the end of each task was noticed,
// and the error of each wait.
func (c *waiters) wait(ctx func(i int) context.Context, wait func(i int) func(context.Context, Task) (Task, error)) (late []time.Duration, ends []error) {
	late, ends = make([]time.Duration, len(c.tasks)), make([]error, len(c.tasks))
	var all sync.WaitGroup
	for i, task := range c.tasks {
		all.Go(func() {
			ended, err := wait(i)(ctx(i), task)
			late[i], ends[i] = c.clock.Now().Sub(time.UnixMilli(ended.EndTime)), err
			if err == nil && ended.ID != task.ID {
				c.t.Errorf("the wait for %s brought %s", task.ID, ended.ID)
			}
		})
	}
	c.poller.awaitSubscriptions(len(c.tasks))
	close(c.clock.open)
	all.Wait()
	return late, ends
}

func (c *waiters) plain(int) context.Context                          { return c.t.Context() }
func (c *waiters) each(int) func(context.Context, Task) (Task, error) { return c.Wait }

// One poll reads all tasks. As long as one list holds them, more tasks need no more
// calls, and their ends are noticed as early.
func TestPoller_onePollForAllTasks(t *testing.T) {
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
			late, ends := all.wait(all.plain, all.each)
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

// If the progress of tasks is even, a poll follows their end at once.
func TestPoller_progressPredictsTheEnd(t *testing.T) {
	for _, n := range []int{1, 10} {
		all := startWaiters(t, n, time.Second)
		late, ends := all.wait(all.plain, all.each)
		if err := errors.Join(ends...); err != nil || slices.Max(late) > 10*time.Millisecond {
			t.Errorf("error %v, noticed %v late", err, late)
		}
		if polls := all.a.Stats().Polls; polls > 5 {
			t.Errorf("%d polls", polls)
		}
	}
}

// Tasks that start one after another share polls, at the interval of the newest
// one.
func TestPoller_laterWaitsShareThePolls(t *testing.T) {
	all := startWaiters(t, 20, 30*time.Second)
	begin := all.clock.Now()
	var waits sync.WaitGroup
	join := func(task Task) {
		waits.Go(func() {
			if _, err := all.Wait(t.Context(), task); err != nil {
				t.Error(err)
			}
			if late := all.clock.Now().Sub(begin.Add(30 * time.Second)); late < 0 || late > 1200*time.Millisecond {
				t.Errorf("noticed %s late, want at most a tenth of the youngest wait", late)
			}
		})
	}
	joined := 0
	joinDue := func(int) {
		for ; joined < len(all.tasks) && all.clock.Now().Sub(begin) >= time.Duration(joined)*time.Second; joined++ {
			join(all.tasks[joined])
			all.poller.awaitSubscriptions(joined + 1)
		}
	}
	joinDue(0)
	all.clock.before = joinDue
	close(all.clock.open)
	waits.Wait()
	if polls := all.a.Stats().Polls; polls > 30*5 {
		t.Errorf("%d polls, want those of one young task at a time", polls)
	}
}

// A task that is not in the list is read separately.
func TestPoller_tasksMissingFromTheList(t *testing.T) {
	broken := func(f simulator.Fault) func(*waiters) {
		f.Method, f.Path = http.MethodGet, "/tasks"
		return func(c *waiters) { c.a.Fault(f) }
	}
	for name, fail := range map[string]func(*waiters){
		"empty list":     broken(simulator.Fault{Kind: simulator.Body, Body: `{"items":[],"total":0,"offset":0,"limit":100}`}),
		"no list":        broken(simulator.Fault{Kind: simulator.Body, Body: `{"total":3}`}),
		"list of others": broken(simulator.Fault{Kind: simulator.Body, Body: `{"items":[{"id":"other","state":"SUCCEEDED"}],"total":1}`}),
		"wrong type":     broken(simulator.Fault{Kind: simulator.Body, Body: `{"items":[{"id":7}]}`}),
		"page":           broken(simulator.Fault{Kind: simulator.Body, Body: "<html>", ContentType: "text/html"}),
		"ids unknown":    broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusBadRequest}),
		"list forbidden": broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusForbidden}),
		"no such list":   broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusNotFound}),
		"always a 500":   broken(simulator.Fault{Kind: simulator.Status, Status: http.StatusInternalServerError}),
	} {
		t.Run(name, func(t *testing.T) {
			all := startWaiters(t, 5, 10*time.Second)
			fail(all)
			late, ends := all.wait(all.plain, all.each)
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

// A list with short pages is read page by page.
func TestPoller_shortLists(t *testing.T) {
	all := startWaiters(t, 50, 3*time.Second)
	all.a.LimitTaskPages(20)
	_, ends := all.wait(all.plain, all.each)
	if err := errors.Join(ends...); err != nil || all.a.Stats().Requests["GET /tasks/{id}"] != 0 {
		t.Errorf("error %v, %v, want all from lists", err, all.a.Stats().Requests)
	}
}

// If lists leave results out, a wait for a result reads its task at the end.
func TestPoller_resultsMissingFromTheList(t *testing.T) {
	all := startWaiters(t, 4, 3*time.Second)
	all.a.OmitTaskResults(true)
	_, ends := all.wait(all.plain, func(i int) func(context.Context, Task) (Task, error) {
		if i < 2 {
			return all.WaitForResult
		}
		return all.Wait
	})
	if err := errors.Join(ends...); err != nil {
		t.Error(err)
	}
	if single := all.a.Stats().Requests["GET /tasks/{id}"]; single != 2 {
		t.Errorf("%d reads of one task, want one for each result", single)
	}
}

// If a list leaves the error of a failed task out, the task is read.
func TestPoller_errorsMissingFromTheList(t *testing.T) {
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
	var waits sync.WaitGroup
	for id, want := range map[string]string{"a": "the task a failed: Odd: It is odd.", "b": "the task b failed and gives no reason"} {
		waits.Go(func() {
			if _, err := c.Wait(t.Context(), Task{ID: id}); err == nil || err.Error() != want {
				t.Errorf("error %v, want %q", err, want)
			}
		})
	}
	waits.Wait()
}

// A transient error of the list ends no wait, and no task is read separately.
func TestPoller_transientErrorOfTheList(t *testing.T) {
	for name, fault := range map[string]simulator.Fault{
		"503": {Kind: simulator.Status, Status: 503}, "500": {Kind: simulator.Status, Status: 500}, "429": {Kind: simulator.Status, Status: 429}, "reset": {Kind: simulator.Reset},
	} {
		t.Run(name, func(t *testing.T) {
			all := startWaiters(t, 5, 10*time.Second)
			fault.Path, fault.Times = "/tasks", 3
			all.a.Fault(fault)
			_, ends := all.wait(all.plain, all.each)
			s := all.a.Stats()
			if err := errors.Join(ends...); err != nil || s.Requests["GET /tasks/{id}"] != 0 || s.Polls > 30 {
				t.Errorf("error %v, %v", err, s.Requests)
			}
		})
	}
}

// A canceled wait does not end the others, also during a poll.
func TestPoller_waitsEndIndependently(t *testing.T) {
	all := startWaiters(t, 6, time.Minute)
	canceled, giveUp := context.WithCancel(t.Context())
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
			return canceled
		}
		return t.Context()
	}, all.each)
	for i, err := range ends {
		var wait *WaitError
		gaveUp := errors.As(err, &wait) && errors.Is(err, context.Canceled) && wait.Task.ID == all.tasks[i].ID
		if i < 3 != gaveUp || i >= 3 && err != nil {
			t.Errorf("task %d: error %v", i, err)
		}
	}
}

// Each wait returns the result of its own task.
func TestPoller_tasksEndDifferently(t *testing.T) {
	all := startWaiters(t, 3, 10*time.Second)
	all.a.FailNextTask("health", "Odd", "It failed.")
	failing, err := all.start(t.Context(), rest.Request{Method: http.MethodPost, Path: "/diagnostics/health"})
	if err != nil {
		t.Fatal(err)
	}
	all.tasks = append(all.tasks, failing, Task{ID: "00000000-0000-4000-8000-000000000000"})
	_, ends := all.wait(all.plain, all.each)
	var failed *TaskError
	if errors.Join(ends[:3]...) != nil || !errors.As(ends[3], &failed) || failed.Task.ID != failing.ID || !IsTaskGone(ends[4]) {
		t.Errorf("errors %v", ends)
	}
	if s := all.a.Stats(); s.Requests["GET /tasks/{id}"] != 1 {
		t.Errorf("%v, want one read of the task that is not in the list", s.Requests)
	}
}

// A refused login during a poll ends all waits, after one login.
func TestPoller_loginRefused(t *testing.T) {
	all := startWaiters(t, 5, time.Minute)
	all.a.SetAccounts(simulator.Accounts{})
	all.a.ExpireSessions()
	_, ends := all.wait(all.plain, all.each)
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

// The ids are in one query.
func TestTasks_byID(t *testing.T) {
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
