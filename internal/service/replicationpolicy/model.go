package replicationpolicy

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// fields are the attributes that the resource and the data sources share.
type fields struct {
	ID                types.String `tfsdk:"id"`
	Name              types.String `tfsdk:"name"`
	MinRPO            types.Int64  `tfsdk:"min_rpo_minutes"`
	MaxInstances      types.Int64  `tfsdk:"max_instances"`
	MaxPinned         types.Int64  `tfsdk:"max_pinned_instances"`
	MaxIncoming       types.Int64  `tfsdk:"max_incoming"`
	OrganizationCount types.Int64  `tfsdk:"organization_count"`
	allowances
}

// allowances are the operations that a policy allows.
type allowances struct {
	IncomingMigrations        types.Bool `tfsdk:"allow_incoming_migrations"`
	OutgoingMigrations        types.Bool `tfsdk:"allow_outgoing_migrations"`
	OutgoingOnPremMigrations  types.Bool `tfsdk:"allow_outgoing_onprem_migrations"`
	IncomingProtections       types.Bool `tfsdk:"allow_incoming_protections"`
	OutgoingProtections       types.Bool `tfsdk:"allow_outgoing_protections"`
	OutgoingOnPremProtections types.Bool `tfsdk:"allow_outgoing_onprem_protections"`
	CustomSLASettings         types.Bool `tfsdk:"allow_custom_sla_settings"`
	AdvancedRetentionRules    types.Bool `tfsdk:"allow_advanced_retention_rules"`
	NotificationConfiguration types.Bool `tfsdk:"allow_notification_configuration"`
}

// read stores a policy of the appliance.
func (f *fields) read(p vcda.Policy) {
	*f = fields{
		ID: types.StringValue(p.ID), Name: types.StringValue(p.DisplayName), MinRPO: types.Int64Value(p.MinRPO), MaxInstances: types.Int64Value(p.MaxInstances),
		MaxPinned: types.Int64Value(p.MaxPinnedInstances), MaxIncoming: types.Int64Value(p.MaxIncoming), OrganizationCount: types.Int64PointerValue(p.Orgs),
		allowances: allowances{
			IncomingMigrations: types.BoolValue(p.AllowIncomingMigrations), OutgoingMigrations: types.BoolValue(p.AllowOutgoingMigrations),
			OutgoingOnPremMigrations: types.BoolValue(p.AllowOutgoingOnPremMigrations), IncomingProtections: types.BoolValue(p.AllowIncomingProtections),
			OutgoingProtections: types.BoolValue(p.AllowOutgoingProtections), OutgoingOnPremProtections: types.BoolPointerValue(p.AllowOutgoingOnPremProtections),
			CustomSLASettings: types.BoolValue(p.AllowCustomSLASettings), AdvancedRetentionRules: types.BoolValue(p.AllowAdvancedRetentionRules),
			NotificationConfiguration: types.BoolValue(p.AllowNotificationConfiguration),
		},
	}
}

// store stores a policy that was created or changed. The data cap keeps the value that was sent.
func (m *model) store(p vcda.Policy) {
	m.read(p)
	if m.DataCap.IsUnknown() {
		m.DataCap = types.Int64Null()
	}
}

// policy returns the policy as it is sent.
func (m model) policy() vcda.Policy {
	p := vcda.Policy{
		ID: m.ID.ValueString(), DisplayName: m.Name.ValueString(), MinRPO: m.MinRPO.ValueInt64(), MaxInstances: m.MaxInstances.ValueInt64(),
		MaxPinnedInstances: m.MaxPinned.ValueInt64(), MaxIncoming: m.MaxIncoming.ValueInt64(),
		AllowIncomingMigrations: m.IncomingMigrations.ValueBool(), AllowOutgoingMigrations: m.OutgoingMigrations.ValueBool(),
		AllowOutgoingOnPremMigrations: m.OutgoingOnPremMigrations.ValueBool(), AllowIncomingProtections: m.IncomingProtections.ValueBool(),
		AllowOutgoingProtections: m.OutgoingProtections.ValueBool(), AllowCustomSLASettings: m.CustomSLASettings.ValueBool(),
		AllowAdvancedRetentionRules: m.AdvancedRetentionRules.ValueBool(), AllowNotificationConfiguration: m.NotificationConfiguration.ValueBool(),
		AllowOutgoingOnPremProtections: m.OutgoingOnPremProtections.ValueBoolPointer(),
	}
	if !m.DataCap.IsUnknown() {
		p.OnPremDataCap = m.DataCap.ValueInt64Pointer()
	}
	return p
}

// texts describe the allowances, numbers the other fields.
var (
	texts = map[string]string{
		"allow_incoming_migrations":         "Whether migrations to the organization are allowed.",
		"allow_outgoing_migrations":         "Whether migrations from the organization are allowed.",
		"allow_outgoing_onprem_migrations":  "Whether migrations from the organization to on-premises sites are allowed.",
		"allow_incoming_protections":        "Whether protections to the organization are allowed.",
		"allow_outgoing_protections":        "Whether protections from the organization are allowed.",
		"allow_outgoing_onprem_protections": "Whether protections from the organization to on-premises sites are allowed. Known to API version 4.7; null with an older one.",
		"allow_custom_sla_settings":         "Whether replications may have settings of their own instead of an SLA profile.",
		"allow_advanced_retention_rules":    "Whether replications may have more than one retention rule.",
		"allow_notification_configuration":  "Whether the organization may configure notifications.",
	}
	numbers = map[string]string{
		"min_rpo_minutes":      "Smallest RPO that a replication may have, in minutes.",
		"max_instances":        "How many instances a replication may keep, at most 24.",
		"max_pinned_instances": "How many instances of a replication may be pinned.",
		"max_incoming":         "Maximum number of replications to the organization. A negative number is no limit; 0 allows none.",
	}
)

const organizationCount = "How many organizations have the policy."
