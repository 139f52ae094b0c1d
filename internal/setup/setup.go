// Package setup brings the Manager of a vCenter appliance, or the Cloud service of a
// Cloud Director appliance, from deployed to configured.
package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Wanted is how an appliance shall be set up. What is nil or empty is left alone.
type Wanted struct {
	Service          vcda.Service
	License          string
	Site             string
	Description      string // of the site, on the Cloud service
	Endpoint         *Endpoint
	Director         vcda.Director
	LookupService    vcda.LookupService
	Admin            *vcda.SSOAdmin // of the lookup service, on the Manager
	ManagerLS        bool           // the same lookup service for the Manager beside a Cloud service
	Plugin           bool           // the plug-in of the vSphere Client
	ConfiguredWithin time.Duration  // how long the appliance may take to say that it is configured; 0 is until ctx ends
	Progress         func(string)   // is told of each step that is done, and of the wait; may be nil
}

func (w Wanted) report(text string) {
	if w.Progress != nil {
		w.Progress(text)
	}
}

// Endpoint is what other sites are told.
type Endpoint struct {
	Address string
	Port    int64
}

// Step is one group of settings.
type Step int

// The steps, in the order in which they are taken: the site comes after what can be
// checked, because it can't be taken back.
const (
	License Step = iota
	Site
	PublicEndpoint
	Director
	LookupService
	ManagerLookupService
	Plugin
	PluginRemoval
)

func (s Step) String() string {
	return [...]string{
		"license", "site name", "public endpoint", "Cloud Director", "lookup service", "lookup service of the Manager",
		"plug-in of the vSphere Client", "removal of the plug-in of the vSphere Client",
	}[s]
}

// Result is what came of a set-up.
type Result struct {
	Done         []Step
	Missed       []Step // that which failed, and those after it
	PluginStatus string // as the appliance answered
	Absent       []Step // settings that this version of the appliance can't make
	NotReady     bool   // the appliance does not say yet that it is configured
}

// IsDone reports whether a step was taken.
func (r Result) IsDone(s Step) bool { return slices.Contains(r.Done, s) }

// IsMissed reports whether a step was due and was not taken.
func (r Result) IsMissed(s Step) bool { return slices.Contains(r.Missed, s) }

// OtherServiceError is an appliance of the other flavor. Nothing was sent.
type OtherServiceError struct{ Service vcda.Service }

func (e *OtherServiceError) Error() string { return "the appliance is a " + string(e.Service) }

// OtherSiteError is an appliance that has another site name or description already,
// which it keeps permanently. Nothing was sent.
type OtherSiteError struct{ Config vcda.Config }

func (e *OtherSiteError) Error() string {
	return fmt.Sprintf("the appliance has the site name %q, which is set once", e.Config.OwnSite())
}

// StepError is a step that failed. Those before it are done and stay.
type StepError struct {
	Step    Step
	Checked bool // the appliance refused it in a check: nothing was changed
	Err     error
}

func (e *StepError) Error() string { return "set the " + e.Step.String() + ": " + e.Err.Error() }
func (e *StepError) Unwrap() error { return e.Err }

// CertificateError is a server that shows the appliance another certificate than the
// expected one.
type CertificateError struct{ URL, Expected, Seen string }

func (e *CertificateError) Error() string {
	return fmt.Sprintf("%s shows the appliance a certificate with the thumbprint %s, not %s", e.URL, e.Seen, e.Expected)
}

// ErrNotConfigured is an appliance that does not say within the time that it is
// configured.
var ErrNotConfigured = errors.New("the appliance does not report that it is configured")

// Create sets an appliance up. One that has the wanted site name already, because an
// earlier run was cut short, is brought to what is wanted: whether it has the plug-in it
// does not show, so an unwanted one is removed in any case.
//
// Errors: *OtherServiceError, *OtherSiteError, *StepError, those of the client.
func Create(ctx context.Context, client *vcda.Client, w Wanted) (Result, error) {
	if err := CheckService(ctx, client, w.Service); err != nil {
		return Result{}, err
	}
	config, err := client.Config(ctx)
	if err != nil {
		return Result{}, err
	}
	steps := w.steps()
	if config.OwnSite() != "" {
		if !w.isSite(config) {
			return Result{}, &OtherSiteError{config}
		}
		steps = slices.DeleteFunc(steps, func(s Step) bool { return s == Site })
		if w.Service == vcda.Manager && !w.Plugin {
			steps = append(steps, PluginRemoval)
		}
	}
	return Apply(ctx, client, w, steps)
}

// Update takes steps on the appliance with the instance ID.
//
// Errors: *OtherServiceError, *OtherSiteError, *StepError, those of the client.
func Update(ctx context.Context, client *vcda.Client, w Wanted, id string, steps []Step) (Result, error) {
	if err := CheckService(ctx, client, w.Service); err != nil {
		return Result{}, err
	}
	config, err := client.Config(ctx)
	if err != nil {
		return Result{}, err
	}
	if config.ID != id || !w.isSite(config) {
		return Result{}, &OtherSiteError{config}
	}
	return Apply(ctx, client, w, steps)
}

// isSite reports whether an appliance has the wanted site name and description.
func (w Wanted) isSite(config vcda.Config) bool {
	return config.OwnSite() == w.Site &&
		(w.Service != vcda.Cloud || values.Description(config.LocalSiteDescription) == values.Description(w.Description))
}

// CheckService refuses an appliance of the other flavor.
func CheckService(ctx context.Context, client *vcda.Client, wanted vcda.Service) error {
	service, err := client.Service(ctx)
	if err == nil && service != wanted {
		err = &OtherServiceError{service}
	}
	return err
}

// steps are those that bring a fresh appliance to what is wanted.
func (w Wanted) steps() []Step {
	steps := []Step{Site, LookupService}
	if w.License != "" {
		steps = append(steps, License)
	}
	if w.Endpoint != nil {
		steps = append(steps, PublicEndpoint)
	}
	if w.Service == vcda.Cloud {
		steps = append(steps, Director)
	}
	if w.ManagerLS {
		steps = append(steps, ManagerLookupService)
	}
	if w.Plugin {
		steps = append(steps, Plugin)
	}
	return steps
}

// Apply takes the steps in their order, until one fails, and waits until the
// appliance says that it is configured.
func Apply(ctx context.Context, client *vcda.Client, w Wanted, steps []Step) (Result, error) {
	var result Result
	slices.Sort(steps)
	for i, step := range steps {
		result.Missed = steps[i:]
		if step > License && (i == 0 || steps[i-1] == License) {
			if err := Check(ctx, client, w, steps); err != nil {
				return result, err
			}
		}
		err := w.take(ctx, client, step, &result)
		switch {
		case err == nil:
			w.report(step.String() + ": done")
		case errors.As(err, new(*vcda.AbsentCallError)):
			result.Absent = append(result.Absent, step)
		default:
			return result, &StepError{Step: step, Err: err}
		}
		result.Done = append(result.Done, step)
	}
	result.Missed = nil
	if len(steps) == 0 {
		return result, nil
	}
	return result, w.awaitConfigured(ctx, client, &result)
}

func (w Wanted) take(ctx context.Context, client *vcda.Client, step Step, result *Result) (err error) {
	switch step {
	case License:
		err = client.SetLicense(ctx, w.License)
	case Site:
		err = client.SetSite(ctx, w.Service, w.Site, w.Description)
	case PublicEndpoint:
		err = client.SetPublicEndpoint(ctx, w.Endpoint.Address, w.Endpoint.Port)
	case Director:
		err = client.SetDirector(ctx, w.Director)
	case LookupService:
		err = client.SetLookupService(ctx, w.LookupService, w.Admin)
	case ManagerLookupService:
		err = client.SetManagerLookupService(ctx, w.LookupService)
	case Plugin:
		result.PluginStatus, err = client.RegisterPlugin(ctx, w.admin())
	case PluginRemoval:
		err = client.UnregisterPlugin(ctx, w.admin())
	}
	return err
}

func (w Wanted) admin() vcda.SSOAdmin {
	if w.Admin == nil {
		return vcda.SSOAdmin{}
	}
	return *w.Admin
}

// Check lets the appliance try what is about to be set, as far as its version can.
//
// Errors: *StepError.
func Check(ctx context.Context, client *vcda.Client, w Wanted, steps []Step) error {
	if slices.Contains(steps, LookupService) {
		if err := checkLookupService(ctx, client, w); err != nil {
			return &StepError{Step: LookupService, Checked: true, Err: err}
		}
	}
	if slices.Contains(steps, Director) {
		if err := tolerateAbsence(client.CheckDirector(ctx, w.Director)); err != nil {
			return &StepError{Step: Director, Checked: true, Err: err}
		}
	}
	return nil
}

// checkLookupService compares the certificate: a Manager has no call for it, but
// shows what it sees of a server.
func checkLookupService(ctx context.Context, client *vcda.Client, w Wanted) error {
	if w.Service == vcda.Cloud {
		return tolerateAbsence(client.CheckLookupService(ctx, w.LookupService))
	}
	seen, err := client.RemoteCertificate(ctx, w.LookupService.URL, false)
	if err != nil || seen.Certificate.Thumbprint == "" || seen.Certificate.Thumbprint == w.LookupService.Thumbprint {
		return nil //nolint:nilerr // no call is documented: what it can't tell, the set-up will
	}
	return &CertificateError{URL: w.LookupService.URL, Expected: w.LookupService.Thumbprint, Seen: seen.Certificate.Thumbprint}
}

func tolerateAbsence(err error) error {
	if absent := (*vcda.AbsentCallError)(nil); errors.As(err, &absent) {
		return nil
	}
	return err
}

// Pauses between the questions whether the appliance is configured.
const (
	shortestPause = time.Second
	longestPause  = 10 * time.Second
)

func (w Wanted) awaitConfigured(ctx context.Context, client *vcda.Client, result *Result) error {
	clock := client.Clock()
	end := clock.Now().Add(w.ConfiguredWithin)
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		configured, err := client.Configured(ctx)
		switch {
		case err != nil:
			return err
		case configured:
			w.report("the appliance reports that it is configured")
			return nil
		case w.ConfiguredWithin > 0 && !clock.Now().Before(end):
			result.NotReady = true
			return nil
		case pause == shortestPause:
			w.report("waiting until the appliance reports that it is configured")
		}
		if err := clock.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("%w: %w", ErrNotConfigured, err)
		}
	}
}
