package coalesce

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// Value is a cached value, for what does not change: it is read once. The zero
// Value is empty. It is safe for concurrent use.
type Value[T any] struct {
	cached atomic.Pointer[T]
	reads  singleflight.Group
}

// Cached returns the value, a zero one as long as none is cached.
func (v *Value[T]) Cached() (value T) {
	if cached := v.cached.Load(); cached != nil {
		return *cached
	}
	return value
}

// Set caches a value.
func (v *Value[T]) Set(value T) { v.cached.Store(&value) }

// Get returns the value, which it reads unless it is cached. All who call meanwhile
// share the read, also when the first gives up. An error is not cached.
func (v *Value[T]) Get(ctx context.Context, read func(context.Context) (T, error)) (value T, err error) {
	if cached := v.cached.Load(); cached != nil {
		return *cached, nil
	}
	results := v.reads.DoChan("", func() (any, error) {
		if v.cached.Load() != nil { // read since
			return nil, nil //nolint:nilnil // the value is in its place
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
