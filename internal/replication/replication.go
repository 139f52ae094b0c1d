// Package replication starts, changes and stops replications of workloads. It
// knows where a replication is managed and which one is the one asked for. How a
// request is sent once and waited for is package lro's.
package replication

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro/appliance"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
)

// Log takes a decision with its reason.
type Log func(ctx context.Context, message string, fields map[string]any)

// Site is a site that manages replications of one kind.
type Site struct {
	client *vcda.Client // whose calls are performed at the site
	kind   vcda.Kind
	home   vcda.Home
	system lro.System[vcda.Task]
}

// At returns a site that manages replications of a kind; an empty name is the
// appliance's own site.
//
// Errors: *ServiceError where the appliance has the other service.
func At(ctx context.Context, client *vcda.Client, kind vcda.Kind, site string, log Log) (*Site, error) {
	home, err := client.Home(ctx)
	if err != nil {
		return nil, err
	}
	if home.Service != kind.Service() {
		return nil, &ServiceError{Kind: kind, Service: home.Service}
	}
	if !sameSite(site, home.Site) {
		client = client.At(site)
	}
	return &Site{client: client, kind: kind, home: home, system: appliance.System(client, log)}, nil
}

// Result is what an operation came to, as far as it got.
type Result struct {
	Replication *vcda.Replication // nil where it is not listed
	Task        vcda.Task         // the last one, zero where there is none
	Adopted     bool              // the replication was there already
}

// All lists the replications of the site, for reads that run together.
func (s *Site) All(ctx context.Context) ([]vcda.Replication, error) {
	all, err := s.client.SharedReplications(ctx, s.kind)
	return all, s.explain(err)
}

// Find returns a replication by its id, for reads that run together; nil where
// there is none.
func (s *Site) Find(ctx context.Context, id string) (*vcda.Replication, error) {
	found, err := s.client.FindReplication(ctx, id)
	return found, s.explain(err)
}

// Instances lists the instances of a replication.
func (s *Site) Instances(ctx context.Context, id string) ([]vcda.Instance, error) {
	instances, err := s.client.Instances(ctx, id)
	return instances, s.explain(err)
}

// startWindow is how far back a task is looked for that may be starting the same
// replication.
const startWindow = time.Hour

// Start starts a replication, or adopts the one that is there already, unless it has
// an owner. The start ends when the replication is configured; its first
// synchronization goes on.
//
// Errors: *ExistsError, *HeldError, *AccessError, *SiteError, ErrNotListed, and those
// of lro.Do.
func (s *Site) Start(ctx context.Context, spec Spec, owners *ownership.Ledger) (Result, error) {
	delayed := spec.Settings.InitialSyncTime != nil && *spec.Settings.InitialSyncTime > s.client.Clock().Now().UnixMilli()
	body := spec.body(spec.Paused || delayed)
	out, err := lro.Do(ctx, s.system, lro.Write[vcda.Task, *vcda.Replication]{
		Send: func(ctx context.Context) (vcda.Task, error) { return s.client.StartReplication(ctx, s.kind, body) },
		Look: func(ctx context.Context, task vcda.Task) (*vcda.Replication, error) { return s.search(ctx, spec, task) },
		Tasks: func(ctx context.Context) ([]vcda.Task, error) {
			return s.startTasks(ctx)
		},
		Match: func(t vcda.Task) lro.Match { return s.matchStart(spec, t) },
		Done:  func(r *vcda.Replication) bool { return r != nil },
		Reflects: func(r *vcda.Replication, t vcda.Task) bool {
			return r != nil || t.State != vcda.TaskSucceeded || s.matchStart(spec, t) != lro.Yes
		},
	})
	result := Result{Replication: out.State, Task: out.Task}
	switch {
	case err != nil:
		return result, s.explain(err, spec.Source.Site, spec.Destination.Site)
	case out.State == nil:
		return result, ErrNotListed
	case !out.Sent && isOwned(*out.State, owners):
		return Result{}, &HeldError{Replication: *out.State}
	case !out.Sent && !spec.Adopt:
		return Result{}, &ExistsError{Replication: *out.State}
	}
	result.Adopted = !out.Sent
	return result, nil
}

// isOwned reports whether an object of the state or a resource of the run has a
// replication, the vApp replication that it is part of, or a part of it.
func isOwned(r vcda.Replication, owners *ownership.Ledger) bool {
	ids := []string{r.ID, r.VAppReplication}
	for _, vm := range r.VMs {
		ids = append(ids, vm.ID)
	}
	return slices.ContainsFunc(ids, func(id string) bool { return id != "" && (owners.IsInState(id) || owners.IsChanged(id)) })
}

// search looks for the replication of a spec as it is listed now: by the id that
// the task of the start names, else by source and destination.
func (s *Site) search(ctx context.Context, spec Spec, task vcda.Task) (*vcda.Replication, error) {
	if id := startedBy(task, s.kind); id != "" {
		return s.client.ReplicationByID(ctx, id)
	}
	listed, err := s.client.Replications(ctx, s.kind, spec.filter())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(listed, spec.is)
	if at < 0 {
		return nil, nil
	}
	return &listed[at], nil
}

// startedBy is the id of the replication of the kind that a task has started, as far
// as the task names it. On the Manager service it does from the beginning. The start of
// a VM's replication may name the vApp replication that it is part of.
func startedBy(t vcda.Task, kind vcda.Kind) string {
	var made vcda.Replication
	if json.Unmarshal(t.Result, &made) == nil && vcda.KindOf(made.ID) == kind {
		return made.ID
	}
	if vcda.KindOf(t.Workflow.ResourceID) == kind {
		return t.Workflow.ResourceID
	}
	return ""
}

// startTasks lists the tasks that may start a replication of the kind: those about
// none that is listed. Their type is not documented.
func (s *Site) startTasks(ctx context.Context) ([]vcda.Task, error) {
	since := s.client.Clock().Now().Add(-startWindow)
	tasks, err := s.client.Tasks(ctx, vcda.TaskQuery{ResourceType: s.kind.ResourceType(), StartedAfter: since})
	if err != nil {
		return nil, err
	}
	var named []string
	for _, t := range tasks {
		if !t.Ended() && vcda.KindOf(t.Workflow.ResourceID) == s.kind {
			named = append(named, t.Workflow.ResourceID)
		}
	}
	if len(named) == 0 {
		return tasks, nil
	}
	listed, err := s.client.Replications(ctx, s.kind, vcda.ReplicationFilter{IDs: named})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(tasks, func(t vcda.Task) bool {
		return !t.Ended() && slices.ContainsFunc(listed, func(r vcda.Replication) bool { return r.ID == t.Workflow.ResourceID })
	}), nil
}

// matchStart reports whether a task starts the replication of a spec. Those that
// this process started for others don't.
func (s *Site) matchStart(spec Spec, t vcda.Task) lro.Match {
	if t.Workflow.ResourceType != s.kind.ResourceType() || s.client.Started(t.ID) {
		return lro.No
	}
	var made vcda.Replication
	if json.Unmarshal(t.Result, &made) == nil && made.ID != "" {
		if spec.is(made) {
			return lro.Yes
		}
		return lro.No
	}
	return lro.Maybe
}

// write completes a write of a replication that is there.
func (s *Site) write(id string, w lro.Write[vcda.Task, *vcda.Replication]) lro.Write[vcda.Task, *vcda.Replication] {
	w.Look = func(ctx context.Context, _ vcda.Task) (*vcda.Replication, error) {
		return s.client.ReplicationByID(ctx, id)
	}
	w.Tasks = func(ctx context.Context) ([]vcda.Task, error) {
		return s.client.Tasks(ctx, vcda.TaskQuery{ResourceID: id})
	}
	w.Match = func(t vcda.Task) lro.Match {
		if t.Workflow.ResourceID == id {
			return lro.Yes
		}
		return lro.No
	}
	return w
}

// Change is what is to be changed of a replication. A nil field is no change.
type Change struct {
	Settings       vcda.SettingsChange
	DropProfile    bool    // Settings are sent even where they are there already: they drop an SLA profile
	StorageProfile *string // id
	Owner          *string // ORG@SITE
	Paused         *bool
	Stored         any // network settings, or recovery settings on the Manager service
}

// Change changes a replication, one call after the other, and returns it as it is
// listed then.
//
// Errors: *AccessError, *SiteError, *NotOfferedError, ErrNotListed, and those of
// lro.Do.
func (s *Site) Change(ctx context.Context, id string, change Change) (Result, error) {
	var result Result
	for _, step := range s.steps(id, change) {
		out, err := lro.Do(ctx, s.system, s.write(id, step))
		result = Result{Replication: out.State, Task: out.Task}
		if err != nil {
			return result, s.explain(err)
		}
	}
	if change.Owner != nil {
		if err := s.client.ChangeOwner(ctx, id, *change.Owner); err != nil {
			return result, s.explain(err)
		}
	}
	var err error
	result.Replication, err = s.client.ReplicationByID(ctx, id)
	if err == nil && result.Replication == nil {
		err = ErrNotListed
	}
	return result, s.explain(err)
}

type step = lro.Write[vcda.Task, *vcda.Replication]

// steps are the writes of a change that go on as tasks. Those whose effect no list
// shows are always sent.
func (s *Site) steps(id string, change Change) []step {
	var steps []step
	if change.Settings != (vcda.SettingsChange{}) {
		steps = append(steps, step{
			Send:   func(ctx context.Context) (vcda.Task, error) { return s.client.Reconfigure(ctx, id, change.Settings) },
			Done:   func(r *vcda.Replication) bool { return r != nil && hasSettings(*r, change.Settings) },
			Always: change.Settings.SLAProfileID != nil || change.DropProfile,
		})
	}
	if profile := change.StorageProfile; profile != nil {
		steps = append(steps, step{
			Send: func(ctx context.Context) (vcda.Task, error) { return s.client.ApplyStorageProfile(ctx, id, *profile) },
			Done: func(r *vcda.Replication) bool { return r != nil && r.Machines()[0].StorageProfile == *profile },
		})
	}
	if change.Stored != nil {
		replace := s.client.ReplaceNetworkSettings
		if s.kind == vcda.VSphere {
			replace = s.client.ReplaceRecoverySettings
		}
		steps = append(steps, step{
			Send:   func(ctx context.Context) (vcda.Task, error) { return replace(ctx, id, change.Stored) },
			Done:   isListed,
			Always: true,
		})
	}
	if paused := change.Paused; paused != nil {
		steps = append(steps, step{
			Send: func(ctx context.Context) (vcda.Task, error) {
				if *paused {
					return s.client.Pause(ctx, id)
				}
				task, err := s.client.Resume(ctx, id)
				return task, s.notOffered(err)
			},
			Done: func(r *vcda.Replication) bool { return r != nil && r.IsPaused() == *paused },
		})
	}
	return steps
}

func isListed(r *vcda.Replication) bool { return r != nil }

// hasSettings reports whether a replication has the settings, as far as it shows
// them.
func hasSettings(r vcda.Replication, asked vcda.SettingsChange) bool {
	left := Differences(asked, r)
	left.SLAProfileID = nil
	return left == vcda.SettingsChange{}
}

// Stop stops a replication and returns it as it was, nil where there was none. It
// waits for a recovery that is in progress. Where a failover test is active it
// first cleans up, if it may.
//
// Errors: *TestActiveError, *AccessError, *SiteError, *NotOfferedError, and those of lro.Do.
func (s *Site) Stop(ctx context.Context, id, disks string, cleanUp bool) (Result, error) {
	before, err := s.settled(ctx, id)
	if err != nil || before == nil {
		return Result{}, s.explain(err)
	}
	if before.RecoveryState() == vcda.RecoveryTest {
		if !cleanUp {
			return Result{Replication: before}, &TestActiveError{ID: id}
		}
		if result, err := s.CleanUp(ctx, id); err != nil {
			return result, err
		}
	}
	out, err := lro.Do(ctx, s.system, s.write(id, step{
		Send: func(ctx context.Context) (vcda.Task, error) { return s.client.StopReplication(ctx, id, disks) },
		Done: func(r *vcda.Replication) bool { return r == nil },
	}))
	return Result{Replication: before, Task: out.Task}, s.explain(err)
}

// The pauses between two looks at a replication that changes by itself.
const (
	firstPause = time.Second
	lastPause  = 10 * time.Second
)

// settled waits while a recovery is in progress.
func (s *Site) settled(ctx context.Context, id string) (*vcda.Replication, error) {
	return s.until(ctx, id, func(r *vcda.Replication) bool { return r == nil || r.RecoveryState() != vcda.RecoveryInProgress })
}

// WaitForSync waits for the end of the first synchronization, and for an instance
// of each VM unless the replication is a migration. It shows each look at it.
//
// Errors: *SyncError when ctx ended before, ErrNotListed.
func (s *Site) WaitForSync(ctx context.Context, id string, show func(vcda.Replication)) (*vcda.Replication, error) {
	r, err := s.until(ctx, id, func(r *vcda.Replication) bool {
		if r == nil {
			return true
		}
		show(*r)
		return isSynchronized(*r)
	})
	switch {
	case err != nil && r != nil:
		return r, &SyncError{Replication: *r, Err: err}
	case err == nil && r == nil:
		return nil, ErrNotListed
	}
	return r, s.explain(err)
}

// SyncError is a first synchronization that has not ended in time.
type SyncError struct {
	Replication vcda.Replication // as last seen
	Err         error
}

func (e *SyncError) Error() string {
	return "the first synchronization of " + e.Replication.ID + " has not ended: " + e.Err.Error()
}
func (e *SyncError) Unwrap() error { return e.Err }

func isSynchronized(r vcda.Replication) bool {
	return !slices.ContainsFunc(r.Machines(), func(vm vcda.Replication) bool {
		return vm.ConnectionState != "OK" || vm.DestinationState.LatestInstance == nil && !r.IsMigration()
	})
}

// until looks at a replication in growing pauses until it is as expected, and
// returns it as last seen.
func (s *Site) until(ctx context.Context, id string, expected func(*vcda.Replication) bool) (last *vcda.Replication, err error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		r, err := s.client.ReplicationByID(ctx, id)
		switch {
		case err == nil && expected(r):
			return r, nil
		case err == nil:
			last = r
		case !vcda.IsTransient(err):
			return last, err
		}
		if err := s.client.Clock().Sleep(ctx, pause); err != nil {
			return last, err
		}
	}
}

// Resume looks what became of an operation that was cut short. It is open as long
// as its task runs. Without an id the task was to start the replication of the
// spec; if it has failed, there is none.
//
// Errors: of the read; that the task failed or is forgotten is none.
func (s *Site) Resume(ctx context.Context, task, id string, spec Spec) (result Result, open bool, err error) {
	t, err := s.client.Task(ctx, task)
	switch {
	case vcda.IsSiteNotFound(err) || err != nil && !vcda.IsNotFoundOrForbidden(err):
		return Result{}, true, s.explain(err)
	case err == nil && !t.Ended():
		return Result{Task: t}, true, nil
	}
	result.Task = t
	switch {
	case id != "":
		result.Replication, err = s.client.ReplicationByID(ctx, id)
	case t.State == vcda.TaskFailed:
		return result, false, nil // a replication of the same source would be another's
	default:
		result.Replication, err = s.search(ctx, spec, t)
	}
	return result, err != nil, s.explain(err)
}

// Replicator returns the only replicator of a site.
//
// Errors: *ReplicatorsError where there are several, or none.
func (s *Site) Replicator(ctx context.Context, site string) (string, error) {
	found, err := s.client.ReplicatorsOf(ctx, site)
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		e := &ReplicatorsError{Site: site}
		for _, r := range found {
			e.IDs = append(e.IDs, r.ID)
		}
		return "", e
	}
	return found[0].ID, nil
}

// ReplicatorsError is a site of which no single replicator can be taken.
type ReplicatorsError struct {
	Site string
	IDs  []string
}

func (e *ReplicatorsError) Error() string {
	if len(e.IDs) == 0 {
		return "the site " + e.Site + " has no replicator"
	}
	return "the site " + e.Site + " has several replicators"
}
