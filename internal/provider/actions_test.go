package provider

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

// An action that does not end in time ends with an error, and StopProvider waits
// for it.
func TestRunningActions_interrupted(t *testing.T) {
	t.Parallel()
	clock := clocktest.New()
	actions := &runningActions{clock: clock}
	release, running := make(chan struct{}), make(chan struct{})
	defer close(release)
	events := actions.track(func(send func(tfprotov6.InvokeActionEvent) bool) {
		send(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{Message: "half done"}})
		<-release // a slow request
	})
	var sent []tfprotov6.InvokeActionEvent
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := range events {
			if sent = append(sent, event); len(sent) == 1 {
				close(running)
			}
		}
	}()
	<-running
	stopped := make(chan struct{})
	go func() { actions.stop(context.Background(), func() {}); close(stopped) }()
	for !isClosed(stopped) { // it starts to wait at some time
		clock.Advance(actionEndTime)
	}
	<-done
	last, ok := sent[len(sent)-1].Type.(tfprotov6.CompletedInvokeActionEventType)
	if len(sent) != 2 || !ok || len(last.Diagnostics) != 1 || last.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Errorf("the events are %+v", sent)
	}
	actions.stop(context.Background(), func() {}) // nothing runs any more
}

// StopProvider waits for the last event of an action that ends in time.
func TestRunningActions_endInTime(t *testing.T) {
	t.Parallel()
	waits := make(chan time.Duration, 2)
	actions := &runningActions{clock: waitReporter{clocktest.New(), waits}}
	release := make(chan struct{})
	events := actions.track(func(send func(tfprotov6.InvokeActionEvent) bool) {
		<-release
		send(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{}})
	})
	stopped := make(chan struct{})
	go func() { actions.stop(context.Background(), func() {}); close(stopped) }()
	if limit := <-waits; limit != actionEndTime {
		t.Errorf("StopProvider waits %s first, not %s for the action's own end", limit, actionEndTime)
	}
	close(release)
	n := 0
	for event := range events {
		if isClosed(stopped) {
			t.Error("StopProvider did not wait")
		}
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); !ok || len(completed.Diagnostics) != 0 {
			t.Errorf("got %+v", event)
		}
		n++
	}
	<-stopped
	if n != 1 {
		t.Errorf("%d events", n)
	}
}

// waitReporter reports the length of each timeout that begins.
type waitReporter struct {
	*clocktest.Clock
	waits chan<- time.Duration
}

func (r waitReporter) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	r.waits <- d
	return r.Clock.WithTimeout(ctx, d, cause)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
