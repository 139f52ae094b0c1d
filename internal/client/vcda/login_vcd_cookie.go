package vcda

import "time"

// VCDCookie logs in with the auth cookie of a Cloud Director session. The
// schemas of 4.5 and later no longer list it.
type VCDCookie struct {
	Cookie string
}

// Kind names the login type.
func (VCDCookie) Kind() string { return "vcd_cookie" }

func (l VCDCookie) request(time.Time) (any, error) {
	return struct {
		Type      string `json:"type"`
		VCDCookie string `json:"vcdCookie"`
	}{"vcdCookie", l.Cookie}, nil
}

func (l VCDCookie) secrets() []string { return []string{l.Cookie} }
