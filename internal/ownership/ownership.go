// Package ownership records which objects of the state, and which resources of a run,
// hold the things of an appliance, so that none of them gets two owners.
package ownership

import (
	"errors"
	"sync"
)

var (
	// ErrChanged is a thing that another resource of the run has made, adopted or
	// changed: it is not removed.
	ErrChanged = errors.New("another resource of this run has made or changed it")
	// ErrSharedState is a thing that another object of the state still holds: it is
	// not removed.
	ErrSharedState = errors.New("another object of the state holds it too")
)

// Ledger is what the resources of one run share about who holds what. Things go by
// their keys. Its zero value is ready, and a nil one, as a provider has that is not
// configured, records nothing.
type Ledger struct {
	lock     sync.Mutex
	state    map[string]owners // things that the state holds, with the owners that were read
	released map[string]int    // how many objects of one have been destroyed
	changed  map[string]string // owners of the things that the run has made, adopted or changed
}

// owners tell the objects of the state apart that hold one thing.
type owners map[string]bool

// RecordState records a thing that the state holds.
func (l *Ledger) RecordState(key string) {
	if l == nil || key == "" {
		return // the provider is not configured, or the thing is not made yet
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	l.recordState(key)
}

func (l *Ledger) recordState(key string) {
	if l.state[key] == nil {
		set(&l.state, key, owners{})
	}
}

// RecordObject records an object of the state that holds a thing. An object is read
// again in each plan of a process that plans and applies several times, as that of
// "terraform test" does: what it made before is then part of the state.
func (l *Ledger) RecordObject(key, owner string) {
	if l == nil || key == "" {
		return
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	l.recordState(key)
	l.state[key][owner] = true
	if l.changed[key] == owner {
		delete(l.changed, key)
	}
}

// Objects is how many objects of the state hold a thing, as far as they were read.
func (l *Ledger) Objects(key string) int {
	if l == nil {
		return 0
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	return len(l.state[key])
}

// Forget forgets a thing that is gone.
func (l *Ledger) Forget(key string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.forget(key)
}

func (l *Ledger) forget(key string) {
	delete(l.state, key)
	delete(l.changed, key)
	delete(l.released, key)
}

// IsInState reports whether the state holds a thing.
func (l *Ledger) IsInState(key string) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.state[key] != nil
}

// IsChanged reports whether a resource of the run has made, adopted or changed a thing.
func (l *Ledger) IsChanged(key string) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	_, changed := l.changed[key]
	return changed
}

// RecordChange records the owner that makes, adopts or changes a thing.
func (l *Ledger) RecordChange(key, owner string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	set(&l.changed, key, owner)
}

// Release lets an object give up a thing that so many objects of the state hold.
//
// Errors: ErrChanged or ErrSharedState as long as another one needs it.
func (l *Ledger) Release(key, owner string, objects int) error {
	l.lock.Lock()
	defer l.lock.Unlock()
	if other, changed := l.changed[key]; changed && other != owner {
		return ErrChanged
	}
	set(&l.released, key, l.released[key]+1)
	if l.released[key] < objects {
		return ErrSharedState
	}
	l.forget(key)
	return nil
}

func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
