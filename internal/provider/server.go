package provider

import (
	"context"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Serve serves the provider until Terraform ends it, or for a debugger.
func Serve(o Options, debug bool) error {
	if err := disableProtocolLog(); err != nil {
		return err
	}
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer { return NewServer(o) }, options...)
}

// disableProtocolLog turns the log of the protocol off if no log is requested.
// Otherwise each step of each call would be written, and Terraform would discard
// it.
func disableProtocolLog() error {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	return os.Setenv("TF_LOG_SDK", "off")
}

// NewServer returns the server of the provider.
func NewServer(o Options) tfprotov6.ProviderServer {
	p := New(o)()
	wrapped := providerserver.NewProtocol6(p)()
	//nolint:errcheck // the framework serves them all, and New makes no other provider
	return server{wrapped.(frameworkServer), p.(*vcdaProvider).notices, &runningActions{clock: o.Clock}}
}

// frameworkServer is the server of the framework.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server wraps every RPC: it adds an operation ID, releases the context when the
// call ends (memory.go), adds warnings (notices.go), and sends a last event for
// interrupted actions (actions.go).
type server struct {
	frameworkServer
	notices *notices
	actions *runningActions
}

// withNotices is releaseContext for a call that may contact a system.
func withNotices[Q, A any](ctx context.Context, n *notices, call func(context.Context, Q) (A, error), req Q) (A, error) {
	resp, err := releaseContext(ctx, call, req)
	if err == nil {
		n.addTo(resp)
	}
	return resp, err
}

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return releaseContext(withOperation(ctx), s.frameworkServer.ValidateResourceConfig, req)
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return releaseContext(withOperation(ctx), s.frameworkServer.UpgradeResourceState, req)
}

func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return releaseContext(withOperation(ctx), s.frameworkServer.UpgradeResourceIdentity, req)
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.ReadResource, req)
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.PlanResourceChange, req)
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.ApplyResourceChange, req)
}

func (s server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.ImportResourceState, req)
}

func (s server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return releaseContext(withOperation(ctx), s.frameworkServer.MoveResourceState, req)
}

func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.ReadDataSource, req)
}

func (s server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.OpenEphemeralResource, req)
}

func (s server) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.RenewEphemeralResource, req)
}

func (s server) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.CloseEphemeralResource, req)
}

func (s server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return withNotices(withOperation(ctx), s.notices, s.frameworkServer.PlanAction, req)
}

// StopProvider interrupts the running calls, and waits for the last events of
// actions.
func (s server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	var resp *tfprotov6.StopProviderResponse
	var err error
	s.actions.stop(ctx, func() { resp, err = s.frameworkServer.StopProvider(ctx, req) })
	return resp, err
}

// ListResource and InvokeAction stream their results after they have returned, so
// their context is not released.

func (s server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.frameworkServer.ListResource(withOperation(ctx), req)
	if err == nil {
		stream.Results = s.notices.afterResults(stream.Results)
	}
	return stream, err
}

func (s server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.frameworkServer.InvokeAction(withOperation(ctx), req)
	if err == nil {
		stream.Events = s.actions.track(s.notices.atCompletion(stream.Events))
	}
	return stream, err
}
