package vcda

import "time"

// LocalUser logs in as an operating system user of the appliance, usually root.
type LocalUser struct {
	Username, Password string
}

// Kind names the login type.
func (LocalUser) Kind() string { return "local_user" }

func (l LocalUser) request(time.Time) (any, error) {
	return struct {
		Type          string `json:"type"`
		LocalUser     string `json:"localUser"`
		LocalPassword string `json:"localPassword"`
	}{"localUser", l.Username, l.Password}, nil
}

func (l LocalUser) secrets() []string { return []string{l.Password} }
