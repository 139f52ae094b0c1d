package vcda

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// APIVersions are the versions of the API that the client supports, the newest
// first.
var APIVersions = []string{"4.7", "4.6", "4.5"}

// apiVersion is the version of the API that a client requests. If none is
// configured, the first responses settle the newest one that the appliance
// supports.
type apiVersion struct {
	lowered func(version string)

	lock    sync.Mutex
	version string
	settled bool
}

func newAPIVersion(configured string, lowered func(string)) *apiVersion {
	v := &apiVersion{version: configured, settled: configured != "", lowered: lowered}
	if configured == "" {
		v.version = APIVersions[0]
	}
	return v
}

func (v *apiVersion) current() (version string, settled bool) {
	v.lock.Lock()
	defer v.lock.Unlock()
	return v.version, v.settled
}

// accept returns the Accept header for a version.
func accept(version string) string {
	return "application/vnd.vmware.h4-v" + version + "+json;charset=UTF-8"
}

// retry settles or lowers the version after a request, and reports whether to send
// the request again with another one. The appliance has not performed it then.
func (v *apiVersion) retry(version string, err error) bool {
	v.lock.Lock()
	defer v.lock.Unlock()
	switch {
	case !isUnknownVersion(err):
		if (err == nil || rest.Status(err) != 0) && !v.settled {
			v.settle()
		}
		return false
	case version != v.version:
		return true // another request has lowered it
	case v.settled:
		return false
	}
	next := slices.Index(APIVersions, version) + 1
	if next == len(APIVersions) {
		v.settled = true // the appliance supports none: the last response is the error
		return false
	}
	v.version = APIVersions[next]
	return true
}

func (v *apiVersion) settle() {
	v.settled = true
	if v.version != APIVersions[0] && v.lowered != nil {
		v.lowered(v.version)
	}
}

// isUnknownVersion reports whether the appliance does not support the requested
// version. A page does not come from the appliance.
func isUnknownVersion(err error) bool {
	var status *rest.StatusError
	return errors.As(err, &status) && status.Status == http.StatusNotAcceptable && !status.HTML
}

// APIVersion returns the version that the client requests, such as "4.7".
func (c *Client) APIVersion() string {
	version, _ := c.version.current()
	return version
}

// SettleVersion makes sure that the appliance supports the version, before a
// request that depends on it.
func (c *Client) SettleVersion(ctx context.Context) error {
	if _, settled := c.version.current(); settled {
		return nil
	}
	_, err := c.About(ctx)
	return err
}
