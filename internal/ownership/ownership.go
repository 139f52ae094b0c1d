// Package ownership records which objects of the state and which resources of a run
// own the items of an appliance, such as pairings. No item gets two owners.
package ownership

import (
	"errors"
	"sync"
)

var (
	// ErrChanged is the error of an item that another resource of the run has made,
	// adopted or changed. It is not removed.
	ErrChanged = errors.New("another resource of this run has made or changed it")
	// ErrSharedState is the error of an item that another object of the state still
	// has. It is not removed.
	ErrSharedState = errors.New("another object of the state has it too")
)

// Ledger is the record of owners that the resources of one run share. Items are
// identified by keys. The zero value is empty. A nil Ledger, for a provider that is
// not configured, records nothing.
type Ledger struct {
	lock     sync.Mutex
	state    map[string]owners // items of the state, with their owners
	released map[string]int    // number of destroyed objects of an item
	changed  map[string]string // owners of the items that the run has made, adopted or changed
}

// owners are the objects of the state that have an item.
type owners map[string]bool

// RecordState records an item of the state.
func (l *Ledger) RecordState(key string) {
	if l == nil || key == "" {
		return // the provider is not configured, or the item does not exist yet
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

// RecordObject records an object of the state that has an item. A process may plan
// and apply several times, as in "terraform test". Then an item that the object
// made in an earlier apply becomes an item of the state.
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

// Objects returns the number of recorded objects of the state that have an item.
func (l *Ledger) Objects(key string) int {
	if l == nil {
		return 0
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	return len(l.state[key])
}

// Forget removes an item that no longer exists.
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

// IsInState reports whether the state has an item.
func (l *Ledger) IsInState(key string) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.state[key] != nil
}

// IsChanged reports whether a resource of the run has made, adopted or changed an
// item.
func (l *Ledger) IsChanged(key string) bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	_, changed := l.changed[key]
	return changed
}

// RecordChange records the owner that makes, adopts or changes an item.
func (l *Ledger) RecordChange(key, owner string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	set(&l.changed, key, owner)
}

// Release releases an item for one of the objects of the state that have it.
//
// Errors: ErrChanged or ErrSharedState if another one still needs it.
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
