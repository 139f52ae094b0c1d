package vcda

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Service is the type of an appliance's main service. It determines the keys of
// sites.
type Service string

// The two services that pair sites.
const (
	Manager Service = "manager"
	Cloud   Service = "cloud"
)

// About identifies an appliance ("About Info"). BuildDate is in milliseconds since
// the epoch.
type About struct {
	ProductName  string `json:"productName"`
	ServiceType  string `json:"serviceType"`
	BuildVersion string `json:"buildVersion"`
	BuildDate    int64  `json:"buildDate"`
	InstanceID   string `json:"instanceId"`
}

// Service returns the service by the service type, or "" for another type.
func (a About) Service() Service {
	switch {
	case a.ServiceType == "CLOUD":
		return Cloud
	case strings.Contains(a.ServiceType, "MANAGER"):
		return Manager
	}
	return ""
}

// About reads the identity of the appliance, once (GET /diagnostics/about).
func (c *Client) About(ctx context.Context) (About, error) {
	return c.about.Get(ctx, func(ctx context.Context) (About, error) { return readAbout(ctx, c.do) })
}

func readAbout(ctx context.Context, send sender) (About, error) {
	var a About
	response, err := send(ctx, rest.Request{Method: http.MethodGet, Path: "/diagnostics/about"})
	if err == nil {
		err = response.JSON(&a)
	}
	return a, err
}

// InstanceID returns the permanent ID of the appliance. Like the service it comes
// from About, which takes one call a process.
func (c *Client) InstanceID(ctx context.Context) (string, error) {
	a, err := c.About(ctx)
	return a.InstanceID, err
}

// Service returns the configured service, or the one that the appliance reports. It
// fails with ErrUnknownService if that is another one.
func (c *Client) Service(ctx context.Context) (Service, error) {
	if c.service != "" {
		return c.service, nil
	}
	a, err := c.About(ctx)
	if err != nil {
		return "", err
	}
	return a.supported()
}

// serviceWithToken is Service within a session that is not shared yet.
func (c *Client) serviceWithToken(ctx context.Context, send sender) (Service, error) {
	if known := c.knownService(); known != "" {
		return known, nil
	}
	a, err := readAbout(ctx, send)
	if err != nil {
		return "", err
	}
	c.about.Set(a)
	return a.supported()
}

// knownService returns the service if it is known without a call, else "".
func (c *Client) knownService() Service { return cmp.Or(c.service, c.about.Cached().Service()) }

// supported returns the service, or ErrUnknownService.
func (a About) supported() (Service, error) {
	service := a.Service()
	if service == "" {
		return "", fmt.Errorf("%w: it reports the service type %q", ErrUnknownService, a.ServiceType)
	}
	return service, nil
}
