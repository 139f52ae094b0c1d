package main

import (
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// accounts are the accounts of a site, named like the provider's login objects. A list replaces the default accounts
// of its type.
type accounts struct {
	LocalUser      []passwordAccount    `json:"local_user"`
	SSOCredentials []passwordAccount    `json:"sso_credentials"`
	VCDCredentials []passwordAccount    `json:"vcd_credentials"`
	VCDAccessToken []accessTokenAccount `json:"vcd_access_token"`
	VCDAPIToken    []apiTokenAccount    `json:"vcd_api_token"`
	MultisiteOrgs  []string             `json:"multisite_orgs"`
}

type passwordAccount struct {
	Username string   `json:"username"`
	Password string   `json:"password"`
	Org      string   `json:"org"`
	Roles    []string `json:"roles"`
}

type accessTokenAccount struct {
	AccessToken string   `json:"access_token"`
	Context     string   `json:"context"`
	User        string   `json:"user"`
	Org         string   `json:"org"`
	Roles       []string `json:"roles"`
}

type apiTokenAccount struct {
	APIToken string   `json:"api_token"`
	User     string   `json:"user"`
	Org      string   `json:"org"`
	Roles    []string `json:"roles"`
}

func (a accounts) check(path string) error {
	for name, list := range map[string][]passwordAccount{
		"local_user": a.LocalUser, "sso_credentials": a.SSOCredentials, "vcd_credentials": a.VCDCredentials,
	} {
		if err := checkList(path+"."+name, list, func(p passwordAccount) [][2]string {
			return [][2]string{{"username", p.Username}, {"password", p.Password}}
		}); err != nil {
			return err
		}
	}
	if err := checkList(path+".vcd_access_token", a.VCDAccessToken, func(t accessTokenAccount) [][2]string {
		return [][2]string{{"access_token", t.AccessToken}, {"user", t.User}}
	}); err != nil {
		return err
	}
	return checkList(path+".vcd_api_token", a.VCDAPIToken, func(t apiTokenAccount) [][2]string {
		return [][2]string{{"api_token", t.APIToken}, {"user", t.User}, {"org", t.Org}}
	})
}

// checkList requires at least one account, because one of each type is announced, and the fields without a default.
func checkList[T any](path string, list []T, required func(T) [][2]string) error {
	if list != nil && len(list) == 0 {
		return errorAt(path, "must not be empty")
	}
	for i, item := range list {
		for _, field := range required(item) {
			if field[1] == "" {
				return errorAt(fmt.Sprintf("%s[%d].%s", path, i, field[0]), "is missing")
			}
		}
	}
	return nil
}

// merged returns the accounts, with the defaults of the types that are left out.
func (a accounts) merged() simulator.Accounts {
	all := simulator.DefaultAccounts()
	replace(&all.LocalUsers, a.LocalUser, passwordAccount.account)
	replace(&all.SSOUsers, a.SSOCredentials, passwordAccount.account)
	replace(&all.VCDUsers, a.VCDCredentials, passwordAccount.account)
	replace(&all.AccessTokens, a.VCDAccessToken, func(t accessTokenAccount) simulator.AccessTokenAccount {
		return simulator.AccessTokenAccount{Account: owner(t.User, t.Org, t.Roles), Token: t.AccessToken, Context: t.Context}
	})
	replace(&all.APITokens, a.VCDAPIToken, func(t apiTokenAccount) simulator.APITokenAccount {
		return simulator.APITokenAccount{Account: owner(t.User, t.Org, t.Roles), Token: t.APIToken}
	})
	if a.MultisiteOrgs != nil {
		all.MultisiteOrgs = a.MultisiteOrgs
	}
	return all
}

func replace[From, To any](list *[]To, given []From, convert func(From) To) {
	if given == nil {
		return
	}
	*list = nil
	for _, item := range given {
		*list = append(*list, convert(item))
	}
}

func (p passwordAccount) account() simulator.PasswordAccount {
	return simulator.PasswordAccount{Account: owner(p.Username, p.Org, p.Roles), Username: p.Username, Password: p.Password}
}

// owner returns the account of a user, an administrator of the organization System by default.
func owner(user, org string, roles []string) simulator.Account {
	out := simulator.DefaultAccounts().LocalUsers[0].Account
	out.User = user
	setIfGiven(&out.Org, org)
	if roles != nil {
		out.Roles = roles
	}
	return out
}
