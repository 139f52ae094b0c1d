package providerdata_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// TestPreflight: checks that run side by side use up the same time, those in
// turn add up, and then there are no more.
func TestPreflight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &providerdata.Preflight{}
		_, endOne, one := p.Begin(t.Context())
		time.Sleep(time.Second)
		ctx, endOther, other := p.Begin(t.Context())
		if !one || !other {
			t.Fatal("there is time for both")
		}
		endOne()
		time.Sleep(time.Second)
		endOther()
		if ctx.Err() == nil {
			t.Error("the context outlives its check")
		}
		time.Sleep(time.Hour) // nothing runs: it does not count
		start := time.Now()
		ctx, end, ok := p.Begin(t.Context())
		if !ok {
			t.Fatal("a second is left")
		}
		<-ctx.Done()
		if took := time.Since(start); took != time.Second || errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			t.Errorf("it ended after %s: %v", took, context.Cause(ctx))
		}
		if _, _, ok := p.Begin(t.Context()); ok {
			t.Error("one may begin while the time is up for another")
		}
		end()
		if _, _, ok := p.Begin(t.Context()); ok {
			t.Error("there is time left")
		}
	})
	var off *providerdata.Preflight
	if _, _, ok := off.Begin(t.Context()); ok {
		t.Error("a check begins although they are turned off")
	}
}
