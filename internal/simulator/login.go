package simulator

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	clockTolerance  = 5 * time.Minute
	apiTokenVersion = "4.7" // the first to know API tokens
)

// checkLogin reads the body of POST /sessions; each login type has its own
// fields.
func (c *call) checkLogin() (*Account, *problem) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(c.body, &kind); err != nil {
		return nil, violation(http.StatusBadRequest, "BadRequest", "The body is not a login: %v.", err)
	}
	switch kind.Type {
	case "localUser":
		return c.localUser()
	case "ssoCredentials":
		return c.ssoCredentials()
	case "ssoToken":
		return c.ssoToken()
	case "vcdCredentials":
		return c.vcdCredentials()
	case "vcdAccessToken":
		return c.vcdAccessToken()
	case "vcdApiToken":
		return c.vcdAPIToken()
	case "vcdCookie":
		return c.vcdCookie()
	}
	return nil, refuse(http.StatusBadRequest, "BadUserInput", "Login type %s is not supported.", kind.Type)
}

// wrongLogin is the response to every wrong secret.
func wrongLogin() *problem {
	return refuse(http.StatusUnauthorized, "NotAuthenticated", "Authentication required.")
}

func (c *call) localUser() (*Account, *problem) {
	var body struct {
		Type          string `json:"type"`
		LocalUser     string `json:"localUser"`
		LocalPassword string `json:"localPassword"`
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	found := findPassword(c.appliance.host.accounts.LocalUsers, body.LocalUser, body.LocalPassword)
	if found == nil {
		return nil, wrongLogin()
	}
	return &found.Account, nil
}

func (c *call) ssoCredentials() (*Account, *problem) {
	var body struct {
		Type      string  `json:"type"`
		Username  string  `json:"username"`
		Password  string  `json:"password"`
		Principal *string `json:"principal"`
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	found := findPassword(c.appliance.host.accounts.SSOUsers, body.Username, body.Password)
	if found == nil {
		return nil, wrongLogin()
	}
	return found.principal(body.Principal, found.Principals)
}

// principal returns the account of the principal that a login names.
func (a Account) principal(principal *string, allowed []string) (*Account, *problem) {
	if principal == nil || *principal == a.User {
		return &a, nil
	}
	if !slices.Contains(allowed, *principal) {
		return nil, wrongLogin()
	}
	a.User = *principal
	return &a, nil
}

// samlLogin is SamlRequest; a bearer token needs only samlToken.
type samlLogin struct {
	Type      string  `json:"type"`
	SAMLToken string  `json:"samlToken"`
	Timestamp int64   `json:"timestamp"`
	Nonce     string  `json:"nonce"`
	Signature string  `json:"signature"`
	Principal *string `json:"principal"`
}

func (c *call) ssoToken() (*Account, *problem) {
	var body samlLogin
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	for _, saml := range c.appliance.host.accounts.SAML {
		if saml.Token != body.SAMLToken {
			continue
		}
		if saml.Key != nil && !c.appliance.holdsKey(body, &saml.Key.PublicKey) {
			return nil, wrongLogin()
		}
		return saml.principal(body.Principal, saml.Principals)
	}
	return nil, wrongLogin()
}

// holdsKey reports whether the proof of possession is valid. The reference doesn't define the signed bytes; the
// simulator takes the decimal timestamp, no separators, and PKCS #1 v1.5. A nonce is valid once.
func (a *Appliance) holdsKey(body samlLogin, key *rsa.PublicKey) bool {
	age := a.fixture.now().Sub(time.UnixMilli(body.Timestamp))
	if age.Abs() > clockTolerance || body.Nonce == "" || a.nonces[body.Nonce] {
		return false
	}
	signature, err := base64.StdEncoding.DecodeString(body.Signature)
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(body.SAMLToken + strconv.FormatInt(body.Timestamp, 10) + body.Nonce))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return false
	}
	a.nonces[body.Nonce] = true
	return true
}

func (c *call) vcdCredentials() (*Account, *problem) {
	var body struct {
		Type        string `json:"type"`
		VCDUser     string `json:"vcdUser"`
		VCDPassword string `json:"vcdPassword"`
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	found := findPassword(c.appliance.host.accounts.VCDUsers, body.VCDUser, body.VCDPassword)
	if found == nil {
		return nil, wrongLogin()
	}
	return &found.Account, nil
}

func (c *call) vcdAccessToken() (*Account, *problem) {
	var body struct {
		Type           string `json:"type"`
		VCDAccessToken string `json:"vcdAccessToken"`
		Context        string `json:"context"`
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	return orWrongLogin(c.appliance.host.accounts.accessToken(body.VCDAccessToken, body.Context))
}

func (c *call) vcdAPIToken() (*Account, *problem) {
	var body struct {
		Type     string `json:"type"`
		APIToken string `json:"apiToken"`
		Org      string `json:"org"`
	}
	if c.version < apiTokenVersion {
		return nil, refuse(http.StatusBadRequest, "BadUserInput", "Login type vcdApiToken is not supported.")
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	return orWrongLogin(c.appliance.host.accounts.apiToken(body.APIToken, body.Org))
}

func (c *call) vcdCookie() (*Account, *problem) {
	var body struct {
		Type      string `json:"type"`
		VCDCookie string `json:"vcdCookie"`
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	return orWrongLogin(c.appliance.host.accounts.cookie(body.VCDCookie))
}

func orWrongLogin(account *Account) (*Account, *problem) {
	if account == nil {
		return nil, wrongLogin()
	}
	return account, nil
}

func findPassword(accounts []PasswordAccount, username, password string) *PasswordAccount {
	for _, p := range accounts {
		if p.Username == username && p.Password == password {
			return &p
		}
	}
	return nil
}

func (a Accounts) accessToken(token, context string) *Account {
	for _, t := range a.AccessTokens {
		if t.Token == token && t.Context == context {
			return &t.Account
		}
	}
	return nil
}

func (a Accounts) apiToken(token, org string) *Account {
	for _, t := range a.APITokens {
		if t.Token == token && t.Org == org {
			return &t.Account
		}
	}
	return nil
}

func (a Accounts) cookie(cookie string) *Account {
	for _, t := range a.Cookies {
		if t.Cookie == cookie {
			return &t.Account
		}
	}
	return nil
}
