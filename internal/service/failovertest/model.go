package failovertest

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

// recovery returns the settings of the test.
func (m *model) recovery(ctx context.Context) (replication.Recovery, diag.Diagnostics) {
	how := replication.Recovery{PowerOn: m.PowerOn.ValueBool(), Sync: m.Sync.ValueBool(), Instances: map[string]string{}}
	var diags diag.Diagnostics
	if !m.InstanceKeys.IsNull() {
		diags = m.InstanceKeys.ElementsAs(ctx, &how.Instances, false)
	}
	if !m.InstanceKey.IsNull() {
		how.Instances[m.ReplicationID.ValueString()] = m.InstanceKey.ValueString()
	}
	return how, diags
}

// report stores the recovered VMs, and the task while it runs.
func (m *model) report(r *vcda.Replication, task vcda.Task) {
	m.ID, m.PendingTaskID = m.ReplicationID, types.StringNull()
	if task.StartTime > 0 {
		m.StartedAt = base.TimeOrNull(task.StartTime)
	}
	if task.ID != "" && !task.Ended() {
		m.PendingTaskID = types.StringValue(task.ID)
	}
	m.RecoveredVApp, m.RecoveredVMs = types.StringNull(), types.MapNull(types.StringType)
	if r == nil || r.RecoveryState() != vcda.RecoveryTest {
		return
	}
	m.RecoveredVApp = base.StringOrNull(replicationbase.RecoveredVApp(*r))
	ids := map[string]attr.Value{}
	for id, vm := range replicationbase.RecoveredVMs(*r) {
		ids[id] = types.StringValue(vm)
	}
	m.RecoveredVMs = types.MapValueMust(types.StringType, ids)
}

// imported returns a test of which only the id, or SITE/ID, is known.
func imported(id string) model {
	m := model{Site: types.StringNull(), PowerOn: types.BoolValue(true), Sync: types.BoolValue(false), InstanceKeys: types.MapNull(types.StringType)}
	if site, rest, found := strings.Cut(id, "/"); found {
		m.Site, id = types.StringValue(site), rest
	}
	m.ID, m.ReplicationID = types.StringValue(id), types.StringValue(id)
	operations := map[string]attr.Type{"create": types.StringType, "read": types.StringType, "delete": types.StringType}
	m.Timeouts = timeouts.Value{Object: types.ObjectNull(operations)}
	return m
}
