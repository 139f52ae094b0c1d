package providerdata

import "sync"

// Reservations notice when two resources create the same thing, or one creates what
// another one has. They hold as long as the process, or until the thing is gone.
type Reservations struct {
	lock          sync.Mutex
	held          map[string]bool
	created, kept map[string]bool // by plans
}

// Reserve reserves the key for a create, and reports whether no other resource has.
func (r *Reservations) Reserve(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.created, key)
	if r.held[key] {
		return false
	}
	add(&r.held, key)
	return true
}

// Release gives the key up: its create has failed, or the thing is gone.
func (r *Reservations) Release(key string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.held, key)
	delete(r.kept, key)
}

// EndCreate forgets that a plan creates the thing: the create has ended.
func (r *Reservations) EndCreate(key string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.created, key)
}

// PlanCreate notes that a plan creates the thing, and reports whether no plan keeps
// it. That two create it can't be told from one that is planned twice: only their
// applies are.
func (r *Reservations) PlanCreate(key string) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	add(&r.created, key)
	return !r.kept[key]
}

// PlanKeep notes that a plan keeps the thing, which the state has, and reports whether
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
