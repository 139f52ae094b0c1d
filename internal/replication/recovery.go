package replication

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// Recovery is how a replication is to be recovered.
type Recovery struct {
	PowerOn     bool
	Consolidate bool              // not for a test
	Sync        bool              // for a test: synchronize first
	Instances   map[string]string // keys by the id of a VM's replication; the latest by default
}

// Operation brings replications into another state.
type Operation struct {
	refused func(r vcda.Replication, how Recovery) Reason
	reached func(r vcda.Replication) bool // nothing is left to do
	done    func(before, now vcda.Replication) bool
	stored  func(vcda.RecoverySettings) json.RawMessage // the settings it takes; nil: none
	send    func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error)
}

// The operations.
var (
	Test = Operation{
		refused: func(r vcda.Replication, how Recovery) Reason {
			return first(r, isTested, isRecovered, hasNoInstance(!how.Sync))
		},
		reached: func(vcda.Replication) bool { return false },
		done:    func(_, now vcda.Replication) bool { return now.RecoveryState() == vcda.RecoveryTest },
		stored:  func(s vcda.RecoverySettings) json.RawMessage { return s.FailoverTest },
		send: func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error) {
			return s.client.FailoverTest(ctx, id, body)
		},
	}
	Failover = Operation{
		refused: func(r vcda.Replication, _ Recovery) Reason {
			return first(r, isTested, isMigration, hasNoInstance(true))
		},
		reached: recovered,
		done:    func(_, now vcda.Replication) bool { return recovered(now) },
		stored:  func(s vcda.RecoverySettings) json.RawMessage { return s.Failover },
		send: func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error) {
			return s.client.Failover(ctx, id, body)
		},
	}
	Migrate = Operation{
		refused: func(r vcda.Replication, _ Recovery) Reason { return first(r, isTested) },
		reached: recovered,
		done:    func(_, now vcda.Replication) bool { return recovered(now) },
		stored:  func(s vcda.RecoverySettings) json.RawMessage { return s.Failover },
		send: func(ctx context.Context, s *Site, id string, body vcda.Recover) (vcda.Task, error) {
			return s.client.Migrate(ctx, id, body)
		},
	}
	Sync = Operation{
		refused: func(r vcda.Replication, _ Recovery) Reason { return first(r, isPaused, isRecovered) },
		reached: func(vcda.Replication) bool { return false },
		done:    hasNewInstances,
		send: func(ctx context.Context, s *Site, id string, _ vcda.Recover) (vcda.Task, error) {
			task, err := s.client.Sync(ctx, id)
			return task, s.notOffered(err)
		},
	}
	Reverse = Operation{
		refused: func(r vcda.Replication, _ Recovery) Reason { return first(r, isNotRecovered) },
		reached: func(r vcda.Replication) bool {
			return r.IsReversed() && r.RecoveryState() == vcda.RecoveryNotStarted
		},
		done: func(before, now vcda.Replication) bool {
			return now.IsReversed() != before.IsReversed() && now.RecoveryState() == vcda.RecoveryNotStarted
		},
		send: func(ctx context.Context, s *Site, id string, _ vcda.Recover) (vcda.Task, error) {
			task, err := s.client.Reverse(ctx, id)
			return task, s.notOffered(err)
		},
	}
)

// Reason is why an operation is refused.
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

// first returns the first reason that the rules find.
func first(r vcda.Replication, rules ...rule) Reason {
	for _, rule := range rules {
		if reason := rule(r); reason != NoReason {
			return reason
		}
	}
	return NoReason
}

func when(is bool, reason Reason) Reason {
	if is {
		return reason
	}
	return NoReason
}

func isTested(r vcda.Replication) Reason {
	return when(r.RecoveryState() == vcda.RecoveryTest, TestActive)
}
func isRecovered(r vcda.Replication) Reason    { return when(recovered(r), Recovered) }
func isNotRecovered(r vcda.Replication) Reason { return when(!recovered(r), NotRecovered) }
func isPaused(r vcda.Replication) Reason       { return when(r.IsPaused(), Paused) }
func isMigration(r vcda.Replication) Reason    { return when(r.IsMigration(), Migration) }

func hasNoInstance(needed bool) rule {
	return func(r vcda.Replication) Reason {
		lacks := slices.ContainsFunc(r.Machines(), func(vm vcda.Replication) bool { return vm.DestinationState.LatestInstance == nil })
		return when(needed && lacks && !r.IsMigration(), NoInstance)
	}
}

func recovered(r vcda.Replication) bool { return r.RecoveryState() == vcda.RecoveryComplete }

// hasNewInstances reports whether each VM has another latest instance than before.
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

// StateError is a replication whose state forbids an operation. Nothing was sent.
type StateError struct {
	Replication vcda.Replication
	Reason      Reason
}

func (e *StateError) Error() string {
	return "the state of " + e.Replication.ID + " forbids the operation: it is " + e.Replication.RecoveryState()
}

// InstanceError is an instance that a VM does not have.
type InstanceError struct {
	ID, Key string
	Known   []string // keys
}

func (e *InstanceError) Error() string {
	return "the replication " + e.ID + " has no instance " + e.Key
}

// NoSettingsError is a replication of the Manager service without recovery settings
// for an operation.
type NoSettingsError struct {
	Replication vcda.Replication
}

func (e *NoSettingsError) Error() string {
	return "no recovery settings are stored for " + e.Replication.ID
}

// Managing finds a replication and the site that manages it. Without the name of
// that site the replication itself tells, as the appliance's own site shows it.
//
// Errors: *ServiceError, *AccessError, *SiteError, ErrNotListed.
func Managing(ctx context.Context, client *vcda.Client, id, site string, log Log) (*Site, *vcda.Replication, error) {
	kind := vcda.KindOf(id)
	s, err := At(ctx, client, kind, site, log)
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
		s, err = At(ctx, client, kind, managedAt(*r), log)
	}
	return s, r, err
}

// managedAt is the site that manages a listed replication: its destination, or its
// source where the destination is on premises.
func managedAt(r vcda.Replication) string {
	if isOnPremises(r) {
		return r.SourceSite()
	}
	return r.DestinationSite()
}

func isOnPremises(r vcda.Replication) bool {
	return r.Kind() != vcda.VSphere && r.Destination.VDCID == ""
}

// Settled returns a replication when no recovery of it is in progress; nil where it
// is not listed.
func (s *Site) Settled(ctx context.Context, id string) (*vcda.Replication, error) {
	r, err := s.settled(ctx, id)
	return r, s.explain(err)
}

// IsReached reports whether a replication is already where the operation brings it.
func (op Operation) IsReached(r vcda.Replication) bool { return op.reached(r) }

// Prepared is an operation of one replication that has been checked.
type Prepared struct {
	site   *Site
	op     Operation
	before vcda.Replication
	body   vcda.Recover
}

// Prepare checks an operation of one replication, and reads what it needs. Nothing
// is changed.
//
// Errors: *StateError, *InstanceError, *NoSettingsError, and those of the reads.
func (s *Site) Prepare(ctx context.Context, op Operation, r vcda.Replication, how Recovery) (*Prepared, error) {
	if reason := op.refused(r, how); reason != NoReason {
		return nil, &StateError{Replication: r, Reason: reason}
	}
	p := &Prepared{site: s, op: op, before: r}
	if op.stored == nil {
		return p, nil
	}
	if err := s.checkInstances(ctx, r, how); err != nil {
		return nil, err
	}
	var err error
	p.body, err = s.body(ctx, op, r, how)
	return p, s.explain(err)
}

// checkInstances checks that the VMs have the instances asked for.
func (s *Site) checkInstances(ctx context.Context, r vcda.Replication, how Recovery) error {
	for _, vm := range r.Machines() {
		key, asked := how.Instances[vm.ID]
		if !asked {
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

// body is the request for a recovery, with the settings that are stored for it.
func (s *Site) body(ctx context.Context, op Operation, r vcda.Replication, how Recovery) (vcda.Recover, error) {
	body := vcda.Recover{PowerOn: how.PowerOn, Sync: how.Sync, Instance: how.Instances[r.ID]}
	if r.Kind() == vcda.VApp {
		body.Instances = instancesOf(r, how)
	}
	if s.kind == vcda.VSphere {
		if how.Consolidate {
			body.SnapshotOptions = "CONSOLIDATE"
		}
		settings, err := s.client.Placements(ctx, r.ID)
		if body.Placement = op.stored(settings); err == nil && body.Placement == nil {
			err = &NoSettingsError{Replication: r}
		}
		return body, err
	}
	body.Type, body.Consolidate = "vcloud", how.Consolidate
	if isOnPremises(r) { // whose placement is set there
		body.Type = "vcenter"
		return body, nil
	}
	settings, err := s.client.NetworkSettings(ctx, r.ID)
	if half := op.stored(settings); err == nil && half != nil {
		err = json.Unmarshal(half, &body) // the fields of both have the same names
	}
	return body, err
}

// instancesOf are the instances asked for of the VMs of a vApp.
func instancesOf(r vcda.Replication, how Recovery) map[string]string {
	chosen := maps.Clone(how.Instances)
	maps.DeleteFunc(chosen, func(id, _ string) bool {
		return !slices.ContainsFunc(r.Machines(), func(vm vcda.Replication) bool { return vm.ID == id })
	})
	return chosen
}

// Run sends the operation once and waits for its end. Sent is false where the
// replication got there by itself. The tasks are those that ran before.
//
// Errors: *AccessError, *SiteError, *NotOfferedError, and those of lro.Do.
func (p *Prepared) Run(ctx context.Context, before *Tasks) (result Result, sent bool, err error) {
	id := p.before.ID
	w := p.site.write(id, step{
		Send:  func(ctx context.Context) (vcda.Task, error) { return p.op.send(ctx, p.site, id, p.body) },
		Done:  func(r *vcda.Replication) bool { return r != nil && p.op.done(p.before, *r) },
		Shown: isListed,
	})
	w.Tasks = before.about(p.site, id)
	out, err := lro.Do(ctx, p.site.system, w)
	return Result{Replication: out.State, Task: out.Task}, out.Sent, p.site.explain(err, p.before.SourceSite(), p.before.DestinationSite())
}

// Tasks are those of a site at one moment, read once for many operations.
type Tasks struct {
	running []vcda.Task
	newest  vcda.Task
}

// Tasks reads which tasks run.
func (s *Site) Tasks(ctx context.Context) (*Tasks, error) {
	running, err := s.client.Tasks(ctx, vcda.TaskQuery{State: vcda.TaskRunning})
	if err != nil {
		return nil, s.explain(err)
	}
	newest, err := s.client.Tasks(ctx, vcda.TaskQuery{Limit: 1})
	if err != nil {
		return nil, s.explain(err)
	}
	t := &Tasks{running: running}
	for _, one := range newest {
		t.newest = one
	}
	return t, nil
}

// about lists the tasks about a replication: first those that ran, without a call,
// then those that have begun since too.
func (t *Tasks) about(s *Site, id string) func(context.Context) ([]vcda.Task, error) {
	asked := false
	return func(ctx context.Context) ([]vcda.Task, error) {
		if !asked {
			asked = true
			return t.running, nil
		}
		tasks, err := s.client.Tasks(ctx, vcda.TaskQuery{ResourceID: id})
		return slices.DeleteFunc(tasks, func(task vcda.Task) bool {
			return task.Ended() && (task.StartTime < t.newest.StartTime || task.ID == t.newest.ID)
		}), err
	}
}

// CleanUp ends a failover test, and waits for tasks of the replication before.
// Without a test it sends nothing.
//
// Errors: *AccessError, *SiteError, *NotOfferedError, and those of lro.Do.
func (s *Site) CleanUp(ctx context.Context, id string) (Result, error) {
	out, err := lro.Do(ctx, s.system, s.write(id, step{
		Send: func(ctx context.Context) (vcda.Task, error) {
			task, err := s.client.CleanUpTest(ctx, id)
			return task, s.notOffered(err)
		},
		Done: func(r *vcda.Replication) bool {
			return r == nil || r.RecoveryState() == vcda.RecoveryNotStarted || recovered(*r)
		},
	}))
	return Result{Replication: out.State, Task: out.Task}, s.explain(err)
}

// Selected is one of several replications, and the site that manages it.
type Selected struct {
	Site        *Site
	Replication vcda.Replication
}

// selectChunk is how many replications one list is asked for.
const selectChunk = 50

// Select finds replications as they are listed now, each with the site that manages
// it, as Managing does. The ids in missing are not listed.
//
// Errors: *ServiceError, *AccessError, *SiteError.
func Select(ctx context.Context, client *vcda.Client, ids []string, site string, log Log) (found []Selected, missing []string, err error) {
	listed := map[string]vcda.Replication{}
	for kind, ofKind := range byKind(ids) {
		s, err := At(ctx, client, kind, site, log)
		if err != nil {
			return nil, nil, err
		}
		for chunk := range slices.Chunk(ofKind, selectChunk) {
			all, err := s.client.Replications(ctx, kind, vcda.ReplicationFilter{IDs: chunk})
			if err != nil {
				return nil, nil, s.explain(err)
			}
			for _, r := range all {
				listed[r.ID] = r
			}
		}
	}
	for _, id := range ids {
		r, there := listed[id]
		if !there {
			missing = append(missing, id)
			continue
		}
		at := site
		if at == "" {
			at = managedAt(r)
		}
		s, err := At(ctx, client, r.Kind(), at, log)
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

// Name is the name of the site in calls, "" for the appliance's own.
func (s *Site) Name() string { return s.client.Site() }
