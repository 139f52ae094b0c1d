package replicationbase_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// TestOwnership_heldByTheState: a replication of another object in the state is not adopted.
func TestOwnership_heldByTheState(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		f.Restart(t, "site-b")
		f.refresh(made)
		object, problems := f.attempt(none, f.config("adopt_existing", true, "rpo_minutes", 30))
		requireError(t, problems, "has the replication "+id(made), "Nothing was sent", "moved block", "create_before_destroy")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
		f.requireSent(1, 0, 0)
	})
}

// TestOwnership_planned: a plan refuses a resource that creates the replication of another one, in either order.
func TestOwnership_planned(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		adopting := f.config("adopt_existing", true)
		for _, keptFirst := range []bool{true, false} {
			f.Restart(t, "site-b")
			plans := []direct.Plan{}
			if keptFirst {
				plans = append(plans, f.Plan(t, f.name, made, f.config()))
			}
			plans = append(plans, f.Plan(t, f.name, none, adopting))
			if !keptFirst {
				plans = append(plans, f.Plan(t, f.name, made, f.config()))
			}
			if errors := plans[0].Diagnostics.Errors(); len(errors) > 0 {
				t.Errorf("the first plan: %q", errors)
			}
			requireError(t, plans[1].Diagnostics, "source: Two resources for one replication", "moved block")
		}
	})
}

// TestOwnership_plannedOnce: a replacement, a tainted object, a destroy and unknown values are no second resource.
func TestOwnership_plannedOnce(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.refresh(f.apply(none, f.config()))
		for name, plan := range map[string]func() direct.Plan{
			"replaced": func() direct.Plan {
				_, create := f.Replace(t, f.name, made, f.config("target_disk_type", "PREALLOCATED"))
				return create
			},
			"tainted": func() direct.Plan {
				f.refresh(made)
				return f.Plan(t, f.name, none, f.config())
			},
			"renamed": func() direct.Plan {
				f.Plan(t, f.name, made, nil)
				return f.Plan(t, f.name, none, f.config())
			},
			"unknown": func() direct.Plan {
				f.Plan(t, f.name, made, f.config())
				return f.Plan(t, f.name, none, f.config("source", direct.Unknown))
			},
		} {
			f.Restart(t, "site-b")
			if errors := plan().Diagnostics.Errors(); len(errors) > 0 {
				t.Errorf("%s: %q", name, errors)
			}
		}
	})
}

// TestOwnership_deposedObject: an object that another one of the run has replaced by adoption is only removed from
// the state.
func TestOwnership_deposedObject(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		deposed := f.apply(none, f.config())
		f.Restart(t, "site-b")
		f.apply(none, f.config("adopt_existing", true))
		object, problems := f.attempt(deposed, nil)
		requireOne(t, problems.Warnings(), "only removed from the state", "Another resource of this run has made or changed it", id(deposed)+" keeps running")
		if object.Values != nil || len(problems.Errors()) > 0 {
			t.Errorf("state %v, errors %q", object.Values, problems.Errors())
		}
		f.requireSent(1, 0, 0)
	})
}

// TestOwnership_heldTwice: if the state holds a replication twice, an apply only removes one object from it, and a
// destroy stops the replication once.
func TestOwnership_heldTwice(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		readSecond := func() direct.Object {
			f.Restart(t, "site-b")
			other := made
			other.Private = nil // made by another create
			f.refresh(other)
			return f.refresh(made)
		}
		first, second := readSecond(), readSecond()
		f.Restart(t, "site-b")
		_, problems := f.attempt(first, nil)
		requireOne(t, problems.Warnings(), "only removed from the state", "Another object of the state has it too")
		f.requireSent(1, 0, 0)
		f.Restart(t, "site-b")
		for _, object := range []direct.Object{first, second} {
			if gone := f.apply(object, nil); gone.Values != nil {
				t.Errorf("state %v", gone.Values)
			}
		}
		f.requireSent(1, 0, 1)
	})
}

// TestOwnership_plannedAgain: a process that plans and applies several times stops its own replication.
func TestOwnership_plannedAgain(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		for range 3 {
			made = f.refresh(made)
			f.requireNoChange(made, f.config())
		}
		made = f.refresh(f.apply(made, f.config("rpo_minutes", 60)))
		f.apply(made, nil)
		f.apply(none, f.config())
		f.requireSent(2, 1, 1)
	})
}

// TestOwnership_partOfAVApp: the replication of a VM is not adopted if another resource has its vApp replication, nor
// the reverse.
func TestOwnership_partOfAVApp(t *testing.T) {
	t.Parallel()
	for _, owner := range kinds[:2] {
		t.Run(owner.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, owner, "site-b")
			made := f.refresh(f.apply(none, f.config()))
			for _, k := range kinds[:2] {
				f.kindTest = k
				if k != owner {
					_, problems := f.attempt(none, f.config("adopt_existing", true))
					requireError(t, problems, "Another resource, or another object of the state, has the replication")
				}
			}
			f.kindTest = owner
			f.requireSent(1, 0, 0)
			f.apply(made, nil)
		})
	}
}
