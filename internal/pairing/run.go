package pairing

import (
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Run is what the resources of one run share about the pairings of one appliance,
// so that no pairing gets two owners.
type Run struct {
	Owners *ownership.Ledger // of pairings, by their keys

	lock     sync.Mutex
	reserved map[string]bool // peers that a resource pairs with
	tasks    map[string]Peer // that the run has started
}

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
		r.Owners.RecordChange(key, owner)
	}
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
