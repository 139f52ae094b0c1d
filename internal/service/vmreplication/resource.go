// Package vmreplication implements vcda_vm_replication: the Cloud service replicates one VM.
package vmreplication

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

var kind = replicationbase.Kind{Kind: vcda.VM, Name: "vm_replication", Noun: "VM replication", Schema: describe}

type vmReplication struct {
	replicationbase.Resource[model, *model]
}

var (
	_ resource.ResourceWithConfigure      = &vmReplication{}
	_ resource.ResourceWithImportState    = &vmReplication{}
	_ resource.ResourceWithModifyPlan     = &vmReplication{}
	_ resource.ResourceWithValidateConfig = &vmReplication{}
	_ resource.ResourceWithIdentity       = &vmReplication{}
)

// NewResource returns the resource vcda_vm_replication.
func NewResource() resource.Resource {
	return &vmReplication{replicationbase.Resource[model, *model]{Kind: kind}}
}

// NewListResource returns the list resource vcda_vm_replication.
func NewListResource() list.ListResource { return replicationbase.NewLister[model](kind) }

// model is the replication in state and configuration.
type model struct {
	replicationbase.Common
	replicationbase.Cloud
	NetworkSettings types.Object `tfsdk:"network_settings"`
	VAppReplication types.String `tfsdk:"vapp_replication_id"`
	VMName          types.String `tfsdk:"vm_name"`
	RecoveredVM     types.Object `tfsdk:"recovered_vm"`
}

func describe(ctx context.Context) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Replicates one VM to another site, on the Cloud service. It is managed at its destination, with `destination.vcenter` at the cloud site. For the start, and if that is not the appliance's own site, the session must be extended to the other cloud site (`session_extensions` of the provider).",
		Attributes: replicationbase.Merge(
			replicationbase.CommonAttributes(ctx, sourceAttributes(), replicationbase.DestinationAttributes(vcda.VM)),
			replicationbase.CloudAttributes(),
			map[string]schema.Attribute{
				"network_settings":    replicationbase.NetworkAttribute(replicationbase.NICs()),
				"vapp_replication_id": replicationbase.Computed("Id of the vApp replication that the VM replication belongs to."),
				"vm_name":             replicationbase.Computed("Name of the VM."),
				"recovered_vm":        replicationbase.RecoveredAttribute(),
			}),
	}
}

func sourceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"site": replicationbase.SiteAttribute("Name of the site."),
		"vm": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "A VM of a Cloud Director. Exactly one of `vm` and `vcenter_vm` must be set.",
			Attributes: map[string]schema.Attribute{
				"id":                 replicationbase.CloudID(true, "Id of the VM."),
				"excluded_disk_keys": replicationbase.DiskKeys("Keys of disks that are not replicated, such as 2001."),
			},
		},
		"vcenter_vm": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "A VM of the vCenter of an on-premises site.",
			Attributes: map[string]schema.Attribute{
				"vcenter_id":         replicationbase.HiddenText(true, "Id of the vCenter."),
				"vm_id":              replicationbase.ManagedObjectID(true, "Managed object id of the VM, such as `vm-15`."),
				"vapp_name":          replicationbase.HiddenText(true, "Name of the vApp that is created at the destination."),
				"excluded_disk_keys": replicationbase.DiskKeys("Keys of disks that are not replicated, such as 2001."),
			},
		},
	}
}

// ValidateConfig refuses arguments that exclude each other.
func (r *vmReplication) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	r.Resource.ValidateConfig(ctx, req, resp)
	resp.Diagnostics.Append(replicationbase.ValidateEnds(ctx, req.Config, []string{"vm", "vcenter_vm"}, []string{"vcloud", "vcenter"})...)
}

func (m *model) Base() *replicationbase.Common     { return &m.Common }
func (m *model) CloudBase() *replicationbase.Cloud { return &m.Cloud }
func (m *model) DiskCleanup() string               { return "" }

// Ends converts source and destination.
func (m *model) Ends() (replication.Source, replication.Destination) {
	source := replication.Source{Site: replicationbase.StringOf(m.Source, "site")}
	if vm := replicationbase.ObjectOf(m.Source, "vm"); !vm.IsNull() {
		source.VM, source.ExcludedDisks = replicationbase.IDOf(vm, "id"), replicationbase.IntsOf(vm, "excluded_disk_keys")
	} else {
		vm := replicationbase.ObjectOf(m.Source, "vcenter_vm")
		source.VM, source.VCenter = replicationbase.StringOf(vm, "vm_id"), replicationbase.StringOf(vm, "vcenter_id")
		source.VAppName, source.ExcludedDisks = replicationbase.StringOf(vm, "vapp_name"), replicationbase.IntsOf(vm, "excluded_disk_keys")
	}
	return source, replicationbase.ConvertDestination(m.Destination)
}

// Stored converts the network settings.
func (m *model) Stored(ctx context.Context) (any, diag.Diagnostics) {
	return replicationbase.NetworkOfVM(ctx, m.NetworkSettings)
}

// Report stores the attributes of a VM replication.
func (m *model) Report(r vcda.Replication) {
	m.Destination = replicationbase.ReportDestination(vcda.VM, m.Destination, r)
	m.VAppReplication, m.VMName = base.StringOrNull(r.VAppReplication), base.StringOrNull(r.VMName)
	m.RecoveredVM = replicationbase.RecoveredVM(r)
}

// Import stores the ends of a listed replication.
func (m *model) Import(r vcda.Replication) {
	m.NetworkSettings = types.ObjectNull(replicationbase.AttributeTypes(replicationbase.NetworkAttribute(replicationbase.NICs()).Attributes))
	m.Destination = replicationbase.ImportDestination(vcda.VM, r)
	m.Source = replicationbase.ImportSource(sourceAttributes(), r, func(at vcda.Place, kinds map[string]attr.Type) (string, types.Object) {
		disks := replicationbase.Int64List(r.Settings.ExcludedDiskKeys)
		if at.VDCID != "" {
			return "vm", replicationbase.Empty(replicationbase.TypesOf(kinds, "vm"), map[string]attr.Value{
				"id": replicationbase.UUID(r.VMID), "excluded_disk_keys": disks,
			})
		}
		return "vcenter_vm", replicationbase.Empty(replicationbase.TypesOf(kinds, "vcenter_vm"), map[string]attr.Value{
			"vcenter_id": base.StringOrNull(at.VCenterID), "vm_id": types.StringValue(r.VMID), "vapp_name": base.StringOrNull(r.Descriptor.Name), "excluded_disk_keys": disks,
		})
	})
}
