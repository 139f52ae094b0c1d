package vcenter

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// call is one parsed request. Handlers run under the lock of the server.
type call struct {
	server  *Server
	request *http.Request
	body    []byte
	object  string   // moId of the object called
	session *session // nil: anonymous
}

// route is one member of a managed object.
type route struct {
	method, object, member string
	handle                 func(*call) (reply, error)
	open                   bool // needs no session
}

// routes lists every member the front end knows.
var routes = []route{
	{http.MethodGet, "ServiceInstance", "content", (*call).content, true},
	{http.MethodPost, "ServiceInstance", "RetrieveServiceContent", (*call).content, true},
	{http.MethodPost, "ServiceInstance", "CurrentTime", (*call).currentTime, false},
	{http.MethodPost, "SessionManager", "Login", (*call).login, true},
	{http.MethodPost, "SessionManager", "AcquireCloneTicket", (*call).acquireCloneTicket, false},
	{http.MethodPost, "SessionManager", "CloneSession", (*call).cloneSession, true},
	{http.MethodGet, "SessionManager", "currentSession", (*call).currentSession, true},
	{http.MethodPost, "SessionManager", "Logout", (*call).logout, false},
	{http.MethodGet, "VirtualMachine", "config", (*call).vmConfig, false},
	{http.MethodPost, "SearchIndex", "FindByUuid", (*call).findByUUID, false},
	{http.MethodPost, "SearchIndex", "FindByInventoryPath", (*call).findByPath, false},
}

// findRoute finds the member a path such as
// /sdk/vim25/8.0.2.0/SessionManager/SessionManager/Login names.
func (s *Server) findRoute(method string, u *url.URL) (found route, object string, ok bool) {
	parts := strings.Split(u.Path, "/")
	if s.options.NoVIJSON || len(parts) != 7 || parts[1] != "sdk" || parts[2] != "vim25" || !slices.Contains(s.options.Releases, parts[3]) {
		return route{}, "", false
	}
	ids := map[string]string{"ServiceInstance": "ServiceInstance", "SessionManager": s.options.ManagerID, "SearchIndex": "SearchIndex", "VirtualMachine": parts[5]}
	for _, r := range routes {
		if r.method == method && r.object == parts[4] && ids[r.object] == parts[5] && r.member == parts[6] {
			return r, parts[5], true
		}
	}
	return route{}, "", false
}
