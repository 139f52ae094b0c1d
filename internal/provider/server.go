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
	if err := quiet(); err != nil {
		return err
	}
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer { return NewServer(o) }, options...)
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
func NewServer(o Options) tfprotov6.ProviderServer {
	p := New(o)()
	served := providerserver.NewProtocol6(p)()
	//nolint:errcheck // the framework serves them all, and New makes no other provider
	return server{served.(frameworkServer), p.(*vcdaProvider).notices, &runningActions{clock: o.Clock}}
}

// frameworkServer is what the framework serves.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server gives every RPC an operation ID, which its requests carry and its
// diagnostics and log entries show, lets go of its context when it ends
// (memory.go), adds the warnings that came up below it (notices.go), and gives
// actions a last event also after an interruption (actions.go).
type server struct {
	frameworkServer
	notices *notices
	actions *runningActions
}

// noticing is during for a call that may reach a system.
func noticing[Q, A any](ctx context.Context, n *notices, call func(context.Context, Q) (A, error), req Q) (A, error) {
	resp, err := during(ctx, call, req)
	if err == nil {
		n.addTo(resp)
	}
	return resp, err
}

func (s server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return during(withOperation(ctx), s.frameworkServer.ValidateResourceConfig, req)
}

func (s server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return during(withOperation(ctx), s.frameworkServer.UpgradeResourceState, req)
}

func (s server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return during(withOperation(ctx), s.frameworkServer.UpgradeResourceIdentity, req)
}

func (s server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.ReadResource, req)
}

func (s server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.PlanResourceChange, req)
}

func (s server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.ApplyResourceChange, req)
}

func (s server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.ImportResourceState, req)
}

func (s server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return during(withOperation(ctx), s.frameworkServer.MoveResourceState, req)
}

func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.ReadDataSource, req)
}

func (s server) OpenEphemeralResource(ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.OpenEphemeralResource, req)
}

func (s server) RenewEphemeralResource(ctx context.Context, req *tfprotov6.RenewEphemeralResourceRequest) (*tfprotov6.RenewEphemeralResourceResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.RenewEphemeralResource, req)
}

func (s server) CloseEphemeralResource(ctx context.Context, req *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.CloseEphemeralResource, req)
}

func (s server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return noticing(withOperation(ctx), s.notices, s.frameworkServer.PlanAction, req)
}

// StopProvider interrupts what runs, and waits for the last events of actions.
func (s server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	var resp *tfprotov6.StopProviderResponse
	var err error
	s.actions.stop(ctx, func() { resp, err = s.frameworkServer.StopProvider(ctx, req) })
	return resp, err
}

// The results of the last two are streamed after the method has returned, so
// their context stays.

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
