// Package framework has the names of the real one.
package framework

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Begin begins an operation.
func Begin(ctx any) any { return ctx }

// Unable is an error.
func Unable(ctx any, action string, err error) diag.Diagnostic { return nil }

// Warning is a warning.
func Warning(ctx any, action string, err error) diag.Diagnostic { return nil }

// Client is a client.
type Client struct{}

// Ask asks.
func (*Client) Ask(ctx any) error { return nil }

// System has a client.
type System struct{}

// Client is the client, or why there is none.
func (System) Client() (*Client, diag.Diagnostics) { return nil, nil }
