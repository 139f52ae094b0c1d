package health

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// localReplicator is the health report of a replicator of the site.
type localReplicator struct {
	InstanceID        types.String   `tfsdk:"instance_id"`
	ProductName       types.String   `tfsdk:"product_name"`
	BuildVersion      types.String   `tfsdk:"build_version"`
	BuildDate         types.String   `tfsdk:"build_date"`
	RuntimeID         types.String   `tfsdk:"runtime_id"`
	Address           types.String   `tfsdk:"address"`
	CurrentTime       types.String   `tfsdk:"current_time"`
	ServiceBootTime   types.String   `tfsdk:"service_boot_time"`
	ApplianceBootTime types.String   `tfsdk:"appliance_boot_time"`
	DiskUsage         *diskUsage     `tfsdk:"disk_usage"`
	LWD               types.Object   `tfsdk:"lwd"`
	HBR               types.Object   `tfsdk:"hbr"`
	H4DM              types.Object   `tfsdk:"h4dm"`
	LookupService     types.Object   `tfsdk:"lookup_service"`
	Database          types.Object   `tfsdk:"database"`
	NTP               types.Object   `tfsdk:"ntp"`
	OnlineManagers    []types.String `tfsdk:"online_managers"`
	OfflineManagers   []types.String `tfsdk:"offline_managers"`
}

func localReplicators(from []vcda.ReplicatorHealth) []localReplicator {
	all := []localReplicator{}
	for _, r := range from {
		all = append(all, localReplicator{
			InstanceID: base.StringOrNull(r.InstanceID), ProductName: base.StringOrNull(r.ProductName), BuildVersion: base.StringOrNull(r.BuildVersion),
			BuildDate: base.TimeOrNull(r.BuildDate), RuntimeID: base.StringOrNull(r.RuntimeID), Address: base.StringOrNull(r.Address),
			CurrentTime: base.TimeOrNull(r.CurrentTime), ServiceBootTime: base.TimeOrNull(r.ServiceBoot), ApplianceBootTime: base.TimeOrNull(r.ApplianceBoot),
			DiskUsage: &diskUsage{types.Int64Value(r.DiskUsage.Free), types.Int64Value(r.DiskUsage.Usable), types.Int64Value(r.DiskUsage.Total)},
			LWD:       base.APIError(r.LWD), HBR: base.APIError(r.HBR), H4DM: base.APIError(r.H4DM),
			LookupService: base.APIError(r.LookupService), Database: base.APIError(r.Database), NTP: base.APIError(r.NTP),
			OnlineManagers: ids(r.OnlineManagers), OfflineManagers: ids(r.OfflineManagers),
		})
	}
	return all
}

func ids(from []vcda.ManagerRef) []types.String {
	all := []types.String{}
	for _, m := range from {
		all = append(all, base.StringOrNull(m.ID))
	}
	return all
}

// localReplicatorsAttribute describes localReplicator.
func localReplicatorsAttribute() schema.ListNestedAttribute {
	text := func(doc string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: doc}
	}
	list := func(doc string) schema.ListAttribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: doc}
	}
	return schema.ListNestedAttribute{
		Computed: true, MarkdownDescription: "Health reports of the site's replicators.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"instance_id":         text("ID of the replicator, which never changes."),
			"product_name":        text(texts["product_name"]),
			"build_version":       text(texts["build_version"]),
			"build_date":          text(texts["build_date"]),
			"runtime_id":          text(texts["runtime_id"]),
			"address":             text("Address of the replicator, as it reports it."),
			"current_time":        text("Time on the replicator, in RFC 3339 format, UTC."),
			"service_boot_time":   text(texts["service_boot_time"]),
			"appliance_boot_time": text(texts["appliance_boot_time"]),
			"disk_usage":          diskUsageAttribute,
			"lwd":                 base.ErrorAttribute("Error of the data engine LWD. Null when it is fine."),
			"hbr":                 base.ErrorAttribute("Error of the data engine HBR. Null when it is fine."),
			"h4dm":                base.ErrorAttribute("Error of the data engine H4DM. Null when it is fine."),
			"lookup_service":      base.ErrorAttribute(checks["lookup_service"]),
			"database":            base.ErrorAttribute(checks["database"]),
			"ntp":                 base.ErrorAttribute(checks["ntp"]),
			"online_managers":     list("IDs of the Managers that the replicator reaches."),
			"offline_managers":    list("IDs of the Managers that the replicator does not reach."),
		}},
	}
}
