package diagnostics

import (
	"errors"
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
)

// VCenter explains the errors of vCenter.
var VCenter = System{
	name: "vCenter", article: "a", object: "vcenter", variables: "VCDA_VCENTER_",
	forbidden: "The user of the login lacks the privilege for this. Give the user the privilege, or log in as another one.",
	specific:  vcenterDetail,
}

func vcenterDetail(s System, err error) (d Detail, ok bool) {
	var login *session.LoginError
	if errors.As(err, &login) {
		return s.loginDetail(login, s.vcenterLoginDetail), true
	}
	var unsupported *vcenter.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		d.Advice = "If this is an older vCenter, it can't be used. If it is a newer one, set vcenter.release in the provider block to a release that it supports. If it is another product, such as an ESXi host, or a proxy or firewall answers in its place: check " + s.setting("url") + "."
	case errors.Is(err, vcenter.ErrNoRelease):
		d.Advice = "Set vcenter.release in the provider block to a release that this vCenter supports."
	case errors.Is(err, vcenter.ErrNoLogin):
		return Detail{Why: "The provider block has no vcenter.login.", Advice: "Set it to exactly one of credentials, clone_ticket and session_id, or name the type in the environment variable VCDA_VCENTER_LOGIN."}, true
	case vcenter.IsNotAuthenticated(err) && !isNotAPI(err):
		d.Advice = "Run again, with a new session. A session ends after 30 minutes without a call, unless the vCenter is set otherwise, and when an administrator terminates it."
	case vcenter.Fault(err) == vcenter.FaultNotSupported:
		d.Advice = "This server does not support the call: check " + s.setting("url") + "."
	case vcenter.Fault(err) == vcenter.FaultNoPermission:
		d.Advice = "Give the user of the session the privilege System.View, which a clone ticket needs, or log in as another one."
	default:
		return Detail{}, false
	}
	d.Why = Sentence(err.Error())
	return d, true
}

func (s System) vcenterLoginDetail(login *session.LoginError) Detail {
	byTicket := login.Traits.SingleUse
	switch {
	case errors.Is(login.Err, vcenter.ErrSessionExpired), errors.Is(login.Err, vcenter.ErrTicketSpent):
		return Detail{Why: Sentence(login.Err.Error()), Advice: "The provider can't renew it. Pass a new one, or let the provider log in with vcenter.login.credentials."}
	case errors.Is(login.Err, vcenter.ErrNoSessionID):
		return Detail{Why: Sentence(login.Err.Error()), Advice: s.notAPIAdvice()}
	case byTicket && vcenter.Fault(login.Err) == vcenter.FaultInvalidLogin:
		return Detail{
			Why: fmt.Sprintf("%s refused the clone ticket: it is unknown, has been used, or its session has ended. %s", login.Host, Sentence(login.Err.Error())),
			Advice: "A ticket can be used only once, and Terraform opens ephemeral resources in plan and again in apply. Take the ticket from the ephemeral resource vcda_vcenter_clone_ticket, or leave it out to clone the provider's own session; " +
				"use a ticket from another source only to apply a saved plan, with a ticket that the plan has not used.",
		}
	case byTicket && vcenter.Fault(login.Err) == vcenter.FaultNotSupported:
		return Detail{Why: fmt.Sprintf("%s does not support cloning sessions. %s", login.Host, Sentence(login.Err.Error())), Advice: "Log in there with vcenter.login.credentials instead of a clone."}
	}
	return s.refusedLoginDetail(login)
}
