package providerdata

import "sync"

// Reservations notice when two resources of one apply create the same thing. They
// hold as long as the process, or until the thing is gone.
type Reservations struct{ held sync.Map }

// Reserve reserves the key and reports whether no other resource has.
func (r *Reservations) Reserve(key string) bool {
	_, taken := r.held.LoadOrStore(key, struct{}{})
	return !taken
}

// Release gives the key up: its create has failed, or the thing is gone.
func (r *Reservations) Release(key string) { r.held.Delete(key) }
