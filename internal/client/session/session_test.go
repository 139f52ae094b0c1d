package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

var (
	errExpired    = errors.New("expired")
	errLoginAsked = fmt.Errorf("%w: log in", errExpired)
	errRefused    = errors.New("refused")
	errBusy       = errors.New("busy")
)

// anyLogin is a login type with some traits.
type anyLogin struct{ traits Traits }

func (anyLogin) Kind() string     { return "any" }
func (l anyLogin) Traits() Traits { return l.traits }

// fake is a server whose sessions are numbers.
type fake struct {
	clock *clocktest.Clock

	lock     sync.Mutex
	logins   int
	live     []int
	left     []int // by Leave
	loginErr error
	hookErr  error
	endErr   error
	hooks    int
	onLogin  func() // runs during a login
	onLogout func()
}

func newFake() *fake { return &fake{clock: clocktest.New()} }

func (f *fake) sessions(login Login) *Sessions[int] {
	return New(Server[int]{
		Host: "host", Login: login, Clock: f.clock,
		LogIn: f.logIn, AfterLogin: f.afterLogin, LogOut: f.logOut,
		Leave: func(_ context.Context, n int) error {
			f.left = append(f.left, n)
			return nil
		},
		IsRefused:    func(err error) bool { return errors.Is(err, errRefused) },
		IsExpired:    func(err error) bool { return errors.Is(err, errExpired) },
		AsksForLogin: func(err error) bool { return errors.Is(err, errLoginAsked) },
	})
}

func (f *fake) logIn(context.Context) (int, error) {
	if f.onLogin != nil {
		f.onLogin()
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	f.logins++
	if f.loginErr != nil {
		return 0, f.loginErr
	}
	f.live = append(f.live, f.logins)
	return f.logins, nil
}

func (f *fake) afterLogin(context.Context, int) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.hooks++
	return f.hookErr
}

func (f *fake) logOut(_ context.Context, n int) error {
	if f.onLogout != nil {
		f.onLogout()
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.endErr != nil {
		return fmt.Errorf("%w: session %d", f.endErr, n)
	}
	i := slices.Index(f.live, n)
	if i < 0 {
		return errExpired
	}
	f.live = slices.Delete(f.live, i, i+1)
	return nil
}

// request succeeds while the session is open.
func (f *fake) request(n int) error {
	f.lock.Lock()
	defer f.lock.Unlock()
	if slices.Contains(f.live, n) {
		return nil
	}
	return errExpired
}

func (f *fake) expireAll() {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.live = nil
}

// requireLogins checks how many logins were sent and how many sessions are open.
func (f *fake) requireLogins(t *testing.T, logins, live int) {
	t.Helper()
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.logins != logins || len(f.live) != live {
		t.Errorf("%d logins and %d sessions left, want %d and %d", f.logins, len(f.live), logins, live)
	}
}

// concurrently makes many calls at once.
func concurrently(call func()) {
	var running sync.WaitGroup
	for range 50 {
		running.Go(call)
	}
	running.Wait()
}

func TestDo_concurrentCallersShareALogin(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	for range 3 {
		concurrently(func() {
			if err := s.Do(t.Context(), f.request); err != nil {
				t.Error(err)
			}
		})
	}
	f.requireLogins(t, 1, 1)
}

func TestDo_expiredSessionIsReplacedOnce(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Fatal(err)
	}
	f.expireAll()
	concurrently(func() {
		if err := s.Do(t.Context(), f.request); err != nil {
			t.Error(err)
		}
	})
	f.requireLogins(t, 2, 1)
	if f.hooks != 2 {
		t.Errorf("the hook ran %d times, want after each login", f.hooks)
	}
}

func TestDo_repeatsACallOnce(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Fatal(err)
	}
	calls := 0
	f.expireAll()
	err := s.Do(t.Context(), func(int) error { calls++; return errExpired })
	if !errors.Is(err, errExpired) || calls != 2 {
		t.Errorf("error %v after %d calls, want the server's error after 2", err, calls)
	}
	f.requireLogins(t, 2, 1)
}

// A session that was never accepted is replaced only if it is old, or if the server
// asks for a login.
func TestDo_sessionNeverAccepted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusal error
		age     time.Duration
		logins  int
	}{
		"fresh":           {errExpired, 0, 1},
		"old":             {errExpired, 2 * time.Minute, 2},
		"the server asks": {errLoginAsked, 0, 2},
		"other error":     {errBusy, 2 * time.Minute, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			s := f.sessions(anyLogin{})
			if err := s.Do(t.Context(), func(int) error { return errBusy }); !errors.Is(err, errBusy) {
				t.Fatalf("error %v, want that of the call", err)
			}
			f.clock.Advance(test.age)
			for range 3 {
				concurrently(func() {
					if err := s.Do(t.Context(), func(int) error { return test.refusal }); !errors.Is(err, test.refusal) {
						t.Errorf("error %v, want that of the call", err)
					}
				})
			}
			f.requireLogins(t, test.logins, test.logins)
		})
	}
}

func TestDo_refusedLoginIsNeverRepeated(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(*fake){
		"at once":             func(f *fake) { f.loginErr = errRefused },
		"by the hook":         func(f *fake) { f.hookErr = errRefused },
		"at the second login": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake()
			s := f.sessions(anyLogin{})
			logins := 1
			if refuse == nil {
				logins = 2
				if err := s.Do(t.Context(), f.request); err != nil {
					t.Fatal(err)
				}
				f.expireAll()
				f.loginErr = errRefused
			} else {
				refuse(f)
			}
			for range 2 {
				concurrently(func() {
					if err := s.Do(t.Context(), f.request); !errors.Is(err, errRefused) {
						t.Errorf("error %v, want the refusal", err)
					}
				})
			}
			f.requireLogins(t, logins, 0)
			if _, _, err := s.Open(t.Context()); !errors.Is(err, errRefused) {
				t.Errorf("a detached session: error %v, want the refusal", err)
			}
			f.requireLogins(t, logins, 0)
		})
	}
}

func TestDo_failedLoginIsRepeatedByTheNextCall(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	f.loginErr = errBusy
	var failed *LoginError
	err := s.Do(t.Context(), f.request)
	if !errors.As(err, &failed) || failed.Refused || failed.Kind != "any" || failed.Host != "host" || !errors.Is(err, errBusy) {
		t.Errorf("error %#v", err)
	}
	f.loginErr, f.hookErr = nil, errBusy
	if err := s.Do(t.Context(), f.request); !errors.Is(err, errBusy) {
		t.Errorf("error %v, want that of the hook", err)
	}
	f.requireLogins(t, 2, 0)
	f.hookErr = nil
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Error(err)
	}
	f.requireLogins(t, 3, 1)
}

func TestDo_externalSession(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{Traits{External: true}})
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Fatal(err)
	}
	f.expireAll()
	requests := 0
	for range 2 {
		var failed *LoginError
		err := s.Do(t.Context(), func(n int) error { requests++; return f.request(n) })
		if !errors.Is(err, ErrExternalExpired) || !errors.Is(err, errExpired) || !errors.As(err, &failed) || !failed.Refused {
			t.Errorf("error %v, want ErrExternalExpired", err)
		}
	}
	if requests != 1 {
		t.Errorf("%d requests after the end of the session, want one", requests)
	}
	if _, _, err := s.Open(t.Context()); !errors.Is(err, ErrExternalLogin) {
		t.Errorf("error %v, want ErrExternalLogin", err)
	}
	f.onLogout = func() { t.Error("a logout was sent") }
	if err := s.Close(t.Context()); err != nil || !slices.Equal(f.left, []int{1}) {
		t.Errorf("error %v, left %v, want the session left as it is", err, f.left)
	}
	f.requireLogins(t, 1, 0)
}

func TestDo_externalSessionExpiredInTheHook(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.hookErr = errExpired
	s := f.sessions(anyLogin{Traits{External: true}})
	for range 2 {
		if err := s.Do(t.Context(), f.request); !errors.Is(err, ErrExternalExpired) {
			t.Errorf("error %v, want ErrExternalExpired", err)
		}
	}
	if f.hooks != 1 {
		t.Errorf("%d hooks, want one", f.hooks)
	}
}

func TestDo_singleUseLogin(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{Traits{SingleUse: true}})
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Fatal(err)
	}
	f.expireAll()
	for range 2 {
		var failed *LoginError
		if err := s.Do(t.Context(), f.request); !errors.Is(err, ErrLoginUsed) || !errors.As(err, &failed) || !failed.Refused {
			t.Errorf("error %v, want ErrLoginUsed", err)
		}
	}
	f.requireLogins(t, 1, 0)
}

func TestDo_noLogin(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(nil)
	if err := s.Do(t.Context(), f.request); !errors.Is(err, ErrNoLogin) {
		t.Errorf("error %v, want ErrNoLogin", err)
	}
	if _, _, err := s.Open(t.Context()); !errors.Is(err, ErrNoLogin) {
		t.Errorf("error %v, want ErrNoLogin", err)
	}
	if _, _, err := s.OpenWith(t.Context(), anyLogin{}, f.logIn); err != nil {
		t.Errorf("by another login: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	f.requireLogins(t, 1, 0)
}

func TestOpen_detachedSession(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	id, n, err := s.Open(t.Context())
	if err != nil || f.request(n) != nil || f.hooks != 0 {
		t.Fatalf("error %v, %d hooks", err, f.hooks)
	}
	if err := s.Do(t.Context(), func(shared int) error {
		if shared == n {
			t.Error("the detached session is shared")
		}
		return f.request(shared)
	}); err != nil {
		t.Error(err)
	}
	if found, ok := s.Find(id); !ok || found != n {
		t.Errorf("found %d, %t", found, ok)
	}
	f.endErr = errBusy
	if err := s.End(t.Context(), id); !errors.Is(err, errBusy) {
		t.Errorf("error %v, want that of the logout", err)
	}
	f.endErr = nil
	for range 2 {
		if err := s.End(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if _, ok := s.Find(id); ok {
		t.Error("found after its end")
	}
	f.requireLogins(t, 2, 1)
}

// A refused ticket does not block the client's login, or another ticket.
func TestOpenWith_refusalBlocksNoOtherLogin(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	refuse := func(context.Context) (int, error) { return 0, errRefused }
	var failed *LoginError
	if _, _, err := s.OpenWith(t.Context(), anyLogin{Traits{SingleUse: true}}, refuse); !errors.As(err, &failed) || !failed.Traits.SingleUse {
		t.Errorf("error %v, want a LoginError with the traits of the login", err)
	}
	if _, _, err := s.OpenWith(t.Context(), anyLogin{}, f.logIn); err != nil {
		t.Error(err)
	}
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Error(err)
	}
}

// Each logout waits until every other one has begun.
func TestClose_endsAllConcurrently(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Fatal(err)
	}
	const detached = 20
	for range detached {
		if _, _, err := s.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var begun sync.WaitGroup
	begun.Add(detached + 1)
	f.onLogout = func() { begun.Done(); begun.Wait() }
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	f.requireLogins(t, detached+1, 0)
	if err := s.Do(t.Context(), f.request); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
	if _, _, err := s.Open(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
	f.requireLogins(t, detached+1, 0)
}

func TestClose_joinsAllErrors(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	for range 3 {
		if _, _, err := s.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f.endErr = errBusy
	err := s.Close(t.Context())
	if err == nil || strings.Count(err.Error(), "busy: session ") != 3 {
		t.Errorf("error %v, want one of each session", err)
	}
}

func TestClose_sessionThatExpiredIsNoError(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	if err := s.Do(t.Context(), f.request); err != nil {
		t.Fatal(err)
	}
	f.expireAll()
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	f.requireLogins(t, 1, 0)
}

// A login goes on when its caller gives up, so that its session can be ended.
func TestClose_endsTheSessionOfARunningLogin(t *testing.T) {
	t.Parallel()
	f := newFake()
	s := f.sessions(anyLogin{})
	arrived, release := make(chan struct{}), make(chan struct{})
	f.onLogin = func() { close(arrived); <-release }
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if err := s.Do(ctx, f.request); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the caller's", err)
	}
	if err := s.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one that says that a session may stay open", err)
	}
	ended := make(chan error)
	go func() { ended <- s.Close(t.Context()) }()
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	f.requireLogins(t, 1, 0)
}
