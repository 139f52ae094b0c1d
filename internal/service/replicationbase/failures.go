package replicationbase

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// createFailed returns the error of a create. A replication that was started is not saved, because Terraform would
// destroy it.
func (r *Resource[M, P]) createFailed(ctx context.Context, p P, result replication.Result, err error) diag.Diagnostic {
	d := Detail(ctx, err)
	var (
		exists  *replication.ExistsError
		held    *replication.OwnedError
		unknown *lro.OutcomeUnknownError[vcda.Task]
	)
	switch {
	case errors.As(err, &exists):
		id := exists.Replication.ID
		d.Why = fmt.Sprintf("The same source is already replicated to this destination, by the replication %s. Nothing was sent.", id)
		d.Advice = "Import it:\n\n" + r.importCommand(id) + "\n\nor set adopt_existing = true, which adopts it and changes the settings that differ. " + notBeforeDestroy
	case errors.As(err, &held):
		d.Why = fmt.Sprintf("Another resource, or another object of the state, has the replication %s of this source to this destination. Nothing was sent.", held.Replication.ID)
		d.Advice = "Keep one of them. If one replaces the other, use a moved block. " + notBeforeDestroy
	case result.Replication != nil:
		id := result.Replication.ID
		d.Consequence = fmt.Sprintf("The replication %s was started, and is not in the state.", id)
		d.Advice = strings.TrimSpace(d.Advice+" Then import it:") + "\n\n" + r.importCommand(id) + "\n\nor set adopt_existing = true and apply again."
	case result.Task.ID != "" && !result.Task.Ended():
		d.Consequence = goesOn(result.Task) + " The replication that it starts is not in the state."
		d.Advice = "When the task has ended, import the replication, or set adopt_existing = true and apply again."
	case errors.As(err, &unknown), errors.Is(err, replication.ErrNotListed) && result.Task.ID != "":
		d.Advice = "If the appliance shows the replication, import it, or set adopt_existing = true. Then apply again."
	case errors.As(err, new(*vcda.TaskError)) && isPolicy(err):
		d.Advice += " " + r.policyAdvice(ctx, p)
	case isPolicy(err):
		d.Advice = r.policyAdvice(ctx, p)
	}
	return unable("start the "+r.Noun, d, err)
}

// policyAdvice names the replication policy that may have refused a request, if it can be read.
func (r *Resource[M, P]) policyAdvice(ctx context.Context, p P) string {
	const advice = "change the policy or the settings."
	wanted, problems := spec(ctx, r.Kind.Kind, p)
	if problems.HasError() {
		return advice
	}
	owner := ""
	if cloud := p.CloudBase(); cloud != nil {
		owner = cloud.Owner.ValueString()
	}
	if site, err := r.site(ctx, wanted.ManagingSite(p.Base().Reversed.ValueBool())); err == nil {
		if policy := site.Policy(ctx, wanted.Destination, owner); policy != nil {
			return fmt.Sprintf("The replication policy of the organization %s is %q. If it forbids this, %s", policy.Organization, policy.Name, advice)
		}
	}
	return "If the replication policy of the destination's organization forbids this, " + advice
}

const notBeforeDestroy = "If this is a replacement with create_before_destroy, of the replication or of something that depends on it, remove that: one source is replicated to a destination only once."

// plannedTwice is the error for two resources of one plan with the same replication.
func plannedTwice() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("source"), "Two resources for one replication",
		"One resource of this configuration creates the replication of this source to this destination, and another one has it already. Keep one of them. If one replaces the other, use a moved block.")
}

// onlyForgotten is the warning of a destroy that sends nothing.
func onlyForgotten(name string, why error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The replication is only removed from the state",
		diagnostics.Sentence(why.Error())+fmt.Sprintf(" So the replication %s keeps running, and no request was sent.", name))
}

// changeFailed returns the error of an update.
func (r *Resource[M, P]) changeFailed(ctx context.Context, p P, change replication.Change, result replication.Result, err error) diag.Diagnostic {
	d := taskDetail(ctx, result, err)
	if change.Settings != (vcda.SettingsChange{}) && isPolicy(err) {
		d.Advice = strings.TrimSpace(d.Advice + " " + r.policyAdvice(ctx, p))
	}
	return unable("change the "+r.Noun+" "+p.Base().name(), d, err)
}

// isPolicy reports whether a replication policy may have refused a request. The code of such a refusal is not
// documented, but "not found" has another reason.
func isPolicy(err error) bool {
	var task *vcda.TaskError
	var refused *rest.StatusError
	switch {
	case errors.As(err, &task):
		return task.Err == nil || !strings.HasSuffix(task.Err.Code, "NotFound")
	case errors.As(err, &refused):
		return (refused.Status == http.StatusForbidden || refused.Status == http.StatusBadRequest) && !strings.HasSuffix(refused.Code, "NotFound")
	}
	return false
}

func (r *Resource[M, P]) importCommand(id string) string {
	return fmt.Sprintf("  terraform import vcda_%s.NAME %s\n\n  import {\n    to = vcda_%s.NAME\n    id = %s\n  }", r.Name, diagnostics.ShellWord(id), r.Name, diagnostics.ConfigString(id))
}
