// Package vappreplication implements vcda_vapp_replication: the Cloud service replicates a vApp.
package vappreplication

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

var kind = replicationbase.Kind{Kind: vcda.VApp, Name: "vapp_replication", Noun: "vApp replication", Schema: describe}

type vappReplication struct {
	replicationbase.Resource[model, *model]
}

var (
	_ resource.ResourceWithConfigure      = &vappReplication{}
	_ resource.ResourceWithImportState    = &vappReplication{}
	_ resource.ResourceWithModifyPlan     = &vappReplication{}
	_ resource.ResourceWithValidateConfig = &vappReplication{}
	_ resource.ResourceWithIdentity       = &vappReplication{}
)

// NewResource returns the resource vcda_vapp_replication.
func NewResource() resource.Resource {
	return &vappReplication{replicationbase.Resource[model, *model]{Kind: kind}}
}

// NewListResource returns the list resource vcda_vapp_replication.
func NewListResource() list.ListResource { return replicationbase.NewLister[model](kind) }

// model is the replication in state and configuration.
type model struct {
	replicationbase.Common
	replicationbase.Cloud
	NetworkSettings types.Object `tfsdk:"network_settings"`
	VMs             types.List   `tfsdk:"vms"`
	RecoveredVApp   types.Object `tfsdk:"recovered_vapp"`
}

func describe(ctx context.Context) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Replicates a vApp, with all of its VMs, to another site, on the Cloud service. It is managed at its destination, with `destination.vcenter` at the cloud site. For the start, and if that is not the appliance's own site, the session must be extended to the other cloud site (`session_extensions` of the provider).",
		Attributes: replicationbase.Merge(
			replicationbase.CommonAttributes(ctx, sourceAttributes(), replicationbase.DestinationAttributes(vcda.VApp)),
			replicationbase.CloudAttributes(),
			map[string]schema.Attribute{
				"network_settings": replicationbase.NetworkAttribute(replicationbase.NICsByVM()),
				"vms": schema.ListNestedAttribute{
					Computed: true, MarkdownDescription: "The VMs of the vApp that are replicated.",
					NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
						"id":    schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the replication of the VM."},
						"vm_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the VM."},
						"name":  schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the VM."},
					}},
				},
				"recovered_vapp": schema.SingleNestedAttribute{
					Computed: true, MarkdownDescription: "The vApp after a failover test or a recovery, null before. The vcd provider can import it with this value.",
					Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the vApp."}},
				},
			}),
	}
}

func sourceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"site": replicationbase.SiteAttribute("Name of the site."),
		"vapp": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "A vApp of a Cloud Director. Exactly one of `vapp`, `vapp_template` and `vcenter_vapp` must be set.",
			Attributes: map[string]schema.Attribute{
				"id":                 replicationbase.CloudID(true, "Id of the vApp."),
				"excluded_disk_keys": replicationbase.DiskKeysByVM("Keys of disks that are not replicated, by the id of their VM."),
			},
		},
		"vapp_template": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "A vApp template of a Cloud Director.",
			Attributes: map[string]schema.Attribute{"id": replicationbase.CloudID(true, "Id of the vApp template.")},
		},
		"vcenter_vapp": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "VMs of the vCenter of an on-premises site. They become a vApp.",
			Attributes: map[string]schema.Attribute{
				"vcenter_id": replicationbase.HiddenText(true, "Id of the vCenter."),
				"vapp_name":  replicationbase.Text(true, "Name of the vApp that is created at the destination."),
				"vm_ids": schema.ListAttribute{
					Required: true, ElementType: types.StringType, MarkdownDescription: "Managed object ids of the VMs, such as `vm-15`.",
					Validators:    []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(replicationbase.IsManagedObjectID())},
					PlanModifiers: []planmodifier.List{replicationbase.ReplaceList()},
				},
				"excluded_disk_keys": replicationbase.DiskKeysByVM("Keys of disks that are not replicated, by the id of their VM."),
			},
		},
	}
}

// ValidateConfig refuses arguments that exclude each other.
func (r *vappReplication) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	r.Resource.ValidateConfig(ctx, req, resp)
	resp.Diagnostics.Append(replicationbase.ValidateEnds(ctx, req.Config, []string{"vapp", "vapp_template", "vcenter_vapp"}, []string{"vcloud", "vcenter"})...)
}

func (m *model) Base() *replicationbase.Common     { return &m.Common }
func (m *model) CloudBase() *replicationbase.Cloud { return &m.Cloud }
func (m *model) DiskCleanup() string               { return "" }

// Ends converts source and destination.
func (m *model) Ends() (replication.Source, replication.Destination) {
	source := replication.Source{Site: replicationbase.StringOf(m.Source, "site")}
	vapp, template, vcenter := replicationbase.ObjectOf(m.Source, "vapp"), replicationbase.ObjectOf(m.Source, "vapp_template"), replicationbase.ObjectOf(m.Source, "vcenter_vapp")
	switch {
	case !vapp.IsNull():
		source.VApp, source.ExcludedOfVMs = replicationbase.IDOf(vapp, "id"), replicationbase.IntsByVM(vapp, "excluded_disk_keys")
	case !template.IsNull():
		source.VAppTemplate = replicationbase.IDOf(template, "id")
	default:
		source.VCenter, source.VAppName = replicationbase.StringOf(vcenter, "vcenter_id"), replicationbase.StringOf(vcenter, "vapp_name")
		source.VMs, source.ExcludedOfVMs = replicationbase.StringsOf(vcenter, "vm_ids"), replicationbase.IntsByVM(vcenter, "excluded_disk_keys")
	}
	return source, replicationbase.ConvertDestination(m.Destination)
}

// Stored converts the network settings.
func (m *model) Stored(ctx context.Context) (any, diag.Diagnostics) {
	return replicationbase.NetworkOfVApp(ctx, m.NetworkSettings)
}

var (
	vmTypes        = map[string]attr.Type{"id": types.StringType, "vm_id": types.StringType, "name": types.StringType}
	recoveredTypes = map[string]attr.Type{"id": types.StringType}
)

// Report stores the attributes of a vApp replication.
func (m *model) Report(r vcda.Replication) {
	m.Destination = replicationbase.ReportDestination(vcda.VApp, m.Destination, r)
	vms := []attr.Value{}
	for _, vm := range r.VMs {
		vms = append(vms, types.ObjectValueMust(vmTypes, map[string]attr.Value{
			"id": types.StringValue(vm.ID), "vm_id": types.StringValue(vm.VMID), "name": types.StringValue(vm.VMName),
		}))
	}
	m.VMs = types.ListValueMust(types.ObjectType{AttrTypes: vmTypes}, vms)
	m.RecoveredVApp = types.ObjectNull(recoveredTypes)
	if id := replicationbase.RecoveredVApp(r); id != "" {
		m.RecoveredVApp = types.ObjectValueMust(recoveredTypes, map[string]attr.Value{"id": types.StringValue(id)})
	}
}

// Import stores the ends of a listed replication.
func (m *model) Import(r vcda.Replication) {
	m.NetworkSettings = types.ObjectNull(replicationbase.AttributeTypes(replicationbase.NetworkAttribute(replicationbase.NICsByVM()).Attributes))
	m.Destination = replicationbase.ImportDestination(vcda.VApp, r)
	m.Source = replicationbase.ImportSource(sourceAttributes(), r, func(at vcda.Place, kinds map[string]attr.Type) (string, types.Object) {
		if at.VDCID != "" {
			return "vapp", replicationbase.Empty(replicationbase.TypesOf(kinds, "vapp"), map[string]attr.Value{
				"id": replicationbase.UUID(at.VAppID), "excluded_disk_keys": excludedDisks(r),
			})
		}
		ids := []attr.Value{}
		for _, vm := range r.VMs {
			ids = append(ids, types.StringValue(vm.VMID))
		}
		return "vcenter_vapp", replicationbase.Empty(replicationbase.TypesOf(kinds, "vcenter_vapp"), map[string]attr.Value{
			"vcenter_id": base.StringOrNull(at.VCenterID), "vapp_name": types.StringValue(r.Name()),
			"vm_ids": types.ListValueMust(types.StringType, ids), "excluded_disk_keys": excludedDisks(r),
		})
	})
}

// excludedDisks returns the excluded disks of the VMs, null if there are none.
func excludedDisks(r vcda.Replication) types.Map {
	kind := types.ListType{ElemType: types.Int64Type}
	byVM := map[string]attr.Value{}
	for _, vm := range r.VMs {
		if disks := replicationbase.Int64List(vm.Settings.ExcludedDiskKeys); !disks.IsNull() {
			byVM[vm.VMID] = disks
		}
	}
	if len(byVM) == 0 {
		return types.MapNull(kind)
	}
	return types.MapValueMust(kind, byVM)
}
