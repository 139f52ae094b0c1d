package storware

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Node logs in as a backup node (POST /session/node/login). Version is the version
// of the node's software.
type Node struct {
	Name, Password, Version string
}

// Kind returns the name of the type in the provider block.
func (Node) Kind() string { return "node" }

// Traits returns how the type behaves.
func (l Node) Traits() session.Traits { return session.Traits{User: l.Name, ByPassword: true} }

func (l Node) request() rest.Request {
	return loginRequest("/session/node/login", struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Version  string `json:"version"`
	}{l.Name, l.Password, l.Version}, l.Password)
}
