package recoveryaction

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

// job is the operation of one replication.
type job struct {
	replication.Selected
	name     string // in messages
	prepared *replication.Prepared

	started bool
	task    vcda.Task
	err     error
}

// check finds the replications and checks all of them. It returns a job for each that the operation has to change.
func (a *recovery) check(ctx context.Context, client *vcda.Client, args arguments, show *progress) ([]*job, diag.Diagnostic) {
	selected, missing, err := replication.Select(ctx, client, args.ids, args.site, tflogDebug)
	if err != nil {
		return nil, replicationbase.Detail(ctx, err).Unable(a.verb + " replications")
	}
	refusals := append(notListed(ctx, missing), unknownInstances(args.how, selected)...)
	jobs := a.jobs(ctx, selected, show)
	forEachJob(jobs, args.parallel, func(j *job) { j.prepared, j.err = j.Site.Prepare(ctx, a.Operation, j.Replication, args.how) })
	for _, j := range jobs {
		if j.err != nil {
			refusals = append(refusals, oneLine(j.name, replicationbase.RecoveryDetail(ctx, j.Replication.ID, j.err)))
		}
	}
	if len(refusals) > 0 {
		return nil, diagnostics.Detail{Why: strings.Join(refusals, "\n"), Consequence: "Nothing was started."}.Unable(a.verb + " replications")
	}
	return jobs, nil
}

// jobs returns a job for each replication that the operation has to change. It waits for recoveries in progress, such
// as those of an interrupted run.
func (a *recovery) jobs(ctx context.Context, selected []replication.Selected, show *progress) []*job {
	var jobs []*job
	for _, s := range selected {
		j := &job{Selected: s, name: nameAmong(s.Replication, selected)}
		if s.Replication.RecoveryState() == vcda.RecoveryInProgress {
			show.print(fmt.Sprintf("A task of %s is running, and is waited for.", j.name))
			settled, err := s.Site.WaitForRecovery(ctx, s.Replication.ID)
			if err == nil && settled == nil {
				err = replication.ErrNotListed
			}
			if j.err = err; err == nil {
				j.Replication = *settled
			}
		}
		if j.err == nil && a.IsReached(j.Replication) {
			show.print(fmt.Sprintf("%s is skipped: it has been %s.", j.name, a.done))
			continue
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// run runs the jobs and waits for all of them.
func (a *recovery) run(ctx context.Context, jobs []*job, args arguments, show *progress) diag.Diagnostic {
	before, err := tasksOf(ctx, jobs)
	if err != nil {
		return replicationbase.Detail(ctx, err).Unable(a.verb + " replications")
	}
	show.expect(len(jobs))
	forEachJob(jobs, args.parallel, func(j *job) {
		if j.err = ctx.Err(); j.err != nil {
			return
		}
		j.started = true
		show.begin(j.name)
		var result replication.Result
		result, _, j.err = j.prepared.Run(ctx, before[j.Site.Name()])
		j.task = result.Task
		if j.err != nil {
			show.fail(j.name, reason(ctx, j.err))
			return
		}
		show.end(j.name)
	})
	return a.report(ctx, jobs)
}

// tasksOf reads the running tasks, once for each site.
func tasksOf(ctx context.Context, jobs []*job) (map[string]*replication.Tasks, error) {
	all := map[string]*replication.Tasks{}
	for _, j := range jobs {
		if all[j.Site.Name()] != nil {
			continue
		}
		tasks, err := j.Site.Tasks(ctx)
		if err != nil {
			return nil, err
		}
		all[j.Site.Name()] = tasks
	}
	return all, nil
}

// report returns the error that lists the failures, nil if there are none.
func (a *recovery) report(ctx context.Context, jobs []*job) diag.Diagnostic {
	var lines, waiting []string
	for _, j := range jobs {
		switch {
		case j.err == nil:
		case !j.started:
			waiting = append(waiting, j.name)
		default:
			lines = append(lines, oneLine(j.name, j.detail(ctx)))
		}
	}
	failed := len(lines) + len(waiting)
	if failed == 0 {
		return nil
	}
	d := diagnostics.Detail{Why: strings.Join(lines, "\n"), Advice: "Run the action again when the problem is fixed. It continues where it has stopped."}
	if len(waiting) > 0 {
		d.Consequence = "Not started: " + strings.Join(waiting, ", ") + "."
	}
	return d.Unable(fmt.Sprintf("%s %d of %d replications", a.verb, failed, len(jobs)))
}

// detail explains why a job failed, and which task still runs.
func (j *job) detail(ctx context.Context) diagnostics.Detail {
	d := replicationbase.RecoveryDetail(ctx, j.Replication.ID, j.err)
	switch {
	case j.task.ID == "":
	case !j.task.Ended():
		d.Consequence, d.Advice = replicationbase.GoesOn(j.task), ""
	default:
		d.Consequence, d.Advice = "Task: "+j.task.ID+".", "" // that of the action follows
	}
	return d
}

// oneLine returns a detail in one line.
func oneLine(name string, d diagnostics.Detail) string {
	return "- " + name + ": " + strings.Join(strings.Fields(d.String()), " ")
}

// reason returns the reason of a failure in one sentence.
func reason(ctx context.Context, err error) string {
	why, _, _ := strings.Cut(replicationbase.Detail(ctx, err).Why, "\n")
	return why
}

// forEachJob calls do for each job, at most parallel at once.
func forEachJob(jobs []*job, parallel int, do func(*job)) {
	var running sync.WaitGroup
	places := make(chan struct{}, parallel)
	for _, j := range jobs {
		if j.err != nil {
			continue
		}
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			do(j)
		})
	}
	running.Wait()
}

func notListed(ctx context.Context, ids []string) (lines []string) {
	for _, id := range ids {
		lines = append(lines, oneLine(id, replicationbase.RecoveryDetail(ctx, id, replication.ErrNotListed)))
	}
	return lines
}

// unknownInstances returns the instances of VMs that are not among the replications.
func unknownInstances(how replication.Recovery, selected []replication.Selected) (lines []string) {
	for id := range how.Instances {
		if !slices.ContainsFunc(selected, func(s replication.Selected) bool {
			return slices.ContainsFunc(s.Replication.Machines(), func(vm vcda.Replication) bool { return vm.ID == id })
		}) {
			lines = append(lines, fmt.Sprintf("- instance_keys names %s, which is no replication of a VM among replication_ids. Correct the id.", id))
		}
	}
	slices.Sort(lines)
	return lines
}

// nameAmong returns the name of a replication, with its id if another one has the same name.
func nameAmong(r vcda.Replication, selected []replication.Selected) string {
	same := 0
	for _, other := range selected {
		if other.Replication.Name() == r.Name() {
			same++
		}
	}
	if same > 1 {
		return replicationbase.Label(r)
	}
	return r.Name()
}

func tflogDebug(ctx context.Context, message string, fields map[string]any) {
	tflog.Debug(ctx, message, fields)
}
