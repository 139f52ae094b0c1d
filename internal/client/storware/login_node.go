package storware

import "github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"

// Node logs in as a backup node (POST /session/node/login). Version is that of
// the node's software.
type Node struct {
	Name, Password, Version string
}

// Kind names the login type.
func (Node) Kind() string { return "node" }

func (l Node) request() rest.Request {
	return loginRequest("/session/node/login", struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Version  string `json:"version"`
	}{l.Name, l.Password, l.Version}, l.Password)
}
