package vcda

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// A list serves the reads that run together: each begins within the pause of the
// end of the one before, and all within the age, so that a long process does not
// live on an old one.
const (
	sharedPause = time.Second
	sharedAge   = time.Minute
)

// writes counts what may have changed the lists: the beginning and the end of a
// request that starts a task, and the end of a task.
type writes struct{ atomic.Int64 }

func (w *writes) wrote() { w.Add(1) }

// sharing lets reads that run together share one list, which is never older than
// a write of this client.
type sharing[L any] struct {
	clock  clock.Clock
	writes *writes
	read   func(context.Context) (L, error)

	lock sync.Mutex
	last *listing[L]
}

// listing is one list, complete once done is closed.
type listing[L any] struct {
	writes      int64
	begun, used time.Time
	readers     int
	cancel      context.CancelFunc
	done        chan struct{}

	list L
	err  error
}

// get returns a list begun at since or later, or, with a zero since, one of a
// read that runs together with this one. The caller must not change it. Begun is
// when it was asked for.
func (s *sharing[L]) get(ctx context.Context, since time.Time) (list L, begun time.Time, err error) {
	l := s.join(ctx, since)
	defer s.leave(l)
	select {
	case <-l.done:
		return l.list, l.begun, l.err
	case <-ctx.Done():
		return list, begun, context.Cause(ctx)
	}
}

// join finds the list to share, or begins one.
func (s *sharing[L]) join(ctx context.Context, since time.Time) *listing[L] {
	s.lock.Lock()
	defer s.lock.Unlock()
	now, written := s.clock.Now(), s.writes.Load()
	if s.last == nil || !s.last.serves(written, since, now) {
		// The list must not end with the first of its readers.
		fresh := &listing[L]{writes: written, begun: now, done: make(chan struct{})}
		ctx, fresh.cancel = context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // the last reader to leave calls it
		go fresh.fill(ctx, s.read)
		s.last = fresh
	}
	s.last.readers++
	s.last.used = now
	return s.last
}

// leave gives up a list; one that nobody waits for any more ends.
func (s *sharing[L]) leave(l *listing[L]) {
	s.lock.Lock()
	defer s.lock.Unlock()
	l.used = s.clock.Now() // who waited for a slow list has only now read it
	l.readers--
	if l.readers > 0 {
		return
	}
	l.cancel()
	if !l.complete() && s.last == l {
		s.last = nil
	}
}

func (l *listing[L]) fill(ctx context.Context, read func(context.Context) (L, error)) {
	defer close(l.done)
	l.list, l.err = read(ctx)
}

func (l *listing[L]) complete() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// serves tells whether the list does for one more read.
func (l *listing[L]) serves(written int64, since, now time.Time) bool {
	switch {
	case l.writes != written, l.begun.Before(since):
		return false
	case !l.complete():
		return true
	}
	return l.err == nil && (!since.IsZero() || now.Sub(l.used) <= sharedPause && now.Sub(l.begun) <= sharedAge)
}

// siteList is an answer to GET /sites, whose peers can be found by their keys.
type siteList struct {
	service Service // as far as it was known before
	sites   []Site
	byKey   map[string]int // place in sites, without the local one
}

func (c *Client) listSites(ctx context.Context) (siteList, error) {
	l := siteList{service: c.service.value()}
	var err error
	l.sites, err = c.Sites(ctx)
	l.byKey = make(map[string]int, len(l.sites))
	for i, s := range l.sites {
		if !s.IsLocal {
			l.byKey[s.Key(l.service)] = i
		}
	}
	return l, err
}

// SharedSites is Sites for reads that run together, which share one answer. The
// caller must not change it.
func (c *Client) SharedSites(ctx context.Context) ([]Site, error) {
	l, _, err := c.reads.get(ctx, time.Time{})
	if err == nil && keyless(l.sites, c.service.value()) {
		return c.Sites(ctx) // the list is of a time when the service wasn't known
	}
	return l.sites, err
}

// SitesSince is Sites for changes that run together: an answer that was asked
// for at since or later, and when. The caller must not change it.
func (c *Client) SitesSince(ctx context.Context, since time.Time) ([]Site, time.Time, error) {
	l, begun, err := c.changes.get(ctx, since)
	return l.sites, begun, err
}

// Peer finds a paired site by its key, for reads that run together. It is nil
// when the site isn't there.
func (c *Client) Peer(ctx context.Context, key string) (*Site, error) {
	var since time.Time
	for {
		l, begun, err := c.reads.get(ctx, since)
		if err != nil {
			return nil, err
		}
		if at, ok := l.byKey[key]; ok {
			return &l.sites[at], nil
		}
		if l.service != "" {
			return nil, nil
		}
		// Only who knows the service knows that no row can be the one: look again then.
		if _, err := c.Service(ctx); err != nil {
			return nil, err
		}
		since = begun.Add(1)
	}
}

// TasksSince is Tasks for changes that run together: an answer that was asked for
// at since or later. The caller must not change it.
func (c *Client) TasksSince(ctx context.Context, q TaskQuery, since time.Time) ([]Task, error) {
	tasks, _, err := c.tasks.of(c, q).get(ctx, since)
	return tasks, err
}

// taskLists are the lists of tasks that are shared, by their query.
type taskLists struct {
	lock  sync.Mutex
	lists map[string]*sharing[[]Task]
}

func (l *taskLists) of(c *Client, q TaskQuery) *sharing[[]Task] {
	l.lock.Lock()
	defer l.lock.Unlock()
	key := q.values().Encode()
	if l.lists[key] == nil {
		if l.lists == nil {
			l.lists = map[string]*sharing[[]Task]{}
		}
		l.lists[key] = &sharing[[]Task]{clock: c.clock, writes: &c.writes, read: func(ctx context.Context) ([]Task, error) { return c.Tasks(ctx, q) }}
	}
	return l.lists[key]
}
