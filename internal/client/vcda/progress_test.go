package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// scriptedTask responds with one state and progress after the other, and then
// always with the last one.
func scriptedTask(t *testing.T, polls ...string) *Client {
	t.Helper()
	return scripted(t, func(w http.ResponseWriter, r *http.Request) {
		var state string
		var progress int
		_, _ = fmt.Sscan(polls[0], &state, &progress) // polls are valid
		if len(polls) > 1 {
			polls = polls[1:]
		}
		reply(http.StatusOK, fmt.Sprintf(`{"id": "t", "state": %q, "progress": %d}`, state, progress))(w, r)
	})
}

// Each change of state and progress is reported once, unless the wait is slower
// than the polls.
func TestWait_reportsChanges(t *testing.T) {
	client := scriptedTask(t, "QUEUED 0", "QUEUED 0", "RUNNING 0", "RUNNING 50", "RUNNING 50", "SUCCEEDED 100")
	var reported, logged []string
	client.taskChanged = func(_ context.Context, changed Task) {
		logged = append(logged, fmt.Sprintf("%s %s %d", changed.ID, changed.State, changed.Progress))
	}
	ctx := WithProgress(t.Context(), func(changed Task) {
		reported = append(reported, fmt.Sprintf("%s %s %d", changed.ID, changed.State, changed.Progress))
	})
	if _, err := client.Wait(ctx, Task{ID: "t"}); err != nil {
		t.Fatal(err)
	}
	all := []string{"t QUEUED 0", "t RUNNING 0", "t RUNNING 50", "t SUCCEEDED 100"}
	if !slices.Equal(slices.Compact(slices.Clone(reported)), reported) || reported[len(reported)-1] != all[3] || !slices.Equal(reported, logged) {
		t.Errorf("reported %q, logged %q, want %q", reported, logged, all)
	}
	for _, entry := range reported {
		if !slices.Contains(all, entry) {
			t.Errorf("reported %q", entry)
		}
	}
}

// A wait with a slow report function still returns the result of the last poll.
func TestWait_slowReport(t *testing.T) {
	f := start(t, Manager)
	task := f.startPairing(time.Hour)
	f.a.Fault(simulator.Fault{Path: "/tasks/", Skip: 2, Kind: simulator.Status, Status: http.StatusInternalServerError})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.clock.before = func(sleeps int) {
		if sleeps == 6 {
			cancel()
		}
	}
	var wait *WaitError
	_, err := f.Wait(WithProgress(ctx, func(Task) { <-ctx.Done() }), task)
	if !errors.As(err, &wait) || rest.Status(wait.Last) != http.StatusInternalServerError {
		t.Errorf("error %v, want a WaitError with the last error", err)
	}
}

// Two waits with one context report concurrently.
func TestWait_twoWithOneContext(t *testing.T) {
	all := startWaiters(t, 2, 3*time.Second)
	var lock sync.Mutex
	ended := 0
	ctx := WithProgress(t.Context(), func(changed Task) {
		lock.Lock()
		defer lock.Unlock()
		if changed.Ended() {
			ended++
		}
	})
	if _, ends := all.wait(func(int) context.Context { return ctx }, all.each); ends[0] != nil || ends[1] != nil || ended != 2 {
		t.Errorf("errors %v, %d ends reported, want 2", ends, ended)
	}
}

// A 400 means too that the appliance does not know the ID.
func TestWait_unknownTask(t *testing.T) {
	for status, want := range map[int]struct{ forgotten, gone bool }{
		http.StatusBadRequest: {true, true}, http.StatusNotFound: {true, true}, http.StatusForbidden: {false, true}, http.StatusConflict: {},
	} {
		client := scripted(t, reply(status, `{"code":"X","msg":"Y."}`))
		_, err := client.Wait(t.Context(), Task{ID: "t"})
		if IsTaskForgotten(err) != want.forgotten || IsTaskGone(err) != want.gone {
			t.Errorf("status %d: error %v is forgotten %t, gone %t", status, err, IsTaskForgotten(err), IsTaskGone(err))
		}
	}
}

func TestAPIError_text(t *testing.T) {
	for want, e := range map[string]APIError{"A: b": {Code: "A", Msg: "b"}, "A": {Code: "A"}, "b": {Msg: "b"}, "": {}} {
		if got := e.Error(); got != want {
			t.Errorf("%+v is %q, want %q", e, got, want)
		}
	}
}
