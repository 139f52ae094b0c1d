package vcda

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Service is the flavor of an appliance's main service. It decides how sites
// are keyed.
type Service string

// The two flavors that pair sites.
const (
	Manager Service = "manager"
	Cloud   Service = "cloud"
)

// About is what an appliance says of itself ("About Info"). BuildDate is in
// milliseconds since the epoch.
type About struct {
	ProductName  string `json:"productName"`
	ServiceType  string `json:"serviceType"`
	BuildVersion string `json:"buildVersion"`
	BuildDate    int64  `json:"buildDate"`
	InstanceID   string `json:"instanceId"`
}

// Service is the flavor as the reference tells it from the service type, or
// "" where it is neither.
func (a About) Service() Service {
	switch {
	case a.ServiceType == "CLOUD":
		return Cloud
	case strings.Contains(a.ServiceType, "MANAGER"):
		return Manager
	}
	return ""
}

// About asks the appliance what it is, once (GET /diagnostics/about).
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

// InstanceID is the ID that the appliance keeps for as long as it lives. It is in
// the same response as the service: both take one call a process.
func (c *Client) InstanceID(ctx context.Context) (string, error) {
	a, err := c.About(ctx)
	return a.InstanceID, err
}

// Service is the configured flavor, else the one the appliance reports.
// ErrUnknownService when it reports another service.
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

// serviceWithin is Service within a session that is not shared yet.
func (c *Client) serviceWithin(ctx context.Context, send sender) (Service, error) {
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

// knownService is the flavor as far as it is known without a call.
func (c *Client) knownService() Service { return cmp.Or(c.service, c.about.Cached().Service()) }

// supported returns the flavor, or ErrUnknownService.
func (a About) supported() (Service, error) {
	service := a.Service()
	if service == "" {
		return "", fmt.Errorf("%w: it reports the service type %q", ErrUnknownService, a.ServiceType)
	}
	return service, nil
}
