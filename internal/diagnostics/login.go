package diagnostics

import (
	"fmt"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// reported holds the login errors that a message has explained. Operations that
// need the same login fail with the same error: the first message explains it, the
// others refer to the first one.
var reported sync.Map

// loginDetail explains a failed login once. refusedDetail explains a login that the
// system itself refused.
func (s System) loginDetail(login *session.LoginError, refusedDetail func(*session.LoginError) Detail) Detail {
	if isReported(login) {
		return reportedLoginDetail(login)
	}
	if login.Refused && !isNotAPI(login.Err) {
		return refusedDetail(login)
	}
	d := s.detail(login.Err)
	d.Why = fmt.Sprintf("The login to %s did not succeed. %s", login.Host, d.Why)
	return d
}

// isReported reports whether a message has explained a failed login. It records
// that one does now.
func isReported(login *session.LoginError) bool {
	_, again := reported.LoadOrStore(login, nil)
	return again
}

func reportedLoginDetail(login *session.LoginError) Detail {
	return Detail{Why: fmt.Sprintf("The login to %s failed. Another message of this run gives the reason.", login.Host)}
}

// refusedLoginDetail explains a login that the system itself refused.
func (s System) refusedLoginDetail(login *session.LoginError) Detail {
	d := Detail{Why: fmt.Sprintf("%s refused the login of type %s. %s", login.Host, login.Kind, Sentence(login.Err.Error()))}
	d.Advice = s.checkLogin(login)
	if login.Traits.Hint != "" {
		d.Advice += " " + login.Traits.Hint
	}
	d.Advice += " The login is not tried again, since accounts lock."
	return d
}

// checkLogin returns the settings to check after a refused login.
func (s System) checkLogin(login *session.LoginError) string {
	switch {
	case s.object != "":
		return fmt.Sprintf("Check the fields of %s.login.%s in the provider block, or their environment variables.", s.object, login.Kind)
	case login.Traits.ByPassword:
		return fmt.Sprintf("Check username and password in login.%s of the provider block, or VCDA_USERNAME and VCDA_PASSWORD, and whether the password has expired.", login.Kind)
	}
	return fmt.Sprintf("Check the fields of login.%s in the provider block, or their environment variables.", login.Kind)
}
