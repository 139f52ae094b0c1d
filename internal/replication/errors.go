package replication

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// ErrNotListed is a replication that the list should show, and does not.
var ErrNotListed = errors.New("the replication is not in the list of the appliance's replications")

// ExistsError is a replication that is there already, and may not be adopted.
type ExistsError struct{ Replication vcda.Replication }

func (e *ExistsError) Error() string {
	return "the same source is already replicated to this destination, by " + e.Replication.ID
}

// HeldError is a replication that another object of the state, or another resource of
// the run, has. It is not adopted.
type HeldError struct{ Replication vcda.Replication }

func (e *HeldError) Error() string {
	return "another resource has the replication " + e.Replication.ID
}

// ServiceError is a replication of the other service.
type ServiceError struct {
	Kind    vcda.Kind
	Service vcda.Service // of the appliance
}

func (e *ServiceError) Error() string {
	return fmt.Sprintf("a %s replication belongs to the %s service, and this appliance has the %s service", e.Kind, name(e.Kind.Service()), name(e.Service))
}

func name(s vcda.Service) string {
	return map[vcda.Service]string{vcda.Cloud: "Cloud", vcda.Manager: "Manager"}[s]
}

// AccessError is a call for which the session has to be extended to other sites.
type AccessError struct {
	Sites []string
	Err   error
}

func (e *AccessError) Error() string {
	return "the session is not extended to " + strings.Join(e.Sites, ", ") + ": " + e.Err.Error()
}
func (e *AccessError) Unwrap() error { return e.Err }

// SiteError is a call that names sites of which the appliance does not know one.
type SiteError struct {
	Sites []string
	Err   error
}

func (e *SiteError) Error() string {
	return "the appliance knows no site " + strings.Join(e.Sites, " or ") + ": " + e.Err.Error()
}
func (e *SiteError) Unwrap() error { return e.Err }

// NotOfferedError is a call that no documentation names, and the appliance does
// not have.
type NotOfferedError struct{ Err error }

func (e *NotOfferedError) Error() string {
	return "this appliance does not offer the call under this path: " + e.Err.Error()
}
func (e *NotOfferedError) Unwrap() error { return e.Err }

// TestActiveError is a replication that can't be stopped during a failover test.
type TestActiveError struct{ ID string }

func (e *TestActiveError) Error() string { return "a failover test of " + e.ID + " is active" }

// explain adds what a failed call had to do with other sites.
func (s *Site) explain(err error, others ...string) error {
	sites := []string{}
	for _, site := range append([]string{s.client.Site()}, others...) {
		if site != "" && site != s.home.Site && !slices.Contains(sites, site) {
			sites = append(sites, site)
		}
	}
	switch {
	case vcda.IsNotExtended(err):
		return &AccessError{Sites: sites, Err: err}
	case vcda.IsSiteNotFound(err):
		return &SiteError{Sites: sites, Err: err}
	}
	return err
}

// notOffered marks the refusal of a call that is not documented for the Manager
// service.
func (s *Site) notOffered(err error) error {
	if status := rest.Status(err); s.kind == vcda.VSphere && !vcda.IsSiteNotFound(err) && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		return &NotOfferedError{Err: err}
	}
	return err
}
