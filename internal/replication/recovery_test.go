package replication

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// inState returns a replication in a recovery state, with an instance.
func inState(state string, edit ...func(*vcda.Replication)) vcda.Replication {
	r := vcda.Replication{ID: "C4-1"}
	r.DestinationState.Recovery = &vcda.Recovery{State: state}
	r.DestinationState.LatestInstance = &vcda.Instance{Key: "replica-1"}
	for _, change := range edit {
		change(&r)
	}
	return r
}

func empty(r *vcda.Replication)    { r.DestinationState.LatestInstance = nil }
func paused(r *vcda.Replication)   { r.Paused = true }
func migrates(r *vcda.Replication) { r.Migration = true }
func reversed(r *vcda.Replication) { r.Reversed = true }

func TestOperation_check(t *testing.T) {
	t.Parallel()
	operations := map[string]Operation{"test": Test, "failover": Failover, "migrate": Migrate, "sync": Sync, "reverse": Reverse}
	for name, c := range map[string]struct {
		r    vcda.Replication
		want map[string]Reason // by operation; NoReason by default
	}{
		"not started": {inState(vcda.RecoveryNotStarted), map[string]Reason{"reverse": NotRecovered}},
		"tested":      {inState(vcda.RecoveryTest), map[string]Reason{"test": TestActive, "failover": TestActive, "migrate": TestActive, "reverse": NotRecovered}},
		"recovered":   {inState(vcda.RecoveryComplete), map[string]Reason{"test": Recovered, "sync": Recovered}},
		"paused":      {inState(vcda.RecoveryNotStarted, paused), map[string]Reason{"sync": Paused, "reverse": NotRecovered}},
		"no instance": {inState(vcda.RecoveryNotStarted, empty), map[string]Reason{"test": NoInstance, "failover": NoInstance, "reverse": NotRecovered}},
		"migration":   {inState(vcda.RecoveryNotStarted, empty, migrates), map[string]Reason{"failover": Migration, "reverse": NotRecovered}},
	} {
		for operation, op := range operations {
			if got := op.check(c.r, Recovery{}); got != c.want[operation] {
				t.Errorf("%s, %s: reason %d, want %d", name, operation, got, c.want[operation])
			}
		}
	}
	if got := Test.check(inState(vcda.RecoveryNotStarted, empty), Recovery{Sync: true}); got != NoReason {
		t.Errorf("a test that synchronizes first: reason %d", got)
	}
}

func TestOperation_isReached(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		op   Operation
		r    vcda.Replication
		want bool
	}{
		"failed over already":          {Failover, inState(vcda.RecoveryComplete), true},
		"not failed over":              {Failover, inState(vcda.RecoveryNotStarted), false},
		"migrated already":             {Migrate, inState(vcda.RecoveryComplete), true},
		"reversed already":             {Reverse, inState(vcda.RecoveryNotStarted, reversed), true},
		"reversed and recovered again": {Reverse, inState(vcda.RecoveryComplete, reversed), false},
		"never reversed":               {Reverse, inState(vcda.RecoveryComplete), false},
		"synchronized":                 {Sync, inState(vcda.RecoveryNotStarted), false},
		"tested":                       {Test, inState(vcda.RecoveryTest), false},
	} {
		if got := c.op.IsReached(c.r); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

func TestHasNewInstances(t *testing.T) {
	t.Parallel()
	before := inState(vcda.RecoveryNotStarted)
	newer := inState(vcda.RecoveryNotStarted, func(r *vcda.Replication) { r.DestinationState.LatestInstance.Key = "replica-2" })
	for name, c := range map[string]struct {
		before, now vcda.Replication
		want        bool
	}{
		"the same":  {before, before, false},
		"a newer":   {before, newer, true},
		"the first": {inState(vcda.RecoveryNotStarted, empty), before, true},
		"none":      {before, inState(vcda.RecoveryNotStarted, empty), false},
	} {
		if got := hasNewInstances(c.before, c.now); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}
