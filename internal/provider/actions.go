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

// Terraform takes an action whose events end without a completed one for a success,
// and terraform-plugin-go drops the events that come after StopProvider has
// returned. So StopProvider waits for the last event of each running action.

// Limits of that wait: how long an action may take to end by itself, and how long
// the event may take that ends it otherwise.
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

// track returns the events of an action that starts now. Where StopProvider does
// not wait any longer, they end with an error.
func (a *runningActions) track(events actionEvents) actionEvents {
	one := &runningAction{interrupted: make(chan struct{}), ended: make(chan struct{})}
	one.interrupt = sync.OnceFunc(func() { close(one.interrupted) })
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.all == nil {
		a.all = map[*runningAction]struct{}{}
	}
	a.all[one] = struct{}{}
	return func(send func(tfprotov6.InvokeActionEvent) bool) {
		defer a.remove(one)
		one.relay(events, send)
	}
}

func (a *runningActions) remove(one *runningAction) {
	a.lock.Lock()
	defer a.lock.Unlock()
	delete(a.all, one)
	close(one.ended)
}

// relay sends the events on, until they end or the action is interrupted. While the
// provider stops it leaves out progress: Terraform would end the action there, and
// not show the error at its end.
func (one *runningAction) relay(events actionEvents, send func(tfprotov6.InvokeActionEvent) bool) {
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
				if one.stopping.Load() {
					continue
				}
			}
			if !send(event) {
				return
			}
		case <-one.interrupted:
			send(interruptedEvent(progress))
			return
		}
	}
}

// interruptedEvent ends an action that did not end by itself in time.
func interruptedEvent(progress string) tfprotov6.InvokeActionEvent {
	detail := "The action was interrupted. The appliance goes on with what it has begun."
	if progress != "" {
		detail += " The last progress was: " + progress
	}
	return tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: []*tfprotov6.Diagnostic{{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Unable to complete the action", Detail: detail,
	}}}}
}

// stop stops the running actions, and waits until they have sent their last event:
// two seconds at most.
func (a *runningActions) stop(ctx context.Context, cancel func()) {
	running := a.stopping()
	cancel()
	a.wait(ctx, actionEndTime, running)
	for _, one := range running {
		one.interrupt()
	}
	a.wait(ctx, lastEventTime, running)
}

// stopping returns the running actions, from which only the last event is wanted.
func (a *runningActions) stopping() []*runningAction {
	a.lock.Lock()
	defer a.lock.Unlock()
	var running []*runningAction
	for one := range a.all {
		one.stopping.Store(true)
		running = append(running, one)
	}
	return running
}

// wait returns when the actions have ended, or the time is over.
func (a *runningActions) wait(ctx context.Context, limit time.Duration, running []*runningAction) {
	ctx, cancel := a.clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	for _, one := range running {
		select {
		case <-one.ended:
		case <-ctx.Done():
			return
		}
	}
}
