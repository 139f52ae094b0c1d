package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// The end of a task is noticed within a tenth of its length or 250 ms, with few
// calls.
func TestWait_intervals(t *testing.T) {
	for length, most := range map[time.Duration]int{
		200 * time.Millisecond: 1, time.Second: 5, 3 * time.Second: 14, 10 * time.Second: 28, time.Minute: 50, 10 * time.Minute: 75, 24 * time.Hour: 130,
	} {
		t.Run(length.String(), func(t *testing.T) {
			f := start(t, Manager, func(o *simulator.ApplianceOptions) { o.MaxAge = 48 * time.Hour; o.IdleTimeout = 48 * time.Hour })
			task := f.startPairing(length)
			begin := f.clock.Now()
			done, err := f.Wait(t.Context(), task)
			if err != nil || done.State != TaskSucceeded {
				t.Fatalf("task %+v, error %v", done, err)
			}
			late := f.clock.Now().Sub(begin) - length
			if bar := max(length/10, 250*time.Millisecond); late < 0 || late > bar {
				t.Errorf("noticed %s late, want at most %s", late, bar)
			}
			// The task could have ended right after any poll.
			var waited time.Duration
			for _, pause := range f.clock.slept {
				if bar := max(waited/10, 250*time.Millisecond); pause > bar {
					t.Errorf("a pause of %s after %s, want at most %s", pause, waited, bar)
				}
				waited += pause
			}
			if polls := f.a.Stats().Polls; polls > most || polls != f.clock.sleeps {
				t.Errorf("%d polls, want at most %d", polls, most)
			}
		})
	}
}

// Nothing is polled for a task that has ended.
func TestWait_endedTask(t *testing.T) {
	f := start(t, Manager)
	if task, err := f.Wait(t.Context(), Task{ID: "1", State: TaskSucceeded}); err != nil || task.ID != "1" {
		t.Errorf("task %+v, error %v", task, err)
	}
	var failed *TaskError
	if _, err := f.Wait(t.Context(), Task{ID: "1", State: TaskFailed}); !errors.As(err, &failed) {
		t.Errorf("error %v, want a TaskError", err)
	}
	if f.a.Stats().Total != 0 {
		t.Error("a request was sent")
	}
}

func TestWait_unknownStates(t *testing.T) {
	for _, state := range []string{"PAUSED", "succeeded", "ABORTED", "COMPLETED", "FAILING"} {
		t.Run(state, func(t *testing.T) {
			f := start(t, Cloud)
			f.a.SetTaskState(state)
			f.a.ReverseProgress(true)
			task := f.startPairing(10 * time.Second)
			if done, err := f.Wait(t.Context(), task); err != nil || done.State != TaskSucceeded || f.a.Stats().Polls < 10 {
				t.Errorf("task %+v, error %v after %d polls", done, err, f.a.Stats().Polls)
			}
		})
	}
	for _, body := range []string{`{"id":"1"}`, `{"id":"1","state":""}`, `{"id":"1","state":null}`} {
		calls := 0
		client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls > 3 {
				body = `{"id":"1","state":"SUCCEEDED"}`
			}
			reply(200, body)(w, r)
		})
		if _, err := client.Wait(t.Context(), Task{ID: "1"}); err != nil || calls < 4 {
			t.Errorf("%s: error %v after %d polls", body, err, calls)
		}
	}
}

// transientFaults are faults that do not end a wait.
var transientFaults = map[string]simulator.Fault{
	"500":         {Kind: simulator.Status, Status: 500},
	"502 page":    {Kind: simulator.Status, Status: 502, Body: "<html>Bad Gateway</html>", ContentType: "text/html"},
	"503":         {Kind: simulator.Status, Status: 503},
	"504":         {Kind: simulator.Status, Status: 504},
	"429":         {Kind: simulator.Status, Status: 429},
	"reset":       {Kind: simulator.Reset},
	"lost":        {Kind: simulator.DropResponse},
	"truncated":   {Kind: simulator.Truncate},
	"empty":       {Kind: simulator.Empty},
	"broken JSON": {Kind: simulator.Body, Body: `{"id":`},
	"wrong type":  {Kind: simulator.Body, Body: `{"id":"1","progress":"half"}`},
	"page":        {Kind: simulator.Body, Body: "<html>Please wait</html>", ContentType: "text/html"},
	"null":        {Kind: simulator.Body, Body: `null`},
	"redirect":    {Kind: simulator.Redirect, Location: "https://sso.example.com/"},
	"another":     {Kind: simulator.Body, Body: `{"code":"X"}`},
}

func TestWait_transientErrors(t *testing.T) {
	for name, fault := range transientFaults {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			task := f.startPairing(10 * time.Second)
			fault.Path, fault.Times, fault.Skip = "/tasks/", 5, 2
			f.a.Fault(fault)
			done, err := f.Wait(t.Context(), task)
			if err != nil || done.State != TaskSucceeded || f.a.Stats().Requests["POST /sites"] != 1 {
				t.Errorf("task %+v, error %v", done, err)
			}
		})
	}
}

// The error of a canceled wait names the last error, the task and its progress.
func TestWait_errorNamesTheLastProblem(t *testing.T) {
	for name, fault := range transientFaults {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			task := f.startPairing(time.Hour)
			fault.Path, fault.Skip = "/tasks/", 2
			f.a.Fault(fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan struct{}) // no further poll before the wait has ended
			f.clock.before = func(sleeps int) {
				if sleeps == 6 {
					cancel()
					<-ended
				}
			}
			_, err := f.Wait(ctx, task)
			close(ended)
			var wait *WaitError
			if !errors.As(err, &wait) || !errors.Is(err, context.Canceled) || wait.Last == nil || wait.Task.ID != task.ID || IsTaskGone(err) {
				t.Fatalf("error %v, want a WaitError with the last error", err)
			}
			for _, want := range []string{task.ID, "QUEUED", "0 %", context.Canceled.Error(), wait.Last.Error()} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
	t.Run("earlier error", func(t *testing.T) {
		f := start(t, Manager)
		task := f.startPairing(time.Hour)
		f.a.Fault(simulator.Fault{Path: "/tasks/", Kind: simulator.Reset, Times: 2})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan struct{}) // no further poll before the wait has ended
		f.clock.before = func(sleeps int) {
			if sleeps == 6 {
				cancel()
				<-ended
			}
		}
		_, err := f.Wait(ctx, task)
		close(ended)
		var wait *WaitError
		if !errors.As(err, &wait) || wait.Last != nil || strings.Contains(err.Error(), "last response") {
			t.Errorf("error %v, want no earlier error", err)
		}
	})
}

func TestWait_failedTask(t *testing.T) {
	for name, c := range map[string]struct {
		code, msg, want string
	}{
		"with an error":    {"ReplicationsExist", "Site has 2 replications.", "failed: ReplicationsExist: Site has 2 replications."},
		"without message":  {"Odd", "", "failed: Odd"},
		"without an error": {"", "", "failed and gives no reason"},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			f.a.FailNextTask("pair", c.code, c.msg)
			done, err := f.Wait(t.Context(), f.startPairing(time.Second))
			var failed *TaskError
			if !errors.As(err, &failed) || done.State != TaskFailed || !strings.HasSuffix(err.Error(), c.want) || IsTaskGone(err) {
				t.Fatalf("task %+v, error %v, want %q", done, err, c.want)
			}
			var object *APIError
			if errors.As(err, &object) != (c.code != "") || object != nil && object.Code != c.code {
				t.Errorf("the error object is %+v", object)
			}
			if strings.Contains(err.Error(), "com.vmware") {
				t.Errorf("the stack trace is in: %v", err)
			}
		})
	}
}

func TestWait_taskGone(t *testing.T) {
	for name, c := range map[string]struct {
		hide     func(f *fixture)
		status   int
		notFound bool
	}{
		"forgotten":            {func(f *fixture) { f.a.ForgetTasks() }, http.StatusNotFound, true},
		"forgotten by restart": {func(f *fixture) { f.a.Restart() }, http.StatusNotFound, true},
		"hidden":               {func(f *fixture) { f.a.HideTasks(true) }, http.StatusForbidden, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, Manager)
			task := f.startPairing(time.Minute)
			f.clock.before = func(sleeps int) {
				if sleeps == 3 {
					c.hide(f)
				}
			}
			last, err := f.Wait(t.Context(), task)
			var wait *WaitError
			if !errors.As(err, &wait) || !IsTaskGone(err) || rest.Status(err) != c.status || IsNotFound(err) != c.notFound || last.ID != task.ID {
				t.Errorf("task %+v, error %v", last, err)
			}
			if n := f.clock.sleeps; n != 3 {
				t.Errorf("%d polls, want the wait to end with the third", n)
			}
		})
	}
}

func TestWait_canceled(t *testing.T) {
	why := errors.New("why")
	for name, c := range map[string]struct {
		cancel func(ctx context.Context) (context.Context, func())
		want   error
	}{
		"canceled": {func(ctx context.Context) (context.Context, func()) { return context.WithCancel(ctx) }, context.Canceled},
		"with a cause": {func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(why) }
		}, why},
		"deadline": {func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithDeadlineCause(ctx, time.Now().Add(-time.Second), nil) //nolint:forbidigo // over already
			return ctx, cancel
		}, context.DeadlineExceeded},
	} {
		for _, where := range []string{"before", "in a pause", "in a poll"} {
			t.Run(name+" "+where, func(t *testing.T) {
				f := start(t, Manager)
				task := f.startPairing(time.Hour)
				ctx, cancel := c.cancel(t.Context())
				t.Cleanup(cancel)
				ended := make(chan struct{}) // no further poll before the wait has ended
				switch where {
				case "before":
					cancel()
				case "in a pause":
					f.clock.before = func(sleeps int) {
						if sleeps == 3 {
							cancel()
							<-ended
						}
					}
				case "in a poll":
					f.a.BeforeResponse(func(*http.Request) {
						cancel()
						<-ended
					})
				}
				last, err := f.Wait(ctx, task)
				close(ended)
				var wait *WaitError
				if !errors.As(err, &wait) || !errors.Is(err, c.want) || last.ID != task.ID || wait.Task.ID != task.ID {
					t.Errorf("task %+v, error %v, want a WaitError of %v", last, err, c.want)
				}
				if f.a.Stats().Requests["DELETE /sites/{key}"] != 0 {
					t.Error("the pairing was removed")
				}
			})
		}
	}
}

// A wait goes on with a new session when its session expires.
func TestWait_relogin(t *testing.T) {
	f := start(t, Manager, func(o *simulator.ApplianceOptions) { o.MaxAge = 10 * time.Minute })
	task := f.startPairing(25 * time.Minute)
	if done, err := f.Wait(t.Context(), task); err != nil || done.State != TaskSucceeded {
		t.Fatalf("task %+v, error %v", done, err)
	}
	if s := f.a.Stats(); s.Logins != 3 || s.Requests["POST /sites"] != 1 {
		t.Errorf("%d logins, %v, want three sessions one after the other and one pairing", s.Logins, s.Requests)
	}
	if err := f.Logout(t.Context()); err != nil || f.a.Stats().LiveSessions != 0 {
		t.Errorf("error %v, %d sessions alive", err, f.a.Stats().LiveSessions)
	}
}

// A failed login does not end a wait, unless it is refused.
func TestWait_reloginFails(t *testing.T) {
	t.Run("transient", func(t *testing.T) {
		f := start(t, Manager)
		task := f.startPairing(time.Minute)
		f.clock.before = func(sleeps int) {
			if sleeps == 5 {
				f.a.Fault(simulator.Fault{Method: "POST", Path: "/sessions", Kind: simulator.Status, Status: 503, Times: 4})
				f.a.ExpireSessions()
			}
		}
		if done, err := f.Wait(t.Context(), task); err != nil || done.State != TaskSucceeded {
			t.Errorf("task %+v, error %v", done, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		f := start(t, Manager)
		task := f.startPairing(time.Minute)
		f.clock.before = func(sleeps int) {
			if sleeps == 5 {
				f.a.SetAccounts(simulator.Accounts{})
				f.a.ExpireSessions()
			}
		}
		_, err := f.Wait(t.Context(), task)
		var wait *WaitError
		var login *LoginError
		if !errors.As(err, &wait) || !errors.As(err, &login) || !login.Refused || IsTaskGone(err) || f.a.Stats().FailedLogins != 1 {
			t.Errorf("error %v after %d refused logins", err, f.a.Stats().FailedLogins)
		}
	})
}

func TestErrorKinds(t *testing.T) {
	statusError := func(status int, code string) error { return &rest.StatusError{Status: status, Code: code} }
	login := func(refused bool, err error) error { return &LoginError{Refused: refused, Err: err} }
	extension := func(err error) error { return &ExtensionError{Site: "b", Err: err} }
	lost := func(sent bool) error { return &rest.ConnectionError{Sent: sent, Err: context.Canceled} }
	failed := func(code string) error { return &TaskError{Err: &APIError{Code: code}} }
	cases := []struct {
		name string
		err  error
		want string // of the kinds
	}{
		{"nil", nil, ""},
		{"400", statusError(400, ""), ""},
		{"403", statusError(403, ""), "hidden"},
		{"404", statusError(404, ""), "hidden notfound"},
		{"409", statusError(409, ""), "declined"},
		{"429", statusError(429, ""), "declined transient"},
		{"500", statusError(500, ""), "unknown transient"},
		{"502", statusError(502, ""), "unknown transient"},
		{"503", statusError(503, ""), "unknown transient"},
		{"503 of the API", &rest.StatusError{Status: 503, FromAPI: true}, "declined transient"},
		{"sent and lost", lost(true), "unknown transient"},
		{"never sent", lost(false), "transient"},
		{"bad response", &rest.ResponseError{Status: 200}, "unknown transient"},
		{"trust", &tlsutil.TrustError{}, ""},
		{"closed", ErrClosed, ""},
		{"task: site not found", failed(CodeSiteNotFound), "notfound"},
		{"task: other", failed("Odd"), ""},
		// The error of a login or an extension says nothing about the request.
		{"login 404", login(true, statusError(404, "")), ""},
		{"login 403", login(true, statusError(403, "")), ""},
		{"login 409", login(true, statusError(409, "")), ""},
		{"login 503", login(false, statusError(503, "")), "transient"},
		{"login lost", login(false, lost(true)), "transient"},
		{"login without token", login(true, ErrNoToken), ""},
		{"login, bad response", login(false, &rest.ResponseError{}), "transient"},
		{"extension 404", extension(statusError(404, CodeSiteNotFound)), ""},
		{"extension lost", extension(lost(true)), "transient"},
	}
	kinds := []struct {
		name string
		has  func(error) bool
	}{{"unknown", IsOutcomeUnknown}, {"declined", IsRetryLater}, {"hidden", IsNotFoundOrForbidden}, {"notfound", IsNotFound}, {"transient", IsTransient}}
	for _, c := range cases {
		for _, wrapped := range []error{c.err, fmt.Errorf("wrapped: %w", c.err)} {
			if c.err == nil {
				wrapped = nil
			}
			var got []string
			for _, k := range kinds {
				if k.has(wrapped) {
					got = append(got, k.name)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s is %q, want %q", c.name, got, c.want)
			}
		}
	}
}

func TestDecodeError(t *testing.T) {
	for body, want := range map[string][2]string{
		`{"code":"Forbidden","msg":"Permission denied.","args":[1,{"a":[]}],"stacktrace":"com.vmware.X"}`: {"Forbidden", "Permission denied."},
		`{"code":"Forbidden"}`:                                 {"Forbidden", ""},
		`{"code":7,"msg":"Permission denied."}`:                {"", "Permission denied."},
		`{"code":"Forbidden","msg":["a"]}`:                     {"Forbidden", ""},
		`{"code":null,"msg":null,"stacktrace":"com.vmware.X"}`: {"", "the appliance gives no reason"},
		`{"stacktrace":["com.vmware.X"]}`:                      {"", "the appliance gives no reason"},
		`{"error":"Not Found"}`:                                {"", ""},
		`[]`:                                                   {"", ""}, `null`: {"", ""}, `"text"`: {"", ""}, ``: {"", ""}, `<html>`: {"", ""}, `{"code":"For`: {"", ""},
	} {
		if code, msg := decodeError([]byte(body)); code != want[0] || msg != want[1] {
			t.Errorf("%s gives %q, %q, want %q", body, code, msg, want)
		}
	}
}

// The ID in a response is ignored.
func TestTask_responseNamesAnother(t *testing.T) {
	calls := 0
	client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		state := "RUNNING"
		if calls++; calls == 3 {
			state = "SUCCEEDED"
		}
		reply(200, `{"id":"other","state":"`+state+`"}`)(w, r)
	})
	if done, err := client.Wait(t.Context(), Task{ID: "1"}); err != nil || done.ID != "1" || calls != 3 {
		t.Errorf("task %+v, error %v after %d polls", done, err, calls)
	}
}
