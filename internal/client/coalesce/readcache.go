// Package coalesce lets many concurrent callers share one read, and caches values
// that do not change.
package coalesce

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// A snapshot expires when no caller has used it for maxPause, or when it is older
// than maxAge.
const (
	maxPause = time.Second
	maxAge   = time.Minute
)

// Writes counts the events that may change what a server returns: the start and the
// end of a write request, and the end of the task that it started. Caches that
// share a Writes are invalidated together.
type Writes struct{ count atomic.Int64 }

// Invalidate expires every snapshot that was begun before.
func (w *Writes) Invalidate() { w.count.Add(1) }

// ReadCache keeps the latest snapshot for each key. Concurrent callers share one
// read. No caller gets a snapshot that was begun before the last write. It is safe
// for concurrent use.
type ReadCache[K comparable, T any] struct {
	clock  clock.Clock
	writes *Writes

	lock      sync.Mutex
	snapshots map[K]*snapshot[T]
}

// NewReadCache returns an empty cache, which writes.Invalidate expires.
func NewReadCache[K comparable, T any](clock clock.Clock, writes *Writes) *ReadCache[K, T] {
	return &ReadCache[K, T]{clock: clock, writes: writes, snapshots: map[K]*snapshot[T]{}}
}

// snapshot is the result of one read, complete once done is closed.
type snapshot[T any] struct {
	writes     int64 // the count when the read began
	begun      time.Time
	lastUse    time.Time
	callers    int
	cancelRead context.CancelFunc
	done       chan struct{}

	value T
	err   error
}

// Get returns the current snapshot, or reads a new one. The caller must not change
// it.
func (c *ReadCache[K, T]) Get(ctx context.Context, key K, read func(context.Context) (T, error)) (T, error) {
	return c.GetSince(ctx, key, time.Time{}, read)
}

// GetSince returns a snapshot that was begun at since or later, however old it is
// now. The caller must not change it.
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

// join adds a caller to the current snapshot, or to a new one.
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

// forgetOlder drops the snapshots from before the last write.
func (c *ReadCache[K, T]) forgetOlder(writes int64) {
	maps.DeleteFunc(c.snapshots, func(_ K, s *snapshot[T]) bool { return s.writes != writes })
}

// begin starts a read. The read goes on when the caller that started it gives up.
func (c *ReadCache[K, T]) begin(ctx context.Context, read func(context.Context) (T, error)) *snapshot[T] {
	s := &snapshot[T]{done: make(chan struct{})}
	ctx, s.cancelRead = context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // leave calls it
	go func() {
		s.value, s.err = read(ctx)
		c.lock.Lock()
		defer c.lock.Unlock()
		s.lastUse = c.clock.Now() // the pause counts from the end of a slow read
		close(s.done)
	}()
	return s
}

// leave removes a caller from a snapshot. A read without callers is canceled.
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

// serves reports whether another caller may use the snapshot.
func (s *snapshot[T]) serves(writes int64, since, now time.Time) bool {
	switch {
	case s.writes != writes, s.begun.Before(since):
		return false
	case !s.complete():
		return true
	}
	return s.err == nil && (!since.IsZero() || now.Sub(s.lastUse) <= maxPause && now.Sub(s.begun) <= maxAge)
}
