package vcda

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Owners of reservations. Other owners choose their own names.
const (
	configured = "configured" // the client's options: as long as the client exists
	// Managed owns reservations that outlive the process.
	Managed = "managed"
)

// extensions are the remote sites to which the shared session extends. As long as a
// site has a reservation, the session extends to it, also after a new login.
type extensions struct {
	lock    sync.Mutex
	sites   []*extendedSite // in the order of their first request
	refused map[Extension]error
}

// extendedSite is a remote site. turn is held while a request about the site runs,
// so that extending and shrinking do not overlap.
type extendedSite struct {
	name   string
	turn   *semaphore.Weighted
	last   Extension
	index  int // in the client's options, or -1
	owners []string
}

func newExtensions(list []Extension) *extensions {
	x := &extensions{refused: map[Extension]error{}}
	for i, e := range list {
		s := x.site(e.Site)
		s.last, s.index, s.owners = e, i, []string{configured}
	}
	return x
}

// site finds or adds a site.
func (x *extensions) site(name string) *extendedSite {
	x.lock.Lock()
	defer x.lock.Unlock()
	for _, s := range x.sites {
		if s.name == name {
			return s
		}
	}
	s := &extendedSite{name: name, turn: semaphore.NewWeighted(1), index: -1}
	x.sites = append(x.sites, s)
	return s
}

// Extend extends the shared session to a site and reserves it for the owner. A
// refused extension is not sent again.
//
// Errors: *ExtensionError, ErrCloudOnly within it on another service.
func (c *Client) Extend(ctx context.Context, e Extension, owner string) (SessionDetails, error) {
	service, err := c.Service(ctx)
	if err != nil {
		return SessionDetails{}, err
	}
	if service != Cloud {
		return SessionDetails{}, &ExtensionError{Site: e.Site, Index: -1, Err: ErrCloudOnly}
	}
	x, s := c.extensions, c.extensions.site(e.Site)
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return SessionDetails{}, context.Cause(ctx)
	}
	defer s.turn.Release(1)
	if err := x.refusal(e); err != nil {
		return SessionDetails{}, err
	}
	details, err := c.extend(ctx, c.do, e)
	if err != nil {
		x.refuse(e, err)
		return details, err
	}
	x.reserve(s, e, owner)
	return details, nil
}

// Reserve reserves a site for the owner without a request. The session must extend
// to it already.
func (c *Client) Reserve(ctx context.Context, e Extension, owner string) error {
	s := c.extensions.site(e.Site)
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	defer s.turn.Release(1)
	c.extensions.reserve(s, e, owner)
	return nil
}

// Release ends the owner's reservation of a site. The last release removes the
// extension.
func (c *Client) Release(ctx context.Context, site, owner string) error {
	s := c.extensions.site(site)
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	defer s.turn.Release(1)
	if !c.extensions.release(s, owner) {
		return nil
	}
	return c.shrink(ctx, c.do, site)
}

// IsReserved reports whether the owner has a reservation of the site.
func (c *Client) IsReserved(site, owner string) bool {
	return slices.ContainsFunc(c.extensions.reserved(), func(s extendedSite) bool {
		return s.name == site && slices.Contains(s.owners, owner)
	})
}

func (x *extensions) refusal(e Extension) error {
	x.lock.Lock()
	defer x.lock.Unlock()
	return x.refused[e]
}

func (x *extensions) refuse(e Extension, err error) {
	var failed *ExtensionError
	if errors.As(err, &failed) && failed.Refused {
		x.lock.Lock()
		defer x.lock.Unlock()
		x.refused[e] = err
	}
}

func (x *extensions) reserve(s *extendedSite, e Extension, owner string) {
	x.lock.Lock()
	defer x.lock.Unlock()
	s.last = e
	if !slices.Contains(s.owners, owner) {
		s.owners = append(s.owners, owner)
	}
}

// release reports whether the site has no reservation any more.
func (x *extensions) release(s *extendedSite, owner string) bool {
	x.lock.Lock()
	defer x.lock.Unlock()
	s.owners = slices.DeleteFunc(s.owners, func(other string) bool { return other == owner })
	return len(s.owners) == 0
}

// reserved returns the sites with a reservation, as they are now.
func (x *extensions) reserved() (sites []extendedSite) {
	x.lock.Lock()
	defer x.lock.Unlock()
	for _, s := range x.sites {
		if len(s.owners) > 0 {
			now := *s
			now.owners = slices.Clone(s.owners)
			sites = append(sites, now)
		}
	}
	return sites
}

// withToken returns a sender that uses one token and does not renew its session.
func (c *Client) withToken(token string) sender {
	return func(ctx context.Context, r rest.Request) (*rest.Response, error) {
		return c.send(ctx, token, r)
	}
}

// extendAll extends a new session to every site with a reservation. An extension of
// the client's options must succeed. The failure of another one is left to its
// owner.
func (c *Client) extendAll(ctx context.Context, token string) error {
	all := c.extensions.reserved()
	if len(all) == 0 {
		return nil
	}
	if service, err := c.serviceWithToken(ctx, c.withToken(token)); err != nil {
		return err
	} else if service != Cloud {
		return &ExtensionError{Site: all[0].name, Index: all[0].index, Refused: true, Err: ErrCloudOnly}
	}
	for _, s := range all {
		_, err := c.extend(ctx, c.withToken(token), s.last)
		var failed *ExtensionError
		if s.index >= 0 && errors.As(err, &failed) {
			failed.Index = s.index
			return failed
		}
	}
	return nil
}

// shrinkAll removes the extensions that only this process needed from an external
// session, concurrently.
func (c *Client) shrinkAll(ctx context.Context, token string) error {
	sites := c.extensions.reserved()
	errs := make([]error, len(sites))
	var running sync.WaitGroup
	for i, s := range sites {
		if !slices.Contains(s.owners, configured) && !slices.Contains(s.owners, Managed) {
			running.Go(func() { errs[i] = c.shrink(ctx, c.withToken(token), s.name) })
		}
	}
	running.Wait()
	return errors.Join(errs...)
}
