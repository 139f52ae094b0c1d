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

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

func missingSite() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("site"), "Missing site",
		"The appliance runs the Cloud service, or the setting service (VCDA_SERVICE) says so, and that pairs by name. Set site to the name the other site gave itself.")
}

// otherName is the error of a peer that calls itself something else. It leaves
// no state: the corrected configuration takes the pairing over.
func otherName(wanted vcda.PairRequest, seen vcda.Site) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("site"), "The site has another name",
		fmt.Sprintf("The site at %s calls itself %q, not %q. It is paired now. Set site to its own name, or leave it out; the next apply takes the pairing over.",
			wanted.APIURL, seen.Site, wanted.Site))
}

// explainCreate is the error of a create, with what is left on the appliance.
func explainCreate(ctx context.Context, p *peer, result outcome, err error) diag.Diagnostic {
	action := "pair with the site at " + p.wanted.APIURL
	var paired *alreadyPairedError
	if errors.As(err, &paired) {
		return diag.NewErrorDiagnostic("Unable to "+action, importAdvice(paired.site, p.service))
	}
	detail := explain(ctx, result.site, err)
	detail.Consequence = leftBehind(p, result, err)
	return detail.Unable(action)
}

// leftBehind says what a create that ended in an error left on the appliance,
// and how the next one goes on.
func leftBehind(p *peer, result outcome, err error) string {
	var failed *vcda.TaskError
	var wait *vcda.WaitError
	switch {
	case result.running():
		return goesOn(result.task) + " Nothing is lost: the next apply by the same user, within an hour after its end, takes the pairing over."
	case !errors.Is(err, errNotListed) && (p.id != "" || result.site != nil):
		return "The appliance is paired with the site. Nothing is lost: the next apply by the same user, within an hour after the pairing, takes it over."
	case errors.Is(err, errNotListed):
		return "The task that pairs has ended, but the site is not, or no longer, in the list. Apply again: a pairing that turns up is taken over, else the site is paired anew."
	case errors.As(err, &failed) && failed.Err == nil:
		return ""
	case errors.As(err, &failed):
		return "Check what the task names: api_url and api_thumbprint are those of the other site, the url in the provider block is that of this one. Then apply again."
	case result.gone:
		return "The appliance no longer shows the task, as after a restart, and its list of sites has not shown the pairing. Apply again: a pairing that turns up is taken over, else the site is paired anew."
	case result.lost:
		return "The request may have reached the appliance, but no sign of it was found. It was not sent again. Apply again: if the pairing turns up, it is taken over."
	case errors.As(err, &wait):
		return "This task was there before, and it pairs, or may pair, with the same site. So no request was sent. Apply again when the task has ended: if it was an earlier create of this pairing, its work is taken over."
	}
	return ""
}

// explainChange is the error of an update or a delete.
func explainChange(ctx context.Context, action string, result outcome, err error) diag.Diagnostic {
	detail := explain(ctx, result.site, err)
	detail.Consequence = leftUnchanged(result, err)
	return detail.Unable(action)
}

// leftUnchanged says what an update or a delete that ended in an error left on the
// appliance, and how the next apply goes on.
func leftUnchanged(result outcome, err error) string {
	var failed *vcda.TaskError
	switch {
	case result.gone:
		return "The appliance no longer shows the task, and its list of sites has not shown the change. The state is as it was before; apply again."
	case result.running():
		return goesOn(result.task) + " The state is as it was before; apply again."
	case errors.Is(err, errNotListed), vcda.IsNotFound(err):
		return "Somebody has unpaired it meanwhile. Apply again to pair anew."
	case errors.As(err, &failed) && failed.Err == nil:
		return "The state is as it was before."
	case errors.As(err, &failed):
		return "The state is as it was before. Fix the problem that the task reports, such as replications that need the site, and run again."
	case vcda.IsRetryLater(err):
		return "The appliance has declined it until the operation timed out. The state is as it was before; apply again."
	case result.site == nil && vcda.IsOutcomeUnknown(err): // else a read has failed
		return "The request may have reached the appliance, but no sign of it was found. It was not sent again. The state is as it was before; apply again."
	}
	return ""
}

// explain says which direction of the link was still missing when the operation
// timed out for a site that is paired.
func explain(ctx context.Context, site *vcda.Site, err error) diagnostics.Detail {
	detail := diagnostics.FromError(ctx, err)
	if site == nil || !errors.Is(err, context.DeadlineExceeded) {
		return detail
	}
	link := site.Link()
	why, advice := fmt.Sprintf("The site %s is paired, but the link was not up in time:\n%s", site.Site, linkErrors(link)), linkAdvice(link)
	if mismatched(link) { // more time does not help
		detail.Why, detail.Advice = why, advice
		return detail
	}
	detail.Why, detail.Advice = why+"\n\n"+detail.Why, advice+"\n\n"+detail.Advice
	return detail
}

func linkAdvice(link vcda.State) string {
	switch {
	case mismatch(link.Outgoing):
		return "Compare the thumbprint: set api_thumbprint to that of the certificate the site shows."
	case mismatch(link.Incoming):
		return "The other site expects another certificate of this appliance: pair it again from there, with the thumbprint this appliance shows."
	}
	return "Pair the other side too, if that is not done yet: a link works only when both sites are paired with each other."
}

// mismatched tells that a certificate is not the expected one.
func mismatched(link vcda.State) bool { return mismatch(link.Incoming) || mismatch(link.Outgoing) }

func mismatch(e *vcda.APIError) bool { return e != nil && e.Code == vcda.CodeCertificateMismatch }

// goesOn says what the appliance is still doing.
func goesOn(t vcda.Task) string {
	return fmt.Sprintf("The appliance goes on with the task %s, last seen %s at %d %%; it can't be cancelled.", t.ID, stateName(t), t.Progress)
}

func stateName(t vcda.Task) string {
	if t.State == "" {
		return "in an unknown state"
	}
	return t.State
}

// importAdvice is what to do about a pairing that is there already.
func importAdvice(s vcda.Site, service vcda.Service) string {
	return fmt.Sprintf("The appliance is paired with the site %s already, and not by an unfinished create of this user. To manage that pairing, import it:\n\n"+
		"  terraform import vcda_site_pairing.NAME %s\n\nwith the resource's own name for NAME, or remove it from the appliance first.", s.Site, s.Key(service))
}

// warningsOf are the warnings of a task, in the appliance's own words. These are
// in the summary, since the command line shows one of those with the same one.
func warningsOf(t vcda.Task) (warnings diag.Diagnostics) {
	for _, text := range t.WarningTexts() {
		warnings.AddWarning("Warning of the appliance: "+text, fmt.Sprintf("The task %s has ended with this warning.", t.ID))
	}
	return warnings
}

// warnOfLink warns of communication errors of a pairing that succeeded.
func warnOfLink(ctx context.Context, p *peer, s vcda.Site, diags *diag.Diagnostics) {
	link := s.Link()
	if link.Incoming == nil && link.Outgoing == nil {
		return
	}
	diags.AddWarning(linkSummary(s), fmt.Sprintf("The site %s is paired, but the appliance reports errors of its traffic:\n%s\n\n%s%s",
		s.Site, linkErrors(link), linkAdvice(link), p.seenThumbprint(ctx, link)))
}

// linkSummary names the site where its certificate has to be looked at. The rest
// has one summary for all sites: of warnings with the same summary the command
// line shows one and counts the others, and the first halves of many pairings all
// warn.
func linkSummary(s vcda.Site) string {
	link := s.Link()
	if mismatched(link) {
		return fmt.Sprintf("The link with the site %s does not work yet", s.Site)
	}
	var codes []string
	for _, e := range []*vcda.APIError{link.Incoming, link.Outgoing} {
		if e != nil {
			codes = append(codes, cmp.Or(e.Code, "unknown"))
		}
	}
	return "A link does not work yet: " + strings.Join(slices.Compact(codes), ", ")
}

// linkErrors shows the errors of both directions, a line each.
func linkErrors(link vcda.State) (lines string) {
	if link.Incoming != nil {
		lines += "\n  incoming: " + link.Incoming.Error()
	}
	if link.Outgoing != nil {
		lines += "\n  outgoing: " + link.Outgoing.Error()
	}
	return lines
}

// lookTime is how long to ask for the certificate the appliance sees: it only
// helps a warning.
const lookTime = 5 * time.Second

// seenThumbprint adds both thumbprints to the warning of a mismatch, as far as
// the appliance says what it sees.
func (p *peer) seenThumbprint(ctx context.Context, link vcda.State) string {
	if !mismatch(link.Outgoing) {
		return ""
	}
	text := "\n\n  configured: " + p.wanted.APIThumbprint
	ctx, cancel := p.client.Clock().WithTimeout(ctx, lookTime, nil)
	defer cancel()
	for _, viaTunnel := range []bool{true, false} {
		seen, err := p.client.RemoteCertificate(ctx, p.wanted.APIURL, viaTunnel)
		if err == nil && seen.Certificate.Thumbprint != "" {
			return text + "\n  seen:       " + seen.Certificate.Thumbprint
		}
	}
	return text
}
