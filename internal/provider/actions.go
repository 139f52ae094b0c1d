package provider

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Terraform treats an action without a completed event as a success, and
// terraform-plugin-go drops events after StopProvider has returned. Therefore
// StopProvider waits for the last event of each running action.

// Limits of that wait: the time in which an action may end, and the time for the
// event that ends it otherwise.
const (
	actionEndTime = 1500 * time.Millisecond
	lastEventTime = 500 * time.Millisecond
)

// runningActions are the actions whose last event has not been sent.
type runningActions struct {
	clock clock.Clock
	lock  sync.Mutex
	all   map[*runningAction]struct{}
}

type runningAction struct {
	stopping    atomic.Bool   // StopProvider waits for it
	interrupted chan struct{} // closed when it is to send its last event
	interrupt   func()        // closes it, once
	ended       chan struct{} // closed when the last event has been sent
}

type actionEvents = iter.Seq[tfprotov6.InvokeActionEvent]

// track returns the events of a new action. If the action does not end in time
// after StopProvider, they end with an error.
func (a *runningActions) track(events actionEvents) actionEvents {
	action := &runningAction{interrupted: make(chan struct{}), ended: make(chan struct{})}
	action.interrupt = sync.OnceFunc(func() { close(action.interrupted) })
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.all == nil {
		a.all = map[*runningAction]struct{}{}
	}
	a.all[action] = struct{}{}
	return func(send func(tfprotov6.InvokeActionEvent) bool) {
		defer a.remove(action)
		action.relay(events, send)
	}
}

func (a *runningActions) remove(action *runningAction) {
	a.lock.Lock()
	defer a.lock.Unlock()
	delete(a.all, action)
	close(action.ended)
}

// relay sends the events until they end or the action is interrupted. While the
// provider stops, it does not send progress, after which Terraform would end the
// action without the error at its end.
func (action *runningAction) relay(events actionEvents, send func(tfprotov6.InvokeActionEvent) bool) {
	next := make(chan tfprotov6.InvokeActionEvent)
	done := make(chan struct{})
	defer close(done)
	go func() {
		defer close(next)
		for event := range events {
			select {
			case next <- event:
			case <-done:
				return
			}
		}
	}()
	progress := ""
	for {
		select {
		case event, more := <-next:
			if !more {
				return
			}
			if reported, ok := event.Type.(tfprotov6.ProgressInvokeActionEventType); ok {
				progress = reported.Message
				if action.stopping.Load() {
					continue
				}
			}
			if !send(event) {
				return
			}
		case <-action.interrupted:
			send(interruptedEvent(progress))
			return
		}
	}
}

// interruptedEvent returns the last event of an action that did not end in time.
func interruptedEvent(progress string) tfprotov6.InvokeActionEvent {
	detail := "The action was interrupted. The appliance may continue the operation."
	if progress != "" {
		detail += " The last progress was: " + progress
	}
	return tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: []*tfprotov6.Diagnostic{{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Unable to complete the action", Detail: detail,
	}}}}
}

// stop stops the running actions, and waits at most two seconds until they have
// sent their last event.
func (a *runningActions) stop(ctx context.Context, cancel func()) {
	running := a.markStopping()
	cancel()
	a.wait(ctx, actionEndTime, running)
	for _, action := range running {
		action.interrupt()
	}
	a.wait(ctx, lastEventTime, running)
}

// markStopping returns the running actions, which now send only their last event.
func (a *runningActions) markStopping() []*runningAction {
	a.lock.Lock()
	defer a.lock.Unlock()
	var running []*runningAction
	for action := range a.all {
		action.stopping.Store(true)
		running = append(running, action)
	}
	return running
}

// wait returns when the actions have ended, or after the limit.
func (a *runningActions) wait(ctx context.Context, limit time.Duration, running []*runningAction) {
	ctx, cancel := a.clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	for _, action := range running {
		select {
		case <-action.ended:
		case <-ctx.Done():
			return
		}
	}
}
