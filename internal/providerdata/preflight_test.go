package providerdata_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// Concurrent checks use the same time. The times of consecutive checks add up to
// the limit.
func TestPreflight(t *testing.T) {
	t.Parallel()
	c := clocktest.New()
	p := &providerdata.Preflight{Clock: c}
	_, endFirst, first := p.Begin(t.Context())
	c.Advance(time.Second)
	ctx, endSecond, second := p.Begin(t.Context())
	if !first || !second {
		t.Fatal("there is time for both")
	}
	endFirst()
	c.Advance(time.Second)
	endSecond()
	if ctx.Err() == nil {
		t.Error("the context does not end with its check")
	}
	c.Advance(time.Hour) // it does not count: no check runs
	ctx, end, ok := p.Begin(t.Context())
	if !ok {
		t.Fatal("a second is left")
	}
	c.Advance(time.Second - 1)
	if ctx.Err() != nil {
		t.Error("it ends before the second is over")
	}
	c.Advance(1)
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		t.Errorf("after the second: %v", context.Cause(ctx))
	}
	if _, _, ok := p.Begin(t.Context()); ok {
		t.Error("a check begins after the time is over")
	}
	end()
	if _, _, ok := p.Begin(t.Context()); ok {
		t.Error("there is time left")
	}
	var off *providerdata.Preflight
	if _, _, ok := off.Begin(t.Context()); ok {
		t.Error("a check begins although checks are turned off")
	}
}
