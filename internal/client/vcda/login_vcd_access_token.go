package vcda

import "time"

// VCDAccessToken logs in with a Cloud Director access token (JWT). Context is
// only for a token of another Cloud Director than the appliance's own.
type VCDAccessToken struct {
	AccessToken, Context string
}

// Kind names the login type.
func (VCDAccessToken) Kind() string { return "vcd_access_token" }

func (l VCDAccessToken) request(time.Time) (any, error) {
	return struct {
		Type           string `json:"type"`
		VCDAccessToken string `json:"vcdAccessToken"`
		Context        string `json:"context,omitempty"`
	}{"vcdAccessToken", l.AccessToken, l.Context}, nil
}

func (l VCDAccessToken) secrets() []string { return []string{l.AccessToken} }
