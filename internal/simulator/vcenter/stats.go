package vcenter

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Stats counts the requests of a vCenter since its start.
type Stats struct {
	Requests     map[string]int `json:"requests"` // by call, for instance "POST SessionManager/Login"; including refused ones
	Total        int            `json:"total"`
	Logins       int            `json:"logins"`        // by credentials, that succeeded
	Clones       int            `json:"clones"`        // by ticket, that succeeded
	FailedLogins int            `json:"failed_logins"` // of both kinds
	Logouts      int            `json:"logouts"`
	LiveSessions int            `json:"live_sessions"` // now
}

// Record is one request as it arrived, with the status of its response.
type Record struct {
	Method string
	Path   string // with its query, as sent
	Header http.Header
	Body   []byte
	Time   time.Time
	Status int
}

type counters struct {
	requests                              map[string]int
	logins, clones, failedLogins, logouts int
}

// Stats returns the counts.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Requests:     maps.Clone(s.counters.requests),
		Total:        len(s.records),
		Logins:       s.counters.logins,
		Clones:       s.counters.clones,
		FailedLogins: s.counters.failedLogins,
		Logouts:      s.counters.logouts,
		LiveSessions: len(s.sessions),
	}
}

// Requests returns the requests in the order of their arrival.
func (s *Server) Requests() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

// Violations returns each breach of the API by a client.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

func (s *Server) record(r *http.Request, body []byte, status int) {
	name := r.Method + " " + r.URL.Path
	if found, _, ok := s.findRoute(r.Method, r.URL); ok {
		name = r.Method + " " + found.object + "/" + found.member
	}
	s.counters.requests[name]++
	s.records = append(s.records, Record{
		Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(),
		Body: bytes.Clone(body), Time: time.Now(), Status: status,
	})
}

func (s *Server) recordViolation(r *http.Request, why string) {
	s.violations = append(s.violations, fmt.Sprintf("%s %s: %s", r.Method, r.URL.RequestURI(), why))
}
