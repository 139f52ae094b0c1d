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
	{path: "manager.thumbprint", env: "VCDA_MANAGER_THUMBPRINT", value: values.Thumbprint, doc: "SHA-256 thumbprint of the Manager's certificate, which is another one than that of the Cloud service."},
	{path: "manager.ca_certificate", env: "VCDA_MANAGER_CA_CERTIFICATE", value: tlsutil.Authority, doc: "Certificate authority to trust in addition to the system roots: PEM text, or the path of a PEM file. Default: that of the provider block."},
}

var managerObjects = map[string]string{
	"manager": "The Manager service beside a Cloud service, for replicators. It has a certificate and a port of its own, and takes the same login; nothing contacts it before a replicator needs it. Unused on a vCenter Replication Management Appliance.",
}

// managerPort is where the Manager beside a Cloud service listens.
const managerPort = "8441"

// configureManager prepares the client of the Manager beside a Cloud service; it
// contacts nobody. What is wrong with its settings is an error of what needs it.
func (p *vcdaProvider) configureManager(c *configuration, common shared) providerdata.System[vcda.Client] {
	base := c.get("manager.url")
	if base == "" && c.unknown == "" {
		base = beside(c.get("url"))
	}
	if base == "" && c.unknown == "" {
		return providerdata.Absent[vcda.Client](diag.NewErrorDiagnostic("Unable to use the Manager service",
			"The provider block has no url. Set it, or the variable VCDA_URL, to the address of the appliance."))
	}
	login, _ := resolveLogin(c, "login", "VCDA_LOGIN", vcdaLogins)
	layer := p.transport(c, "", base, common.agent)
	layer.Trust.Thumbprint = c.get("manager.thumbprint")
	if own := c.certificate("manager.ca_certificate"); own != "" {
		layer.Trust.CACertificate = own
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

// beside is the address of the Manager at the host of a URL, "" without one.
func beside(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	return "https://" + net.JoinHostPort(u.Hostname(), managerPort)
}

// appliances resolves what resources need that name an appliance by themselves.
func (p *vcdaProvider) appliances(c *configuration, common shared) providerdata.Appliances {
	var all providerdata.Appliances
	own := c.get("url")
	all.Own.Unknown = c.unknown != ""
	settings := p.transport(c, "", own, common.agent)
	all.Own.URL, all.Own.Trust = strings.TrimRight(own, "/"), settings.Trust
	version := c.get("api_version")
	all.Connect = func(base *url.URL, trust tlsutil.Trust, login vcda.Login) (*vcda.Client, error) {
		layer := settings
		layer.BaseURL, layer.Trust = base, trust
		return vcda.New(vcda.Options{Transport: layer, Login: login, Clock: p.clock, APIVersion: version, Queue: common.queue})
	}
	return all
}
