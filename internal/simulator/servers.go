package simulator

import (
	"crypto/tls"
	"net/url"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// The lookup service and the Cloud Director of every fixture. They are not served, but the appliances know their
// certificates.
const (
	LookupServiceURL = "https://vcenter.example.com:443/lookupservice/sdk"
	DirectorURL      = "https://director.example.com:443/api"
	innerTunnelURL   = "https://tunnel.example.com:8047"
)

// AddServer makes a server of another system known to the appliances, and returns the thumbprint of its certificate.
// A second call gives the server a new certificate.
func (e *Fixture) AddServer(raw string) (thumbprint string) {
	host := hostOf(raw)
	name, _, _ := strings.Cut(host, ":")
	certificate, err := e.ca.Issue(name, []string{name})
	if err != nil {
		panic(err) // those of the appliances are issued the same way
	}
	e.do(func() { e.servers[host] = certificate })
	return certs.Thumbprint(certificate.Certificate[0])
}

// ServerThumbprint returns the thumbprint of the certificate of the appliance or other server at a URL, "" if there
// is none.
func (e *Fixture) ServerThumbprint(raw string) (thumbprint string) {
	e.do(func() { thumbprint = e.thumbprintAt(raw) })
	return thumbprint
}

func (e *Fixture) thumbprintAt(raw string) string {
	certificate := e.certificateAt(raw)
	if certificate == nil {
		return ""
	}
	return certs.Thumbprint(certificate.Certificate[0])
}

// certificateAt returns the certificate of the server at a URL, nil if there is none.
func (e *Fixture) certificateAt(raw string) *tls.Certificate {
	if a := e.addresses[hostOf(raw)]; a != nil {
		return a.certificate
	}
	return e.servers[hostOf(raw)]
}

// hostOf returns host and port of a URL, in lower case.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
