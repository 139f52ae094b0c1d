package provider

import (
	"errors"
	"strconv"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// loginType is a login type of a system, with its fields.
type loginType[L any] struct {
	name, doc string
	fields    []field
	build     func(fields) (L, error)
}

// field is one field of a login type.
type field struct {
	name, env string
	secret    bool
	optional  bool
	kind      kind
	check     func(string) error
	value     func(string) (string, error) // returns the value to send; nil: the text itself
	rivals    []string                     // fields that overrule the variable if the provider block sets them
	doc       string
}

// fields are the resolved fields of a login by name, without empty ones.
type fields map[string]string

// vcdaLogins are the login types of VCDA.
var vcdaLogins = []loginType[vcda.Login]{
	{
		name: "local_user", doc: "An operating system user of the appliance, usually `root`.",
		fields: []field{
			{name: "username", env: "VCDA_USERNAME", value: values.Credential, doc: "Name of the user, usually `root`."},
			{name: "password", env: "VCDA_PASSWORD", value: values.Credential, secret: true, doc: "Password of the user."},
			{name: "previous_password", env: "VCDA_PREVIOUS_PASSWORD", value: values.Credential, secret: true, optional: true, doc: "Password that `root` had before `password`. It is tried once if `password` is refused. Set it in the run that changes the password of this appliance: its plan still logs in with the old one."},
		},
		build: func(f fields) (vcda.Login, error) {
			return vcda.LocalUser{Username: f["username"], Password: f["password"], Previous: f["previous_password"]}, nil
		},
	},
	{
		name: "sso_credentials", doc: "A user of vCenter Single Sign-On.",
		fields: []field{
			{name: "username", env: "VCDA_USERNAME", value: values.Credential, doc: "Name of the user, such as `administrator@vsphere.local`."},
			{name: "password", env: "VCDA_PASSWORD", value: values.Credential, secret: true, doc: "Password of the user."},
			{name: "principal", env: "VCDA_PRINCIPAL", value: values.Credential, optional: true, doc: "Principal of the session, if it is not the user."},
		},
		build: func(f fields) (vcda.Login, error) {
			return vcda.SSOCredentials{Username: f["username"], Password: f["password"], Principal: f["principal"]}, nil
		},
	},
	{
		name: "sso_token", doc: "A SAML token of vCenter Single Sign-On. A bearer token stands alone. A holder-of-key token needs `private_key`, or a ready-made `signature`. **Experimental**: no published document fixes the signed bytes.",
		fields: []field{
			{name: "saml_token", env: "VCDA_SAML_TOKEN", value: values.SAMLToken, secret: true, doc: "The SAML token."},
			{name: "private_key", env: "VCDA_SAML_PRIVATE_KEY", secret: true, optional: true, value: privateKey, rivals: []string{"signature"}, doc: "RSA private key (PEM) of the certificate in a holder-of-key token. The provider signs a fresh timestamp and nonce with it at every login."},
			{name: "signature", env: "VCDA_SAML_SIGNATURE", value: values.Token, secret: true, optional: true, rivals: []string{"private_key"}, doc: "Signature (base64, SHA256withRSA) over token, timestamp and nonce, made elsewhere. Its nonce is valid for one login, so it works in the apply of a saved plan, but not in an apply that plans first."},
			{name: "timestamp", env: "VCDA_SAML_TIMESTAMP", kind: number, optional: true, check: atLeastLong, rivals: []string{"private_key"}, doc: "Timestamp that the signature covers, in milliseconds since 1970."},
			{name: "nonce", env: "VCDA_SAML_NONCE", value: values.Credential, optional: true, rivals: []string{"private_key"}, doc: "Nonce that the signature covers."},
			{name: "principal", env: "VCDA_PRINCIPAL", value: values.Credential, optional: true, doc: "Principal that the session belongs to, if the token allows impersonation."},
		},
		build: buildSSOToken,
	},
	{
		name: "vcd_credentials", doc: "A user of Cloud Director.",
		fields: []field{
			{name: "username", env: "VCDA_USERNAME", value: values.CloudUser, doc: "Name of the user with its organization, such as `administrator@System`."},
			{name: "password", env: "VCDA_PASSWORD", value: values.Credential, secret: true, doc: "Password of the user."},
		},
		build: func(f fields) (vcda.Login, error) {
			return vcda.VCDCredentials{Username: f["username"], Password: f["password"]}, nil
		},
	},
	{
		name: "vcd_cookie", doc: "The auth cookie of a Cloud Director session. The schemas of appliances from 4.5 on no longer list it, so they may refuse it.",
		fields: []field{
			{name: "cookie", env: "VCDA_COOKIE", value: values.Token, secret: true, doc: "Value of the cookie."},
		},
		build: func(f fields) (vcda.Login, error) { return vcda.VCDCookie{Cookie: f["cookie"]}, nil },
	},
	{
		name: "vcd_access_token", doc: "An access token (JWT) of Cloud Director.",
		fields: []field{
			{name: "access_token", env: "VCDA_ACCESS_TOKEN", value: values.Token, secret: true, doc: "The access token."},
			{name: "context", env: "VCDA_CONTEXT", value: values.Credential, optional: true, doc: "Organization of the token, if another Cloud Director than the appliance's own issued it."},
		},
		build: func(f fields) (vcda.Login, error) {
			return vcda.VCDAccessToken{AccessToken: f["access_token"], Context: f["context"]}, nil
		},
	},
	{
		name: "vcd_api_token", doc: "An API token of Cloud Director. Documented for appliances of version 4.7.",
		fields: []field{
			{name: "api_token", env: "VCDA_API_TOKEN", value: values.Token, secret: true, doc: "The API token."},
			{name: "org", env: "VCDA_ORG", value: values.Credential, doc: "Short name of the organization of the token."},
		},
		build: func(f fields) (vcda.Login, error) {
			return vcda.VCDAPIToken{APIToken: f["api_token"], Org: f["org"]}, nil
		},
	},
	{
		name: "session_token", doc: "The token of a session that exists already. The provider never logs it out.",
		fields: []field{
			{name: "token", env: "VCDA_SESSION_TOKEN", value: values.Token, secret: true, doc: "Value of the `X-VCAV-Auth` header."},
		},
		build: func(f fields) (vcda.Login, error) { return vcda.SessionToken{Token: f["token"]}, nil },
	},
}

func buildSSOToken(f fields) (vcda.Login, error) {
	if f["signature"] != "" {
		switch {
		case f["private_key"] != "":
			return nil, errors.New("private_key and signature exclude each other")
		case f["timestamp"] == "" || f["nonce"] == "":
			return nil, errors.New("a ready-made signature needs its timestamp and its nonce")
		}
	}
	login := vcda.SSOToken{
		SAMLToken: f["saml_token"], PrivateKey: f["private_key"], Signature: f["signature"],
		Nonce: f["nonce"], Principal: f["principal"],
	}
	if f["timestamp"] != "" {
		timestamp, err := strconv.ParseInt(f["timestamp"], 10, 64)
		if err != nil {
			return nil, err
		}
		login.Timestamp = timestamp
	}
	return login, nil
}

func privateKey(text string) (string, error) {
	_, err := values.PrivateKey(text)
	return text, err
}

func atLeastLong(s string) error {
	if n, err := strconv.ParseInt(s, 10, 64); err != nil || n <= 0 {
		return errors.New("it is not a number of milliseconds since 1970")
	}
	return nil
}

// loginSettings are the rows of the configuration table for a system's login
// types.
func loginSettings[L any](prefix string, types []loginType[L]) []setting {
	var rows []setting
	for _, t := range types {
		for _, f := range t.fields {
			doc := f.doc
			if !f.optional {
				doc = "**Required**, here or in its environment variable. " + doc
			}
			rows = append(rows, setting{
				path: strings.Join([]string{prefix, t.name, f.name}, "."), env: f.env,
				kind: f.kind, secret: f.secret, check: f.check, value: f.value, doc: doc,
			})
		}
	}
	return rows
}

// loginDocs describes the objects of a system's login types.
func loginDocs[L any](prefix string, types []loginType[L]) map[string]string {
	docs := map[string]string{}
	for _, t := range types {
		docs[prefix+"."+t.name] = t.doc
	}
	return docs
}
