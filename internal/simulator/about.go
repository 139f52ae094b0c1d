package simulator

import (
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

const productName = "VMware Cloud Director Availability"

var buildDate = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// aboutInfo is AboutInfo.
type aboutInfo struct {
	ProductName  string `json:"productName"`
	ServiceType  string `json:"serviceType"`
	BuildVersion string `json:"buildVersion"`
	BuildDate    int64  `json:"buildDate"`
	InstanceID   string `json:"instanceId"`
}

// about is GET /diagnostics/about.
func (c *call) about() (reply, *problem) {
	a := c.appliance
	return reply{status: http.StatusOK, body: aboutInfo{
		ProductName: productName, ServiceType: a.options.ServiceType, BuildVersion: a.buildVersion(),
		BuildDate: buildDate, InstanceID: a.instanceID,
	}}, nil
}

func (a *Appliance) buildVersion() string { return a.newestVersion() + ".1.24000000-5e1f1a7e" }

// managerConfig and cloudConfig are the answers of GET /config.
type managerConfig struct {
	ID                string `json:"id"`
	Site              string `json:"site"`
	LsURL             string `json:"lsUrl"`
	LsThumbprint      string `json:"lsThumbprint"`
	TunnelURL         string `json:"tunnelUrl"`
	TunnelCertificate string `json:"tunnelCertificate"`
}

type cloudConfig struct {
	ID                   string `json:"id"`
	LsURL                string `json:"lsUrl"`
	LsThumbprint         string `json:"lsThumbprint"`
	LocalSite            string `json:"localSite"`
	LocalSiteDescription string `json:"localSiteDescription"`
	VcdURL               string `json:"vcdUrl"`
	VcdThumbprint        string `json:"vcdThumbprint"`
	VcdUsername          string `json:"vcdUsername"`
	TunnelURL            string `json:"tunnelUrl"`
	TunnelCertificate    string `json:"tunnelCertificate"`
	IsCombined           bool   `json:"isCombined"`
}

// getConfig is GET /config.
func (c *call) getConfig() (reply, *problem) {
	return reply{status: http.StatusOK, plain: true, body: c.appliance.config()}, nil
}

func (a *Appliance) config() any {
	s := a.setup
	tunnelURL, tunnelCertificate := a.tunnelOfConfig()
	if a.service != Cloud {
		return managerConfig{
			ID: a.instanceID, Site: a.site, LsURL: s.lookupService.URL, LsThumbprint: s.lookupService.Thumbprint,
			TunnelURL: tunnelURL, TunnelCertificate: tunnelCertificate,
		}
	}
	return cloudConfig{
		ID: a.instanceID, LsURL: s.lookupService.URL, LsThumbprint: s.lookupService.Thumbprint,
		LocalSite: a.site, LocalSiteDescription: s.description,
		VcdURL: s.director.URL, VcdThumbprint: s.director.Thumbprint, VcdUsername: s.director.Username,
		TunnelURL: tunnelURL, TunnelCertificate: tunnelCertificate,
	}
}

// remoteCertificate is GET /config/remote-certificate: the appliance reads the certificate of the server at a URL.
func (c *call) remoteCertificate() (reply, *problem) {
	if via := c.query.Get("viaTunnel"); via != "" && via != "true" && via != "false" {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Query parameter viaTunnel is neither true nor false.")
	}
	raw := c.query.Get("url")
	if raw == "" {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Query parameter url is missing.")
	}
	remote := c.appliance.fixture.certificateAt(raw)
	if remote == nil {
		return reply{}, refuse(http.StatusInternalServerError, "GeneralServerFailure", "Nothing answers at %s.", raw)
	}
	return showCertificate(remote), nil
}

// ownCertificate is GET /config/certificate.
func (c *call) ownCertificate() (reply, *problem) {
	return showCertificate(c.appliance.certificate), nil
}

func showCertificate(certificate *tls.Certificate) reply {
	return reply{status: http.StatusOK, plain: true, body: remoteCertificateInfo{
		Certificate: describeCertificate(certificate), Encoded: base64.StdEncoding.EncodeToString(certificate.Certificate[0]),
	}}
}

type remoteCertificateInfo struct {
	Certificate certificateInfo `json:"certificate"`
	Encoded     string          `json:"encoded"`
}

type certificateInfo struct {
	ThumbPrint string `json:"thumbPrint"`
	IssuedTo   struct {
		CN string `json:"CN"`
	} `json:"issuedTo"`
	ExpiresOn int64 `json:"expiresOn"`
}

func describeCertificate(certificate *tls.Certificate) certificateInfo {
	info := certificateInfo{ThumbPrint: certs.Thumbprint(certificate.Leaf.Raw), ExpiresOn: certificate.Leaf.NotAfter.UnixMilli()}
	info.IssuedTo.CN = certificate.Leaf.Subject.CommonName
	return info
}
