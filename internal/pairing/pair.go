// Package pairing pairs an appliance with other sites. It decides which resource
// owns a pairing, and when a request may be sent. Package lro sends the requests.
package pairing

import (
	"context"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro/appliance"
)

// Log logs a decision with its reason.
type Log func(ctx context.Context, message string, fields map[string]any)

// Spec is a wanted pairing.
type Spec struct {
	Site        string // name; required on the Cloud service, checked on the Manager service if it is set
	URL         string
	Thumbprint  string // canonical
	Description string
	Adopt       bool   // whether Pair may adopt an existing pairing
	Owner       string // identifies the resource in the run
}

// Result is the result of an operation. After an error it is what is known.
type Result struct {
	Site    *vcda.Site // nil if it is not listed
	Task    vcda.Task  // of the operation, or zero
	Adopted bool       // the pairing existed before
}

// Appliance is the appliance whose pairings are managed.
type Appliance struct {
	client  *vcda.Client
	service vcda.Service
	run     *Run
	log     Log
}

// New returns the appliance of a client. It reads the service if it is not known.
// The resources of one run share run.
func New(ctx context.Context, client *vcda.Client, run *Run, log Log) (*Appliance, error) {
	a := &Appliance{client: client, run: run, log: log}
	err := a.retry(ctx, func() (err error) {
		a.service, err = client.Service(ctx)
		return err
	})
	return a, err
}

// Client returns the client of the appliance.
func (a *Appliance) Client() *vcda.Client { return a.client }

// Service returns the service of the appliance.
func (a *Appliance) Service() vcda.Service { return a.service }

// Pair pairs with a site, or adopts an existing pairing.
//
// Errors: ErrNoName, ErrReserved, *ExistsError, *OwnedError, *NameError,
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
		body.Site = "" // the appliance reads it from the peer
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

// adopt adopts an existing pairing, and re-pairs if it differs.
func (a *Appliance) adopt(ctx context.Context, site vcda.Site, spec Spec) (Result, error) {
	key := site.Key(a.service)
	switch {
	case a.run.Owners.IsChanged(key):
		return Result{}, ErrReserved
	case a.run.Owners.IsInState(key):
		return Result{}, &OwnedError{Site: site}
	case !spec.Adopt:
		return Result{}, &ExistsError{Site: site}
	}
	if err := checkName(site, spec); err != nil {
		return Result{}, err
	}
	a.logDecision(ctx, "adopting an existing pairing, because adopt_existing is set", map[string]any{"key": key})
	result := Result{Site: &site}
	var err error
	if !matches(site, spec) {
		result, err = a.Repair(ctx, key, spec)
	}
	result.Adopted = true
	return result, err
}

// Repair re-pairs with a site by its key. It always sends the request, because a
// re-pairing has effects that the list does not show.
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

// Unpair removes a pairing, for one of the objects of the state that have it. It is
// no error if it does not exist.
//
// Errors: ownership.ErrChanged if another resource of the run has made or changed
// it, ownership.ErrSharedState if another object of the state still has it,
// ErrStillListed, and those of lro.Do.
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
	if removed, findErr := a.isRemoved(ctx, key, err); removed || findErr != nil {
		return result, findErr
	}
	if err == nil && !out.Shown {
		err = ErrStillListed
	}
	return result, err
}

// isRemoved reports whether another client has removed the site after the appliance
// refused to unpair it.
func (a *Appliance) isRemoved(ctx context.Context, key string, err error) (bool, error) {
	if !vcda.IsNotFound(err) && appliance.End(err) != lro.Failed {
		return false, nil
	}
	site, err := a.Find(ctx, key)
	return err == nil && site == nil, err
}

// Resume continues an operation that was interrupted: it waits for its task and
// reads the site. key is "" for a task that pairs; if it has failed, there is no
// site. The result has the task.
//
// Errors: those of lro.Resume. It is no error if the appliance does not know the
// task any more.
func (a *Appliance) Resume(ctx context.Context, task, key string, spec Spec) (Result, error) {
	peer := a.peer(key, spec)
	w := a.write(peer, lro.Write[vcda.Task, *vcda.Site]{Done: isListed})
	if key != "" {
		w.Done = func(*vcda.Site) bool { return true } // the list shows how it ended
	}
	out, err := lro.Resume(ctx, a.system(a.client.WaitForResult), w, vcda.Task{ID: task})
	result := Result{Site: out.State, Task: out.Task}
	switch {
	case appliance.End(err) == lro.Failed && key == "":
		return result, nil // a pairing of the same site has another owner
	case appliance.End(err) == lro.Failed:
		result.Site, err = a.Find(ctx, key)
	case isUnknown(err) && appliance.End(err) == lro.Gone:
		err = nil
	}
	return result, err
}

// WaitForLink waits until neither direction of the link has an error, and returns
// the site as last read.
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
		// A list that another wait has read during the pause is new enough.
		now, err := a.findSince(ctx, Peer{Service: a.service, Key: key}, a.since(pause))
		switch {
		case err != nil && vcda.IsTransient(err): // read again after the next pause
		case err != nil:
			return site, err
		case now == nil:
			return site, ErrNotListed
		default:
			site = *now
		}
	}
}

// The pause between two reads of a link grows from the first to the last.
const (
	firstLinkPause = time.Second
	lastLinkPause  = 5 * time.Second
)

// Find returns the site with the key, or nil.
func (a *Appliance) Find(ctx context.Context, key string) (*vcda.Site, error) {
	return a.find(ctx, Peer{Service: a.service, Key: key})
}

// find returns the row of the peer, or nil.
func (a *Appliance) find(ctx context.Context, peer Peer) (found *vcda.Site, err error) {
	return a.findSince(ctx, peer, a.since(sitesAge))
}

// findSince is find in a list that was requested at since or later.
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
			return nil, &ListedTwiceError{First: *found, Second: s}
		}
	}
	return found, err
}

// write completes a write of the peer.
func (a *Appliance) write(peer Peer, w lro.Write[vcda.Task, *vcda.Site]) lro.Write[vcda.Task, *vcda.Site] {
	w.Read = func(ctx context.Context, task vcda.Task) (*vcda.Site, error) {
		return a.find(ctx, peer.withTaskKey(task))
	}
	w.Match = func(task vcda.Task) lro.Match { return a.run.match(peer, task) }
	w.Tasks = a.siteTasks
	return w
}

// start returns a send function that records the task in the run.
func (a *Appliance) start(peer Peer, send func(context.Context) (vcda.Task, error)) func(context.Context) (vcda.Task, error) {
	return func(ctx context.Context) (vcda.Task, error) {
		task, err := send(ctx)
		if err == nil {
			a.run.recordTask(task.ID, peer)
		}
		return task, err
	}
}

// siteTasks lists the tasks about sites. The result is empty if the user may not
// list tasks.
func (a *Appliance) siteTasks(ctx context.Context) (tasks []vcda.Task, err error) {
	err = a.retry(ctx, func() error {
		tasks, err = a.client.SiteTasksSince(ctx, a.since(tasksAge))
		return err
	})
	if vcda.IsNotFoundOrForbidden(err) {
		a.logDecision(ctx, "the user may not list tasks, not waiting for any", nil)
		return nil, nil
	}
	return tasks, err
}

// since returns the time at which a shared list of an age was requested. A list of
// sites is also never older than the end of a task of this process.
func (a *Appliance) since(age time.Duration) time.Time { return a.client.Clock().Now().Add(-age) }

// The maximum age of the lists that concurrent operations share. Later changes of
// other users are not noticed.
const (
	sitesAge = 200 * time.Millisecond // less than the pause between two reads
	tasksAge = 500 * time.Millisecond
)

// retry repeats a read whose response can't be used. The client repeats other
// failed reads.
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

func (a *Appliance) logDecision(ctx context.Context, message string, fields map[string]any) {
	if a.log != nil {
		a.log(ctx, message, fields)
	}
}

// checkService returns a *vcda.ServiceError for a bad request if the appliance has
// another service than expected.
func (a *Appliance) checkService(ctx context.Context, err error) error {
	if !vcda.IsBadRequest(err) {
		return err
	}
	about, aboutErr := a.client.About(ctx)
	if aboutErr == nil && about.Service() != "" && about.Service() != a.service {
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
