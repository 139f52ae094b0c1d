package providerdata_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// TestPreflight: checks that run side by side use up the same time, those in
// turn add up, and then there are no more.
func TestPreflight(t *testing.T) {
	t.Parallel()
	c := clocktest.New()
	p := &providerdata.Preflight{Clock: c}
	_, endOne, one := p.Begin(t.Context())
	c.Advance(time.Second)
	ctx, endOther, other := p.Begin(t.Context())
	if !one || !other {
		t.Fatal("there is time for both")
	}
	endOne()
	c.Advance(time.Second)
	endOther()
	if ctx.Err() == nil {
		t.Error("the context outlives its check")
	}
	c.Advance(time.Hour) // nothing runs: it does not count
	ctx, end, ok := p.Begin(t.Context())
	if !ok {
		t.Fatal("a second is left")
	}
	c.Advance(time.Second - 1)
	if ctx.Err() != nil {
		t.Error("it ends before the second is up")
	}
	c.Advance(1)
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		t.Errorf("after the second: %v", context.Cause(ctx))
	}
	if _, _, ok := p.Begin(t.Context()); ok {
		t.Error("one may begin while the time is up for another")
	}
	end()
	if _, _, ok := p.Begin(t.Context()); ok {
		t.Error("there is time left")
	}
	var off *providerdata.Preflight
	if _, _, ok := off.Begin(t.Context()); ok {
		t.Error("a check begins although they are turned off")
	}
}
