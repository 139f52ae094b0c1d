package failovertest

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

// unable returns the error diagnostic for err. The action completes "Unable to".
func unable(ctx context.Context, action, id string, err error) diag.Diagnostic {
	return replicationbase.RecoveryDetail(ctx, id, err).Unable(action)
}

// createFailed returns the error of a create. A test that may be active is in the state as a tainted object, so that
// a destroy cleans it up.
func createFailed(ctx context.Context, id string, result replication.Result, err error) diag.Diagnostic {
	d := replicationbase.RecoveryDetail(ctx, id, err)
	if isOpen(result) {
		d.Consequence = "The test may be active, and is kept in the state."
		if !result.Task.Ended() {
			d.Consequence = goesOn(result.Task) + " The test is kept in the state."
		}
		d.Advice = "Run terraform destroy, which waits for the task and cleans up, or apply again, which cleans up first."
	}
	return d.Unable("test the failover of " + id)
}

func cleanUpFailed(ctx context.Context, id string, result replication.Result, err error) diag.Diagnostic {
	d := replicationbase.RecoveryDetail(ctx, id, err)
	d.Consequence = "The test is still in the state. Destroy it again."
	if result.Task.ID != "" && !result.Task.Ended() {
		d.Consequence = goesOn(result.Task) + " " + d.Consequence
	}
	return d.Unable("clean up the failover test of " + id)
}

func goesOn(t vcda.Task) string { return replicationbase.GoesOn(t) }

func noID(id string) diagnostics.Detail {
	return diagnostics.Detail{Why: fmt.Sprintf("%q is not the id of a replication.", id), Advice: "Give the id of the replication that is tested, or SITE/ID with the name of the site that manages it."}
}

func noTest(r vcda.Replication) diagnostics.Detail {
	return diagnostics.Detail{
		Why:    fmt.Sprintf("No failover test of %s is active: its recovery state is %s.", replicationbase.Label(r), r.RecoveryState()),
		Advice: "Start one with a vcda_failover_test that isn't imported.",
	}
}
