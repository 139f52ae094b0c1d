package replicationbase

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// notConfiguredError carries the diagnostics of a provider that can't be used yet.
type notConfiguredError struct{ diag.Diagnostics }

func (e notConfiguredError) Error() string {
	return e.Errors()[0].Detail()
}

// errPending is the error of an operation that has to wait for the task of an interrupted one.
var errPending = errors.New("the task of an interrupted operation still runs")

// unable returns the error diagnostic for err, or the diagnostics of a provider that can't be used yet. The action
// completes "Unable to".
func unable(action string, d diagnostics.Detail, err error) diag.Diagnostic {
	var absent notConfiguredError
	if errors.As(err, &absent) {
		return absent.Errors()[0]
	}
	return d.Unable(action)
}

// Explain returns the error diagnostic for err. The action completes "Unable to".
func Explain(ctx context.Context, action string, err error) diag.Diagnostic {
	return unable(action, Detail(ctx, err), err)
}

// Detail explains the errors of package replication, and all others as for any
// call of the appliance.
func Detail(ctx context.Context, err error) diagnostics.Detail {
	d := diagnostics.FromError(ctx, err)
	var (
		service     *replication.ServiceError
		access      *replication.AccessError
		site        *replication.SiteError
		offered     *replication.NotOfferedError
		test        *replication.TestActiveError
		sync        *replication.SyncError
		replicators *replication.ReplicatorsError
		unknown     *lro.OutcomeUnknownError[vcda.Task]
		wrong       *wrongServiceError
	)
	switch {
	case errors.As(err, &wrong):
		d.Why = diagnostics.Sentence(wrong.Error())
		d.Advice = fmt.Sprintf("Use a provider configuration whose url is that of a %s service.", serviceName(wrong.wanted))
	case errors.Is(err, errPending):
		d.Why, d.Advice = diagnostics.Sentence(err.Error()), "Run again when the task has ended."
	case errors.As(err, &service):
		d.Why = diagnostics.Sentence(service.Error())
		d.Advice = fmt.Sprintf("Use a provider configuration whose url is that of a %s service.", serviceName(service.Kind.Service()))
	case errors.As(err, &access):
		d.Why = "The session is not extended to the site " + strings.Join(access.Sites, " or ") + ", or the site refuses its login there."
		if len(access.Sites) == 0 {
			d.Why = "A site refuses the authentication of the session."
		}
		d.Advice = "Add the site to session_extensions in the provider block, with credentials that are valid there."
	case errors.As(err, &site):
		d.Why = fmt.Sprintf("The appliance knows no site %s.", quoted(site.Sites))
		d.Advice = "Correct the name of the site, or pair with it first."
	case errors.As(err, &offered):
		d.Advice = "This appliance does not offer the call under that path. Make the change in its user interface."
	case errors.As(err, &test):
		d.Why = "A failover test is active."
		d.Advice = "Clean it up first: destroy its vcda_failover_test, or set cleanup_test_on_destroy = true and apply before the destroy."
	case errors.As(err, &sync):
		d.Why = diagnostics.Sentence(fmt.Sprintf("the first synchronization had not ended: its state was %s", connectionState(sync.Replication))) + " " + d.Why
	case errors.As(err, &replicators):
		d.Why = diagnostics.Sentence(replicators.Error())
		d.Advice = "Set replicator_id to one of these: " + strings.Join(replicators.IDs, ", ") + "."
		if len(replicators.IDs) == 0 {
			d.Advice = "Register a replicator at the site, or correct its name."
		}
	case errors.As(err, &unknown):
		d.Consequence = "It is not known whether the request was performed. It was not sent again."
	}
	return d
}

// quoted lists names, such as `"a" or "b"`.
func quoted(names []string) string {
	texts := []string{}
	for _, name := range names {
		texts = append(texts, strconv.Quote(name))
	}
	return strings.Join(texts, " or ")
}

func connectionState(r vcda.Replication) string {
	for _, vm := range r.Machines() {
		if vm.ConnectionState != "OK" {
			return vm.ConnectionState
		}
	}
	return "OK, without an instance"
}

func serviceName(s vcda.Service) string {
	return map[vcda.Service]string{vcda.Cloud: "Cloud", vcda.Manager: "Manager"}[s]
}

// explainTask is Explain for an operation whose task may still run.
func explainTask(ctx context.Context, action string, result replication.Result, err error) diag.Diagnostic {
	return unable(action, taskDetail(ctx, result, err), err)
}

func taskDetail(ctx context.Context, result replication.Result, err error) diagnostics.Detail {
	d := Detail(ctx, err)
	if result.Task.ID != "" && !result.Task.Ended() {
		d.Consequence = goesOn(result.Task)
	} else if d.Consequence == "" {
		d.Consequence = "The state is as it was before."
	}
	return d
}

func goesOn(t vcda.Task) string {
	return fmt.Sprintf("The appliance goes on with the task %s, which can't be canceled.", t.ID)
}

func interruptedCreate(noun string, result replication.Result) diag.Diagnostic {
	if result.Task.ID != "" && !result.Task.Ended() {
		return diag.NewWarningDiagnostic("Interrupted while starting the "+noun, goesOn(result.Task)+" The next plan or apply finds out its result.")
	}
	return diag.NewWarningDiagnostic("Interrupted after the start of the "+noun, "The replication was started. The next plan or apply makes the remaining changes.")
}

func adopted(r vcda.Replication) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The replication "+r.ID+" was adopted",
		"It existed already, and adopt_existing is true. Nothing was started; settings that differed were changed.")
}

func recoveredStays(r vcda.Replication) diag.Diagnostic {
	var places []string
	for _, vm := range r.Machines() {
		if at := vm.DestinationState.Recovery; at != nil {
			places = append(places, fmt.Sprintf("%s (%s)", vm.VMName, strings.Join(strings.Fields(at.CloudVMID+at.VMID+" "+at.VAppID+at.VCenterID), ", ")))
		}
	}
	return diag.NewWarningDiagnostic("The recovered VMs stay",
		fmt.Sprintf("The replication %s was recovered before it was stopped. At %s these VMs keep running: %s.", r.ID, r.DestinationSite(), strings.Join(places, "; ")))
}

// warningsOf returns the warnings of a task.
func warningsOf(t vcda.Task) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, text := range t.WarningTexts() {
		diags.AddWarning("The task "+t.ID+" reports a warning", diagnostics.Sentence(text))
	}
	return diags
}

// equalJSON reports whether two request bodies are equal.
func equalJSON(a, b any) bool {
	left, err := json.Marshal(a)
	right, otherErr := json.Marshal(b)
	return err == nil && otherErr == nil && bytes.Equal(left, right)
}
