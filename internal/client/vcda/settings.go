package vcda

import (
	"strings"
	"time"
)

// APIVersion is the version the client asks for, such as "4.7".
func (c *Client) APIVersion() string {
	_, version, _ := strings.Cut(c.accept, "-v")
	version, _, _ = strings.Cut(version, "+")
	return version
}

// RequestTimeout bounds one HTTP request.
func (c *Client) RequestTimeout() time.Duration { return c.http.RequestTimeout() }
