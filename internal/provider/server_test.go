package provider

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

type callKey struct{}

// The values of the context of a call are freed when the call has ended.
func TestServer_releasesTheContext(t *testing.T) {
	t.Parallel()
	served := NewServer(Options{Version: "test", Cleanup: &providerdata.Cleanup{}, Clock: clock.System{}})
	for name, call := range map[string]func(context.Context) error{
		"ValidateResourceConfig": func(ctx context.Context) error {
			_, err := served.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: "vcda_site_pairing"})
			return err
		},
		"UpgradeResourceState": func(ctx context.Context) error {
			_, err := served.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: "vcda_site_pairing"})
			return err
		},
		"UpgradeResourceIdentity": func(ctx context.Context) error {
			_, err := served.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{TypeName: "vcda_site_pairing"})
			return err
		},
		"ReadResource": func(ctx context.Context) error {
			_, err := served.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "vcda_site_pairing"})
			return err
		},
		"PlanResourceChange": func(ctx context.Context) error {
			_, err := served.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: "vcda_site_pairing"})
			return err
		},
		"ApplyResourceChange": func(ctx context.Context) error {
			_, err := served.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: "vcda_site_pairing"})
			return err
		},
		"ImportResourceState": func(ctx context.Context) error {
			_, err := served.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: "vcda_site_pairing"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			value := callWithValue(t, call)
			runtime.GC()
			if value.Value() != nil {
				t.Error("the context of the call is still there")
			}
			runtime.KeepAlive(served)
		})
	}
}

// callWithValue makes a call with a context that holds a value.
func callWithValue(t *testing.T, call func(context.Context) error) weak.Pointer[[1 << 10]byte] {
	t.Helper()
	value := new([1 << 10]byte)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), callKey{}, value))
	defer cancel() // as the server of the protocol does after a call
	if err := call(ctx); err != nil {
		t.Fatal(err)
	}
	return weak.Make(value)
}

// During a call its context is that of the caller.
func TestReleaseContext(t *testing.T) {
	t.Parallel()
	outer, cancel := context.WithCancel(context.WithValue(t.Context(), callKey{}, "value"))
	defer cancel()
	var inner context.Context
	response, err := releaseContext(outer, func(ctx context.Context, req string) (string, error) {
		derived, end := context.WithCancel(ctx)
		defer end()
		inner = ctx
		if ctx.Value(callKey{}) != "value" || ctx.Err() != nil || derived.Err() != nil {
			t.Error("the context is not the caller's")
		}
		cancel()
		<-derived.Done()
		return req + " answered", ctx.Err()
	}, "request")
	if response != "request answered" || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, %v", response, err)
	}
	<-inner.Done()
	if _, limited := inner.Deadline(); limited || inner.Value(callKey{}) != nil || !errors.Is(inner.Err(), context.Canceled) {
		t.Error("the context of the call is still used")
	}
}

// The log of the protocol is off unless a log is requested.
func TestDisableProtocolLog(t *testing.T) {
	for variable, want := range map[string]string{"": "off", "TF_LOG": "", "TF_LOG_PROVIDER": "", "TF_LOG_SDK_PROTO": "", "TF_LOG_SDK": "debug"} {
		t.Run(variable, func(t *testing.T) {
			for _, set := range os.Environ() {
				if name, _, _ := strings.Cut(set, "="); strings.HasPrefix(name, "TF_LOG") {
					t.Setenv(name, "")
				}
			}
			t.Setenv("TF_LOG_SDK", "")
			if variable != "" {
				t.Setenv(variable, "debug")
			}
			if err := disableProtocolLog(); err != nil || os.Getenv("TF_LOG_SDK") != want {
				t.Errorf("TF_LOG_SDK is %q, %v", os.Getenv("TF_LOG_SDK"), err)
			}
		})
	}
}
