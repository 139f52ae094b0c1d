package provider

import (
	"context"
	"sync/atomic"
	"time"
)

// terraform-plugin-framework keeps the context of every RPC, with everything that the
// context holds, until the provider stops: its registerContext appends a cancel
// function per call to contextCancels (internal/proto6server/serve.go of
// terraform-plugin-framework v1.19.0). A plan of a thousand resources then needs some
// hundred megabytes. Therefore the framework gets a context that releases its parent
// when the call has ended. .github/decisions/0007-release-contexts-of-calls.md
// explains how to find out that this file is no longer needed.

// releaseContext makes a call with a context that releases its parent when the call
// has ended.
//
//nolint:contextcheck // shortContext forwards to ctx
func releaseContext[Q, A any](ctx context.Context, call func(context.Context, Q) (A, error), req Q) (A, error) {
	short := &shortContext{}
	short.call.Store(&ctx)
	defer short.call.Store(nil)
	return call(short, req)
}

// shortContext is the context of a call until the call ends, and then a canceled
// one.
type shortContext struct {
	call atomic.Pointer[context.Context]
}

func (c *shortContext) now() context.Context {
	if call := c.call.Load(); call != nil {
		return *call
	}
	return canceledContext{}
}

func (c *shortContext) Deadline() (time.Time, bool) { return c.now().Deadline() }
func (c *shortContext) Done() <-chan struct{}       { return c.now().Done() }
func (c *shortContext) Err() error                  { return c.now().Err() }
func (c *shortContext) Value(key any) any           { return c.now().Value(key) }

// canceledContext is a canceled context.
type canceledContext struct{}

func (canceledContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (canceledContext) Done() <-chan struct{}       { return closed }
func (canceledContext) Err() error                  { return context.Canceled }
func (canceledContext) Value(any) any               { return nil }

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
