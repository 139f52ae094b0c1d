package replicationbase

import (
	"context"
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// wrongServiceError is the error for an object of the other service.
type wrongServiceError struct {
	what            string
	wanted, service vcda.Service
}

func (e *wrongServiceError) Error() string {
	return fmt.Sprintf("%s belong to the %s service, and this appliance has the %s service", e.what, serviceName(e.wanted), serviceName(e.service))
}

// RequireService returns an error unless the appliance has the service.
func RequireService(ctx context.Context, client *vcda.Client, wanted vcda.Service, what string) error {
	home, err := client.Home(ctx)
	if err == nil && home.Service != wanted {
		err = &wrongServiceError{what, wanted, home.Service}
	}
	return err
}

// SiteOf returns the site that manages replications of a kind, "" for the appliance's own site.
func SiteOf(ctx context.Context, data providerdata.Data, kind vcda.Kind, name string) (*replication.Site, error) {
	client, absent := data.VCDA.Client()
	if absent.HasError() {
		return nil, notConfiguredError{absent}
	}
	return replication.NewSite(ctx, client, kind, name, tflogDebug)
}

// ClientAt returns the client for calls at a site, "" for the appliance's own, of an appliance that has the service.
func ClientAt(ctx context.Context, client *vcda.Client, wanted vcda.Service, what, site string) (*vcda.Client, error) {
	if err := RequireService(ctx, client, wanted, what); err != nil {
		return nil, err
	}
	home, err := client.Home(ctx)
	if err != nil || site == home.Site {
		return client, err
	}
	return client.At(site), nil
}

// ExplainSite adds the site of the client to the error of a call.
func ExplainSite(client *vcda.Client, err error) error {
	switch {
	case vcda.IsNotExtended(err):
		return &replication.AccessError{Sites: []string{client.Site()}, Err: err}
	case vcda.IsSiteNotFound(err):
		return &replication.SiteError{Sites: []string{client.Site()}, Err: err}
	}
	return err
}
