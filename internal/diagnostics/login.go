package diagnostics

import (
	"fmt"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// reported holds the login errors that a message has explained. Every operation
// of a process that needs the same login fails with the same error: the first
// message explains it, the others refer to that one.
var reported sync.Map

// explainLogin explains a failed login, once. Each system explains its own
// refusals.
func (s System) explainLogin(login *session.LoginError, explainRefused func(*session.LoginError) Detail) Detail {
	if isReported(login) {
		return reportedLogin(login)
	}
	if login.Refused && !isNotAPI(login.Err) {
		return explainRefused(login)
	}
	d := s.explain(login.Err)
	d.Why = fmt.Sprintf("The login to %s did not succeed. %s", login.Host, d.Why)
	return d
}

// isReported reports whether a message has explained a failed login. From now on one
// has.
func isReported(login *session.LoginError) bool {
	_, again := reported.LoadOrStore(login, nil)
	return again
}

func reportedLogin(login *session.LoginError) Detail {
	return Detail{Why: fmt.Sprintf("The login to %s failed for the reason that another message of this run gives.", login.Host)}
}

// refusedLogin is the explanation of a login that the system itself refused.
func (s System) refusedLogin(login *session.LoginError) Detail {
	d := Detail{Why: fmt.Sprintf("%s refused the login of type %s. %s", login.Host, login.Kind, Sentence(login.Err.Error()))}
	d.Advice = s.checkLogin(login)
	if login.Traits.Hint != "" {
		d.Advice += " " + login.Traits.Hint
	}
	d.Advice += " The login is not tried again, since accounts lock."
	return d
}

// checkLogin names what to check of a refused login.
func (s System) checkLogin(login *session.LoginError) string {
	switch {
	case s.object != "":
		return fmt.Sprintf("Check the fields of %s.login.%s in the provider block, or their environment variables.", s.object, login.Kind)
	case login.Traits.ByPassword:
		return fmt.Sprintf("Check username and password in login.%s of the provider block, or VCDA_USERNAME and VCDA_PASSWORD, and whether the password has expired.", login.Kind)
	}
	return fmt.Sprintf("Check the fields of login.%s in the provider block, or their environment variables.", login.Kind)
}
