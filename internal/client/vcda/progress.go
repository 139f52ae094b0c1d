package vcda

import "context"

type progressKey struct{}

// WithProgress lets waits below the context tell how their task goes, whenever
// its state or its progress has changed.
func WithProgress(ctx context.Context, tell func(Task)) context.Context {
	var last Task
	return context.WithValue(ctx, progressKey{}, func(t Task) {
		if t.ID != last.ID || t.State != last.State || t.Progress != last.Progress {
			last = t
			tell(t)
		}
	})
}

// progressed tells of a task as it was seen, if somebody wants to know.
func progressed(ctx context.Context, t Task) {
	if tell, ok := ctx.Value(progressKey{}).(func(Task)); ok {
		tell(t)
	}
}
