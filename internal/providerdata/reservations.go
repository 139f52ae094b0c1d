package providerdata

import "sync"

// Reservations detect that two resources create the same object, or that one
// creates the object of another. They last until the object is removed or the
// process ends.
type Reservations struct {
	lock          sync.Mutex
	reserved      map[string]bool
	created, kept map[string]bool // by plans
}

// Reserve reserves a key for a create, and reports whether it was free.
func (r *Reservations) Reserve(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.created, key)
	if r.reserved[key] {
		return false
	}
	add(&r.reserved, key)
	return true
}

// Release releases a key after a failed create, or when the object is removed.
func (r *Reservations) Release(key string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.reserved, key)
	delete(r.kept, key)
}

// EndCreate removes the record of PlanCreate when the create has ended.
func (r *Reservations) EndCreate(key string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.created, key)
}

// PlanCreate records that a plan creates the object, and reports whether no plan
// keeps it. It does not detect two creates, since one resource may be planned
// twice; Reserve detects them in the apply.
func (r *Reservations) PlanCreate(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	add(&r.created, key)
	return !r.kept[key]
}

// PlanKeep records that a plan keeps the object of the state, and reports whether
// no plan creates it.
func (r *Reservations) PlanKeep(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	add(&r.kept, key)
	return !r.created[key]
}

func add(keys *map[string]bool, key string) {
	if *keys == nil {
		*keys = map[string]bool{}
	}
	(*keys)[key] = true
}
