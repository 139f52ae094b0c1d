package pairing

import (
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Run is what the resources of one run share about the pairings of one appliance,
// so that no pairing gets two owners. Its zero value is ready.
type Run struct {
	lock     sync.Mutex
	noted    map[string]bool   // pairings that the state holds, by key
	held     map[string]owners // objects of the state that hold one, as far as they were read
	released map[string]int    // how many of them have been destroyed
	taken    map[string]string // owners of the pairings that the run has made, adopted or changed, by key
	reserved map[string]bool   // peers that a resource pairs with
	tasks    map[string]Peer   // that the run has started
}

// owners are objects of the state by what tells them apart.
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

// Note notes a pairing that the state holds.
func (r *Run) Note(key string) {
	if r == nil || key == "" {
		return // the provider is not configured, or the pairing is not made yet
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	set(&r.noted, key, true)
}

// Hold notes an object of the state that holds a pairing. An object is read again
// in each plan of a process that plans and applies several times, as that of
// "terraform test" does: what it made before is then part of the state.
func (r *Run) Hold(key, owner string) {
	if r == nil || key == "" {
		return
	}
	r.Note(key)
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.held[key] == nil {
		set(&r.held, key, owners{})
	}
	r.held[key][owner] = true
	if r.taken[key] == owner {
		delete(r.taken, key)
	}
}

// Holders is how many objects of the state hold a pairing.
func (r *Run) Holders(key string) int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return len(r.held[key])
}

// Drop forgets a pairing that is gone.
func (r *Run) Drop(key string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.noted, key)
	delete(r.held, key)
	delete(r.taken, key)
}

// Holds reports whether the state holds the pairing.
func (r *Run) Holds(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.noted[key]
}

// isTaken reports whether a resource of the run has made or changed the pairing.
func (r *Run) isTaken(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	_, taken := r.taken[key]
	return taken
}

// reserve takes a peer for one resource, and reports whether none had it.
func (r *Run) reserve(p Peer) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.reserved[p.identity()] {
		return false
	}
	set(&r.reserved, p.identity(), true)
	return true
}

// settle ends a reservation, and notes the owner of the pairing that was made.
func (r *Run) settle(p Peer, key, owner string, err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.reserved, p.identity())
	if err == nil {
		set(&r.taken, key, owner)
	}
}

// take notes a pairing that a resource of the run changes.
func (r *Run) take(key, owner string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	set(&r.taken, key, owner)
}

// release lets an object give up a pairing that so many objects of the state hold.
// It is an error as long as another one needs the pairing.
func (r *Run) release(key, owner string, holders int) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	if other, taken := r.taken[key]; taken && other != owner {
		return ErrTaken
	}
	set(&r.released, key, r.released[key]+1)
	if r.released[key] < holders {
		return ErrSharedState
	}
	delete(r.noted, key)
	delete(r.held, key)
	delete(r.taken, key)
	delete(r.released, key)
	return nil
}

// started notes a task of the run.
func (r *Run) started(id string, p Peer) {
	r.lock.Lock()
	defer r.lock.Unlock()
	set(&r.tasks, id, p)
}

// match reports whether a task is about the peer. Of its own tasks the run knows.
func (r *Run) match(p Peer, t vcda.Task) lro.Match {
	r.lock.Lock()
	owner, own := r.tasks[t.ID]
	r.lock.Unlock()
	if own {
		return certain(owner.identity() == p.identity())
	}
	return p.match(t)
}

func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
