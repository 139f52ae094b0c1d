package diagnostics

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
)

// Storware words the errors of Storware.
var Storware = Wording{name: "Storware server", object: "storware", own: explainStorware}

func explainStorware(w Wording, err error) (why, advice string) {
	var login *storware.LoginError
	switch {
	case errors.As(err, &login) && login.Refused:
		return explainRefusedByStorware(w, login)
	case errors.As(err, &login):
		return w.explainUnanswered(login.Host, login.Err)
	case errors.Is(err, storware.ErrNoLogin):
		return "The provider block has no storware.login.", "Set it to exactly one of credentials, token and node, or name the type in the variable VCDA_STORWARE_LOGIN."
	}
	return "", ""
}

func explainRefusedByStorware(w Wording, e *storware.LoginError) (why, advice string) {
	if errors.Is(e.Err, storware.ErrNoCookie) {
		return Sentence(e.Err.Error()), "Check that storware.url in the provider block is the address of the API, and that no proxy in front of it takes cookies away."
	}
	why = fmt.Sprintf("%s refused the login of type %s. %s", e.Host, e.Kind, Sentence(e.Err.Error()))
	if rest.Status(e.Err) == http.StatusBadRequest {
		why += " The server says so of wrong credentials and of a malformed login alike."
	}
	return why, w.checkLogin(e.Kind)
}
