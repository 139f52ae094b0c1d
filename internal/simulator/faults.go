package simulator

import (
	"crypto/tls"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// FaultKind is the way in which a response goes wrong.
type FaultKind int

// The kinds of faults. Those marked "acts" perform the request first; so do
// the others with PerformFirst.
const (
	Status       FaultKind = iota // a response with Status, and Body or an ApiError
	DropResponse                  // acts, then closes the connection without a response
	Reset                         // resets the connection, on HTTP/2 the stream
	Hang                          // no response until the client gives up
	Truncate                      // acts, then breaks off in the middle of the body
	Oversize                      // a valid but huge JSON array
	SlowDrip                      // acts, then sends one byte at a time
	Redirect                      // to Location
	Empty                         // 200 without a body
	Body                          // 200 (or Status) with Body, verbatim
)

const (
	oversizeBytes = 64 << 20
	dripInterval  = 50 * time.Millisecond
)

// Fault is a rule that makes matching requests fail. The first rule that matches applies.
type Fault struct {
	Method      string  // empty: all
	Path        string  // a pattern of path.Match, or a prefix when it ends in a slash; empty: all
	Times       int     // 0: until ClearFaults
	Skip        int     // number of matching requests that pass first
	Probability float64 // 0: always; the same requests in each run

	Kind         FaultKind
	PerformFirst bool // perform the request first

	Status      int
	ContentType string // default application/json
	Body        string
	Header      http.Header
	RetryAfter  string
	Location    string

	// OnHang is called when the client has begun to wait: with Hang at once, with
	// SlowDrip after the first byte. A test moves its clock here, so that a timeout
	// ends while the request hangs and not before.
	OnHang func()
}

type faultRule struct {
	Fault
	seen, used int
}

// Fault adds a rule.
func (a *Appliance) Fault(f Fault) {
	a.fixture.do(func() { a.faults = append(a.faults, &faultRule{Fault: f}) })
}

// ClearFaults removes every rule.
func (a *Appliance) ClearFaults() {
	a.fixture.do(func() { a.faults = nil })
}

// nextFault finds the fault that applies to a request, nil when none does.
func (a *Appliance) nextFault(r *http.Request) *Fault {
	var active *Fault
	a.fixture.do(func() {
		for _, rule := range a.faults {
			if active == nil && rule.matches(r) && rule.applies(a.random.Float64) {
				fault := rule.Fault
				if fault.OnHang == nil {
					fault.OnHang = a.options.OnHang
				}
				active = &fault
			}
		}
	})
	return active
}

func (f Fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	if f.Path == "" || strings.HasSuffix(f.Path, "/") && strings.HasPrefix(r.URL.Path, f.Path) {
		return true
	}
	ok, err := path.Match(f.Path, r.URL.Path)
	return err == nil && ok
}

// applies counts a matching request and reports whether the fault applies to it.
func (rule *faultRule) applies(random func() float64) bool {
	rule.seen++
	if rule.seen <= rule.Skip || rule.Times > 0 && rule.used >= rule.Times {
		return false
	}
	if rule.Probability > 0 && random() >= rule.Probability {
		return false
	}
	rule.used++
	return true
}

func (f Fault) performsFirst() bool {
	return f.PerformFirst || f.Kind == DropResponse || f.Kind == Truncate || f.Kind == SlowDrip
}

// clientStatus returns the status that the client sees, 0 for none.
func (f Fault) clientStatus(real response) int {
	switch f.Kind {
	case DropResponse, Reset, Hang:
		return 0
	case Truncate, SlowDrip:
		return real.status
	case Redirect:
		return f.statusOr(http.StatusFound)
	}
	return f.statusOr(http.StatusOK)
}

func (f Fault) statusOr(usual int) int {
	if f.Status != 0 {
		return f.Status
	}
	return usual
}

// write sends the client the faulty response.
func (f Fault) write(w http.ResponseWriter, r *http.Request, real response, closed <-chan struct{}) {
	switch f.Kind {
	case DropResponse:
		panic(http.ErrAbortHandler)
	case Reset:
		resetConnection(w)
	case Hang:
		f.reportHang()
		wait(r, closed, nil)
		panic(http.ErrAbortHandler)
	case Truncate:
		truncate(w, real)
	case SlowDrip:
		f.drip(w, r, real, closed)
	case Oversize:
		f.oversize(w)
	default:
		f.response().write(w)
	}
}

// response returns the response of the kinds that replace the real one.
func (f Fault) response() response {
	status := f.clientStatus(response{})
	out := response{status: status, header: http.Header{}, body: []byte(f.Body)}
	if f.Kind == Status && f.Body == "" {
		out = refuse(status, statusCode(status), "Simulated fault.").encode(plainJSON)
	} else if f.Body != "" {
		out.header.Set("Content-Type", plainJSON)
	}
	for name, value := range map[string]string{"Retry-After": f.RetryAfter, "Location": f.Location, "Content-Type": f.ContentType} {
		if value != "" {
			out.header.Set(name, value)
		}
	}
	for name, values := range f.Header {
		out.header[http.CanonicalHeaderKey(name)] = values
	}
	return out
}

// statusCode is the error code that usually goes with a status.
func statusCode(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "BadRequest"
	case http.StatusUnauthorized:
		return "NotAuthenticated"
	case http.StatusForbidden:
		return "Forbidden"
	}
	return "GeneralServerFailure"
}

// resetConnection closes the connection with a reset instead of an orderly end.
func resetConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn() // without the closing alert of TLS
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// truncate announces the whole body and closes the connection in the middle of it.
func truncate(w http.ResponseWriter, real response) {
	length := strconv.Itoa(len(real.body))
	real.header.Set("Content-Length", length)
	real.body = real.body[:len(real.body)/2]
	real.write(w)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// drip sends one byte at a time until the client disconnects.
func (f Fault) drip(w http.ResponseWriter, r *http.Request, real response, closed <-chan struct{}) {
	body := real.body
	real.body = nil
	real.write(w)
	ticker := time.NewTicker(dripInterval)
	defer ticker.Stop()
	for i := range body {
		if !wait(r, closed, ticker.C) {
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(body[i : i+1])
		_ = http.NewResponseController(w).Flush()
		if i == 0 {
			f.reportHang()
		}
	}
}

func (f Fault) reportHang() {
	if f.OnHang != nil {
		f.OnHang()
	}
}

// oversize sends a valid list with one huge member, until the client disconnects.
func (f Fault) oversize(w http.ResponseWriter) {
	response{status: f.statusOr(http.StatusOK), header: http.Header{"Content-Type": {plainJSON}}, body: []byte(`[{"description":"`)}.write(w)
	chunk := []byte(strings.Repeat("x", 64<<10))
	for range oversizeBytes / len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
	_, _ = w.Write([]byte(`"}]`))
}

// wait waits for the timer and reports whether it fired. It returns early if the client disconnects or the fixture
// closes.
func wait(r *http.Request, closed <-chan struct{}, timer <-chan time.Time) bool {
	select {
	case <-r.Context().Done():
	case <-closed:
	case <-timer:
		return true
	}
	return false
}
