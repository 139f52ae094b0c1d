package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Find returns a detached session that has not been ended.
func (s *Sessions[S]) Find(id string) (value S, ok bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if opened, ok := s.open[id]; ok {
		return opened.value, true
	}
	return value, false
}

// End logs out a detached session. One that has ended is no error; one that can't
// be ended stays for Close.
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

// Close ends every session side by side, then that of a login still on its way,
// and refuses further calls. The errors of all are joined.
func (s *Sessions[S]) Close(ctx context.Context) error {
	s.lock.Lock()
	s.closed = true
	s.lock.Unlock()
	ended := s.endAll(ctx)
	if !s.turn.TryAcquire(1) && s.turn.Acquire(ctx, 1) != nil {
		return errors.Join(ended, fmt.Errorf("the session of a login still on its way may be left: %w", context.Cause(ctx)))
	}
	s.turn.Release(1)
	return errors.Join(ended, s.endAll(ctx))
}

func (s *Sessions[S]) endAll(ctx context.Context) error {
	s.lock.Lock()
	s.shared = nil
	open := slices.Collect(maps.Values(s.open))
	clear(s.open)
	s.lock.Unlock()
	problems := make([]error, len(open))
	var running sync.WaitGroup // not an errgroup, which keeps the first error only
	for i, opened := range open {
		running.Go(func() { problems[i] = s.end(ctx, opened) })
	}
	running.Wait()
	return errors.Join(problems...)
}

// end logs a session out; one that has expired is no error. It tries twice:
// nothing else would end the session.
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
