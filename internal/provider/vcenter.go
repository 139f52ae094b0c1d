package provider

import (
	"fmt"
	"regexp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// vcenterSettings are the rows of the object vcenter, without its login.
var vcenterSettings = []setting{
	{path: "vcenter.url", env: "VCDA_VCENTER_URL", value: values.BaseURL, doc: "Address of the vCenter, without a path, such as `https://vcenter.example.com`."},
	{path: "vcenter.thumbprint", env: "VCDA_VCENTER_THUMBPRINT", value: values.Thumbprint, doc: "SHA-256 thumbprint of the vCenter's certificate. Needed if neither the system roots nor `ca_certificate` trust the certificate."},
	{path: "vcenter.ca_certificate", env: "VCDA_VCENTER_CA_CERTIFICATE", value: tlsutil.Authority, doc: "Certificate authority to trust in addition to the system roots: PEM text, or the path of a PEM file."},
	{path: "vcenter.insecure", env: "VCDA_VCENTER_INSECURE", kind: flag, def: "false", doc: "Accept any certificate. Anyone on the network path can then read the login; for tests only."},
	{path: "vcenter.release", env: "VCDA_VCENTER_RELEASE", check: checkRelease, doc: "Release of the VI JSON API to use, such as `8.0.2.0`. Default: negotiated with the vCenter."},
}

// vcenterObjects describes the objects of the vCenter's settings.
var vcenterObjects = map[string]string{
	"vcenter":       "The vCenter whose sessions are cloned, version 8.0 Update 1 (8.0.1) or later. It is contacted only when something needs it.",
	"vcenter.login": "How to log in: exactly one of the login types. Without it the environment variable `VCDA_VCENTER_LOGIN` names the type. A missing field comes from its environment variable. A clone with a given ticket needs no login.",
}

// vcenterLogins are the login types of vCenter.
var vcenterLogins = []loginType[vcenter.Login]{
	{
		name: "credentials", doc: "A user of vCenter.",
		fields: []field{
			{name: "username", env: "VCDA_VCENTER_USERNAME", value: values.Credential, doc: "Name of the user, such as `administrator@vsphere.local`."},
			{name: "password", env: "VCDA_VCENTER_PASSWORD", value: values.Credential, secret: true, doc: "Password of the user."},
		},
		build: func(f fields) (vcenter.Login, error) {
			return vcenter.Credentials{Username: f["username"], Password: f["password"]}, nil
		},
	},
	{
		name: "clone_ticket", doc: "A ticket for a clone of another session. It is valid for one login: a ticket of the ephemeral resource `vcda_vcenter_clone_ticket` always works, one made elsewhere only in the apply of a saved plan.",
		fields: []field{
			{name: "ticket", env: "VCDA_VCENTER_CLONE_TICKET", value: values.Token, secret: true, doc: "The clone ticket."},
		},
		build: func(f fields) (vcenter.Login, error) { return vcenter.CloneTicket{Ticket: f["ticket"]}, nil },
	},
	{
		name: "session_id", doc: "The id of a session that exists already. The provider never logs it out.",
		fields: []field{
			{name: "session_id", env: "VCDA_VCENTER_SESSION_ID", value: values.Token, secret: true, doc: "Value of the `vmware-api-session-id` header, or of the `vmware_soap_session` cookie. It is not the key of the session."},
		},
		build: func(f fields) (vcenter.Login, error) { return vcenter.SessionID{SessionID: f["session_id"]}, nil },
	},
}

var releaseForm = regexp.MustCompile(`^\d+(\.\d+)+$`)

func checkRelease(s string) error {
	if !releaseForm.MatchString(s) {
		return fmt.Errorf("%q is not a release such as 8.0.2.0", s)
	}
	return nil
}
