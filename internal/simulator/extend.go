package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// extend is POST /sessions/extend. Prose and schema of the reference disagree on access tokens; the appliance accepts
// one of the two forms.
func (c *call) extend() (reply, *problem) {
	site, check, err := c.readExtension()
	if err != nil {
		return reply{}, err
	}
	if site == c.appliance.site {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "Site %s is the local one.", site)
	}
	remote := c.appliance.pairedPeer(site)
	if remote == nil {
		return reply{}, refuse(http.StatusNotFound, "SiteNotFound", "Site %s was not found.", site)
	}
	account := check(remote.host.accounts)
	if account == nil {
		return reply{}, refuse(http.StatusUnauthorized, "RemoteAuthenticationFailure", "Site %s refused the authentication.", site)
	}
	c.session.forget(site)
	c.session.extensions = append(c.session.extensions, extension{site: site, account: *account})
	return c.details(), nil
}

// remoteCheck looks a login up among the accounts of the remote site.
type remoteCheck func(Accounts) *Account

// readExtension reads the body in the form of its type.
func (c *call) readExtension() (site string, check remoteCheck, err *problem) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(c.body, &kind); err != nil {
		return "", nil, violation(http.StatusBadRequest, "BadRequest", "The body is not an extension: %v.", err)
	}
	prose := c.appliance.options.ProseExtend
	switch {
	case kind.Type == "credentials":
		return c.extendByCredentials()
	case kind.Type == "multisite":
		return c.extendByMultisite()
	case kind.Type == "accessToken" && !prose:
		return c.extendByAccessToken()
	case kind.Type == "vcdAccessToken" && prose:
		return c.extendByProseToken()
	case kind.Type == "apiToken" && !prose && c.version >= apiTokenVersion:
		return c.extendByAPIToken()
	case kind.Type == "cookie" && c.appliance.options.CookieExtend:
		return c.extendByCookie()
	}
	return "", nil, refuse(http.StatusBadRequest, "BadUserInput", "Extension type %s is not supported.", kind.Type)
}

func (c *call) extendByCredentials() (string, remoteCheck, *problem) {
	var body struct {
		Type        string `json:"type"`
		Site        string `json:"site"`
		VCDUsername string `json:"vcdUsername"`
		VCDPassword string `json:"vcdPassword"`
	}
	err := c.decodeExtension(&body, &body.Site)
	return body.Site, func(a Accounts) *Account {
		if found := findPassword(a.VCDUsers, body.VCDUsername, body.VCDPassword); found != nil {
			return &found.Account
		}
		return nil
	}, err
}

func (c *call) extendByMultisite() (string, remoteCheck, *problem) {
	var body struct {
		Type string `json:"type"`
		Site string `json:"site"`
		Org  string `json:"org"`
	}
	err := c.decodeExtension(&body, &body.Site)
	return body.Site, func(a Accounts) *Account {
		if !slices.Contains(a.MultisiteOrgs, body.Org) {
			return nil
		}
		return &Account{User: c.session.account.User, Roles: c.session.account.Roles, Org: body.Org}
	}, err
}

func (c *call) extendByAccessToken() (string, remoteCheck, *problem) {
	var body struct {
		Type        string `json:"type"`
		Site        string `json:"site"`
		AccessToken string `json:"accessToken"`
		Context     string `json:"context"`
	}
	err := c.decodeExtension(&body, &body.Site)
	return body.Site, func(a Accounts) *Account { return a.accessToken(body.AccessToken, body.Context) }, err
}

func (c *call) extendByProseToken() (string, remoteCheck, *problem) {
	var body struct {
		Type           string `json:"type"`
		Site           string `json:"site"`
		VCDAccessToken string `json:"vcdAccessToken"`
	}
	err := c.decodeExtension(&body, &body.Site)
	return body.Site, func(a Accounts) *Account { return a.accessToken(body.VCDAccessToken, "") }, err
}

func (c *call) extendByAPIToken() (string, remoteCheck, *problem) {
	var body struct {
		Type  string `json:"type"`
		Site  string `json:"site"`
		Org   string `json:"org"`
		Token string `json:"token"`
	}
	err := c.decodeExtension(&body, &body.Site)
	return body.Site, func(a Accounts) *Account { return a.apiToken(body.Token, body.Org) }, err
}

func (c *call) extendByCookie() (string, remoteCheck, *problem) {
	var body struct {
		Type   string `json:"type"`
		Site   string `json:"site"`
		Cookie string `json:"cookie"`
	}
	err := c.decodeExtension(&body, &body.Site)
	return body.Site, func(a Accounts) *Account { return a.cookie(body.Cookie) }, err
}

func (c *call) decodeExtension(body any, site *string) *problem {
	if err := decode(c.body, body); err != nil {
		return err
	}
	if *site == "" {
		return violation(http.StatusBadRequest, "BadUserInput", "Field site is missing.")
	}
	return nil
}

// shrink is DELETE /sessions/{site}: it removes an extension.
func (c *call) shrink() (reply, *problem) {
	if c.key == c.appliance.site {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "Site %s is the local one.", c.key)
	}
	status := c.appliance.options.ShrinkUnknownStatus
	if c.session.forget(c.key) || status == http.StatusOK {
		return c.details(), nil
	}
	code := map[int]string{http.StatusBadRequest: "BadUserInput", http.StatusNotFound: "SiteNotFound"}[status]
	return reply{}, refuse(status, code, "The session is not extended to site %s.", c.key)
}

// forget removes an extension and reports whether there was one.
func (s *session) forget(site string) bool {
	before := len(s.extensions)
	s.extensions = slices.DeleteFunc(s.extensions, func(x extension) bool { return x.site == site })
	return len(s.extensions) < before
}

func (s *session) extensionTo(site string) *extension {
	for _, x := range s.extensions {
		if x.site == site {
			return &x
		}
	}
	return nil
}
