package vcda

import (
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Login is one way to open a session ("Login", POST /sessions). Each type has a
// file of its own.
type Login interface {
	// Kind is the name users know the login type by.
	Kind() string
	// request makes the body of one login at the time given; it is called anew
	// for every login, so that a nonce is never used twice.
	request(now time.Time) (any, error)
	// secrets lists what must never show in an error text.
	secrets() []string
}

// loginRequest sends a login; the answer's header carries the token.
func loginRequest(l Login, now time.Time) (rest.Request, error) {
	body, err := l.request(now)
	if err != nil {
		return rest.Request{}, err
	}
	return rest.Request{Method: "POST", Path: "/sessions", Body: body, Secrets: l.secrets(), RetryBusy: true}, nil
}
