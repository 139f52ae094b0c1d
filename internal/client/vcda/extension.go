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

// ExtensionMethod is a method to log in to a remote site.
type ExtensionMethod interface {
	// payloads are the bodies to try one after the other: the published schema and
	// the published prose disagree about access tokens.
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

// ExtendAccessToken extends with an access token (JWT). Context is only for a
// token that another Cloud Director issued; the prose form does not know it.
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

// ExtendAPIToken extends with an API token of a remote organization, given by
// its short name. It is in the 4.7 schema only.
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

// ErrCloudOnly is an extension on an appliance that does not run the Cloud
// service.
var ErrCloudOnly = errors.New("only the Cloud service extends sessions to remote sites")

// ErrNotExtended is an extension the appliance granted without listing its site
// among the authenticated ones.
var ErrNotExtended = errors.New("the appliance accepted the extension, but does not list the site among the authenticated ones")

// ExtensionError is an extension that failed. Refused reports that it must not be
// repeated as it is, because accounts lock. Index is the place among the
// extensions the client was made with, -1 for others.
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

// UnknownSite reports whether the appliance is not paired with a site of this name.
func (e *ExtensionError) UnknownSite() bool { return apiStatus(e.Err) == http.StatusNotFound }

// extend sends an extension within a session: the schema's payload, and where the
// appliance does not know that, the prose's.
func (c *Client) extend(ctx context.Context, send sender, e Extension) (SessionDetails, error) {
	var response *rest.Response
	var err error
	for i, body := range e.Method.payloads(e.Site) {
		var problem error
		response, problem = send(ctx, rest.Request{Method: http.MethodPost, Path: extendPath, Body: body, Secrets: e.Method.secrets(), Login: true})
		unknown := apiStatus(problem) == http.StatusBadRequest
		if i == 0 || !unknown {
			err = problem // where no payload is known, the first one's response says why
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

// sender sends a request within some session.
type sender func(context.Context, rest.Request) (*rest.Response, error)

// shrink takes an extension back ("Shrink", DELETE /sessions/{site}). A site
// the session does not extend to is gone already.
func (c *Client) shrink(ctx context.Context, send sender, site string) error {
	if site == "" {
		return errors.New("no site to take the extension back from") // the path would end the session
	}
	_, err := send(ctx, rest.Request{Method: http.MethodDelete, Path: "/sessions/" + url.PathEscape(site), NoLimit: true, RetryBusy: true})
	switch apiStatus(err) {
	case http.StatusBadRequest, http.StatusNotFound:
		return nil
	}
	return err
}
