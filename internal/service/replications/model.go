package replications

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

// model is a replication of any kind. Attributes that the kind lacks are null.
type model struct {
	ID               types.String   `tfsdk:"id"`
	Kind             types.String   `tfsdk:"kind"`
	VMName           types.String   `tfsdk:"vm_name"`
	VAppName         types.String   `tfsdk:"vapp_name"`
	Description      types.String   `tfsdk:"description"`
	Owner            types.String   `tfsdk:"owner"`
	Source           end            `tfsdk:"source"`
	Destination      end            `tfsdk:"destination"`
	RPO              types.Int64    `tfsdk:"rpo_minutes"`
	ConnectionType   types.String   `tfsdk:"data_connection_type"`
	Quiesced         types.Bool     `tfsdk:"quiesced"`
	Retention        types.List     `tfsdk:"retention_rules"`
	ExcludedDiskKeys types.List     `tfsdk:"excluded_disk_keys"`
	DiskType         types.String   `tfsdk:"target_disk_type"`
	StorageProfile   types.String   `tfsdk:"storage_profile_id"`
	Migration        types.Bool     `tfsdk:"migration"`
	Paused           types.Bool     `tfsdk:"paused"`
	Reversed         types.Bool     `tfsdk:"reversed"`
	InitialSyncAt    types.String   `tfsdk:"initial_sync_at"`
	Health           types.String   `tfsdk:"health"`
	RecoveryState    types.String   `tfsdk:"recovery_state"`
	RecoveredVM      types.Object   `tfsdk:"recovered_vm"`
	RecoveredVApp    *recoveredVApp `tfsdk:"recovered_vapp"`
	VAppReplication  types.String   `tfsdk:"vapp_replication_id"`
	VMs              []vm           `tfsdk:"vms"`
	ConnectionState  types.String   `tfsdk:"data_connection_state"`
	RPOViolation     types.Int64    `tfsdk:"rpo_violation_minutes"`
	LatestInstance   *instance      `tfsdk:"latest_instance"`
	LastError        types.Object   `tfsdk:"last_error"`
	SpaceRequired    types.Int64    `tfsdk:"space_required_bytes"`
	UpdatedAt        types.String   `tfsdk:"updated_at"`
}

// end is the current source or destination.
type end struct {
	Site         types.String `tfsdk:"site"`
	Org          types.String `tfsdk:"org"`
	VDCID        types.String `tfsdk:"vdc_id"`
	VDCName      types.String `tfsdk:"vdc_name"`
	VAppID       types.String `tfsdk:"vapp_id"`
	VMID         types.String `tfsdk:"vm_id"`
	VCenterID    types.String `tfsdk:"vcenter_id"`
	ReplicatorID types.String `tfsdk:"replicator_id"`
	DatastoreID  types.String `tfsdk:"datastore_id"`
	Folder       types.String `tfsdk:"datastore_folder"`
}

type recoveredVApp struct {
	ID types.String `tfsdk:"id"`
}

// vm is one VM of a vApp replication.
type vm struct {
	ID              types.String `tfsdk:"id"`
	VMID            types.String `tfsdk:"vm_id"`
	Name            types.String `tfsdk:"name"`
	ConnectionState types.String `tfsdk:"data_connection_state"`
	RPOViolation    types.Int64  `tfsdk:"rpo_violation_minutes"`
	RecoveredVM     types.Object `tfsdk:"recovered_vm"`
}

type instance struct {
	Key             types.String `tfsdk:"key"`
	CreatedAt       types.String `tfsdk:"created_at"`
	TransferBytes   types.Int64  `tfsdk:"transfer_bytes"`
	TransferSeconds types.Int64  `tfsdk:"transfer_seconds"`
	Quiesced        types.Bool   `tfsdk:"quiesced"`
	Pinned          types.Bool   `tfsdk:"pinned"`
}

func newModel(r vcda.Replication) model {
	settings := replication.Settings(r)
	m := model{
		ID: types.StringValue(r.ID), Kind: types.StringValue(string(r.Kind())), VMName: base.StringOrNull(r.VMName), VAppName: base.StringOrNull(r.Descriptor.Name),
		Description: types.StringValue(settings.Description), Owner: base.StringOrNull(r.Owner),
		RPO: replicationbase.Int64OrNull(settings.RPO), ConnectionType: base.StringOrNull(settings.ConnectionType), Quiesced: types.BoolPointerValue(settings.Quiesced),
		Retention: replicationbase.RetentionList(settings.Retention), ExcludedDiskKeys: replicationbase.Int64List(settings.ExcludedDiskKeys),
		DiskType: base.StringOrNull(settings.TargetDiskType), StorageProfile: base.StringOrNull(r.Machines()[0].StorageProfile + settings.Placement.StorageProfileID),
		Migration: types.BoolValue(r.IsMigration()), Paused: types.BoolValue(r.IsPaused()), Reversed: types.BoolValue(r.IsReversed()),
		InitialSyncAt: base.TimeOrNull(settings.InitialSyncTime), Health: base.StringOrNull(r.Health), RecoveryState: types.StringValue(r.RecoveryState()),
		RecoveredVM: types.ObjectNull(replicationbase.RecoveredTypes), VAppReplication: base.StringOrNull(r.VAppReplication), VMs: []vm{},
		LastError: base.APIError(nil), UpdatedAt: base.TimeOrNull(r.LastUpdated),
	}
	m.Source, m.Destination = ends(r)
	if r.Kind() == vcda.VApp {
		m.ExcludedDiskKeys = types.ListNull(types.Int64Type)
		for _, one := range r.VMs {
			m.VMs = append(m.VMs, vm{
				ID: types.StringValue(one.ID), VMID: types.StringValue(one.VMID), Name: types.StringValue(one.VMName), ConnectionState: base.StringOrNull(one.ConnectionState),
				RPOViolation: types.Int64Value(one.DestinationState.RPOViolation), RecoveredVM: replicationbase.RecoveredVM(one),
			})
		}
	} else {
		m.RecoveredVM = replicationbase.RecoveredVM(r)
	}
	if id := replicationbase.RecoveredVApp(r); id != "" && r.Kind() == vcda.VApp {
		m.RecoveredVApp = &recoveredVApp{ID: types.StringValue(id)}
	}
	m.addState(r)
	return m
}

// addState adds the values that change every few minutes. For a vApp they are the worst of its VMs: a state that is
// not OK, the largest violation, the oldest of the latest instances.
func (m *model) addState(r vcda.Replication) {
	var violation, space int64
	var oldest *vcda.Instance
	state := ""
	for _, one := range r.Machines() {
		at := one.DestinationState
		violation, space = max(violation, at.RPOViolation), space+at.SpaceRequired
		if state == "" || state == "OK" {
			state = one.ConnectionState
		}
		if at.LatestInstance != nil && (oldest == nil || at.LatestInstance.Timestamp < oldest.Timestamp) {
			oldest = at.LatestInstance
		}
		if at.LastError != nil {
			m.LastError = base.APIError(at.LastError)
		}
	}
	m.ConnectionState, m.RPOViolation, m.SpaceRequired = base.StringOrNull(state), types.Int64Value(violation), types.Int64Value(space)
	if oldest != nil {
		m.LatestInstance = new(newInstance(*oldest))
	}
}

func newInstance(i vcda.Instance) instance {
	return instance{
		Key: types.StringValue(i.Key), CreatedAt: base.TimeOrNull(i.Timestamp), TransferBytes: types.Int64Value(i.TransferBytes),
		TransferSeconds: types.Int64Value(i.TransferSeconds), Quiesced: types.BoolValue(i.QuiescedType != "" && i.QuiescedType != "none"), Pinned: types.BoolValue(i.Pinned),
	}
}

func ends(r vcda.Replication) (source, destination end) {
	place := func(p vcda.Place, l vcda.Location) end {
		return end{
			Site: base.StringOrNull(p.Site + l.Site), Org: base.StringOrNull(p.Org), VDCID: base.StringOrNull(p.VDCID), VDCName: base.StringOrNull(p.VDCName),
			VAppID: base.StringOrNull(p.VAppID), VCenterID: base.StringOrNull(p.VCenterID), ReplicatorID: base.StringOrNull(l.ReplicatorID),
		}
	}
	source, destination = place(r.Source, r.Settings.SourceLocation), place(r.Destination, r.Settings.DestinationLocation)
	source.VMID = base.StringOrNull(r.SourceVM())
	if r.Kind() == vcda.VSphere {
		source.VCenterID, destination.VCenterID = base.StringOrNull(r.Settings.VCenterID), base.StringOrNull(r.Settings.Placement.VCenterID)
		destination.DatastoreID, destination.Folder = base.StringOrNull(r.Settings.Placement.DatastoreID), base.StringOrNull(r.Settings.Placement.DatastoreFolder)
	}
	return source, destination
}

func text(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func number(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

func flag(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
}

// attributes describes model.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                   text("Id of the replication."),
		"kind":                 text("Kind of the replication: `vm`, `vapp` or `vsphere`."),
		"vm_name":              text("Name of the VM; null for a vApp."),
		"vapp_name":            text("Name of the vApp; null for a VM."),
		"description":          text("Description of the replication."),
		"owner":                text("Organization that owns the replication, as `ORGANIZATION@SITE`."),
		"source":               endAttribute("Where the workload is now. After a reverse it is the former destination."),
		"destination":          endAttribute("Where it is replicated to. After a reverse it is the former source."),
		"rpo_minutes":          number("Recovery point objective, in minutes."),
		"data_connection_type": text("How the data is sent: `PLAIN`, `ENCRYPTED` or `ENCRYPTED_COMPRESSED`."),
		"quiesced":             flag("Whether file systems are quiesced for each instance."),
		"retention_rules": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "Which instances are kept.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"instances": number("How many instances are kept."), "distance_minutes": number("Minutes between two of them."),
			}},
		},
		"excluded_disk_keys":  schema.ListAttribute{Computed: true, ElementType: types.Int64Type, MarkdownDescription: "Keys of disks that are not replicated. Null where there are none, and for a vApp."},
		"target_disk_type":    text("Type of the disks at the destination."),
		"storage_profile_id":  text("Storage profile at the destination."),
		"migration":           flag("Whether the replication is for a migration."),
		"paused":              flag("Whether the replication is paused."),
		"reversed":            flag("Whether the replication runs in the reverse direction of its start."),
		"initial_sync_at":     text("When the first synchronization begins or began, in RFC 3339 format, null where no time was set."),
		"health":              text("Health of the replication: `GREEN`, `YELLOW` or `RED`."),
		"recovery_state":      text("State of the recovery: `NOT_STARTED`, `IN_PROGRESS`, `TEST` or `COMPLETE`."),
		"recovered_vm":        recoveredAttribute(),
		"recovered_vapp":      schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "The vApp after a failover test or a recovery, null before.", Attributes: map[string]schema.Attribute{"id": text("Id of the vApp.")}},
		"vapp_replication_id": text("Id of the vApp replication that a VM replication belongs to."),
		"vms": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "The VMs of a vApp; empty for a VM.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"id": text("Id of the replication of the VM."), "vm_id": text("Id of the VM."), "name": text("Name of the VM."),
				"data_connection_state": text("State of its connection."), "rpo_violation_minutes": number("By how many minutes its RPO is exceeded."),
				"recovered_vm": recoveredAttribute(),
			}},
		},
		"data_connection_state": text("State of the connection: `OK`, `INITIAL_SYNCING`, `SYNCING`, `PAUSED`, `POWERED_OFF`, `PRUNING`, `FINISHED`, `ERROR` or `UNKNOWN`. For a vApp that of a VM which is not `OK`, if there is one."),
		"rpo_violation_minutes": number("By how many minutes the RPO is exceeded now, 0 when it is kept."),
		"latest_instance": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "The latest instance, null before the first one. For a vApp: the oldest of the latest instances of its VMs.", Attributes: instanceAttributes(),
		},
		"last_error":           base.ErrorAttribute("Last error of the replication, null when there is none."),
		"space_required_bytes": number("Space that the replication uses at the destination, in bytes."),
		"updated_at":           text("When the appliance last updated the replication, in RFC 3339 format."),
	}
}

func recoveredAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Computed: true, MarkdownDescription: "The VM after a failover test or a recovery, null before.",
		Attributes: map[string]schema.Attribute{
			"id": text("Id of the VM, of Cloud Director or of vCenter."), "vapp_id": text("Id of its vApp, in Cloud Director."),
			"vcenter_id": text("Id of its vCenter, on the Manager service."), "name": text("Name of the VM."),
		},
	}
}

func endAttribute(description string) schema.SingleNestedAttribute {
	all := map[string]schema.Attribute{}
	maps.Copy(all, map[string]schema.Attribute{
		"site": text("Name of the site."), "org": text("Organization in Cloud Director."), "vdc_id": text("Id of the VDC."), "vdc_name": text("Name of the VDC."),
		"vapp_id": text("Id of the vApp."), "vm_id": text("Id of the VM."), "vcenter_id": text("Id of the vCenter."), "replicator_id": text("Id of the replicator, on the Manager service."),
		"datastore_id": text("Managed object id of the datastore."), "datastore_folder": text("Folder of the disks."),
	})
	return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: description, Attributes: all}
}

func instanceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"key": text("Key of the instance, which selects it in a recovery."), "created_at": text("When it was made, in RFC 3339 format."),
		"transfer_bytes": number("How many bytes were transferred for it."), "transfer_seconds": number("How many seconds that took."),
		"quiesced": flag("Whether file systems were quiesced."), "pinned": flag("Whether it is kept regardless of the retention rules."),
	}
}
