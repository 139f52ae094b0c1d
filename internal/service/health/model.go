package health

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type model struct {
	Healthy           types.Bool   `tfsdk:"healthy"`
	ProductName       types.String `tfsdk:"product_name"`
	BuildVersion      types.String `tfsdk:"build_version"`
	BuildDate         types.String `tfsdk:"build_date"`
	InstanceID        types.String `tfsdk:"instance_id"`
	RuntimeID         types.String `tfsdk:"runtime_id"`
	Address           types.String `tfsdk:"address"`
	CurrentTime       types.String `tfsdk:"current_time"`
	ServiceBootTime   types.String `tfsdk:"service_boot_time"`
	ApplianceBootTime types.String `tfsdk:"appliance_boot_time"`
	DiskUsage         *diskUsage   `tfsdk:"disk_usage"`

	Database                types.Object `tfsdk:"database"`
	LookupService           types.Object `tfsdk:"lookup_service"`
	NTP                     types.Object `tfsdk:"ntp"`
	SSOAdmin                types.Object `tfsdk:"sso_admin"`
	ReplicatorLookupService types.Object `tfsdk:"replicator_lookup_service"`
	VCloud                  types.Object `tfsdk:"vcloud"`
	Manager                 types.Object `tfsdk:"manager"`

	ManagerInstanceID types.String      `tfsdk:"manager_instance_id"`
	LocalReplicators  []localReplicator `tfsdk:"local_replicators"`

	Tunnels     []tunnel       `tfsdk:"tunnels"`
	Replicators []replicator   `tfsdk:"replicators"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

type diskUsage struct {
	Free   types.Int64 `tfsdk:"free"`
	Usable types.Int64 `tfsdk:"usable"`
	Total  types.Int64 `tfsdk:"total"`
}

type tunnel struct {
	ID          types.String `tfsdk:"id"`
	URL         types.String `tfsdk:"url"`
	Certificate types.String `tfsdk:"certificate"`
	Error       types.Object `tfsdk:"error"`
}

type replicator struct {
	ID     types.String `tfsdk:"id"`
	Site   types.String `tfsdk:"site"`
	URL    types.String `tfsdk:"url"`
	Online types.Bool   `tfsdk:"online"`
}

func newModel(h vcda.Health) model {
	return model{
		Healthy:           types.BoolValue(len(h.Findings()) == 0),
		ManagerInstanceID: base.StringOrNull(h.ManagerInstanceID),
		LocalReplicators:  localReplicators(h.LocalReplicators),
		ProductName:       base.StringOrNull(h.ProductName),
		BuildVersion:      base.StringOrNull(h.BuildVersion),
		BuildDate:         base.TimeOrNull(h.BuildDate),
		InstanceID:        base.StringOrNull(h.InstanceID),
		RuntimeID:         base.StringOrNull(h.RuntimeID),
		Address:           base.StringOrNull(h.Address),
		CurrentTime:       base.TimeOrNull(h.CurrentTime),
		ServiceBootTime:   base.TimeOrNull(h.ServiceBoot),
		ApplianceBootTime: base.TimeOrNull(h.ApplianceBoot),
		DiskUsage: &diskUsage{
			Free: types.Int64Value(h.DiskUsage.Free), Usable: types.Int64Value(h.DiskUsage.Usable), Total: types.Int64Value(h.DiskUsage.Total),
		},
		Database:                base.APIError(h.Database),
		LookupService:           base.APIError(h.LookupService),
		NTP:                     base.APIError(h.NTP),
		SSOAdmin:                base.APIError(h.SSOAdmin),
		ReplicatorLookupService: base.APIError(h.ReplicatorLookupService),
		VCloud:                  base.APIError(h.VCloud),
		Manager:                 base.APIError(h.Manager),
		Tunnels:                 tunnels(h),
		Replicators:             append(replicators(h.OfflineReplicators, false), replicators(h.OnlineReplicators, true)...),
	}
}

func tunnels(h vcda.Health) []tunnel {
	all := []tunnel{}
	for _, t := range h.Tunnels {
		all = append(all, tunnel{base.StringOrNull(t.Service.ID), base.StringOrNull(t.Service.URL), base.StringOrNull(t.Service.Certificate), base.APIError(t.Error)})
	}
	return all
}

func replicators(from []vcda.Replicator, online bool) []replicator {
	all := []replicator{}
	for _, r := range from {
		all = append(all, replicator{base.StringOrNull(r.ID), base.StringOrNull(r.Site), base.StringOrNull(r.APIURL), types.BoolValue(online)})
	}
	return all
}
