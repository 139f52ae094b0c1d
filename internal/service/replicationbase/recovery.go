package replicationbase

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// reasons are the texts for a state of a replication that forbids a test or a recovery.
var reasons = map[replication.Reason]struct{ why, advice string }{
	replication.TestActive:   {"a failover test of it is active", "Clean it up first: destroy its vcda_failover_test. If no configuration has one, import it, and destroy it then."},
	replication.Recovered:    {"it has been recovered", "Reverse it first with the action vcda_replication_reverse, or destroy the replication."},
	replication.NotRecovered: {"it has not been recovered", "Recover it first with the action vcda_replication_failover or vcda_replication_migrate."},
	replication.Paused:       {"it is paused", "Set paused = false in its resource, and apply."},
	replication.NoInstance:   {"it has no instance to recover to yet", "Wait for the end of its first synchronization, for example with wait_for_sync = true in its resource."},
	replication.Migration:    {"it was made with migration = true", "Use the action vcda_replication_migrate."},
}

// RecoveryDetail is Detail for a test or a recovery of one replication.
func RecoveryDetail(ctx context.Context, id string, err error) diagnostics.Detail {
	d := Detail(ctx, err)
	var (
		state    *replication.StateError
		instance *replication.InstanceError
		settings *replication.NoSettingsError
	)
	switch {
	case errors.Is(err, replication.ErrNotListed):
		d.Why = fmt.Sprintf("There is no replication %s at this site.", id)
		d.Advice = "Correct the id. If another site manages the replication, set site to the name of that site."
	case errors.As(err, &state):
		reason := reasons[state.Reason]
		d.Why, d.Advice = fmt.Sprintf("The replication of %s can't be used for this: %s.", Label(state.Replication), reason.why), reason.advice
	case errors.As(err, &instance):
		d.Why = fmt.Sprintf("The replication %s has no instance %s.", instance.ID, instance.Key)
		d.Advice = "Choose one of these: " + strings.Join(instance.Known, ", ") + "."
		if len(instance.Known) == 0 {
			d.Advice = "Leave the instance out: the replication has none."
		}
	case errors.As(err, &settings):
		d.Why = fmt.Sprintf("The appliance has stored no recovery settings for this replication of %s, and so no place to recover to.", Label(settings.Replication))
		d.Advice = "Set recovery_settings in its vcda_vsphere_replication, and apply."
	}
	return d
}

// Label names a replication by its VM or vApp, and its id.
func Label(r vcda.Replication) string { return fmt.Sprintf("%s (%s)", r.Name(), r.ID) }

// GoesOn returns the sentence that the task still runs and can't be canceled.
func GoesOn(t vcda.Task) string { return goesOn(t) }

// RecoveredVMs returns the ids of the VMs after a test or a recovery, by the id of the replication of each.
func RecoveredVMs(r vcda.Replication) map[string]string {
	ids := map[string]string{}
	for _, vm := range r.Machines() {
		if at := vm.DestinationState.Recovery; vm.IsRecovered() && at.CloudVMID+at.VMID != "" {
			ids[vm.ID] = at.CloudVMID + at.VMID
		}
	}
	return ids
}

// RecoveredVApp returns the id of the vApp after a test or a recovery, "" if there is none.
func RecoveredVApp(r vcda.Replication) string {
	for _, vm := range r.Machines() {
		if at := vm.DestinationState.Recovery; vm.IsRecovered() && at.VAppID != "" {
			return at.VAppID
		}
	}
	return r.Destination.RecoveredVApp
}

// TaskWarnings returns the warnings of a task.
func TaskWarnings(t vcda.Task) diag.Diagnostics { return warningsOf(t) }
