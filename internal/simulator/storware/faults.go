package storware

import "net/http"

// Fault replaces the response to the next matching calls.
type Fault struct {
	Call        string // for instance "GET /session/user"
	Times       int    // default 1
	Status      int    // default 200
	ContentType string // default application/json
	Body        string
	Header      http.Header
	Drop        bool // perform the call, then close the connection without a response
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

func (f *Fault) response() response {
	if f.Drop {
		return response{}
	}
	status, contentType := f.Status, f.ContentType
	if status == 0 {
		status = http.StatusOK
	}
	if contentType == "" {
		contentType = plainJSON
	}
	return newResponse(status, f.Header, contentType, []byte(f.Body))
}
