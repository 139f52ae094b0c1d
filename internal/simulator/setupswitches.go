package simulator

import (
	"slices"
	"time"
)

// setupSwitches select variants of an appliance that is being set up.
type setupSwitches struct {
	configuredLag       int
	maskedLicense       bool
	licenseEnd          int64
	emptyEndpoints      bool
	missingPluginStatus int
	absent              []string // paths of unproven calls
	oldExpiryPath       bool
	halfPaired          int
	addresses           bool
	refuseRemoval       string
	nestedTunnels       bool
}

// override reports whether a switch removes a call or adds it, regardless of the requested version.
func (a *Appliance) override(r route) (missing, present bool) {
	a.fixture.do(func() {
		s := a.setup.switches
		missing = slices.Contains(s.absent, r.path) || s.oldExpiryPath && r.path == expiryPath
		present = s.oldExpiryPath && r.path == oldExpiryPath
	})
	return missing, present
}

// LagConfigured makes the appliance report n times that it is not configured.
func (a *Appliance) LagConfigured(n int) {
	a.fixture.do(func() { a.setup.switches.configuredLag = n })
}

// MaskLicense shows stars in the place of the license key.
func (a *Appliance) MaskLicense() {
	a.fixture.do(func() { a.setup.switches.maskedLicense = true })
}

// EndLicense sets when licenses that are set from now on expire.
func (a *Appliance) EndLicense(at time.Time) {
	a.fixture.do(func() { a.setup.switches.licenseEnd = at.UnixMilli() })
}

// RemoveLicense removes the license.
func (a *Appliance) RemoveLicense() {
	a.fixture.do(func() { a.setup.license = licenseInfo{} })
}

// EmptyEndpoints shows unset addresses as "", not as null.
func (a *Appliance) EmptyEndpoints() {
	a.fixture.do(func() { a.setup.switches.emptyEndpoints = true })
}

// RefuseMissingPlugin sets the status of the removal of a plug-in that is not registered; 0 is success.
func (a *Appliance) RefuseMissingPlugin(status int) {
	a.fixture.do(func() { a.setup.switches.missingPluginStatus = status })
}

// Lack removes calls that are known from old appliances only.
func (a *Appliance) Lack(paths ...string) {
	a.fixture.do(func() { a.setup.switches.absent = paths })
}

// OldExpiryPath serves the expiry of the root password only under the path of 4.6, for every version.
func (a *Appliance) OldExpiryPath() {
	a.fixture.do(func() { a.setup.switches.oldExpiryPath = true })
}

// HalfPairReplicators shows a new replicator without an id in n lists.
func (a *Appliance) HalfPairReplicators(n int) {
	a.fixture.do(func() { a.setup.switches.halfPaired = n })
}

// ShowReplicatorAddresses shows replicators by an address, not by the name they
// were registered with.
func (a *Appliance) ShowReplicatorAddresses() {
	a.fixture.do(func() { a.setup.switches.addresses = true })
}

// RefuseReplicatorRemoval refuses to remove replicators, with the message; ""
// allows it again.
func (a *Appliance) RefuseReplicatorRemoval(msg string) {
	a.fixture.do(func() { a.setup.switches.refuseRemoval = msg })
}

// NestTunnels lists the tunnels in an object within the object.
func (a *Appliance) NestTunnels() {
	a.fixture.do(func() { a.setup.switches.nestedTunnels = true })
}

// Manager returns the Manager of an appliance with a Cloud service, nil without one.
func (a *Appliance) Manager() *Appliance { return a.manager }

// Fixture returns the fixture the appliance belongs to.
func (a *Appliance) Fixture() *Fixture { return a.fixture }

// Setup holds the configuration of an appliance.
type Setup struct {
	InstanceID              string
	SiteName, Description   string
	LicenseKey              string
	LookupServiceURL        string
	LookupServiceThumbprint string
	SSOUser                 string // whose credentials the Manager keeps
	DirectorURL             string
	DirectorThumbprint      string
	DirectorUser            string
	Endpoints               Endpoints
	Plugin                  bool
}

// Setup returns the configuration of the appliance.
func (a *Appliance) Setup() Setup {
	var out Setup
	a.fixture.do(func() {
		s := a.setup
		out = Setup{
			InstanceID: a.instanceID, SiteName: a.site, Description: s.description, LicenseKey: s.license.Key,
			LookupServiceURL: s.lookupService.URL, LookupServiceThumbprint: s.lookupService.Thumbprint, SSOUser: s.ssoUser,
			DirectorURL: s.director.URL, DirectorThumbprint: s.director.Thumbprint, DirectorUser: s.director.Username,
			Endpoints: Endpoints{
				MgmtPublicAddress: deref(s.endpoints.MgmtPublicAddress), MgmtPublicPort: deref(s.endpoints.MgmtPublicPort),
				APIPublicAddress: deref(s.endpoints.APIPublicAddress), APIPublicPort: deref(s.endpoints.APIPublicPort),
			},
			Plugin: s.plugin,
		}
	})
	return out
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// SetLookupService changes the lookup service without a request.
func (a *Appliance) SetLookupService(url, thumbprint string) {
	a.fixture.do(func() { a.setup.lookupService = lookupService{url, thumbprint} })
}

// SetDirector changes the Cloud Director without a request.
func (a *Appliance) SetDirector(url, thumbprint, user string) {
	a.fixture.do(func() { a.setup.director = director{url, thumbprint, user} })
}

// SetPublicEndpoint changes the public endpoint without a request.
func (a *Appliance) SetPublicEndpoint(address string, port int64) {
	a.fixture.do(func() { a.setup.endpoints.APIPublicAddress, a.setup.endpoints.APIPublicPort = &address, &port })
}

// SetSite gives a fresh appliance its site name.
func (a *Appliance) SetSite(name, description string) {
	a.fixture.do(func() { a.site, a.setup.description = name, description })
}

// Redeploy puts a new appliance behind the same address: fresh, with another
// instance id and without sessions. Its certificate and accounts stay.
func (a *Appliance) Redeploy() {
	a.fixture.do(func() {
		a.options.Fresh = true
		a.deploy()
		a.host.expired, a.host.former = true, nil
	})
	a.Restart()
}
