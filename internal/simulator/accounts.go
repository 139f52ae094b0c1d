package simulator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"sync"
)

// Account is the owner of a session, as GET /sessions reports it.
type Account struct {
	User  string
	Roles []string
	Org   string // the organization in Cloud Director
}

// PasswordAccount logs in with a name and a password.
type PasswordAccount struct {
	Account
	Username, Password string
	Principals         []string // other users that an SSO account may impersonate
}

// SAMLAccount logs in with a SAML token.
type SAMLAccount struct {
	Account
	Token      string
	Key        *rsa.PrivateKey // nil: a bearer token, else the holder's key
	Principals []string
}

// PrivateKeyPEM returns the holder's key as PKCS #8.
func (s SAMLAccount) PrivateKeyPEM() string {
	der, err := x509.MarshalPKCS8PrivateKey(s.Key)
	if err != nil {
		panic(err) // an RSA key can always be marshaled
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// CookieAccount logs in with a Cloud Director cookie.
type CookieAccount struct {
	Account
	Cookie string
}

// AccessTokenAccount logs in with a Cloud Director access token. Context is
// set when another Cloud Director issued it.
type AccessTokenAccount struct {
	Account
	Token, Context string
}

// APITokenAccount logs in with a Cloud Director API token; the request names
// its organization.
type APITokenAccount struct {
	Account
	Token string
}

// Accounts are the accounts that may log in to an appliance, by login type.
type Accounts struct {
	LocalUsers    []PasswordAccount    // localUser
	SSOUsers      []PasswordAccount    // ssoCredentials
	SAML          []SAMLAccount        // ssoToken
	VCDUsers      []PasswordAccount    // vcdCredentials; extend by credentials
	Cookies       []CookieAccount      // vcdCookie; extend by cookie
	AccessTokens  []AccessTokenAccount // vcdAccessToken; extend by access token
	APITokens     []APITokenAccount    // vcdApiToken; extend by API token
	MultisiteOrgs []string             // organizations associated with those of other sites; extend by multisite
}

// Default accounts, for tests and for the command.
const (
	defaultAdministrator = "administrator@System"
	defaultBearerToken   = `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_simulator-bearer"/>`
	defaultHolderToken   = `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="_simulator-holder-of-key"/>`
)

// DefaultAccounts returns administrators for each login type, and one SSO user
// and one tenant without rights to write. The first row of each type is the
// one the command prints.
func DefaultAccounts() Accounts {
	sso := administrator("administrator@vsphere.local", "System")
	system := administrator(defaultAdministrator, "System")
	return Accounts{
		LocalUsers: []PasswordAccount{
			{Account: administrator("root", "System"), Username: "root", Password: "Simulator-root-1"},
		},
		SSOUsers: []PasswordAccount{
			{Account: sso, Username: sso.User, Password: "Simulator-sso-1"},
			{Account: tenant("operator@vsphere.local", "System"), Username: "operator@vsphere.local", Password: "Simulator-operator-1"},
		},
		SAML: []SAMLAccount{
			{Account: sso, Token: defaultBearerToken},
			{Account: sso, Token: defaultHolderToken, Key: holderKey()},
		},
		VCDUsers: []PasswordAccount{
			{Account: system, Username: system.User, Password: "Simulator-vcd-1"},
			{Account: tenant("tenant@acme", "acme"), Username: "tenant@acme", Password: "Simulator-tenant-1"},
		},
		Cookies: []CookieAccount{{Account: system, Cookie: "simulator-cookie-f12977876fef48a6"}},
		AccessTokens: []AccessTokenAccount{
			{Account: system, Token: "eyJhbGciOiJSUzI1NiJ9.simulator-own-director.c2ln"},
			{Account: system, Token: "eyJhbGciOiJSUzI1NiJ9.simulator-other-director.c2ln", Context: "acme-dr"},
		},
		APITokens:     []APITokenAccount{{Account: system, Token: "simulator-api-token-0c1d2e3f"}},
		MultisiteOrgs: []string{"System", "acme"},
	}
}

func administrator(user, org string) Account {
	return Account{User: user, Org: org, Roles: []string{"EVERYONE", "ADMINISTRATORS", "VRADMINISTRATORS"}}
}

func tenant(user, org string) Account {
	return Account{User: user, Org: org, Roles: []string{"EVERYONE"}}
}

func (a Account) isAdmin() bool {
	return slices.Contains(a.Roles, "ADMINISTRATORS") || slices.Contains(a.Roles, "VRADMINISTRATORS")
}

// holderKey is made once per process: making RSA keys is slow.
var holderKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return key
})
