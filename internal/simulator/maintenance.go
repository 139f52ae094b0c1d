package simulator

import (
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// maintenance holds the settings of an appliance that are not part of its set-up.
type maintenance struct {
	telemetry      telemetry
	adminAllowFrom string
	dataEngine     dataEngine
	ntp            string
	sshd           bool
}

type telemetry struct {
	Enabled     bool   `json:"enabled"`
	Environment string `json:"environment"`
}

type dataEngine struct {
	HBR  bool `json:"hbrsrv"`
	H4DM bool `json:"h4dm"`
}

// maintenanceRoutes are calls that the provider does not make. Most are known from
// appliances up to 4.5 only.
var maintenanceRoutes = []route{
	{method: "GET", path: "/config/telemetry", handle: (*call).getTelemetry, until: "4.5", unproven: true, on: configurable},
	{method: "POST", path: "/config/telemetry", handle: (*call).setTelemetry, setup: true, until: "4.5", unproven: true, on: configurable},
	{method: "GET", path: "/config/admin-allow-from", handle: (*call).getAdminAllowFrom, until: "4.5", unproven: true, on: anyService},
	{method: "POST", path: "/config/admin-allow-from", handle: (*call).setAdminAllowFrom, setup: true, until: "4.5", unproven: true, on: anyService},
	{method: "POST", path: "/config/data-engine", handle: (*call).setDataEngine, setup: true, until: "4.5", unproven: true, on: onlyCloud},
	{method: "GET", path: "/os/ntp", handle: (*call).getNTP, until: "4.5", unproven: true, on: anyService},
	{method: "POST", path: "/os/ntp", handle: (*call).setNTP, setup: true, until: "4.5", unproven: true, on: anyService},
	{method: "GET", path: "/os/sshd", handle: (*call).getSSHD, until: "4.5", unproven: true, on: anyService},
	{method: "POST", path: "/os/sshd", handle: (*call).setSSHD, setup: true, until: "4.5", unproven: true, on: anyService},
	{method: "POST", path: "/os/reboot-services", handle: (*call).reboot, setup: true, until: "4.5", unproven: true, on: anyService},
	{method: "POST", path: "/os/reboot", handle: (*call).reboot, setup: true, until: "4.5", unproven: true, on: anyService},
	{method: "PUT", path: "/config/certificate", handle: (*call).regenerateCertificate, setup: true, on: anyService},
	{method: "POST", path: "/replicators/local", handle: (*call).addLocalReplicator, setup: true, on: onlyManager},
	{method: "POST", path: "/config/replicators/root-password", handle: (*call).changeReplicatorPassword, setup: true, on: managers},
	{method: "POST", path: "/config/replicators/root-password-expired", handle: (*call).replicatorExpiry, admin: true, until: "4.5", unproven: true, on: managers},
	{method: "POST", path: "/config/tunnels/root-password", handle: (*call).changeTunnelPassword, setup: true, until: "4.5", unproven: true, on: onlyCloud},
	{method: "POST", path: "/config/tunnels/root-password-expired", handle: (*call).tunnelExpiry, admin: true, until: "4.5", unproven: true, on: onlyCloud},
}

func (c *call) getTelemetry() (reply, *problem) { return ok(c.appliance.maintenance.telemetry) }

func (c *call) setTelemetry() (reply, *problem) {
	if err := decode(c.body, &c.appliance.maintenance.telemetry); err != nil {
		return reply{}, err
	}
	return c.getTelemetry()
}

type allowance struct {
	AdminAllowFrom string `json:"adminAllowFrom"`
}

func (c *call) getAdminAllowFrom() (reply, *problem) {
	return ok(allowance{c.appliance.maintenance.adminAllowFrom})
}

func (c *call) setAdminAllowFrom() (reply, *problem) {
	var body allowance
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	c.appliance.maintenance.adminAllowFrom = body.AdminAllowFrom
	return c.getAdminAllowFrom()
}

func (c *call) setDataEngine() (reply, *problem) {
	return reply{status: http.StatusNoContent}, decode(c.body, &c.appliance.maintenance.dataEngine)
}

type timeServers struct {
	NTPServers string `json:"ntpServers"`
}

func (c *call) getNTP() (reply, *problem) { return ok(timeServers{c.appliance.maintenance.ntp}) }

func (c *call) setNTP() (reply, *problem) {
	var body timeServers
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	c.appliance.maintenance.ntp = body.NTPServers
	return c.getNTP()
}

func (c *call) getSSHD() (reply, *problem) {
	return ok(map[string]bool{"enabled": c.appliance.maintenance.sshd})
}

func (c *call) setSSHD() (reply, *problem) {
	var body struct {
		Enable bool `json:"enable"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	c.appliance.maintenance.sshd = body.Enable
	return c.getSSHD()
}

// reboot is POST /os/reboot and /os/reboot-services.
func (c *call) reboot() (reply, *problem) {
	c.appliance.forgetSessions()
	return reply{status: http.StatusNoContent}, nil
}

// regenerateCertificate is PUT /config/certificate. The service restarts after the response. It drops the
// registrations of replicators, because they hold the old certificate.
func (c *call) regenerateCertificate() (reply, *problem) {
	a := c.appliance
	certificate, err := a.fixture.ca.IssueKind(a.options.CertificateKind, a.options.Site, a.certificateNames())
	if err != nil {
		return reply{}, refuse(http.StatusInternalServerError, "GeneralServerFailure", "%v", err)
	}
	a.certificate, a.thumbprint = certificate, certs.Thumbprint(certificate.Certificate[0])
	a.setup.replicators = nil
	a.forgetSessions()
	return ok(describeCertificate(certificate))
}

// addLocalReplicator is POST /replicators/local: the replicator inside a vCenter
// appliance.
func (c *call) addLocalReplicator() (reply, *problem) {
	var body ssoAdminCredentials
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	a := c.appliance
	if err := a.checkSSO(body); err != nil {
		return reply{}, err
	}
	row := a.localReplicator()
	row.ssoUser = body.SSOUser
	a.setup.replicators = append(a.setup.replicators, row)
	return ok(a.replicatorInfo(row))
}

func (a *Appliance) localReplicator() *replicatorRow {
	return &replicatorRow{
		id: a.fixture.source.UUID("local replicator of " + a.options.Site), owner: "*", site: a.site, description: "local",
		url: "https://127.0.0.1:8043", thumbprint: a.thumbprint,
	}
}

// RegisterLocal registers the replicator inside a vCenter appliance, as its set-up may
// do by itself.
func (a *Appliance) RegisterLocal() {
	a.fixture.do(func() { a.setup.replicators = append(a.setup.replicators, a.localReplicator()) })
}

func (c *call) changeReplicatorPassword() (reply, *problem) {
	return c.changeRemotePassword(Replicator)
}
func (c *call) changeTunnelPassword() (reply, *problem) { return c.changeRemotePassword(Tunnel) }

// changeRemotePassword changes the root password of another appliance: the header holds the current one, the body the
// new one.
func (c *call) changeRemotePassword(service Service) (reply, *problem) {
	var body remoteSettings
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	wanted := body.RootPassword
	body.RootPassword = c.header.Get(configSecretHeader)
	remote, err := body.find(c.appliance.fixture, service)
	if err != nil {
		return reply{}, err
	}
	if err := remote.host.checkPassword(wanted); err != nil {
		return reply{}, err
	}
	remote.host.setRootPassword(wanted, c.appliance.fixture.now())
	return reply{status: http.StatusNoContent}, nil
}

func (c *call) replicatorExpiry() (reply, *problem) { return c.remoteExpiry(Replicator) }
func (c *call) tunnelExpiry() (reply, *problem)     { return c.remoteExpiry(Tunnel) }

func (c *call) remoteExpiry(service Service) (reply, *problem) {
	var body remoteSettings
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	remote, err := body.find(c.appliance.fixture, service)
	if err != nil {
		return reply{}, err
	}
	return ok(remote.expiry())
}
