package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Find returns an open session by its ID.
func (s *Sessions[S]) Find(id string) (value S, ok bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if opened, ok := s.open[id]; ok {
		return opened.value, true
	}
	return value, false
}

// End logs out a detached session. It is no error if the session has ended before.
// If the logout fails, Close tries again.
func (s *Sessions[S]) End(ctx context.Context, id string) error {
	s.lock.Lock()
	opened, ok := s.open[id]
	delete(s.open, id)
	s.lock.Unlock()
	if !ok {
		return nil
	}
	err := s.end(ctx, opened)
	if err != nil {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.open[id] = opened
	}
	return err
}

// Close ends all sessions concurrently, then the session of a login that is still
// running. Later calls fail with ErrClosed. The errors of all logouts are joined.
func (s *Sessions[S]) Close(ctx context.Context) error {
	s.lock.Lock()
	s.closed = true
	s.lock.Unlock()
	err := s.endAll(ctx)
	if !s.turn.TryAcquire(1) && s.turn.Acquire(ctx, 1) != nil {
		return errors.Join(err, fmt.Errorf("the session of a login that is still running may stay open: %w", context.Cause(ctx)))
	}
	s.turn.Release(1)
	return errors.Join(err, s.endAll(ctx))
}

func (s *Sessions[S]) endAll(ctx context.Context) error {
	s.lock.Lock()
	s.shared = nil
	open := slices.Collect(maps.Values(s.open))
	clear(s.open)
	s.lock.Unlock()
	errs := make([]error, len(open))
	var running sync.WaitGroup // not an errgroup, which keeps the first error only
	for i, opened := range open {
		running.Go(func() { errs[i] = s.end(ctx, opened) })
	}
	running.Wait()
	return errors.Join(errs...)
}

// end logs a session out. An expired session is no error. It tries twice, because
// nothing else ends the session.
func (s *Sessions[S]) end(ctx context.Context, opened *session[S]) error {
	logOut := s.server.LogOut
	if opened.external {
		logOut = s.server.Leave
	}
	if logOut == nil {
		return nil
	}
	err := logOut(ctx, opened.value)
	if err != nil && !s.server.IsExpired(err) && ctx.Err() == nil {
		err = logOut(ctx, opened.value)
	}
	if s.server.IsExpired(err) {
		return nil
	}
	return err
}
