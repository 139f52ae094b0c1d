package replicator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

// otherReplicatorError is the error of a repair that has reached another replicator.
type otherReplicatorError struct{ wanted, got string }

func (e *otherReplicatorError) Error() string {
	return fmt.Sprintf("another replicator answers at the address: its ID is %s, not %s", e.got, e.wanted)
}

// replacedError is the error for a value that became known after the plan and needs a replacement. Nothing was sent.
type replacedError struct{ attribute, was, will string }

func (e *replacedError) Error() string {
	return fmt.Sprintf("%s is %q, and was not known to become %q when this was planned", e.attribute, e.was, e.will)
}

// contactError is the error of a Manager that did not register or repair the replicator.
type contactError struct{ err error }

func (e *contactError) Error() string { return e.err.Error() }
func (e *contactError) Unwrap() error { return e.err }

// errNoSite is the error of a Manager without a site name. Nothing was sent.
var errNoSite = errors.New("the Manager has no site name yet")

// Create registers the replicator. A row with the same thumbprint, owner, site and description was registered by an
// interrupted run.
func (m *model) Create(ctx context.Context, at registered.Service, given registered.Secrets, _ *diag.Diagnostics) (vcda.Replicator, error) {
	site, err := m.site(ctx, at.Client)
	if err != nil {
		return vcda.Replicator{}, err
	}
	wanted := vcda.NewReplicator{Owner: m.Owner.ValueString(), Site: site, Description: m.Description.ValueString(), Details: m.details(given)}
	list, err := at.Client.Replicators(ctx)
	if err != nil {
		return vcda.Replicator{}, err
	}
	for _, one := range list {
		switch {
		case wanted.Matches(one):
			return awaitListed(ctx, at.Client, wanted)
		case one.Thumbprint == wanted.Details.APIThumbprint, customtypes.URLType.Same(one.APIURL, m.APIURL.ValueString()):
			return vcda.Replicator{}, &registered.RegisteredError[vcda.Replicator]{Row: one}
		}
	}
	if err := at.Client.SetReplicatorLookupService(ctx, wanted.Details.RemoteAppliance, m.LookupService()); err != nil {
		return vcda.Replicator{}, &registered.LookupServiceError{Err: err}
	}
	if _, err := at.Client.AddReplicator(ctx, wanted); err != nil {
		return vcda.Replicator{}, &contactError{err}
	}
	return awaitListed(ctx, at.Client, wanted)
}

// site returns the site of the replicator, by default the Manager's own.
func (m *model) site(ctx context.Context, client *vcda.Client) (string, error) {
	if !m.SiteName.IsUnknown() && !m.SiteName.IsNull() {
		return m.SiteName.ValueString(), nil
	}
	config, err := client.Config(ctx)
	if err == nil && config.SiteName() == "" {
		err = errNoSite
	}
	return config.SiteName(), err
}

const (
	shortestPause = time.Second
	longestPause  = 10 * time.Second
)

// awaitListed waits until the list shows the replicator with an ID. A replicator that is half paired has none.
func awaitListed(ctx context.Context, client *vcda.Client, wanted vcda.NewReplicator) (found vcda.Replicator, err error) {
	err = awaitList(ctx, client, "the replicator is registered, but the list does not show its ID", func(list []vcda.Replicator) bool {
		i := slices.IndexFunc(list, func(one vcda.Replicator) bool { return one.ID != "" && one.Thumbprint == wanted.Details.APIThumbprint })
		if i >= 0 {
			found = list[i]
		}
		return i >= 0
	})
	return found, err
}

// awaitList lists the replicators until the list is as expected. The problem describes what is wrong with it after
// that.
func awaitList(ctx context.Context, client *vcda.Client, problem string, expected func([]vcda.Replicator) bool) error {
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		list, err := client.Replicators(ctx)
		if err != nil || expected(list) {
			return err
		}
		if err := client.Clock().Sleep(ctx, pause); err != nil {
			return fmt.Errorf("%s: %w", problem, err)
		}
	}
}

// Update sends the requests of the change.
func (m *model) Update(ctx context.Context, at registered.Service, prior model, given registered.Secrets, _ *diag.Diagnostics) (vcda.Replicator, error) {
	if !m.Owner.Equal(prior.Owner) {
		return vcda.Replicator{}, &replacedError{"owner", prior.Owner.ValueString(), m.Owner.ValueString()}
	}
	if !m.SiteName.Equal(prior.SiteName) {
		return vcda.Replicator{}, &replacedError{"site_name", prior.SiteName.ValueString(), m.SiteName.ValueString()}
	}
	details := m.details(given)
	if m.setsLookupService(prior) {
		if err := at.Client.SetReplicatorLookupService(ctx, details.RemoteAppliance, m.LookupService()); err != nil {
			return vcda.Replicator{}, &registered.LookupServiceError{Err: err}
		}
	}
	id := prior.ID.ValueString()
	if m.repairs(prior, given) {
		repaired, err := at.Client.RepairReplicator(ctx, id, m.Description.ValueString(), details)
		if err != nil {
			return vcda.Replicator{}, &contactError{err}
		}
		if repaired.ID != "" && repaired.ID != id {
			return vcda.Replicator{}, &otherReplicatorError{wanted: id, got: repaired.ID}
		}
	}
	list, err := at.Client.Replicators(ctx)
	if err != nil {
		return vcda.Replicator{}, err
	}
	for _, one := range list {
		if one.ID == id {
			return one, nil
		}
	}
	return vcda.Replicator{}, errors.New("the replicator is not registered any more")
}

// remove unregisters a replicator and confirms it.
func remove(ctx context.Context, client *vcda.Client, id string) error {
	if err := client.RemoveReplicator(ctx, id); err != nil {
		return err
	}
	return awaitList(ctx, client, "the replicator is still registered", func(list []vcda.Replicator) bool {
		return !slices.ContainsFunc(list, func(one vcda.Replicator) bool { return one.ID == id })
	})
}

// Failed returns the error of a create or an update.
func (m *model) Failed(ctx context.Context, at registered.Service, action string, err error) diag.Diagnostic {
	var (
		existing *registered.RegisteredError[vcda.Replicator]
		other    *otherReplicatorError
		replaced *replacedError
		unknown  *vcda.UnknownOutcomeError
		contact  *contactError
		ls       *registered.LookupServiceError
	)
	d := at.Errors.FromError(ctx, err)
	switch {
	case errors.As(err, &existing):
		row := existing.Row
		d.Why = fmt.Sprintf("The replicator is registered already, at %s, with the owner %q, the site %q and the description %q. Nothing was sent.", row.APIURL, row.Owner, row.Site, row.Description)
		d.Advice = registered.ImportAdvice(typeName, row)
		return d.UnableAt(path.Root("api_url"), action)
	case errors.As(err, &other):
		d.Why, d.Advice = diagnostics.Sentence(other.Error()), "Check api_url and api_thumbprint. For a new replicator, destroy this resource and create another one."
		return d.UnableAt(path.Root("api_url"), action)
	case errors.As(err, &replaced):
		d.Why = diagnostics.Sentence(replaced.Error()) + " This requires a replacement. Nothing was sent."
		d.Advice = "Plan again, now that the value is known: the plan shows the replicator that the replacement unregisters."
		return d.UnableAt(path.Root(replaced.attribute), action)
	case errors.Is(err, errNoSite):
		d.Why = "The Manager has no site name yet. Nothing was sent."
		d.Advice = "Set the appliance up first, and let site_name refer to it, as in site_name = vcda_vcenter_replication_manager.a.site_name. Beside a Cloud service, set site_name to the name of its site."
		return d.UnableAt(path.Root("site_name"), action)
	case errors.As(err, &unknown):
		d = at.Errors.FromError(ctx, unknown.Err)
		d.Why = "It is not known whether the replicator was registered: the list does not show it. It was not sent again. " + d.Why
		d.Advice = "Check api_url, api_thumbprint, root_password, sso_user and sso_password: the Manager contacts the replicator. Then apply again. If the replicator is registered by then, the error shows how to import it."
		return d.UnableAt(path.Root("api_url"), action)
	case errors.As(err, &ls):
		d = at.Errors.FromError(ctx, ls.Err)
		d.Why = "The lookup service of the replicator was not set. " + d.Why
		d.Consequence = "Nothing was registered or repaired."
		d.Advice = strings.TrimSpace("Check api_url, api_thumbprint and root_password, and lookup_service_url and lookup_service_thumbprint: the Manager contacts the replicator, and the replicator the lookup service. " + d.Advice)
		return d.UnableAt(path.Root("api_url"), action)
	case errors.As(err, &contact):
		d.Advice = strings.TrimSpace("Check api_url, api_thumbprint, root_password, sso_user and sso_password: the Manager contacts the replicator. " + d.Advice)
		return d.UnableAt(path.Root("api_url"), action)
	}
	return d.Unable(action)
}
