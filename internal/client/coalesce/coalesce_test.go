package coalesce

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counter counts reads. Each read returns its number.
type counter struct {
	clock  *clocktest.Clock
	writes *Writes
	cache  *ReadCache[string, int64]
	reads  atomic.Int64
}

func newCounter() *counter {
	c := &counter{clock: clocktest.New(), writes: &Writes{}}
	c.cache = NewReadCache[string, int64](c.clock, c.writes)
	return c
}

func (c *counter) read(context.Context) (int64, error) { return c.reads.Add(1), nil }

// requireRead checks the number of the read that Get returns.
func (c *counter) requireRead(t *testing.T, want int64) {
	t.Helper()
	if got, err := c.cache.Get(t.Context(), "", c.read); got != want || err != nil {
		t.Errorf("read %d, error %v, want read %d", got, err, want)
	}
}

func (c *counter) requireSince(t *testing.T, since time.Time, want int64) {
	t.Helper()
	if got, err := c.cache.GetSince(t.Context(), "", since, c.read); got != want || err != nil {
		t.Errorf("read %d, error %v, want read %d", got, err, want)
	}
}

func TestReadCache_concurrentCallersShareARead(t *testing.T) {
	t.Parallel()
	c := newCounter()
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() { c.requireRead(t, 1) })
	}
	running.Wait()
}

func TestReadCache_snapshotExpires(t *testing.T) {
	t.Parallel()
	c := newCounter()
	for range 60 {
		c.requireRead(t, 1)
		c.clock.Advance(time.Second)
	}
	c.requireRead(t, 1)
	c.clock.Advance(time.Second)
	c.requireRead(t, 2) // a minute old
	c.clock.Advance(maxPause + 1)
	c.requireRead(t, 3)
}

// The pause counts from the end of a slow read, not from its beginning.
func TestReadCache_slowRead(t *testing.T) {
	t.Parallel()
	c := newCounter()
	slow := func(ctx context.Context) (int64, error) {
		c.clock.Advance(10 * time.Second)
		return c.read(ctx)
	}
	for range 3 {
		if got, err := c.cache.Get(t.Context(), "", slow); got != 1 || err != nil {
			t.Errorf("read %d, error %v", got, err)
		}
		c.clock.Advance(maxPause / 2)
	}
}

func TestReadCache_writeInvalidates(t *testing.T) {
	t.Parallel()
	c := newCounter()
	c.requireRead(t, 1)
	c.writes.Invalidate()
	c.requireRead(t, 2)
	c.requireRead(t, 2)
}

// A read that began before a write serves its own callers only.
func TestReadCache_writeDuringARead(t *testing.T) {
	t.Parallel()
	c := newCounter()
	begun, release := make(chan struct{}), make(chan struct{})
	first := make(chan int64)
	go func() {
		got, _ := c.cache.Get(t.Context(), "", func(ctx context.Context) (int64, error) {
			close(begun)
			<-release
			return -1, nil
		})
		first <- got
	}()
	<-begun
	c.writes.Invalidate()
	c.requireRead(t, 1)
	close(release)
	if got := <-first; got != -1 {
		t.Errorf("the first caller got read %d, want its own", got)
	}
	c.requireRead(t, 1)
}

func TestReadCache_since(t *testing.T) {
	t.Parallel()
	c := newCounter()
	start := c.clock.Now()
	c.requireSince(t, start, 1)
	c.clock.Advance(time.Hour)
	c.requireSince(t, start, 1) // begun at since: its age does not matter
	c.requireSince(t, start.Add(1), 2)
	c.requireSince(t, start, 2)
	c.writes.Invalidate()
	c.requireSince(t, start, 3)
}

func TestReadCache_separateKeys(t *testing.T) {
	t.Parallel()
	c := newCounter()
	for want, key := range []string{"a", "b"} {
		for range 2 {
			if got, err := c.cache.Get(t.Context(), key, c.read); got != int64(want)+1 || err != nil {
				t.Errorf("key %s: read %d, error %v", key, got, err)
			}
		}
	}
	c.writes.Invalidate()
	c.requireRead(t, 3)
	if n := len(c.cache.snapshots); n != 1 {
		t.Errorf("%d snapshots are kept, want one", n)
	}
}

func TestReadCache_errorIsNotKept(t *testing.T) {
	t.Parallel()
	c := newCounter()
	broken := errors.New("broken")
	if _, err := c.cache.Get(t.Context(), "", func(context.Context) (int64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	c.requireRead(t, 1)
}

// A read goes on while a caller waits for it, and is canceled when the last one
// gives up.
func TestReadCache_canceledCallers(t *testing.T) {
	t.Parallel()
	for name, stays := range map[string]bool{"another caller waits": true, "no caller waits": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCounter()
			begun, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			slow := func(ctx context.Context) (int64, error) {
				close(begun)
				select {
				case <-release:
				case <-ctx.Done():
				}
				ended <- ctx.Err()
				return 7, ctx.Err()
			}
			ctx, giveUp := context.WithCancel(t.Context())
			first := make(chan error, 1)
			go func() {
				_, err := c.cache.Get(ctx, "", slow)
				first <- err
			}()
			<-begun
			second := c.cache.join(t.Context(), "", time.Time{}, slow)
			giveUp()
			if err := <-first; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want the caller's", err)
			}
			if stays {
				close(release)
				<-second.done
			}
			c.cache.leave("", second)
			if err := <-ended; (err == nil) != stays {
				t.Errorf("the read ended with %v", err)
			}
			if !stays {
				c.requireRead(t, 1)
			}
		})
	}
}

func TestValue_isReadOnce(t *testing.T) {
	t.Parallel()
	var v Value[int64]
	var reads atomic.Int64
	var running sync.WaitGroup
	for range 50 {
		running.Go(func() {
			if got, err := v.Get(t.Context(), func(context.Context) (int64, error) { return reads.Add(1), nil }); got != 1 || err != nil {
				t.Errorf("value %d, error %v", got, err)
			}
		})
	}
	running.Wait()
	if got := v.Cached(); got != 1 {
		t.Errorf("cached %d", got)
	}
}

func TestValue_errorIsNotKept(t *testing.T) {
	t.Parallel()
	var v Value[int]
	broken := errors.New("broken")
	if _, err := v.Get(t.Context(), func(context.Context) (int, error) { return 0, broken }); !errors.Is(err, broken) || v.Cached() != 0 {
		t.Errorf("error %v, cached %d", err, v.Cached())
	}
	if got, err := v.Get(t.Context(), func(context.Context) (int, error) { return 3, nil }); got != 3 || err != nil {
		t.Errorf("value %d, error %v", got, err)
	}
}

func TestValue_firstCallerGivesUp(t *testing.T) {
	t.Parallel()
	var v Value[int]
	begun, release := make(chan struct{}), make(chan struct{})
	ctx, giveUp := context.WithCancel(t.Context())
	go func() { <-begun; giveUp() }()
	read := func(context.Context) (int, error) { close(begun); <-release; return 5, nil }
	if _, err := v.Get(ctx, read); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the caller's", err)
	}
	second := make(chan int)
	go func() {
		got, _ := v.Get(t.Context(), func(context.Context) (int, error) { return 6, nil })
		second <- got
	}()
	close(release)
	if got := <-second; got != 5 {
		t.Errorf("value %d, want the value of the running read", got)
	}
}
