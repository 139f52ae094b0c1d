package diagnostics

import (
	"errors"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
)

// Storware explains the errors of Storware Backup & Recovery.
var Storware = System{
	name: "Storware server", article: "a", object: "storware", variables: "VCDA_STORWARE_",
	forbidden: "The user of the login lacks the privilege for this. Give the user the privilege, or log in as another one.",
	specific:  storwareDetail,
}

func storwareDetail(s System, err error) (d Detail, ok bool) {
	var login *session.LoginError
	if errors.As(err, &login) {
		return s.loginDetail(login, s.storwareLoginDetail), true
	}
	if errors.Is(err, storware.ErrNoLogin) {
		return Detail{Why: "The provider block has no storware.login.", Advice: "Set it to exactly one of credentials, token and node, or name the type in the environment variable VCDA_STORWARE_LOGIN."}, true
	}
	return Detail{}, false
}

func (s System) storwareLoginDetail(login *session.LoginError) Detail {
	if errors.Is(login.Err, storware.ErrNoCookie) {
		return Detail{Why: Sentence(login.Err.Error()), Advice: s.notAPIAdvice()}
	}
	d := s.refusedLoginDetail(login)
	if rest.Status(login.Err) == http.StatusBadRequest {
		d.Why += " The server gives the same response to wrong credentials and to a malformed login."
	}
	return d
}
