// Package setup configures a deployed appliance: the Manager of a vCenter appliance,
// or the Cloud service of a Cloud Director appliance.
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

// Wanted is the wanted configuration of an appliance. Nil and empty fields are not
// changed.
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
	ConfiguredWithin time.Duration  // how long the appliance may take until it is configured; 0 is until ctx ends
	Progress         func(string)   // receives each step that is done, and the wait; may be nil
}

func (w Wanted) report(text string) {
	if w.Progress != nil {
		w.Progress(text)
	}
}

// Endpoint is the address for other sites.
type Endpoint struct {
	Address string
	Port    int64
}

// Step is one group of settings.
type Step int

// The steps in their order. The site follows the checks, because it can't be
// undone.
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

// Result is the result of a setup.
type Result struct {
	Done         []Step
	Missed       []Step // the failed step and those after it
	PluginStatus string // as in the response
	Absent       []Step // settings that the version of the appliance does not have
	NotReady     bool   // the appliance does not report yet that it is configured
}

// IsDone reports whether a step is done.
func (r Result) IsDone(s Step) bool { return slices.Contains(r.Done, s) }

// IsMissed reports whether a step was due and is not done.
func (r Result) IsMissed(s Step) bool { return slices.Contains(r.Missed, s) }

// OtherServiceError is the error of an appliance with the other service. Nothing
// was sent.
type OtherServiceError struct{ Service vcda.Service }

func (e *OtherServiceError) Error() string { return "the appliance is a " + string(e.Service) }

// OtherSiteError is the error of an appliance with another site name or
// description, which are permanent. Nothing was sent.
type OtherSiteError struct{ Config vcda.Config }

func (e *OtherSiteError) Error() string {
	return fmt.Sprintf("the appliance has the site name %q, which is set once", e.Config.SiteName())
}

// StepError is the error of a failed step. The steps before it are done and stay.
type StepError struct {
	Step    Step
	Checked bool // the appliance refused it in a check, and nothing was changed
	Err     error
}

func (e *StepError) Error() string { return "set the " + e.Step.String() + ": " + e.Err.Error() }
func (e *StepError) Unwrap() error { return e.Err }

// CertificateError is the error of a server with another certificate than expected,
// as the appliance reads it.
type CertificateError struct{ URL, Expected, Seen string }

func (e *CertificateError) Error() string {
	return fmt.Sprintf("the appliance receives a certificate with the thumbprint %[2]s from %[1]s, not %[3]s", e.URL, e.Seen, e.Expected)
}

// ErrNotConfigured is the error of an appliance that does not report in time that
// it is configured.
var ErrNotConfigured = errors.New("the appliance does not report that it is configured")

// Create sets an appliance up. An appliance may already have the wanted site name,
// from a run that was interrupted. Since it does not show whether it has the plug-in,
// an unwanted plug-in is then always removed.
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
	if config.SiteName() != "" {
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

// Update performs steps on the appliance with the instance ID.
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
	return config.SiteName() == w.Site &&
		(w.Service != vcda.Cloud || values.Description(config.LocalSiteDescription) == values.Description(w.Description))
}

// CheckService returns an *OtherServiceError for an appliance with the other
// service.
func CheckService(ctx context.Context, client *vcda.Client, wanted vcda.Service) error {
	service, err := client.Service(ctx)
	if err == nil && service != wanted {
		err = &OtherServiceError{service}
	}
	return err
}

// steps returns the steps that configure a fresh appliance.
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

// Apply performs the steps in their order, until one fails, and waits until the
// appliance reports that it is configured.
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
		err := w.apply(ctx, client, step, &result)
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

func (w Wanted) apply(ctx context.Context, client *vcda.Client, step Step, result *Result) (err error) {
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

// Check lets the appliance check settings before they are set, if its version has
// the calls.
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

// checkLookupService checks the certificate. A Manager has no call for it, but can
// read the certificate of a server.
func checkLookupService(ctx context.Context, client *vcda.Client, w Wanted) error {
	if w.Service == vcda.Cloud {
		return tolerateAbsence(client.CheckLookupService(ctx, w.LookupService))
	}
	remote, err := client.RemoteCertificate(ctx, w.LookupService.URL, false)
	if err != nil || remote.Certificate.Thumbprint == "" || remote.Certificate.Thumbprint == w.LookupService.Thumbprint {
		return nil //nolint:nilerr // the call is not documented for this: the setup itself reports the error
	}
	return &CertificateError{URL: w.LookupService.URL, Expected: w.LookupService.Thumbprint, Seen: remote.Certificate.Thumbprint}
}

func tolerateAbsence(err error) error {
	if absent := (*vcda.AbsentCallError)(nil); errors.As(err, &absent) {
		return nil
	}
	return err
}

// Pauses between the reads of whether the appliance is configured.
const (
	shortestPause = time.Second
	longestPause  = 10 * time.Second
)

func (w Wanted) awaitConfigured(ctx context.Context, client *vcda.Client, result *Result) error {
	clock := client.Clock()
	end := clock.Now().Add(w.ConfiguredWithin)
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		configured, err := client.IsConfigured(ctx)
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
