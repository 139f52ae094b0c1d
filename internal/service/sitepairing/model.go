package sitepairing

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/pairing"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is a pairing as state and configuration hold it.
type model struct {
	ID             types.String                 `tfsdk:"id"`
	APIURL         customtypes.NormalizedString `tfsdk:"api_url"`
	APIThumbprint  customtypes.NormalizedString `tfsdk:"api_thumbprint"`
	Description    customtypes.NormalizedString `tfsdk:"description"`
	Site           types.String                 `tfsdk:"site"`
	RepairTriggers types.Map                    `tfsdk:"repair_triggers"`
	AdoptExisting  types.Bool                   `tfsdk:"adopt_existing"`
	ExpectLink     types.Bool                   `tfsdk:"expect_link"`
	WaitForLink    types.Bool                   `tfsdk:"wait_for_link"`
	PendingTaskID  types.String                 `tfsdk:"pending_task_id"`
	Instance       types.String                 `tfsdk:"appliance_instance_id"`
	Timeouts       timeouts.Value               `tfsdk:"timeouts"`
	base.Peer
}

// spec returns the configured pairing. The owner distinguishes the resource from the others of the run.
func (m model) spec(owner string) pairing.Spec {
	return pairing.Spec{
		Site:        m.Site.ValueString(),
		URL:         customtypes.URLType.Normal(m.APIURL),
		Thumbprint:  customtypes.ThumbprintType.Normal(m.APIThumbprint),
		Description: m.Description.ValueString(),
		Adopt:       m.AdoptExisting.ValueBool(),
		Owner:       owner,
	}
}

// report sets the computed attributes from the list.
func (m *model) report(s vcda.Site, service vcda.Service) {
	m.ID = types.StringValue(s.Key(service))
	if m.Site.IsUnknown() || m.Site.IsNull() {
		m.Site = base.StringOrNull(s.Site)
	}
	m.PendingTaskID = types.StringNull()
	m.Peer = base.NewPeer(s)
}

// refresh sets all attributes from the list, arguments included. A description that is stored as it was after the
// last change is no difference.
func (m *model) refresh(s vcda.Site, service vcda.Service, kept description) {
	m.report(s, service)
	if s.Site != "" && !customtypes.SiteNameType.Same(s.Site, m.Site.ValueString()) {
		m.Site = types.StringValue(s.Site)
	}
	// The internal address can't match the configuration; only an import uses it.
	if s.APIPublicURL != "" || m.APIURL.IsNull() {
		m.APIURL = customtypes.URLType.Value(s.Endpoint())
	}
	if s.APIThumbprint != "" || m.APIThumbprint.IsNull() {
		m.APIThumbprint = customtypes.ThumbprintType.Value(s.APIThumbprint)
	}
	if m.Description.IsNull() || s.Description != kept.Stored || m.Description.ValueString() != kept.Wanted {
		m.Description = customtypes.DescriptionType.Value(s.Description)
	}
	m.defaults()
}

// defaults sets the defaults of arguments that the state lacks, as after an import or from an older version.
func (m *model) defaults() {
	for value, usual := range map[*types.Bool]bool{&m.AdoptExisting: false, &m.ExpectLink: true, &m.WaitForLink: false} {
		if value.IsNull() {
			*value = types.BoolValue(usual)
		}
	}
}

// interrupted sets what is known of a pairing whose task still runs.
func (m *model) interrupted(result pairing.Result, service vcda.Service) {
	m.ID = types.StringNull()
	if result.Adopted && result.Site != nil {
		m.ID = types.StringValue(result.Site.Key(service))
	}
	m.Site = stringOr(m.Site, types.StringNull())
	m.PendingTaskID = types.StringValue(result.Task.ID)
	m.Peer = base.NoPeer()
}

// repairs reports whether the change from prior to m needs a re-pairing.
func (m model) repairs(prior model) bool {
	return !customtypes.DescriptionType.Same(m.Description.ValueString(), prior.Description.ValueString()) || m.repoints(prior) ||
		!base.SameTriggers(m.RepairTriggers, prior.RepairTriggers)
}

// repoints reports whether the change from prior to m leads to another address or certificate.
func (m model) repoints(prior model) bool {
	return !customtypes.URLType.Same(m.APIURL.ValueString(), prior.APIURL.ValueString()) ||
		!customtypes.ThumbprintType.Same(m.APIThumbprint.ValueString(), prior.APIThumbprint.ValueString())
}

// changesAppliance reports whether the change from prior to m needs the appliance.
func (m model) changesAppliance(prior model) bool {
	return m.repairs(prior) || !prior.PendingTaskID.IsNull() || prior.ID.IsNull() || m.Site.IsUnknown() ||
		m.WaitForLink.ValueBool() && !prior.WaitForLink.ValueBool()
}

// sameArguments reports whether all arguments are equal.
func (m model) sameArguments(prior model) bool {
	return m.APIURL.Equal(prior.APIURL) && m.APIThumbprint.Equal(prior.APIThumbprint) &&
		m.Description.Equal(prior.Description) && m.Site.Equal(prior.Site) &&
		m.RepairTriggers.Equal(prior.RepairTriggers) && m.AdoptExisting.Equal(prior.AdoptExisting) &&
		m.ExpectLink.Equal(prior.ExpectLink) && m.WaitForLink.Equal(prior.WaitForLink) && m.Timeouts.Equal(prior.Timeouts)
}

// action names an operation on the pairing for a diagnostic.
func (m model) action(verb string) string {
	if site := m.Site.ValueString(); site != "" {
		return verb + " the site pairing " + site
	}
	return verb + " the site pairing with " + m.APIURL.ValueString()
}

// createAction names a create for a diagnostic.
func (m model) createAction() string { return "pair with the site at " + m.APIURL.ValueString() }

// blank returns a pairing of which nothing is known.
func blank() model {
	return model{RepairTriggers: types.MapNull(types.StringType), Timeouts: base.NullTimeouts(), Peer: base.NoPeer()}
}

// planned sets the computed values of a change: those that it may fill in or change are unknown, the others keep
// their values.
func (m *model) planned(prior model, configuredSite types.String) {
	if !m.changesAppliance(prior) {
		m.ID, m.Site, m.PendingTaskID, m.Peer = prior.ID, stringOr(m.Site, prior.Site), prior.PendingTaskID, prior.Peer
		m.Instance = prior.Instance
		return
	}
	m.ID = unknownIfNull(prior.ID)
	if configuredSite.IsNull() {
		m.Site = unknownIfNull(prior.Site)
		if m.repoints(prior) {
			m.Site = types.StringUnknown()
		}
	}
	m.PendingTaskID, m.Instance = types.StringUnknown(), unknownIfNull(prior.Instance)
	m.Peer = base.UnknownPeer()
}

// unknownIfNull keeps a value, or returns unknown for null, which a change may fill in.
func unknownIfNull(value types.String) types.String {
	if value.IsNull() {
		return types.StringUnknown()
	}
	return value
}
