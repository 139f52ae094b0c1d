// Package coalesce lets many concurrent callers share one read. It knows no client.
package coalesce

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// A snapshot serves reads that run together: each begins within maxPause of the end
// of the one before, and all within maxAge, so that a long process does not live on
// an old one.
const (
	maxPause = time.Second
	maxAge   = time.Minute
)

// Writes counts what may have changed what read caches hold: the beginning and the
// end of a request that changes something, and the end of what it started. Caches
// that share one are invalidated together.
type Writes struct{ count atomic.Int64 }

// Invalidate ends the use of every snapshot that was begun before.
func (w *Writes) Invalidate() { w.count.Add(1) }

// ReadCache holds the latest snapshot of a read, by key. Concurrent callers share
// one read, and none gets a snapshot older than a write. It is safe for concurrent
// use.
type ReadCache[K comparable, T any] struct {
	clock  clock.Clock
	writes *Writes

	lock      sync.Mutex
	snapshots map[K]*snapshot[T]
}

// NewReadCache returns an empty cache which the writes invalidate.
func NewReadCache[K comparable, T any](clock clock.Clock, writes *Writes) *ReadCache[K, T] {
	return &ReadCache[K, T]{clock: clock, writes: writes, snapshots: map[K]*snapshot[T]{}}
}

// snapshot is the result of one read, complete once done is closed.
type snapshot[T any] struct {
	writes     int64 // before it was begun
	begun      time.Time
	lastUse    time.Time
	callers    int
	cancelRead context.CancelFunc
	done       chan struct{}

	value T
	err   error
}

// Get returns a snapshot for reads that run together. The caller must not change
// it.
func (c *ReadCache[K, T]) Get(ctx context.Context, key K, read func(context.Context) (T, error)) (T, error) {
	return c.GetSince(ctx, key, time.Time{}, read)
}

// GetSince returns a snapshot that was begun at a time or later. The caller must not
// change it.
func (c *ReadCache[K, T]) GetSince(ctx context.Context, key K, since time.Time, read func(context.Context) (T, error)) (value T, err error) {
	s := c.join(ctx, key, since, read)
	defer c.leave(key, s)
	select {
	case <-s.done:
		return s.value, s.err
	case <-ctx.Done():
		return value, context.Cause(ctx)
	}
}

// join returns the snapshot to share, or begins one.
func (c *ReadCache[K, T]) join(ctx context.Context, key K, since time.Time, read func(context.Context) (T, error)) *snapshot[T] {
	c.lock.Lock()
	defer c.lock.Unlock()
	now, writes := c.clock.Now(), c.writes.count.Load()
	s := c.snapshots[key]
	if s == nil || !s.serves(writes, since, now) {
		c.forgetOlder(writes)
		s = c.begin(ctx, read)
		s.writes, s.begun = writes, now
		c.snapshots[key] = s
	}
	s.callers++
	s.lastUse = now
	return s
}

// forgetOlder drops snapshots that serve no further caller.
func (c *ReadCache[K, T]) forgetOlder(writes int64) {
	maps.DeleteFunc(c.snapshots, func(_ K, s *snapshot[T]) bool { return s.writes != writes })
}

// begin starts a read, which must not end with the first of its callers.
func (c *ReadCache[K, T]) begin(ctx context.Context, read func(context.Context) (T, error)) *snapshot[T] {
	s := &snapshot[T]{done: make(chan struct{})}
	ctx, s.cancelRead = context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // the last caller to leave calls it
	go func() {
		s.value, s.err = read(ctx)
		c.lock.Lock()
		defer c.lock.Unlock()
		s.lastUse = c.clock.Now() // those who waited for a slow read use it from now on
		close(s.done)
	}()
	return s
}

// leave gives up a snapshot. A read that no caller waits for any more ends.
func (c *ReadCache[K, T]) leave(key K, s *snapshot[T]) {
	c.lock.Lock()
	defer c.lock.Unlock()
	s.callers--
	if s.callers > 0 {
		return
	}
	s.cancelRead()
	if !s.complete() && c.snapshots[key] == s {
		delete(c.snapshots, key)
	}
}

func (s *snapshot[T]) complete() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// serves reports whether the snapshot is good for one more caller.
func (s *snapshot[T]) serves(writes int64, since, now time.Time) bool {
	switch {
	case s.writes != writes, s.begun.Before(since):
		return false
	case !s.complete():
		return true
	}
	return s.err == nil && (!since.IsZero() || now.Sub(s.lastUse) <= maxPause && now.Sub(s.begun) <= maxAge)
}
