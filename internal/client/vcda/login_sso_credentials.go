package vcda

import "time"

// SSOCredentials logs in as a vCenter Single Sign-On user. Principal is
// optional.
type SSOCredentials struct {
	Username, Password, Principal string
}

// Kind names the login type.
func (SSOCredentials) Kind() string { return "sso_credentials" }

func (l SSOCredentials) request(time.Time) (any, error) {
	return struct {
		Type      string `json:"type"`
		Username  string `json:"username"`
		Password  string `json:"password"`
		Principal string `json:"principal,omitempty"`
	}{"ssoCredentials", l.Username, l.Password, l.Principal}, nil
}

func (l SSOCredentials) secrets() []string { return []string{l.Password} }
