package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one call of the API.
type route struct {
	method string
	path   string // a segment in braces is its key
	handle func(*call) (reply, *problem)
	query  []string // the parameters it knows
	open   bool     // needs no session
	admin  bool     // needs an administrator
	only   Service  // empty: both
}

// routes lists every call the simulator knows.
var routes = []route{
	{method: "POST", path: "/sessions", handle: (*call).login, open: true},
	{method: "GET", path: "/sessions", handle: (*call).whoAmI},
	{method: "DELETE", path: "/sessions", handle: (*call).logout},
	{method: "POST", path: "/sessions/extend", handle: (*call).extend, only: Cloud},
	{method: "DELETE", path: "/sessions/{site}", handle: (*call).shrink, only: Cloud},

	{method: "GET", path: "/sites", handle: (*call).listSites},
	{method: "GET", path: "/sites/{key}", handle: (*call).getSite, only: Cloud},
	{method: "POST", path: "/sites", handle: (*call).pairSite, admin: true},
	{method: "PUT", path: "/sites/{key}", handle: (*call).repairSite, admin: true},
	{method: "DELETE", path: "/sites/{key}", handle: (*call).unpairSite, admin: true},

	{method: "GET", path: "/tasks", handle: (*call).listTasks, query: managerTaskFilters, only: Manager},
	{method: "GET", path: "/tasks", handle: (*call).listTasks, query: cloudTaskFilters, only: Cloud},
	{method: "GET", path: "/tasks/{id}", handle: (*call).getTask, query: []string{"site"}},

	{method: "GET", path: "/config", handle: (*call).getConfig},
	{method: "GET", path: "/config/is-configured", handle: (*call).isConfigured},
	{method: "GET", path: "/config/remote-certificate", handle: (*call).remoteCertificate, query: []string{"url", "viaTunnel"}},
	{method: "GET", path: "/diagnostics/about", handle: (*call).about},
	{method: "GET", path: "/diagnostics/health", handle: (*call).health},
	{method: "POST", path: "/diagnostics/health", handle: (*call).health},
}

// findRoute finds the call a request makes, and its key.
func (a *Appliance) findRoute(method string, u *url.URL) (route, string, *problem) {
	if strings.Contains(u.Path, "//") {
		return route{}, "", violation(http.StatusBadRequest, "BadRequest", "Double slash in path %s.", u.Path)
	}
	pathKnown := false
	for _, r := range routes {
		key, ok := matchPath(r.path, u.EscapedPath())
		if !ok || r.only != "" && r.only != a.service {
			continue
		}
		if r.method == method {
			return r, key, nil
		}
		pathKnown = true
	}
	if pathKnown {
		return route{}, "", violation(http.StatusMethodNotAllowed, "BadRequest", "Method %s is not allowed for %s.", method, u.Path)
	}
	return route{}, "", violation(http.StatusNotFound, "NotFound", "There is no %s.", u.Path)
}

// matchPath compares segment by segment; an empty segment is never a key.
func matchPath(pattern, escaped string) (key string, ok bool) {
	wanted, given := strings.Split(pattern, "/"), strings.Split(escaped, "/")
	if len(wanted) != len(given) {
		return "", false
	}
	for i := range wanted {
		if !strings.HasPrefix(wanted[i], "{") {
			if wanted[i] != given[i] {
				return "", false
			}
			continue
		}
		segment, err := url.PathUnescape(given[i])
		if err != nil || segment == "" {
			return "", false
		}
		key = segment
	}
	return key, true
}

func (r route) checkQuery(query url.Values) *problem {
	for name := range query {
		if !slices.Contains(r.query, name) {
			return violation(http.StatusBadRequest, "BadRequest", "Unknown query parameter %s.", name)
		}
	}
	return nil
}
