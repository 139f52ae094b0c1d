package messages_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// root is a valid login.
var root = values{"local_user": values{"username": "root", "password": "secret"}}

const exampleURL = "https://vcda-a.example.com"

// invalidBlock is a provider block whose validation or configuration reports something.
func invalidBlock(title string, block values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) { s.validateOrConfigure(t, block) }}
}

// invalidVariables is invalidBlock with environment variables.
func invalidVariables(title string, env, block values) situation {
	one := invalidBlock(title, block)
	one.env = env
	return one
}

// unusableBlock is a provider block that is not sufficient for a data source.
func unusableBlock(title, dataSource string, block values) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) { s.readData(t, s.configure(t, block), dataSource, values{}) }}
}

const brokenCertificate = "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"

var providerBlock = []situation{
	invalidBlock("The address has a path", values{"url": exampleURL + "/api", "login": root}),
	invalidBlock("The address is not an https URL", values{"url": "vcda-a.example.com", "login": root}),
	invalidBlock("The address holds a password", values{"url": "https://root:secret@vcda-a.example.com", "login": root}),
	invalidBlock("The address has a query", values{"url": exampleURL + "?a=b", "login": root}),
	invalidBlock("The address has no host", values{"url": "https://", "login": root}),
	invalidBlock("The address has an impossible port", values{"url": exampleURL + ":99999", "login": root}),
	invalidBlock("The address can't be parsed", values{"url": "https://[::1", "login": root}),
	invalidBlock("The address of the Storware server is invalid", values{"storware": values{"url": "http://storware.example.com"}}),
	invalidBlock("The thumbprint is too short", values{"url": exampleURL, "thumbprint": "AB:CD", "login": root}),
	invalidBlock("The timeout of a request is not a duration", values{"url": exampleURL, "request_timeout": "soon", "login": root}),
	invalidBlock("The number of retries is negative", values{"url": exampleURL, "max_retries": -1, "login": root}),
	invalidBlock("The service does not exist", values{"url": exampleURL, "service": "tenant", "login": root}),
	invalidBlock("A text is empty", values{"url": exampleURL, "login": values{"local_user": values{"username": "", "password": "secret"}}}),
	invalidBlock("The release of the vCenter is invalid", values{"vcenter": values{"release": "latest"}}),
	invalidBlock("The certificate authority is a file that does not exist", values{"url": exampleURL, "ca_certificate": "ca.pem", "login": root}),
	invalidBlock("The certificate authority is not a certificate", values{"url": exampleURL, "ca_certificate": brokenCertificate, "login": root}),
	invalidBlock("Certificates are not checked", values{"url": exampleURL, "insecure": true, "login": root}),
	invalidBlock("No login", values{"url": exampleURL}),
	invalidBlock("No login type", values{"url": exampleURL, "login": values{}}),
	invalidBlock("Two login types", values{"url": exampleURL, "login": values{"local_user": values{}, "vcd_cookie": values{}}}),
	invalidBlock("A field of the login is missing", values{"url": exampleURL, "login": values{"local_user": values{"username": "root"}}}),
	invalidBlock("A private key and a signature", values{"url": exampleURL, "login": values{"sso_token": values{
		"saml_token": "token", "private_key": simulator.DefaultAccounts().SAML[1].PrivateKeyPEM(), "signature": "c2ln",
	}}}),
	invalidBlock("A signature without its timestamp and nonce", values{"url": exampleURL, "login": values{"sso_token": values{"saml_token": "token", "signature": "c2ln"}}}),
	invalidBlock("The private key is not PEM text", values{"login": values{"sso_token": values{"saml_token": "token", "private_key": "key"}}}),
	invalidBlock("The private key is encrypted", values{"login": values{"sso_token": values{
		"saml_token": "token", "private_key": "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n",
	}}}),
	invalidBlock("The private key is of another kind", values{"login": values{"sso_token": values{"saml_token": "token", "private_key": ecdsaKeyPEM()}}}),
	invalidBlock("The timestamp is invalid", values{"login": values{"sso_token": values{"saml_token": "token", "timestamp": 0}}}),
	invalidBlock("A site is listed twice", values{"url": exampleURL, "login": root, "session_extensions": []any{extensionToB, extensionToB}}),
	invalidBlock("An element of the extensions is null", values{"url": exampleURL, "login": root, "session_extensions": []any{nil}}),
	invalidBlock("An extension without an extension method", values{"url": exampleURL, "login": root, "session_extensions": []any{values{"site": "site-b"}}}),
	invalidBlock("An extension without a site", values{"url": exampleURL, "login": root, "session_extensions": []any{values{"site": "", "multisite": values{"org": "acme"}}}}),

	invalidVariables("Environment variables are invalid", values{"VCDA_REQUEST_TIMEOUT": "soon", "VCDA_INSECURE": "perhaps"}, values{"url": exampleURL, "login": root}),
	invalidVariables("VCDA_LOGIN names no login type", values{"VCDA_LOGIN": "root"}, values{"url": exampleURL}),
	invalidVariables("Environment variables of another login type", values{"VCDA_LOGIN": "vcd_cookie", "VCDA_COOKIE": "secret"}, values{"url": exampleURL, "login": root}),

	unusableBlock("No address", "vcda_session", values{}),
	unusableBlock("No address of the vCenter", "vcda_vcenter_session", values{}),
	unusableBlock("No address of the Storware server", "vcda_storware_session", values{}),
	unusableBlock("The certificate authority of the vCenter is not a certificate", "vcda_vcenter_session", values{"vcenter": values{"url": exampleURL, "ca_certificate": brokenCertificate}}),
	unusableBlock("A field of the vCenter's login is missing", "vcda_vcenter_session", values{"vcenter": values{"url": exampleURL, "login": values{"credentials": values{"username": "administrator@vsphere.local"}}}}),
	unusableBlock("The address is not known yet", "vcda_session", values{"url": direct.Unknown, "login": root}),
	unusableBlock("The vCenter is not known yet", "vcda_vcenter_session", values{"vcenter": direct.Unknown}),
	{title: "An element of the extensions is null only in the apply", run: func(t *testing.T, s *scenario) {
		s.record(t, s.serve(t).Configure(t, values{"url": exampleURL, "login": root, "session_extensions": []any{nil}}))
	}},
	{title: "The provider is not configured", run: func(t *testing.T, s *scenario) { s.readData(t, s.serve(t), "vcda_session", values{}) }},
}
