package clocktest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

var _ clock.Clock = &clocktest.Clock{}

var errSlow = errors.New("too slow")

func TestTimeout_endsWithTheClock(t *testing.T) {
	t.Parallel()
	c := clocktest.New()
	ctx, cancel := c.WithTimeout(t.Context(), time.Minute, errSlow)
	defer cancel()
	child, cancelChild := context.WithCancel(ctx)
	defer cancelChild()

	c.Advance(59 * time.Second)
	if err := ctx.Err(); err != nil {
		t.Fatalf("ended early: %v", err)
	}
	c.Advance(time.Second)
	<-child.Done()
	for name, ctx := range map[string]context.Context{"itself": ctx, "child": child} {
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(context.Cause(ctx), errSlow) {
			t.Errorf("%s: error %v, cause %v", name, ctx.Err(), context.Cause(ctx))
		}
	}
}

func TestTimeout_endsWithItsParent(t *testing.T) {
	t.Parallel()
	parent, cancelParent := context.WithCancelCause(t.Context())
	ctx, cancel := clocktest.New().WithTimeout(parent, time.Minute, nil)
	defer cancel()
	cancelParent(errSlow)
	<-ctx.Done()
	if !errors.Is(ctx.Err(), context.Canceled) || !errors.Is(context.Cause(ctx), errSlow) {
		t.Errorf("error %v, cause %v", ctx.Err(), context.Cause(ctx))
	}
}

func TestTimeout_canceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := clocktest.New().WithTimeout(t.Context(), time.Minute, nil)
	cancel()
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("error %v", ctx.Err())
	}
}

func TestSleep_movesTheClock(t *testing.T) {
	t.Parallel()
	c := clocktest.New()
	ctx, cancel := c.WithTimeout(t.Context(), time.Minute, nil)
	defer cancel()
	start := c.Now()
	if err := c.Sleep(ctx, 10*time.Second); err != nil || c.Now().Sub(start) != 10*time.Second {
		t.Errorf("error %v after %s", err, c.Now().Sub(start))
	}
	if err := c.Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the timeout's", err)
	}
}

func TestSleep_endsOnlyTimeoutsOfItsContext(t *testing.T) {
	t.Parallel()
	c := clocktest.New()
	other, cancelOther := c.WithTimeout(t.Context(), time.Second, errSlow)
	defer cancelOther()
	outer, cancelOuter := c.WithTimeout(t.Context(), time.Second, errSlow)
	defer cancelOuter()
	inner, cancelInner := c.WithTimeout(outer, time.Hour, nil)
	defer cancelInner()

	if err := c.Sleep(inner, time.Minute); !errors.Is(err, errSlow) {
		t.Errorf("error %v, want that of the outer timeout", err)
	}
	if err := other.Err(); err != nil {
		t.Errorf("the timeout of another context ended: %v", err)
	}
	c.Advance(0)
	if err := other.Err(); err == nil {
		t.Error("the other timeout doesn't end when the test moves the clock")
	}
}

func TestAdvance_earliestTimeoutIsTheCause(t *testing.T) {
	t.Parallel()
	errFirst := errors.New("first")
	for range 20 { // the order of the timeouts is random
		c := clocktest.New()
		outer, cancelOuter := c.WithTimeout(t.Context(), time.Second, errFirst)
		inner, cancelInner := c.WithTimeout(outer, time.Minute, errSlow)
		detached, cancelDetached := c.WithTimeout(context.WithoutCancel(outer), time.Minute, errSlow)
		c.Advance(time.Hour)
		<-inner.Done()
		if got := context.Cause(inner); !errors.Is(got, errFirst) {
			t.Errorf("the inner one ends with %v", got)
		}
		if got := context.Cause(detached); !errors.Is(got, errSlow) {
			t.Errorf("the detached one ends with %v", got)
		}
		cancelDetached()
		cancelInner()
		cancelOuter()
	}
}
