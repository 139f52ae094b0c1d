package vcenter

import "context"

// SessionID is no login but the id of a session somebody else opened: it is used
// as it is, never renewed and never logged out.
type SessionID struct {
	SessionID string
}

// Kind names the login type.
func (SessionID) Kind() string { return "session_id" }

func (l SessionID) open(context.Context, *api) (string, error) { //nolint:unparam // the other types can fail
	return l.SessionID, nil
}

func (SessionID) final() error { return ErrSessionExpired }
