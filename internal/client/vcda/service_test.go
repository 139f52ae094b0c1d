package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestService_byType(t *testing.T) {
	for serviceType, want := range map[string]Service{
		"CLOUD": Cloud, "MANAGER": Manager, "V2V_MANAGER": Manager, "ONPREM_MANAGER": Manager,
		"REPLICATOR": "", "ONPREM_REPLICATOR": "", "TUNNEL": "", "": "", "cloud": "",
	} {
		if got := (About{ServiceType: serviceType}).Service(); got != want {
			t.Errorf("%q is %q, want %q", serviceType, got, want)
		}
	}
}

func serviceType(name string) applianceOption {
	return func(o *simulator.ApplianceOptions) { o.ServiceType = name }
}

func TestService_isReadOnce(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		runConcurrently(concurrentCalls, func() {
			if got, err := f.Service(t.Context()); err != nil || got != service {
				t.Errorf("service %q, error %v", got, err)
			}
		})
		if n := f.a.Stats().Requests["GET /diagnostics/about"]; n != 1 {
			t.Errorf("read %d times", n)
		}
	})
}

func TestService_configured(t *testing.T) {
	f := start(t, Manager)
	client := f.connect(rootLogin(), func(o *Options) { o.Service = Cloud })
	if got, err := client.Service(t.Context()); err != nil || got != Cloud || f.a.Stats().Total != 0 {
		t.Errorf("service %q, error %v, %d requests", got, err, f.a.Stats().Total)
	}
}

func TestService_unknown(t *testing.T) {
	for _, name := range []string{"TUNNEL", "REPLICATOR", "ONPREM_REPLICATOR", "SOMETHING"} {
		f := start(t, Manager, serviceType(name))
		if got, err := f.Service(t.Context()); !errors.Is(err, ErrUnknownService) || got != "" {
			t.Errorf("%s: service %q, error %v, want ErrUnknownService", name, got, err)
		}
	}
}

// A failed read is repeated by the next call.
func TestService_afterAFailure(t *testing.T) {
	f := start(t, Cloud)
	f.a.Fault(simulator.Fault{Path: "/diagnostics/about", Kind: simulator.Status, Status: 500, Times: 1})
	if _, err := f.Service(t.Context()); rest.Status(err) != 500 {
		t.Errorf("error %v, want the 500", err)
	}
	if got, err := f.Service(t.Context()); err != nil || got != Cloud {
		t.Errorf("service %q, error %v", got, err)
	}
}

func TestService_canceled(t *testing.T) {
	f := start(t, Cloud)
	arrived, release := make(chan struct{}), make(chan struct{})
	f.a.BeforeResponse(func(r *http.Request) {
		if r.URL.Path == "/diagnostics/about" {
			close(arrived)
			<-release
		}
	})
	first := make(chan error)
	go func() { _, err := f.Service(t.Context()); first <- err }()
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Service(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the caller's", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// Service and instance ID come from one response.
func TestAbout_isReadOnce(t *testing.T) {
	f := start(t, Cloud)
	runConcurrently(concurrentCalls, func() {
		if id, err := f.InstanceID(t.Context()); err != nil || id == "" {
			t.Errorf("instance ID %q, error %v", id, err)
		}
		if service, err := f.Service(t.Context()); err != nil || service != Cloud {
			t.Errorf("service %q, error %v", service, err)
		}
		if _, err := f.About(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if n := f.a.Stats().Requests["GET /diagnostics/about"]; n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestAbout(t *testing.T) {
	about, err := start(t, Manager).About(t.Context())
	if err != nil || about.ServiceType != "V2V_MANAGER" || about.BuildVersion != "4.7.1.24000000-5e1f1a7e" || about.InstanceID == "" || about.BuildDate == 0 || about.ProductName == "" {
		t.Errorf("about %+v, error %v", about, err)
	}
}

func TestSettings(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		client := f.connect(rootLogin(), func(o *Options) { o.APIVersion = "4.6" })
		if client.URL() != f.a.URL() || client.APIVersion() != "4.6" || client.RequestTimeout() != time.Minute || client.Clock() != clock.Clock(f.clock) {
			t.Errorf("%s, %s, %s", client.URL(), client.APIVersion(), client.RequestTimeout())
		}
		config, err := client.Config(t.Context())
		if err != nil || config.SiteName() != "site-a" {
			t.Errorf("config %+v, error %v", config, err)
		}
		if done, err := client.IsConfigured(t.Context()); err != nil || !done {
			t.Errorf("configured %v, error %v", done, err)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	busy := &rest.StatusError{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"7"}}}
	if got := RetryAfter(fmt.Errorf("wrapped: %w", busy)); got != 7*time.Second {
		t.Errorf("%s, want 7s", got)
	}
	busy.Header.Set("Retry-After", "86400")
	if got := RetryAfter(busy); got != time.Minute {
		t.Errorf("%s, want a minute", got)
	}
	if RetryAfter(ErrClosed) != 0 {
		t.Error("another error names a pause")
	}
}
