// Package vspherereplication implements vcda_vsphere_replication: the Manager service replicates one VM between
// vCenters.
package vspherereplication

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

func (r *vsphereReplication) kind() replicationbase.Kind {
	return replicationbase.Kind{Kind: vcda.VSphere, Name: "vsphere_replication", Noun: "vSphere replication", Schema: describe, Complete: r.complete}
}

type vsphereReplication struct {
	replicationbase.Resource[model, *model]
}

var (
	_ resource.ResourceWithConfigure      = &vsphereReplication{}
	_ resource.ResourceWithImportState    = &vsphereReplication{}
	_ resource.ResourceWithModifyPlan     = &vsphereReplication{}
	_ resource.ResourceWithValidateConfig = &vsphereReplication{}
	_ resource.ResourceWithIdentity       = &vsphereReplication{}
)

// NewResource returns the resource vcda_vsphere_replication.
func NewResource() resource.Resource {
	r := &vsphereReplication{}
	r.Kind = r.kind()
	return r
}

// NewListResource returns the list resource vcda_vsphere_replication.
func NewListResource() list.ListResource {
	return replicationbase.NewLister[model]((&vsphereReplication{}).kind())
}

// complete sets the replicators of the sites and a new folder if the configuration leaves them out. A site must have
// one replicator only.
func (r *vsphereReplication) complete(ctx context.Context, site *replication.Site, spec *replication.Spec) error {
	for _, end := range []struct {
		site       string
		replicator *string
	}{{spec.Source.Site, &spec.Source.Replicator}, {spec.Destination.Site, &spec.Destination.Replicator}} {
		if *end.replicator != "" {
			continue
		}
		var err error
		if *end.replicator, err = site.Replicator(ctx, end.site); err != nil {
			return err
		}
	}
	if spec.Destination.Placement.DatastoreFolder == "" {
		spec.Destination.Placement.DatastoreFolder = fmt.Sprintf("v2v-replicas-%s-%d", spec.Source.VM, r.Clock.Now().UnixMilli())
	}
	return nil
}

// model is the replication in state and configuration.
type model struct {
	replicationbase.Common
	DiskCleanUp      types.String `tfsdk:"disk_cleanup"`
	RecoverySettings types.Object `tfsdk:"recovery_settings"`
	VMName           types.String `tfsdk:"vm_name"`
	RecoveredVM      types.Object `tfsdk:"recovered_vm"`
}

const defaultCleanup = "AUTO"

func describe(ctx context.Context) schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Replicates one VM from one vCenter to another, on the Manager service. It is managed at its destination. If that is not the appliance's own site, requests reach it through the pairing.",
		Attributes: replicationbase.Merge(
			replicationbase.CommonAttributes(ctx, sourceAttributes(), destinationAttributes()),
			map[string]schema.Attribute{
				"disk_cleanup": schema.StringAttribute{
					Optional: true, Computed: true, Default: stringdefault.StaticString(defaultCleanup),
					MarkdownDescription: "Treatment of the disks at the destination when the replication is destroyed: `AUTO`, the default, removes the disks that the appliance created and keeps seeds; `REMOVE_ALL`; `REMOVE_NONE`.",
					Validators:          []validator.String{stringvalidator.OneOf(defaultCleanup, "REMOVE_ALL", "REMOVE_NONE")},
				},
				"recovery_settings": recoveryAttribute(),
				"vm_name":           replicationbase.Computed("Name of the VM."),
				"recovered_vm":      replicationbase.RecoveredAttribute(),
			}),
	}
}

// The validators of several attributes.
var (
	notEmpty    = []validator.String{stringvalidator.LengthAtLeast(1)}
	notNegative = []validator.Int64{int64validator.AtLeast(0)}
)

func sourceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"site":               replicationbase.SiteAttribute("Name of the site."),
		"vcenter_id":         replicationbase.Text(true, "Id of the vCenter."),
		"vm_id":              replicationbase.ManagedObjectID(true, "Managed object id of the VM, such as `vm-15`."),
		"replicator_id":      chosenText("Id of the replicator. Default: the only one of the site."),
		"excluded_disk_keys": replicationbase.DiskKeys("Keys of disks that are not replicated, such as 2001."),
	}
}

func destinationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"site":               replicationbase.SiteAttribute("Name of the site."),
		"vcenter_id":         replicationbase.Text(true, "Id of the vCenter."),
		"replicator_id":      chosenText("Id of the replicator. Default: the only one of the site."),
		"datastore_id":       replicationbase.ManagedObjectID(true, "Managed object id of the datastore, such as `datastore-12`."),
		"datastore_folder":   chosenText("Folder for the disks, which no other replication may have. Default: a new one."),
		"storage_profile_id": replicationbase.Text(false, "Id of the storage profile."),
		"disks": schema.ListNestedAttribute{
			Optional: true, MarkdownDescription: "Location of single disks. All others are in the folder.",
			PlanModifiers: []planmodifier.List{replicationbase.ReplaceList()},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"key":                schema.Int64Attribute{Required: true, MarkdownDescription: "Key of the disk, such as 2000.", Validators: notNegative},
				"datastore_id":       placementID(true, "Managed object id of the datastore."),
				"path":               schema.StringAttribute{Optional: true, MarkdownDescription: "Path of the disk there, such as `dir/seed.vmdk`.", Validators: notEmpty},
				"seed":               schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the disk exists already, so that the first synchronization starts from it."},
				"storage_profile_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Id of its storage profile.", Validators: notEmpty},
			}},
		},
	}
}

// chosenText describes a text that the start chooses if the configuration leaves it out.
func chosenText(description string) schema.StringAttribute {
	a := replicationbase.Text(false, description)
	a.Computed = true
	a.PlanModifiers = []planmodifier.String{stringplanmodifier.UseStateForUnknown(), replicationbase.ReplaceString()}
	return a
}

// placementID describes the id of an object of the vCenter at the destination.
func placementID(required bool, description string) schema.StringAttribute {
	return schema.StringAttribute{Required: required, Optional: !required, MarkdownDescription: description, Validators: []validator.String{replicationbase.IsManagedObjectID()}}
}

func recoveryAttribute() schema.SingleNestedAttribute {
	half := func(description string) schema.SingleNestedAttribute {
		return schema.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: map[string]schema.Attribute{
			"vm_folder_id":       placementID(false, "Managed object id of the folder, such as `group-v4`."),
			"resource_pool_id":   placementID(false, "Managed object id of the resource pool, such as `resgroup-4`."),
			"host_id":            placementID(false, "Managed object id of the host, such as `host-4`."),
			"default_network_id": placementID(false, "Managed object id of the network for the cards that `network_mappings` leaves out."),
			"network_mappings": schema.ListNestedAttribute{
				Optional: true, MarkdownDescription: "Networks of single network cards.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"key":        schema.Int64Attribute{Required: true, MarkdownDescription: "Key of the network card, such as 4000.", Validators: notNegative},
					"network_id": placementID(true, "Managed object id of the network, such as `network-14`."),
				}},
			},
		}}
	}
	return schema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Places that the VM is recovered to. They replace all settings that the appliance has stored, and are not read back: a change outside Terraform is not detected. If the attribute is left out, they are not managed. A failover test or a failover needs them.",
		Attributes: map[string]schema.Attribute{
			"failover":      half("Place after a failover or a migration."),
			"failover_test": half("Place in a failover test."),
		},
	}
}

func (m *model) Base() *replicationbase.Common     { return &m.Common }
func (m *model) CloudBase() *replicationbase.Cloud { return nil }
func (m *model) DiskCleanup() string               { return m.DiskCleanUp.ValueString() }

// Ends converts source and destination.
func (m *model) Ends() (replication.Source, replication.Destination) {
	from, to := m.Source, m.Destination
	source := replication.Source{
		Site: replicationbase.StringOf(from, "site"), VCenter: replicationbase.StringOf(from, "vcenter_id"), VM: replicationbase.StringOf(from, "vm_id"),
		Replicator: replicationbase.StringOf(from, "replicator_id"), ExcludedDisks: replicationbase.IntsOf(from, "excluded_disk_keys"),
	}
	destination := replication.Destination{
		Site: replicationbase.StringOf(to, "site"), Replicator: replicationbase.StringOf(to, "replicator_id"),
		Placement: vcda.Placement{
			VCenterID: replicationbase.StringOf(to, "vcenter_id"), DatastoreID: replicationbase.StringOf(to, "datastore_id"),
			DatastoreFolder: replicationbase.StringOf(to, "datastore_folder"), StorageProfileID: replicationbase.StringOf(to, "storage_profile_id"),
		},
	}
	disks, _ := to.Attributes()["disks"].(types.List)
	for _, element := range disks.Elements() {
		disk, _ := element.(types.Object)
		key, _ := disk.Attributes()["key"].(types.Int64)
		seed, _ := disk.Attributes()["seed"].(types.Bool)
		destination.Placement.Disks = append(destination.Placement.Disks, vcda.DiskPlacement{
			Key: key.ValueInt64(), DatastoreID: replicationbase.StringOf(disk, "datastore_id"), Path: replicationbase.StringOf(disk, "path"),
			Seed: seed.ValueBool(), StorageProfileID: replicationbase.StringOf(disk, "storage_profile_id"),
		})
	}
	return source, destination
}

// The recovery settings in the configuration, and in the form of the API.
type (
	recoveryModel struct {
		Failover     *placementModel `tfsdk:"failover"`
		FailoverTest *placementModel `tfsdk:"failover_test"`
	}
	placementModel struct {
		Folder         types.String `tfsdk:"vm_folder_id"`
		ResourcePool   types.String `tfsdk:"resource_pool_id"`
		Host           types.String `tfsdk:"host_id"`
		DefaultNetwork types.String `tfsdk:"default_network_id"`
		Networks       []struct {
			Key     types.Int64  `tfsdk:"key"`
			Network types.String `tfsdk:"network_id"`
		} `tfsdk:"network_mappings"`
	}
	wireRecovery struct {
		Failover     *wirePlacement `json:"failoverPlacement,omitempty"`
		FailoverTest *wirePlacement `json:"testPlacement,omitempty"`
	}
	wirePlacement struct {
		Folder       string       `json:"vmFolder,omitempty"`
		ResourcePool string       `json:"resourcePool,omitempty"`
		Host         string       `json:"host,omitempty"`
		Networks     wireNetworks `json:"networkMappings"`
	}
	wireNetworks struct {
		Default  string        `json:"defaultNetwork,omitempty"`
		Mappings []wireMapping `json:"mappings,omitempty"`
	}
	wireMapping struct {
		Key     int64  `json:"key"`
		Network string `json:"networkId"`
	}
)

// Stored converts the recovery settings.
func (m *model) Stored(ctx context.Context) (any, diag.Diagnostics) {
	if m.RecoverySettings.IsNull() || m.RecoverySettings.IsUnknown() {
		return nil, nil
	}
	settings, diags := replicationbase.As[recoveryModel](ctx, m.RecoverySettings)
	return wireRecovery{Failover: settings.Failover.wire(), FailoverTest: settings.FailoverTest.wire()}, diags
}

func (p *placementModel) wire() *wirePlacement {
	if p == nil {
		return nil
	}
	out := &wirePlacement{Folder: p.Folder.ValueString(), ResourcePool: p.ResourcePool.ValueString(), Host: p.Host.ValueString()}
	out.Networks.Default = p.DefaultNetwork.ValueString()
	for _, n := range p.Networks {
		out.Networks.Mappings = append(out.Networks.Mappings, wireMapping{Key: n.Key.ValueInt64(), Network: n.Network.ValueString()})
	}
	return out
}

// Report stores the attributes of a replication, and values that the start has chosen, until a reverse swaps the
// sides.
func (m *model) Report(r vcda.Replication) {
	m.VMName, m.RecoveredVM = base.StringOrNull(r.VMName), replicationbase.RecoveredVM(r)
	if r.IsReversed() {
		return
	}
	s := r.Settings
	m.Source = replicationbase.With(replicationbase.AttributeTypes(sourceAttributes()), m.Source, map[string]attr.Value{"replicator_id": shown(m.Source, "replicator_id", s.SourceLocation.ReplicatorID)})
	m.Destination = replicationbase.With(replicationbase.AttributeTypes(destinationAttributes()), m.Destination, map[string]attr.Value{
		"replicator_id": shown(m.Destination, "replicator_id", s.DestinationLocation.ReplicatorID), "datastore_folder": shown(m.Destination, "datastore_folder", s.Placement.DatastoreFolder),
	})
}

func shown(object types.Object, name, text string) attr.Value {
	return replicationbase.Shown(object, name, text, base.StringOrNull(text))
}

// Import stores the ends of a listed replication.
func (m *model) Import(r vcda.Replication) {
	m.DiskCleanUp = types.StringValue(defaultCleanup)
	m.RecoverySettings = types.ObjectNull(replicationbase.AttributeTypes(recoveryAttribute().Attributes))
	s := r.Settings
	source, destination := s.SourceLocation, s.DestinationLocation
	sourceVCenter, destinationVCenter := s.VCenterID, s.Placement.VCenterID
	if r.IsReversed() {
		source, destination = destination, source
		sourceVCenter, destinationVCenter = destinationVCenter, sourceVCenter
	}
	m.Source = replicationbase.Empty(replicationbase.AttributeTypes(sourceAttributes()), map[string]attr.Value{
		"site": types.StringValue(source.Site), "replicator_id": base.StringOrNull(source.ReplicatorID), "vcenter_id": base.StringOrNull(sourceVCenter),
		"vm_id": types.StringValue(r.SourceVM()), "excluded_disk_keys": replicationbase.Int64List(s.ExcludedDiskKeys),
	})
	m.Destination = replicationbase.Empty(replicationbase.AttributeTypes(destinationAttributes()), map[string]attr.Value{
		"site": types.StringValue(destination.Site), "replicator_id": base.StringOrNull(destination.ReplicatorID), "vcenter_id": base.StringOrNull(destinationVCenter),
		"datastore_id": base.StringOrNull(s.Placement.DatastoreID), "datastore_folder": base.StringOrNull(s.Placement.DatastoreFolder),
		"storage_profile_id": base.StringOrNull(s.Placement.StorageProfileID), "disks": importedDisks(s.Placement.Disks),
	})
}

// importedDisks returns the disks with a location of their own, null if there are none.
func importedDisks(disks []vcda.DiskPlacement) types.List {
	list, _ := destinationAttributes()["disks"].GetType().(types.ListType)
	object, _ := list.ElemType.(types.ObjectType)
	if len(disks) == 0 {
		return types.ListNull(object)
	}
	rows := []attr.Value{}
	for _, d := range disks {
		rows = append(rows, replicationbase.Empty(object.AttrTypes, map[string]attr.Value{
			"key": types.Int64Value(d.Key), "datastore_id": types.StringValue(d.DatastoreID), "path": base.StringOrNull(d.Path),
			"seed": types.BoolValue(d.Seed), "storage_profile_id": base.StringOrNull(d.StorageProfileID),
		}))
	}
	return types.ListValueMust(object, rows)
}
