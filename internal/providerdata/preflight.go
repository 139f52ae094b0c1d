package providerdata

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// preflightLimit is the time that all checks of a plan may take together.
const preflightLimit = 3 * time.Second

// errPreflightOver is why a check at plan time ended early.
var errPreflightOver = errors.New("there was no answer within the time for checks at plan time")

// Preflight is the time for checks at plan time, which only warn: those of one
// process share it, so that a fleet nobody can reach from here costs no more
// than one site. A nil Preflight allows no check.
type Preflight struct {
	Clock clock.Clock

	lock    sync.Mutex
	spent   time.Duration
	running int
	since   time.Time // while one is running
}

// Begin gives a check a context with what is left of the time, and the function
// that ends it. It is false when there is no time left.
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
