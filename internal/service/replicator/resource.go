// Package replicator implements vcda_replicator, a replicator that is registered with
// a Manager, and lists of them.
package replicator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

const (
	typeName      = "vcda_replicator"
	changeTimeout = 10 * time.Minute
	readTimeout   = time.Minute
	servicePort   = "8043"
)

var (
	rootPassword = base.Secret{Name: "root_password", Ephemeral: true, Doc: "Root password of the replicator. The calls use it and nothing keeps it: changing it alone does nothing."}
	ssoPassword  = base.Secret{Name: "sso_password", Doc: "Password of the SSO user. A change repairs the registration."}
)

type replicatorResource struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure    = &replicatorResource{}
	_ resource.ResourceWithImportState  = &replicatorResource{}
	_ resource.ResourceWithModifyPlan   = &replicatorResource{}
	_ resource.ResourceWithIdentity     = &replicatorResource{}
	_ resource.ResourceWithUpgradeState = &replicatorResource{}
	_ resource.ResourceWithMoveState    = &replicatorResource{}
)

// NewResource returns the resource vcda_replicator.
func NewResource() resource.Resource { return &replicatorResource{} }

func (r *replicatorResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = typeName
}

func (r *replicatorResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	given, diags := secretsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Create(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := m.action("register")
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := managerOf(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	defer base.Reserve(r.Data, m.key(at), path.Root("api_url"), "the replicator "+m.APIURL.ValueString(), &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	added, err := at.create(ctx, &m, given)
	if err != nil {
		resp.Diagnostics.Append(at.failed(ctx, action, err))
		return
	}
	m.report(added)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *replicatorResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...) // even what is gone needs one
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := managerOf(ctx, r.Data, m.action("read"))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	list, err := at.client.SharedReplicators(ctx)
	if err != nil {
		resp.Diagnostics.Append(at.system.Unable(ctx, m.action("read"), err))
		return
	}
	for _, one := range list {
		if one.ID == m.ID.ValueString() {
			m.refresh(one)
			resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
			return
		}
	}
	resp.State.RemoveResource(ctx)
}

func (r *replicatorResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	given, diags := secretsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Update(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := m.action("change")
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := managerOf(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	changed, err := at.update(ctx, &m, prior, given)
	if err != nil {
		resp.Diagnostics.Append(at.failed(ctx, action, err))
		return
	}
	m.report(changed)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *replicatorResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	limit, diags := m.Timeouts.Delete(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := m.action("unregister")
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := managerOf(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := at.remove(ctx, m.ID.ValueString()); err != nil {
		d := at.system.FromError(ctx, err)
		d.Advice = strings.TrimSpace(d.Advice + " If it holds replications, evacuate it first: put it into maintenance mode here, and on every paired site.")
		resp.Diagnostics.Append(d.Unable(action))
		return
	}
	r.Reservations.Release(m.key(at))
	resp.Diagnostics.Append(stays())
}

// key is what tells the replicator of a model from others of the Manager.
func (m model) key(at manager) string {
	return "replicator " + at.client.URL() + " " + customtypes.URLType.Normal(m.APIURL)
}

// stays warns of what a destroy leaves.
func stays() diag.Diagnostic {
	return diag.NewWarningDiagnostic("The replicator keeps its lookup service", "A destroy unregisters the replicator from the Manager. The replicator itself keeps its lookup service, and its root password.")
}

// ModifyPlan warns of what a destroy leaves, of a replacement that the appliance and
// not the configuration caused, and of unusual ports.
func (r *replicatorResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.ForResource.ModifyPlan(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(stays())
		return
	}
	if !req.State.Raw.IsNull() && base.KeepUnchanged(req, resp) {
		return
	}
	_, absent := r.VCDA.ClientForPlan()
	resp.Diagnostics.Append(absent...)
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if port := otherPort(m.APIURL.ValueString(), servicePort); port != "" && !m.APIURL.IsUnknown() && !m.APIURL.Equal(prior.APIURL) {
		resp.Diagnostics.AddAttributeWarning(path.Root("api_url"), "Unusual port", fmt.Sprintf("The service of a replicator usually listens on port %s, not %s. Check api_url.", servicePort, port))
	}
	for _, name := range []string{"owner", "site_name"} {
		warnOfReplacement(ctx, req, resp, name, prior)
	}
	var servers []base.Server
	if !m.APIURL.Equal(prior.APIURL) || !m.APIThumbprint.Equal(prior.APIThumbprint) {
		servers = append(servers, base.Server{Name: "replicator", URL: m.APIURL, Thumbprint: m.APIThumbprint, At: "api_thumbprint"})
	}
	if !m.LookupServiceURL.Equal(prior.LookupServiceURL) || !m.LookupServiceThumbprint.Equal(prior.LookupServiceThumbprint) {
		servers = append(servers, base.Server{Name: "lookup service", URL: m.LookupServiceURL, Thumbprint: m.LookupServiceThumbprint, At: "lookup_service_thumbprint"})
	}
	resp.Diagnostics.Append(base.LookAtServers(ctx, r.Preflight, servers...)...)
}

// warnOfReplacement says what a replacement unregisters.
func warnOfReplacement(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, name string, prior model) {
	var was, will types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(name), &was)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root(name), &will)...)
	if req.State.Raw.IsNull() || was.IsNull() || will.IsUnknown() || was.Equal(will) {
		return
	}
	resp.Diagnostics.AddAttributeWarning(path.Root(name), "The replicator will be registered again", fmt.Sprintf(
		"The replicator %s is registered with %s = %q, and the configuration asks for %q. That can't be changed: the apply unregisters the replicator, which fails if it holds replications, and registers it again; paired sites have to be re-paired then.\n\n"+
			"If the appliance is right, set %s to its value.", prior.RegisteredURL.ValueString(), name, was.ValueString(), will.ValueString(), name))
}

// manager is the service that a site's replicators are registered with.
type manager struct {
	client *vcda.Client
	system diagnostics.System
}

// managerOf finds it: the provider's own appliance, or the Manager beside a Cloud
// service.
func managerOf(ctx context.Context, data providerdata.Data, action string) (manager, diag.Diagnostics) {
	client, diags := data.VCDA.Client()
	if diags.HasError() {
		return manager{}, diags
	}
	service, err := client.Service(ctx)
	if err != nil {
		return manager{}, diag.Diagnostics{diagnostics.Unable(ctx, action, err)}
	}
	if service == vcda.Manager {
		return manager{client, diagnostics.VCDA}, nil
	}
	client, diags = data.Manager.Client()
	return manager{client, diagnostics.Manager}, diags
}

// registeredError is a replicator that is registered already, in another way than the
// configured one. Nothing was sent.
type registeredError struct{ vcda.Replicator }

func (e *registeredError) Error() string { return "the replicator is registered already" }

// otherReplicatorError is a repair that reached another replicator.
type otherReplicatorError struct{ wanted, got string }

func (e *otherReplicatorError) Error() string {
	return fmt.Sprintf("another replicator answers at the address: its ID is %s, not %s", e.got, e.wanted)
}

// create registers a replicator. A row with the same thumbprint, owner, site and
// description is what an earlier run, which was cut short, has registered.
func (at manager) create(ctx context.Context, m *model, s secrets) (vcda.Replicator, error) {
	site := m.SiteName.ValueString()
	if m.SiteName.IsUnknown() || m.SiteName.IsNull() {
		config, err := at.client.Config(ctx)
		if err != nil {
			return vcda.Replicator{}, err
		}
		site = config.OwnSite()
	}
	wanted := vcda.NewReplicator{Owner: m.Owner.ValueString(), Site: site, Description: m.Description.ValueString(), Details: m.details(s)}
	list, err := at.client.Replicators(ctx)
	if err != nil {
		return vcda.Replicator{}, err
	}
	for _, one := range list {
		switch {
		case wanted.Matches(one):
			return at.listed(ctx, one)
		case one.Thumbprint == wanted.Details.APIThumbprint, customtypes.URLType.Same(one.APIURL, m.APIURL.ValueString()):
			return vcda.Replicator{}, &registeredError{one}
		}
	}
	if err := at.client.SetReplicatorLookupService(ctx, wanted.Details.RemoteAppliance, m.lookupService()); err != nil {
		return vcda.Replicator{}, &lookupServiceError{err}
	}
	added, err := at.client.AddReplicator(ctx, wanted)
	if err != nil {
		return vcda.Replicator{}, err
	}
	return at.listed(ctx, added)
}

// lookupServiceError is a replicator whose lookup service was not set.
type lookupServiceError struct{ err error }

func (e *lookupServiceError) Error() string {
	return "set the lookup service of the replicator: " + e.err.Error()
}
func (e *lookupServiceError) Unwrap() error { return e.err }

const (
	shortestPause = time.Second
	longestPause  = 10 * time.Second
)

// listed waits until the list shows the replicator with an ID: one that is half
// paired has none yet.
func (at manager) listed(ctx context.Context, added vcda.Replicator) (vcda.Replicator, error) {
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		list, err := at.client.Replicators(ctx)
		if err != nil {
			return added, err
		}
		for _, one := range list {
			if one.ID != "" && one.Thumbprint == added.Thumbprint {
				return one, nil
			}
		}
		if err := at.client.Clock().Sleep(ctx, pause); err != nil {
			return added, fmt.Errorf("the replicator is registered, but the list does not show its ID: %w", err)
		}
	}
}

// update sets what differs.
func (at manager) update(ctx context.Context, m *model, prior model, s secrets) (vcda.Replicator, error) {
	details := m.details(s)
	if m.setsLookupService(prior) {
		if err := at.client.SetReplicatorLookupService(ctx, details.RemoteAppliance, m.lookupService()); err != nil {
			return vcda.Replicator{}, &lookupServiceError{err}
		}
	}
	id := prior.ID.ValueString()
	if m.repairs(prior, s) {
		repaired, err := at.client.RepairReplicator(ctx, id, m.Description.ValueString(), details)
		if err != nil {
			return vcda.Replicator{}, err
		}
		if repaired.ID != "" && repaired.ID != id {
			return vcda.Replicator{}, &otherReplicatorError{wanted: id, got: repaired.ID}
		}
	}
	list, err := at.client.Replicators(ctx)
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
func (at manager) remove(ctx context.Context, id string) error {
	if err := at.client.RemoveReplicator(ctx, id); err != nil {
		return err
	}
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		list, err := at.client.Replicators(ctx)
		if err != nil {
			return err
		}
		found := false
		for _, one := range list {
			found = found || one.ID == id
		}
		if !found {
			return nil
		}
		if err := at.client.Clock().Sleep(ctx, pause); err != nil {
			return fmt.Errorf("the replicator is still registered: %w", err)
		}
	}
}

// failed explains an error of a create or an update.
func (at manager) failed(ctx context.Context, action string, err error) diag.Diagnostic {
	var (
		registered *registeredError
		other      *otherReplicatorError
		unknown    *vcda.UnknownOutcomeError
		ls         *lookupServiceError
	)
	d := at.system.FromError(ctx, err)
	switch {
	case errors.As(err, &registered):
		d.Why = fmt.Sprintf("The replicator is registered already, at %s, with the owner %q, the site %q and the description %q. Nothing was sent.", registered.APIURL, registered.Owner, registered.Site, registered.Description)
		d.Advice = "Import it:\n\n  terraform import " + typeName + ".NAME " + diagnostics.ShellWord(registered.ID) + "\n\nwith the resource's own name for NAME."
		return d.UnableAt(path.Root("api_url"), action)
	case errors.As(err, &other):
		d.Why, d.Advice = diagnostics.Sentence(other.Error()), "Check api_url and api_thumbprint. For a new replicator, destroy this resource and create another one."
		return d.UnableAt(path.Root("api_url"), action)
	case errors.As(err, &unknown):
		d = at.system.FromError(ctx, unknown.Err)
		d.Why = "It is not known whether the replicator was registered: the list does not show it. It was not sent again. " + d.Why
		d.Advice = "Check root_password, sso_user, sso_password, api_url and api_thumbprint: the Manager contacts the replicator. Then apply again; if the replicator is registered then, the error shows how to import it."
		return d.Unable(action)
	case errors.As(err, &ls):
		d = at.system.FromError(ctx, ls.err)
		d.Why = "The lookup service of the replicator was not set. " + d.Why
		d.Consequence = "Nothing was registered or repaired."
		d.Advice = strings.TrimSpace("Check api_url, api_thumbprint and root_password, and lookup_service_url and lookup_service_thumbprint: the Manager contacts the replicator, and the replicator the lookup service. " + d.Advice)
		return d.UnableAt(path.Root("api_url"), action)
	}
	return d.Unable(action)
}
