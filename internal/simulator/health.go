package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

const healthByPost = "4.7" // the first version to POST for health

// commonHealth is what both flavors report.
type commonHealth struct {
	ProductName            string         `json:"productName"`
	BuildVersion           string         `json:"buildVersion"`
	BuildDate              int64          `json:"buildDate"`
	InstanceID             string         `json:"instanceId"`
	RuntimeID              string         `json:"runtimeId"`
	CurrentTime            int64          `json:"currentTime"`
	Address                string         `json:"address"`
	ServiceBootTimestamp   int64          `json:"serviceBootTimestamp"`
	ApplianceBootTimestamp int64          `json:"applianceBootTimestamp"`
	DiskUsage              diskUsage      `json:"diskUsage"`
	DBError                *apiError      `json:"dbError"`
	LsError                *apiError      `json:"lsError"`
	NTPError               *apiError      `json:"ntpError"`
	TunnelConnectivity     []tunnelHealth `json:"tunnelConnectivity"`
}

// managerHealthInfo is ManagerHealthInfo.
type managerHealthInfo struct {
	commonHealth
	SsoAdminError              *apiError          `json:"ssoAdminError"`
	LocalReplicatorsLsMismatch *apiError          `json:"localReplicatorsLsMismatch"`
	OfflineReplicators         []replicatorInfo   `json:"offlineReplicators"`
	OnlineReplicators          []replicatorInfo   `json:"onlineReplicators"`
	LocalReplicatorsHealth     []replicatorHealth `json:"localReplicatorsHealth"`
}

// cloudHealthInfo is CloudHealthInfo.
type cloudHealthInfo struct {
	commonHealth
	VcdError      *apiError         `json:"vcdError"`
	ManagerError  *apiError         `json:"managerError"`
	ManagerHealth managerHealthInfo `json:"managerHealth"`
}

// replicatorInfo is ReplicatorInfo, as far as health needs it.
type replicatorInfo struct {
	ID            string `json:"id"`
	Site          string `json:"site"`
	APIURL        string `json:"apiUrl"`
	PairingCookie string `json:"pairingCookie"`
}

type diskUsage struct {
	Free   int64 `json:"free"`
	Usable int64 `json:"usable"`
	Total  int64 `json:"total"`
}

type tunnelHealth struct {
	TunnelService tunnelService `json:"tunnelService"`
	Error         *apiError     `json:"error"`
}

type tunnelService struct {
	ID          string `json:"id"`
	URL         string `json:"url"`
	Certificate string `json:"certificate"`
}

// health is GET /diagnostics/health up to 4.6 and POST since.
func (c *call) health() (reply, *problem) {
	if wanted := healthMethod(c.version); c.route.method != wanted {
		return reply{}, violation(http.StatusMethodNotAllowed, "BadRequest", "In API %s health is asked by %s.", c.version, wanted)
	}
	workflow := workflowInfo{Type: "health", ResourceType: "MANAGER", ResourceID: c.appliance.instanceID, ResourceName: c.appliance.site}
	if c.appliance.service == Cloud {
		workflow.ResourceType = "CLOUD"
	}
	task := c.startTask(workflow, func() (any, *apiError) { return c.appliance.healthInfo(), nil })
	return reply{status: http.StatusAccepted, body: task}, nil
}

func healthMethod(version string) string {
	if version < healthByPost {
		return http.MethodGet
	}
	return http.MethodPost
}

func (a *Appliance) healthInfo() any {
	manager := managerHealthInfo{
		commonHealth: a.commonHealth(), SsoAdminError: a.healthErrors["ssoAdminError"],
		LocalReplicatorsLsMismatch: a.healthErrors["localReplicatorsLsMismatch"],
		OfflineReplicators:         a.replicatorInfos(a.replicators.offline), OnlineReplicators: append(a.replicatorInfos(a.replicators.online), a.registeredReplicators()...),
		LocalReplicatorsHealth: a.localReplicators(),
	}
	if a.manager != nil {
		manager.InstanceID = a.manager.instanceID
		manager.OnlineReplicators = append(manager.OnlineReplicators, a.manager.registeredReplicators()...)
		manager.LocalReplicatorsHealth = a.manager.localReplicators()
	}
	if a.service == Manager {
		return manager
	}
	return cloudHealthInfo{
		commonHealth: a.commonHealth(), VcdError: a.healthErrors["vcdError"], ManagerError: a.healthErrors["managerError"], ManagerHealth: manager,
	}
}

func (a *Appliance) commonHealth() commonHealth {
	now := a.fixture.now()
	boot := now.Add(-24 * time.Hour).UnixMilli()
	return commonHealth{
		ProductName: productName, BuildVersion: a.buildVersion(), BuildDate: buildDate,
		InstanceID: a.instanceID, RuntimeID: a.instanceID, CurrentTime: now.UnixMilli(), Address: a.url,
		ServiceBootTimestamp: boot, ApplianceBootTimestamp: boot,
		DiskUsage: diskUsage{Free: 6 << 30, Usable: 5 << 30, Total: 10 << 30},
		DBError:   a.healthErrors["dbError"], LsError: a.healthErrors["lsError"], NTPError: a.healthErrors["ntpError"],
		TunnelConnectivity: a.tunnelConnectivity(),
	}
}

// tunnelConnectivity returns the health of the registered tunnels, else of the built-in one.
func (a *Appliance) tunnelConnectivity() []tunnelHealth {
	if len(a.setup.tunnels) == 0 {
		return []tunnelHealth{{
			TunnelService: tunnelService{ID: a.instanceID, URL: innerTunnelURL, Certificate: a.certificateBase64()},
			Error:         a.healthErrors["tunnelConnectivity"],
		}}
	}
	var all []tunnelHealth
	for _, row := range a.setup.tunnels {
		all = append(all, tunnelHealth{TunnelService: row.info(), Error: a.healthErrors["tunnelConnectivity"]})
	}
	return all
}

// replicatorHealth is ReplicatorHealthInfo.
type replicatorHealth struct {
	ProductName            string        `json:"productName"`
	BuildVersion           string        `json:"buildVersion"`
	BuildDate              int64         `json:"buildDate"`
	InstanceID             string        `json:"instanceId"`
	RuntimeID              string        `json:"runtimeId"`
	CurrentTime            int64         `json:"currentTime"`
	Address                string        `json:"address"`
	ServiceBootTimestamp   int64         `json:"serviceBootTimestamp"`
	ApplianceBootTimestamp int64         `json:"applianceBootTimestamp"`
	DiskUsage              diskUsage     `json:"diskUsage"`
	LwdError               *apiError     `json:"lwdError"`
	HbrError               *apiError     `json:"hbrError"`
	H4dmError              *apiError     `json:"h4dmError"`
	LsError                *apiError     `json:"lsError"`
	DBError                *apiError     `json:"dbError"`
	NTPError               *apiError     `json:"ntpError"`
	OnlineManagers         []managerInfo `json:"onlineManagers"`
	OfflineManagers        []managerInfo `json:"offlineManagers"`
}

type managerInfo struct {
	ID string `json:"id"`
}

// localReplicators are the health reports of the registered replicators.
func (a *Appliance) localReplicators() []replicatorHealth {
	all := []replicatorHealth{}
	now := a.fixture.now()
	boot := now.Add(-24 * time.Hour).UnixMilli()
	for _, row := range a.setup.replicators {
		all = append(all, replicatorHealth{
			ProductName: productName, BuildVersion: a.buildVersion(), BuildDate: buildDate, InstanceID: row.id, RuntimeID: row.id,
			CurrentTime: now.UnixMilli(), Address: row.url, ServiceBootTimestamp: boot, ApplianceBootTimestamp: boot,
			DiskUsage:      diskUsage{Free: 6 << 30, Usable: 5 << 30, Total: 10 << 30},
			OnlineManagers: []managerInfo{{a.instanceID}}, OfflineManagers: []managerInfo{},
		})
	}
	return all
}

func (a *Appliance) registeredReplicators() []replicatorInfo {
	var infos []replicatorInfo
	for _, row := range a.setup.replicators {
		infos = append(infos, replicatorInfo{ID: row.id, Site: row.site, APIURL: row.url, PairingCookie: "cookie-of-" + row.id})
	}
	return infos
}

// replicatorHosts are the hosts of the replicators in the health report.
type replicatorHosts struct{ online, offline []string }

func (a *Appliance) replicatorInfos(hosts []string) []replicatorInfo {
	infos := []replicatorInfo{}
	for _, host := range hosts {
		infos = append(infos, replicatorInfo{ID: host, Site: a.site, APIURL: "https://" + host + ":8043", PairingCookie: "cookie-of-" + host})
	}
	return infos
}

// SetReplicators sets the replicators of the health report by their hosts, which are their IDs too. The Cloud service
// shows them in managerHealth.
func (a *Appliance) SetReplicators(online, offline []string) {
	a.fixture.do(func() { a.replicators = replicatorHosts{slices.Clone(online), slices.Clone(offline)} })
}

// HealthFields are the errors of the health report, for SetHealthError.
var HealthFields = []string{
	"dbError", "lsError", "ntpError", "ssoAdminError", "localReplicatorsLsMismatch", "vcdError", "managerError", "tunnelConnectivity",
}

// SetHealthError sets an error of the health report; an empty code removes it. The Cloud service shows ssoAdminError
// and localReplicatorsLsMismatch in managerHealth. tunnelConnectivity is the error of the one tunnel.
func (a *Appliance) SetHealthError(field, code, msg string) {
	if !slices.Contains(HealthFields, field) {
		panic(fmt.Sprintf("simulator: health has no field %q", field))
	}
	a.fixture.do(func() {
		delete(a.healthErrors, field)
		if code != "" {
			a.healthErrors[field] = newAPIError(code, "%s", msg)
		}
	})
}
