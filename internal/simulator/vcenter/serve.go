package vcenter

import (
	"context"
	"io"
	"net/http"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	maxRequestBody = 1 << 20
	sessionHeader  = "vmware-api-session-id"
	sessionCookie  = "vmware_soap_session"
	helloPath      = "/api/vcenter/system"
)

// serve handles a request from its arrival to its response.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the client disconnected
	}
	// The request is performed even if the client disconnects.
	s.response(r.WithContext(context.WithoutCancel(r.Context())), body).write(w)
}

func (s *Server) response(r *http.Request, body []byte) response {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.act(r, body)
	s.record(r, body, out.status)
	return out
}

func (s *Server) act(r *http.Request, body []byte) response {
	if r.URL.Path == helloPath && !s.options.NoVIJSON && !s.options.NoHello {
		return s.hello(r, body)
	}
	found, object, ok := s.findRoute(r.Method, r.URL)
	if !ok {
		return plain(http.StatusNotFound, "404 page not found\n")
	}
	c := &call{server: s, request: r, body: body, object: object, session: s.sessions[r.Header.Get(sessionHeader)]}
	if !found.open && c.session == nil {
		return s.fault(&types.NotAuthenticated{NoPermission: types.NoPermission{PrivilegeId: "System.View"}})
	}
	done, err := found.handle(c)
	if err != nil {
		return s.fault(faultOf(err))
	}
	return s.encode(done)
}
