package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// announcement is what -json prints.
type announcement struct {
	CACertificate string               `json:"ca_certificate"`
	Appliances    map[string]appliance `json:"appliances"`
}

type appliance struct {
	URL           string      `json:"url"`
	Service       string      `json:"service"`
	Thumbprint    string      `json:"thumbprint"`
	CACertificate string      `json:"ca_certificate"`
	Credentials   credentials `json:"credentials"`
}

// credentials are named like the provider's login objects; the second SAML
// token needs its holder's key.
type credentials struct {
	LocalUser      password    `json:"local_user"`
	SSOCredentials password    `json:"sso_credentials"`
	SSOToken       samlToken   `json:"sso_token"`
	SSOTokenHolder samlToken   `json:"sso_token_holder_of_key"`
	VCDCredentials password    `json:"vcd_credentials"`
	VCDCookie      cookie      `json:"vcd_cookie"`
	VCDAccessToken accessToken `json:"vcd_access_token"`
	VCDAPIToken    apiToken    `json:"vcd_api_token"`
}

type password struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type samlToken struct {
	SAMLToken  string `json:"saml_token"`
	PrivateKey string `json:"private_key,omitempty"`
}

type cookie struct {
	Cookie string `json:"cookie"`
}

type accessToken struct {
	AccessToken string `json:"access_token"`
}

type apiToken struct {
	APIToken string `json:"api_token"`
	Org      string `json:"org"`
}

// announce prints where the appliances are and how to log in.
func (s settings) announce(out io.Writer, estate *simulator.Estate, appliances []simulator.ApplianceOptions) error {
	all := announcement{CACertificate: estate.CertificateAuthority(), Appliances: map[string]appliance{}}
	for _, o := range appliances {
		all.Appliances[o.Site] = describe(estate.Appliance(o.Site), all.CACertificate)
	}
	if s.json {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(all)
	}
	var text strings.Builder
	for _, o := range appliances {
		writeAppliance(&text, o.Site, all.Appliances[o.Site])
	}
	if s.caFile != "" {
		fmt.Fprintf(&text, "certificate authority: %s\n", s.caFile)
	} else {
		fmt.Fprintf(&text, "certificate authority:\n%s", all.CACertificate)
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func describe(a *simulator.Appliance, ca string) appliance {
	return appliance{
		URL: a.URL(), Service: string(a.Service()), Thumbprint: a.Thumbprint(),
		CACertificate: ca, Credentials: firstOfEach(a.Accounts()),
	}
}

func firstOfEach(a simulator.Accounts) credentials {
	bearer, holder := a.SAML[0], a.SAML[1]
	return credentials{
		LocalUser:      password{a.LocalUsers[0].Username, a.LocalUsers[0].Password},
		SSOCredentials: password{a.SSOUsers[0].Username, a.SSOUsers[0].Password},
		SSOToken:       samlToken{SAMLToken: bearer.Token},
		SSOTokenHolder: samlToken{SAMLToken: holder.Token, PrivateKey: holder.PrivateKeyPEM()},
		VCDCredentials: password{a.VCDUsers[0].Username, a.VCDUsers[0].Password},
		VCDCookie:      cookie{a.Cookies[0].Cookie},
		VCDAccessToken: accessToken{a.AccessTokens[0].Token},
		VCDAPIToken:    apiToken{a.APITokens[0].Token, a.APITokens[0].Org},
	}
}

// writeAppliance leaves out the holder-of-key token: a key is nothing for a
// terminal.
func writeAppliance(out io.Writer, site string, a appliance) {
	c := a.Credentials
	fmt.Fprintf(out, "%s (%s)\n", site, a.Service)
	for _, row := range [][2]string{
		{"url", a.URL},
		{"thumbprint", a.Thumbprint},
		{"local_user", c.LocalUser.Username + " / " + c.LocalUser.Password},
		{"sso_credentials", c.SSOCredentials.Username + " / " + c.SSOCredentials.Password},
		{"sso_token", c.SSOToken.SAMLToken},
		{"vcd_credentials", c.VCDCredentials.Username + " / " + c.VCDCredentials.Password},
		{"vcd_cookie", c.VCDCookie.Cookie},
		{"vcd_access_token", c.VCDAccessToken.AccessToken},
		{"vcd_api_token", c.VCDAPIToken.APIToken + " of organisation " + c.VCDAPIToken.Org},
	} {
		fmt.Fprintf(out, "  %-17s %s\n", row[0], row[1])
	}
	fmt.Fprintln(out)
}
