package simulator

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

const productName = "VMware Cloud Director Availability"

var buildDate = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// aboutInfo is AboutInfo (section 6).
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

const (
	lookupServiceURL = "https://vcenter.example.com:443/lookupservice/sdk"
	directorURL      = "https://director.example.com:443/api"
	tunnelURL        = "https://tunnel.example.com:8047"
)

// getConfig is GET /config. The servers it names don't exist, so all show the
// appliance's own certificate.
func (c *call) getConfig() (reply, *problem) {
	a := c.appliance
	if a.service == Manager {
		return reply{status: http.StatusOK, plain: true, body: managerConfig{
			ID: a.instanceID, Site: a.site, LsURL: lookupServiceURL, LsThumbprint: a.thumbprint,
			TunnelURL: tunnelURL, TunnelCertificate: a.certificateBase64(),
		}}, nil
	}
	return reply{status: http.StatusOK, plain: true, body: cloudConfig{
		ID: a.instanceID, LsURL: lookupServiceURL, LsThumbprint: a.thumbprint, LocalSite: a.site,
		VcdURL: directorURL, VcdThumbprint: a.thumbprint, VcdUsername: defaultAdministrator,
		TunnelURL: tunnelURL, TunnelCertificate: a.certificateBase64(),
	}}, nil
}

// isConfigured is GET /config/is-configured.
func (c *call) isConfigured() (reply, *problem) {
	return reply{status: http.StatusOK, plain: true, body: map[string]bool{"isConfigured": true}}, nil
}

// remoteCertificate is GET /config/remote-certificate: the appliance looks at
// the certificate behind a URL.
func (c *call) remoteCertificate() (reply, *problem) {
	if via := c.query.Get("viaTunnel"); via != "" && via != "true" && via != "false" {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Query parameter viaTunnel is neither true nor false.")
	}
	raw := c.query.Get("url")
	if raw == "" {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Query parameter url is missing.")
	}
	remote := c.appliance.fixture.byURL(raw)
	if remote == nil {
		return reply{}, refuse(http.StatusInternalServerError, "GeneralServerFailure", "Nothing answers at %s.", raw)
	}
	return reply{status: http.StatusOK, plain: true, body: remoteCertificateInfo{
		Certificate: describeCertificate(remote.certificate), Encoded: remote.certificateBase64(),
	}}, nil
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
