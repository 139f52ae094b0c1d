// Package vcda is a client of the VMware Cloud Director Availability REST API:
// sessions, sites, tasks, replications, and the setup of appliances.
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

// Options configures a Client. Transport and Login are required. An empty Service
// is read from the appliance.
type Options struct {
	Transport  rest.Options
	Login      Login
	Extensions []Extension // applied after every login
	Service    Service
	APIVersion string // "": the newest one that the appliance supports
	Clock      clock.Clock

	// TaskChanged is called when the state or the progress of a task that is waited
	// for has changed; optional.
	TaskChanged func(context.Context, Task)

	// VersionLowered is called once if no APIVersion is configured and the
	// appliance does not support the newest one, with the version in use; optional.
	VersionLowered func(version string)

	// PreviousUsed is called when the appliance refuses the password of a LocalUser
	// and accepts the previous one; optional.
	PreviousUsed func()

	Queue *SetupQueue // shared by the clients of one process; nil: not shared
}

// Client talks to one appliance. Its requests share one session, which the first
// request opens. It is safe for concurrent use.
type Client struct {
	http       *rest.Client
	version    *apiVersion
	clock      clock.Clock
	login      Login
	sessions   *session.Sessions[string] // their tokens
	extensions *extensions

	writes     coalesce.Writes
	taskEnds   coalesce.Writes
	newTasks   coalesce.Writes // tasks that an earlier list does not show may run
	sites      *coalesce.ReadCache[string, siteList]
	freshSites *coalesce.ReadCache[string, siteList] // for changes
	siteTasks  *coalesce.ReadCache[string, []Task]
	lastTasks  atomic.Pointer[[]Task] // about sites, in the last list
	poller     *poller

	started     sync.Map // ids of the tasks this client started
	service     Service  // configured, or ""
	taskChanged func(context.Context, Task)
	about       coalesce.Value[About]

	queue         *SetupQueue
	rootPassword  atomic.Pointer[string] // set by this process, or the previous one that was accepted
	previousTried atomic.Bool
	previousUsed  func()

	replicators *coalesce.ReadCache[string, []Replicator]
	tunnels     *coalesce.ReadCache[string, []Tunnel]

	remotes      remotes
	parent       *Client // for the client of another site
	site         string
	home         coalesce.Value[Home]
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

// prepare makes the parts that the clients of one appliance do not share.
func (c *Client) prepare() {
	c.poller = newPoller(c)
	c.sites = coalesce.NewReadCache[string, siteList](c.clock, &c.writes)
	c.freshSites = coalesce.NewReadCache[string, siteList](c.clock, &c.taskEnds)
	c.siteTasks = coalesce.NewReadCache[string, []Task](c.clock, &c.newTasks)
	c.replicators = coalesce.NewReadCache[string, []Replicator](c.clock, &c.writes)
	c.tunnels = coalesce.NewReadCache[string, []Tunnel](c.clock, &c.writes)
	c.replications = coalesce.NewReadCache[Kind, replicationList](c.clock, &c.writes)
}

// Clock returns the client's clock.
func (c *Client) Clock() clock.Clock { return c.clock }

// URL returns the base address of the appliance.
func (c *Client) URL() string { return c.http.BaseURL().String() }

// RequestTimeout returns the time limit of one HTTP request.
func (c *Client) RequestTimeout() time.Duration { return c.http.RequestTimeout() }

// send sends one request, with a token unless it is "".
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
