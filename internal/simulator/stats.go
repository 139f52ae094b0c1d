package simulator

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Stats counts the requests of an appliance since its start or the last ResetStats.
type Stats struct {
	Requests       map[string]int `json:"requests"` // by call, for instance "PUT /sites/{key}"; including refused and faulty ones
	Total          int            `json:"total"`
	Writes         int            `json:"writes"` // neither GET nor about sessions
	Logins         int            `json:"logins"` // that succeeded
	FailedLogins   int            `json:"failed_logins"`
	Logouts        int            `json:"logouts"`
	LiveSessions   int            `json:"live_sessions"` // now
	Polls          int            `json:"polls"`         // reads of one task or of tasks
	Connections    int            `json:"connections"`
	PeakConcurrent int            `json:"peak_concurrent"` // requests in flight at once
}

// Record is one request as it arrived, with the status of its response.
type Record struct {
	Method string
	Path   string // with its query, as sent
	Header http.Header
	Body   []byte
	Time   time.Time
	Status int // 0: no response, or none yet
}

type counters struct {
	requests                      map[string]int
	logins, failedLogins, logouts int
	connections                   int
	inFlight, peak                int
}

// Stats returns the counts.
func (a *Appliance) Stats() Stats {
	var s Stats
	a.fixture.do(func() {
		s = Stats{
			Requests:       maps.Clone(a.counters.requests),
			Logins:         a.counters.logins,
			FailedLogins:   a.counters.failedLogins,
			Logouts:        a.counters.logouts,
			LiveSessions:   a.liveSessions(),
			Polls:          a.counters.requests["GET /tasks"] + a.counters.requests["GET /tasks/{id}"],
			Connections:    a.counters.connections,
			PeakConcurrent: a.counters.peak,
		}
	})
	for name, n := range s.Requests {
		s.Total += n
		if method, path, _ := strings.Cut(name, " "); method != http.MethodGet && !strings.HasPrefix(path, "/sessions") {
			s.Writes += n
		}
	}
	return s
}

// ResetStats forgets counts and requests. Violations stay.
func (a *Appliance) ResetStats() {
	a.fixture.do(func() {
		inFlight := a.counters.inFlight
		a.counters = counters{requests: map[string]int{}, inFlight: inFlight, peak: inFlight}
		a.records = nil
	})
}

// Requests returns the requests in the order of their arrival.
func (a *Appliance) Requests() []Record {
	var out []Record
	a.fixture.do(func() {
		for _, r := range a.records {
			out = append(out, *r)
		}
	})
	return out
}

// Violations returns each breach of the API by a client: an unknown path or
// field, a wrong media type, a token in a wrong place and the like.
func (a *Appliance) Violations() []string {
	var out []string
	a.fixture.do(func() { out = slices.Clone(a.violations) })
	return out
}

func (a *Appliance) arrive(r *http.Request, body []byte) *Record {
	found, _, err := a.findRoute(r.Method, r.URL)
	path := found.path
	if err != nil {
		path = r.URL.Path
	}
	record := &Record{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: bytes.Clone(body), Time: a.fixture.now()}
	a.fixture.do(func() {
		a.counters.requests[r.Method+" "+path]++
		a.counters.inFlight++
		a.counters.peak = max(a.counters.peak, a.counters.inFlight)
		a.records = append(a.records, record)
	})
	return record
}

func (a *Appliance) leave() {
	a.fixture.do(func() { a.counters.inFlight-- })
}

func (a *Appliance) recordViolation(r *http.Request, p *problem) {
	if !p.strict {
		return
	}
	text := fmt.Sprintf("%s %s: %d %s", r.Method, r.URL.RequestURI(), p.status, p.Msg)
	a.fixture.do(func() { a.violations = append(a.violations, text) })
}
