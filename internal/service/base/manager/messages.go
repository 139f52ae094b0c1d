package manager

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// failed returns the error of a set-up.
func (k *Kind) failed(ctx context.Context, action string, result setup.Result, err error) diag.Diagnostic {
	var (
		service     *setup.OtherServiceError
		site        *setup.OtherSiteError
		step        *setup.StepError
		certificate *setup.CertificateError
	)
	d := diagnostics.FromError(ctx, err)
	switch {
	case errors.As(err, &service):
		d.Why, d.Advice = otherService(service.Service)
		return d.Unable(action)
	case errors.As(err, &site):
		d.Why = fmt.Sprintf("The appliance has the site name %q: a site name and its description are set once.", site.Config.SiteName())
		if site.Config.LocalSiteDescription != "" {
			d.Why += fmt.Sprintf(" Its description is %q.", site.Config.LocalSiteDescription)
		}
		d.Consequence = "Nothing was sent."
		d.Advice = fmt.Sprintf("If this is the right appliance, set site_name to that name, or import it:\n\n  terraform import %s.NAME %s\n\nwith the resource's own name for NAME. Otherwise deploy a new appliance.", k.Type, site.Config.ID)
		return d.UnableAt(path.Root("site_name"), action)
	case !errors.As(err, &step):
		d.Consequence = progress(result)
		return d.Unable(action)
	}
	d = diagnostics.FromError(ctx, step.Err)
	problem := "The %s was not set. %s"
	switch {
	case step.Checked:
		problem = "The appliance can't use the %s. %s"
	case step.Step == setup.PluginRemoval:
		problem = "The %s failed. %s"
	}
	d.Why = fmt.Sprintf(problem, step.Step, d.Why)
	d.Consequence = progress(result)
	d.Advice = strings.TrimSpace(advice[step.Step] + " " + d.Advice)
	at := path.Root(k.Attributes[step.Step])
	if errors.As(err, &certificate) {
		at = path.Root("lookup_service_thumbprint")
		d.Advice = "Compare both with the certificate of the vCenter, and correct lookup_service_thumbprint."
	}
	return d.UnableAt(at, action)
}

var advice = map[setup.Step]string{
	setup.License:              "Check the license key.",
	setup.Site:                 "Check the site name.",
	setup.PublicEndpoint:       "Check public_endpoint_address and public_endpoint_port.",
	setup.Director:             "Check vcd_url, vcd_thumbprint, vcd_username and vcd_password: the appliance logs in there.",
	setup.LookupService:        "Check lookup_service_url and lookup_service_thumbprint, and on a Manager sso_user and sso_password: the appliance contacts the lookup service.",
	setup.ManagerLookupService: "Check lookup_service_url and lookup_service_thumbprint, and that the Manager service of the appliance is up.",
	setup.Plugin:               "Check sso_user and sso_password, and that the vCenter is up.",
	setup.PluginRemoval:        "Check sso_user and sso_password, and that the vCenter is up.",
}

func otherService(is vcda.Service) (why, advice string) {
	if is == vcda.Cloud {
		return "The appliance is a Cloud service (Cloud Director Replication Management Appliance). Nothing was sent.", "Use the type " + DirectorType + ", or correct the url."
	}
	return "The appliance is a Manager service (vCenter Replication Management Appliance). Nothing was sent.", "Use the type " + VCenterType + ", or correct the url."
}

// progress describes the steps that a failed operation has finished.
func progress(result setup.Result) string {
	if len(result.Done) == 0 {
		return "No other step was completed."
	}
	var names []string
	for _, step := range result.Done {
		names = append(names, step.String())
	}
	return "Completed before: " + strings.Join(names, ", ") + ". The appliance keeps that, and the next apply continues from there."
}

// warn warns of the open points of a successful set-up.
func warn(result setup.Result, diags *diag.Diagnostics) {
	if result.NotReady {
		diags.AddWarning("The appliance is not configured yet",
			"Everything was set, but the appliance does not report yet that it is configured. It may need a replicator first. The attribute is_configured shows it after the next refresh.")
	}
	for _, step := range result.Absent {
		diags.AddWarning("The "+step.String()+" was not set",
			"This version of the appliance has no call for it. Set it in the appliance's own user interface, or with a second provider block whose url is the Manager's, on port 8441.")
	}
}

// Stays warns of what a destroy leaves.
func Stays(what string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The appliance keeps its set-up", what)
}
