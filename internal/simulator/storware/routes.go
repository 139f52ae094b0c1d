package storware

import (
	"net/http"
	"net/url"
	"strings"
)

const basePath = "/api"

// route is one call of the API.
type route struct {
	method string
	path   string // below basePath
	handle func(*call) (reply, *problem)
	open   bool // needs no session
	body   bool // has a body
	json   bool // wants Content-Type application/json, also without a body
}

// routes lists every call of the session API.
var routes = []route{
	{method: "GET", path: "/session", handle: (*call).status, open: true},
	{method: "POST", path: "/session/login", handle: (*call).login, open: true, body: true, json: true},
	{method: "POST", path: "/session/login-with-token", handle: (*call).loginWithToken, open: true, body: true, json: true},
	{method: "POST", path: "/session/node/login", handle: (*call).loginNode, open: true, body: true, json: true},
	{method: "POST", path: "/session/logout", handle: (*call).logout},
	{method: "POST", path: "/session/refresh-endpoints-tokens", handle: (*call).refreshEndpointsTokens, json: true},
	{method: "GET", path: "/session/user", handle: (*call).sessionInfo},
	{method: "GET", path: "/session/user/details", handle: (*call).userDetails},
}

func findRoute(method string, u *url.URL) (route, *problem) {
	if strings.Contains(u.Path, "//") {
		return route{}, violation(http.StatusBadRequest, "Double slash in path %s.", u.Path)
	}
	pathKnown := false
	for _, r := range routes {
		if basePath+r.path != u.EscapedPath() {
			continue
		}
		if r.method == method {
			return r, nil
		}
		pathKnown = true
	}
	if pathKnown {
		return route{}, violation(http.StatusMethodNotAllowed, "Method %s is not allowed for %s.", method, u.Path)
	}
	return route{}, violation(http.StatusNotFound, "There is no %s.", u.Path)
}
