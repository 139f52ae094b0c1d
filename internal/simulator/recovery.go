package simulator

import (
	"maps"
	"net/http"
	"slices"
)

// recoveryRequest is the body of a failover, a test or a migration, on both services. The call decides which fields
// are allowed.
type recoveryRequest struct {
	Type                     string            `json:"type"`
	PowerOn                  *bool             `json:"powerOn"`
	Consolidate              *bool             `json:"consolidate"`
	InstanceID               *string           `json:"instanceId"`
	InstanceMap              map[string]string `json:"instanceMap"`
	Sync                     *bool             `json:"sync"`
	SnapshotOptions          *string           `json:"snapshotOptions"`
	VMNetworkSettings        any               `json:"vmNetworkSettings"`
	VAppNetworkSettings      any               `json:"vAppNetworkSettings"`
	PlacementPolicy          *string           `json:"placementPolicy"`
	SizingPolicy             *string           `json:"sizingPolicy"`
	CopySecurityTags         *bool             `json:"copySecurityTags"`
	FailoverPlacement        map[string]any    `json:"failoverPlacement"`
	CustomVirtualHardware    any               `json:"customVirtualHardware"`
	CustomVirtualHardwareMap any               `json:"customVirtualHardwareMap"`
}

// readRecovery reads and checks the body of a failover, test or migrate.
func (c *call) readRecovery(kind string, s subject) (recoveryRequest, *problem) {
	var body recoveryRequest
	if err := decode(c.body, &body); err != nil {
		return body, err
	}
	manager := c.appliance.service == Manager
	wanted := "vcloud"
	if s.vms[0].destination.VDC == "" {
		wanted = "vcenter"
	}
	switch {
	case manager && (body.Type != "" || body.InstanceMap != nil || body.VMNetworkSettings != nil || body.VAppNetworkSettings != nil):
		return body, violation(http.StatusBadRequest, "BadUserInput", "A field is unknown to the Manager service.")
	case manager && body.FailoverPlacement == nil:
		return body, refuse(http.StatusBadRequest, "BadUserInput", "failoverPlacement is missing.")
	case !manager && body.FailoverPlacement != nil:
		return body, violation(http.StatusBadRequest, "BadUserInput", "Unknown field failoverPlacement.")
	case !manager && body.Type != wanted:
		return body, violation(http.StatusBadRequest, "BadUserInput", "type must be %s.", wanted)
	case body.PowerOn == nil:
		return body, violation(http.StatusBadRequest, "BadUserInput", "powerOn is missing.")
	case body.Sync != nil && kind != "failoverTest", body.Consolidate != nil && kind == "failoverTest":
		return body, violation(http.StatusBadRequest, "BadUserInput", "A field does not belong to this call.")
	case kind == "migrate" && (body.InstanceID != nil || body.InstanceMap != nil):
		return body, violation(http.StatusBadRequest, "BadUserInput", "A migration takes no instance.")
	case body.Sync != nil && *body.Sync && (body.InstanceID != nil || body.InstanceMap != nil):
		return body, refuse(http.StatusBadRequest, "BadUserInput", "sync and an instance exclude each other.")
	case body.InstanceID != nil && s.group != nil, body.InstanceMap != nil && s.group == nil:
		return body, violation(http.StatusBadRequest, "BadUserInput", "The instance is given in the form of the other kind.")
	}
	return body, body.checkInstances(s)
}

// checkInstances refuses instances that don't exist.
func (body recoveryRequest) checkInstances(s subject) *problem {
	keys := map[string]string{}
	maps.Copy(keys, body.InstanceMap)
	if body.InstanceID != nil {
		keys[s.id] = *body.InstanceID
	}
	for id, key := range keys {
		at := slices.IndexFunc(s.vms, func(r *Replication) bool { return r.ID == id })
		if at < 0 || !slices.ContainsFunc(s.vms[at].Instances, func(i Instance) bool { return i.Key == key }) {
			return refuse(http.StatusBadRequest, "InstanceNotFound", "Instance %s was not found.", key)
		}
	}
	return nil
}

// recoverable finds the replication that a path names and checks that a recovery of it can start.
func (c *call) recoverable(kind string) (subject, recoveryRequest, *problem) {
	var body recoveryRequest
	s, err := c.changeable()
	if err != nil {
		return s, body, err
	}
	if state := s.recovery(); state != NotStarted {
		return s, body, refuse(http.StatusBadRequest, "InvalidState", "Replication %s can't be recovered: its state is %s.", s.id, state)
	}
	if body, err = c.readRecovery(kind, s); err != nil {
		return s, body, err
	}
	sync := kind == "migrate" || body.Sync != nil && *body.Sync
	for _, r := range s.vms {
		if len(r.Instances) == 0 && !sync && !r.Migration {
			return s, body, refuse(http.StatusBadRequest, "NoInstance", "Replication %s has no instance yet.", s.id)
		}
	}
	return s, body, nil
}

func (c *call) failoverTest() (reply, *problem) {
	s, body, err := c.recoverable("failoverTest")
	if err != nil {
		return reply{}, err
	}
	return c.recoveryTask("failoverTest", s, func(r *Replication, into string) {
		if body.Sync != nil && *body.Sync {
			r.addInstance(c.appliance.fixture.now())
		}
		r.Recovery = Testing
		r.recover(into)
		r.pin(body.instanceOf(r, s))
	}), nil
}

func (c *call) failover() (reply, *problem) {
	s, _, err := c.recoverable("failover")
	if err != nil {
		return reply{}, err
	}
	if s.vms[0].Migration {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "Replication %s is a migration.", s.id)
	}
	return c.recoveryTask("failover", s, func(r *Replication, into string) {
		r.Recovery = Complete
		r.recover(into)
	}), nil
}

// migrate powers the source off, which needs the source site.
func (c *call) migrate() (reply, *problem) {
	s, _, err := c.recoverable("migrate")
	if err != nil {
		return reply{}, err
	}
	if err := c.reach(s.vms[0].source); err != nil {
		return reply{}, err
	}
	return c.recoveryTask("migrate", s, func(r *Replication, into string) {
		r.Recovery = Complete
		r.addInstance(c.appliance.fixture.now())
		r.recover(into)
	}), nil
}

// recoveryTask starts a task that recovers each VM into a vApp of its group.
func (c *call) recoveryTask(kind string, s subject, each func(r *Replication, into string)) reply {
	return c.replicationTask(kind, s, c.appliance.replicationSwitches.recoveryTime, func() *apiError {
		into := randomID()
		for _, r := range s.vms {
			each(r, into)
		}
		return nil
	})
}

// recover records where the VM runs now.
func (r *Replication) recover(into string) {
	r.recovered = &recovered{vmID: randomID(), vappID: into}
	if r.group == nil {
		r.recovered = &recovered{vmID: "vm-" + randomID()[:8]}
	}
}

// instanceOf returns the key of the instance that a VM is recovered to, the latest by default.
func (body recoveryRequest) instanceOf(r *Replication, s subject) string {
	switch {
	case body.InstanceID != nil && s.group == nil:
		return *body.InstanceID
	case body.InstanceMap[r.ID] != "":
		return body.InstanceMap[r.ID]
	case r.latest() != nil:
		return r.latest().Key
	}
	return ""
}

// pin keeps a tested instance and the instances it is built on.
func (r *Replication) pin(key string) {
	for i := range r.Instances {
		r.Instances[i].IsPinned = true
		if r.Instances[i].Key == key {
			return
		}
	}
}

// cleanupTest is DELETE …/failover-test.
func (c *call) cleanupTest() (reply, *problem) {
	if c.appliance.service == Manager && c.appliance.replicationSwitches.missingCalls {
		return reply{}, noSuchCall()
	}
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	if s.recovery() != Testing {
		return reply{}, refuse(http.StatusBadRequest, "InvalidState", "No failover test of replication %s is active.", s.id)
	}
	return c.replicationTask("failoverTestCleanup", s, c.appliance.replicationSwitches.recoveryTime, func() *apiError {
		for _, r := range s.vms {
			r.Recovery, r.recovered = NotStarted, nil
		}
		return nil
	}), nil
}

// syncReplication is POST …/sync, which ends with one more instance.
func (c *call) syncReplication() (reply, *problem) {
	if c.appliance.service == Manager && c.appliance.replicationSwitches.missingCalls {
		return reply{}, noSuchCall()
	}
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	for _, r := range s.vms {
		if r.Paused || r.Recovery != NotStarted {
			return reply{}, refuse(http.StatusBadRequest, "InvalidState", "Replication %s can't be synchronized now.", s.id)
		}
	}
	return c.replicationTask("sync", s, c.appliance.replicationSwitches.syncTime, func() *apiError {
		for _, r := range s.vms {
			if !r.Migration {
				r.addInstance(c.appliance.fixture.now())
			}
		}
		return nil
	}), nil
}

// reverse swaps the sides. The id stays. The VM at the former source is deleted: its disks are the seed.
func (c *call) reverse() (reply, *problem) {
	if c.appliance.service == Manager && c.appliance.replicationSwitches.missingCalls {
		return reply{}, noSuchCall()
	}
	s, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	if s.recovery() != Complete {
		return reply{}, refuse(http.StatusBadRequest, "InvalidState", "Replication %s is not recovered.", s.id)
	}
	if err := c.reach(s.vms[0].source, s.vms[0].destination); err != nil {
		return reply{}, err
	}
	return c.replicationTask("reverse", s, c.appliance.replicationSwitches.recoveryTime, func() *apiError {
		for _, r := range s.vms {
			r.reverse(c.appliance.fixture)
		}
		return nil
	}), nil
}

// reverse swaps the sides of one VM, and begins to synchronize.
func (r *Replication) reverse(e *Fixture) {
	if source := e.appliances[r.source.Site]; source != nil {
		source.workloads.removeVM(r.VMID)
	}
	if r.recovered != nil {
		r.VMID = r.recovered.vmID
	}
	r.source, r.destination = r.destination, r.source
	r.source.VApp = ""
	r.replicatorIDs[0], r.replicatorIDs[1] = r.replicatorIDs[1], r.replicatorIDs[0]
	r.placement.VCID = r.destination.VCenter
	r.Reversed, r.Recovery, r.recovered, r.Instances = !r.Reversed, NotStarted, nil, nil
	e.manager(r).firstSync(r)
}
