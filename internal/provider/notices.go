package provider

import (
	"iter"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// notices are warnings that are not about an operation, such as those of a TLS
// handshake. The server adds them to the response of the next call that ends. Each
// is shown once per process.
type notices struct {
	lock  sync.Mutex
	shown map[string]struct{} // summaries
	next  []*tfprotov6.Diagnostic
}

// add adds a warning, unless it has been shown.
func (n *notices) add(warning diag.Diagnostic) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if _, ok := n.shown[warning.Summary()]; ok {
		return
	}
	if n.shown == nil {
		n.shown = map[string]struct{}{}
	}
	n.shown[warning.Summary()] = struct{}{}
	n.next = append(n.next, &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: warning.Summary(), Detail: warning.Detail()})
}

// drain returns and removes the warnings that have not been shown yet.
func (n *notices) drain() []*tfprotov6.Diagnostic {
	n.lock.Lock()
	defer n.lock.Unlock()
	next := n.next
	n.next = nil
	return next
}

// addTo adds the warnings to a response.
func (n *notices) addTo(response any) {
	switch r := response.(type) {
	case *tfprotov6.ReadResourceResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.PlanResourceChangeResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.ApplyResourceChangeResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.ImportResourceStateResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.ReadDataSourceResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.OpenEphemeralResourceResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.RenewEphemeralResourceResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.CloseEphemeralResourceResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	case *tfprotov6.PlanActionResponse:
		r.Diagnostics = append(r.Diagnostics, n.drain()...)
	}
}

// afterResults adds the warnings after the results of a list.
func (n *notices) afterResults(results iter.Seq[tfprotov6.ListResourceResult]) iter.Seq[tfprotov6.ListResourceResult] {
	return func(yield func(tfprotov6.ListResourceResult) bool) {
		for result := range results {
			if !yield(result) {
				return
			}
		}
		if warnings := n.drain(); warnings != nil {
			yield(tfprotov6.ListResourceResult{Diagnostics: warnings})
		}
	}
}

// atCompletion adds the warnings to the last event of an action.
func (n *notices) atCompletion(events iter.Seq[tfprotov6.InvokeActionEvent]) iter.Seq[tfprotov6.InvokeActionEvent] {
	return func(yield func(tfprotov6.InvokeActionEvent) bool) {
		for event := range events {
			if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
				completed.Diagnostics = append(completed.Diagnostics, n.drain()...)
				event.Type = completed
			}
			if !yield(event) {
				return
			}
		}
	}
}
