package simulator

import (
	"net/http"
	"regexp"
	"strings"
)

// setup is the configuration of an appliance.
type setup struct {
	description   string // of the site, on the Cloud service
	license       licenseInfo
	lookupService lookupService
	ssoUser       string // whose credentials the Manager keeps
	director      director
	endpoints     endpointConfiguration
	plugin        bool
	replicators   []*replicatorRow
	tunnels       []*tunnelRow
	switches      setupSwitches
}

type licenseInfo struct {
	Key            string `json:"key"`
	IsLicensed     bool   `json:"isLicensed"`
	ExpirationDate int64  `json:"expirationDate"`
}

type lookupService struct {
	URL        string `json:"lsUrl"`
	Thumbprint string `json:"lsThumbprint"`
}

type director struct{ URL, Thumbprint, Username string }

// deploy brings an appliance into the state of its options: fresh, or set up.
func (a *Appliance) deploy() {
	a.instanceID = a.fixture.source.UUID("instance of " + a.options.Site)
	a.site, a.setup = "", setup{}
	if a.options.Fresh {
		return
	}
	switch a.service {
	case Manager, Cloud:
		a.site = a.options.Site
		a.setup.license = licenseInfo{Key: DefaultLicense, IsLicensed: true}
		a.setup.plugin = a.service == Manager
	case CloudManager, Replicator, Tunnel:
	}
	a.setup.lookupService = lookupService{LookupServiceURL, a.fixture.thumbprintAt(LookupServiceURL)}
	if a.service == Cloud {
		a.setup.director = director{DirectorURL, a.fixture.thumbprintAt(DirectorURL), defaultAdministrator}
	}
}

// DefaultLicense is a key that every appliance accepts. Other keys of its form are accepted too, unless they begin
// with WRONG.
const DefaultLicense = "SIMUL-ATED0-LICEN-SEKEY-00001"

var licenseForm = regexp.MustCompile(`^[A-Z0-9]{5}(-[A-Z0-9]{5}){4}$`)

var setupRoutes = []route{
	{method: "GET", path: "/license", handle: (*call).getLicense, on: configurable},
	{method: "POST", path: "/license", handle: (*call).setLicense, setup: true, on: pairingServices},
	{method: "POST", path: "/config/site", handle: (*call).setSite, setup: true, on: pairingServices},
	{method: "POST", path: "/config/lookup-service", handle: (*call).setLookupService, setup: true, on: anyService},
	{method: "DELETE", path: "/config/lookup-service", handle: (*call).unsetLookupService, setup: true, on: managers},
	{method: "POST", path: "/config/check-lookup-service", handle: (*call).checkLookupService, admin: true, unproven: true, on: onlyCloud},
	{method: "POST", path: "/config/manager/lookup-service", handle: (*call).setManagerLookupService, setup: true, unproven: true, on: onlyCloud},
	{method: "POST", path: "/config/vcloud", handle: (*call).setDirector, setup: true, on: onlyCloud},
	{method: "POST", path: "/config/check-vcloud", handle: (*call).checkDirector, admin: true, unproven: true, on: onlyCloud},
	{method: "GET", path: "/config/endpoints", handle: (*call).getEndpoints, on: onlyCloud},
	{method: "POST", path: "/config/endpoints", handle: (*call).setEndpoints, setup: true, on: onlyCloud},
	{method: "POST", path: "/config/vsphere-ui", handle: (*call).registerPlugin, setup: true, since: "4.6", on: onlyManager},
	{method: "DELETE", path: "/config/vsphere-ui", handle: (*call).unregisterPlugin, setup: true, since: "4.6", on: onlyManager},
	{method: "POST", path: "/config/vsphere-ui/register", handle: (*call).registerPluginAs, setup: true, until: "4.5", on: onlyManager},
	{method: "POST", path: "/config/vsphere-ui/unregister", handle: (*call).unregisterPluginAs, setup: true, until: "4.5", on: onlyManager},
}

func ok(body any) (reply, *problem) {
	return reply{status: http.StatusOK, plain: true, body: body}, nil
}

// isConfigured is GET /config/is-configured. It may lag.
func (c *call) isConfigured() (reply, *problem) {
	a := c.appliance
	done := a.setup.lookupService.URL != "" && (a.service == CloudManager || a.site != "") && (a.service != Cloud || a.setup.director.URL != "")
	if done && a.setup.switches.configuredLag > 0 {
		a.setup.switches.configuredLag--
		done = false
	}
	return ok(map[string]bool{"isConfigured": done})
}

// getLicense is GET /license.
func (c *call) getLicense() (reply, *problem) {
	license := c.appliance.setup.license
	if c.appliance.setup.switches.maskedLicense {
		license.Key = "*****"
	}
	return ok(license)
}

// setLicense is POST /license.
func (c *call) setLicense() (reply, *problem) {
	var body struct {
		Key string `json:"key"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if !licenseForm.MatchString(body.Key) || strings.HasPrefix(body.Key, "WRONG") {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The license key is not valid.")
	}
	c.appliance.setup.license = licenseInfo{Key: body.Key, IsLicensed: true, ExpirationDate: c.appliance.setup.switches.licenseEnd}
	return c.getLicense()
}

var siteNameForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// setSite is POST /config/site, which works once.
func (c *call) setSite() (reply, *problem) {
	var site, description string
	if c.appliance.service == Cloud {
		var body struct {
			Site        string `json:"localSite"`
			Description string `json:"localSiteDescription"`
		}
		if err := decode(c.body, &body); err != nil {
			return reply{}, err
		}
		site, description = body.Site, body.Description
	} else {
		var body struct {
			Site string `json:"site"`
		}
		if err := decode(c.body, &body); err != nil {
			return reply{}, err
		}
		site = body.Site
	}
	switch a := c.appliance; {
	case !siteNameForm.MatchString(site):
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The site name %s is not valid.", site)
	case a.site != "":
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "The site name is set already.")
	default:
		a.site, a.setup.description = site, description
		return ok(a.config())
	}
}

// lookupServiceRequest is the body of a lookup service. Since 4.6 that of a vCenter appliance has credentials.
type lookupServiceRequest struct {
	URL        string `json:"url"`
	Thumbprint string `json:"thumbprint"`
}

type ssoAdminCredentials struct {
	SSOUser     string `json:"ssoUser"`
	SSOPassword string `json:"ssoPassword"`
}

// setLookupService is POST /config/lookup-service.
func (c *call) setLookupService() (reply, *problem) {
	if c.appliance.service != Manager || c.version < "4.6" {
		return c.setPlainLookupService(c.appliance)
	}
	var body struct {
		lookupServiceRequest
		Credentials *ssoAdminCredentials `json:"ssoAdminCredentials"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if body.Credentials == nil {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Field ssoAdminCredentials is missing.")
	}
	if err := body.check(c.appliance.fixture); err != nil {
		return reply{}, err
	}
	if err := c.appliance.checkSSO(*body.Credentials); err != nil {
		return reply{}, err
	}
	c.appliance.setup.ssoUser = body.Credentials.SSOUser
	return c.appliance.keepLookupService(body.lookupServiceRequest)
}

// setManagerLookupService is POST /config/manager/lookup-service of the Cloud service, for the Manager of the same
// appliance.
func (c *call) setManagerLookupService() (reply, *problem) {
	if c.appliance.manager == nil {
		return reply{}, refuse(http.StatusInternalServerError, "GeneralServerFailure", "The Manager does not response.")
	}
	return c.setPlainLookupService(c.appliance.manager)
}

func (c *call) setPlainLookupService(of *Appliance) (reply, *problem) {
	body, err := c.readLookupService()
	if err != nil {
		return reply{}, err
	}
	return of.keepLookupService(body)
}

// checkLookupService is POST /config/check-lookup-service.
func (c *call) checkLookupService() (reply, *problem) {
	_, err := c.readLookupService()
	return reply{status: http.StatusNoContent}, err
}

func (c *call) readLookupService() (body lookupServiceRequest, err *problem) {
	if err := decode(c.body, &body); err != nil {
		return body, err
	}
	return body, body.check(c.appliance.fixture)
}

func (r lookupServiceRequest) check(e *Fixture) *problem {
	return checkServer(e, "lookup service", r.URL, r.Thumbprint)
}

// checkServer checks the certificate of a server, as an appliance does.
func checkServer(e *Fixture, name, address, thumbprint string) *problem {
	if !canonicalThumbprint.MatchString(thumbprint) {
		return violation(http.StatusBadRequest, "BadUserInput", "Thumbprint %s is not canonical.", thumbprint)
	}
	switch e.thumbprintAt(address) {
	case "":
		return refuse(http.StatusInternalServerError, "GeneralServerFailure", "No %s answers at %s.", name, address)
	case thumbprint:
		return nil
	}
	return refuse(http.StatusInternalServerError, "CertificateMismatch", "The certificate of the %s differs from the expected one.", name)
}

// checkSSO requires the credentials of an administrator.
func (a *Appliance) checkSSO(given ssoAdminCredentials) *problem {
	found := findPassword(a.host.accounts.SSOUsers, given.SSOUser, given.SSOPassword)
	if found == nil || !found.isAdmin() {
		return refuse(http.StatusBadRequest, "BadUserInput", "The SSO credentials are refused.")
	}
	return nil
}

func (a *Appliance) keepLookupService(r lookupServiceRequest) (reply, *problem) {
	a.setup.lookupService = lookupService{"https://" + hostOf(r.URL) + "/lookupservice/sdk", r.Thumbprint}
	return ok(a.setup.lookupService)
}

// unsetLookupService is DELETE /config/lookup-service.
func (c *call) unsetLookupService() (reply, *problem) {
	c.appliance.setup.lookupService, c.appliance.setup.ssoUser = lookupService{}, ""
	return reply{status: http.StatusNoContent}, nil
}

// directorRequest is ConfigureVcdRequest.
type directorRequest struct {
	URL        string  `json:"vcdUrl"`
	Username   string  `json:"vcdUsername"`
	Password   string  `json:"vcdPassword"`
	Thumbprint *string `json:"vcdThumbprint"`
}

// setDirector is POST /config/vcloud.
func (c *call) setDirector() (reply, *problem) {
	body, err := c.readDirector()
	if err != nil {
		return reply{}, err
	}
	a := c.appliance
	a.setup.director = director{"https://" + hostOf(body.URL) + "/api", a.fixture.thumbprintAt(body.URL), body.Username}
	return ok(a.config())
}

// checkDirector is POST /config/check-vcloud.
func (c *call) checkDirector() (reply, *problem) {
	_, err := c.readDirector()
	return reply{status: http.StatusNoContent}, err
}

func (c *call) readDirector() (body directorRequest, err *problem) {
	if err := decode(c.body, &body); err != nil {
		return body, err
	}
	if strings.Count(body.URL, "/api") != 1 || !strings.HasSuffix(body.URL, "/api") {
		return body, violation(http.StatusBadRequest, "BadUserInput", "%s does not end in /api.", body.URL)
	}
	thumbprint := c.appliance.fixture.thumbprintAt(body.URL) // without one, the appliance relies on public authorities
	if body.Thumbprint != nil {
		thumbprint = *body.Thumbprint
	}
	if thumbprint == "" {
		thumbprint = "SHA-256" + strings.Repeat(":00", 32)
	}
	if err := checkServer(c.appliance.fixture, "Cloud Director", body.URL, thumbprint); err != nil {
		return body, err
	}
	found := findPassword(c.appliance.host.accounts.VCDUsers, body.Username, body.Password)
	if found == nil || !found.isAdmin() {
		return body, refuse(http.StatusBadRequest, "BadUserInput", "Cloud Director refuses the credentials.")
	}
	return body, nil
}

// endpointConfiguration is EndpointConfiguration; null is unset.
type endpointConfiguration struct {
	MgmtAddress       *string `json:"mgmtAddress"`
	MgmtPort          *int64  `json:"mgmtPort"`
	MgmtPublicAddress *string `json:"mgmtPublicAddress"`
	MgmtPublicPort    *int64  `json:"mgmtPublicPort"`
	APIAddress        *string `json:"apiAddress"`
	APIPort           *int64  `json:"apiPort"`
	APIPublicAddress  *string `json:"apiPublicAddress"`
	APIPublicPort     *int64  `json:"apiPublicPort"`
}

// Endpoints are the configured public endpoints of an appliance; "" and 0 are unset.
type Endpoints struct {
	MgmtPublicAddress string
	MgmtPublicPort    int64
	APIPublicAddress  string
	APIPublicPort     int64
}

// getEndpoints is GET /config/endpoints.
func (c *call) getEndpoints() (reply, *problem) {
	configured := c.appliance.setup.endpoints
	effective := configured
	setDefault(&effective.MgmtAddress, new("10.0.0.10"))
	setDefault(&effective.MgmtPort, new(int64(8046)))
	setDefault(&effective.MgmtPublicAddress, effective.MgmtAddress)
	setDefault(&effective.MgmtPublicPort, effective.MgmtPort)
	setDefault(&effective.APIAddress, new("10.0.0.10"))
	setDefault(&effective.APIPort, new(int64(8443)))
	setDefault(&effective.APIPublicAddress, effective.APIAddress)
	setDefault(&effective.APIPublicPort, effective.APIPort)
	if c.appliance.setup.switches.emptyEndpoints {
		setDefault(&configured.MgmtAddress, new(""))
		setDefault(&configured.MgmtPublicAddress, new(""))
		setDefault(&configured.APIAddress, new(""))
		setDefault(&configured.APIPublicAddress, new(""))
	}
	return ok(map[string]endpointConfiguration{"configured": configured, "effective": effective})
}

// setDefault sets a field that is nil.
func setDefault[T any](field **T, value *T) {
	if *field == nil {
		*field = value
	}
}

// setEndpoints is POST /config/endpoints, which replaces all eight fields.
func (c *call) setEndpoints() (reply, *problem) {
	var body endpointConfiguration
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	for _, address := range []**string{&body.MgmtAddress, &body.MgmtPublicAddress, &body.APIAddress, &body.APIPublicAddress} {
		if *address != nil && **address == "" {
			*address = nil
		}
	}
	c.appliance.setup.endpoints = body
	return c.getEndpoints()
}

// registerPlugin is POST /config/vsphere-ui.
func (c *call) registerPlugin() (reply, *problem) {
	if len(c.body) > 0 {
		return reply{}, violation(http.StatusBadRequest, "BadRequest", "The plug-in is registered without a body.")
	}
	if c.appliance.setup.lookupService.URL == "" {
		return reply{}, violation(http.StatusBadRequest, "BadRequest", "The plug-in needs the lookup service first.")
	}
	c.appliance.setup.plugin = true
	return ok(map[string]string{"status": "OK"})
}

// unregisterPlugin is DELETE /config/vsphere-ui.
func (c *call) unregisterPlugin() (reply, *problem) {
	if !c.appliance.setup.plugin && c.appliance.setup.switches.missingPluginStatus != 0 {
		return reply{}, refuse(c.appliance.setup.switches.missingPluginStatus, "NotFound", "The plug-in is not registered.")
	}
	c.appliance.setup.plugin = false
	return reply{status: http.StatusNoContent}, nil
}

// registerPluginAs and unregisterPluginAs are the calls of API 4.5.
func (c *call) registerPluginAs() (reply, *problem) {
	if err := c.readSSO(); err != nil {
		return reply{}, err
	}
	c.body = nil
	return c.registerPlugin()
}

func (c *call) unregisterPluginAs() (reply, *problem) {
	if err := c.readSSO(); err != nil {
		return reply{}, err
	}
	return c.unregisterPlugin()
}

func (c *call) readSSO() *problem {
	var body ssoAdminCredentials
	if err := decode(c.body, &body); err != nil {
		return err
	}
	return c.appliance.checkSSO(body)
}
