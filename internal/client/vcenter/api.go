package vcenter

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

const (
	// sessionHeader carries the session id, in the response to a login and in every
	// later request.
	sessionHeader = "vmware-api-session-id"
	// sessionCookie holds the same id in responses without the header.
	sessionCookie = "vmware_soap_session"
)

// api is the VI JSON API of one release.
type api struct {
	http    *rest.Client
	root    string // /sdk/vim25/{release}
	manager string // moId of the session manager
}

// send makes one call; GET reads a property, POST runs a method. Without a
// session id it is anonymous.
func (a *api) send(ctx context.Context, id string, r rest.Request) (*rest.Response, error) {
	r.Path = a.root + r.Path
	r.Header = http.Header{"Accept": {"application/json"}}
	if id != "" {
		r.Header[sessionHeader] = []string{id}
		r.Secrets = append(r.Secrets, id)
	}
	return a.http.Do(ctx, r)
}

// member returns the path of a property or method of the session manager.
func (a *api) member(name string) string {
	return "/SessionManager/" + url.PathEscape(a.manager) + "/" + name
}

// sessionManager reads the moId of the session manager (ServiceContent).
func (a *api) sessionManager(ctx context.Context) (string, error) {
	response, err := a.send(ctx, "", rest.Request{Method: http.MethodGet, Path: "/ServiceInstance/ServiceInstance/content"})
	if err != nil {
		return "", err
	}
	var content struct {
		SessionManager struct {
			Value string `json:"value"`
		} `json:"sessionManager"`
	}
	if err := response.JSON(&content); err != nil {
		return "", err
	}
	if content.SessionManager.Value == "" {
		return "", response.OtherForm("it names no session manager")
	}
	return content.SessionManager.Value, nil
}

// logIn opens a session (Login).
func (a *api) logIn(ctx context.Context, username, password string) (opened, error) {
	response, err := a.send(ctx, "", rest.Request{
		Method: http.MethodPost, Path: a.member("Login"), Secrets: []string{password}, Login: true,
		Body: struct {
			UserName string `json:"userName"`
			Password string `json:"password"`
		}{username, password},
	})
	if err != nil {
		return opened{}, err
	}
	id, err := sessionID(response)
	return opened{api: a, id: id}, err
}

// acquireCloneTicket requests a clone ticket (AcquireCloneTicket). The error of an
// invalid response does not show it, because it may hold a ticket.
func (a *api) acquireCloneTicket(ctx context.Context, id string) (string, error) {
	response, err := a.send(ctx, id, rest.Request{Method: http.MethodPost, Path: a.member("AcquireCloneTicket"), RetryBusy: true})
	if err != nil {
		return "", err
	}
	var ticket string
	if json.Unmarshal(response.Body, &ticket) != nil || ticket == "" {
		return "", response.OtherForm("it is not a ticket")
	}
	return ticket, nil
}

// cloneSession opens a clone of the session the ticket came from (CloneSession).
// The call is anonymous: a call with a session would turn that session into the
// clone.
func (a *api) cloneSession(ctx context.Context, ticket string) (opened, error) {
	response, err := a.send(ctx, "", rest.Request{
		Method: http.MethodPost, Path: a.member("CloneSession"), Secrets: []string{ticket}, Login: true,
		Body: struct {
			CloneTicket string `json:"cloneTicket"`
		}{ticket},
	})
	if err != nil {
		return opened{}, err
	}
	id, err := sessionID(response)
	if err != nil {
		return opened{}, err
	}
	user, err := userSession(response)
	if err != nil {
		_ = a.logOut(ctx, id) // the caller does not know it
		return opened{}, err
	}
	return opened{api: a, id: id, user: *user}, nil
}

// currentSession reads a session (currentSession). The response is null, or empty
// on some servers, if the session does not exist.
func (a *api) currentSession(ctx context.Context, id string) (*UserSession, error) {
	response, err := a.send(ctx, id, rest.Request{Method: http.MethodGet, Path: a.member("currentSession")})
	if err != nil {
		return nil, err
	}
	if isNull(response.Body) {
		return nil, ErrNoSession
	}
	return userSession(response)
}

// currentTime keeps a session alive (CurrentTime of ServiceInstance), as VMware's
// clients do.
func (a *api) currentTime(ctx context.Context, id string) error {
	_, err := a.send(ctx, id, rest.Request{Method: http.MethodPost, Path: "/ServiceInstance/ServiceInstance/CurrentTime", RetryBusy: true})
	return err
}

// logOut ends a session (Logout).
func (a *api) logOut(ctx context.Context, id string) error {
	_, err := a.send(ctx, id, rest.Request{Method: http.MethodPost, Path: a.member("Logout"), NoLimit: true})
	return err
}

// sessionID returns the id of a new session. The key of the UserSession is another
// value.
func sessionID(response *rest.Response) (string, error) {
	if id := response.Header.Get(sessionHeader); id != "" {
		return id, nil
	}
	for _, cookie := range (&http.Response{Header: response.Header}).Cookies() {
		if cookie.Name == sessionCookie && cookie.Value != "" {
			return cookie.Value, nil
		}
	}
	return "", cmp.Or(response.HTMLError(), ErrNoSessionID)
}

// isNull reports whether a body is null, or empty as some servers send it.
func isNull(body []byte) bool {
	text := bytes.TrimSpace(body)
	return len(text) == 0 || string(text) == "null"
}
