package vcda

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
)

// RemoteCertificate is the certificate an address shows to the appliance.
// Encoded is base64 of its DER form.
type RemoteCertificate struct {
	Certificate struct {
		Thumbprint string `json:"thumbPrint"`
	} `json:"certificate"`
	Encoded string `json:"encoded"`
}

// RemoteCertificate lets the appliance look at the certificate of an address
// (GET /config/remote-certificate, known from peers only). Through the tunnel it
// sees what a peer shows.
func (c *Client) RemoteCertificate(ctx context.Context, address string, viaTunnel bool) (RemoteCertificate, error) {
	query := url.Values{"url": {address}, "viaTunnel": {strconv.FormatBool(viaTunnel)}}
	var seen RemoteCertificate
	err := c.fetch(ctx, transport.Request{Method: http.MethodGet, Path: "/config/remote-certificate", Query: query}, &seen)
	return seen, err
}
