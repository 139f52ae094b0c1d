package replicationbase

import (
	"context"
	"maps"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// The limits of replication settings.
const (
	maxRPO       = 1440
	frequentRPO  = 5
	maxRules     = 5
	maxInstances = 24
)

// CommonAttributes describes Common, with the source and the destination of the
// kind.
func CommonAttributes(ctx context.Context, source, destination map[string]schema.Attribute) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": computedString("Id of the replication. It stays the same through failover and reverse."),
		"source": schema.SingleNestedAttribute{
			Required: true, Attributes: source,
			MarkdownDescription: "Source of the replication. A change replaces the replication, which costs a full synchronization and all instances. A reverse does not change it.",
		},
		"destination": schema.SingleNestedAttribute{
			Required: true, Attributes: destination,
			MarkdownDescription: "Destination of the replication, which is managed there. A change replaces the replication, unless stated otherwise. A reverse does not change it.",
		},
		"description": schema.StringAttribute{
			CustomType: customtypes.DescriptionType, Optional: true, Computed: true, MarkdownDescription: "Description of the replication.",
			PlanModifiers: []planmodifier.String{customtypes.DescriptionType.KeepPrior()},
		},
		"rpo_minutes": schema.Int64Attribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Recovery point objective: maximum age of the data at the destination in minutes, 1 to 1440. The replication policy may require a larger value. Default: that of the appliance.",
			Validators:          []validator.Int64{int64validator.Between(1, maxRPO)},
		},
		"data_connection_type": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "How the data is sent: `PLAIN`, `ENCRYPTED` or `ENCRYPTED_COMPRESSED`. Default: that of the appliance.",
			Validators:          []validator.String{stringvalidator.OneOf("PLAIN", "ENCRYPTED", "ENCRYPTED_COMPRESSED")},
		},
		"quiesced": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether file systems are quiesced for each instance. Default: that of the appliance.",
		},
		"retention_rules": schema.ListNestedAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Which instances are kept: at most five rules and 24 instances. Without rules only the latest one is kept.",
			Validators:          []validator.List{listvalidator.SizeAtMost(maxRules)},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"instances": schema.Int64Attribute{
					Required: true, MarkdownDescription: "Number of instances that are kept, from 1 to 24.",
					Validators: []validator.Int64{int64validator.Between(1, maxInstances)},
				},
				"distance_minutes": schema.Int64Attribute{
					Required: true, MarkdownDescription: "Minutes between two of them.",
					Validators: []validator.Int64{int64validator.AtLeast(0)},
				},
			}},
		},
		"target_disk_type": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Type of the disks at the destination: `THIN`, `PREALLOCATED` or `PREALLOCATED_ZEROS`. A change replaces the replication. Default: that of the appliance.",
			Validators:          []validator.String{stringvalidator.OneOf("THIN", "PREALLOCATED", "PREALLOCATED_ZEROS")},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), ReplaceString()},
		},
		"migration": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether the replication is for a migration, which has no instances, instead of a protection. A change replaces the replication. `false` by default.",
			PlanModifiers:       []planmodifier.Bool{boolplanmodifier.UseStateForUnknown(), ReplaceBool()},
		},
		"paused": flag("Whether the replication is paused."),
		"initial_sync_at": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "When the first synchronization begins, in RFC 3339 format, such as `2026-12-01T02:00:00Z`. It begins at once without this argument, and if the time is in the past. A change after the first synchronization has no effect.",
			Validators:          []validator.String{customtypes.TimeType.Validator()},
		},
		"wait_for_sync":           flag("Whether a create ends only when the first full synchronization has ended, which may take hours: the default of `timeouts.create` is then `24h`."),
		"adopt_existing":          flag("Whether a create adopts an existing replication of the same source to the same destination, instead of failing. It changes settings that differ. It never adopts a replication of another resource."),
		"cleanup_test_on_destroy": flag("Whether a destroy first cleans up a failover test that is active, instead of failing."),
		"health":                  schema.StringAttribute{Computed: true, MarkdownDescription: "Health of the replication: `GREEN`, `YELLOW` or `RED`."},
		"recovery_state":          schema.StringAttribute{Computed: true, MarkdownDescription: "State of the recovery: `NOT_STARTED`, `IN_PROGRESS`, `TEST` or `COMPLETE`."},
		"reversed":                schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the replication is reversed: it then runs from `destination` to `source`, and is managed at the site of `source`."},
		"pending_task_id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Task that was still running when the last operation was interrupted, else null. The next refresh finds out its result.",
		},
		"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time for a create, such as `30m`, which is the default; with `wait_for_sync` it is `24h`.",
			ReadDescription:   "Time for a read; default `2m`.",
			UpdateDescription: "Time for an update; default `30m`.",
			DeleteDescription: "Time for a delete; default `30m`.",
		})),
	}
}

// CloudAttributes describes Cloud.
func CloudAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"owner": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Organization that owns the replication, as `ORGANIZATION@SITE`. A tenant does not see a replication that the cloud's provider starts until it owns it. Only an administrator of the cloud's provider can change the owner. Default: the organization of the login.",
			Validators:          []validator.String{stringvalidator.RegexMatches(regexp.MustCompile(`^[^@]+@[^@]+$`), "must be of the form ORGANIZATION@SITE")},
		},
		"sla_profile_id": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "SLA profile that the settings come from, instead of `rpo_minutes`, `data_connection_type`, `quiesced` and `retention_rules`. The appliance does not show which profile a replication has, so a change outside Terraform is not detected. " +
				"A profile that is removed here stays in effect unless one of these settings replaces it.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
	}
}

// Merge joins attributes.
func Merge(parts ...map[string]schema.Attribute) map[string]schema.Attribute {
	all := map[string]schema.Attribute{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// flag describes an argument that is false by default. A change of it alone sends no request.
func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: description + " `false` by default."}
}

func computedString(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Computed: true, MarkdownDescription: description, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// Computed describes a text that the appliance sets and that does not change.
func Computed(description string) schema.StringAttribute { return computedString(description) }

// SiteAttribute describes the name of a site; a change replaces.
func SiteAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Required: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		PlanModifiers: []planmodifier.String{ReplaceString()},
	}
}

// CloudID describes the id of an object of Cloud Director; a change replaces.
func CloudID(required bool, description string) schema.StringAttribute {
	return schema.StringAttribute{
		Required: required, Optional: !required, CustomType: customtypes.UUIDType, MarkdownDescription: description,
		Validators:    []validator.String{customtypes.UUIDType.Validator()},
		PlanModifiers: []planmodifier.String{customtypes.UUIDType.KeepPrior(), ReplaceString()},
	}
}

// SeedID is CloudID for an id that only the start uses: only another value replaces.
func SeedID(description string) schema.StringAttribute {
	a := CloudID(false, description)
	a.PlanModifiers = []planmodifier.String{customtypes.UUIDType.KeepPrior(), replaceOtherValue()}
	return a
}

// ManagedObjectID describes the id of an object of a vCenter; a change replaces.
func ManagedObjectID(required bool, description string) schema.StringAttribute {
	return schema.StringAttribute{
		Required: required, Optional: !required, MarkdownDescription: description,
		Validators:    []validator.String{IsManagedObjectID()},
		PlanModifiers: []planmodifier.String{ReplaceString()},
	}
}

// IsManagedObjectID validates the id of an object of a vCenter.
func IsManagedObjectID() validator.String {
	return stringvalidator.RegexMatches(regexp.MustCompile(`^[a-zA-Z]+-[a-zA-Z0-9-]+$`), "must be a managed object id of vCenter, such as vm-15")
}

// Text describes a text that is not empty; a change replaces.
func Text(required bool, description string) schema.StringAttribute {
	return schema.StringAttribute{
		Required: required, Optional: !required, MarkdownDescription: description,
		Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
		PlanModifiers: []planmodifier.String{ReplaceString()},
	}
}

// HiddenText is Text for a value that the appliance may not show: only another value replaces.
func HiddenText(required bool, description string) schema.StringAttribute {
	a := Text(required, description)
	a.PlanModifiers = []planmodifier.String{replaceOtherValue()}
	return a
}

// DiskKeys describes keys of disks; a change replaces.
func DiskKeys(description string) schema.ListAttribute {
	return schema.ListAttribute{
		Optional: true, ElementType: types.Int64Type, MarkdownDescription: description,
		Validators:    []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues()},
		PlanModifiers: []planmodifier.List{ReplaceList()},
	}
}

// DiskKeysByVM describes keys of disks by the id of their VM; a change replaces.
func DiskKeysByVM(description string) schema.MapAttribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.ListType{ElemType: types.Int64Type}, MarkdownDescription: description,
		PlanModifiers: []planmodifier.Map{replaceDisks{}},
	}
}

// StorageProfile describes the storage profile in a VDC, which is changed in place. If any profile is configured, the
// plan keeps the one that the appliance chose.
func StorageProfile() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, CustomType: customtypes.UUIDType,
		MarkdownDescription: "Storage profile at the destination; `*`, the default, leaves the choice to the appliance. A change moves the disks, in place. A change to `*` has no effect.",
		Validators:          []validator.String{base.ValidBy(uuidOrAny)},
		PlanModifiers:       []planmodifier.String{customtypes.UUIDType.KeepPrior(), keepAnyProfile{}},
	}
}

// uuidOrAny accepts a UUID, or "*" for any.
func uuidOrAny(text string) (string, error) {
	if text == replication.AnyProfile {
		return text, nil
	}
	return values.UUID(text)
}

// AttributeTypes returns the types of the attributes of an object.
func AttributeTypes(attributes map[string]schema.Attribute) map[string]attr.Type {
	out := map[string]attr.Type{}
	for name, a := range attributes {
		out[name] = a.GetType()
	}
	return out
}
