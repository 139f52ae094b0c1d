package pairing

import (
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Run is what the resources of one run share about the pairings of one appliance,
// so that no pairing gets two owners. Pairings go by their keys. Its zero value is
// ready.
type Run struct {
	lock     sync.Mutex
	state    map[string]owners // pairings that the state holds, with the owners that were read
	released map[string]int    // how many objects of one have been destroyed
	changed  map[string]string // owners of the pairings that the run has made, adopted or changed
	reserved map[string]bool   // peers that a resource pairs with
	tasks    map[string]Peer   // that the run has started
}

// owners tell the objects of the state apart that hold one pairing.
type owners map[string]bool

// identity is what a peer is reserved by.
func (p Peer) identity() string {
	if p.Service == vcda.Cloud {
		return values.SiteName(p.Name)
	}
	normal, err := values.URL(p.URL)
	if err != nil {
		return p.URL
	}
	return normal
}

// RecordState records a pairing that the state holds.
func (r *Run) RecordState(key string) {
	if r == nil || key == "" {
		return // the provider is not configured, or the pairing is not made yet
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.recordState(key)
}

func (r *Run) recordState(key string) {
	if r.state[key] == nil {
		set(&r.state, key, owners{})
	}
}

// RecordObject records an object of the state that holds a pairing. An object is read
// again in each plan of a process that plans and applies several times, as that of
// "terraform test" does: what it made before is then part of the state.
func (r *Run) RecordObject(key, owner string) {
	if r == nil || key == "" {
		return
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.recordState(key)
	r.state[key][owner] = true
	if r.changed[key] == owner {
		delete(r.changed, key)
	}
}

// Objects is how many objects of the state hold a pairing, as far as they were read.
func (r *Run) Objects(key string) int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return len(r.state[key])
}

// Forget forgets a pairing that is gone.
func (r *Run) Forget(key string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.state, key)
	delete(r.changed, key)
}

// IsInState reports whether the state holds the pairing.
func (r *Run) IsInState(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.state[key] != nil
}

// isChanged reports whether a resource of the run has made, adopted or changed the
// pairing.
func (r *Run) isChanged(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	_, changed := r.changed[key]
	return changed
}

// reserve reserves a peer for one resource, and reports whether it was free.
func (r *Run) reserve(p Peer) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.reserved[p.identity()] {
		return false
	}
	set(&r.reserved, p.identity(), true)
	return true
}

// endReservation ends a reservation, and records the owner of the pairing that was
// made.
func (r *Run) endReservation(p Peer, key, owner string, err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.reserved, p.identity())
	if err == nil {
		set(&r.changed, key, owner)
	}
}

// recordChange records the owner that changes a pairing.
func (r *Run) recordChange(key, owner string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	set(&r.changed, key, owner)
}

// release lets an object give up a pairing that so many objects of the state hold.
// It is an error as long as another one needs the pairing.
func (r *Run) release(key, owner string, objects int) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	if other, changed := r.changed[key]; changed && other != owner {
		return ErrChanged
	}
	set(&r.released, key, r.released[key]+1)
	if r.released[key] < objects {
		return ErrSharedState
	}
	delete(r.state, key)
	delete(r.changed, key)
	delete(r.released, key)
	return nil
}

// recordTask records a task of the run.
func (r *Run) recordTask(id string, p Peer) {
	r.lock.Lock()
	defer r.lock.Unlock()
	set(&r.tasks, id, p)
}

// match reports whether a task is about the peer. The run knows its own tasks.
func (r *Run) match(p Peer, t vcda.Task) lro.Match {
	r.lock.Lock()
	peer, known := r.tasks[t.ID]
	r.lock.Unlock()
	if known {
		return yesOrNo(peer.identity() == p.identity())
	}
	return p.match(t)
}

func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
