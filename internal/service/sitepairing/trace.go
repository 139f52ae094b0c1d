package sitepairing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// claim says whether a task is about this peer.
type claim int

const (
	no claim = iota
	maybe
	yes
)

// about decides by the task's result, else by what it says it works on. A task
// of the Manager may name neither before it ends; the Cloud service names the
// site.
func (p *peer) about(t vcda.Task, listed *vcda.Site) claim {
	var result vcda.Site
	if json.Unmarshal(t.Result, &result) == nil && result.Key(p.service) != "" {
		return p.aboutResult(result, listed)
	}
	claims := []claim{p.named(t.Workflow.ResourceID, t, listed), p.named(t.Workflow.ResourceName, t, listed)}
	strongest, weaker := yes, no
	if p.service == vcda.Manager {
		strongest, weaker = no, yes // only a URL says no there, and it is what the peer goes by
	}
	switch {
	case slices.Contains(claims, strongest):
		return strongest
	case slices.Contains(claims, weaker):
		return weaker
	}
	return maybe
}

// aboutResult decides by the site a task has made.
func (p *peer) aboutResult(made vcda.Site, listed *vcda.Site) claim {
	key := made.Key(p.service)
	switch {
	case p.id != "":
		return sure(key == p.id)
	case p.service == vcda.Cloud:
		return sure(key == p.wanted.Site)
	case made.APIPublicURL != "" && !customtypes.URLType.Same(made.APIPublicURL, p.wanted.APIURL):
		return no
	case listed != nil:
		return sure(key == listed.ID) // what was unpaired and paired anew has another id
	case made.APIPublicURL == "":
		return maybe
	}
	return yes
}

func sure(is bool) claim {
	if is {
		return yes
	}
	return no
}

// named decides by one name a task gives to what it works on.
func (p *peer) named(name string, t vcda.Task, listed *vcda.Site) claim {
	switch {
	case name == "":
		return maybe
	case name == p.id, name == p.wanted.Site, listed != nil && (name == listed.ID || name == listed.Site):
		return yes
	case p.service == vcda.Manager && isURL(name):
		return sure(customtypes.URLType.Same(name, p.wanted.APIURL))
	case p.service == vcda.Manager, name == t.Site, isURL(name):
		return maybe
	}
	return no
}

func isURL(text string) bool {
	_, err := values.URL(text)
	return err == nil
}

// pairType is the type of a task that pairs.
const pairType = "pair"

// tasks lists tasks as of since or later, the newest first; none where the user
// may not list them.
func (p *peer) tasks(ctx context.Context, q vcda.TaskQuery, since time.Time) ([]vcda.Task, error) {
	var tasks []vcda.Task
	err := read(ctx, p.client.Clock(), func() (err error) {
		tasks, err = p.client.TasksSince(ctx, q, since)
		return err
	})
	if vcda.IsNotFoundOrForbidden(err) {
		return nil, nil
	}
	tasks = slices.Clone(tasks) // others read it too
	if q.Type != "" {
		tasks = slices.DeleteFunc(tasks, func(t vcda.Task) bool { return t.Workflow.Type != "" && t.Workflow.Type != q.Type })
	}
	slices.SortStableFunc(tasks, func(a, b vcda.Task) int { return cmp.Compare(b.StartTime, a.StartTime) })
	return tasks, err
}

// users are the names of whose session this is.
func (p *peer) users(ctx context.Context) ([]string, error) {
	var users []string
	err := read(ctx, p.client.Clock(), func() (err error) {
		users, err = p.client.Users(ctx)
		return err
	})
	return users, err
}

// snapshot remembers which tasks there are before a request is sent: what it
// starts is not among them.
func (p *peer) snapshot(ctx context.Context) (map[string]bool, error) {
	tasks, err := p.tasks(ctx, siteTasks, p.asOf)
	return ids(tasks), err
}

func ids(tasks []vcda.Task) map[string]bool {
	known := map[string]bool{}
	for _, t := range tasks {
		known[t.ID] = true
	}
	return known
}

// lostTask finds the task that a request with a lost answer started: of our own
// user, about this peer, not known from before, and not the task of another
// request of this process. A task that doesn't say what it is about has to end
// first. Without id there is none.
func (p *peer) lostTask(ctx context.Context, q vcda.TaskQuery, known map[string]bool, since time.Time) (vcda.Task, error) {
	tasks, err := p.tasks(ctx, q, since)
	if err != nil || len(tasks) == 0 {
		return vcda.Task{}, err
	}
	users, err := p.users(ctx)
	if err != nil {
		return vcda.Task{}, err
	}
	tasks = slices.DeleteFunc(tasks, func(t vcda.Task) bool {
		return known[t.ID] || !slices.Contains(users, t.User) || p.client.Started(t.ID) || p.about(t, nil) == no
	})
	for _, t := range tasks {
		if p.about(t, nil) == yes {
			return t, nil
		}
	}
	return p.lostAmong(ctx, tasks)
}

// lostAmong waits for tasks that don't say what they are about. The result
// tells; a failed one has none, but when it is the only one there is no doubt.
func (p *peer) lostAmong(ctx context.Context, unsure []vcda.Task) (vcda.Task, error) {
	for _, t := range unsure {
		ended, err := p.ended(ctx, t)
		if err != nil {
			return vcda.Task{}, err
		}
		if p.about(ended, nil) == yes || (len(unsure) == 1 && ended.State == vcda.TaskFailed) {
			return ended, nil
		}
	}
	return vcda.Task{}, nil
}

// ended waits for the end of a task. How it ended, or that the appliance no
// longer shows it, is no error: the sites list says what came of it.
func (p *peer) ended(ctx context.Context, t vcda.Task) (vcda.Task, error) {
	ended, err := p.client.WaitForResult(ctx, t)
	var failed *vcda.TaskError
	if errors.As(err, &failed) || vcda.IsTaskGone(err) {
		return ended, nil
	}
	return ended, err
}

// adoptable is how long after its end a task still shows whose pairing it made.
const adoptable = time.Hour

// earlierTask is a pair task that was there before this create.
type earlierTask struct {
	vcda.Task
	ours    bool // of the session's own user, and not of another create of this process
	awaited bool // it ran when it was first seen
}

// earlierTasks are the pair tasks that run still or ended a short while ago, and
// may be about this peer.
func (p *peer) earlierTasks(ctx context.Context, all []vcda.Task) ([]earlierTask, error) {
	oldest := p.now().Add(-adoptable).UnixMilli()
	var earlier []earlierTask
	for _, t := range all {
		if old := t.Ended() && t.EndTime <= oldest; !old && p.about(t, nil) != no {
			earlier = append(earlier, earlierTask{Task: t})
		}
	}
	if len(earlier) == 0 {
		return nil, nil
	}
	users, err := p.users(ctx)
	for i, t := range earlier {
		earlier[i].ours = slices.Contains(users, t.User) && !p.client.Started(t.ID)
	}
	return earlier, err
}

// settle waits for a task that runs and pairs with this peer, or may do so,
// whoever started it: another create of this process excepted, which has a peer
// of its own. Of an ended one that is ours it fetches the result where the list
// of tasks left that out.
func (p *peer) settle(ctx context.Context, t *earlierTask, listed *vcda.Site) error {
	about := p.about(t.Task, listed)
	switch {
	case about == no, about == maybe && (p.client.Started(t.ID) || t.Ended() && !t.ours):
		return nil
	case !t.Ended():
		ended, err := p.ended(ctx, t.Task)
		t.Task, t.awaited = ended, true
		return err
	case about == maybe && listed != nil:
		whole, err := p.client.Task(ctx, t.ID)
		if err == nil {
			t.Task = whole
		} else if !vcda.IsNotFoundOrForbidden(err) {
			return err
		}
	}
	return nil
}

// lag is how long to give the list to show what a task made that was waited for.
func (p *peer) lag(t earlierTask, listed *vcda.Site) time.Duration {
	switch {
	case !t.awaited || t.State == vcda.TaskFailed:
		return 0
	case !t.Ended(): // vanished
		return lagAfterRestart
	case p.about(t.Task, listed) == yes:
		return lagAfterSuccess
	}
	return 0
}

// maker is the task that made the listed pairing: of those about it that did not
// fail, the newest. It is nil when that one isn't ours. What appeared while a
// task of ours ran that never said what it was about is taken for its work.
func (p *peer) maker(earlier []earlierTask, listed *vcda.Site, appeared bool) *earlierTask {
	for i, t := range earlier {
		about := p.about(t.Task, listed)
		if t.State == vcda.TaskFailed || about == no {
			continue
		}
		if about == yes || (appeared && t.awaited) {
			if !t.ours {
				return nil
			}
			return &earlier[i]
		}
	}
	return nil
}
