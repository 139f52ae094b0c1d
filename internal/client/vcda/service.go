package vcda

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Service is the flavour of an appliance's main service. It decides how sites
// are keyed.
type Service string

// The two flavours that pair sites.
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

// Service is the flavour as the reference tells it from the service type, or
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

// About asks the appliance what it is (GET /diagnostics/about).
func (c *Client) About(ctx context.Context) (About, error) {
	return about(ctx, c.do)
}

func about(ctx context.Context, send sender) (About, error) {
	var a About
	answer, err := send(ctx, rest.Request{Method: http.MethodGet, Path: "/diagnostics/about"})
	if err == nil {
		err = answer.JSON(&a)
	}
	return a, err
}

// Service is the configured flavour, else the one the appliance reports; it is
// asked once. ErrUnknownService when it reports another service.
func (c *Client) Service(ctx context.Context) (Service, error) {
	return c.service.get(ctx, func(ctx context.Context) (Service, error) { return c.ask(ctx, c.do) })
}

// ask finds out the service within some session.
func (c *Client) ask(ctx context.Context, send sender) (Service, error) {
	if known := c.service.value(); known != "" {
		return known, nil
	}
	a, err := about(ctx, send)
	if err != nil {
		return "", err
	}
	service := a.Service()
	if service == "" {
		return "", fmt.Errorf("%w: it reports the service type %q", ErrUnknownService, a.ServiceType)
	}
	c.service.set(service)
	return service, nil
}
