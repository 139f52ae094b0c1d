package vcda

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// setupCalls are the differences between the versions of the API in the setup of an
// appliance.
type setupCalls struct {
	expiry     []string // paths of the expiry of the root password: of this version, then of the others
	ssoAtLS    bool     // the Manager's lookup service needs SSO credentials
	pluginSSO  bool     // the plug-in's calls need SSO credentials
	tunnelList bool     // several tunnels with ids; else one, in GET /config
}

const (
	expiryPath    = "/config/root-password-expired"
	oldExpiryPath = "/appliance/root-password-expired"
)

var setupByVersion = map[string]setupCalls{
	"4.5": {expiry: []string{oldExpiryPath, expiryPath}, pluginSSO: true},
	"4.6": {expiry: []string{oldExpiryPath, expiryPath}, ssoAtLS: true, tunnelList: true},
	"4.7": {expiry: []string{expiryPath, oldExpiryPath}, ssoAtLS: true, tunnelList: true},
}

func (c *Client) setupCalls() setupCalls { return setupByVersion[c.APIVersion()] }

// HasTunnelList reports whether the API version has several tunnels with ids. Call
// SettleVersion before.
func (c *Client) HasTunnelList() bool { return c.setupCalls().tunnelList }

// PluginNeedsSSO reports whether the API version needs SSO credentials to register
// and unregister the plug-in of the vSphere Client. Call SettleVersion before.
func (c *Client) PluginNeedsSSO() bool { return c.setupCalls().pluginSSO }

// SetupQueue lets one write of the setup at a time run on a host, on any port: the
// services of an appliance share one operating system.
type SetupQueue struct {
	lock  sync.Mutex
	hosts map[string]chan struct{}
}

// enter waits for the turn and returns the function that ends it.
func (q *SetupQueue) enter(ctx context.Context, host string) (leave func(), err error) {
	q.lock.Lock()
	if q.hosts == nil {
		q.hosts = map[string]chan struct{}{}
	}
	turn, ok := q.hosts[host]
	if !ok {
		turn = make(chan struct{}, 1)
		q.hosts[host] = turn
	}
	q.lock.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// AbsentCallError is the error of a call that the version of the appliance does not
// have.
type AbsentCallError struct{ Err error }

func (e *AbsentCallError) Error() string { return "the appliance has no such call: " + e.Err.Error() }
func (e *AbsentCallError) Unwrap() error { return e.Err }

// asAbsentCall turns the error of a call that only old appliances are known to have
// into an *AbsentCallError if the appliance does not have the call.
func asAbsentCall(err error) error {
	if s := apiStatus(err); s == http.StatusNotFound || s == http.StatusMethodNotAllowed {
		return &AbsentCallError{err}
	}
	return err
}

// UnknownOutcomeError is the error of a call that may have been performed. It was
// not sent again, because it must not be performed twice.
type UnknownOutcomeError struct {
	Err      error // the response
	CheckErr error // why the check for its effect failed, nil if there was no effect
}

func (e *UnknownOutcomeError) Error() string {
	return "it is not known whether the request was performed: " + e.Err.Error()
}

func (e *UnknownOutcomeError) Unwrap() []error {
	if e.CheckErr == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.CheckErr}
}

// Pauses after a declined write, and while the effect of a write with a lost
// response is checked.
const (
	shortestPause = 2 * time.Second
	longestPause  = 30 * time.Second
	lostWritePoll = 2 * time.Second
	lostWriteTime = 20 * time.Second
)

// write sends a write of the setup and decodes the response into v, unless v is
// nil. Only ctx limits its time, since the appliance contacts other servers during
// the request. A declined write is sent again until ctx ends. It may be performed
// twice: if the response is lost, it is sent once more, as soon as the appliance
// responds to a read.
func (c *Client) write(ctx context.Context, r rest.Request, v any) error {
	leave, err := c.enterQueue(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return c.writeInTurn(ctx, r, v)
}

// writeInTurn is write for a caller that has its turn in the queue.
func (c *Client) writeInTurn(ctx context.Context, r rest.Request, v any) error {
	err := c.repeat(ctx, r, v, nil)
	if OutcomeOf(err) != rest.Unknown || status(err) == http.StatusInternalServerError { // a response of the appliance, not of a proxy
		return err
	}
	isBack := func(ctx context.Context) (bool, error) {
		_, err := c.Config(ctx)
		return err == nil, err
	}
	if c.findLost(ctx, err, isBack) != nil {
		return err
	}
	return c.repeat(ctx, r, v, nil)
}

// writeOnce is write for a call that must not be performed twice. isDone reports
// whether it has been performed. It is called before the call is sent again, and if
// the outcome is unknown; then the call is not sent again.
func (c *Client) writeOnce(ctx context.Context, r rest.Request, v any, isDone func(context.Context) (bool, error)) error {
	leave, err := c.enterQueue(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if err = c.repeat(ctx, r, v, isDone); OutcomeOf(err) == rest.Unknown {
		return c.findLost(ctx, err, isDone)
	}
	return err
}

// enterQueue waits for the caller's turn at the appliance. leave ends the turn.
func (c *Client) enterQueue(ctx context.Context) (leave func(), err error) {
	return c.queue.enter(ctx, c.http.BaseURL().Hostname())
}

// repeat sends a request until the appliance does not decline it, or until isDone,
// which may be nil, reports that it was performed.
func (c *Client) repeat(ctx context.Context, r rest.Request, v any, isDone func(context.Context) (bool, error)) error {
	r.NoTimeout = true
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		err := c.exchange(ctx, r, v)
		if OutcomeOf(err) != rest.Declined {
			return err
		}
		if ended := c.clock.Sleep(ctx, max(pause, RetryAfter(err))); ended != nil {
			return fmt.Errorf("%w; the appliance declined the request until then: %w", ended, err)
		}
		if isDone != nil {
			if done, err := isDone(ctx); done || err != nil {
				return err
			}
		}
	}
}

func (c *Client) exchange(ctx context.Context, r rest.Request, v any) error {
	defer c.writes.Invalidate()
	response, err := c.do(ctx, r)
	if err != nil || v == nil {
		return err
	}
	return response.JSON(v)
}

// findLost checks the effect of a write whose outcome is unknown, until it is found
// or lostWriteTime is over. It checks once if ctx has ended.
func (c *Client) findLost(ctx context.Context, lost error, isDone func(context.Context) (bool, error)) error {
	for end := c.clock.Now().Add(lostWriteTime); ; {
		done, err := isDone(ctx)
		switch {
		case done:
			return nil
		case ctx.Err() != nil:
			return &UnknownOutcomeError{Err: lost, CheckErr: context.Cause(ctx)}
		case err != nil && !IsTransient(err):
			return &UnknownOutcomeError{Err: lost, CheckErr: err}
		case !c.clock.Now().Before(end):
			return &UnknownOutcomeError{Err: lost, CheckErr: err}
		}
		if err := c.clock.Sleep(ctx, lostWritePoll); err != nil {
			return &UnknownOutcomeError{Err: lost, CheckErr: err}
		}
	}
}

// Ping checks without a session that the service responds: it asks for a login (GET
// /sessions).
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.http.Do(ctx, rest.Request{Method: http.MethodGet, Path: "/sessions", Header: http.Header{"Accept": {accept(c.APIVersion())}}})
	if rest.Status(err) == http.StatusUnauthorized {
		return nil
	}
	return err
}

// LicenseInfo is the license of an appliance. ExpirationDate is in milliseconds
// since the epoch; 0 is never.
type LicenseInfo struct {
	IsLicensed     bool  `json:"isLicensed"`
	ExpirationDate int64 `json:"expirationDate"`
}

// License reads the license ("License Info", GET /license).
func (c *Client) License(ctx context.Context) (LicenseInfo, error) {
	var info LicenseInfo
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: "/license"}, &info)
	return info, err
}

// SetLicense sets or replaces the license key ("Validate License Key",
// POST /license).
func (c *Client) SetLicense(ctx context.Context, key string) error {
	body := struct {
		Key string `json:"key"`
	}{key}
	return c.write(ctx, rest.Request{Method: http.MethodPost, Path: "/license", Body: body, Secrets: []string{key}}, nil)
}

// SetSite sets the site name of the appliance permanently ("Configure Site" on the
// Manager, "Config Site" on the Cloud service, POST /config/site). The description
// is for the Cloud service. It is sent once.
func (c *Client) SetSite(ctx context.Context, service Service, name, description string) error {
	var body any = struct {
		Site string `json:"site"`
	}{name}
	if service == Cloud {
		body = struct {
			Site        string `json:"localSite"`
			Description string `json:"localSiteDescription"`
		}{name, description}
	}
	return c.writeOnce(ctx, rest.Request{Method: http.MethodPost, Path: "/config/site", Body: body}, nil, func(ctx context.Context) (bool, error) {
		config, err := c.Config(ctx)
		return config.SiteName() == name, err
	})
}

// LookupService is the lookup service of a vCenter, and the thumbprint of its
// certificate.
type LookupService struct {
	URL        string `json:"url"`
	Thumbprint string `json:"thumbprint"`
}

// SSOAdmin are the credentials of an administrator of the SSO domain.
type SSOAdmin struct {
	User     string `json:"ssoUser"`
	Password string `json:"ssoPassword"`
}

// SetLookupService sets the lookup service ("Configure Set Ls", POST
// /config/lookup-service). Since 4.6 a Manager without a Cloud service needs SSO
// credentials, which it stores; admin is nil for others.
func (c *Client) SetLookupService(ctx context.Context, ls LookupService, admin *SSOAdmin) error {
	if err := c.SettleVersion(ctx); err != nil {
		return err
	}
	body := struct {
		LookupService
		Admin *SSOAdmin `json:"ssoAdminCredentials,omitempty"`
	}{LookupService: ls}
	var secrets []string
	if admin != nil && c.setupCalls().ssoAtLS {
		body.Admin, secrets = admin, []string{admin.Password}
	}
	return c.write(ctx, rest.Request{Method: http.MethodPost, Path: "/config/lookup-service", Body: body, Secrets: secrets}, nil)
}

// SetManagerLookupService sets the lookup service of the Manager of a Cloud service
// (POST /config/manager/lookup-service, known from old appliances only). It fails
// with *AbsentCallError if the appliance does not have the call.
func (c *Client) SetManagerLookupService(ctx context.Context, ls LookupService) error {
	return asAbsentCall(c.write(ctx, rest.Request{Method: http.MethodPost, Path: "/config/manager/lookup-service", Body: ls}, nil))
}

// CheckLookupService lets a Cloud service check a lookup service (POST
// /config/check-lookup-service, known from old appliances only). It fails with
// *AbsentCallError if the appliance does not have the call.
func (c *Client) CheckLookupService(ctx context.Context, ls LookupService) error {
	_, err := c.do(ctx, rest.Request{Method: http.MethodPost, Path: "/config/check-lookup-service", Body: ls, NoTimeout: true})
	return asAbsentCall(err)
}

// Director is the address and the login of a Cloud Director (ConfigureVcdRequest).
// URL ends in /api. Without a thumbprint a public authority must have issued its
// certificate.
type Director struct {
	URL        string `json:"vcdUrl"`
	Username   string `json:"vcdUsername"`
	Password   string `json:"vcdPassword"`
	Thumbprint string `json:"vcdThumbprint,omitempty"`
}

// SetDirector connects a Cloud service to its Cloud Director ("Config Vcd",
// POST /config/vcloud).
func (c *Client) SetDirector(ctx context.Context, d Director) error {
	return c.write(ctx, rest.Request{Method: http.MethodPost, Path: "/config/vcloud", Body: d, Secrets: []string{d.Password}}, nil)
}

// CheckDirector lets a Cloud service log in to a Cloud Director (POST
// /config/check-vcloud, known from old appliances only). It fails with
// *AbsentCallError if the appliance does not have the call.
func (c *Client) CheckDirector(ctx context.Context, d Director) error {
	_, err := c.do(ctx, rest.Request{Method: http.MethodPost, Path: "/config/check-vcloud", Body: d, Secrets: []string{d.Password}, NoTimeout: true})
	return asAbsentCall(err)
}

// EndpointConfiguration are the addresses of a Cloud service; nil is unset.
type EndpointConfiguration struct {
	MgmtAddress       *string `json:"mgmtAddress"`
	MgmtPort          *int64  `json:"mgmtPort"`
	MgmtPublicAddress *string `json:"mgmtPublicAddress"`
	MgmtPublicPort    *int64  `json:"mgmtPublicPort"`
	APIAddress        *string `json:"apiAddress"`
	APIPort           *int64  `json:"apiPort"`
	APIPublicAddress  *string `json:"apiPublicAddress"`
	APIPublicPort     *int64  `json:"apiPublicPort"`
}

// Endpoints are the configured addresses, and the effective ones, with defaults for
// those that are not set.
type Endpoints struct {
	Configured EndpointConfiguration `json:"configured"`
	Effective  EndpointConfiguration `json:"effective"`
}

const endpointsPath = "/config/endpoints"

// Endpoints reads the addresses of a Cloud service ("Configure Get Endpoints",
// GET /config/endpoints).
func (c *Client) Endpoints(ctx context.Context) (Endpoints, error) {
	var e Endpoints
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: endpointsPath}, &e)
	return e, err
}

// SetPublicEndpoint sets the address of a Cloud service for other sites ("Configure
// Update Endpoints", POST /config/endpoints). The call replaces all addresses, so
// the others are read and written back, in one turn: the registration of a tunnel,
// which adds its name to them, comes before or after both calls.
func (c *Client) SetPublicEndpoint(ctx context.Context, address string, port int64) error {
	leave, err := c.enterQueue(ctx)
	if err != nil {
		return err
	}
	defer leave()
	e, err := c.Endpoints(ctx)
	if err != nil {
		return err
	}
	e.Configured.APIPublicAddress, e.Configured.APIPublicPort = &address, &port
	return c.writeInTurn(ctx, rest.Request{Method: http.MethodPost, Path: endpointsPath, Body: e.Configured}, nil)
}

const pluginPath = "/config/vsphere-ui"

// RegisterPlugin registers the plug-in of the vSphere Client (POST
// /config/vsphere-ui) and returns its status, such as "OK". Up to 4.5 it needs the
// SSO credentials.
func (c *Client) RegisterPlugin(ctx context.Context, admin SSOAdmin) (string, error) {
	if err := c.SettleVersion(ctx); err != nil {
		return "", err
	}
	var response struct {
		Status string `json:"status"`
	}
	r := rest.Request{Method: http.MethodPost, Path: pluginPath}
	if c.PluginNeedsSSO() {
		r.Path, r.Body, r.Secrets = pluginPath+"/register", admin, []string{admin.Password}
	}
	err := c.write(ctx, r, &response)
	return response.Status, err
}

// UnregisterPlugin removes the plug-in of the vSphere Client (DELETE
// /config/vsphere-ui). It is no error if it is not registered.
func (c *Client) UnregisterPlugin(ctx context.Context, admin SSOAdmin) error {
	if err := c.SettleVersion(ctx); err != nil {
		return err
	}
	r := rest.Request{Method: http.MethodDelete, Path: pluginPath}
	if c.PluginNeedsSSO() {
		r = rest.Request{Method: http.MethodPost, Path: pluginPath + "/unregister", Body: admin, Secrets: []string{admin.Password}}
	}
	err := c.write(ctx, r, nil)
	if apiStatus(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// RemoteAppliance is another appliance, to which this one logs in as root. The
// password is not stored.
type RemoteAppliance struct {
	APIURL        string `json:"apiUrl"`
	APIThumbprint string `json:"apiThumbprint"`
	RootPassword  string `json:"rootPassword"`
}

// setRemoteLookupService sets the lookup service of another appliance.
func (c *Client) setRemoteLookupService(ctx context.Context, path string, remote RemoteAppliance, ls LookupService) error {
	body := struct {
		RemoteAppliance
		URL        string `json:"lsUrl"`
		Thumbprint string `json:"lsThumbprint"`
	}{remote, ls.URL, ls.Thumbprint}
	return c.write(ctx, rest.Request{Method: http.MethodPost, Path: path, Body: body, Secrets: []string{remote.RootPassword}}, nil)
}
