package sitepairing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// siteTasks selects the tasks that re-pair or unpair: the types of both are
// unpublished.
var siteTasks = vcda.TaskQuery{ResourceType: "site"}

// errUnchanged is a site that does not show what was asked for.
var errUnchanged = errors.New("the appliance no longer shows the task, and the list of its sites does not show the change")

// repair re-pairs the site with what is asked for. Listed is what the list shows
// before.
func (p *peer) repair(ctx context.Context, listed *vcda.Site) (outcome, error) {
	known, err := p.snapshot(ctx)
	if err != nil {
		return outcome{}, err
	}
	task, err := p.whenFree(ctx, func() (vcda.Task, error) { return p.client.Repair(ctx, p.id, p.wanted) })
	if vcda.IsOutcomeUnknown(err) && !vcda.IsRetryLater(err) {
		return p.recoverRepair(ctx, listed, known, err)
	}
	if err != nil {
		return outcome{}, err
	}
	return p.awaitRepair(ctx, task)
}

// awaitRepair waits for the task. When the appliance no longer shows it, the
// list has to show the change.
func (p *peer) awaitRepair(ctx context.Context, task vcda.Task) (outcome, error) {
	result := outcome{task: task}
	ended, err := p.client.Wait(ctx, task)
	result.task, result.gone, result.warnings = ended, forgotten(err), warningsOf(ended)
	if vcda.IsTaskGone(err) {
		result.warnings.AddWarning("The task is gone", fmt.Sprintf("The appliance no longer shows the task %s, as after a restart. "+
			"Whether the re-pairing came to its end can only be told from the list of sites.", task.ID))
		result.site, err = p.appearAs(ctx, p.now(), lagWithoutTask(err), p.matches)
		if err == nil && result.site == nil {
			err = errUnchanged
		}
		return result, err
	}
	if err != nil {
		return result, err
	}
	result.site, err = p.listed(ctx, p.lately(), lagAfterSuccess)
	return result, err
}

// recoverRepair finds out whether a re-pairing was performed although its
// answer got lost: by its task, or by the list where that shows a change. It
// never sends again; the user may.
func (p *peer) recoverRepair(ctx context.Context, before *vcda.Site, known map[string]bool, lost error) (outcome, error) {
	var result outcome
	found, err := poll(ctx, p.client.Clock(), p.now(), lostAnswerLooks, func(since time.Time) (done bool, err error) {
		result.task, err = p.lostTask(ctx, siteTasks, known, since)
		if err != nil || result.task.ID != "" {
			return err == nil, err
		}
		result.site, err = p.find(ctx, since)
		return result.site != nil && p.matches(*result.site) && !p.matches(*before), err
	})
	switch {
	case err != nil:
		return outcome{}, err
	case !found && vcda.IsEmptyBody(lost) && result.site != nil && p.matches(*result.site):
		return result, nil // done at once, without a task
	case !found:
		return outcome{}, lost
	case result.task.ID != "":
		return p.awaitRepair(ctx, result.task)
	}
	return result, nil
}

// remove unpairs the site and confirms that it is gone. It is no error when
// somebody else was faster.
func (p *peer) remove(ctx context.Context) (vcda.Task, error) {
	site, err := p.seek(ctx, true)
	if err != nil || site == nil {
		return vcda.Task{}, err
	}
	p.id = site.Key(p.service)
	known, err := p.snapshot(ctx)
	if err != nil {
		return vcda.Task{}, err
	}
	task, err := p.whenFree(ctx, func() (vcda.Task, error) { return p.client.Unpair(ctx, p.id) })
	switch {
	case vcda.IsNotFound(err):
		return task, p.confirmGone(ctx, lagAfterSuccess, err)
	case vcda.IsOutcomeUnknown(err) && !vcda.IsRetryLater(err):
		return p.recoverRemoval(ctx, known, err)
	case err != nil:
		return task, err
	}
	return p.awaitRemoval(ctx, task)
}

// recoverRemoval finds out whether an unpairing was performed although its
// answer got lost: then the site is gone, or there is a task that removes it.
func (p *peer) recoverRemoval(ctx context.Context, known map[string]bool, lost error) (vcda.Task, error) {
	var task vcda.Task
	found, err := poll(ctx, p.client.Clock(), p.now(), lostAnswerLooks, func(since time.Time) (done bool, err error) {
		task, err = p.lostTask(ctx, siteTasks, known, since)
		if err != nil || task.ID != "" {
			return err == nil, err
		}
		site, err := p.find(ctx, since)
		return err == nil && site == nil, err
	})
	switch {
	case err != nil:
		return vcda.Task{}, err
	case !found:
		return vcda.Task{}, lost
	case task.ID != "":
		return p.awaitRemoval(ctx, task)
	}
	return vcda.Task{}, nil
}

func (p *peer) awaitRemoval(ctx context.Context, task vcda.Task) (vcda.Task, error) {
	ended, err := p.client.Wait(ctx, task)
	var failed *vcda.TaskError
	switch {
	case errors.As(err, &failed):
		return ended, p.confirmGone(ctx, 0, err)
	case vcda.IsTaskGone(err):
		return ended, p.confirmGone(ctx, lagWithoutTask(err), err)
	case err != nil:
		return ended, err
	}
	return ended, p.confirmGone(ctx, lagAfterSuccess, errStillListed)
}

// errStillListed is a site that stays in the list after it was unpaired.
var errStillListed = errors.New("the task has succeeded, but the site is still in the list of the appliance's sites; run again, and if it stays, look at the appliance")

// confirmGone looks whether the site is gone from the list within the limit;
// if it isn't, the error says why.
func (p *peer) confirmGone(ctx context.Context, limit time.Duration, why error) error {
	gone, err := p.disappear(ctx, limit)
	if err == nil && !gone {
		return why
	}
	return err
}

// whenFree sends a request again, in growing pauses or those the appliance asks
// for, as long as it declines because it is busy with another task. A conflict
// may as well be its last word, as about replications: then no task runs that
// could be the reason, and one more try tells.
func (p *peer) whenFree(ctx context.Context, send func() (vcda.Task, error)) (task vcda.Task, err error) {
	clock := p.client.Clock()
	idle := 0
	var declined error
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if task, err = send(); !vcda.IsRetryLater(err) {
			if declined != nil && ctx.Err() != nil {
				err = errors.Join(context.Cause(ctx), declined) // why there was not time enough
			}
			return task, err
		}
		declined = err
		if vcda.IsConflict(err) && !p.working(ctx) {
			if idle++; idle > 1 {
				return task, err
			}
		}
		if sleep := clock.Sleep(ctx, max(pause, vcda.RetryAfter(err))); sleep != nil {
			return task, errors.Join(sleep, err)
		}
	}
}

// working tells whether a task runs that is, or may be, about this site.
func (p *peer) working(ctx context.Context) bool {
	tasks, err := p.tasks(ctx, siteTasks, p.now())
	return err == nil && slices.ContainsFunc(tasks, func(t vcda.Task) bool { return !t.Ended() && p.about(t, nil) != no })
}

// update brings the pairing from prior to what m asks for.
func (p *peer) update(ctx context.Context, prior, m model) (result outcome, err error) {
	if task, err := p.awaitPending(ctx, prior.PendingTaskID.ValueString()); err != nil {
		return outcome{task: task}, err
	} else if p.neverPaired(task) {
		return outcome{task: task}, &vcda.TaskError{Task: task, Err: task.Error}
	}
	since := p.lately()
	if !m.repairs(prior) {
		since = p.now() // it is the last look
	}
	site, err := p.listed(ctx, since, 0)
	if errors.Is(err, errNotListed) {
		site, err = p.listed(ctx, p.now(), 0) // it may be there again
	}
	if err != nil {
		return outcome{}, err
	}
	p.id, result.site = site.Key(p.service), site
	if m.repairs(prior) {
		result, err = p.repair(ctx, site)
	}
	if err == nil && m.WaitForLink.ValueBool() {
		result.site, err = p.linked(ctx, result.site)
	}
	return result, err
}

// unpair removes the site, once the task that an interrupted operation left
// running has ended.
func (p *peer) unpair(ctx context.Context, pending string) (vcda.Task, error) {
	task, err := p.awaitPending(ctx, pending)
	if err != nil {
		return task, err
	}
	if p.neverPaired(task) {
		return vcda.Task{}, nil // a pairing of the same site would be somebody else's
	}
	return p.remove(ctx)
}

// neverPaired tells that the create that was interrupted has failed.
func (p *peer) neverPaired(pending vcda.Task) bool {
	return p.id == "" && pending.State == vcda.TaskFailed
}

// awaitPending waits for the task that an interrupted operation left running,
// if any. How it ended is for the list to say: so where the task can't be seen
// any more, and was to make the pairing, the list gets time to show it.
func (p *peer) awaitPending(ctx context.Context, id string) (vcda.Task, error) {
	if id == "" {
		return vcda.Task{}, nil
	}
	task, err := p.client.Wait(ctx, vcda.Task{ID: id})
	var failed *vcda.TaskError
	switch {
	case errors.As(err, &failed):
		return task, nil
	case !vcda.IsTaskGone(err):
		return task, err
	case p.id != "":
		return task, nil
	}
	site, unlisted := p.appear(ctx, p.now(), lagAfterRestart)
	if unlisted == nil && site == nil && !vcda.IsNotFound(err) {
		return task, err // hidden: it may be running still
	}
	return task, unlisted
}

// settlePending does the same for a read: it says how the task ended, and false
// when the task has not ended yet, or could not be asked for.
func (p *peer) settlePending(ctx context.Context, m model, diags *diag.Diagnostics) (task vcda.Task, settled bool) {
	task, err := p.awaitPending(ctx, m.PendingTaskID.ValueString())
	switch {
	case err == nil:
		if task.State == vcda.TaskFailed {
			diags.AddWarning("An interrupted operation has failed", diagnostics.Sentence((&vcda.TaskError{Task: task, Err: task.Error}).Error())+" The plan shows what is left to do.")
		}
		return task, true
	case errors.Is(err, context.DeadlineExceeded):
		diags.AddWarning("A task is still running", goesOn(task)+" The state is left as it is; refresh again later.")
	default:
		diags.Append(diagnostics.Unable(ctx, m.action("read"), err))
	}
	return task, false
}
