package replication

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// Recovery are the options for the recovery of a replication.
type Recovery struct {
	PowerOn     bool
	Consolidate bool              // not for a test
	Sync        bool              // for a test: synchronize first
	Instances   map[string]string // keys by the id of the replication of the VM; the latest by default
}

// Operation is an operation that changes the recovery state of replications.
type Operation struct {
	check     func(r vcda.Replication, options Recovery) Reason // why it is refused
	isReached func(r vcda.Replication) bool                     // nothing is left to do
	isDone    func(before, now vcda.Replication) bool
	settings  func(vcda.RecoverySettings) json.RawMessage // the stored settings that it uses; nil: none
	send      func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error)
}

// The operations.
var (
	Test = Operation{
		check: func(r vcda.Replication, options Recovery) Reason {
			return firstReason(r, refuseTest, refuseRecovered, refuseNoInstance(!options.Sync))
		},
		isReached: func(vcda.Replication) bool { return false },
		isDone:    func(_, now vcda.Replication) bool { return now.RecoveryState() == vcda.RecoveryTest },
		settings:  func(s vcda.RecoverySettings) json.RawMessage { return s.FailoverTest },
		send: func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error) {
			return s.client.FailoverTest(ctx, id, body)
		},
	}
	Failover = Operation{
		check: func(r vcda.Replication, _ Recovery) Reason {
			return firstReason(r, refuseTest, refuseMigration, refuseNoInstance(true))
		},
		isReached: isRecovered,
		isDone:    func(_, now vcda.Replication) bool { return isRecovered(now) },
		settings:  func(s vcda.RecoverySettings) json.RawMessage { return s.Failover },
		send: func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error) {
			return s.client.Failover(ctx, id, body)
		},
	}
	Migrate = Operation{
		check:     func(r vcda.Replication, _ Recovery) Reason { return firstReason(r, refuseTest) },
		isReached: isRecovered,
		isDone:    func(_, now vcda.Replication) bool { return isRecovered(now) },
		settings:  func(s vcda.RecoverySettings) json.RawMessage { return s.Failover },
		send: func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error) {
			return s.client.Migrate(ctx, id, body)
		},
	}
	Sync = Operation{
		check:     func(r vcda.Replication, _ Recovery) Reason { return firstReason(r, refusePaused, refuseRecovered) },
		isReached: func(vcda.Replication) bool { return false },
		isDone:    hasNewInstances,
		send: func(ctx context.Context, s *Site, id string, _ vcda.Recover) (vcda.Task, error) {
			task, err := s.client.Sync(ctx, id)
			return task, s.wrapNotOffered(err)
		},
	}
	Reverse = Operation{
		check: func(r vcda.Replication, _ Recovery) Reason { return firstReason(r, refuseNotRecovered) },
		isReached: func(r vcda.Replication) bool {
			return r.IsReversed() && r.RecoveryState() == vcda.RecoveryNotStarted
		},
		isDone: func(before, now vcda.Replication) bool {
			return now.IsReversed() != before.IsReversed() && now.RecoveryState() == vcda.RecoveryNotStarted
		},
		send: func(ctx context.Context, s *Site, id string, _ vcda.Recover) (vcda.Task, error) {
			task, err := s.client.Reverse(ctx, id)
			return task, s.wrapNotOffered(err)
		},
	}
)

// Reason is the reason why an operation is refused.
type Reason int

// The values of Reason.
const (
	NoReason Reason = iota
	TestActive
	Recovered
	NotRecovered
	Paused
	NoInstance
	Migration
)

type rule func(vcda.Replication) Reason

// firstReason returns the reason of the first rule that refuses.
func firstReason(r vcda.Replication, rules ...rule) Reason {
	for _, rule := range rules {
		if reason := rule(r); reason != NoReason {
			return reason
		}
	}
	return NoReason
}

func reasonIf(condition bool, reason Reason) Reason {
	if condition {
		return reason
	}
	return NoReason
}

func refuseTest(r vcda.Replication) Reason {
	return reasonIf(r.RecoveryState() == vcda.RecoveryTest, TestActive)
}
func refuseRecovered(r vcda.Replication) Reason    { return reasonIf(isRecovered(r), Recovered) }
func refuseNotRecovered(r vcda.Replication) Reason { return reasonIf(!isRecovered(r), NotRecovered) }
func refusePaused(r vcda.Replication) Reason       { return reasonIf(r.IsPaused(), Paused) }
func refuseMigration(r vcda.Replication) Reason    { return reasonIf(r.IsMigration(), Migration) }

func refuseNoInstance(needed bool) rule {
	return func(r vcda.Replication) Reason {
		lacks := slices.ContainsFunc(r.Machines(), func(vm vcda.Replication) bool { return vm.DestinationState.LatestInstance == nil })
		return reasonIf(needed && lacks && !r.IsMigration(), NoInstance)
	}
}

func isRecovered(r vcda.Replication) bool { return r.RecoveryState() == vcda.RecoveryComplete }

// hasNewInstances reports whether the latest instance of each VM has changed.
func hasNewInstances(before, now vcda.Replication) bool {
	old := map[string]string{}
	for _, vm := range before.Machines() {
		if latest := vm.DestinationState.LatestInstance; latest != nil {
			old[vm.ID] = latest.Key
		}
	}
	return !slices.ContainsFunc(now.Machines(), func(vm vcda.Replication) bool {
		latest := vm.DestinationState.LatestInstance
		return latest == nil || latest.Key == old[vm.ID]
	})
}

// StateError is the error of an operation that the state of the replication
// forbids. Nothing was sent.
type StateError struct {
	Replication vcda.Replication
	Reason      Reason
}

func (e *StateError) Error() string {
	return "the state of " + e.Replication.ID + " forbids the operation: it is " + e.Replication.RecoveryState()
}

// InstanceError is the error of an instance that a VM does not have.
type InstanceError struct {
	ID, Key string
	Known   []string // keys
}

func (e *InstanceError) Error() string {
	return "the replication " + e.ID + " has no instance " + e.Key
}

// NoSettingsError is the error of an operation of the Manager service without
// stored recovery settings.
type NoSettingsError struct {
	Replication vcda.Replication
}

func (e *NoSettingsError) Error() string {
	return "no recovery settings are stored for " + e.Replication.ID
}

// FindManaged finds a replication and the site that manages it. If site is empty,
// the replication is read at the appliance's own site, and shows which site manages
// it.
//
// Errors: *ServiceError, *AccessError, *SiteError, ErrNotListed.
func FindManaged(ctx context.Context, client *vcda.Client, id, site string, log Log) (*Site, *vcda.Replication, error) {
	kind := vcda.KindOf(id)
	s, err := NewSite(ctx, client, kind, site, log)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.Find(ctx, id)
	switch {
	case err != nil:
		return s, nil, err
	case r == nil:
		return s, nil, ErrNotListed
	case site == "":
		s, err = NewSite(ctx, client, kind, managingSite(*r), log)
	}
	return s, r, err
}

// managingSite returns the site that manages a listed replication: its destination,
// or its source if the destination is on premises.
func managingSite(r vcda.Replication) string {
	if isOnPremises(r) {
		return r.SourceSite()
	}
	return r.DestinationSite()
}

func isOnPremises(r vcda.Replication) bool {
	return r.Kind() != vcda.VSphere && r.Destination.VDCID == ""
}

// WaitForRecovery waits while a recovery is in progress, and returns the
// replication, nil if it is not listed.
func (s *Site) WaitForRecovery(ctx context.Context, id string) (*vcda.Replication, error) {
	r, err := s.waitForRecovery(ctx, id)
	return r, s.wrapSiteError(err)
}

// IsReached reports whether a replication already has the target state of the
// operation.
func (op Operation) IsReached(r vcda.Replication) bool { return op.isReached(r) }

// Prepared is a checked operation of a replication.
type Prepared struct {
	site   *Site
	op     Operation
	before vcda.Replication
	body   vcda.Recover
}

// Prepare checks an operation of a replication and reads its stored settings. It
// changes nothing.
//
// Errors: *StateError, *InstanceError, *NoSettingsError, and those of the reads.
func (s *Site) Prepare(ctx context.Context, op Operation, r vcda.Replication, options Recovery) (*Prepared, error) {
	if reason := op.check(r, options); reason != NoReason {
		return nil, &StateError{Replication: r, Reason: reason}
	}
	p := &Prepared{site: s, op: op, before: r}
	if op.settings == nil {
		return p, nil
	}
	if err := s.checkInstances(ctx, r, options); err != nil {
		return nil, err
	}
	var err error
	p.body, err = s.body(ctx, op, r, options)
	return p, s.wrapSiteError(err)
}

// checkInstances checks that the VMs have the requested instances.
func (s *Site) checkInstances(ctx context.Context, r vcda.Replication, options Recovery) error {
	for _, vm := range r.Machines() {
		key, ok := options.Instances[vm.ID]
		if !ok {
			continue
		}
		instances, err := s.Instances(ctx, vm.ID)
		if err != nil {
			return err
		}
		known := []string{}
		for _, instance := range instances {
			known = append(known, instance.Key)
		}
		if !slices.Contains(known, key) {
			return &InstanceError{ID: vm.ID, Key: key, Known: known}
		}
	}
	return nil
}

// body returns the request for a recovery, with its stored settings.
func (s *Site) body(ctx context.Context, op Operation, r vcda.Replication, options Recovery) (vcda.Recover, error) {
	body := vcda.Recover{PowerOn: options.PowerOn, Sync: options.Sync, Instance: options.Instances[r.ID]}
	if r.Kind() == vcda.VApp {
		body.Instances = instancesOf(r, options)
	}
	if s.kind == vcda.VSphere {
		if options.Consolidate {
			body.SnapshotOptions = "CONSOLIDATE"
		}
		stored, err := s.client.Placements(ctx, r.ID)
		if body.Placement = op.settings(stored); err == nil && body.Placement == nil {
			err = &NoSettingsError{Replication: r}
		}
		return body, err
	}
	body.Type, body.Consolidate = "vcloud", options.Consolidate
	if isOnPremises(r) { // the placement is set on premises
		body.Type = "vcenter"
		return body, nil
	}
	stored, err := s.client.NetworkSettings(ctx, r.ID)
	if settings := op.settings(stored); err == nil && settings != nil {
		err = json.Unmarshal(settings, &body) // the fields of both have the same names
	}
	return body, err
}

// instancesOf returns the requested instances of the VMs of a vApp.
func instancesOf(r vcda.Replication, options Recovery) map[string]string {
	chosen := maps.Clone(options.Instances)
	maps.DeleteFunc(chosen, func(id, _ string) bool {
		return !slices.ContainsFunc(r.Machines(), func(vm vcda.Replication) bool { return vm.ID == id })
	})
	return chosen
}

// Run sends the operation once and waits for its end. sent is false if the
// replication already has the target state. before are the tasks that ran before.
//
// Errors: *AccessError, *SiteError, *NotOfferedError, and those of lro.Do.
func (p *Prepared) Run(ctx context.Context, before *Tasks) (result Result, sent bool, err error) {
	id := p.before.ID
	w := p.site.write(id, step{
		Send:  func(ctx context.Context) (vcda.Task, error) { return p.op.send(ctx, p.site, id, p.body) },
		Done:  func(r *vcda.Replication) bool { return r != nil && p.op.isDone(p.before, *r) },
		Shown: isListed,
	})
	w.Tasks = before.forReplication(p.site, id)
	out, err := lro.Do(ctx, p.site.system, w)
	return Result{Replication: out.State, Task: out.Task}, out.Sent, p.site.wrapSiteError(err, p.before.SourceSite(), p.before.DestinationSite())
}

// Tasks are the tasks of a site at one time, read once for many operations.
type Tasks struct {
	running []vcda.Task
	newest  vcda.Task
}

// Tasks reads the running tasks.
func (s *Site) Tasks(ctx context.Context) (*Tasks, error) {
	running, err := s.client.Tasks(ctx, vcda.TaskQuery{State: vcda.TaskRunning})
	if err != nil {
		return nil, s.wrapSiteError(err)
	}
	newest, err := s.client.Tasks(ctx, vcda.TaskQuery{Limit: 1})
	if err != nil {
		return nil, s.wrapSiteError(err)
	}
	t := &Tasks{running: running}
	for _, task := range newest {
		t.newest = task
	}
	return t, nil
}

// forReplication returns a function that lists the tasks of a replication. Its
// first call returns the tasks that ran before; later calls read the list.
func (t *Tasks) forReplication(s *Site, id string) func(context.Context) ([]vcda.Task, error) {
	listed := false
	return func(ctx context.Context) ([]vcda.Task, error) {
		if !listed {
			listed = true
			return t.running, nil
		}
		tasks, err := s.client.Tasks(ctx, vcda.TaskQuery{ResourceID: id})
		return slices.DeleteFunc(tasks, func(task vcda.Task) bool {
			return task.Ended() && (task.StartTime < t.newest.StartTime || task.ID == t.newest.ID)
		}), err
	}
}

// CleanUp waits for the tasks of the replication and ends a failover test. It sends
// nothing if there is no test.
//
// Errors: *AccessError, *SiteError, *NotOfferedError, and those of lro.Do.
func (s *Site) CleanUp(ctx context.Context, id string) (Result, error) {
	out, err := lro.Do(ctx, s.system, s.write(id, step{
		Send: func(ctx context.Context) (vcda.Task, error) {
			task, err := s.client.CleanUpTest(ctx, id)
			return task, s.wrapNotOffered(err)
		},
		Done: func(r *vcda.Replication) bool {
			return r == nil || r.RecoveryState() == vcda.RecoveryNotStarted || isRecovered(*r)
		},
	}))
	return Result{Replication: out.State, Task: out.Task}, s.wrapSiteError(err)
}

// Selected is a replication and the site that manages it.
type Selected struct {
	Site        *Site
	Replication vcda.Replication
}

// selectChunk is the number of replications in one request.
const selectChunk = 50

// Select reads replications, each with the site that manages it, like FindManaged.
// The ids in missing are not listed.
//
// Errors: *ServiceError, *AccessError, *SiteError.
func Select(ctx context.Context, client *vcda.Client, ids []string, site string, log Log) (found []Selected, missing []string, err error) {
	listed := map[string]vcda.Replication{}
	for kind, ofKind := range byKind(ids) {
		s, err := NewSite(ctx, client, kind, site, log)
		if err != nil {
			return nil, nil, err
		}
		for chunk := range slices.Chunk(ofKind, selectChunk) {
			all, err := s.client.Replications(ctx, kind, vcda.ReplicationFilter{IDs: chunk})
			if err != nil {
				return nil, nil, s.wrapSiteError(err)
			}
			for _, r := range all {
				listed[r.ID] = r
			}
		}
	}
	for _, id := range ids {
		r, ok := listed[id]
		if !ok {
			missing = append(missing, id)
			continue
		}
		at := site
		if at == "" {
			at = managingSite(r)
		}
		s, err := NewSite(ctx, client, r.Kind(), at, log)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, Selected{s, r})
	}
	return found, missing, nil
}

func byKind(ids []string) map[vcda.Kind][]string {
	all := map[vcda.Kind][]string{}
	for _, id := range ids {
		all[vcda.KindOf(id)] = append(all[vcda.KindOf(id)], id)
	}
	return all
}

// Name returns the name of the site in calls, "" for the appliance's own.
func (s *Site) Name() string { return s.client.Site() }
