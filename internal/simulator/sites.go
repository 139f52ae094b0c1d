package simulator

import (
	"encoding/base64"
	"net/http"
	"slices"
)

// siteRecord is one row in an appliance's table of peers.
type siteRecord struct {
	id           string // the key on the Manager service
	site         string // the key on the Cloud service
	description  string
	publicURL    string // as sent; set by setPublicURL
	internalURL  string
	thumbprint   string
	replications int

	peer *Appliance // see peerOf
}

// setPublicURL changes the address under which a peer is reached.
func (record *siteRecord) setPublicURL(publicURL string) {
	record.publicURL, record.peer = publicURL, nil
}

// peerOf returns the appliance of a row, nil if there is none. The result is cached: addresses never change.
func (e *Fixture) peerOf(record *siteRecord) *Appliance {
	if record.peer == nil {
		record.peer = e.byURL(record.publicURL)
	}
	return record.peer
}

// siteInfo holds what both services show of a site.
type siteInfo struct {
	Site          *string   `json:"site"` // null where NamelessUntrusted leaves it out
	Description   string    `json:"description"`
	APIURL        string    `json:"apiUrl"`
	APIPublicURL  string    `json:"apiPublicUrl"`
	APIThumbprint string    `json:"apiThumbprint"`
	IsLocal       bool      `json:"isLocal"`
	State         linkState `json:"state"`
	APIVersion    *string   `json:"apiVersion"`
}

// managerPeerInfo is ManagerPeerInfo.
type managerPeerInfo struct {
	ID string `json:"id"`
	siteInfo
	IsProviderDeployment bool    `json:"isProviderDeployment"`
	PeerTunnelCert       *string `json:"peerTunnelCert"`
}

// peerSiteInfo is PeerSiteInfo: no id.
type peerSiteInfo struct {
	siteInfo
	BuildVersion *string `json:"buildVersion"`
}

// siteRequest is UpdateSiteRequest, and without Site that of the Manager.
type siteRequest struct {
	APIURL        *string `json:"apiUrl"`
	APIThumbprint *string `json:"apiThumbprint"`
	Description   *string `json:"description"`
}

// newSiteRequest is NewSiteRequest of the Cloud service.
type newSiteRequest struct {
	siteRequest
	Site string `json:"site"`
}

// listSites is GET /sites, with the local site first.
func (c *call) listSites() (reply, *problem) {
	a := c.appliance
	rows := []any{a.localInfo()}
	for _, record := range slices.Concat(a.sites, a.early()) {
		rows = append(rows, a.info(record))
	}
	if a.duplicateRows {
		rows = append(rows, rows...)
	}
	return reply{status: http.StatusOK, body: rows}, nil
}

// getSite is GET /sites/{site} of the Cloud service.
func (c *call) getSite() (reply, *problem) {
	if c.key == c.appliance.site {
		return reply{status: http.StatusOK, body: c.appliance.localInfo()}, nil
	}
	record, err := c.record()
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: c.appliance.info(record)}, nil
}

// pairSite is POST /sites. The fields that the peer reports are known at the end of the task.
func (c *call) pairSite() (reply, *problem) {
	body, err := c.readNewSite()
	if err != nil {
		return reply{}, err
	}
	if err := c.appliance.siteWriteDeclined(); err != nil {
		return reply{}, err
	}
	record := &siteRecord{id: c.appliance.pairingID(*body.APIURL), site: body.Site}
	c.appliance.update(record, body.siteRequest)
	workflow := workflowInfo{Type: "pair", ResourceType: "site", ResourceID: record.site, record: record}
	if c.appliance.service == Manager {
		// The reference has no sample. The URL distinguishes unfinished tasks.
		workflow.ResourceID, workflow.ResourceName = record.id, record.publicURL
	}
	return c.siteTask(workflow, func() (any, *apiError) { return c.appliance.pair(record) }), nil
}

// repairSite is PUT /sites/{key}.
func (c *call) repairSite() (reply, *problem) {
	var body siteRequest
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if err := body.check(); err != nil {
		return reply{}, err
	}
	record, err := c.freeRecord()
	if err != nil {
		return reply{}, err
	}
	workflow := workflowInfo{Type: "repair", ResourceType: "site", ResourceID: c.key, ResourceName: record.site, record: record}
	return c.siteTask(workflow, func() (any, *apiError) { return c.appliance.repair(record, body) }), nil
}

// unpairSite is DELETE /sites/{key}.
func (c *call) unpairSite() (reply, *problem) {
	record, err := c.freeRecord()
	if err != nil {
		return reply{}, err
	}
	workflow := workflowInfo{Type: "unpair", ResourceType: "site", ResourceID: c.key, ResourceName: record.site, record: record}
	out := c.siteTask(workflow, func() (any, *apiError) { return nil, c.appliance.unpair(record) })
	out.status = http.StatusAccepted // on both flavors
	return out, nil
}

// siteTask starts a task; the Cloud service documents 200 for it.
func (c *call) siteTask(workflow workflowInfo, effect func() (any, *apiError)) reply {
	out := reply{status: http.StatusAccepted, body: c.startTask(workflow, effect)}
	if c.appliance.service == Cloud {
		out.status = http.StatusOK
	}
	return out
}

// record finds the peer that a path names.
func (c *call) record() (*siteRecord, *problem) {
	for _, record := range c.appliance.sites {
		if c.appliance.key(record) == c.key {
			return record, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "SiteNotFound", "Peer site '%s' was not found", c.key)
}

func (a *Appliance) key(record *siteRecord) string {
	if a.service == Manager {
		return record.id
	}
	return record.site
}

func (c *call) readNewSite() (newSiteRequest, *problem) {
	var body newSiteRequest
	if c.appliance.service == Manager {
		if err := decode(c.body, &body.siteRequest); err != nil {
			return body, err
		}
		return body, body.check()
	}
	if err := decode(c.body, &body); err != nil {
		return body, err
	}
	if body.Site == "" {
		return body, violation(http.StatusBadRequest, "BadUserInput", "Field site is missing.")
	}
	return body, body.check()
}

// check requires all three fields. The schema calls them optional, but clients always send them.
func (r siteRequest) check() *problem {
	if r.APIURL == nil || r.APIThumbprint == nil || r.Description == nil {
		return violation(http.StatusBadRequest, "BadUserInput", "One of apiUrl, apiThumbprint and description is missing.")
	}
	if !canonicalThumbprint.MatchString(*r.APIThumbprint) {
		return violation(http.StatusBadRequest, "BadUserInput", "Thumbprint %s is not canonical.", *r.APIThumbprint)
	}
	if _, err := normalizeURL(*r.APIURL); err != nil {
		return refuse(http.StatusBadRequest, "BadUserInput", "URL %s is not valid.", *r.APIURL)
	}
	return nil
}

func (a *Appliance) update(record *siteRecord, r siteRequest) {
	record.setPublicURL(*r.APIURL)
	record.thumbprint, record.description = *r.APIThumbprint, a.tidied(*r.Description)
}

// pair is the effect of POST /sites. A wrong thumbprint is no failure.
func (a *Appliance) pair(record *siteRecord) (any, *apiError) {
	peer := a.fixture.peerOf(record)
	if err := a.checkPeer(peer, record); err != nil {
		return nil, err
	}
	if a.service == Cloud && record.site != peer.site {
		return nil, newAPIError("BadUserInput", "The peer's site is %s, not %s.", peer.site, record.site)
	}
	if old := a.recordOf(peer); old != nil {
		if !a.options.OverwritePairing {
			return nil, newAPIError("SiteAlreadyPaired", "Site %s is already paired.", peer.site)
		}
		record.id = old.id
		a.remove(old)
	}
	a.attach(record, peer)
	return a.info(record), nil
}

// repair is the effect of PUT /sites/{key}.
func (a *Appliance) repair(record *siteRecord, body siteRequest) (any, *apiError) {
	if !slices.Contains(a.sites, record) {
		return nil, newAPIError("SiteNotFound", "Peer site '%s' was not found", record.site)
	}
	peer := a.fixture.byURL(*body.APIURL)
	if err := a.checkPeer(peer, &siteRecord{publicURL: *body.APIURL}); err != nil {
		return nil, err
	}
	if old := a.recordOf(peer); old != nil && old != record {
		return nil, newAPIError("SiteAlreadyPaired", "Site %s is already paired.", peer.site)
	}
	a.update(record, body)
	record.internalURL = a.internalURL(record, peer)
	return a.info(record), nil
}

func (a *Appliance) checkPeer(peer *Appliance, record *siteRecord) *apiError {
	if peer == nil {
		return newAPIError("SiteUnreachable", "No site answers at %s.", record.publicURL)
	}
	if peer == a {
		return newAPIError("BadUserInput", "A site can't be paired with itself.")
	}
	return nil
}

// unpair is the effect of DELETE /sites/{key}. Only the Cloud service may
// remove the record on the peer too.
func (a *Appliance) unpair(record *siteRecord) *apiError {
	if !slices.Contains(a.sites, record) {
		return newAPIError("SiteNotFound", "Peer site '%s' was not found", record.site)
	}
	if record.replications > 0 {
		return newAPIError("ReplicationsExist", "Site %s has %d replications.", record.site, record.replications)
	}
	a.remove(record)
	if peer := a.fixture.peerOf(record); peer != nil && a.options.UnpairBothSides {
		peer.remove(peer.recordOf(a))
	}
	return nil
}

// attach enters a peer in the table. The Manager learns the peer's name from the
// peer.
func (a *Appliance) attach(record *siteRecord, peer *Appliance) {
	record.site = peer.site
	record.internalURL = a.internalURL(record, peer)
	a.sites = append(a.sites, record)
}

func (a *Appliance) remove(record *siteRecord) {
	a.sites = slices.DeleteFunc(a.sites, func(r *siteRecord) bool { return r == record })
}

// internalURL is what apiUrl shows: the Manager rewrites it to a tunnel name.
func (a *Appliance) internalURL(record *siteRecord, peer *Appliance) string {
	if a.service == Cloud {
		return record.publicURL
	}
	return "https://tn-" + peer.instanceID + ".tnexus.io:8048/"
}

// recordOf finds the row whose URL leads to a peer.
func (a *Appliance) recordOf(peer *Appliance) *siteRecord {
	for _, record := range a.sites {
		if a.fixture.peerOf(record) == peer {
			return record
		}
	}
	return nil
}

// pairedPeer finds the appliance behind the row of a site, nil without one.
func (a *Appliance) pairedPeer(site string) *Appliance {
	for _, record := range a.sites {
		if record.site == site {
			return a.fixture.peerOf(record)
		}
	}
	return nil
}

// info describes a peer. Fields that only the peer knows are null if it can't be reached.
func (a *Appliance) info(record *siteRecord) any {
	info := siteInfo{
		Site: a.shownName(record), Description: record.description, APIURL: record.internalURL, APIPublicURL: record.publicURL,
		APIThumbprint: record.thumbprint, State: a.link(record),
	}
	var build, tunnel *string
	if peer := a.fixture.peerOf(record); peer != nil {
		info.APIVersion, build, tunnel = new(peer.newestVersion()), new(peer.buildVersion()), new(peer.certificateBase64())
	}
	return a.flavored(record.id, info, build, tunnel)
}

func (a *Appliance) localInfo() any {
	info := siteInfo{
		Site: new(a.site), APIURL: a.url + "/", APIPublicURL: a.PublicURL(), APIThumbprint: a.thumbprint, IsLocal: true,
		APIVersion: new(a.newestVersion()),
	}
	return a.flavored(a.instanceID, info, new(a.buildVersion()), nil)
}

func (a *Appliance) flavored(id string, info siteInfo, build, tunnel *string) any {
	if a.service == Cloud {
		return peerSiteInfo{siteInfo: info, BuildVersion: build}
	}
	return managerPeerInfo{ID: id, siteInfo: info, PeerTunnelCert: tunnel}
}

func (a *Appliance) certificateBase64() string {
	return base64.StdEncoding.EncodeToString(a.certificate.Certificate[0])
}
