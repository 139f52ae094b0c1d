package storware

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// shortestSecret is the length from which on a cookie's value is taken for a
// secret; replacing every "en" in an error text helps nobody.
const shortestSecret = 8

// cookies carry a session, whatever their names: the API doesn't name them. Each
// session has its own, so that a late response to an earlier one can't touch them.
type cookies struct{ jar http.CookieJar }

func newCookies() (cookies, error) {
	jar, err := cookiejar.New(nil)
	return cookies{jar}, err
}

// send sends one request with the cookies, and keeps those of the response.
func (c *Client) send(ctx context.Context, with cookies, r rest.Request) (*rest.Response, error) {
	address := c.http.BaseURL().JoinPath(r.Path)
	r.Header = r.Header.Clone()
	if header := with.header(address); header != "" {
		r.Header.Set("Cookie", header)
	}
	r.Secrets = append(r.Secrets, with.secrets(address)...)
	response, err := c.http.Do(ctx, r)
	with.jar.SetCookies(address, set(response, err))
	return response, err
}

// header returns the value of the Cookie header for an address.
func (c cookies) header(address *url.URL) string {
	carrier := http.Request{Header: http.Header{}}
	for _, cookie := range c.jar.Cookies(address) {
		carrier.AddCookie(cookie)
	}
	return carrier.Header.Get("Cookie")
}

func (c cookies) secrets(address *url.URL) (values []string) {
	for _, cookie := range c.jar.Cookies(address) {
		if len(cookie.Value) >= shortestSecret {
			values = append(values, cookie.Value)
		}
	}
	return values
}

// set returns the cookies that a response sets, one with an error status included.
func set(response *rest.Response, err error) []*http.Cookie {
	var refused *rest.StatusError
	switch {
	case errors.As(err, &refused):
		return (&http.Response{Header: refused.Header}).Cookies()
	case response != nil:
		return (&http.Response{Header: response.Header}).Cookies()
	}
	return nil
}
