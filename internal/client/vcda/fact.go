package vcda

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// fact is something about the appliance or the session that does not change: it
// is asked for once.
type fact[T any] struct {
	known  atomic.Pointer[T]
	asking singleflight.Group
}

// value is the fact as far as it is known, else a zero value.
func (f *fact[T]) value() (v T) {
	if known := f.known.Load(); known != nil {
		return *known
	}
	return v
}

func (f *fact[T]) set(v T) { f.known.Store(&v) }

// get asks unless the fact is known. All who ask meanwhile share the answer, also
// when the first gives up.
func (f *fact[T]) get(ctx context.Context, ask func(context.Context) (T, error)) (v T, err error) {
	if known := f.known.Load(); known != nil {
		return *known, nil
	}
	answer := f.asking.DoChan("", func() (any, error) {
		v, err := ask(context.WithoutCancel(ctx))
		if err == nil {
			f.set(v)
		}
		return nil, err
	})
	select {
	case a := <-answer:
		return f.value(), a.Err
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}
