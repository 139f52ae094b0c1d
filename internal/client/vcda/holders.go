package vcda

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// The holders of extensions beside those who give themselves a name.
const (
	configured = "configured" // part of the client's options: as long as the client
	// Managed holds what shall outlive the process.
	Managed = "managed"
)

// extensions are the remote sites the shared session extends to, each with
// those who hold it.
type extensions struct {
	lock    sync.Mutex
	held    []*held
	refused map[Extension]error
}

// held is one site. Its turn is taken for as long as a request about it runs,
// so that extending and shrinking don't overtake each other.
type held struct {
	site    string
	turn    chan struct{}
	last    Extension
	index   int // in the client's options, or -1
	holders []string
}

func newExtensions(list []Extension) *extensions {
	x := &extensions{refused: map[Extension]error{}}
	for i, e := range list {
		h := x.at(e.Site)
		h.last, h.index, h.holders = e, i, []string{configured}
	}
	return x
}

// at finds or makes the entry of a site.
func (x *extensions) at(site string) *held {
	for _, h := range x.held {
		if h.site == site {
			return h
		}
	}
	h := &held{site: site, turn: make(chan struct{}, 1), index: -1}
	x.held = append(x.held, h)
	return h
}

// enter waits for the site's turn; leave gives it back.
func (x *extensions) enter(ctx context.Context, site string) (*held, error) {
	x.lock.Lock()
	h := x.at(site)
	x.lock.Unlock()
	select {
	case h.turn <- struct{}{}:
		return h, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (h *held) leave() { <-h.turn }

// Extend extends the shared session to a site for the holder, and again after
// every new login for as long as somebody holds the site. What was refused is
// not sent again.
//
// Errors: *ExtensionError, ErrCloudOnly within it on another service.
func (c *Client) Extend(ctx context.Context, e Extension, holder string) (SessionDetails, error) {
	service, err := c.Service(ctx)
	if err != nil {
		return SessionDetails{}, err
	}
	if service != Cloud {
		return SessionDetails{}, &ExtensionError{Site: e.Site, Index: -1, Err: ErrCloudOnly}
	}
	x := c.extensions
	h, err := x.enter(ctx, e.Site)
	if err != nil {
		return SessionDetails{}, err
	}
	defer h.leave()
	if err := x.refusal(e); err != nil {
		return SessionDetails{}, err
	}
	details, err := c.extend(ctx, c.do, e)
	if err != nil {
		x.refuse(e, err)
		return details, err
	}
	x.hold(h, e, holder)
	return details, nil
}

// Hold notes that the shared session extends to a site for the holder too, as a
// session may that came from outside, or that another holder extended.
func (c *Client) Hold(ctx context.Context, e Extension, holder string) error {
	h, err := c.extensions.enter(ctx, e.Site)
	if err != nil {
		return err
	}
	defer h.leave()
	c.extensions.hold(h, e, holder)
	return nil
}

// Release gives up a holder's claim to a site. The extension is taken back when
// nobody else holds it.
func (c *Client) Release(ctx context.Context, site, holder string) error {
	x := c.extensions
	h, err := x.enter(ctx, site)
	if err != nil {
		return err
	}
	defer h.leave()
	if !x.release(h, holder) {
		return nil
	}
	return c.shrink(ctx, c.do, site)
}

// Holds tells whether the holder holds the site.
func (c *Client) Holds(site, holder string) bool {
	for _, h := range c.extensions.all() {
		if h.site == site {
			return slices.Contains(h.holders, holder)
		}
	}
	return false
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

func (x *extensions) hold(h *held, e Extension, holder string) {
	x.lock.Lock()
	defer x.lock.Unlock()
	h.last = e
	if !slices.Contains(h.holders, holder) {
		h.holders = append(h.holders, holder)
	}
}

// release tells whether nobody holds the site any more.
func (x *extensions) release(h *held, holder string) bool {
	x.lock.Lock()
	defer x.lock.Unlock()
	h.holders = slices.DeleteFunc(h.holders, func(other string) bool { return other == holder })
	return len(h.holders) == 0
}

// all are the extensions somebody holds, in the order they were first asked for.
func (x *extensions) all() []held {
	x.lock.Lock()
	defer x.lock.Unlock()
	var now []held
	for _, h := range x.held {
		if len(h.holders) > 0 {
			now = append(now, *h)
		}
	}
	return now
}

// within sends requests in one given session, whatever becomes of it.
func (c *Client) within(token string) sender {
	return func(ctx context.Context, r rest.Request) (*rest.Response, error) {
		return c.send(ctx, token, r)
	}
}

// extendAll extends a new session to every site somebody holds. One of the
// client's options must succeed; any other is its holder's to notice.
func (c *Client) extendAll(ctx context.Context, token string) error {
	all := c.extensions.all()
	if len(all) == 0 {
		return nil
	}
	if service, err := c.serviceWithin(ctx, c.within(token)); err != nil {
		return err
	} else if service != Cloud {
		return &ExtensionError{Site: all[0].site, Index: all[0].index, Refused: true, Err: ErrCloudOnly}
	}
	for _, h := range all {
		_, err := c.extend(ctx, c.within(token), h.last)
		var failed *ExtensionError
		if h.index >= 0 && errors.As(err, &failed) {
			failed.Index = h.index
			return failed
		}
	}
	return nil
}

// shrinkAll leaves a session that came from outside without the extensions that
// were held for this process only.
func (c *Client) shrinkAll(ctx context.Context, token string) error {
	var problems []error
	for _, h := range c.extensions.all() {
		if !slices.Contains(h.holders, configured) && !slices.Contains(h.holders, Managed) {
			problems = append(problems, c.shrink(ctx, c.within(token), h.site))
		}
	}
	return errors.Join(problems...)
}
