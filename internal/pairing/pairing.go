// Package pairing pairs an appliance with other sites. It knows the rules: which
// pairing belongs to whom, and when a request may be sent. How a request is sent
// once and waited for is package lro's.
package pairing

import (
	"context"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro/appliance"
)

// Log takes a decision with its reason.
type Log func(ctx context.Context, message string, fields map[string]any)

// Spec is a pairing as it is asked for.
type Spec struct {
	Site        string // name; required on the Cloud service, checked on the Manager service where it is given
	URL         string
	Thumbprint  string // canonical
	Description string
	Adopt       bool   // whether Pair takes over a pairing that is there already
	Owner       string // tells the resource from the others of the run
}

// Result is what an operation came to, as far as it got.
type Result struct {
	Site    *vcda.Site // nil where it is not listed
	Task    vcda.Task  // of the operation, zero where there is none
	Adopted bool       // the pairing was there already
}

// Appliance is the appliance whose pairings are managed.
type Appliance struct {
	client  *vcda.Client
	service vcda.Service
	run     *Run
	log     Log
}

// New returns the appliance of a client, whose service it asks for if need be. The
// run is what the resources of this process share.
func New(ctx context.Context, client *vcda.Client, run *Run, log Log) (*Appliance, error) {
	a := &Appliance{client: client, run: run, log: log}
	err := a.retry(ctx, func() (err error) {
		a.service, err = client.Service(ctx)
		return err
	})
	return a, err
}

// Client is the client of the appliance.
func (a *Appliance) Client() *vcda.Client { return a.client }

// Service is the service of the appliance.
func (a *Appliance) Service() vcda.Service { return a.service }

// Pair pairs with a site, or adopts the pairing that is there already.
//
// Errors: ErrNoName, ErrReserved, *ExistsError, *HeldError, *NameError,
// ErrNotListed, and those of lro.Do.
func (a *Appliance) Pair(ctx context.Context, spec Spec) (result Result, err error) {
	if a.service == vcda.Cloud && spec.Site == "" {
		return Result{}, ErrNoName
	}
	peer := a.peer("", spec)
	if !a.run.reserve(peer) {
		return Result{}, ErrReserved
	}
	defer func() { a.run.endReservation(peer, result.key(a.service), spec.Owner, err) }()
	body := request(spec)
	if a.service == vcda.Manager {
		body.Site = "" // learned from the peer
	}
	out, err := lro.Do(ctx, a.system(a.client.WaitForResult), a.write(peer, lro.Write[vcda.Task, *vcda.Site]{
		Send:     a.start(peer, func(ctx context.Context) (vcda.Task, error) { return a.client.Pair(ctx, body) }),
		Done:     isListed,
		Reflects: reflects(peer),
	}))
	result = Result{Site: out.State, Task: out.Task}
	switch {
	case err != nil:
		return result, a.checkService(ctx, err)
	case !out.Sent:
		return a.adopt(ctx, *out.State, spec)
	case out.State == nil:
		return result, ErrNotListed
	}
	return result, checkName(*out.State, spec)
}

// adopt takes over a pairing that was there before, and re-pairs where it differs.
func (a *Appliance) adopt(ctx context.Context, site vcda.Site, spec Spec) (Result, error) {
	key := site.Key(a.service)
	switch {
	case a.run.Owners.IsChanged(key):
		return Result{}, ErrReserved
	case a.run.Owners.IsInState(key):
		return Result{}, &HeldError{Site: site}
	case !spec.Adopt:
		return Result{}, &ExistsError{Site: site}
	}
	if err := checkName(site, spec); err != nil {
		return Result{}, err
	}
	a.decided(ctx, "a pairing that is there already is adopted, as adopt_existing asks for", map[string]any{"key": key})
	result := Result{Site: &site}
	var err error
	if !matches(site, spec) {
		result, err = a.Repair(ctx, key, spec)
	}
	result.Adopted = true
	return result, err
}

// Repair re-pairs with a site that is paired under the key. It is always performed:
// a re-pairing has effects that no list shows.
//
// Errors: ErrNotListed, and those of lro.Do.
func (a *Appliance) Repair(ctx context.Context, key string, spec Spec) (Result, error) {
	peer := a.peer(key, spec)
	site, err := a.Find(ctx, key)
	switch {
	case err != nil:
		return Result{}, err
	case site == nil:
		return Result{}, ErrNotListed
	}
	a.run.Owners.RecordChange(key, spec.Owner)
	out, err := lro.Do(ctx, a.system(a.client.WaitForResult), a.write(peer, lro.Write[vcda.Task, *vcda.Site]{
		Send: a.start(peer, func(ctx context.Context) (vcda.Task, error) {
			return a.client.Repair(ctx, site.Key(a.service), request(spec))
		}),
		Done:   func(s *vcda.Site) bool { return s != nil && matches(*s, spec) },
		Always: true,
		Shown:  func(s *vcda.Site) bool { return s != nil && showsRepair(*s, *site, spec) },
	}))
	result := Result{Site: out.State, Task: out.Task}
	switch {
	case err == nil && out.State == nil:
		err = ErrNotListed
	case isUnknown(err) && vcda.IsEmptyBody(err) && out.State != nil && matches(*out.State, spec):
		err = nil // done at once, without a task
	}
	return result, err
}

// Unpair removes the pairing of the key, which so many objects of the state hold.
// One that is gone already is no error.
//
// Errors: ownership.ErrChanged where another resource of the run has made or changed it,
// ownership.ErrSharedState where another object of the state still holds it, ErrStillListed,
// and those of lro.Do.
func (a *Appliance) Unpair(ctx context.Context, key, owner string, objects int) (Result, error) {
	if err := a.run.Owners.Release(key, owner, objects); err != nil {
		return Result{}, err
	}
	site, err := a.Find(ctx, key)
	if err != nil || site == nil {
		return Result{}, err
	}
	peer := a.peer(key, Spec{Site: site.Site, URL: site.Endpoint()})
	out, err := lro.Do(ctx, a.system(a.client.Wait), a.write(peer, lro.Write[vcda.Task, *vcda.Site]{
		Send: a.start(peer, func(ctx context.Context) (vcda.Task, error) { return a.client.Unpair(ctx, site.Key(a.service)) }),
		Done: func(s *vcda.Site) bool { return s == nil },
	}))
	result := Result{Site: out.State, Task: out.Task}
	if gone, look := a.isGone(ctx, key, err); gone || look != nil {
		return result, look
	}
	if err == nil && !out.Shown {
		err = ErrStillListed
	}
	return result, err
}

// isGone reports whether a site is gone although unpairing it ended in an error of
// the appliance: another client has removed it.
func (a *Appliance) isGone(ctx context.Context, key string, err error) (bool, error) {
	if !vcda.IsNotFound(err) && appliance.End(err) != lro.Failed {
		return false, nil
	}
	site, look := a.Find(ctx, key)
	return look == nil && site == nil, look
}

// Resume goes on with an operation that was cut short: it waits for its task and
// looks at the site. Key is "" where the task was to make the pairing; if it has
// failed, there is no site. How another task ended is in the result.
//
// Errors: those of lro.Resume. A task that the appliance no longer knows is none.
func (a *Appliance) Resume(ctx context.Context, task, key string, spec Spec) (Result, error) {
	peer := a.peer(key, spec)
	w := a.write(peer, lro.Write[vcda.Task, *vcda.Site]{Done: isListed})
	if key != "" {
		w.Done = func(*vcda.Site) bool { return true } // how it ended is for the list to say
	}
	out, err := lro.Resume(ctx, a.system(a.client.WaitForResult), w, vcda.Task{ID: task})
	result := Result{Site: out.State, Task: out.Task}
	switch {
	case appliance.End(err) == lro.Failed && key == "":
		return result, nil // a pairing of the same site would be another's
	case appliance.End(err) == lro.Failed:
		result.Site, err = a.Find(ctx, key)
	case isUnknown(err) && appliance.End(err) == lro.Gone:
		err = nil
	}
	return result, err
}

// WaitForLink waits until neither direction of the link has an error, and returns
// the site as last seen.
//
// Errors: the cause of the end of ctx, ErrNotListed.
func (a *Appliance) WaitForLink(ctx context.Context, site vcda.Site) (vcda.Site, error) {
	key := site.Key(a.service)
	for pause := firstLinkPause; ; pause = min(2*pause, lastLinkPause) {
		if link := site.Link(); link.Incoming == nil && link.Outgoing == nil {
			return site, nil
		}
		if err := a.client.Clock().Sleep(ctx, pause); err != nil {
			return site, err
		}
		// A list that another wait has read since the last look serves as well.
		now, err := a.findSince(ctx, Peer{Service: a.service, Key: key}, a.since(pause))
		switch {
		case err != nil && vcda.IsTransient(err): // seen again after the next pause
		case err != nil:
			return site, err
		case now == nil:
			return site, ErrNotListed
		default:
			site = *now
		}
	}
}

// The time between two looks at a link grows from the first pause to the last.
const (
	firstLinkPause = time.Second
	lastLinkPause  = 5 * time.Second
)

// Find returns the site that is paired under the key, nil where there is none.
func (a *Appliance) Find(ctx context.Context, key string) (*vcda.Site, error) {
	return a.find(ctx, Peer{Service: a.service, Key: key})
}

// find returns the row of the peer, nil where there is none.
func (a *Appliance) find(ctx context.Context, peer Peer) (found *vcda.Site, err error) {
	return a.findSince(ctx, peer, a.since(sitesAge))
}

// findSince is find in a list that was asked for at the time given or later.
func (a *Appliance) findSince(ctx context.Context, peer Peer, since time.Time) (found *vcda.Site, err error) {
	var sites []vcda.Site
	err = a.retry(ctx, func() error {
		sites, err = a.client.SitesSince(ctx, since)
		return err
	})
	for _, s := range sites {
		switch {
		case s.IsLocal || !peer.matchesRow(s):
		case found == nil:
			found = &s
		case found.Key(a.service) != s.Key(a.service):
			return nil, &ListedTwiceError{One: *found, Other: s}
		}
	}
	return found, err
}

// write completes a write of the peer.
func (a *Appliance) write(peer Peer, w lro.Write[vcda.Task, *vcda.Site]) lro.Write[vcda.Task, *vcda.Site] {
	w.Look = func(ctx context.Context, task vcda.Task) (*vcda.Site, error) {
		return a.find(ctx, peer.withKeyOf(task))
	}
	w.Match = func(task vcda.Task) lro.Match { return a.run.match(peer, task) }
	w.Tasks = a.siteTasks
	return w
}

// start is a request of the peer, whose task the run remembers.
func (a *Appliance) start(peer Peer, send func(context.Context) (vcda.Task, error)) func(context.Context) (vcda.Task, error) {
	return func(ctx context.Context) (vcda.Task, error) {
		task, err := send(ctx)
		if err == nil {
			a.run.recordTask(task.ID, peer)
		}
		return task, err
	}
}

// siteTasks lists the tasks about sites, none where the user may not.
func (a *Appliance) siteTasks(ctx context.Context) (tasks []vcda.Task, err error) {
	err = a.retry(ctx, func() error {
		tasks, err = a.client.SiteTasksSince(ctx, a.since(tasksAge))
		return err
	})
	if vcda.IsNotFoundOrForbidden(err) {
		a.decided(ctx, "the user may not list tasks, none is waited for", nil)
		return nil, nil
	}
	return tasks, err
}

// since is the time since when a list may have been asked for that operations side
// by side share. A list of sites is, beside that, never older than the end of a task
// of this process.
func (a *Appliance) since(age time.Duration) time.Time { return a.client.Clock().Now().Add(-age) }

// How old lists may be that operations side by side share. What another user did
// since then is not noticed.
const (
	sitesAge = 200 * time.Millisecond // less than the pause between two looks
	tasksAge = 500 * time.Millisecond
)

// retry repeats a read whose response can't be used. Everything else was repeated
// by the HTTP layer.
func (a *Appliance) retry(ctx context.Context, read func() error) error {
	const tries = 4
	err := read()
	for try, pause := 1, 250*time.Millisecond; try < tries && vcda.IsInvalidResponse(err); try, pause = try+1, 2*pause {
		if ended := a.client.Clock().Sleep(ctx, pause); ended != nil {
			return ended
		}
		err = read()
	}
	return err
}

func (a *Appliance) system(wait func(context.Context, vcda.Task) (vcda.Task, error)) lro.System[vcda.Task] {
	system := appliance.System(a.client, a.log)
	system.Wait = wait
	return system
}

func (a *Appliance) decided(ctx context.Context, message string, fields map[string]any) {
	if a.log != nil {
		a.log(ctx, message, fields)
	}
}

// checkService adds the cause to a request that the appliance does not understand,
// where it is another service than it is taken for.
func (a *Appliance) checkService(ctx context.Context, err error) error {
	if !vcda.IsBadRequest(err) {
		return err
	}
	about, failed := a.client.About(ctx)
	if failed == nil && about.Service() != "" && about.Service() != a.service {
		return &vcda.ServiceError{Service: a.service, Err: err}
	}
	return err
}

func request(spec Spec) vcda.PairRequest {
	return vcda.PairRequest{Site: spec.Site, APIURL: spec.URL, APIThumbprint: spec.Thumbprint, Description: spec.Description}
}

func (a *Appliance) peer(key string, spec Spec) Peer {
	return Peer{Service: a.service, Key: key, Name: spec.Site, URL: spec.URL}
}

func (r Result) key(service vcda.Service) string {
	if r.Site == nil {
		return ""
	}
	return r.Site.Key(service)
}
