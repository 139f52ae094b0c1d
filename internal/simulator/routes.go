package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is one call of the API.
type route struct {
	method       string
	path         string // a segment in braces is its key
	handle       func(*call) (reply, *problem)
	query        []string // the parameters it knows
	open         bool     // needs no session
	admin        bool     // needs an administrator
	on           []Service
	since, until string // versions of the API, empty: all
	unproven     bool   // newer appliances may lack it
	setup        bool   // a write of the set-up: one at a time, and none with an expired root password
}

var (
	pairingServices = []Service{Manager, Cloud}
	managers        = []Service{Manager, CloudManager}
	configurable    = []Service{Manager, Cloud, CloudManager}
	anyService      = []Service{Manager, Cloud, CloudManager, Replicator, Tunnel}
	onlyManager     = []Service{Manager}
	onlyCloud       = []Service{Cloud}
)

// routes lists every call the simulator knows.
var routes = slices.Concat([]route{
	{method: "POST", path: "/sessions", handle: (*call).login, open: true, on: anyService},
	{method: "GET", path: "/sessions", handle: (*call).whoAmI, on: anyService},
	{method: "DELETE", path: "/sessions", handle: (*call).logout, on: anyService},
	{method: "POST", path: "/sessions/extend", handle: (*call).extend, on: onlyCloud},
	{method: "DELETE", path: "/sessions/{site}", handle: (*call).shrink, on: onlyCloud},

	{method: "GET", path: "/sites", handle: (*call).listSites, on: pairingServices},
	{method: "GET", path: "/sites/{key}", handle: (*call).getSite, on: onlyCloud},
	{method: "POST", path: "/sites", handle: (*call).pairSite, admin: true, on: pairingServices},
	{method: "PUT", path: "/sites/{key}", handle: (*call).repairSite, admin: true, on: pairingServices},
	{method: "DELETE", path: "/sites/{key}", handle: (*call).unpairSite, admin: true, on: pairingServices},

	{method: "GET", path: "/tasks", handle: (*call).listTasks, query: managerTaskFilters, on: onlyManager},
	{method: "GET", path: "/tasks", handle: (*call).listTasks, query: cloudTaskFilters, on: onlyCloud},
	{method: "GET", path: "/tasks/{id}", handle: (*call).getTask, query: []string{"site"}, on: pairingServices},

	{method: "GET", path: "/config", handle: (*call).getConfig, on: anyService},
	{method: "GET", path: "/config/is-configured", handle: (*call).isConfigured, on: configurable},
	{method: "GET", path: "/config/remote-certificate", handle: (*call).remoteCertificate, query: []string{"url", "viaTunnel"}, on: configurable},
	{method: "GET", path: "/config/certificate", handle: (*call).ownCertificate, on: anyService},
	{method: "GET", path: "/diagnostics/about", handle: (*call).about, on: anyService},
	{method: "GET", path: "/diagnostics/health", handle: (*call).health, on: pairingServices},
	{method: "POST", path: "/diagnostics/health", handle: (*call).health, on: pairingServices},
}, passwordRoutes, setupRoutes, replicatorRoutes, tunnelRoutes, maintenanceRoutes,
	cloudReplicationRoutes(vmReplications, vmListFilters), cloudReplicationRoutes(vappReplications, vappListFilters), replicationRoutes, recoveryPlanRoutes)

// findRoute finds the call a request makes, and the keys in its path.
func (a *Appliance) findRoute(method string, u *url.URL) (route, []string, *problem) {
	if strings.Contains(u.Path, "//") {
		return route{}, nil, violation(http.StatusBadRequest, "BadRequest", "Double slash in path %s.", u.Path)
	}
	pathKnown := false
	for _, r := range routes {
		keys, ok := matchPath(r.path, u.EscapedPath())
		if !ok || !slices.Contains(r.on, a.service) {
			continue
		}
		if r.method == method {
			return r, keys, nil
		}
		pathKnown = true
	}
	if pathKnown {
		return route{}, nil, violation(http.StatusMethodNotAllowed, "BadRequest", "Method %s is not allowed for %s.", method, u.Path)
	}
	return route{}, nil, violation(http.StatusNotFound, "NotFound", "There is no %s.", u.Path)
}

// checkVersion refuses a call that the requested version lacks.
func (r route) checkVersion(version string, a *Appliance) *problem {
	absent := r.since != "" && version < r.since || r.until != "" && version > r.until
	missing, present := a.override(r)
	switch {
	case present:
		return nil
	case r.unproven && (absent || missing):
		return refuse(http.StatusNotFound, "NotFound", "There is no %s.", r.path)
	case absent:
		return violation(http.StatusNotFound, "NotFound", "API %s has no %s.", version, r.path)
	}
	return nil
}

// matchPath compares segment by segment; an empty segment is never a key.
func matchPath(pattern, escaped string) (keys []string, ok bool) {
	wanted, given := strings.Split(pattern, "/"), strings.Split(escaped, "/")
	if len(wanted) != len(given) {
		return nil, false
	}
	for i := range wanted {
		if !strings.HasPrefix(wanted[i], "{") {
			if wanted[i] != given[i] {
				return nil, false
			}
			continue
		}
		segment, err := url.PathUnescape(given[i])
		if err != nil || segment == "" {
			return nil, false
		}
		keys = append(keys, segment)
	}
	return keys, true
}

func (r route) checkQuery(query url.Values) *problem {
	for name := range query {
		if !slices.Contains(r.query, name) {
			return violation(http.StatusBadRequest, "BadRequest", "Unknown query parameter %s.", name)
		}
	}
	return nil
}
