// Package replication starts, changes, stops and recovers replications of
// workloads. It decides which site manages a replication, and which listed
// replication is the wanted one. Package lro sends the requests.
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

// Log logs a decision with its reason.
type Log func(ctx context.Context, message string, fields map[string]any)

// Site is a site that manages replications of one kind.
type Site struct {
	client *vcda.Client // its calls act at the site
	kind   vcda.Kind
	home   vcda.Home
	system lro.System[vcda.Task]
}

// NewSite returns a site that manages replications of a kind. An empty name is the
// appliance's own site.
//
// Errors: *ServiceError if the appliance has the other service.
func NewSite(ctx context.Context, client *vcda.Client, kind vcda.Kind, site string, log Log) (*Site, error) {
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

// Result is the result of an operation. After an error it is what is known.
type Result struct {
	Replication *vcda.Replication // nil if it is not listed
	Task        vcda.Task         // the last one, or zero
	Adopted     bool              // the replication existed before
}

// All lists the replications of the site, with a list that reads share.
func (s *Site) All(ctx context.Context) ([]vcda.Replication, error) {
	all, err := s.client.SharedReplications(ctx, s.kind)
	return all, s.wrapSiteError(err)
}

// Find returns a replication by its id from the shared list, or nil.
func (s *Site) Find(ctx context.Context, id string) (*vcda.Replication, error) {
	found, err := s.client.FindReplication(ctx, id)
	return found, s.wrapSiteError(err)
}

// Instances lists the instances of a replication.
func (s *Site) Instances(ctx context.Context, id string) ([]vcda.Instance, error) {
	instances, err := s.client.Instances(ctx, id)
	return instances, s.wrapSiteError(err)
}

// startWindow is the maximum age of a task that may start the same replication.
const startWindow = time.Hour

// Start starts a replication, or adopts an existing one without an owner. It
// returns when the replication is configured, before the first synchronization
// ends.
//
// Errors: *ExistsError, *OwnedError, *AccessError, *SiteError, ErrNotListed, and those
// of lro.Do.
func (s *Site) Start(ctx context.Context, spec Spec, owners *ownership.Ledger) (Result, error) {
	delayed := spec.Settings.InitialSyncTime != nil && *spec.Settings.InitialSyncTime > s.client.Clock().Now().UnixMilli()
	body := spec.body(spec.Paused || delayed)
	out, err := lro.Do(ctx, s.system, lro.Write[vcda.Task, *vcda.Replication]{
		Send:  func(ctx context.Context) (vcda.Task, error) { return s.client.StartReplication(ctx, s.kind, body) },
		Read:  func(ctx context.Context, task vcda.Task) (*vcda.Replication, error) { return s.search(ctx, spec, task) },
		Tasks: s.startTasks,
		Match: func(t vcda.Task) lro.Match { return s.matchStart(spec, t) },
		Done:  func(r *vcda.Replication) bool { return r != nil },
		Reflects: func(r *vcda.Replication, t vcda.Task) bool {
			return r != nil || t.State != vcda.TaskSucceeded || s.matchStart(spec, t) != lro.Yes
		},
	})
	result := Result{Replication: out.State, Task: out.Task}
	switch {
	case err != nil:
		return result, s.wrapSiteError(err, spec.Source.Site, spec.Destination.Site)
	case out.State == nil:
		return result, ErrNotListed
	case !out.Sent && isOwned(*out.State, owners):
		return Result{}, &OwnedError{Replication: *out.State}
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

// search reads the replication of a spec: by the id in the task of the start, else
// by source and destination.
func (s *Site) search(ctx context.Context, spec Spec, task vcda.Task) (*vcda.Replication, error) {
	if id := startedID(task, s.kind); id != "" {
		return s.client.ReplicationByID(ctx, id)
	}
	listed, err := s.client.Replications(ctx, s.kind, spec.filter())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(listed, spec.matches)
	if at < 0 {
		return nil, nil
	}
	return &listed[at], nil
}

// startedID returns the id of the replication that a task starts, or "". A task of
// the Manager service always has it. The task of a VM replication may have the id
// of its vApp replication, which is not the kind.
func startedID(t vcda.Task, kind vcda.Kind) string {
	var started vcda.Replication
	if json.Unmarshal(t.Result, &started) == nil && vcda.KindOf(started.ID) == kind {
		return started.ID
	}
	if vcda.KindOf(t.Workflow.ResourceID) == kind {
		return t.Workflow.ResourceID
	}
	return ""
}

// startTasks lists the tasks that may start a replication of the kind: running ones
// whose replication is not listed, and ended ones. Their type is not documented.
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

// matchStart returns whether a task starts the replication of a spec. Tasks that
// this process has started are those of other replications.
func (s *Site) matchStart(spec Spec, t vcda.Task) lro.Match {
	if t.Workflow.ResourceType != s.kind.ResourceType() || s.client.Started(t.ID) {
		return lro.No
	}
	var started vcda.Replication
	if json.Unmarshal(t.Result, &started) == nil && started.ID != "" {
		if spec.matches(started) {
			return lro.Yes
		}
		return lro.No
	}
	return lro.Maybe
}

// write completes a write of an existing replication.
func (s *Site) write(id string, w lro.Write[vcda.Task, *vcda.Replication]) lro.Write[vcda.Task, *vcda.Replication] {
	w.Read = func(ctx context.Context, _ vcda.Task) (*vcda.Replication, error) {
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

// Change changes a replication. A nil field is no change.
type Change struct {
	Settings       vcda.SettingsChange
	DropProfile    bool    // Settings are always sent, since they remove an SLA profile
	StorageProfile *string // id
	Owner          *string // ORG@SITE
	Paused         *bool
	Stored         any // network settings, or recovery settings on the Manager service
}

// Change sends the calls of a change one after the other, and returns the changed
// replication.
//
// Errors: *AccessError, *SiteError, *NotOfferedError, ErrNotListed, and those of
// lro.Do.
func (s *Site) Change(ctx context.Context, id string, change Change) (Result, error) {
	var result Result
	for _, step := range s.steps(id, change) {
		out, err := lro.Do(ctx, s.system, s.write(id, step))
		result = Result{Replication: out.State, Task: out.Task}
		if err != nil {
			return result, s.wrapSiteError(err)
		}
	}
	if change.Owner != nil {
		if err := s.client.ChangeOwner(ctx, id, *change.Owner); err != nil {
			return result, s.wrapSiteError(err)
		}
	}
	var err error
	result.Replication, err = s.client.ReplicationByID(ctx, id)
	if err == nil && result.Replication == nil {
		err = ErrNotListed
	}
	return result, s.wrapSiteError(err)
}

type step = lro.Write[vcda.Task, *vcda.Replication]

// steps returns the writes of a change that start tasks. Writes whose effect the
// list does not show are always sent.
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
				return task, s.wrapNotOffered(err)
			},
			Done: func(r *vcda.Replication) bool { return r != nil && r.IsPaused() == *paused },
		})
	}
	return steps
}

func isListed(r *vcda.Replication) bool { return r != nil }

// hasSettings reports whether a replication has the settings that it shows.
func hasSettings(r vcda.Replication, wanted vcda.SettingsChange) bool {
	left := Differences(wanted, r)
	left.SLAProfileID = nil
	return left == vcda.SettingsChange{}
}

// Stop stops a replication and returns it as it was, nil if there was none. It
// waits while a recovery is in progress. If a failover test is active and cleanUp
// is set, it ends the test before.
//
// Errors: *TestActiveError, *AccessError, *SiteError, *NotOfferedError, and those of lro.Do.
func (s *Site) Stop(ctx context.Context, id, disks string, cleanUp bool) (Result, error) {
	before, err := s.waitForRecovery(ctx, id)
	if err != nil || before == nil {
		return Result{}, s.wrapSiteError(err)
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
	return Result{Replication: before, Task: out.Task}, s.wrapSiteError(err)
}

// The pauses between two reads of a replication whose state changes.
const (
	firstPause = time.Second
	lastPause  = 10 * time.Second
)

// waitForRecovery waits while a recovery is in progress.
func (s *Site) waitForRecovery(ctx context.Context, id string) (*vcda.Replication, error) {
	return s.until(ctx, id, func(r *vcda.Replication) bool { return r == nil || r.RecoveryState() != vcda.RecoveryInProgress })
}

// WaitForSync waits for the end of the first synchronization, and for an instance
// of each VM unless the replication is a migration. It calls show after each read.
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
	return r, s.wrapSiteError(err)
}

// SyncError is the error of a first synchronization that has not ended in time.
type SyncError struct {
	Replication vcda.Replication // as last read
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

// until reads a replication with growing pauses until it is as expected, and
// returns it as last read.
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

// Resume reads the result of an operation that was interrupted. open reports that
// its task still runs. If id is empty, the task starts the replication of the spec;
// if it has failed, there is none.
//
// Errors: those of the reads. It is no error if the task has failed or is unknown.
func (s *Site) Resume(ctx context.Context, task, id string, spec Spec) (result Result, open bool, err error) {
	t, err := s.client.Task(ctx, task)
	switch {
	case vcda.IsSiteNotFound(err) || err != nil && !vcda.IsNotFoundOrForbidden(err):
		return Result{}, true, s.wrapSiteError(err)
	case err == nil && !t.Ended():
		return Result{Task: t}, true, nil
	}
	result.Task = t
	switch {
	case id != "":
		result.Replication, err = s.client.ReplicationByID(ctx, id)
	case t.State == vcda.TaskFailed:
		return result, false, nil // a replication of the same source has another owner
	default:
		result.Replication, err = s.search(ctx, spec, t)
	}
	return result, err != nil, s.wrapSiteError(err)
}

// Replicator returns the only replicator of a site.
//
// Errors: *ReplicatorsError if there are several, or none.
func (s *Site) Replicator(ctx context.Context, site string) (string, error) {
	found, err := s.client.SiteReplicators(ctx, site)
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

// ReplicatorsError is the error of a site with several replicators, or none.
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
