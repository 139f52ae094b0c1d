package simulator

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// tunnelRow is a tunnel registered with a Cloud service.
type tunnelRow struct{ id, url, certificate string }

var tunnelRoutes = []route{
	{method: "GET", path: "/config/tunnels", handle: (*call).listTunnels, since: "4.6", on: onlyCloud},
	{method: "POST", path: "/config/tunnels", handle: (*call).addTunnel, setup: true, since: "4.6", on: onlyCloud},
	{method: "PUT", path: "/config/tunnels/{id}", handle: (*call).changeTunnel, setup: true, since: "4.6", on: onlyCloud},
	{method: "POST", path: "/config/tunnel-service", handle: (*call).setTunnel, setup: true, until: "4.5", on: onlyCloud},
	{method: "POST", path: "/config/tunnels/lookup-service", handle: (*call).setTunnelLookupService, setup: true, unproven: true, on: onlyCloud},
}

const mostTunnels = 2

func (row *tunnelRow) info() tunnelService {
	return tunnelService{ID: row.id, URL: row.url, Certificate: row.certificate}
}

// listTunnels is GET /config/tunnels.
func (c *call) listTunnels() (reply, *problem) {
	rows := []tunnelService{}
	for _, row := range c.appliance.setup.tunnels {
		rows = append(rows, row.info())
	}
	list := map[string]any{"tunnels": rows}
	if c.appliance.setup.switches.nestedTunnels {
		list = map[string]any{"tunnels": list}
	}
	return ok(list)
}

// readTunnel reads the body of a tunnel and connects to it.
func (c *call) readTunnel() (*tunnelRow, *problem) {
	var body struct {
		URL          string `json:"url"`
		Certificate  string `json:"certificate"`
		RootPassword string `json:"rootPassword"`
	}
	if err := decode(c.body, &body); err != nil {
		return nil, err
	}
	if _, err := base64.StdEncoding.DecodeString(body.Certificate); err != nil || body.Certificate == "" {
		return nil, violation(http.StatusBadRequest, "BadUserInput", "The certificate is not base64.")
	}
	thumbprint := c.appliance.fixture.thumbprintAt(body.URL)
	if thumbprint == "" {
		return nil, refuse(http.StatusInternalServerError, "GeneralServerFailure", "No tunnel answers at %s.", body.URL)
	}
	remote, err := remoteSettings{body.URL, thumbprint, body.RootPassword}.reach(c.appliance.fixture, Tunnel)
	if err != nil {
		return nil, err
	}
	if remote.certificateBase64() != body.Certificate {
		return nil, refuse(http.StatusInternalServerError, "CertificateMismatch", "The certificate of the tunnel differs from the expected one.")
	}
	return &tunnelRow{id: remote.instanceID, url: strings.TrimSuffix(body.URL, "/") + "/", certificate: body.Certificate}, nil
}

// addTunnel is POST /config/tunnels. The tunnel sets its name in the endpoints.
func (c *call) addTunnel() (reply, *problem) {
	row, err := c.readTunnel()
	if err != nil {
		return reply{}, err
	}
	a := c.appliance
	for _, other := range a.setup.tunnels {
		if other.id == row.id {
			return reply{}, violation(http.StatusBadRequest, "BadUserInput", "The tunnel is registered already.")
		}
	}
	if len(a.setup.tunnels) == mostTunnels {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "There are %d tunnels already.", mostTunnels)
	}
	a.setup.tunnels = append(a.setup.tunnels, row)
	a.setup.endpoints.MgmtPublicAddress, a.setup.endpoints.MgmtPublicPort = new("tn-"+row.id+".tnexus.io"), new(int64(8048))
	return ok(row.info())
}

// changeTunnel is PUT /config/tunnels/{id}.
func (c *call) changeTunnel() (reply, *problem) {
	row, err := c.readTunnel()
	if err != nil {
		return reply{}, err
	}
	for i, other := range c.appliance.setup.tunnels {
		if other.id == c.key {
			row.id = other.id
			c.appliance.setup.tunnels[i] = row
			return ok(row.info())
		}
	}
	return reply{}, refuse(http.StatusNotFound, "TunnelNotFound", "There is no tunnel %s.", c.key)
}

// setTunnel is POST /config/tunnel-service of API 4.5, which has one tunnel.
func (c *call) setTunnel() (reply, *problem) {
	row, err := c.readTunnel()
	if err != nil {
		return reply{}, err
	}
	c.appliance.setup.tunnels = []*tunnelRow{row}
	return ok(c.appliance.config())
}

// setTunnelLookupService is POST /config/tunnels/lookup-service.
func (c *call) setTunnelLookupService() (reply, *problem) { return c.setRemoteLookupService(Tunnel) }

// tunnelOfConfig is the tunnel of GET /config: a Manager has a built-in one.
func (a *Appliance) tunnelOfConfig() (url, certificate string) {
	switch {
	case len(a.setup.tunnels) > 0:
		return a.setup.tunnels[0].url, a.setup.tunnels[0].certificate
	case a.options.Fresh || a.service != Manager && a.service != Cloud:
		return "", ""
	}
	return innerTunnelURL, a.certificateBase64()
}

// TunnelRecord is a tunnel as a Cloud service knows it.
type TunnelRecord struct{ ID, URL, Certificate string }

// Tunnels returns the tunnels registered with the Cloud service.
func (a *Appliance) Tunnels() []TunnelRecord {
	var out []TunnelRecord
	a.fixture.do(func() {
		for _, r := range a.setup.tunnels {
			out = append(out, TunnelRecord{r.id, r.url, r.certificate})
		}
	})
	return out
}

// RegisterTunnel registers a tunnel at once.
func (a *Appliance) RegisterTunnel(tunnel *Appliance) {
	a.fixture.do(func() {
		a.setup.tunnels = append(a.setup.tunnels, &tunnelRow{
			id: tunnel.instanceID, url: strings.TrimSuffix(tunnel.PublicURL(), "/") + "/", certificate: tunnel.certificateBase64(),
		})
	})
}

// ChangeTunnel edits a tunnel without a request.
func (a *Appliance) ChangeTunnel(id, url, certificate string) {
	a.fixture.do(func() {
		for _, r := range a.setup.tunnels {
			if r.id == id {
				r.url, r.certificate = url, certificate
			}
		}
	})
}
