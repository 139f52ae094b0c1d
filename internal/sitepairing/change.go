package sitepairing

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// repair re-pairs the site with what is asked for.
func (p *peer) repair(ctx context.Context) (outcome, error) {
	sent := p.client.Clock().Now()
	task, err := p.whenFree(ctx, func() (vcda.Task, error) { return p.client.Repair(ctx, p.id, p.wanted) })
	if vcda.Undecided(err) {
		return p.recoverRepair(ctx, sent, err)
	}
	if err != nil {
		return outcome{}, err
	}
	return p.finish(ctx, task)
}

// recoverRepair finds out whether a re-pairing was performed although its
// answer got lost. It never sends again; the user may.
func (p *peer) recoverRepair(ctx context.Context, sent time.Time, lost error) (outcome, error) {
	task, found, err := p.lostTask(ctx, sent)
	if err != nil {
		return outcome{}, err
	}
	if found {
		if result, err := p.finish(ctx, task); err != nil || p.matches(*result.site) {
			return result, err
		}
		return outcome{}, lost // it was an earlier task
	}
	site, err := p.find(ctx)
	if err != nil || site == nil || !p.matches(*site) {
		return outcome{}, lost
	}
	return outcome{site: site}, nil
}

// remove unpairs the site and confirms that it is gone. It is no error when
// somebody else was faster.
func (p *peer) remove(ctx context.Context) (vcda.Task, error) {
	site, err := p.find(ctx)
	if err != nil || site == nil {
		return vcda.Task{}, err
	}
	p.id = site.Key(p.service)
	sent := p.client.Clock().Now()
	task, err := p.whenFree(ctx, func() (vcda.Task, error) { return p.client.Unpair(ctx, p.id) })
	if vcda.NotFound(err) {
		return task, p.confirmGone(ctx, lagAfterSuccess, err)
	}
	if vcda.Undecided(err) {
		lost := err
		var found bool
		if task, found, err = p.lostTask(ctx, sent); err == nil && !found {
			return task, p.confirmGone(ctx, 0, lost)
		}
	}
	if err != nil {
		return task, err
	}
	return p.awaitRemoval(ctx, task)
}

func (p *peer) awaitRemoval(ctx context.Context, task vcda.Task) (vcda.Task, error) {
	ended, err := p.client.Wait(ctx, task)
	var failed *vcda.TaskError
	switch {
	case errors.As(err, &failed):
		return ended, p.confirmGone(ctx, 0, err)
	case vcda.Vanished(err):
		return ended, p.confirmGone(ctx, lagWithoutTask(err), err)
	case err != nil:
		return ended, err
	}
	return ended, p.confirmGone(ctx, lagAfterSuccess, errStillListed)
}

// errStillListed is a site that stays in the list after it was unpaired.
var errStillListed = errors.New("the task has succeeded, but the site is still in the list of the appliance's sites")

// confirmGone looks whether the site is gone from the list within the limit;
// if it isn't, the error says why.
func (p *peer) confirmGone(ctx context.Context, limit time.Duration, why error) error {
	err := p.disappear(ctx, limit)
	if errors.Is(err, errNotListed) {
		return why
	}
	return err
}

// whenFree sends a request again, in growing pauses, as long as the appliance
// declines it because it is busy with another task.
func (p *peer) whenFree(ctx context.Context, send func() (vcda.Task, error)) (task vcda.Task, err error) {
	clock := p.client.Clock()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if task, err = send(); !vcda.Busy(err) {
			return task, err
		}
		if sleep := clock.Sleep(ctx, pause); sleep != nil {
			return task, errors.Join(sleep, err)
		}
	}
}

// clockSkew is how far the appliance's clock may be from ours when we look for
// a task by its start.
const clockSkew = 2 * time.Minute

// lostTask looks for the task that a request with a lost answer started on this
// site: of our own user, not known to this process, begun since it was sent.
func (p *peer) lostTask(ctx context.Context, sent time.Time) (task vcda.Task, found bool, err error) {
	session, err := p.client.Session(ctx)
	if err != nil {
		return task, false, err
	}
	err = p.poll(ctx, lostAnswerLooks, func() (done bool, err error) {
		tasks, err := p.client.Tasks(ctx, vcda.TaskQuery{ResourceType: "site", StartedAfter: sent.Add(-clockSkew)})
		for _, t := range tasks {
			if !found && t.User == session.User && !p.client.Started(t.ID) && t.Workflow.Type != "pair" && p.about(t, nil) == yes {
				task, found = t, true
			}
		}
		return found, err
	})
	if errors.Is(err, errNotListed) {
		err = nil
	}
	return task, found, err
}

// update brings the pairing from prior to what m asks for.
func (p *peer) update(ctx context.Context, prior, m model) (result outcome, err error) {
	if task, err := p.awaitPending(ctx, prior.PendingTaskID.ValueString()); err != nil {
		return outcome{task: task}, err
	}
	site, err := p.listed(ctx)
	if err != nil {
		return outcome{}, err
	}
	p.id, result.site = site.Key(p.service), site
	if m.repairs(prior) {
		result, err = p.repair(ctx)
	}
	if err == nil && m.WaitForLink.ValueBool() {
		result.site, err = p.linked(ctx, result.site)
	}
	return result, err
}

// listed is the site as the list shows it; errNotListed when it doesn't.
func (p *peer) listed(ctx context.Context) (*vcda.Site, error) {
	site, err := p.find(ctx)
	if err == nil && site == nil {
		err = errNotListed
	}
	return site, err
}

// unpair removes the site, once the task that an interrupted operation left
// running has ended.
func (p *peer) unpair(ctx context.Context, pending string) (vcda.Task, error) {
	if task, err := p.awaitPending(ctx, pending); err != nil {
		return task, err
	}
	return p.remove(ctx)
}

// awaitPending waits for the task that an interrupted operation left running,
// if any. How it ended is for the list to say.
func (p *peer) awaitPending(ctx context.Context, id string) (vcda.Task, error) {
	if id == "" {
		return vcda.Task{}, nil
	}
	task, err := p.client.Wait(ctx, vcda.Task{ID: id})
	var failed *vcda.TaskError
	if errors.As(err, &failed) || vcda.Vanished(err) {
		return task, nil
	}
	return task, err
}

// settlePending does the same for a read: it says how the task ended, and false
// when the task has not ended yet, or could not be asked for.
func (p *peer) settlePending(ctx context.Context, m model, diags *diag.Diagnostics) bool {
	task, err := p.awaitPending(ctx, m.PendingTaskID.ValueString())
	switch {
	case err == nil:
		if task.State == vcda.TaskFailed {
			diags.AddWarning("An interrupted operation has failed", framework.Sentence((&vcda.TaskError{Task: task, Err: task.Error}).Error()))
		}
		return true
	case errors.Is(err, context.DeadlineExceeded):
		diags.AddWarning("A task is still running", goesOn(task)+" The state is left as it is; refresh again later.")
	default:
		diags.Append(framework.Unable(ctx, m.action("read"), err))
	}
	return false
}
