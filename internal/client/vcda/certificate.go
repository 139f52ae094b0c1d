package vcda

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// RemoteCertificate is the certificate of an address, as the appliance reads it.
// Encoded is base64 of its DER form.
type RemoteCertificate struct {
	Certificate struct {
		Thumbprint string `json:"thumbPrint"`
	} `json:"certificate"`
	Encoded string `json:"encoded"`
}

const remoteCertificatePath = "/config/remote-certificate"

// X509 returns the parsed certificate.
func (r RemoteCertificate) X509() (*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(r.Encoded)
	if err == nil {
		var certificate *x509.Certificate
		if certificate, err = tlsutil.ParseCertificate(der); err == nil {
			return certificate, nil
		}
	}
	return nil, &rest.ResponseError{
		Call: rest.Call{Method: http.MethodGet, Path: remoteCertificatePath}, Status: http.StatusOK,
		Reason: "it holds no certificate as base64 of its DER form", JSON: true, Err: err,
	}
}

// remoteCertificateTime is how long the appliance may take to contact an address.
const remoteCertificateTime = 2 * time.Minute

// RemoteCertificate lets the appliance read the certificate of an address (GET
// /config/remote-certificate, documented for peers only). Through the tunnel it
// reads the certificate of a peer. The request timeout does not apply, since the
// appliance contacts the address during the request.
func (c *Client) RemoteCertificate(ctx context.Context, address string, viaTunnel bool) (RemoteCertificate, error) {
	ctx, cancel := c.clock.WithTimeout(ctx, remoteCertificateTime, nil)
	defer cancel()
	query := url.Values{"url": {address}, "viaTunnel": {strconv.FormatBool(viaTunnel)}}
	var certificate RemoteCertificate
	err := c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: remoteCertificatePath, Query: query, NoTimeout: true}, &certificate)
	return certificate, err
}
