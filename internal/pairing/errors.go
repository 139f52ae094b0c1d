package pairing

import (
	"errors"
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

var (
	// ErrNoName is a pairing without a site name on the Cloud service.
	ErrNoName = errors.New("the Cloud service pairs by name")
	// ErrNotListed is a pairing that the list of sites should show, and does not.
	ErrNotListed = errors.New("the site is not in the list of the appliance's sites")
	// ErrStillListed is a site that stays in the list although it was unpaired.
	ErrStillListed = errors.New("the task has succeeded, but the site is still in the list of the appliance's sites")
	// ErrReserved is a peer that another resource of the run pairs with.
	ErrReserved = errors.New("another resource of this run manages this pairing")
)

// ExistsError is a pairing that is there already, and may not be adopted.
type ExistsError struct{ Site vcda.Site }

func (e *ExistsError) Error() string {
	return "the appliance is already paired with the site at " + e.Site.Endpoint()
}

// HeldError is a pairing that the state of this run holds already.
type HeldError struct{ Site vcda.Site }

func (e *HeldError) Error() string {
	return "the state already holds the pairing with the site at " + e.Site.Endpoint()
}

// NameError is a site that calls itself something else than it was given.
type NameError struct {
	Site   vcda.Site
	Wanted string
}

func (e *NameError) Error() string {
	return fmt.Sprintf("the site calls itself %q, not %q", e.Site.Site, e.Wanted)
}

func checkName(s vcda.Site, spec Spec) error {
	if spec.Site == "" || s.Site == "" || sameName(s.Site, spec.Site) {
		return nil
	}
	return &NameError{Site: s, Wanted: spec.Site}
}

// ListedTwiceError is a list that holds two pairings where there can be one.
type ListedTwiceError struct{ One, Other vcda.Site }

func (e *ListedTwiceError) Error() string {
	return fmt.Sprintf("the list of the appliance's sites shows this site twice, as %s and as %s: remove one of them from the appliance", nameOf(e.One), nameOf(e.Other))
}

func nameOf(s vcda.Site) string {
	if s.ID != "" {
		return s.ID
	}
	return s.Site
}

func isUnknown(err error) bool {
	var unknown *lro.OutcomeUnknownError[vcda.Task]
	return errors.As(err, &unknown)
}
