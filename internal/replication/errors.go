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

// ErrNotListed is the error of a replication that is missing from the list.
var ErrNotListed = errors.New("the replication is not in the list of the appliance's replications")

// ExistsError is the error of a replication that exists and may not be adopted.
type ExistsError struct{ Replication vcda.Replication }

func (e *ExistsError) Error() string {
	return "the same source is already replicated to this destination, by " + e.Replication.ID
}

// OwnedError is the error of a replication that another object of the state or
// another resource of the run has. It is not adopted.
type OwnedError struct{ Replication vcda.Replication }

func (e *OwnedError) Error() string {
	return "another resource has the replication " + e.Replication.ID
}

// ServiceError is the error of a kind of replication that the service of the
// appliance does not have.
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

// AccessError is the error of a call for which the session must be extended to
// other sites.
type AccessError struct {
	Sites []string
	Err   error
}

func (e *AccessError) Error() string {
	return "the session is not extended to " + strings.Join(e.Sites, ", ") + ": " + e.Err.Error()
}
func (e *AccessError) Unwrap() error { return e.Err }

// SiteError is the error of a call with a site that the appliance does not know:
// one of Sites.
type SiteError struct {
	Sites []string
	Err   error
}

func (e *SiteError) Error() string {
	return "the appliance knows no site " + strings.Join(e.Sites, " or ") + ": " + e.Err.Error()
}
func (e *SiteError) Unwrap() error { return e.Err }

// NotOfferedError is the error of a call that is not documented and that the
// appliance does not have.
type NotOfferedError struct{ Err error }

func (e *NotOfferedError) Error() string {
	return "this appliance does not offer the call under this path: " + e.Err.Error()
}
func (e *NotOfferedError) Unwrap() error { return e.Err }

// TestActiveError is the error of a replication that can't be stopped during a
// failover test.
type TestActiveError struct{ ID string }

func (e *TestActiveError) Error() string { return "a failover test of " + e.ID + " is active" }

// wrapSiteError adds the sites to an error about another site.
func (s *Site) wrapSiteError(err error, others ...string) error {
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

// wrapNotOffered returns a *NotOfferedError if the Manager service does not have an
// undocumented call.
func (s *Site) wrapNotOffered(err error) error {
	if status := rest.Status(err); s.kind == vcda.VSphere && !vcda.IsSiteNotFound(err) && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		return &NotOfferedError{Err: err}
	}
	return err
}
