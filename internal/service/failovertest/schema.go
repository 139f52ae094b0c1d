package failovertest

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

// model is a test as state and configuration hold it.
type model struct {
	ID            types.String   `tfsdk:"id"`
	ReplicationID types.String   `tfsdk:"replication_id"`
	Site          types.String   `tfsdk:"site"`
	PowerOn       types.Bool     `tfsdk:"power_on"`
	Sync          types.Bool     `tfsdk:"sync"`
	InstanceKey   types.String   `tfsdk:"instance_key"`
	InstanceKeys  types.Map      `tfsdk:"instance_keys"`
	RecoveredVApp types.String   `tfsdk:"recovered_vapp_id"`
	RecoveredVMs  types.Map      `tfsdk:"recovered_vm_ids"`
	StartedAt     types.String   `tfsdk:"started_at"`
	PendingTaskID types.String   `tfsdk:"pending_task_id"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

func describe(ctx context.Context) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Tests the failover of one replication: a create starts a copy of the VMs at the destination, and a destroy removes it. The source and the replication keep running. " +
			"It uses the network settings, or on the Manager service the recovery settings, that the replication has stored for tests. Every change except of `timeouts` cleans up and tests again.",
		Attributes: map[string]schema.Attribute{
			"id": replicationbase.Computed("Id of the replication."),
			"replication_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Id of the replication, of any kind.",
				Validators:    []validator.String{replicationbase.IsReplicationID()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"site": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Name of the site that manages the replication. Default: the destination, as the provider's own appliance shows it.",
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"power_on": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true), MarkdownDescription: "Whether the copy is powered on. `true` by default.",
				PlanModifiers: []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
			},
			"sync": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the replication is first synchronized. `false` by default. Excludes `instance_key` and `instance_keys`.",
				Validators:          []validator.Bool{onlyWithoutInstances()},
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
			},
			"instance_key": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Key of the instance that is tested, for a replication of one VM. Default: the latest one.",
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1), stringvalidator.ConflictsWith(path.MatchRoot("instance_keys"))},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"instance_keys": schema.MapAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: "Keys of the instances that are tested, for a vApp, by the id of the replication of each VM. Default: the latest ones.",
				Validators:    []validator.Map{mapvalidator.SizeAtLeast(1)},
				PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"recovered_vapp_id": replicationbase.Computed("Id of the vApp that came up, in Cloud Director."),
			"recovered_vm_ids": schema.MapAttribute{
				Computed: true, ElementType: types.StringType, MarkdownDescription: "Ids of the VMs that came up, of Cloud Director or of vCenter, by the id of the replication of each.",
				PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			},
			"started_at":      replicationbase.Computed("When the test was started, in RFC 3339 format; null after an import."),
			"pending_task_id": replicationbase.Computed("Task that was still running when the create was interrupted, else null. The next refresh finds out its result."),
			"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Delete: true,
				CreateDescription: "Time for a create, such as `2h`, which is the default.",
				ReadDescription:   "Time for a read; default `2m`.",
				DeleteDescription: "Time for a delete; default `1h`.",
			})),
		},
	}
}

// onlyWithoutInstances refuses sync = true together with an instance.
func onlyWithoutInstances() validator.Bool {
	return boolvalidator.Any(boolvalidator.Equals(false), boolvalidator.ConflictsWith(path.MatchRoot("instance_key"), path.MatchRoot("instance_keys")))
}
