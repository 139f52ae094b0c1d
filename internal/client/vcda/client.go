// Package vcda is a client of the VMware Cloud Director Availability REST API:
// one session, sites, tasks. It knows nothing of Terraform.
package vcda

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/coalesce"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// tokenHeader carries the session token, in the response to a login and in every
// later request.
const tokenHeader = "X-VCAV-Auth"

// Options configures a Client. Transport and Login are required; Service is
// asked of the appliance when empty.
type Options struct {
	Transport  rest.Options
	Login      Login
	Extensions []Extension // applied after every login
	Service    Service
	APIVersion string // "": the newest one that the appliance knows
	Clock      clock.Clock

	// TaskChanged is called with each task that is waited for whenever its state or
	// its progress has changed; optional.
	TaskChanged func(context.Context, Task)

	// VersionLowered is called once where no APIVersion is configured and the
	// appliance does not know the newest one, with the version that is asked for
	// from then on; optional.
	VersionLowered func(version string)

	// PreviousUsed is called when the appliance refuses the password of a LocalUser
	// and accepts the previous one; optional.
	PreviousUsed func()

	Queue *SetupQueue // shared by the clients of one process; nil: one of its own
}

// Client talks to one appliance with one session, opened on first use. It is
// safe for concurrent use.
type Client struct {
	http       *rest.Client
	version    *apiVersion
	clock      clock.Clock
	login      Login
	sessions   *session.Sessions[string] // their tokens
	extensions *extensions

	writes    coalesce.Writes
	ends      coalesce.Writes // of tasks
	newTasks  coalesce.Writes // that may run, and that a list before does not show
	sites     *coalesce.ReadCache[string, siteList]
	looks     *coalesce.ReadCache[string, siteList] // of changes
	siteTasks *coalesce.ReadCache[string, []Task]
	lastTasks atomic.Pointer[[]Task] // about sites, as they were listed last
	poller    *poller

	started     sync.Map // ids of the tasks this client started
	service     Service  // configured, or ""
	taskChanged func(context.Context, Task)
	about       coalesce.Value[About]

	queue         *SetupQueue
	rootPassword  atomic.Pointer[string] // changed by this process, or the previous one in force
	previousTried atomic.Bool
	previousUsed  func()

	replicators *coalesce.ReadCache[string, []Replicator]
	tunnels     *coalesce.ReadCache[string, []Tunnel]

	remotes      remotes
	home         *Client // of the client of another site
	site         string
	here         coalesce.Value[Home]
	replications *coalesce.ReadCache[Kind, replicationList]
}

// New prepares a client; it contacts nothing.
func New(o Options) (*Client, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	o.Transport.DecodeError, o.Transport.Clock = decodeError, o.Clock
	layer, err := rest.New(o.Transport)
	if err != nil {
		return nil, err
	}
	c := &Client{
		http:        layer,
		version:     newAPIVersion(o.APIVersion, o.VersionLowered),
		clock:       o.Clock,
		login:       o.Login,
		service:     o.Service,
		extensions:  newExtensions(o.Extensions),
		taskChanged: o.TaskChanged,

		previousUsed: o.PreviousUsed,
	}
	if c.queue = o.Queue; c.queue == nil {
		c.queue = &SetupQueue{}
	}
	c.sessions = session.New(c.server(o.Login))
	c.prepare()
	return c, nil
}

// prepare makes what each client has of its own, also that of another site.
func (c *Client) prepare() {
	c.poller = newPoller(c)
	c.sites = coalesce.NewReadCache[string, siteList](c.clock, &c.writes)
	c.looks = coalesce.NewReadCache[string, siteList](c.clock, &c.ends)
	c.siteTasks = coalesce.NewReadCache[string, []Task](c.clock, &c.newTasks)
	c.replicators = coalesce.NewReadCache[string, []Replicator](c.clock, &c.writes)
	c.tunnels = coalesce.NewReadCache[string, []Tunnel](c.clock, &c.writes)
	c.replications = coalesce.NewReadCache[Kind, replicationList](c.clock, &c.writes)
}

// Clock is the clock the client waits by.
func (c *Client) Clock() clock.Clock { return c.clock }

// URL is the base address of the appliance.
func (c *Client) URL() string { return c.http.BaseURL().String() }

// RequestTimeout limits one HTTP request.
func (c *Client) RequestTimeout() time.Duration { return c.http.RequestTimeout() }

// send sends one request with a token, unless that is "".
func (c *Client) send(ctx context.Context, token string, r rest.Request) (*rest.Response, error) {
	r.Header = maps.Clone(r.Header)
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if token != "" {
		r.Header.Set(tokenHeader, token)
		r.Secrets = append(r.Secrets, token)
	}
	for {
		version := c.APIVersion()
		r.Header.Set("Accept", accept(version))
		response, err := c.http.Do(ctx, r)
		if !c.version.retry(version, err) {
			return response, err
		}
	}
}

// do sends a request within the shared session.
func (c *Client) do(ctx context.Context, r rest.Request) (response *rest.Response, err error) {
	err = c.sessions.Do(ctx, func(token string) (err error) {
		response, err = c.send(ctx, token, r)
		return err
	})
	return response, err
}

// fetch sends a request within the shared session and decodes the response into v.
func (c *Client) fetch(ctx context.Context, r rest.Request, v any) error {
	response, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	return response.JSON(v)
}
