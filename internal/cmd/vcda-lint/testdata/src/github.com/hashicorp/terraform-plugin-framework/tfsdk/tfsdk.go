// Package tfsdk has the names of the real one.
package tfsdk

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// State is the state of an object.
type State struct{}

// Get reads it.
func (s State) Get(ctx any, into any) diag.Diagnostics { return nil }

// Set sets it.
func (s *State) Set(ctx any, value any) diag.Diagnostics { return nil }

// RemoveResource empties it.
func (s *State) RemoveResource(ctx any) {}

// ResourceIdentity is an identity.
type ResourceIdentity struct{}

// Set sets it.
func (i *ResourceIdentity) Set(ctx any, value any) diag.Diagnostics { return nil }
