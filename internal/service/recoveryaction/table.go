package recoveryaction

import (
	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// operation is the part in which the actions differ.
type operation struct {
	replication.Operation
	name        string // of the type, without the provider's
	verb        string // completes "Unable to"
	done        string // state of a replication after the operation
	description string

	recovers      bool // takes power_on and consolidate
	takesInstance bool // takes instance_keys
	needsConsent  bool // takes accept_source_deletion
}

var (
	syncNow = operation{
		Operation: replication.Sync, name: "replication_sync", verb: "synchronize", done: "synchronized",
		description: "Synchronizes replications now, which adds an instance of each VM. A replication that is paused or recovered is refused.",
	}
	failOver = operation{
		Operation: replication.Failover, name: "replication_failover", verb: "fail over", done: "failed over", recovers: true, takesInstance: true,
		description: "Recovers the replicated VMs at the destination, for example when the source is lost. The source is not changed. " +
			"Replications that have been recovered are skipped, so the action can be run again after a failure. One with an active failover test, or without an instance, is refused.",
	}
	migrate = operation{
		Operation: replication.Migrate, name: "replication_migrate", verb: "migrate", done: "migrated", recovers: true,
		description: "Moves the replicated VMs to the destination without loss of data: the source is powered off, synchronized and recovered there. Both sites must be up. " +
			"Replications that have been recovered are skipped, so the action can be run again after a failure. One with an active failover test is refused.",
	}
	reverse = operation{
		Operation: replication.Reverse, name: "replication_reverse", verb: "reverse", done: "reversed", needsConsent: true,
		description: "Reverses recovered replications, so that they protect the recovered VMs at the former source. **The original VM at the former source is deleted**; the synchronization starts from its disks. " +
			"Replications that have been reversed and not been recovered since are skipped, so the action can be run again after a failure. One that has not been recovered is refused.",
	}
)

// NewSync returns the action vcda_replication_sync.
func NewSync() action.Action { return &recovery{operation: syncNow} }

// NewFailover returns the action vcda_replication_failover.
func NewFailover() action.Action { return &recovery{operation: failOver} }

// NewMigrate returns the action vcda_replication_migrate.
func NewMigrate() action.Action { return &recovery{operation: migrate} }

// NewReverse returns the action vcda_replication_reverse.
func NewReverse() action.Action { return &recovery{operation: reverse} }
