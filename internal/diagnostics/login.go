package diagnostics

import (
	"errors"
	"fmt"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
)

// failedLogin is the login error of any system.
type failedLogin struct {
	kind, host string
	refused    bool // by the system itself
	err        error
	identity   error // the same for all that share the login
}

func loginOf(err error) (login failedLogin, ok bool) {
	var (
		ofVCDA     *vcda.LoginError
		ofVCenter  *vcenter.LoginError
		ofStorware *storware.LoginError
	)
	switch {
	case errors.As(err, &ofVCDA):
		login = failedLogin{ofVCDA.Kind, ofVCDA.Host, ofVCDA.Refused, ofVCDA.Err, ofVCDA}
	case errors.As(err, &ofVCenter):
		login = failedLogin{ofVCenter.Kind, ofVCenter.Host, ofVCenter.Refused, ofVCenter.Err, ofVCenter}
	case errors.As(err, &ofStorware):
		login = failedLogin{ofStorware.Kind, ofStorware.Host, ofStorware.Refused, ofStorware.Err, ofStorware}
	default:
		return failedLogin{}, false
	}
	login.refused = login.refused && !isNotAPI(login.err)
	return login, true
}

// reported holds the login errors that a message has explained. Every operation
// of a process that needs the same login fails with the same error: the first
// message explains it, the others refer to that one.
var reported sync.Map

// explainLogin explains a failed login, once. The system explains its own
// refusals.
func (s System) explainLogin(login failedLogin, explainRefused func(failedLogin) Detail) Detail {
	if _, again := reported.LoadOrStore(login.identity, nil); again {
		return Detail{Why: fmt.Sprintf("The login to %s failed for the reason that another message of this run gives.", login.host)}
	}
	if login.refused {
		return explainRefused(login)
	}
	d := s.explain(login.err)
	d.Why = fmt.Sprintf("The login to %s did not succeed. %s", login.host, d.Why)
	return d
}

// why is what the system says of a login that it refused.
func (l failedLogin) why() string {
	return fmt.Sprintf("%s refused the login of type %s. %s", l.host, l.kind, Sentence(l.err.Error()))
}

const notTriedAgain = " The login is not tried again, since accounts lock."

// checkLogin advises on a refused login.
func (s System) checkLogin(l failedLogin) string {
	object := "login."
	if s.object != "" {
		object = s.object + ".login."
	}
	return fmt.Sprintf("Check the fields of %s%s in the provider block, or their environment variables.", object, l.kind) + notTriedAgain
}
