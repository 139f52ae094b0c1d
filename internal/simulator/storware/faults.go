package storware

import "net/http"

// Fault is an answer in place of the real one, given to the next calls that
// match.
type Fault struct {
	Call        string // for instance "GET /session/user"
	Times       int    // default 1
	Status      int    // default 200
	ContentType string // default application/json
	Body        string
	Header      http.Header
	Drop        bool // act, then close the connection without an answer
}

// Fault adds a fault.
func (s *Server) Fault(f Fault) {
	f.Times = max(f.Times, 1)
	s.do(func() { s.faults = append(s.faults, &f) })
}

// nextFault finds the fault that applies to a call, nil when none does.
func (s *Server) nextFault(call string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Call == call && f.Times > 0 {
			f.Times--
			return f
		}
	}
	return nil
}

func (f *Fault) answer() answer {
	if f.Drop {
		return answer{}
	}
	status, contentType := f.Status, f.ContentType
	if status == 0 {
		status = http.StatusOK
	}
	if contentType == "" {
		contentType = plainJSON
	}
	return newAnswer(status, f.Header, contentType, []byte(f.Body))
}
