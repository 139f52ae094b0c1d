package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// announcement is the output of -json. The guide on testing modules documents it: fields may be added, but none
// removed.
type announcement struct {
	CACertificate string               `json:"ca_certificate"`
	Control       string               `json:"control,omitempty"`
	LookupService server               `json:"lookup_service"` // known to the appliances, not served
	CloudDirector server               `json:"cloud_director"`
	Appliances    map[string]appliance `json:"appliances"`
	VCenter       vcenterSystem        `json:"vcenter"`
	Storware      storwareSystem       `json:"storware"`
}

// server is a system that the appliances know.
type server struct {
	URL        string `json:"url"`
	Thumbprint string `json:"thumbprint"`
}

type appliance struct {
	URL           string            `json:"url"`
	APIURL        string            `json:"api_url"` // address that its peers use
	Service       string            `json:"service"`
	Thumbprint    string            `json:"thumbprint"`
	Certificate   string            `json:"certificate"` // PEM
	CACertificate string            `json:"ca_certificate"`
	Manager       *server           `json:"manager,omitempty"` // of an appliance with a Cloud service
	Pairings      map[string]string `json:"pairings"`          // id of vcda_site_pairing by site
	Credentials   credentials       `json:"credentials"`
}

type vcenterSystem struct {
	endpoint
	Credentials struct {
		Credentials password `json:"credentials"`
	} `json:"credentials"`
}

type storwareSystem struct {
	endpoint
	Credentials struct {
		Credentials password `json:"credentials"`
		Token       token    `json:"token"`
		Node        node     `json:"node"`
	} `json:"credentials"`
}

// endpoint is the address and the certificate of a system.
type endpoint struct {
	URL           string `json:"url"`
	Thumbprint    string `json:"thumbprint"`
	CACertificate string `json:"ca_certificate"`
}

// credentials are named like the provider's login objects; the second SAML token needs its private key.
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

type token struct {
	Token string `json:"token"`
}

type node struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Version  string `json:"version"`
}

// nodeVersion is arbitrary: the simulator accepts any.
const nodeVersion = "7.4.0"

// announce prints the addresses and credentials of the systems, unless the output belongs to a command.
func (s settings) announce(out io.Writer, served *systems) error {
	all := served.describeAll()
	if s.jsonFile != "" {
		if err := writeWhole(s.jsonFile, all); err != nil {
			return err
		}
	}
	switch {
	case len(s.command) > 0:
		return nil
	case s.json:
		return writeJSON(out, all)
	}
	var text strings.Builder
	for _, a := range served.appliances() {
		writeAppliance(&text, a.Site(), all.Appliances[a.Site()])
	}
	writeVCenter(&text, all.VCenter)
	writeStorware(&text, all.Storware)
	if all.Control != "" {
		fmt.Fprintf(&text, "control: %s\n\n", all.Control)
	}
	if s.caFile != "" {
		fmt.Fprintf(&text, "certificate authorities: %s\n", s.caFile)
	} else {
		fmt.Fprintf(&text, "certificate authorities:\n%s", served.authorities())
	}
	_, err := io.WriteString(out, text.String())
	return err
}

func writeJSON(out io.Writer, all announcement) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(all)
}

// writeWhole creates the file together with its content, so that a script can read it as soon as it exists.
func writeWhole(name string, all announcement) error {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".")
	if err != nil {
		return err
	}
	err = errors.Join(writeJSON(file, all), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func (s *systems) describeAll() announcement {
	all := announcement{
		CACertificate: s.fixture.CertificateAuthority(), Appliances: map[string]appliance{},
		VCenter: describeVCenter(s.vcenter), Storware: describeStorware(s.storware),
	}
	all.LookupService = server{simulator.LookupServiceURL, s.fixture.ServerThumbprint(simulator.LookupServiceURL)}
	all.CloudDirector = server{simulator.DirectorURL, s.fixture.ServerThumbprint(simulator.DirectorURL)}
	if s.control != nil {
		all.Control = s.control.url
	}
	for _, a := range s.appliances() {
		all.Appliances[a.Site()] = s.describe(a)
	}
	return all
}

func (s *systems) describe(a *simulator.Appliance) appliance {
	out := appliance{
		URL: a.URL(), APIURL: a.PublicURL(), Service: string(a.Service()), Thumbprint: a.Thumbprint(), Certificate: a.CertificatePEM(),
		CACertificate: s.fixture.CertificateAuthority(), Pairings: map[string]string{}, Credentials: firstOfEach(a.Accounts()),
	}
	if manager := a.Manager(); manager != nil {
		out.Manager = &server{manager.URL(), manager.Thumbprint()}
	}
	for _, row := range a.Sites() {
		out.Pairings[row.Site] = row.Site
		if row.ID != "" {
			out.Pairings[row.Site] = row.ID
		}
	}
	return out
}

func describeVCenter(v *vcenter.Server) vcenterSystem {
	out := vcenterSystem{endpoint: endpoint{v.URL(), v.Thumbprint(), v.CertificateAuthority()}}
	out.Credentials.Credentials = password{v.Username(), v.Password()}
	return out
}

func describeStorware(s *storware.Server) storwareSystem {
	out := storwareSystem{endpoint: endpoint{s.URL(), s.Thumbprint(), s.CertificateAuthority()}}
	user, member := s.Accounts().Users[0], s.Accounts().Nodes[0]
	out.Credentials.Credentials = password{user.Name, user.Password}
	out.Credentials.Token = token{user.Token}
	out.Credentials.Node = node{member.Name, member.Password, nodeVersion}
	return out
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

// writeAppliance leaves out the holder-of-key token: its private key does not belong on a terminal.
func writeAppliance(out io.Writer, site string, a appliance) {
	c := a.Credentials
	fmt.Fprintf(out, "%s (%s)\n", site, a.Service)
	writeRows(out, [][2]string{
		{"url", a.URL},
		{"api_url", a.APIURL},
		{"thumbprint", a.Thumbprint},
		{"local_user", c.LocalUser.Username + " / " + c.LocalUser.Password},
		{"sso_credentials", c.SSOCredentials.Username + " / " + c.SSOCredentials.Password},
		{"sso_token", c.SSOToken.SAMLToken},
		{"vcd_credentials", c.VCDCredentials.Username + " / " + c.VCDCredentials.Password},
		{"vcd_cookie", c.VCDCookie.Cookie},
		{"vcd_access_token", c.VCDAccessToken.AccessToken},
		{"vcd_api_token", c.VCDAPIToken.APIToken + " of organization " + c.VCDAPIToken.Org},
	})
}

func writeVCenter(out io.Writer, v vcenterSystem) {
	fmt.Fprintln(out, "vcenter")
	c := v.Credentials
	writeRows(out, [][2]string{
		{"url", v.URL},
		{"thumbprint", v.Thumbprint},
		{"credentials", c.Credentials.Username + " / " + c.Credentials.Password},
	})
}

func writeStorware(out io.Writer, s storwareSystem) {
	fmt.Fprintln(out, "storware")
	c := s.Credentials
	writeRows(out, [][2]string{
		{"url", s.URL},
		{"thumbprint", s.Thumbprint},
		{"credentials", c.Credentials.Username + " / " + c.Credentials.Password},
		{"token", c.Token.Token},
		{"node", c.Node.Name + " / " + c.Node.Password + " of version " + c.Node.Version},
	})
}

func writeRows(out io.Writer, rows [][2]string) {
	for _, row := range rows {
		fmt.Fprintf(out, "  %-17s %s\n", row[0], row[1])
	}
	fmt.Fprintln(out)
}
