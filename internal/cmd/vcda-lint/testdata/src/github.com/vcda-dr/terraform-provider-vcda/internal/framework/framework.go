// Package framework has the names of the real one.
package framework

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Begin begins an operation.
func Begin(ctx context.Context) context.Context { return ctx }

// Unable is an error.
func Unable(ctx context.Context, action string, err error) diag.Diagnostic { return nil }

// Warning is a warning.
func Warning(ctx context.Context, action string, err error) diag.Diagnostic { return nil }

// Client is a client.
type Client struct{}

// Ask asks.
func (*Client) Ask(ctx context.Context) error { return nil }

// System has a client.
type System struct{}

// Client is the client, or why there is none.
func (System) Client() (*Client, diag.Diagnostics) { return nil, nil }
