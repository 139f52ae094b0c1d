package provider

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// storwareSettings are the rows of the object storware, without its login.
var storwareSettings = []setting{
	{path: "storware.url", env: "VCDA_STORWARE_URL", value: values.URL, doc: "Address of the server, such as `https://storware.example.com:8181`. The API is at `/api` unless the address has a path."},
	{path: "storware.thumbprint", env: "VCDA_STORWARE_THUMBPRINT", value: values.Thumbprint, doc: "SHA-256 thumbprint of the server's certificate. Needed if neither the system roots nor `ca_certificate` trust the certificate."},
	{path: "storware.ca_certificate", env: "VCDA_STORWARE_CA_CERTIFICATE", value: tlsutil.Authority, doc: "Certificate authority to trust in addition to the system roots: PEM text, or the path of a PEM file."},
	{path: "storware.insecure", env: "VCDA_STORWARE_INSECURE", kind: flag, def: "false", doc: "Accept any certificate. Anyone on the network path can then read the login; for tests only."},
}

// storwareObjects describes the objects of Storware's settings.
var storwareObjects = map[string]string{
	"storware":       "The server of Storware Backup & Recovery (formerly vProtect). It is contacted only when something needs it.",
	"storware.login": "How to log in: exactly one of the login types. Without it the environment variable `VCDA_STORWARE_LOGIN` names the type. A missing field comes from its environment variable. `vcda_storware_status` needs no login.",
}

// storwareLogins are the login types of Storware.
var storwareLogins = []loginType[storware.Login]{
	{
		name: "credentials", doc: "A user of Storware.",
		fields: []field{
			{name: "username", env: "VCDA_STORWARE_USERNAME", value: values.Credential, doc: "Login of the user, such as `admin`."},
			{name: "password", env: "VCDA_STORWARE_PASSWORD", value: values.Credential, secret: true, doc: "Password of the user."},
		},
		build: func(f fields) (storware.Login, error) {
			return storware.Credentials{Username: f["username"], Password: f["password"]}, nil
		},
	},
	{
		name: "token", doc: "A token that another system issued, probably a connected identity provider.",
		fields: []field{
			{name: "token", env: "VCDA_STORWARE_TOKEN", value: values.Token, secret: true, doc: "The token."},
		},
		build: func(f fields) (storware.Login, error) { return storware.Token{Token: f["token"]}, nil },
	},
	{
		name: "node", doc: "A backup node, with the password of its registration.",
		fields: []field{
			{name: "name", env: "VCDA_STORWARE_NODE_NAME", value: values.Credential, doc: "Login of the node."},
			{name: "password", env: "VCDA_STORWARE_NODE_PASSWORD", value: values.Credential, secret: true, doc: "Password of the node."},
			{name: "version", env: "VCDA_STORWARE_NODE_VERSION", value: values.Credential, doc: "Version of the node's software."},
		},
		build: func(f fields) (storware.Login, error) {
			return storware.Node{Name: f["name"], Password: f["password"], Version: f["version"]}, nil
		},
	},
}
