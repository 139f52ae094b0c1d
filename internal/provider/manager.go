package provider

import (
	"net"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// managerSettings are the rows of the object manager.
var managerSettings = []setting{
	{path: "manager.url", env: "VCDA_MANAGER_URL", value: values.BaseURL, doc: "Address of the Manager service, without a path, such as `https://cloud-a.example.com:8441`. Default: the host of `url`, port 8441."},
	{path: "manager.thumbprint", env: "VCDA_MANAGER_THUMBPRINT", value: values.Thumbprint, doc: "SHA-256 thumbprint of the Manager's certificate, which differs from that of the Cloud service."},
	{path: "manager.ca_certificate", env: "VCDA_MANAGER_CA_CERTIFICATE", value: tlsutil.Authority, doc: "Certificate authority to trust in addition to the system roots: PEM text, or the path of a PEM file. Default: that of the provider block."},
}

var managerObjects = map[string]string{
	"manager": "The Manager service of a Cloud service, for replicators. It has its own certificate and port, and the same login. The provider contacts it only for a replicator. Unused on a vCenter Replication Management Appliance.",
}

// managerPort is the port of the Manager of a Cloud service.
const managerPort = "8441"

// configureManager prepares the client of the Manager of a Cloud service. It
// contacts no system. Only operations that need the client fail with an error of
// its settings.
func (p *vcdaProvider) configureManager(c *configuration, common shared) providerdata.System[vcda.Client] {
	base := c.get("manager.url")
	if base == "" && c.unknown == "" {
		base = managerURL(c.get("url"))
	}
	if base == "" && c.unknown == "" {
		return providerdata.Absent[vcda.Client](diag.NewErrorDiagnostic("Unable to use the Manager service",
			"The provider block has no url. Set it, or the variable VCDA_URL, to the address of the appliance."))
	}
	login, _ := resolveLogin(c, "login", "VCDA_LOGIN", vcdaLogins)
	layer := p.transport(c, "", base, common.agent)
	layer.Trust.Thumbprint = c.get("manager.thumbprint")
	if ca := c.certificate("manager.ca_certificate"); ca != "" {
		layer.Trust.CACertificate = ca
	}
	version := c.get("api_version")
	switch {
	case c.unknown != "":
		return providerdata.Absent[vcda.Client](notYetKnown(c.unknown))
	case c.diags.HasError():
		return providerdata.Absent[vcda.Client](withoutPaths(c.diags.Errors())...)
	}
	client, err := vcda.New(vcda.Options{Transport: layer, Login: login, Service: vcda.Manager, Clock: p.clock, APIVersion: version, Queue: common.queue, PreviousUsed: common.previous.Used})
	if err != nil {
		return providerdata.Absent[vcda.Client](diag.NewErrorDiagnostic("Invalid manager.ca_certificate", reason(err)))
	}
	p.cleanup.Add(client.Logout)
	return providerdata.Ready(client)
}

// managerURL returns the address of the Manager on the host of a URL, or "".
func managerURL(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return "https://" + net.JoinHostPort(u.Hostname(), managerPort)
}

// appliances resolves the settings for resources with their own appliance address.
func (p *vcdaProvider) appliances(c *configuration, common shared) providerdata.Appliances {
	var all providerdata.Appliances
	base := c.get("url")
	all.Own.Unknown = c.unknown != ""
	settings := p.transport(c, "", base, common.agent)
	all.Own.URL, all.Own.Trust = strings.TrimRight(base, "/"), settings.Trust
	version := c.get("api_version")
	all.Connect = func(base *url.URL, trust tlsutil.Trust, login vcda.Login) (*vcda.Client, error) {
		layer := settings
		layer.BaseURL, layer.Trust = base, trust
		return vcda.New(vcda.Options{Transport: layer, Login: login, Clock: p.clock, APIVersion: version, Queue: common.queue})
	}
	return all
}
