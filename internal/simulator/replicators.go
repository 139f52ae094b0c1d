package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// replicatorRow is a replicator registered with a Manager.
type replicatorRow struct {
	id, owner, site, description, url, thumbprint, ssoUser string
	maintenance                                            bool
}

// fullReplicatorInfo is ReplicatorInfo.
type fullReplicatorInfo struct {
	ID                  *string   `json:"id"`
	Owner               string    `json:"owner"`
	Site                string    `json:"site"`
	Description         string    `json:"description"`
	APIURL              string    `json:"apiUrl"`
	CertThumbprint      string    `json:"certThumbprint"`
	PairingCookie       string    `json:"pairingCookie"`
	State               linkState `json:"state"`
	IsInMaintenanceMode bool      `json:"isInMaintenanceMode"`
	APIVersion          string    `json:"apiVersion"`
	DataAddress         string    `json:"dataAddress"`
	BuildVersion        string    `json:"buildVersion"`
}

var replicatorRoutes = []route{
	{method: "GET", path: "/replicators", handle: (*call).listReplicators, query: []string{"sites"}, on: managers},
	{method: "POST", path: "/replicators", handle: (*call).addReplicator, setup: true, on: managers},
	{method: "POST", path: "/replicators/{id}/reset-cookie", handle: (*call).repairReplicator, setup: true, on: managers},
	{method: "DELETE", path: "/replicators/{id}", handle: (*call).removeReplicator, setup: true, on: managers},
	{method: "POST", path: "/config/replicators/lookup-service", handle: (*call).setReplicatorLookupService, setup: true, on: managers},
}

// listReplicators is GET /replicators. It lists the replicators of a site's workloads if the query names the site.
func (c *call) listReplicators() (reply, *problem) {
	rows := []fullReplicatorInfo{}
	for site := range strings.SplitSeq(c.query.Get("sites"), ",") {
		for _, id := range c.workloadsAt(site).Replicators {
			rows = append(rows, c.appliance.replicatorInfo(&replicatorRow{id: id, owner: "*", site: site, url: "https://replicator." + site + ".example.com:8043"}))
		}
	}
	for _, row := range c.appliance.setup.replicators {
		rows = append(rows, c.appliance.replicatorInfo(row))
	}
	if s := &c.appliance.setup.switches; s.halfPaired > 0 && len(rows) > 0 {
		s.halfPaired--
		rows[len(rows)-1].ID = nil
	}
	return ok(rows)
}

func (a *Appliance) replicatorInfo(row *replicatorRow) fullReplicatorInfo {
	info := fullReplicatorInfo{
		ID: &row.id, Owner: row.owner, Site: row.site, Description: row.description, APIURL: row.url, CertThumbprint: row.thumbprint,
		PairingCookie: "cookie-of-" + row.id, IsInMaintenanceMode: row.maintenance,
		APIVersion: a.newestVersion(), DataAddress: "10.0.0.20", BuildVersion: a.buildVersion(),
	}
	if a.setup.switches.addresses {
		info.APIURL = "https://10.0.0.20:8043"
	}
	if remote := a.fixture.byURL(row.url); remote == nil || remote.thumbprint != row.thumbprint {
		info.State.OutgoingCommError = newAPIError("CertificateMismatch", "Certificate differs from the expected one.")
	}
	return info
}

// remoteSettings are the fields by which an appliance reaches another one as its
// root user.
type remoteSettings struct {
	APIURL        string `json:"apiUrl"`
	APIThumbprint string `json:"apiThumbprint"`
	RootPassword  string `json:"rootPassword"`
}

// reach finds the appliance of the settings. Its root password must not have expired.
func (r remoteSettings) reach(e *Fixture, service Service) (*Appliance, *problem) {
	remote, err := r.find(e, service)
	if err == nil && remote.host.blocked() {
		err = refuse(http.StatusInternalServerError, "GeneralServerFailure", "The root password of the %s at %s has expired.", service, r.APIURL)
	}
	return remote, err
}

// find finds the appliance of the settings and checks the root password.
func (r remoteSettings) find(e *Fixture, service Service) (*Appliance, *problem) {
	if err := checkServer(e, string(service), r.APIURL, r.APIThumbprint); err != nil {
		return nil, err
	}
	remote := e.addresses[hostOf(r.APIURL)]
	if remote == nil || remote.service != service {
		return nil, refuse(http.StatusInternalServerError, "GeneralServerFailure", "There is no %s at %s.", service, r.APIURL)
	}
	if remote.host.root().Password != r.RootPassword {
		return nil, refuse(http.StatusInternalServerError, "GeneralServerFailure", "The %s at %s refuses the root password.", service, r.APIURL)
	}
	return remote, nil
}

type replicatorDetails struct {
	remoteSettings
	ssoAdminCredentials
}

func (c *call) reachReplicator(d replicatorDetails) (*Appliance, *problem) {
	remote, err := d.reach(c.appliance.fixture, Replicator)
	if err != nil {
		return nil, err
	}
	if remote.setup.lookupService.URL == "" {
		return nil, refuse(http.StatusInternalServerError, "GeneralServerFailure", "The replicator has no lookup service.")
	}
	return remote, c.appliance.checkSSO(d.ssoAdminCredentials)
}

// addReplicator is POST /replicators.
func (c *call) addReplicator() (reply, *problem) {
	var body struct {
		Owner        string            `json:"owner"`
		Site         string            `json:"site"`
		Description  string            `json:"description"`
		ReplicatorID *string           `json:"replicatorId"`
		Details      replicatorDetails `json:"details"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if body.Owner == "" || body.Site == "" {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "One of owner and site is missing.")
	}
	remote, err := c.reachReplicator(body.Details)
	if err != nil {
		return reply{}, err
	}
	for _, row := range c.appliance.setup.replicators {
		if row.id == remote.instanceID {
			return reply{}, violation(http.StatusBadRequest, "BadUserInput", "The replicator is already paired to the manager.")
		}
	}
	row := &replicatorRow{id: remote.instanceID, owner: body.Owner, site: body.Site, description: body.Description}
	row.attach(body.Details)
	c.appliance.setup.replicators = append(c.appliance.setup.replicators, row)
	return ok(c.appliance.replicatorInfo(row))
}

func (row *replicatorRow) attach(d replicatorDetails) {
	row.url, row.thumbprint, row.ssoUser = d.APIURL, d.APIThumbprint, d.SSOUser
}

func (c *call) replicatorRow() (*replicatorRow, *problem) {
	for _, row := range c.appliance.setup.replicators {
		if row.id == c.key {
			return row, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "ReplicatorNotFound", "There is no replicator %s.", c.key)
}

// repairReplicator is POST /replicators/{id}/reset-cookie.
func (c *call) repairReplicator() (reply, *problem) {
	var body struct {
		Description string            `json:"description"`
		Details     replicatorDetails `json:"details"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	row, err := c.replicatorRow()
	if err != nil {
		return reply{}, err
	}
	remote, err := c.reachReplicator(body.Details)
	if err != nil {
		return reply{}, err
	}
	row.id, row.description = remote.instanceID, body.Description
	row.attach(body.Details)
	return ok(c.appliance.replicatorInfo(row))
}

// removeReplicator is DELETE /replicators/{id}.
func (c *call) removeReplicator() (reply, *problem) {
	row, err := c.replicatorRow()
	if err != nil {
		return reply{}, err
	}
	if msg := c.appliance.setup.switches.refuseRemoval; msg != "" {
		return reply{}, refuse(http.StatusBadRequest, "ReplicatorInUse", "%s", msg)
	}
	c.appliance.setup.replicators = slices.DeleteFunc(c.appliance.setup.replicators, func(r *replicatorRow) bool { return r == row })
	return reply{status: http.StatusNoContent}, nil
}

// setReplicatorLookupService is POST /config/replicators/lookup-service.
func (c *call) setReplicatorLookupService() (reply, *problem) {
	return c.setRemoteLookupService(Replicator)
}

func (c *call) setRemoteLookupService(service Service) (reply, *problem) {
	var body struct {
		remoteSettings
		LsURL        string `json:"lsUrl"`
		LsThumbprint string `json:"lsThumbprint"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	remote, err := body.reach(c.appliance.fixture, service)
	if err != nil {
		return reply{}, err
	}
	wanted := lookupServiceRequest{body.LsURL, body.LsThumbprint}
	if err := wanted.check(c.appliance.fixture); err != nil {
		return reply{}, err
	}
	return remote.keepLookupService(wanted)
}

// ReplicatorRecord is a replicator as a Manager knows it.
type ReplicatorRecord struct {
	ID, Owner, Site, Description, APIURL, Thumbprint, SSOUser string
}

// Replicators returns the replicators registered with the Manager.
func (a *Appliance) Replicators() []ReplicatorRecord {
	var out []ReplicatorRecord
	a.fixture.do(func() {
		for _, r := range a.setup.replicators {
			out = append(out, ReplicatorRecord{r.id, r.owner, r.site, r.description, r.url, r.thumbprint, r.ssoUser})
		}
	})
	return out
}

// Register registers a replicator at once.
func (a *Appliance) Register(replicator *Appliance, owner, site, description string) {
	a.fixture.do(func() {
		a.setup.replicators = append(a.setup.replicators, &replicatorRow{
			id: replicator.instanceID, owner: owner, site: site, description: description,
			url: replicator.PublicURL(), thumbprint: replicator.thumbprint,
		})
	})
}

// ChangeReplicator edits a replicator without a request. The id and the URL stay.
func (a *Appliance) ChangeReplicator(id string, edit func(*ReplicatorRecord)) {
	a.fixture.do(func() {
		for _, r := range a.setup.replicators {
			if r.id == id {
				record := ReplicatorRecord{r.id, r.owner, r.site, r.description, r.url, r.thumbprint, r.ssoUser}
				edit(&record)
				r.owner, r.site, r.description, r.thumbprint = record.Owner, record.Site, record.Description, record.Thumbprint
			}
		}
	})
}

// Unregister removes a replicator at once.
func (a *Appliance) Unregister(id string) {
	a.fixture.do(func() {
		a.setup.replicators = slices.DeleteFunc(a.setup.replicators, func(r *replicatorRow) bool { return r.id == id })
	})
}
