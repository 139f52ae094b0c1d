package ownership

import (
	"errors"
	"testing"
)

// An item is removed only by its last owner.
func TestLedger(t *testing.T) {
	t.Parallel()
	var l Ledger
	l.RecordChange("1", "x")
	if err := l.Release("1", "y", 0); !errors.Is(err, ErrChanged) {
		t.Errorf("another resource removes it: %v", err)
	}
	if err := l.Release("1", "x", 0); err != nil {
		t.Errorf("its own resource does not remove it: %v", err)
	}
	l.RecordObject("2", "x")
	l.RecordObject("2", "y")
	l.RecordObject("2", "y") // in another plan of the process
	if l.Objects("2") != 2 || !l.IsInState("2") {
		t.Errorf("%d objects", l.Objects("2"))
	}
	if err := l.Release("2", "", 2); !errors.Is(err, ErrSharedState) {
		t.Errorf("the first of two: %v", err)
	}
	if err := l.Release("2", "", 2); err != nil || l.IsInState("2") {
		t.Errorf("the last of two: %v", err)
	}
}

// An item that a resource of the run made becomes an item of the state in the next
// plan of the process.
func TestLedger_plannedAgain(t *testing.T) {
	t.Parallel()
	var l Ledger
	l.RecordChange("1", "x")
	l.RecordObject("1", "x")
	if l.IsChanged("1") || !l.IsInState("1") {
		t.Error("its own object does not have it")
	}
	l.RecordChange("2", "x")
	l.RecordObject("2", "y")
	if !l.IsChanged("2") {
		t.Error("another object has the item that the resource made")
	}
	l.Forget("1")
	if l.IsInState("1") || l.Objects("1") != 0 {
		t.Error("a removed item is still recorded")
	}
}

// A nil ledger records nothing.
func TestLedger_notConfigured(t *testing.T) {
	t.Parallel()
	var l *Ledger
	l.RecordState("1")
	l.RecordObject("1", "x")
}
