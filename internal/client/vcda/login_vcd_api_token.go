package vcda

import "time"

// VCDAPIToken logs in with a Cloud Director API token of an organisation, given
// by its short name. It is in the 4.7 schema only.
type VCDAPIToken struct {
	APIToken, Org string
}

// Kind names the login type.
func (VCDAPIToken) Kind() string { return "vcd_api_token" }

func (l VCDAPIToken) request(time.Time) (any, error) {
	return struct {
		Type     string `json:"type"`
		APIToken string `json:"apiToken"`
		Org      string `json:"org"`
	}{"vcdApiToken", l.APIToken, l.Org}, nil
}

func (l VCDAPIToken) secrets() []string { return []string{l.APIToken} }
