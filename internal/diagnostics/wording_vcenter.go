package diagnostics

import (
	"errors"
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
)

// VCenter words the errors of vCenter.
var VCenter = Wording{name: "vCenter", object: "vcenter", own: explainVCenter}

func explainVCenter(w Wording, err error) (why, advice string) {
	var login *vcenter.LoginError
	var unsupported *vcenter.UnsupportedError
	switch {
	case errors.As(err, &login) && login.Refused:
		return explainRefusedByVCenter(w, login)
	case errors.As(err, &login):
		return w.explainUnanswered(login.Host, login.Err)
	case errors.As(err, &unsupported):
		return Sentence(unsupported.Error()), "If this is an older vCenter, it can't be used. If it is a newer one, set vcenter.release in the provider block to a release it has. An ESXi host does not serve this API."
	case errors.Is(err, vcenter.ErrNoRelease):
		return Sentence(err.Error()), "Set vcenter.release in the provider block to a release this vCenter has."
	case errors.Is(err, vcenter.ErrNoLogin):
		return "The provider block has no vcenter.login.", "Set it to exactly one of credentials, clone_ticket and session_id, or name the type in the variable VCDA_VCENTER_LOGIN."
	case vcenter.NotAuthenticated(err):
		return Sentence(err.Error()), "The session has ended, or was never logged in. A session ends after 30 minutes without a call, unless the vCenter is set otherwise, and when an administrator terminates it."
	case vcenter.Fault(err) == vcenter.FaultNotSupported:
		return Sentence(err.Error()), "This server does not support the call. Check that vcenter.url in the provider block is the address of a vCenter."
	case vcenter.Fault(err) == vcenter.FaultNoPermission:
		return Sentence(err.Error()), "The user of the session lacks the privilege for this: a clone ticket needs System.View."
	}
	return "", ""
}

func explainRefusedByVCenter(w Wording, e *vcenter.LoginError) (why, advice string) {
	ticket := e.Kind == vcenter.CloneTicket{}.Kind()
	switch {
	case errors.Is(e.Err, vcenter.ErrSessionExpired), errors.Is(e.Err, vcenter.ErrTicketSpent):
		return Sentence(e.Err.Error()), "The provider can't renew it. Hand over a new one, or let the provider log in by itself with vcenter.login.credentials."
	case errors.Is(e.Err, vcenter.ErrNoSessionID):
		return Sentence(e.Err.Error()), "Check that no proxy in front of the vCenter takes the header away."
	case ticket && vcenter.Fault(e.Err) == vcenter.FaultInvalidLogin:
		return fmt.Sprintf("%s refused the clone ticket: it is unknown there, was used already, or the session it came from has ended. %s", e.Host, Sentence(e.Err.Error())),
			"A ticket serves once, and Terraform opens ephemeral resources in plan and again in apply. Take the ticket from the ephemeral resource vcda_vcenter_clone_ticket, or leave it out to clone the provider's own session; " +
				"a ticket made elsewhere suits only the apply of a saved plan, with a ticket that the plan has not used."
	case ticket && vcenter.Fault(e.Err) == vcenter.FaultNotSupported:
		return fmt.Sprintf("%s does not support the cloning of sessions. %s", e.Host, Sentence(e.Err.Error())), "Log in there with vcenter.login.credentials instead of a clone."
	}
	return fmt.Sprintf("%s refused the login of type %s. %s", e.Host, e.Kind, Sentence(e.Err.Error())), w.checkLogin(e.Kind)
}
