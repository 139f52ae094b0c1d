package storware

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// shortestSecret is the minimum length of a cookie value that counts as a secret. A
// shorter one, such as "en", occurs in every error text.
const shortestSecret = 8

// cookies carry a session. The API does not document their names. Each session has
// its own jar, so that a late response to an earlier session can't change it.
type cookies struct{ jar http.CookieJar }

func newCookies() (cookies, error) {
	jar, err := cookiejar.New(nil)
	return cookies{jar}, err
}

// send sends a request with the cookies of a session, and stores those of the
// response.
func (c *Client) send(ctx context.Context, sent cookies, r rest.Request) (*rest.Response, error) {
	address := c.http.BaseURL().JoinPath(r.Path)
	r.Header = r.Header.Clone()
	if header := sent.header(address); header != "" {
		r.Header.Set("Cookie", header)
	}
	r.Secrets = append(r.Secrets, sent.secrets(address)...)
	response, err := c.http.Do(ctx, r)
	sent.jar.SetCookies(address, responseCookies(response, err))
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

// responseCookies returns the cookies that a response sets, also with an error
// status.
func responseCookies(response *rest.Response, err error) []*http.Cookie {
	var status *rest.StatusError
	switch {
	case errors.As(err, &status):
		return (&http.Response{Header: status.Header}).Cookies()
	case response != nil:
		return (&http.Response{Header: response.Header}).Cookies()
	}
	return nil
}
