package direct

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ValidateAction validates the configuration of an action.
func (p *Provider) ValidateAction(t testing.TB, name string, config Values) Diagnostics {
	t.Helper()
	resp, err := p.actions(t).ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: name, Config: dynamic(t, p.schemas.ActionSchemas[name].Schema.ValueType(), config),
	})
	must(t, err)
	return resp.Diagnostics
}

// Invoke invokes an action, and returns its progress messages and diagnostics.
func (p *Provider) Invoke(t *testing.T, name string, config Values) (messages []string, problems Diagnostics) {
	t.Helper()
	stream, err := p.actions(t).InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: name, Config: dynamic(t, p.schemas.ActionSchemas[name].Schema.ValueType(), config),
	})
	must(t, err)
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			messages = append(messages, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			problems = append(problems, event.Diagnostics...)
		}
	}
	return messages, problems
}

func (p *Provider) actions(t testing.TB) tfprotov6.ActionServer {
	t.Helper()
	server, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider serves no actions")
	}
	return server
}

// PlanAction plans an action, as the CLI does before it invokes it.
func (p *Provider) PlanAction(t testing.TB, name string, config Values) Diagnostics {
	t.Helper()
	resp, err := p.actions(t).PlanAction(t.Context(), &tfprotov6.PlanActionRequest{
		ActionType: name, Config: dynamic(t, p.schemas.ActionSchemas[name].Schema.ValueType(), config),
	})
	must(t, err)
	return resp.Diagnostics
}
