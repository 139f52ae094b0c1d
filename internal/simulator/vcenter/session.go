package vcenter

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"time"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// session is one login. Its id is not the key by which govmomi's simulator knows it.
type session struct {
	id   string
	link *link
}

// ticket is valid for one clone, while its session exists.
type ticket struct {
	source    *session
	simulated string // the simulator's own ticket
}

var manager = types.ManagedObjectReference{Type: "SessionManager", Value: "SessionManager"}

// content is the ServiceContent, a property and the result of a method.
func (c *call) content() (reply, error) {
	link := newLink(c.server.model.Service).withCaller(c.request)
	out, err := methods.RetrieveServiceContent(c.request.Context(), link, &types.RetrieveServiceContent{This: vim25.ServiceInstance})
	if err != nil {
		return reply{}, err
	}
	out.Returnval.SessionManager.Value = c.server.options.ManagerID
	return reply{value: out.Returnval}, nil
}

func (c *call) currentTime() (reply, error) {
	out, err := methods.CurrentTime(c.request.Context(), c.session.link.withCaller(c.request), &types.CurrentTime{This: vim25.ServiceInstance})
	if err != nil {
		return reply{}, err
	}
	return reply{value: out.Returnval.Format(time.RFC3339Nano)}, nil
}

func (c *call) login() (reply, error) {
	var in struct {
		UserName string `json:"userName"`
		Password string `json:"password"`
		Locale   string `json:"locale"`
	}
	if err := c.decodeAnonymous(&in); err != nil {
		return reply{}, err
	}
	link := newLink(c.server.model.Service).withCaller(c.request)
	out, err := methods.Login(c.request.Context(), link, &types.Login{This: manager, UserName: in.UserName, Password: in.Password, Locale: in.Locale})
	if err != nil {
		c.server.counters.failedLogins++
		return reply{}, err
	}
	c.server.counters.logins++
	return reply{value: out.Returnval, id: c.server.add(link)}, nil
}

func (c *call) acquireCloneTicket() (reply, error) {
	out, err := methods.AcquireCloneTicket(c.request.Context(), c.session.link.withCaller(c.request), &types.AcquireCloneTicket{This: manager})
	if err != nil {
		return reply{}, err
	}
	name := "cst-" + randomHex(16) + "--tp-" + c.server.Thumbprint()
	c.server.tickets[name] = ticket{source: c.session, simulated: out.Returnval}
	return reply{value: name}, nil
}

func (c *call) cloneSession() (reply, error) {
	var in struct {
		CloneTicket string `json:"cloneTicket"`
	}
	if err := c.decodeAnonymous(&in); err != nil {
		return reply{}, err
	}
	if c.server.options.NoCloning {
		return reply{}, refuse(&types.NotSupported{})
	}
	found := c.server.tickets[in.CloneTicket] // without one the simulator refuses the empty ticket
	delete(c.server.tickets, in.CloneTicket)
	link := newLink(c.server.model.Service).withCaller(c.request)
	out, err := methods.CloneSession(c.request.Context(), link, &types.CloneSession{This: manager, CloneTicket: found.simulated})
	if err != nil {
		c.server.counters.failedLogins++
		return reply{}, err
	}
	c.server.counters.clones++
	return reply{value: out.Returnval, id: c.server.add(link)}, nil
}

func (c *call) currentSession() (reply, error) {
	if c.session == nil {
		return reply{noSession: true}, nil
	}
	var state mo.SessionManager
	err := mo.RetrieveProperties(c.request.Context(), c.session.link.withCaller(c.request),
		types.ManagedObjectReference{Type: "PropertyCollector", Value: "propertyCollector"}, manager, &state)
	if err != nil {
		return reply{}, err
	}
	return reply{value: *state.CurrentSession}, nil
}

func (c *call) logout() (reply, error) {
	if _, err := methods.Logout(c.request.Context(), c.session.link.withCaller(c.request), &types.Logout{This: manager}); err != nil {
		return reply{}, err
	}
	c.server.remove(c.session)
	c.server.counters.logouts++
	return reply{}, nil
}

// decodeAnonymous decodes the body of a call that opens a session, and so must not have one. It refuses unknown
// fields.
func (c *call) decodeAnonymous(into any) error {
	if c.request.Header.Get(sessionHeader) != "" {
		return c.violation("it opens a session but has the header of one")
	}
	return c.decode(into)
}

// decode decodes a body and refuses unknown fields.
func (c *call) decode(into any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &fields); err != nil {
		return c.violation("its body is not a JSON object")
	}
	delete(fields, "_typeName")
	plain, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return c.violation(err.Error())
	}
	return nil
}

// violation refuses a request that breaks the API.
func (c *call) violation(why string) error {
	c.server.recordViolation(c.request, why)
	return refuse(&types.InvalidRequest{})
}

// add gives a new session an id of the published form. Its key has another form.
func (s *Server) add(l *link) string {
	id := randomHex(20)
	s.sessions[id] = &session{id: id, link: l}
	return id
}

// remove ends a session, and its tickets with it.
func (s *Server) remove(ended *session) {
	delete(s.sessions, ended.id)
	maps.DeleteFunc(s.tickets, func(_ string, t ticket) bool { return t.source == ended })
}

// ExpireSessions ends every session, as after an idle timeout.
func (s *Server) ExpireSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
	clear(s.tickets)
}

func randomHex(size int) string {
	raw := make([]byte, size)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}
