package lro_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

func ours(end error) *task { return &task{id: "ours", about: lro.Yes, value: "new", end: end} }

func unnamed(end error) *task { return &task{id: "unnamed", about: lro.Maybe, value: "new", end: end} }

// TestDo_answers: what each answer means, and what comes of its task.
func TestDo_answers(t *testing.T) {
	t.Parallel()
	type result struct {
		err   error // nil, or what the error wraps
		state string
		sent  int
		known bool // the outcome
	}
	for name, test := range map[string]struct {
		answers []answer
		want    result
	}{
		"performed":                        {[]answer{{task: ours(nil)}}, result{nil, "new", 1, true}},
		"performed, failed":                {[]answer{{task: ours(errFailed)}}, result{errFailed, "old", 1, true}},
		"performed, gone":                  {[]answer{{task: ours(errGone)}}, result{errGone, "old", 1, false}},
		"refused":                          {[]answer{{err: errRefused}}, result{errRefused, "old", 1, true}},
		"declined, then performed":         {[]answer{{err: errDeclined}, {err: errDeclined}, {task: ours(nil)}}, result{nil, "new", 3, true}},
		"declined, then refused":           {[]answer{{err: errDeclined}, {err: errRefused}}, result{errRefused, "old", 2, true}},
		"lost, a task":                     {[]answer{{err: errLost, task: ours(nil)}}, result{nil, "new", 1, true}},
		"lost, a failed task":              {[]answer{{err: errLost, task: ours(errFailed)}}, result{errFailed, "old", 1, true}},
		"lost, an unnamed task":            {[]answer{{err: errLost, task: unnamed(nil)}}, result{nil, "new", 1, true}},
		"lost, an unnamed task that fails": {[]answer{{err: errLost, task: unnamed(errFailed)}}, result{errLost, "old", 1, false}},
		"lost, no sign":                    {[]answer{{err: errLost}}, result{errLost, "old", 1, false}},
		"declined, then lost":              {[]answer{{err: errDeclined}, {err: errLost}}, result{errLost, "old", 2, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake("old", test.answers...)
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

// TestDo_suspects: a task that may be the one is shown, and not blamed.
func TestDo_suspects(t *testing.T) {
	t.Parallel()
	f := newFake("old", answer{err: errLost, task: unnamed(errFailed)})
	_, err := lro.Do(t.Context(), f.system(), f.write())
	var unknown *lro.OutcomeUnknownError[task]
	if !errors.As(err, &unknown) || len(unknown.Suspects) != 1 || errors.Is(err, errFailed) {
		t.Errorf("error %v", err)
	}
}

func TestDo_asAskedFor(t *testing.T) {
	t.Parallel()
	f := newFake("new", answer{task: ours(nil)})
	out, err := lro.Do(t.Context(), f.system(), f.write())
	if err != nil || f.sent != 0 || out.Sent || !out.Shown {
		t.Errorf("error %v, %d requests, outcome %+v", err, f.sent, out)
	}
}

// TestDo_always: a write that can't be seen is sent, and a list that looks the
// same before and after is no evidence of it.
func TestDo_always(t *testing.T) {
	t.Parallel()
	f := newFake("new", answer{task: ours(nil)})
	w := f.write()
	w.Always = true
	if out, err := lro.Do(t.Context(), f.system(), w); err != nil || f.sent != 1 || !out.Sent {
		t.Errorf("error %v, %d requests", err, f.sent)
	}
	f = newFake("new", answer{err: errLost})
	w = f.write()
	w.Always = true
	_, err := lro.Do(t.Context(), f.system(), w)
	if unknown := (*lro.OutcomeUnknownError[task])(nil); !errors.As(err, &unknown) {
		t.Errorf("error %v", err)
	}
}

// TestDo_waitsWhileBlocked: other tasks that may be about the object are waited
// for before the list is believed.
func TestDo_waitsWhileBlocked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		other task
		sent  int
	}{
		"another one does it":        {task{id: "other", about: lro.Yes, value: "new"}, 0},
		"another one may do it":      {task{id: "other", about: lro.Maybe, value: "new"}, 0},
		"another one undoes it":      {task{id: "other", about: lro.Yes, value: "third"}, 1},
		"another one fails":          {task{id: "other", about: lro.Yes, end: errFailed}, 1},
		"another one is hidden":      {task{id: "other", about: lro.Maybe, end: errHidden}, 1},
		"a task of something else":   {task{id: "other", about: lro.No, value: "new"}, 1},
		"a task that ended long ago": {task{id: "other", about: lro.Yes, value: "new", ended: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake("old", answer{task: ours(nil)})
			f.tasks, f.lag = []task{test.other}, 3*time.Second
			w := f.write()
			w.Reflects = func(state string, other task) bool { return other.end != nil || state == other.value }
			out, err := lro.Do(t.Context(), f.system(), w)
			if err != nil || f.sent != test.sent || out.State != "new" {
				t.Errorf("error %v, %d requests, outcome %+v", err, f.sent, out)
			}
		})
	}
}

// TestDo_looksWhileDeclined: what another one did meanwhile is noticed.
func TestDo_looksWhileDeclined(t *testing.T) {
	t.Parallel()
	f := newFake("old", answer{err: errDeclined, task: &task{id: "other", about: lro.Yes, value: "new"}})
	out, err := lro.Do(t.Context(), f.system(), f.write())
	if err != nil || f.sent != 1 || out.Sent || out.State != "new" {
		t.Errorf("error %v, %d requests, outcome %+v", err, f.sent, out)
	}
}

// TestDo_graces: how long the list may lag.
func TestDo_graces(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end     error
		lag     time.Duration
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
			one := ours(test.end)
			f := newFake("old", answer{task: one})
			f.lag, f.old = test.lag, "old"
			f.inWait = func() {
				if test.end != nil { // it ends unseen
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

// TestDo_transientErrors: a look that fails is repeated within the grace period,
// and an error that stays ends it.
func TestDo_transientErrors(t *testing.T) {
	t.Parallel()
	f := newFake("old", answer{task: ours(nil)})
	f.inWait = func() { f.trouble = []error{errTransient, errTransient} }
	if out, err := lro.Do(t.Context(), f.system(), f.write()); err != nil || !out.Shown {
		t.Errorf("error %v", err)
	}
	f = newFake("old", answer{task: ours(nil)})
	f.inWait = func() { f.trouble = []error{errBroken} }
	_, err := lro.Do(t.Context(), f.system(), f.write())
	var progress *lro.InProgressError[task]
	if !errors.As(err, &progress) || progress.Task.id != "ours" || !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
	f = newFake("old", answer{task: ours(nil)})
	f.trouble = []error{errBroken}
	if _, err := lro.Do(t.Context(), f.system(), f.write()); !errors.Is(err, errBroken) || f.sent != 0 {
		t.Errorf("error %v after %d requests", err, f.sent)
	}
}

// TestDo_contextEnds: the error tells how far the write got.
func TestDo_contextEnds(t *testing.T) {
	t.Parallel()
	interrupted := errors.New("interrupted")
	start := func(f *fake, other ...task) (ctx context.Context, interrupt func()) {
		ctx, cancel := context.WithCancelCause(t.Context())
		f.tasks = other
		return ctx, func() { cancel(interrupted) }
	}

	f := newFake("old", answer{task: ours(nil)})
	ctx, interrupt := start(f, task{id: "other", about: lro.Maybe})
	f.inWait = interrupt
	_, err := lro.Do(ctx, f.system(), f.write())
	var blocked *lro.BlockedError[task]
	if !errors.As(err, &blocked) || blocked.Task.id != "other" || f.sent != 0 || !errors.Is(err, interrupted) {
		t.Errorf("while blocked: %v", err)
	}

	f = newFake("old", answer{err: errDeclined, after: 2 * time.Minute})
	limited, cancel := f.clock.WithTimeout(t.Context(), time.Minute, nil)
	defer cancel()
	_, err = lro.Do(limited, f.system(), f.write())
	var declined *lro.DeclinedError
	if !errors.As(err, &declined) || !errors.Is(err, errDeclined) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while declined: %v", err)
	}

	f = newFake("old", answer{task: ours(nil)})
	ctx, interrupt = start(f)
	f.inWait = interrupt
	_, err = lro.Do(ctx, f.system(), f.write())
	var progress *lro.InProgressError[task]
	if !errors.As(err, &progress) || progress.Task.id != "ours" || !errors.Is(err, interrupted) {
		t.Errorf("in the task: %v", err)
	}

	f = newFake("old", answer{err: errLost, task: ours(nil)})
	ctx, interrupt = start(f)
	f.inWait = interrupt
	if _, err = lro.Do(ctx, f.system(), f.write()); !errors.As(err, &progress) || progress.Task.id != "ours" {
		t.Errorf("in the task of a lost answer: %v", err)
	}

	f = newFake("old", answer{err: errLost, task: unnamed(nil)})
	ctx, interrupt = start(f)
	f.inWait = interrupt
	_, err = lro.Do(ctx, f.system(), f.write())
	var unknown *lro.OutcomeUnknownError[task]
	if !errors.As(err, &unknown) || !errors.Is(err, interrupted) {
		t.Errorf("in a task that may be that of a lost answer: %v", err)
	}
}

// TestDo_logs: each decision is logged.
func TestDo_logs(t *testing.T) {
	t.Parallel()
	f := newFake("old", answer{err: errDeclined}, answer{err: errLost, task: unnamed(nil)})
	f.tasks = []task{{id: "other", about: lro.Maybe, value: "old"}}
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
		f.tasks = []task{*ours(test.end)}
		out, err := lro.Resume(t.Context(), f.system(), f.write(), f.tasks[0])
		if !errors.Is(err, test.end) || out.Shown != test.shown || f.sent != 0 {
			t.Errorf("%s: error %v, outcome %+v", name, err, out)
		}
	}
}
