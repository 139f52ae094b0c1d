package providerdata

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// preflightLimit is the time for all checks of a plan together.
const preflightLimit = 3 * time.Second

// errPreflightOver is the cause of a check at plan time that ended early.
var errPreflightOver = errors.New("there was no answer within the time for checks at plan time")

// Preflight limits the time of checks at plan time, which only warn. The checks of
// a process share the time, so that many unreachable sites take no longer than one.
// A nil Preflight allows no check.
type Preflight struct {
	Clock clock.Clock

	lock    sync.Mutex
	spent   time.Duration
	running int
	since   time.Time // while one is running
}

// Begin starts a check. It returns a context with the remaining time and the
// function that ends the check, or false if there is no time left.
func (p *Preflight) Begin(ctx context.Context) (context.Context, func(), bool) {
	if p == nil {
		return nil, nil, false
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	now := p.Clock.Now()
	left := preflightLimit - p.spent
	if p.running > 0 {
		left -= now.Sub(p.since)
	}
	if left <= 0 {
		return nil, nil, false
	}
	if p.running++; p.running == 1 {
		p.since = now
	}
	ctx, cancel := p.Clock.WithTimeout(ctx, left, errPreflightOver)
	return ctx, func() { cancel(); p.end() }, true
}

func (p *Preflight) end() {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.running--; p.running == 0 {
		p.spent += p.Clock.Now().Sub(p.since)
	}
}
