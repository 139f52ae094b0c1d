package sitepairing

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// model is a pairing as state and configuration hold it.
type model struct {
	ID             types.String                 `tfsdk:"id"`
	APIURL         customtypes.NormalizedString `tfsdk:"api_url"`
	APIThumbprint  customtypes.NormalizedString `tfsdk:"api_thumbprint"`
	Description    types.String                 `tfsdk:"description"`
	Site           types.String                 `tfsdk:"site"`
	RepairTriggers types.Map                    `tfsdk:"repair_triggers"`
	WaitForLink    types.Bool                   `tfsdk:"wait_for_link"`
	PendingTaskID  types.String                 `tfsdk:"pending_task_id"`
	Timeouts       timeouts.Value               `tfsdk:"timeouts"`
	base.Peer
}

// peer is the site the model is about, on the client's appliance.
func (m model) peer(client *vcda.Client, service vcda.Service) *peer {
	thumbprint, err := values.Thumbprint(m.APIThumbprint.ValueString())
	if err != nil {
		thumbprint = m.APIThumbprint.ValueString() // what an appliance stored by itself
	}
	return &peer{
		client: client, service: service, id: m.ID.ValueString(),
		wanted: vcda.PairRequest{
			Site:          m.Site.ValueString(),
			APIURL:        m.APIURL.ValueString(),
			APIThumbprint: thumbprint,
			Description:   m.Description.ValueString(),
		},
	}
}

// report takes over what only the appliance knows.
func (m *model) report(s vcda.Site, service vcda.Service) {
	m.ID = types.StringValue(s.Key(service))
	m.describe(s)
}

// describe is report for a pairing that was found by its id.
func (m *model) describe(s vcda.Site) {
	if s.Site != "" || m.Site.IsUnknown() { // without it the name is as it was: it can't change
		m.Site = base.StringOrNull(s.Site)
	}
	m.PendingTaskID = types.StringNull()
	m.Peer = base.NewPeer(s)
}

// refresh takes over everything the appliance says of a pairing that was found by
// its id, arguments included.
func (m *model) refresh(s vcda.Site) {
	m.describe(s)
	// The internal address is no match for configuration: it serves an import only.
	if s.APIPublicURL != "" || m.APIURL.IsNull() {
		m.APIURL = customtypes.URLType.Value(s.Endpoint())
	}
	if s.APIThumbprint != "" || m.APIThumbprint.IsNull() {
		m.APIThumbprint = customtypes.ThumbprintType.Value(s.APIThumbprint)
	}
	m.Description = types.StringValue(s.Description)
	if m.WaitForLink.IsNull() { // after an import
		m.WaitForLink = types.BoolValue(false)
	}
}

// interrupted is what is known of a pairing whose task goes on.
func (m *model) interrupted(task vcda.Task) {
	m.ID = types.StringNull()
	if m.Site.IsUnknown() {
		m.Site = types.StringNull()
	}
	m.PendingTaskID = types.StringValue(task.ID)
	m.Peer = base.NoPeer()
}

// repairs tells whether the way from prior to m needs a re-pairing.
func (m model) repairs(prior model) bool {
	return m.Description != prior.Description ||
		!customtypes.URLType.Same(m.APIURL.ValueString(), prior.APIURL.ValueString()) ||
		!customtypes.ThumbprintType.Same(m.APIThumbprint.ValueString(), prior.APIThumbprint.ValueString()) ||
		!m.RepairTriggers.Equal(prior.RepairTriggers)
}

// sameArguments tells whether nothing that can be configured differs.
func (m model) sameArguments(prior model) bool {
	return m.APIURL.Equal(prior.APIURL) && m.APIThumbprint.Equal(prior.APIThumbprint) &&
		m.Description.Equal(prior.Description) && m.Site.Equal(prior.Site) &&
		m.RepairTriggers.Equal(prior.RepairTriggers) && m.WaitForLink.Equal(prior.WaitForLink) &&
		m.Timeouts.Equal(prior.Timeouts)
}

// action words an operation on the pairing for a diagnostic.
func (m model) action(verb string) string {
	switch {
	case verb == "pair":
		return "pair with the site at " + m.APIURL.ValueString()
	case m.Site.ValueString() != "":
		return verb + " the site pairing " + m.Site.ValueString()
	}
	return verb + " the site pairing with " + m.APIURL.ValueString()
}
