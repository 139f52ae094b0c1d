package diagnostics

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// VCDA explains the errors of VMware Cloud Director Availability.
var VCDA = System{
	name: "appliance", article: "an", variables: "VCDA_",
	forbidden: "The user of the login lacks a role for this. Log in as a user that has it: pairing and setting up need an administrator.",
	specific:  vcdaDetail,
}

// Manager explains the errors of the Manager of a Cloud service.
var Manager = System{
	name: "Manager service", article: "a", object: "manager", variables: "VCDA_MANAGER_",
	forbidden: "The user of the login lacks a role for this. Log in as an administrator.",
	specific:  vcdaDetail,
}

// FromError explains an error of an appliance.
func FromError(ctx context.Context, err error) Detail { return VCDA.FromError(ctx, err) }

// Unable returns the error diagnostic for an error of an appliance. The action
// follows "Unable to", such as "pair with the site site-b".
func Unable(ctx context.Context, action string, err error) diag.Diagnostic {
	return FromError(ctx, err).Unable(action)
}

// UnableAt is Unable for an error that one attribute causes.
func UnableAt(ctx context.Context, at path.Path, action string, err error) diag.Diagnostic {
	return FromError(ctx, err).UnableAt(at, action)
}

// Warning is Unable for a problem that does not stop the operation.
func Warning(ctx context.Context, action string, err error) diag.Diagnostic {
	return FromError(ctx, err).Warning(action)
}

func vcdaDetail(s System, err error) (d Detail, ok bool) {
	var (
		service   *vcda.ServiceError
		wait      *vcda.WaitError
		login     *session.LoginError
		extension *vcda.ExtensionError
		task      *vcda.TaskError
		status    *rest.StatusError
	)
	switch {
	case errors.As(err, &wait):
		return s.waitDetail(wait), true
	case errors.Is(err, vcda.ErrTokenExpired) && errors.As(err, &login): // an extension may have found it
		return s.loginDetail(login, s.vcdaLoginDetail), true
	case errors.As(err, &extension) && !vcda.IsNotSent(extension.Err):
		return s.extensionDetail(extension), true
	case errors.As(err, &login):
		return s.loginDetail(login, s.vcdaLoginDetail), true
	case errors.As(err, &task):
		return taskDetail(task), true
	case errors.Is(err, vcda.ErrExternalLogin):
		return Detail{Why: Sentence(err.Error()), Advice: "Configure another type of login, or use the given token itself."}, true
	case errors.As(err, &service):
		return Detail{Why: Sentence(service.Error()), Advice: fmt.Sprintf("Correct %s, or remove it: then the provider reads it from the appliance.", s.setting("service"))}, true
	case errors.Is(err, vcda.ErrUnknownService):
		return Detail{Why: Sentence(err.Error()), Advice: `Check the url in the provider block. If it is right, set service to "manager" or "cloud".`}, true
	case errors.As(err, &status) && !isNotAPI(status):
		return s.vcdaStatusDetail(status)
	}
	return Detail{}, false
}

// vcdaStatusDetail explains the statuses with a special meaning for an appliance.
func (s System) vcdaStatusDetail(e *rest.StatusError) (d Detail, ok bool) {
	var advice string
	switch {
	case e.Code == vcda.CodeRemoteAuthentication:
		advice = "The remote site needs or refuses authentication: extend the session to it with credentials that are valid there."
	case e.Status == http.StatusNotAcceptable:
		advice = "The appliance does not support the requested API version. Set api_version in the provider block to one that it supports."
	default:
		return Detail{}, false
	}
	d = s.statusDetail(e)
	d.Advice = advice
	return d, true
}

func taskDetail(e *vcda.TaskError) Detail {
	d := Detail{Why: Sentence(e.Error()), Advice: "Fix the problem that the task reports, and run again."}
	if e.Err == nil {
		d.Advice = "Search the logs of the appliance for the task and the operation ID."
	}
	return d
}

func (s System) waitDetail(e *vcda.WaitError) Detail {
	d := s.detail(e.Err)
	state := fmt.Sprintf("The task %s was %s at %d %% when the wait for it ended.", e.Task.ID, e.Task.State, e.Task.Progress)
	if e.Task.State == "" {
		state = fmt.Sprintf("The task %s could not be read before the wait for it ended.", e.Task.ID)
	}
	d.Why = state + " " + d.Why
	if e.Last != nil {
		d.Why += "\n\nThe last response about the task: " + s.detail(e.Last).Why
	}
	return d
}

func (s System) vcdaLoginDetail(login *session.LoginError) Detail {
	d := s.refusedLoginDetail(login)
	status := rest.Status(login.Err)
	switch {
	case errors.Is(login.Err, vcda.ErrNoToken):
		return Detail{Why: fmt.Sprintf("The login to %s did not succeed. %s", login.Host, Sentence(login.Err.Error())), Advice: s.notAPIAdvice()}
	case errors.Is(login.Err, vcda.ErrTokenExpired):
		d.Advice = "A session ends after 30 minutes without a request, and 24 hours after its login. Obtain a new token, or let the provider log in by itself."
	case status == http.StatusNotAcceptable:
		return s.detail(login.Err) // the same for every type of login
	case login.Traits.ByPassword && status == http.StatusUnauthorized:
		d.Advice += " An appliance that does not allow administrators to log in from public addresses refuses them in the same way."
	}
	return d
}

func (s System) extensionDetail(e *vcda.ExtensionError) Detail {
	d := s.detail(e.Err)
	where := ""
	if e.Index >= 0 {
		where = fmt.Sprintf(", which session_extensions[%d] of the provider block requests", e.Index)
	}
	d.Why = fmt.Sprintf("The session was not extended to the site %s%s. %s", e.Site, where, d.Why)
	status := rest.Status(e.Err)
	switch {
	case isNotAPI(e.Err):
	case errors.Is(e.Err, vcda.ErrCloudOnly):
		d.Advice = "A Manager service needs no extension: remove it."
	case e.IsUnknownSite():
		d.Advice = "Check the name, and pair with the site first: the appliance extends sessions only to sites that it is paired with."
	case errors.Is(e.Err, vcda.ErrNotExtended):
		d.Advice = "Check that the credentials belong to a user of that site, and that the site is up. The same extension is not tried again, since accounts lock."
	case status == http.StatusBadRequest:
		d.Advice = "Extending with an API token needs an appliance of version 4.7; extending with a cookie, one of version 4.2 or older."
	case status == http.StatusUnauthorized:
		d.Advice = "Check the credentials for the remote site. A password works there for local users of Cloud Director only. The same extension is not tried again, since accounts lock."
	}
	return d
}
