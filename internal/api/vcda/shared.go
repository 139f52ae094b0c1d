package vcda

import (
	"context"
	"sync"
	"time"
)

// A list serves the reads that run together: each within the pause of the one
// before, and all within the age, so that a long process does not live on an
// old one.
const (
	sharedPause = time.Second
	sharedAge   = time.Minute
)

// sharing lets reads that run together share one sites list, which is never
// older than a write of this client.
type sharing struct {
	lock   sync.Mutex
	writes int // begun or ended
	list   *listing
}

// listing is one sites list, complete once done is closed.
type listing struct {
	writes      int
	begun, used time.Time
	readers     int
	cancel      context.CancelFunc
	done        chan struct{}

	sites []Site
	byKey map[string]int // place in sites, without the local one
	err   error
}

// SharedSites is Sites for reads that run together, which share one answer. The
// caller must not change it.
func (c *Client) SharedSites(ctx context.Context) ([]Site, error) {
	l, err := c.shared(ctx)
	if err != nil {
		return nil, err
	}
	return l.sites, nil
}

// Peer finds a paired site by its key, for reads that run together. It is nil
// when the site isn't there.
func (c *Client) Peer(ctx context.Context, key string) (*Site, error) {
	l, err := c.shared(ctx)
	if err != nil {
		return nil, err
	}
	at, ok := l.byKey[key]
	if !ok {
		return nil, nil
	}
	return &l.sites[at], nil
}

func (c *Client) shared(ctx context.Context) (*listing, error) {
	service, err := c.Service(ctx)
	if err != nil {
		return nil, err
	}
	l := c.join(ctx, service)
	defer c.leave(l)
	select {
	case <-l.done:
		return l, l.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// join finds the list to share, or begins one.
func (c *Client) join(ctx context.Context, service Service) *listing {
	s := &c.sharing
	s.lock.Lock()
	defer s.lock.Unlock()
	now := c.clock.Now()
	if s.list == nil || !s.list.serves(s.writes, now) {
		// The list must not end with the first of its readers.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		s.list = &listing{writes: s.writes, begun: now, cancel: cancel, done: make(chan struct{})}
		go c.fill(ctx, s.list, service)
	}
	s.list.readers++
	s.list.used = now
	return s.list
}

// leave gives up a list; one that nobody waits for any more ends.
func (c *Client) leave(l *listing) {
	s := &c.sharing
	s.lock.Lock()
	defer s.lock.Unlock()
	l.readers--
	if l.readers > 0 {
		return
	}
	l.cancel()
	if !l.complete() && s.list == l {
		s.list = nil
	}
}

func (c *Client) fill(ctx context.Context, l *listing, service Service) {
	defer close(l.done)
	l.sites, l.err = c.Sites(ctx)
	l.byKey = make(map[string]int, len(l.sites))
	for i, s := range l.sites {
		if key := s.Key(service); !s.IsLocal {
			l.byKey[key] = i
		}
	}
}

// wrote makes later reads ask anew.
func (s *sharing) wrote() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.writes++
}

func (l *listing) complete() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// serves tells whether the list does for one more read.
func (l *listing) serves(writes int, now time.Time) bool {
	if l.writes != writes {
		return false
	}
	return !l.complete() || l.err == nil && now.Sub(l.used) <= sharedPause && now.Sub(l.begun) <= sharedAge
}
