package sitepairing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/pairing"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

const (
	waitOrAdopt = "Import the pairing when the task has ended, or set adopt_existing = true and apply again: the apply then waits for the task and adopts the pairing."
	pairOrAdopt = "Set adopt_existing = true and apply again: the apply adopts the pairing if the appliance shows it by then, and pairs if not. Or import the pairing if the appliance shows it."

	unchanged = "The state is as it was before."
	runAgain  = unchanged + " Run again."

	unpairedMeanwhile = "It was unpaired meanwhile. Apply again to pair it."
)

// explainCreate returns the error of a create, with the state of the appliance after it.
func explainCreate(ctx context.Context, action string, service vcda.Service, err error) diag.Diagnostic {
	var exists *pairing.ExistsError
	var held *pairing.OwnedError
	var name *pairing.NameError
	switch {
	case errors.Is(err, pairing.ErrNoName):
		return missingSite()
	case errors.Is(err, pairing.ErrReserved):
		return detail(ctx, err, "Another resource of this run manages this pairing.", "Keep one of them. If one replaces the other, use a moved block.").Unable(action)
	case errors.As(err, &held):
		return detail(ctx, err, fmt.Sprintf("The state already holds the pairing with the site %s, so it can't be adopted: the destroy of the other object would unpair it. No request was sent.", nameOf(held.Site)),
			"If this is a replacement with create_before_destroy, of the pairing or of something that depends on it, remove that: an appliance pairs with a site only once.").Unable(action)
	case errors.As(err, &exists):
		return detail(ctx, err, fmt.Sprintf("The appliance is paired with the site %s already. No request was sent.", nameOf(exists.Site)),
			importOrAdopt(exists.Site.Key(service))+" If this is a replacement with create_before_destroy, remove that: an appliance pairs with a site only once.").Unable(action)
	case errors.As(err, &name):
		return diag.WithPath(path.Root("site"), detail(ctx, err, fmt.Sprintf("The site at %s calls itself %q, not %q.", name.Site.Endpoint(), name.Site.Site, name.Wanted),
			"Set site to its own name, or leave it out on the Manager service. The appliance is paired with it. "+importOrAdopt(name.Site.Key(service))).Unable(action))
	}
	return explainEnd(ctx, action, err, afterCreate)
}

// explainChange returns the error of an update or a delete.
func explainChange(ctx context.Context, action string, err error) diag.Diagnostic {
	return explainEnd(ctx, action, err, afterChange)
}

// end is the stage at which an operation ended in an error.
type end int

const (
	unknownEnd     end = iota // only the error is known
	inProgress                // its task still runs
	outcomeUnknown            // the request may have been performed
	declined                  // the request was declined each time
	blocked                   // no request was sent because of another task
	taskFailed                // its task has failed with a reason
	taskFailedMute            // its task has failed without a reason
	notFound                  // the appliance does not know the site
	notListed                 // the task has ended, and the list does not show the site
	stillListed               // the task has ended, and the list still shows the site
)

// endOf returns the stage of an error, and the task that still runs.
func endOf(err error) (end, vcda.Task) {
	var progress *lro.InProgressError[vcda.Task]
	var unknown *lro.OutcomeUnknownError[vcda.Task]
	var failed *vcda.TaskError
	switch {
	case errors.As(err, &progress):
		return inProgress, progress.Task
	case errors.As(err, &unknown):
		return outcomeUnknown, vcda.Task{}
	case errors.As(err, new(*lro.DeclinedError)):
		return declined, vcda.Task{}
	case errors.As(err, new(*lro.BlockedError[vcda.Task])):
		return blocked, vcda.Task{}
	case errors.Is(err, pairing.ErrNotListed):
		return notListed, vcda.Task{}
	case vcda.IsNotFound(err):
		return notFound, vcda.Task{}
	case errors.As(err, &failed) && failed.Err != nil:
		return taskFailed, vcda.Task{}
	case errors.As(err, &failed):
		return taskFailedMute, vcda.Task{}
	case errors.Is(err, pairing.ErrStillListed):
		return stillListed, vcda.Task{}
	}
	return unknownEnd, vcda.Task{}
}

// afterCreate describes the state of the appliance after a create, and what to do.
var afterCreate = map[end]string{
	inProgress:     waitOrAdopt,
	outcomeUnknown: "The request may have reached the appliance, but its list of sites does not show the pairing. It was not sent again. " + pairOrAdopt,
	declined:       "The appliance has declined the request each time, so nothing was paired. Apply again.",
	blocked:        "This task began earlier, and may be about the same site. So no request was sent. Apply again when the task has ended.",
	notListed:      "The task that pairs has ended, but the site is not, or no longer, in the list. " + pairOrAdopt,
	taskFailed:     "Check that api_url and api_thumbprint are those of the other site, and url in the provider block that of this one.",
}

// afterChange describes the same for an update or a delete.
var afterChange = map[end]string{
	inProgress:     runAgain,
	outcomeUnknown: "The request may have reached the appliance, but its list of sites does not show the change. It was not sent again. " + runAgain,
	declined:       "The appliance has declined the request each time. " + runAgain,
	blocked:        "This task is, or may be, about the same site. So no request was sent. " + runAgain,
	notListed:      unpairedMeanwhile,
	notFound:       unpairedMeanwhile,
	taskFailed:     unchanged,
	taskFailedMute: unchanged,
	stillListed:    "Run again. If the site stays in the list, check the appliance.",
}

// explainEnd returns the error of an operation, with the state of the appliance after it.
func explainEnd(ctx context.Context, action string, err error, after map[end]string) diag.Diagnostic {
	d := explain(ctx, err)
	end, task := endOf(err)
	d.Consequence = after[end]
	if end == inProgress {
		d.Consequence = goesOn(task) + " " + after[end]
	}
	return d.Unable(action)
}

// explain says why an operation ended in an error. It adds a failed task that may belong to the lost response.
func explain(ctx context.Context, err error) diagnostics.Detail {
	d := diagnostics.FromError(ctx, err)
	var unknown *lro.OutcomeUnknownError[vcda.Task]
	var declined *lro.DeclinedError
	switch {
	case errors.As(err, &unknown):
		d.Why = diagnostics.FromError(ctx, unknown.Err).Why
		if unknown.Cause != nil {
			d.Why += " " + diagnostics.FromError(ctx, unknown.Cause).Why
		}
		for _, suspect := range unknown.Suspects {
			d.Why += "\n\nA task that began after the request has failed, and may be that of the request: " + suspect.Error()
		}
	case errors.As(err, &declined):
		d.Why = diagnostics.FromError(ctx, declined.Err).Why + " The last answer: " + diagnostics.FromError(ctx, declined.Refusal).Why
	}
	return d
}

// detail explains err with these texts.
func detail(ctx context.Context, err error, why, advice string) diagnostics.Detail {
	d := diagnostics.FromError(ctx, err)
	d.Why, d.Consequence, d.Advice = why, "", advice
	return d
}

// onlyForgotten is the warning of a destroy that sends nothing.
func onlyForgotten(m model, why error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The pairing is only removed from the state",
		diagnostics.Sentence(why.Error())+fmt.Sprintf(" So the site %s stays paired, and no request was sent.", cmp.Or(m.Site.ValueString(), m.APIURL.ValueString())))
}

// resumed returns the outcome of an interrupted operation's task, for a read.
func resumed(ctx context.Context, action string, result pairing.Result, err error) (diags diag.Diagnostics) {
	switch {
	case err == nil && result.Task.State == vcda.TaskFailed:
		diags.AddWarning("An interrupted operation has failed", diagnostics.Sentence((&vcda.TaskError{Task: result.Task, Err: result.Task.Error}).Error())+" The plan shows what remains to be done.")
	case errors.Is(err, context.DeadlineExceeded):
		diags.AddWarning("A task is still running", goesOn(result.Task)+" The state is left as it is; refresh again later.")
	case err != nil:
		diags.Append(diagnostics.Unable(ctx, action, err))
	}
	return diags
}

// warningsOf returns the warnings of an operation. Those of its task have the text of the appliance in the summary,
// because the command line shows only one of several warnings with the same summary.
func warningsOf(result pairing.Result, err error, m model) (warnings diag.Diagnostics) {
	for _, text := range result.Task.WarningTexts() {
		warnings.AddWarning("Warning of the appliance: "+text, fmt.Sprintf("The task %s has ended with this warning.", result.Task.ID))
	}
	if err != nil {
		return warnings
	}
	if result.Adopted {
		warnings.AddWarning(fmt.Sprintf("The pairing with the site %s is adopted", nameOf(*result.Site)),
			"It existed already, and adopt_existing is true. From now on this resource manages it, and a destroy unpairs it.")
	}
	if result.Task.ID != "" && !result.Task.Ended() {
		warnings.AddWarning("The task is gone", fmt.Sprintf("The appliance no longer shows the task %s, as after a restart. "+
			"The list of sites shows whether the operation on the site pairing with %s has succeeded.", result.Task.ID, m.APIURL.ValueString()))
	}
	return warnings
}

// linkTimedOut returns the error of an update whose link did not work in time.
func linkTimedOut(ctx context.Context, action string, s vcda.Site, problem error) diag.Diagnostic {
	link := s.Link()
	d := diagnostics.FromError(ctx, problem)
	d.Why += fmt.Sprintf(" The site %s is paired, but the link does not work:\n%s", nameOf(s), linkErrors(link))
	d.Consequence = "The pairing is saved with its new values."
	d.Advice = linkAdvice(link)
	return d.Unable(action)
}

// warnOfLink warns of communication errors after a successful pairing, unless they are expected. The problem is the
// reason why a wait for the link ended.
func warnOfLink(ctx context.Context, system providerdata.System[vcda.Client], m model, s vcda.Site, problem error) (warnings diag.Diagnostics) {
	link := s.Link()
	if errors.Is(problem, context.Canceled) {
		warnings.AddWarning("Interrupted while waiting for the link", "The pairing has succeeded. The next plan or apply shows whether the link works.")
		return warnings
	}
	if link.Incoming == nil && link.Outgoing == nil || problem == nil && m.ExpectLink.Equal(types.BoolValue(false)) {
		return nil
	}
	text := fmt.Sprintf("The site %s is paired, but the appliance reports errors of its traffic:\n%s\n\n%s%s", nameOf(s), linkErrors(link), linkAdvice(link), bothThumbprints(ctx, system, m, link))
	if problem != nil {
		text = diagnostics.FromError(ctx, problem).Why + " So the wait for the link has ended, and the pairing is saved. " + text
	}
	warnings.AddWarning(linkSummary(s), text)
	return warnings
}

// linkSummary names the site if its certificate must be checked. All other sites share one summary: of several
// warnings with the same summary the command line shows one and counts the others.
func linkSummary(s vcda.Site) string {
	link := s.Link()
	if isMismatch(link.Incoming) || isMismatch(link.Outgoing) {
		return fmt.Sprintf("The link with the site %s does not work yet", nameOf(s))
	}
	var codes []string
	for _, e := range []*vcda.APIError{link.Incoming, link.Outgoing} {
		if e != nil {
			codes = append(codes, cmp.Or(e.Code, "unknown"))
		}
	}
	return "A link does not work yet: " + strings.Join(slices.Compact(codes), ", ")
}

func linkAdvice(link vcda.State) string {
	switch {
	case isMismatch(link.Outgoing):
		return "Compare the thumbprint with the one that the administrator of the site reads on its appliance, and set api_thumbprint to that."
	case isMismatch(link.Incoming):
		return "The other site expects another certificate of this appliance. Re-pair at the other site, with the thumbprint of this appliance."
	}
	return "Pair the other side too, if that is not done yet: a link works only when both sites are paired with each other."
}

// linkErrors returns the errors of both directions, a line each.
func linkErrors(link vcda.State) (lines string) {
	if link.Incoming != nil {
		lines += "\n  incoming: " + link.Incoming.Error()
	}
	if link.Outgoing != nil {
		lines += "\n  outgoing: " + link.Outgoing.Error()
	}
	return lines
}

func isMismatch(e *vcda.APIError) bool { return e != nil && e.Code == vcda.CodeCertificateMismatch }

// peerCertificateTimeout limits the read of the certificate that the appliance sees. It only improves a warning.
const peerCertificateTimeout = 5 * time.Second

// bothThumbprints returns the thumbprints of a mismatch, if the appliance says which certificate it sees.
func bothThumbprints(ctx context.Context, system providerdata.System[vcda.Client], m model, link vcda.State) string {
	client, absent := system.Client()
	if !isMismatch(link.Outgoing) || absent.HasError() {
		return ""
	}
	spec := m.spec("")
	text := "\n\n  configured: " + spec.Thumbprint
	ctx, cancel := client.Clock().WithTimeout(ctx, peerCertificateTimeout, nil)
	defer cancel()
	for _, viaTunnel := range []bool{true, false} {
		peer, err := client.RemoteCertificate(ctx, spec.URL, viaTunnel)
		if err == nil && peer.Certificate.Thumbprint != "" {
			return text + "\n  seen:       " + peer.Certificate.Thumbprint
		}
	}
	return text
}

// goesOn describes the task that still runs.
func goesOn(t vcda.Task) string {
	seen := ""
	if t.State != "" {
		seen = fmt.Sprintf(", last seen %s at %d %%", t.State, t.Progress)
	}
	return fmt.Sprintf("The appliance goes on with the task %s%s; it can't be canceled.", t.ID, seen)
}

// nameOf returns the name of a site in messages: a broken link hides its name.
func nameOf(s vcda.Site) string { return cmp.Or(s.Site, s.Endpoint()) }

// importOrAdopt is the advice for a pairing that exists already.
func importOrAdopt(key string) string {
	return fmt.Sprintf("To manage that pairing, import it:\n\n  terraform import vcda_site_pairing.NAME %s\n\nor with a block:\n\n"+
		"  import {\n    to = vcda_site_pairing.NAME\n    id = %s\n  }\n\nwith the resource's own name for NAME. Or set adopt_existing = true to adopt it.", diagnostics.ShellWord(key), diagnostics.ConfigString(key))
}
