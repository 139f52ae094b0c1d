package coalesce

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// Value caches a value that does not change: it is read once. The zero Value is
// empty. It is safe for concurrent use.
type Value[T any] struct {
	cached atomic.Pointer[T]
	reads  singleflight.Group
}

// Cached returns the cached value, or zero if there is none.
func (v *Value[T]) Cached() (value T) {
	if cached := v.cached.Load(); cached != nil {
		return *cached
	}
	return value
}

// Set caches a value.
func (v *Value[T]) Set(value T) { v.cached.Store(&value) }

// Get returns the cached value, or reads it. Concurrent callers share one read,
// which goes on when the first caller gives up. An error is not cached.
func (v *Value[T]) Get(ctx context.Context, read func(context.Context) (T, error)) (value T, err error) {
	if cached := v.cached.Load(); cached != nil {
		return *cached, nil
	}
	results := v.reads.DoChan("", func() (any, error) {
		if v.cached.Load() != nil { // another call has read it
			return nil, nil //nolint:nilnil // Get returns the cached value
		}
		value, err := read(context.WithoutCancel(ctx))
		if err == nil {
			v.Set(value)
		}
		return nil, err
	})
	select {
	case result := <-results:
		return v.Cached(), result.Err
	case <-ctx.Done():
		return value, context.Cause(ctx)
	}
}
