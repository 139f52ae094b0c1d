package pairing

import (
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Run is the record that the resources of one run share, so that no pairing of the
// appliance gets two owners.
type Run struct {
	Owners *ownership.Ledger // of pairings, by their keys

	lock     sync.Mutex
	reserved map[string]bool // peers that a resource pairs with
	tasks    map[string]Peer // that the run has started
}

// identity returns the key by which a peer is reserved.
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

// endReservation releases a peer, and records the owner of a new pairing.
func (r *Run) endReservation(p Peer, key, owner string, err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.reserved, p.identity())
	if err == nil {
		r.Owners.RecordChange(key, owner)
	}
}

// recordTask records a task that the run has started.
func (r *Run) recordTask(id string, p Peer) {
	r.lock.Lock()
	defer r.lock.Unlock()
	set(&r.tasks, id, p)
}

// match returns whether a task is about the peer. For tasks of the run it is known.
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
