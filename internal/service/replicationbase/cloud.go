package replicationbase

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

const startAlone = " Only the start uses it: removing it has no effect."

// DestinationAttributes describes the destination of a VM or a vApp of the Cloud service.
func DestinationAttributes(kind vcda.Kind) map[string]schema.Attribute {
	seed, what := "seed_vm_id", "VM"
	if kind == vcda.VApp {
		seed, what = "seed_vapp_id", "vApp"
	}
	return map[string]schema.Attribute{
		"site": SiteAttribute("Name of the site."),
		"vcloud": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "A VDC of a Cloud Director. Exactly one of `vcloud` and `vcenter` must be set.",
			Attributes: map[string]schema.Attribute{
				"vdc_id":              CloudID(true, "Id of the VDC."),
				"storage_profile_id":  StorageProfile(),
				"placement_policy_id": CloudID(false, "Id of the placement policy."),
				"sizing_policy_id":    SeedID("Id of the sizing policy. It is not read back."),
				seed:                  SeedID("Id of a " + what + " whose disks the first synchronization starts from. It is deleted from Cloud Director; only its disks are kept, which must match those of the source one by one." + startAlone),
			},
		},
		"vcenter": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "An on-premises site. The replication is then managed at the site of `source`.",
			Attributes: map[string]schema.Attribute{
				"seed_vm_id":      HiddenText(false, "Managed object id of a VM whose disks the first synchronization starts from."+startAlone),
				"seed_vcenter_id": HiddenText(false, "Id of the vCenter of the seed."+startAlone),
			},
		},
	}
}

// ConvertDestination converts a destination of the Cloud service.
func ConvertDestination(object types.Object) replication.Destination {
	vcloud, vcenter := ObjectOf(object, "vcloud"), ObjectOf(object, "vcenter")
	out := replication.Destination{Site: StringOf(object, "site"), OnPremises: !vcenter.IsNull()}
	if out.OnPremises {
		out.SeedVM, out.SeedVCenter = StringOf(vcenter, "seed_vm_id"), StringOf(vcenter, "seed_vcenter_id")
		return out
	}
	out.VDC, out.StorageProfile = IDOf(vcloud, "vdc_id"), IDOf(vcloud, "storage_profile_id")
	out.PlacementPolicy, out.SizingPolicy = IDOf(vcloud, "placement_policy_id"), IDOf(vcloud, "sizing_policy_id")
	out.SeedVM, out.SeedVApp = IDOf(vcloud, "seed_vm_id"), IDOf(vcloud, "seed_vapp_id")
	return out
}

// ReportDestination returns a destination with the storage profile of a listed replication, unless any profile is
// configured.
func ReportDestination(kind vcda.Kind, object types.Object, r vcda.Replication) types.Object {
	kinds := AttributeTypes(DestinationAttributes(kind))
	vcloud := ObjectOf(object, "vcloud")
	profile := vcloud.Attributes()["storage_profile_id"]
	if vcloud.IsNull() || StringOf(vcloud, "storage_profile_id") == replication.AnyProfile || r.IsReversed() && !profile.IsUnknown() {
		return object
	}
	has := r.Machines()[0].StorageProfile
	changed := With(TypesOf(kinds, "vcloud"), vcloud, map[string]attr.Value{"storage_profile_id": Shown(vcloud, "storage_profile_id", has, uuidOrNull(has))})
	return With(kinds, object, map[string]attr.Value{"vcloud": changed})
}

// ImportDestination returns the destination of a listed replication at its start.
func ImportDestination(kind vcda.Kind, r vcda.Replication) types.Object {
	kinds := AttributeTypes(DestinationAttributes(kind))
	at := startedAt(r.Destination, r.Source, r)
	values := map[string]attr.Value{"site": types.StringValue(at.Site)}
	if at.VDCID == "" {
		values["vcenter"] = Empty(TypesOf(kinds, "vcenter"), nil)
		return Empty(kinds, values)
	}
	values["vcloud"] = Empty(TypesOf(kinds, "vcloud"), map[string]attr.Value{
		"vdc_id": uuidOrNull(at.VDCID), "storage_profile_id": uuidOrNull(r.Machines()[0].StorageProfile), "placement_policy_id": uuidOrNull(r.Machines()[0].PlacementPolicy),
	})
	return Empty(kinds, values)
}

// ImportSource returns the source of a listed replication at its start, for a schema of these attributes.
func ImportSource(attributes map[string]schema.Attribute, r vcda.Replication, inner func(at vcda.Place, kinds map[string]attr.Type) (string, types.Object)) types.Object {
	kinds := AttributeTypes(attributes)
	at := startedAt(r.Source, r.Destination, r)
	name, object := inner(at, kinds)
	return Empty(kinds, map[string]attr.Value{"site": types.StringValue(at.Site), name: object})
}

// startedAt returns an end of a replication at its start: after a reverse, the other end.
func startedAt(end, other vcda.Place, r vcda.Replication) vcda.Place {
	if r.IsReversed() {
		return other
	}
	return end
}

func uuidOrNull(id string) customtypes.NormalizedString {
	if id == "" {
		return customtypes.UUIDType.Null()
	}
	return customtypes.UUIDType.Value(id)
}

// UUID returns an id of Cloud Director.
func UUID(id string) customtypes.NormalizedString { return customtypes.UUIDType.Value(id) }

// RecoveredTypes are the types of recovered_vm.
var RecoveredTypes = map[string]attr.Type{"id": types.StringType, "vapp_id": types.StringType, "vcenter_id": types.StringType, "name": types.StringType}

// RecoveredVM returns the VM after a test or a recovery, null before.
func RecoveredVM(r vcda.Replication) types.Object {
	at := r.DestinationState.Recovery
	if !r.IsRecovered() || at.CloudVMID+at.VMID == "" {
		return types.ObjectNull(RecoveredTypes)
	}
	name := at.VMName
	if name == "" {
		name = r.VMName
	}
	return types.ObjectValueMust(RecoveredTypes, map[string]attr.Value{
		"id": types.StringValue(at.CloudVMID + at.VMID), "vapp_id": base.StringOrNull(at.VAppID), "vcenter_id": base.StringOrNull(at.VCenterID), "name": base.StringOrNull(name),
	})
}

// RecoveredAttribute describes recovered_vm.
func RecoveredAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Computed: true, MarkdownDescription: "The VM after a failover test or a recovery, null before. The vcd or vsphere provider can import it with these values.",
		Attributes: map[string]schema.Attribute{
			"id":         schema.StringAttribute{Computed: true, MarkdownDescription: "Id of the VM, of Cloud Director or of vCenter."},
			"vapp_id":    schema.StringAttribute{Computed: true, MarkdownDescription: "Id of its vApp, in Cloud Director."},
			"vcenter_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Id of its vCenter, on the Manager service."},
			"name":       schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the VM."},
		},
	}
}
