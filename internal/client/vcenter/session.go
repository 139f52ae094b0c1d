package vcenter

import "sync/atomic"

// grant is one session on the server.
type grant struct {
	id     string
	worked atomic.Bool // a call with this session was accepted
}

// note keeps in mind whether a call was accepted.
func (g *grant) note(err error) error {
	if err == nil {
		g.worked.Store(true)
	}
	return err
}
