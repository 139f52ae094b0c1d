package base

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// PlannedPrivate is the private state that a plan has stored. The framework hands it to
// an update and to a delete, but not to a create.
type PlannedPrivate map[string][]byte

type plannedKey struct{}

// WithPlannedPrivate returns a context whose create finds the private state of its plan,
// in the form in which the framework has written it.
func WithPlannedPrivate(ctx context.Context, text []byte) context.Context {
	var planned PlannedPrivate
	if json.Unmarshal(text, &planned) != nil {
		return ctx // there is none
	}
	return context.WithValue(ctx, plannedKey{}, planned)
}

// PlannedPrivateOf returns what WithPlannedPrivate has set, empty where there is none.
func PlannedPrivateOf(ctx context.Context) PlannedPrivate {
	planned, _ := ctx.Value(plannedKey{}).(PlannedPrivate)
	return planned
}

// GetKey returns a value of the private state, nil where there is none.
func (p PlannedPrivate) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return p[key], nil
}
