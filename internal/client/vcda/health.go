package vcda

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Health is the result of the health task (ManagerHealthInfo, CloudHealthInfo). A
// nil error means that the check found no problem, or that the service does not
// make it. Times are in milliseconds since the epoch.
type Health struct {
	ProductName             string    `json:"productName"`
	BuildVersion            string    `json:"buildVersion"`
	BuildDate               int64     `json:"buildDate"`
	InstanceID              string    `json:"instanceId"`
	RuntimeID               string    `json:"runtimeId"`
	Address                 string    `json:"address"`
	CurrentTime             int64     `json:"currentTime"`
	ServiceBoot             int64     `json:"serviceBootTimestamp"`
	ApplianceBoot           int64     `json:"applianceBootTimestamp"`
	DiskUsage               DiskUsage `json:"diskUsage"`
	Database                *APIError `json:"dbError"`
	LookupService           *APIError `json:"lsError"`
	NTP                     *APIError `json:"ntpError"`
	SSOAdmin                *APIError `json:"ssoAdminError"`
	ReplicatorLookupService *APIError `json:"localReplicatorsLsMismatch"`
	VCloud                  *APIError `json:"vcdError"`
	Manager                 *APIError `json:"managerError"`

	Tunnels            []TunnelHealth `json:"tunnelConnectivity"`
	OfflineReplicators []Replicator   `json:"offlineReplicators"`
	OnlineReplicators  []Replicator   `json:"onlineReplicators"`

	LocalReplicators  []ReplicatorHealth `json:"localReplicatorsHealth"`
	ManagerInstanceID string             `json:"-"` // of the Manager of a Cloud service

	ManagerHealth *Health `json:"managerHealth"` // Cloud service only
}

// ReplicatorHealth is the report of a replicator of the site.
type ReplicatorHealth struct {
	ProductName     string       `json:"productName"`
	BuildVersion    string       `json:"buildVersion"`
	BuildDate       int64        `json:"buildDate"`
	InstanceID      string       `json:"instanceId"`
	RuntimeID       string       `json:"runtimeId"`
	Address         string       `json:"address"`
	CurrentTime     int64        `json:"currentTime"`
	ServiceBoot     int64        `json:"serviceBootTimestamp"`
	ApplianceBoot   int64        `json:"applianceBootTimestamp"`
	DiskUsage       DiskUsage    `json:"diskUsage"`
	LWD             *APIError    `json:"lwdError"`
	HBR             *APIError    `json:"hbrError"`
	H4DM            *APIError    `json:"h4dmError"`
	LookupService   *APIError    `json:"lsError"`
	Database        *APIError    `json:"dbError"`
	NTP             *APIError    `json:"ntpError"`
	OnlineManagers  []ManagerRef `json:"onlineManagers"`
	OfflineManagers []ManagerRef `json:"offlineManagers"`
}

// ManagerRef is a Manager that a replicator knows.
type ManagerRef struct {
	ID string `json:"id"`
}

// DiskUsage is in bytes.
type DiskUsage struct {
	Free   int64 `json:"free"`
	Usable int64 `json:"usable"`
	Total  int64 `json:"total"`
}

// TunnelHealth is the state of the connection to a tunnel.
type TunnelHealth struct {
	Service struct {
		ID          string `json:"id"`
		URL         string `json:"url"`
		Certificate string `json:"certificate"` // base64 of the DER form
	} `json:"tunnelService"`
	Error *APIError `json:"error"`
}

// Finding is a problem that the health task found.
type Finding struct {
	Check string // such as "database"
	Err   APIError
}

// CodeOffline is the client's own code for a replicator that does not respond: the
// appliance lists it without an error.
const CodeOffline = "ReplicatorOffline"

// Findings lists the problems, in the order of the checks; none means healthy.
func (h Health) Findings() []Finding {
	var found []Finding
	add := func(check string, e *APIError) {
		if e != nil {
			found = append(found, Finding{check, *e})
		}
	}
	add("database", h.Database)
	add("lookup service", h.LookupService)
	add("NTP", h.NTP)
	add("SSO administrator", h.SSOAdmin)
	add("lookup service of the local replicators", h.ReplicatorLookupService)
	add("Cloud Director", h.VCloud)
	add("Manager service", h.Manager)
	for _, t := range h.Tunnels {
		add("tunnel "+t.Service.URL, t.Error)
	}
	for _, r := range h.OfflineReplicators {
		add("replicator "+cmp.Or(r.APIURL, r.ID), &APIError{Code: CodeOffline, Msg: "The replicator is offline."})
	}
	return found
}

// Health runs the health task and waits for its result ("Health Info"). Up to API
// 4.6 a GET starts the task, which is retried like a read; since 4.7 a POST, which
// is sent once.
func (c *Client) Health(ctx context.Context) (Health, error) {
	if err := c.SettleVersion(ctx); err != nil {
		return Health{}, err
	}
	method := http.MethodPost
	if slices.Contains([]string{"4.5", "4.6"}, c.APIVersion()) {
		method = http.MethodGet
	}
	task, err := c.start(ctx, rest.Request{Method: method, Path: "/diagnostics/health", RetryBusy: true})
	if err != nil {
		return Health{}, err
	}
	if task, err = c.WaitForResult(ctx, task); err != nil {
		return Health{}, err
	}
	return decodeHealth(task)
}

func decodeHealth(t Task) (Health, error) {
	var h *Health
	if err := json.Unmarshal(t.Result, &h); err != nil || h == nil {
		return Health{}, &rest.ResponseError{
			Call: rest.Call{Method: http.MethodGet, Path: "/tasks/" + t.ID}, Status: http.StatusOK,
			Reason: "the task has no health result of the documented form", JSON: true, Err: err,
		}
	}
	if h.ManagerHealth != nil {
		h.merge(*h.ManagerHealth)
	}
	return *h, nil
}

// merge adds the problems of the Manager service to those of its Cloud service.
func (h *Health) merge(m Health) {
	h.Database = cmp.Or(h.Database, m.Database)
	h.LookupService = cmp.Or(h.LookupService, m.LookupService)
	h.NTP = cmp.Or(h.NTP, m.NTP)
	h.SSOAdmin = cmp.Or(h.SSOAdmin, m.SSOAdmin)
	h.ReplicatorLookupService = cmp.Or(h.ReplicatorLookupService, m.ReplicatorLookupService)
	h.OfflineReplicators = append(h.OfflineReplicators, m.OfflineReplicators...)
	h.OnlineReplicators = append(h.OnlineReplicators, m.OnlineReplicators...)
	h.LocalReplicators = append(h.LocalReplicators, m.LocalReplicators...)
	h.ManagerInstanceID = m.InstanceID
	for _, t := range m.Tunnels {
		same := func(other TunnelHealth) bool { return other.Service == t.Service }
		if i := slices.IndexFunc(h.Tunnels, same); i >= 0 {
			h.Tunnels[i].Error = cmp.Or(h.Tunnels[i].Error, t.Error)
		} else {
			h.Tunnels = append(h.Tunnels, t)
		}
	}
}
