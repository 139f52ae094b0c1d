package sitepairing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// outcome is what a create or an update came to, as far as it got.
type outcome struct {
	site     *vcda.Site
	task     vcda.Task // the task dispatched or taken over, without id before that
	lost     bool      // a request was sent of which no sign was found
	gone     bool      // the appliance no longer knows the task
	warnings diag.Diagnostics
}

// running tells that the appliance goes on with the task.
func (o outcome) running() bool { return o.task.ID != "" && !o.task.Ended() && !o.gone }

// create pairs with the peer. It sends one request at most, and none when an
// earlier run of the same user already did: then it takes that pairing over.
func (p *peer) create(ctx context.Context) (outcome, error) {
	listed, err := p.seek(ctx, false)
	if err != nil {
		return outcome{}, err
	}
	asked := p.now()
	tasks, err := p.tasks(ctx, vcda.TaskQuery{Type: pairType}, p.asOf)
	if err != nil {
		return outcome{}, err
	}
	earlier, err := p.earlierTasks(ctx, tasks)
	if err != nil {
		return outcome{}, err
	}
	result, err := p.takeOver(ctx, listed, earlier, asked)
	if err != nil || result.site != nil {
		return result, err
	}
	return p.dispatch(ctx, ids(tasks))
}

// takeOver looks among earlier tasks, which were asked for, for the one that
// paired, or is pairing, with this peer, and waits for it. Without a site in its outcome there is
// nothing to take over. A pairing that none of our tasks made is not ours.
func (p *peer) takeOver(ctx context.Context, before *vcda.Site, earlier []earlierTask, asked time.Time) (outcome, error) {
	var lag time.Duration
	for i := range earlier {
		t := &earlier[i]
		if err := p.settle(ctx, t, before); err != nil {
			if t.ours && p.about(t.Task, before) == yes {
				return outcome{task: t.Task}, err
			}
			return outcome{}, err
		}
		lag = max(lag, p.lag(*t, before))
	}
	listed := before
	if len(earlier) > 0 { // one of them may have changed the list
		var err error
		if listed, err = p.appear(ctx, asked, lag); err != nil {
			return outcome{}, err
		}
	}
	maker := p.maker(earlier, listed, before == nil)
	switch {
	case listed == nil && maker != nil && maker.awaited && maker.Ended():
		return outcome{task: maker.Task}, errNotListed // it must not be paired again
	case listed == nil:
		return outcome{}, nil
	case maker == nil:
		return outcome{}, &alreadyPairedError{*listed}
	}
	return p.adopt(ctx, *listed, maker.Task)
}

// adopt takes over a pairing an earlier run made, and re-pairs where what is
// asked for has changed since.
func (p *peer) adopt(ctx context.Context, listed vcda.Site, maker vcda.Task) (outcome, error) {
	p.id = listed.Key(p.service)
	result := outcome{site: &listed, task: maker, warnings: warningsOf(maker)}
	if !p.matches(listed) {
		var err error
		if result, err = p.repair(ctx, &listed); err != nil {
			return result, err
		}
	}
	result.warnings.AddWarning(fmt.Sprintf("The pairing with the site %s is taken over", listed.Site), fmt.Sprintf(
		"An earlier run has made it (task %s), but its result never reached the state. Nothing was sent twice.", maker.ID))
	return result, nil
}

// dispatch sends the one request and waits for its task.
func (p *peer) dispatch(ctx context.Context, known map[string]bool) (outcome, error) {
	request := p.wanted
	if p.service == vcda.Manager {
		request.Site = "" // the Manager learns the name from the peer
	}
	task, err := p.client.Pair(ctx, request)
	if vcda.IsOutcomeUnknown(err) {
		return p.recover(ctx, known, err)
	}
	if err != nil {
		return outcome{}, err
	}
	return p.finish(ctx, task)
}

// lostAnswerLooks is how long to look for what a request with a lost answer
// may have begun.
const lostAnswerLooks = 8 * time.Second

// recover finds out whether the request was performed although its answer got
// lost: then the site is there, or a task that makes it. It never sends again.
func (p *peer) recover(ctx context.Context, known map[string]bool, lost error) (outcome, error) {
	var result outcome
	found, err := poll(ctx, p.client.Clock(), p.now(), lostAnswerLooks, func(since time.Time) (done bool, err error) {
		result.task, err = p.lostTask(ctx, vcda.TaskQuery{Type: pairType}, known, since)
		if err != nil || result.task.ID != "" {
			return err == nil, err
		}
		result.site, err = p.find(ctx, since)
		return result.site != nil, err
	})
	switch {
	case err != nil:
		return outcome{lost: true}, err
	case !found:
		return outcome{lost: true}, lost
	case result.task.ID != "":
		return p.finish(ctx, result.task)
	}
	return result, nil
}

// finish waits for the task and reads what it made from the list.
func (p *peer) finish(ctx context.Context, task vcda.Task) (outcome, error) {
	result := outcome{task: task}
	ended, err := p.client.WaitForResult(ctx, task)
	result.task, result.gone, result.warnings = ended, forgotten(err), warningsOf(ended)
	lag := lagAfterSuccess
	switch {
	case vcda.IsTaskGone(err):
		lag = lagWithoutTask(err)
	case err != nil:
		return result, err
	}
	if p.id == "" {
		p.id = resultKey(ended, p.service)
	}
	result.site, err = p.listed(ctx, p.lately(), lag)
	return result, err
}

// forgotten tells a wait that ended because the appliance no longer knows the task.
func forgotten(err error) bool { return vcda.IsTaskGone(err) && vcda.IsNotFound(err) }

// lagWithoutTask is how long the list may take to show the effect of a task
// that the appliance no longer shows: one that a restart made it forget has
// ended, one that is hidden may go on for long.
func lagWithoutTask(vanished error) time.Duration {
	if vcda.IsNotFound(vanished) {
		return lagAfterRestart
	}
	return noLimit
}

// resultKey is the key of the site in a task's result, "" without one.
func resultKey(t vcda.Task, service vcda.Service) string {
	var site vcda.Site
	if json.Unmarshal(t.Result, &site) != nil {
		return ""
	}
	return site.Key(service)
}
