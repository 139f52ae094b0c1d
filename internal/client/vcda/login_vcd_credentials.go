package vcda

import "time"

// VCDCredentials logs in as a Cloud Director user, written user@org.
type VCDCredentials struct {
	Username, Password string
}

// Kind names the login type.
func (VCDCredentials) Kind() string { return "vcd_credentials" }

func (l VCDCredentials) request(time.Time) (any, error) {
	return struct {
		Type        string `json:"type"`
		VCDUser     string `json:"vcdUser"`
		VCDPassword string `json:"vcdPassword"`
	}{"vcdCredentials", l.Username, l.Password}, nil
}

func (l VCDCredentials) secrets() []string { return []string{l.Password} }
