package vcda

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// APIVersions are the versions of the API that the client knows, the newest first.
var APIVersions = []string{"4.7", "4.6", "4.5"}

// apiVersion is the version of the API that a client asks for. Where none is
// configured it is the newest one that the appliance knows, which the first
// responses tell.
type apiVersion struct {
	lowered func(version string)

	lock    sync.Mutex
	asked   string
	settled bool
}

func newAPIVersion(configured string, lowered func(string)) *apiVersion {
	v := &apiVersion{asked: configured, settled: configured != "", lowered: lowered}
	if configured == "" {
		v.asked = APIVersions[0]
	}
	return v
}

func (v *apiVersion) current() (asked string, settled bool) {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.asked, v.settled
}

// accept is the Accept header for a version.
func accept(version string) string {
	return "application/vnd.vmware.h4-v" + version + "+json;charset=UTF-8"
}

// retry learns from the outcome of a request that asked for a version, and reports
// whether to send it again with another one: the appliance has not performed it.
func (v *apiVersion) retry(asked string, err error) bool {
	v.lock.Lock()
	defer v.lock.Unlock()
	switch {
	case !isUnknownVersion(err):
		if (err == nil || rest.Status(err) != 0) && !v.settled {
			v.settle()
		}
		return false
	case asked != v.asked:
		return true // another request has learned it
	case v.settled:
		return false
	}
	next := slices.Index(APIVersions, asked) + 1
	if next == len(APIVersions) {
		v.settled = true // no version is known: the last response says so
		return false
	}
	v.asked = APIVersions[next]
	return true
}

func (v *apiVersion) settle() {
	v.settled = true
	if v.asked != APIVersions[0] && v.lowered != nil {
		v.lowered(v.asked)
	}
}

// isUnknownVersion reports whether the appliance does not know the version asked
// for. No appliance answers with a page.
func isUnknownVersion(err error) bool {
	var status *rest.StatusError
	return errors.As(err, &status) && status.Status == http.StatusNotAcceptable && !status.HTML
}

// APIVersion is the version the client asks for, such as "4.7".
func (c *Client) APIVersion() string {
	asked, _ := c.version.current()
	return asked
}

// SettleVersion makes sure that the version is one that the appliance knows, for a
// request whose form depends on it.
func (c *Client) SettleVersion(ctx context.Context) error {
	if _, settled := c.version.current(); settled {
		return nil
	}
	_, err := c.About(ctx)
	return err
}
