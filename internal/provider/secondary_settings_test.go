package provider

import "testing"

// The public names of the settings of vCenter and Storware.
func TestSecondary_settingNames(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, row := range settings {
		got[row.path] = row.env
	}
	for dotted, env := range map[string]string{
		"vcenter.url": "VCDA_VCENTER_URL", "vcenter.thumbprint": "VCDA_VCENTER_THUMBPRINT", "vcenter.ca_certificate": "VCDA_VCENTER_CA_CERTIFICATE",
		"vcenter.insecure": "VCDA_VCENTER_INSECURE", "vcenter.release": "VCDA_VCENTER_RELEASE",
		"vcenter.login.credentials.username": "VCDA_VCENTER_USERNAME", "vcenter.login.credentials.password": "VCDA_VCENTER_PASSWORD",
		"vcenter.login.clone_ticket.ticket": "VCDA_VCENTER_CLONE_TICKET", "vcenter.login.session_id.session_id": "VCDA_VCENTER_SESSION_ID",
		"storware.url": "VCDA_STORWARE_URL", "storware.thumbprint": "VCDA_STORWARE_THUMBPRINT", "storware.ca_certificate": "VCDA_STORWARE_CA_CERTIFICATE",
		"storware.insecure":                   "VCDA_STORWARE_INSECURE",
		"storware.login.credentials.username": "VCDA_STORWARE_USERNAME", "storware.login.credentials.password": "VCDA_STORWARE_PASSWORD",
		"storware.login.token.token": "VCDA_STORWARE_TOKEN", "storware.login.node.name": "VCDA_STORWARE_NODE_NAME",
		"storware.login.node.password": "VCDA_STORWARE_NODE_PASSWORD", "storware.login.node.version": "VCDA_STORWARE_NODE_VERSION",
	} {
		if got[dotted] != env {
			t.Errorf("%s has the variable %q, not %s", dotted, got[dotted], env)
		}
	}
}
