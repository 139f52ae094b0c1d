package provider

import (
	"context"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// Serve serves the provider until Terraform ends it, or for a debugger. What must
// end with the process is registered with cleanup.
func Serve(version string, debug bool, cleanup *framework.Cleanup) error {
	if err := quiet(); err != nil {
		return err
	}
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer { return NewServer(version, cleanup) }, options...)
}

// quiet turns off the log of the protocol where nobody asked for a log: each step
// of each call would be written, read by Terraform, and thrown away there.
func quiet() error {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	return os.Setenv("TF_LOG_SDK", "off")
}

// NewServer is what Serve serves.
func NewServer(version string, cleanup *framework.Cleanup) tfprotov6.ProviderServer {
	served := providerserver.NewProtocol6(New(version, cleanup)())()
	return server{served.(frameworkServer)} //nolint:errcheck // the framework serves them all
}

// frameworkServer is what the framework serves.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server takes less memory than the framework's: that keeps the context of each
// call until the provider stops, and everything which hangs on it, so that a plan
// of some thousand resources takes some hundred megabytes. Here it keeps
// contexts that let go of everything when the call has ended, for the calls that
// come for each resource.
type server struct{ frameworkServer }

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return during(ctx, s.frameworkServer.ValidateResourceConfig, req)
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return during(ctx, s.frameworkServer.UpgradeResourceState, req)
}

func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return during(ctx, s.frameworkServer.UpgradeResourceIdentity, req)
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return during(ctx, s.frameworkServer.ReadResource, req)
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return during(ctx, s.frameworkServer.PlanResourceChange, req)
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return during(ctx, s.frameworkServer.ApplyResourceChange, req)
}

func (s server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return during(ctx, s.frameworkServer.ImportResourceState, req)
}

// during makes a call with a context that lets go of its parent afterwards.
//
//nolint:contextcheck // it inherits, in its own way
func during[Q, A any](ctx context.Context, call func(context.Context, Q) (A, error), req Q) (A, error) {
	short := &shortContext{}
	short.call.Store(&ctx)
	defer short.call.Store(nil)
	return call(short, req)
}

// shortContext is the context of a call until that ends, and a cancelled one
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

// ended is a cancelled context.
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
