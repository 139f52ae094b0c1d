package sitepairing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// outcome is what a create or an update came to, as far as it got.
type outcome struct {
	site     *vcda.Site
	task     vcda.Task // the task dispatched or taken over, without id before that
	lost     bool      // a request was sent of which no sign was found
	warnings []string
}

// adoptable is how long after its end a task still shows whose pairing it made.
const adoptable = time.Hour

// create pairs with the peer. It sends one request at most, and none when an
// earlier run of the same user already did: then it takes that pairing over.
func (p *peer) create(ctx context.Context) (outcome, error) {
	listed, err := p.find(ctx)
	if err != nil {
		return outcome{}, err
	}
	earlier, err := p.earlierTasks(ctx)
	if err != nil {
		return outcome{}, err
	}
	result, err := p.takeOver(ctx, listed, earlier)
	if err != nil || result.site != nil {
		return result, err
	}
	return p.dispatch(ctx, earlier)
}

// earlierTasks are the pair tasks of the session's own user that this process
// did not start and that run still or ended a short while ago.
func (p *peer) earlierTasks(ctx context.Context) ([]vcda.Task, error) {
	tasks, err := p.client.Tasks(ctx, vcda.TaskQuery{Type: "pair"})
	if vcda.Hidden(err) {
		return nil, nil
	}
	if err != nil || len(tasks) == 0 {
		return nil, err
	}
	session, err := p.client.Session(ctx)
	if err != nil {
		return nil, err
	}
	oldest := p.client.Clock().Now().Add(-adoptable).UnixMilli()
	var ours []vcda.Task
	for _, t := range tasks {
		if t.User != "" && t.User == session.User && !p.client.Started(t.ID) && (!t.Ended() || t.EndTime > oldest) {
			ours = append(ours, t)
		}
	}
	return ours, nil
}

// takeOver looks among earlier tasks for the one that paired, or is pairing,
// with this peer, and waits for it. Without a site in its outcome there is
// nothing to take over. A pairing that none of the tasks made is not ours.
func (p *peer) takeOver(ctx context.Context, listed *vcda.Site, earlier []vcda.Task) (outcome, error) {
	var maker *vcda.Task
	for _, t := range earlier {
		ended, err := p.settle(ctx, t, listed)
		if err != nil {
			return outcome{task: t}, err
		}
		if maker == nil && p.about(ended, listed) == yes {
			maker = &ended
		}
	}
	if len(earlier) > 0 { // one of them may have changed the list
		var err error
		if listed, err = p.find(ctx); err != nil {
			return outcome{}, err
		}
	}
	switch {
	case listed == nil:
		return outcome{}, nil
	case maker == nil:
		return outcome{}, &alreadyPaired{*listed}
	}
	return p.adopt(ctx, *listed, *maker)
}

// settle waits for a task that is, or may be, about this peer. How it ended
// doesn't matter: the list says what came of it.
func (p *peer) settle(ctx context.Context, t vcda.Task, listed *vcda.Site) (vcda.Task, error) {
	if t.Ended() || p.about(t, listed) == no {
		return t, nil
	}
	ended, err := p.client.Wait(ctx, t)
	var failed *vcda.TaskError
	if errors.As(err, &failed) || vcda.Vanished(err) {
		return ended, nil
	}
	return ended, err
}

// adopt takes over a pairing an earlier run made, and re-pairs where what is
// asked for has changed since.
func (p *peer) adopt(ctx context.Context, listed vcda.Site, maker vcda.Task) (outcome, error) {
	result := outcome{site: &listed, task: maker, warnings: []string{fmt.Sprintf(
		"An earlier run has paired with the site %s (task %s), but its result never reached the state. The pairing is taken over; nothing was sent twice.",
		listed.Site, maker.ID)}}
	p.id = listed.Key(p.service)
	if p.matches(listed) {
		return result, nil
	}
	repaired, err := p.repair(ctx)
	repaired.warnings = append(result.warnings, repaired.warnings...)
	return repaired, err
}

// matches tells whether a row of the list is as asked for.
func (p *peer) matches(s vcda.Site) bool {
	return s.Description == p.wanted.Description &&
		framework.URLType.Same(s.Endpoint(), p.wanted.APIURL) &&
		framework.ThumbprintType.Same(s.APIThumbprint, p.wanted.APIThumbprint)
}

// dispatch sends the one request and waits for its task.
func (p *peer) dispatch(ctx context.Context, earlier []vcda.Task) (outcome, error) {
	request := p.wanted
	if p.service == vcda.Manager {
		request.Site = "" // the Manager learns the name from the peer
	}
	task, err := p.client.Pair(ctx, request)
	if vcda.Undecided(err) {
		return p.recover(ctx, earlier, err)
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
func (p *peer) recover(ctx context.Context, earlier []vcda.Task, lost error) (outcome, error) {
	known := map[string]bool{}
	for _, t := range earlier {
		known[t.ID] = true
	}
	var result outcome
	err := p.poll(ctx, lostAnswerLooks, func() (done bool, err error) {
		tasks, err := p.earlierTasks(ctx)
		if err != nil {
			return false, err
		}
		for _, t := range tasks {
			if known[t.ID] || p.about(t, nil) == no {
				continue
			}
			if result.task, err = p.settle(ctx, t, nil); err != nil {
				return true, err
			}
			known[t.ID] = true
		}
		result.site, err = p.find(ctx)
		return result.site != nil, err
	})
	result.lost = result.site == nil
	if errors.Is(err, errNotListed) {
		return result, lost
	}
	if err != nil {
		return result, err
	}
	return p.finish(ctx, result.task)
}

// finish waits for the task and reads what it made from the list.
func (p *peer) finish(ctx context.Context, task vcda.Task) (outcome, error) {
	result := outcome{task: task}
	lag := lagAfterSuccess
	if task.ID != "" {
		ended, err := p.client.Wait(ctx, task)
		result.task, result.warnings = ended, taskWarnings(ended)
		switch {
		case vcda.Vanished(err):
			lag = lagWithoutTask(err)
		case err != nil:
			return result, err
		}
	}
	if p.id == "" {
		p.id = resultKey(result.task, p.service)
	}
	site, err := p.appear(ctx, lag)
	result.site = site
	return result, err
}

// lagWithoutTask is how long the list may take to show the effect of a task
// that the appliance no longer shows: one that a restart made it forget has
// ended, one that is hidden may go on for long.
func lagWithoutTask(vanished error) time.Duration {
	if vcda.NotFound(vanished) {
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

// taskWarnings are the warnings of a task. Their form is unpublished: what is
// neither a text nor an error object is shown as it came.
func taskWarnings(t vcda.Task) []string {
	var texts []string
	for _, raw := range t.Warnings {
		var text string
		var object vcda.APIError
		switch {
		case json.Unmarshal(raw, &text) == nil:
		case json.Unmarshal(raw, &object) == nil && object != vcda.APIError{}:
			text = object.Error()
		default:
			text = string(raw)
		}
		texts = append(texts, text)
	}
	return texts
}
