package storware

import (
	"bytes"
	"io"
	"net/http"
)

const maxRequestBody = 1 << 20

// call is one parsed request. Handlers run under the lock of the server.
type call struct {
	server  *Server
	route   route
	cookies []*http.Cookie
	body    []byte
	session *session // nil: none
}

// serve handles a request from its arrival to its response.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the client disconnected
	}
	record := s.arrive(r, body)
	defer s.leave()
	fault := s.nextFault(record.call)
	var out response
	if fault == nil || fault.Drop {
		out = s.act(r, body)
	}
	if fault != nil {
		out = fault.response()
	}
	s.finish(record, out.status, r, body)
	if out.status == 0 {
		panic(http.ErrAbortHandler)
	}
	out.write(w)
}

// act performs a request and returns its response.
func (s *Server) act(r *http.Request, body []byte) response {
	c, refused := s.parse(r, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	var done reply
	if refused == nil {
		done, refused = c.perform()
	}
	if refused == nil {
		return done.encode(s.switches.StatusOK)
	}
	s.recordViolation(r, refused)
	return refused.encode(s.switches.Errors)
}

// parse checks everything that needs no state.
func (s *Server) parse(r *http.Request, body []byte) (*call, *problem) {
	found, err := findRoute(r.Method, r.URL)
	if err != nil {
		return nil, err
	}
	if r.URL.RawQuery != "" {
		return nil, violation(http.StatusBadRequest, "The call has no query.")
	}
	if err := found.checkHeaders(r, body); err != nil {
		return nil, err
	}
	if err := s.checkCookies(r.Cookies()); err != nil {
		return nil, err
	}
	return &call{server: s, route: found, cookies: r.Cookies(), body: body}, nil
}

func (c *call) perform() (reply, *problem) {
	c.session = c.server.findSession(c.cookies)
	if c.session == nil && !c.route.open {
		return reply{}, c.unauthenticated()
	}
	return c.route.handle(c)
}

// finish records the status and runs the hook before the response is sent.
func (s *Server) finish(record *Record, status int, r *http.Request, body []byte) {
	var hook func(*http.Request)
	s.do(func() {
		record.Status = status
		hook = s.hook
	})
	if hook != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		hook(r)
	}
}
