package provider

import (
	"context"
	"sync/atomic"
	"time"
)

// terraform-plugin-framework keeps the context of every RPC until the provider
// stops: its registerContext appends a cancel function per call to contextCancels
// (internal/proto6server/serve.go of
// terraform-plugin-framework v1.19.0), and with it everything the context
// holds. A plan of some thousand resources then takes some hundred megabytes.
// Here the framework gets a context that lets go of its parent when the call has
// ended. .github/decisions/0007-release-contexts-of-calls.md says how to see when
// this file is no longer needed.

// during makes a call with a context that lets go of its parent afterwards.
//
//nolint:contextcheck // it inherits, in its own way
func during[Q, A any](ctx context.Context, call func(context.Context, Q) (A, error), req Q) (A, error) {
	short := &shortContext{}
	short.call.Store(&ctx)
	defer short.call.Store(nil)
	return call(short, req)
}

// shortContext is the context of a call until that ends, and a canceled one
// afterwards.
type shortContext struct {
	call atomic.Pointer[context.Context]
}

func (c *shortContext) now() context.Context {
	if call := c.call.Load(); call != nil {
		return *call
	}
	return ended{}
}

func (c *shortContext) Deadline() (time.Time, bool) { return c.now().Deadline() }
func (c *shortContext) Done() <-chan struct{}       { return c.now().Done() }
func (c *shortContext) Err() error                  { return c.now().Err() }
func (c *shortContext) Value(key any) any           { return c.now().Value(key) }

// ended is a canceled context.
type ended struct{}

func (ended) Deadline() (time.Time, bool) { return time.Time{}, false }
func (ended) Done() <-chan struct{}       { return closed }
func (ended) Err() error                  { return context.Canceled }
func (ended) Value(any) any               { return nil }

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
