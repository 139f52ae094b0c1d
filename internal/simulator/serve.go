package simulator

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"time"
)

const maxRequestBody = 1 << 20

// call is one parsed request. Handlers run under the lock of the fixture.
type call struct {
	entry     *Appliance // where the request arrived
	appliance *Appliance // where it is performed: the site of the query
	account   Account    // at that site
	route     route
	key       string   // what its path names
	keys      []string // all of them, where a path names several
	query     url.Values
	header    http.Header
	body      []byte
	version   string // requested version of the API
	session   *session
}

// serve handles a request from its arrival to its response.
func (a *Appliance) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the client disconnected
	}
	record := a.arrive(r, body)
	defer a.leave()
	a.endOldConnection(w, r)
	if a.booting(w) {
		return
	}
	end := a.beginSetup(r)
	defer end()
	a.pause()

	c, refused := a.parse(r, body)
	if refused != nil {
		a.recordViolation(r, refused)
		a.finish(record, refused.status, r, body)
		a.compress(r, refused.encode(versionedMediaType(a.newestVersion()))).write(w)
		return
	}
	fault := a.nextFault(r)
	var out response
	if fault == nil || fault.performsFirst() {
		out = a.compress(r, a.act(r, c))
	}
	if fault == nil {
		a.finish(record, out.status, r, body)
		out.write(w)
		return
	}
	a.finish(record, fault.clientStatus(out), r, body)
	fault.write(w, r, out, a.fixture.closed)
}

func (a *Appliance) endOldConnection(w http.ResponseWriter, r *http.Request) {
	a.fixture.do(func() {
		if r.Context().Value(startKey{}) != a.starts {
			w.Header().Set("Connection", "close")
		}
	})
}

// parse checks everything that needs no state.
func (a *Appliance) parse(r *http.Request, body []byte) (*call, *problem) {
	found, keys, err := a.findRoute(r.Method, r.URL)
	if err != nil {
		return nil, err
	}
	query, broken := url.ParseQuery(r.URL.RawQuery)
	if broken != nil {
		return nil, violation(http.StatusBadRequest, "BadRequest", "The query is malformed.")
	}
	if err := found.checkQuery(query); err != nil {
		return nil, err
	}
	if err := checkHeaders(r, body); err != nil {
		return nil, err
	}
	version, err := a.acceptedVersion(r.Header.Get("Accept"))
	if err != nil {
		return nil, err
	}
	if err := found.checkVersion(version, a); err != nil {
		return nil, err
	}
	c := &call{entry: a, appliance: a, route: found, keys: keys, query: query, header: r.Header, body: body, version: version}
	if len(keys) > 0 {
		c.key = keys[0]
	}
	return c, nil
}

// act performs a call and returns its response.
func (a *Appliance) act(r *http.Request, c *call) response {
	var out response
	var refused *problem
	a.fixture.do(func() {
		var done reply
		if done, refused = c.perform(); refused == nil {
			out = done.encode(versionedMediaType(c.version)) // reads state, hence under the lock
		}
	})
	if refused == nil {
		return out
	}
	a.recordViolation(r, refused)
	return refused.encode(versionedMediaType(c.version))
}

func (c *call) perform() (reply, *problem) {
	if !c.route.open {
		if err := c.authenticate(); err != nil {
			return reply{}, err
		}
	}
	if err := c.selectSite(); err != nil {
		return reply{}, err
	}
	if (c.route.admin || c.route.setup) && !c.account.isAdmin() {
		return reply{}, refuse(http.StatusForbidden, "Forbidden", "Permission denied.")
	}
	if c.route.setup && c.appliance.host.blocked() {
		return reply{}, refuse(http.StatusForbidden, "Forbidden", "The root password has expired.")
	}
	return c.route.handle(c)
}

// pause waits for the latency. It also waits if the client disconnects, because the request has arrived.
func (a *Appliance) pause() {
	var latency time.Duration
	a.fixture.do(func() { latency = a.latency })
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-a.fixture.closed:
		panic(http.ErrAbortHandler)
	}
}

// finish records the status and runs the hook before the response is sent.
func (a *Appliance) finish(record *Record, status int, r *http.Request, body []byte) {
	var hook func(*http.Request)
	a.fixture.do(func() {
		record.Status = status
		hook = a.hook
	})
	if hook != nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		hook(r)
	}
}
