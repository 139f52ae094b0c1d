package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Extension logs a session in to a remote site ("Extend"). Two of them are the
// same when they are equal.
type Extension struct {
	Site   string
	Method ExtensionMethod
}

// ExtensionMethod is a type of login to a remote site.
type ExtensionMethod interface {
	// payloads returns the bodies to try one after the other: the API's schema and
	// its text disagree about access tokens.
	payloads(site string) []any
	secrets() []string
}

// ExtendCredentials extends as a local user of the remote Cloud Director.
type ExtendCredentials struct{ Username, Password string }

func (m ExtendCredentials) payloads(site string) []any {
	return []any{struct {
		Type        string `json:"type"`
		Site        string `json:"site"`
		VCDUsername string `json:"vcdUsername"`
		VCDPassword string `json:"vcdPassword"`
	}{"credentials", site, m.Username, m.Password}}
}

func (m ExtendCredentials) secrets() []string { return []string{m.Password} }

// ExtendAccessToken extends with an access token (JWT). Context is only for a token
// that another Cloud Director issued. Only the body of the schema has it.
type ExtendAccessToken struct{ Token, Context string }

func (m ExtendAccessToken) payloads(site string) []any {
	return []any{
		struct {
			Type        string `json:"type"`
			Site        string `json:"site"`
			AccessToken string `json:"accessToken"`
			Context     string `json:"context,omitempty"`
		}{"accessToken", site, m.Token, m.Context},
		struct {
			Type           string `json:"type"`
			Site           string `json:"site"`
			VCDAccessToken string `json:"vcdAccessToken"`
		}{"vcdAccessToken", site, m.Token},
	}
}

func (m ExtendAccessToken) secrets() []string { return []string{m.Token} }

// ExtendAPIToken extends with an API token of a remote organization, given by its
// short name. Only API 4.7 has it.
type ExtendAPIToken struct{ Token, Org string }

func (m ExtendAPIToken) payloads(site string) []any {
	return []any{struct {
		Type  string `json:"type"`
		Site  string `json:"site"`
		Org   string `json:"org"`
		Token string `json:"token"`
	}{"apiToken", site, m.Org, m.Token}}
}

func (m ExtendAPIToken) secrets() []string { return []string{m.Token} }

// ExtendMultisite extends as the session's own organization, which is
// associated with the remote one.
type ExtendMultisite struct{ Org string }

func (m ExtendMultisite) payloads(site string) []any {
	return []any{struct {
		Type string `json:"type"`
		Site string `json:"site"`
		Org  string `json:"org"`
	}{"multisite", site, m.Org}}
}

func (m ExtendMultisite) secrets() []string { return nil }

// ExtendCookie extends with the auth cookie of a remote Cloud Director session.
// The schemas from 4.5 on no longer list it.
type ExtendCookie struct{ Cookie string }

func (m ExtendCookie) payloads(site string) []any {
	return []any{struct {
		Type   string `json:"type"`
		Site   string `json:"site"`
		Cookie string `json:"cookie"`
	}{"cookie", site, m.Cookie}}
}

func (m ExtendCookie) secrets() []string { return []string{m.Cookie} }

const extendPath = "/sessions/extend"

// ErrCloudOnly is the error of an extension on an appliance without the Cloud
// service.
var ErrCloudOnly = errors.New("only the Cloud service extends sessions to remote sites")

// ErrNotExtended is the error of an extension that the appliance accepted without
// listing its site.
var ErrNotExtended = errors.New("the appliance accepted the extension, but does not list the site among the authenticated ones")

// ExtensionError is a failed extension. A refused one must not be repeated with the
// same secret, because accounts lock. Index is its index in Options.Extensions, -1
// for others.
type ExtensionError struct {
	Site    string
	Index   int
	Refused bool
	Err     error
}

func (e *ExtensionError) Error() string {
	return fmt.Sprintf("extend the session to the site %s: %v", e.Site, e.Err)
}
func (e *ExtensionError) Unwrap() error { return e.Err }

// IsUnknownSite reports whether the appliance is not paired with a site of this
// name.
func (e *ExtensionError) IsUnknownSite() bool { return apiStatus(e.Err) == http.StatusNotFound }

// extend sends an extension within a session. If the appliance does not know a
// payload, it sends the next one.
func (c *Client) extend(ctx context.Context, send sender, e Extension) (SessionDetails, error) {
	var response *rest.Response
	var err error
	for i, body := range e.Method.payloads(e.Site) {
		var failure error
		response, failure = send(ctx, rest.Request{Method: http.MethodPost, Path: extendPath, Body: body, Secrets: e.Method.secrets(), Login: true})
		unknown := apiStatus(failure) == http.StatusBadRequest
		if i == 0 || !unknown {
			err = failure // if no payload is known, the error of the first one
		}
		if !unknown {
			break
		}
	}
	var details SessionDetails
	if err == nil {
		err = response.JSON(&details)
	}
	if err != nil {
		return details, &ExtensionError{Site: e.Site, Index: -1, Refused: !IsNotSent(err) && rest.IsRefused(err), Err: err}
	}
	if _, ok := details.At(e.Site); !ok {
		return details, &ExtensionError{Site: e.Site, Index: -1, Refused: true, Err: ErrNotExtended}
	}
	return details, nil
}

// sender sends a request within a session.
type sender func(context.Context, rest.Request) (*rest.Response, error)

// shrink removes an extension ("Shrink", DELETE /sessions/{site}). It is no error
// if the session does not extend to the site.
func (c *Client) shrink(ctx context.Context, send sender, site string) error {
	if site == "" {
		return errors.New("no site to remove the extension from") // the path would end the session
	}
	_, err := send(ctx, rest.Request{Method: http.MethodDelete, Path: "/sessions/" + url.PathEscape(site), NoLimit: true, RetryBusy: true})
	switch apiStatus(err) {
	case http.StatusBadRequest, http.StatusNotFound:
		return nil
	}
	return err
}
