package storware

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Stats counts the requests of a server since its start or the last ResetStats.
type Stats struct {
	Requests       map[string]int `json:"requests"` // by call, for instance "GET /session/user"; including refused ones
	Total          int            `json:"total"`
	Logins         int            `json:"logins"` // that succeeded
	FailedLogins   int            `json:"failed_logins"`
	Logouts        int            `json:"logouts"`
	LiveSessions   int            `json:"live_sessions"` // now
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
	call   string
}

type counters struct {
	requests                      map[string]int
	logins, failedLogins, logouts int
	connections                   int
	inFlight, peak                int
}

// Stats returns the counts.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Stats{
		Requests:       maps.Clone(s.counters.requests),
		Logins:         s.counters.logins,
		FailedLogins:   s.counters.failedLogins,
		Logouts:        s.counters.logouts,
		Connections:    s.counters.connections,
		PeakConcurrent: s.counters.peak,
	}
	for _, n := range out.Requests {
		out.Total += n
	}
	for _, x := range s.sessions {
		if s.isLive(x) {
			out.LiveSessions++
		}
	}
	return out
}

// ResetStats forgets counts and requests. Violations stay.
func (s *Server) ResetStats() {
	s.do(func() {
		inFlight := s.counters.inFlight
		s.counters = counters{requests: map[string]int{}, inFlight: inFlight, peak: inFlight}
		s.records = nil
	})
}

// Requests returns the requests in the order of their arrival.
func (s *Server) Requests() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Record
	for _, r := range s.records {
		out = append(out, *r)
	}
	return out
}

// Violations returns each breach of the API by a client: an unknown path or
// field, a wrong media type, a cookie in a wrong place and the like.
func (s *Server) Violations() []string {
	var out []string
	s.do(func() { out = slices.Clone(s.violations) })
	return out
}

func (s *Server) arrive(r *http.Request, body []byte) *Record {
	record := &Record{
		Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: bytes.Clone(body), Time: s.options.Now(),
		call: r.Method + " " + strings.TrimPrefix(r.URL.Path, basePath),
	}
	s.do(func() {
		s.counters.requests[record.call]++
		s.counters.inFlight++
		s.counters.peak = max(s.counters.peak, s.counters.inFlight)
		s.records = append(s.records, record)
	})
	return record
}

func (s *Server) leave() {
	s.do(func() { s.counters.inFlight-- })
}

// recordViolation runs under the lock.
func (s *Server) recordViolation(r *http.Request, p *problem) {
	if p.strict {
		s.violations = append(s.violations, fmt.Sprintf("%s %s: %d %s", r.Method, r.URL.RequestURI(), p.status, p.text))
	}
}
