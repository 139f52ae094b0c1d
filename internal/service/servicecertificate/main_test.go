package servicecertificate_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// lateClock calls a function after some waits.
type lateClock struct {
	*clocktest.Clock
	lock   sync.Mutex
	sleeps int
	then   func()
}

func (c *lateClock) Sleep(ctx context.Context, d time.Duration) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.sleeps--; c.sleeps == 0 {
		c.then()
	}
	return c.Clock.Sleep(ctx, d)
}
