package lro_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

func ownTask(end error) *task { return &task{id: "own", match: lro.Yes, value: "new", end: end} }

func unnamedTask(end error) *task {
	return &task{id: "unnamed", match: lro.Maybe, value: "new", end: end}
}

// The result of each response, and of its task.
func TestDo_responses(t *testing.T) {
	t.Parallel()
	type result struct {
		err   error // nil, or what the error wraps
		state string
		sent  int
		known bool // the outcome
	}
	for name, test := range map[string]struct {
		responses []response
		want      result
	}{
		"performed":                        {[]response{{task: ownTask(nil)}}, result{nil, "new", 1, true}},
		"performed, failed":                {[]response{{task: ownTask(errFailed)}}, result{errFailed, "old", 1, true}},
		"performed, gone":                  {[]response{{task: ownTask(errGone)}}, result{errGone, "old", 1, false}},
		"refused":                          {[]response{{err: errRefused}}, result{errRefused, "old", 1, true}},
		"declined, then performed":         {[]response{{err: errDeclined}, {err: errDeclined}, {task: ownTask(nil)}}, result{nil, "new", 3, true}},
		"declined, then refused":           {[]response{{err: errDeclined}, {err: errRefused}}, result{errRefused, "old", 2, true}},
		"lost, a task":                     {[]response{{err: errLost, task: ownTask(nil)}}, result{nil, "new", 1, true}},
		"lost, a failed task":              {[]response{{err: errLost, task: ownTask(errFailed)}}, result{errFailed, "old", 1, true}},
		"lost, an unnamed task":            {[]response{{err: errLost, task: unnamedTask(nil)}}, result{nil, "new", 1, true}},
		"lost, an unnamed task that fails": {[]response{{err: errLost, task: unnamedTask(errFailed)}}, result{errLost, "old", 1, false}},
		"lost, no effect":                  {[]response{{err: errLost}}, result{errLost, "old", 1, false}},
		"declined, then lost":              {[]response{{err: errDeclined}, {err: errLost}}, result{errLost, "old", 2, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake("old", test.responses...)
			out, err := lro.Do(t.Context(), f.system(), f.write())
			var unknown *lro.OutcomeUnknownError[task]
			got := result{test.want.err, f.value, f.sent, !errors.As(err, &unknown)}
			if !errors.Is(err, test.want.err) || got != test.want {
				t.Errorf("got %+v and error %v, want %+v", got, err, test.want)
			}
			if err == nil && (!out.Shown || !out.Sent || out.State != "new") {
				t.Errorf("outcome %+v", out)
			}
		})
	}
}

// The error of a task that may be that of the write is a suspect, not the cause.
func TestDo_suspects(t *testing.T) {
	t.Parallel()
	f := newFake("old", response{err: errLost, task: unnamedTask(errFailed)})
	_, err := lro.Do(t.Context(), f.system(), f.write())
	var unknown *lro.OutcomeUnknownError[task]
	if !errors.As(err, &unknown) || len(unknown.Suspects) != 1 || errors.Is(err, errFailed) {
		t.Errorf("error %v", err)
	}
}

func TestDo_wantedState(t *testing.T) {
	t.Parallel()
	f := newFake("new", response{task: ownTask(nil)})
	out, err := lro.Do(t.Context(), f.system(), f.write())
	if err != nil || f.sent != 0 || out.Sent || !out.Shown {
		t.Errorf("error %v, %d requests, outcome %+v", err, f.sent, out)
	}
}

// With Always the request is sent although the object has the wanted state. After a
// lost response that state does not prove that the write was performed.
func TestDo_always(t *testing.T) {
	t.Parallel()
	f := newFake("new", response{task: ownTask(nil)})
	w := f.write()
	w.Always = true
	if out, err := lro.Do(t.Context(), f.system(), w); err != nil || f.sent != 1 || !out.Sent {
		t.Errorf("error %v, %d requests", err, f.sent)
	}
	f = newFake("new", response{err: errLost})
	w = f.write()
	w.Always = true
	_, err := lro.Do(t.Context(), f.system(), w)
	if unknown := (*lro.OutcomeUnknownError[task])(nil); !errors.As(err, &unknown) {
		t.Errorf("error %v", err)
	}
}

// Before the list is read, Do waits for other tasks that may be about the object.
func TestDo_waitsForOtherTasks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		other task
		sent  int
	}{
		"another task does it":       {task{id: "other", match: lro.Yes, value: "new"}, 0},
		"another task may do it":     {task{id: "other", match: lro.Maybe, value: "new"}, 0},
		"another task undoes it":     {task{id: "other", match: lro.Yes, value: "third"}, 1},
		"another task fails":         {task{id: "other", match: lro.Yes, end: errFailed}, 1},
		"another task is hidden":     {task{id: "other", match: lro.Maybe, end: errHidden}, 1},
		"a task of another object":   {task{id: "other", match: lro.No, value: "new"}, 1},
		"a task that ended long ago": {task{id: "other", match: lro.Yes, value: "new", ended: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake("old", response{task: ownTask(nil)})
			f.tasks, f.delay = []task{test.other}, 3*time.Second
			w := f.write()
			w.Reflects = func(state string, other task) bool { return other.end != nil || state == other.value }
			out, err := lro.Do(t.Context(), f.system(), w)
			if err != nil || f.sent != test.sent || out.State != "new" {
				t.Errorf("error %v, %d requests, outcome %+v", err, f.sent, out)
			}
		})
	}
}

// After a declined request the object is read again.
func TestDo_readsAfterDeclined(t *testing.T) {
	t.Parallel()
	f := newFake("old", response{err: errDeclined, task: &task{id: "other", match: lro.Yes, value: "new"}})
	out, err := lro.Do(t.Context(), f.system(), f.write())
	if err != nil || f.sent != 1 || out.Sent || out.State != "new" {
		t.Errorf("error %v, %d requests, outcome %+v", err, f.sent, out)
	}
}

// The list may show the effect after a delay.
func TestDo_delayedList(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end     error
		delay   time.Duration
		shown   bool
		unknown bool
	}{
		"in time":             {nil, 9 * time.Second, true, false},
		"late":                {nil, 20 * time.Second, false, false},
		"forgotten, in time":  {errGone, 25 * time.Second, true, false},
		"forgotten, late":     {errGone, time.Minute, false, true},
		"hidden, after hours": {errHidden, 5 * time.Hour, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake("old", response{task: ownTask(test.end)})
			f.delay, f.old = test.delay, "old"
			f.inWait = func() {
				if test.end != nil { // its end is not shown
					f.value, f.change = "new", f.clock.Now().Add(time.Minute)
				}
			}
			out, err := lro.Do(t.Context(), f.system(), f.write())
			var unknown *lro.OutcomeUnknownError[task]
			if out.Shown != test.shown || errors.As(err, &unknown) != test.unknown {
				t.Errorf("shown %t, error %v", out.Shown, err)
			}
		})
	}
}

// A read with a transient error is repeated within the grace period. Another error
// ends the write.
func TestDo_transientErrors(t *testing.T) {
	t.Parallel()
	f := newFake("old", response{task: ownTask(nil)})
	f.inWait = func() { f.readErrs = []error{errTransient, errTransient} }
	if out, err := lro.Do(t.Context(), f.system(), f.write()); err != nil || !out.Shown {
		t.Errorf("error %v", err)
	}
	f = newFake("old", response{task: ownTask(nil)})
	f.inWait = func() { f.readErrs = []error{errUnauthorized} }
	_, err := lro.Do(t.Context(), f.system(), f.write())
	var progress *lro.InProgressError[task]
	if !errors.As(err, &progress) || progress.Task.id != "own" || !errors.Is(err, errUnauthorized) {
		t.Errorf("error %v", err)
	}
	f = newFake("old", response{task: ownTask(nil)})
	f.readErrs = []error{errUnauthorized}
	if _, err := lro.Do(t.Context(), f.system(), f.write()); !errors.Is(err, errUnauthorized) || f.sent != 0 {
		t.Errorf("error %v after %d requests", err, f.sent)
	}
}

// The error shows how far the write was when the context ended.
func TestDo_contextEnds(t *testing.T) {
	t.Parallel()
	interrupted := errors.New("interrupted")
	start := func(f *fake, other ...task) (ctx context.Context, interrupt func()) {
		ctx, cancel := context.WithCancelCause(t.Context())
		f.tasks = other
		return ctx, func() { cancel(interrupted) }
	}

	f := newFake("old", response{task: ownTask(nil)})
	ctx, interrupt := start(f, task{id: "other", match: lro.Maybe})
	f.inWait = interrupt
	_, err := lro.Do(ctx, f.system(), f.write())
	var blocked *lro.BlockedError[task]
	if !errors.As(err, &blocked) || blocked.Task.id != "other" || f.sent != 0 || !errors.Is(err, interrupted) {
		t.Errorf("while blocked: %v", err)
	}

	f = newFake("old", response{err: errDeclined, after: 2 * time.Minute})
	limited, cancel := f.clock.WithTimeout(t.Context(), time.Minute, nil)
	defer cancel()
	_, err = lro.Do(limited, f.system(), f.write())
	var declined *lro.DeclinedError
	if !errors.As(err, &declined) || !errors.Is(err, errDeclined) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while declined: %v", err)
	}

	f = newFake("old", response{task: ownTask(nil)})
	ctx, interrupt = start(f)
	f.inWait = interrupt
	_, err = lro.Do(ctx, f.system(), f.write())
	var progress *lro.InProgressError[task]
	if !errors.As(err, &progress) || progress.Task.id != "own" || !errors.Is(err, interrupted) {
		t.Errorf("in the task: %v", err)
	}

	f = newFake("old", response{err: errLost, task: ownTask(nil)})
	ctx, interrupt = start(f)
	f.inWait = interrupt
	if _, err = lro.Do(ctx, f.system(), f.write()); !errors.As(err, &progress) || progress.Task.id != "own" {
		t.Errorf("in the task of a lost response: %v", err)
	}

	f = newFake("old", response{err: errLost, task: unnamedTask(nil)})
	ctx, interrupt = start(f)
	f.inWait = interrupt
	_, err = lro.Do(ctx, f.system(), f.write())
	var unknown *lro.OutcomeUnknownError[task]
	if !errors.As(err, &unknown) || !errors.Is(err, interrupted) {
		t.Errorf("in a task that may be that of a lost response: %v", err)
	}
}

// Each decision is logged.
func TestDo_logs(t *testing.T) {
	t.Parallel()
	f := newFake("old", response{err: errDeclined}, response{err: errLost, task: unnamedTask(nil)})
	f.tasks = []task{{id: "other", match: lro.Maybe, value: "old"}}
	if _, err := lro.Do(t.Context(), f.system(), f.write()); err != nil || len(f.log) != 4 {
		t.Errorf("error %v, log %q", err, f.log)
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end   error
		shown bool
	}{"succeeds": {nil, true}, "fails": {errFailed, false}} {
		f := newFake("old")
		f.tasks = []task{*ownTask(test.end)}
		out, err := lro.Resume(t.Context(), f.system(), f.write(), f.tasks[0])
		if !errors.Is(err, test.end) || out.Shown != test.shown || f.sent != 0 {
			t.Errorf("%s: error %v, outcome %+v", name, err, out)
		}
	}
}
