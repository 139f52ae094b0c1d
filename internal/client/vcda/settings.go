package vcda

import "time"

// RequestTimeout bounds one HTTP request.
func (c *Client) RequestTimeout() time.Duration { return c.http.RequestTimeout() }
