package pairing

import (
	"errors"
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

var (
	// ErrNoName is the error of a pairing without a site name on the Cloud service.
	ErrNoName = errors.New("the Cloud service pairs by name")
	// ErrNotListed is the error of a pairing that is missing from the list of
	// sites.
	ErrNotListed = errors.New("the site is not in the list of the appliance's sites")
	// ErrStillListed is the error of a site that is still in the list after it was
	// unpaired.
	ErrStillListed = errors.New("the task has succeeded, but the site is still in the list of the appliance's sites")
	// ErrReserved is the error of a pairing that another resource of the run
	// manages.
	ErrReserved = errors.New("another resource of this run manages this pairing")
)

// ExistsError is the error of a pairing that exists and may not be adopted.
type ExistsError struct{ Site vcda.Site }

func (e *ExistsError) Error() string {
	return "the appliance is already paired with the site at " + e.Site.Endpoint()
}

// OwnedError is the error of a pairing that the state of this run already has.
type OwnedError struct{ Site vcda.Site }

func (e *OwnedError) Error() string {
	return "the state already has the pairing with the site at " + e.Site.Endpoint()
}

// NameError is the error of a site with another name than requested.
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

// ListedTwiceError is the error of a list with two pairings for one site.
type ListedTwiceError struct{ First, Second vcda.Site }

func (e *ListedTwiceError) Error() string {
	return fmt.Sprintf("the list of the appliance's sites shows this site twice, as %s and as %s: remove one of them from the appliance", nameOf(e.First), nameOf(e.Second))
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
