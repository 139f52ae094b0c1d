package messages_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// root is a login that is fine.
var root = values{"local_user": values{"username": "root", "password": "secret"}}

const somewhere = "https://vcda-a.example.com"

// refuses is a provider block that is refused whenever it is looked at.
func refuses(title string, block values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) { s.configures(t, block) }}
}

// refusesIn is the same with variables.
func refusesIn(title string, env, block values) situation {
	one := refuses(title, block)
	one.env = env
	return one
}

// needs is a provider block that is found wanting when a data source needs it.
func needs(title, dataSource string, block values) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) { s.reads(t, s.with(t, block), dataSource, values{}) }}
}

const certificateOfNobody = "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"

var providerBlock = []situation{
	refuses("The address has a path", values{"url": somewhere + "/api", "login": root}),
	refuses("The address is no https URL", values{"url": "vcda-a.example.com", "login": root}),
	refuses("The address holds a password", values{"url": "https://root:secret@vcda-a.example.com", "login": root}),
	refuses("The address has a query", values{"url": somewhere + "?a=b", "login": root}),
	refuses("The address has no host", values{"url": "https://", "login": root}),
	refuses("The address has an impossible port", values{"url": somewhere + ":99999", "login": root}),
	refuses("The address can't be parsed", values{"url": "https://[::1", "login": root}),
	refuses("The address of the Storware server is invalid", values{"storware": values{"url": "http://storware.example.com"}}),
	refuses("The thumbprint is too short", values{"url": somewhere, "thumbprint": "AB:CD", "login": root}),
	refuses("The time for a request is no duration", values{"url": somewhere, "request_timeout": "soon", "login": root}),
	refuses("The number of retries is negative", values{"url": somewhere, "max_retries": -1, "login": root}),
	refuses("There is no such service", values{"url": somewhere, "service": "tenant", "login": root}),
	refuses("A text is empty", values{"url": somewhere, "login": values{"local_user": values{"username": "", "password": "secret"}}}),
	refuses("The release of the vCenter is invalid", values{"vcenter": values{"release": "latest"}}),
	refuses("The certificate authority is a file that is not there", values{"url": somewhere, "ca_certificate": "ca.pem", "login": root}),
	refuses("The certificate authority is no certificate", values{"url": somewhere, "ca_certificate": certificateOfNobody, "login": root}),
	refuses("No certificate is checked", values{"url": somewhere, "insecure": true, "login": root}),
	refuses("No login", values{"url": somewhere}),
	refuses("No login type", values{"url": somewhere, "login": values{}}),
	refuses("Two login types", values{"url": somewhere, "login": values{"local_user": values{}, "vcd_cookie": values{}}}),
	refuses("A field of the login is missing", values{"url": somewhere, "login": values{"local_user": values{"username": "root"}}}),
	refuses("A token signed twice", values{"url": somewhere, "login": values{"sso_token": values{
		"saml_token": "token", "private_key": simulator.DefaultAccounts().SAML[1].PrivateKeyPEM(), "signature": "c2ln",
	}}}),
	refuses("A signature without what it was made over", values{"url": somewhere, "login": values{"sso_token": values{"saml_token": "token", "signature": "c2ln"}}}),
	refuses("The private key is no PEM text", values{"login": values{"sso_token": values{"saml_token": "token", "private_key": "key"}}}),
	refuses("The private key is encrypted", values{"login": values{"sso_token": values{
		"saml_token": "token", "private_key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n",
	}}}),
	refuses("The private key is of another kind", values{"login": values{"sso_token": values{"saml_token": "token", "private_key": keyPEM()}}}),
	refuses("The timestamp is invalid", values{"login": values{"sso_token": values{"saml_token": "token", "timestamp": 0}}}),
	refuses("A site is listed twice", values{"url": somewhere, "login": root, "session_extensions": []any{toB, toB}}),
	refuses("An element of the extensions is null", values{"url": somewhere, "login": root, "session_extensions": []any{nil}}),
	refuses("An extension without a way to authenticate", values{"url": somewhere, "login": root, "session_extensions": []any{values{"site": "site-b"}}}),
	refuses("An extension without a site", values{"url": somewhere, "login": root, "session_extensions": []any{values{"site": "", "multisite": values{"org": "acme"}}}}),

	refusesIn("A variable breaks a rule", values{"VCDA_REQUEST_TIMEOUT": "soon", "VCDA_INSECURE": "perhaps"}, values{"url": somewhere, "login": root}),
	refusesIn("The variable of the login names no type", values{"VCDA_LOGIN": "root"}, values{"url": somewhere}),
	refusesIn("Variables of another login type", values{"VCDA_LOGIN": "vcd_cookie", "VCDA_COOKIE": "secret"}, values{"url": somewhere, "login": root}),

	needs("No address", "vcda_session", values{}),
	needs("No address of the vCenter", "vcda_vcenter_session", values{}),
	needs("No address of the Storware server", "vcda_storware_session", values{}),
	needs("The certificate authority of the vCenter is no certificate", "vcda_vcenter_session", values{"vcenter": values{"url": somewhere, "ca_certificate": certificateOfNobody}}),
	needs("A field of the vCenter's login is missing", "vcda_vcenter_session", values{"vcenter": values{"url": somewhere, "login": values{"credentials": values{"username": "administrator@vsphere.local"}}}}),
	needs("The address is not known yet", "vcda_session", values{"url": direct.Unknown, "login": root}),
	needs("Nothing of the vCenter is known yet", "vcda_vcenter_session", values{"vcenter": direct.Unknown}),
	{title: "An element of the extensions turns out to be null", run: func(t *testing.T, s *scene) {
		s.says(t, s.serve(t).Configure(t, values{"url": somewhere, "login": root, "session_extensions": []any{nil}}))
	}},
	{title: "The provider is not configured", run: func(t *testing.T, s *scene) { s.reads(t, s.serve(t), "vcda_session", values{}) }},
}
