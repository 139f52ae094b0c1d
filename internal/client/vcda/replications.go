package vcda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Kind is the kind of object that a replication replicates.
type Kind string

// The kinds of replications. The Cloud service replicates VMs and vApps, the
// Manager service VMs of a vCenter.
const (
	VM      Kind = "vm"
	VApp    Kind = "vapp"
	VSphere Kind = "vsphere"
)

// idPrefixes are the prefixes of the ids of each kind.
var idPrefixes = map[Kind]string{VApp: "C4VAPP-", VM: "C4-", VSphere: "H4-"}

// KindOf returns the kind of a replication by its id, or "".
func KindOf(id string) Kind {
	for kind, prefix := range idPrefixes {
		if strings.HasPrefix(id, prefix) {
			return kind
		}
	}
	return ""
}

// Service returns the service that has replications of this kind.
func (k Kind) Service() Service {
	if k == VSphere {
		return Manager
	}
	return Cloud
}

// path returns the path of the replications of the kind.
func (k Kind) path() string {
	return map[Kind]string{VM: "/vm-replications", VApp: "/vapp-replications", VSphere: "/replications"}[k]
}

// ResourceType returns the resource type of tasks about the kind.
func (k Kind) ResourceType() string {
	return map[Kind]string{VM: "vmReplication", VApp: "vappReplication", VSphere: "replication"}[k]
}

// The recovery states of a replication.
const (
	RecoveryNotStarted = "NOT_STARTED"
	RecoveryInProgress = "IN_PROGRESS"
	RecoveryTest       = "TEST"
	RecoveryComplete   = "COMPLETE"
)

// Replication is SingleVmReplicationInfo or VappReplicationInfo of the Cloud
// service, or ReplicationInfo of the Manager service. Fields that the kind does not
// have are empty. The passwords in a response are not decoded.
type Replication struct {
	ID               string           `json:"id"`
	VMID             string           `json:"vmId"`
	VMName           string           `json:"vmName"`
	Owner            string           `json:"owner"`
	Paused           bool             `json:"isPaused"`
	Reversed         bool             `json:"isReversed"`
	Migration        bool             `json:"isMigration"`
	Settings         Settings         `json:"settings"`
	Source           Place            `json:"source"`
	Destination      Place            `json:"destination"`
	VAppReplication  string           `json:"vappReplicationId"`
	SourceState      json.RawMessage  `json:"sourceState"` // read by SyncProgress only
	DestinationState DestinationState `json:"destinationState"`
	ConnectionState  string           `json:"dataConnectionState"`
	Health           string           `json:"overallHealth"`
	LastUpdated      int64            `json:"lastUpdated"`
	StorageProfile   string           `json:"storageProfile"`
	PlacementPolicy  string           `json:"placementPolicy"`
	Descriptor       struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"descriptor"` // vApp
	VMs []Replication `json:"vmReplications"` // vApp
}

// Place is one end of a replication on the Cloud service.
type Place struct {
	Site          string `json:"site"`
	Org           string `json:"org"`
	VDCID         string `json:"vdcId"` // empty for an on-premises site
	VDCName       string `json:"vdcName"`
	VAppID        string `json:"vappId"`          // source
	RecoveredVApp string `json:"recoveredVappId"` // destination
	VCenterID     string `json:"vcUuid"`          // on premises
}

// Settings are the settings of a replication. RPO is in minutes, InitialSyncTime in
// milliseconds since the epoch. A response may have none of them. Only the Manager
// service has Migration and the fields after it.
type Settings struct {
	Description      string           `json:"description"`
	RPO              int64            `json:"rpo"`
	ConnectionType   string           `json:"dataConnectionType"`
	Quiesced         *bool            `json:"quiesced"`
	Retention        *RetentionPolicy `json:"retentionPolicy"`
	ExcludedDiskKeys []int64          `json:"excludedDiskKeys"`
	InitialSyncTime  int64            `json:"initialSyncTime"`
	TargetDiskType   string           `json:"targetDiskType"`

	Migration           bool      `json:"isMigration"`
	Reversed            bool      `json:"isReversed"`
	VCenterID           string    `json:"vcId"`
	VMID                string    `json:"vmId"`
	SourceLocation      Location  `json:"sourceLocation"`
	DestinationLocation Location  `json:"destinationLocation"`
	Placement           Placement `json:"replicationPlacement"`
}

// RetentionPolicy are the rules by which instances are kept. Without rules only the
// latest is kept.
type RetentionPolicy struct {
	Rules []RetentionRule `json:"rules"`
}

// RetentionRule keeps a number of instances, Distance minutes apart.
type RetentionRule struct {
	Instances int64 `json:"numberOfInstances"`
	Distance  int64 `json:"distance"`
}

// Location is a site and its replicator.
type Location struct {
	Site         string `json:"site"`
	ReplicatorID string `json:"replicatorId"`
}

// Placement is the location of the disks of a replication of the Manager service.
type Placement struct {
	VCenterID         string          `json:"vcId"`
	DatastoreID       string          `json:"datastoreId"`
	DatastoreFolder   string          `json:"datastoreFolder"`
	StorageProfileID  string          `json:"storageProfileId,omitempty"`
	ValidateSeedUUIDs *bool           `json:"validateSeedUuids,omitempty"`
	Disks             []DiskPlacement `json:"disks,omitempty"`
}

// DiskPlacement is the location of a disk, or of its seed.
type DiskPlacement struct {
	Key              int64  `json:"diskKey"`
	DatastoreID      string `json:"datastoreId"`
	Path             string `json:"diskPath,omitempty"`
	Seed             bool   `json:"isSeed"`
	StorageProfileID string `json:"storageProfileId,omitempty"`
}

// DestinationState is the state of a replication at its destination. RPOViolation
// is in minutes, SpaceRequired in bytes.
type DestinationState struct {
	RPOViolation   int64     `json:"currentRpoViolation"`
	SpaceRequired  int64     `json:"spaceRequirement"`
	LatestInstance *Instance `json:"latestInstance"`
	Recovery       *Recovery `json:"recoveryInfo"`
	LastError      *APIError `json:"lastError"`
}

// Recovery is the state of a recovery and its VM: VAppID and CloudVMID in a Cloud
// Director, VCenterID and VMID in a vCenter.
type Recovery struct {
	State     string `json:"recoveryState"`
	VAppID    string `json:"vAppId"`
	CloudVMID string `json:"vcdVmId"`
	VCenterID string `json:"vcId"`
	VMID      string `json:"vmId"`
	VMName    string `json:"vmName"`
}

// Instance is a point in time that a VM can be recovered to. Timestamp is in
// milliseconds since the epoch.
type Instance struct {
	Key             string `json:"key"`
	SequenceNumber  int64  `json:"sequenceNumber"`
	Timestamp       int64  `json:"timestamp"`
	TransferBytes   int64  `json:"transferBytes"`
	TransferSeconds int64  `json:"transferSeconds"`
	QuiescedType    string `json:"quiescedType"`
	Pinned          bool   `json:"isPinned"`
}

// SyncProgress returns the progress of the running synchronization in percent, if
// the appliance shows it.
func (r Replication) SyncProgress() (percent int, known bool) {
	var state struct {
		Progress *struct {
			Percent float64 `json:"progress"`
		} `json:"progress"`
	}
	if json.Unmarshal(r.SourceState, &state) != nil || state.Progress == nil {
		return 0, false
	}
	return int(state.Progress.Percent), true
}

// Kind returns the kind of the replication.
func (r Replication) Kind() Kind { return KindOf(r.ID) }

// Machines returns the replications of the VMs of a vApp, or the replication
// itself.
func (r Replication) Machines() []Replication {
	if len(r.VMs) > 0 {
		return r.VMs
	}
	return []Replication{r}
}

// RecoveryState returns the state of the recovery. For a vApp it is the first of in
// progress, test and complete that one of its VMs has.
func (r Replication) RecoveryState() string {
	states := map[string]bool{}
	for _, vm := range r.Machines() {
		if vm.DestinationState.Recovery != nil {
			states[vm.DestinationState.Recovery.State] = true
		}
	}
	for _, state := range []string{RecoveryInProgress, RecoveryTest, RecoveryComplete} {
		if states[state] {
			return state
		}
	}
	return RecoveryNotStarted
}

// IsRecovered reports whether the VM of a replication runs at the destination: in a
// failover test, or after a recovery.
func (r Replication) IsRecovered() bool {
	recovery := r.DestinationState.Recovery
	return recovery != nil && (recovery.State == RecoveryTest || recovery.State == RecoveryComplete)
}

// IsMigration reports whether the replication is a migration. The Manager service
// has the flag in the settings.
func (r Replication) IsMigration() bool { return r.Migration || r.Settings.Migration }

// IsReversed reports whether source and destination have been swapped.
func (r Replication) IsReversed() bool {
	return slices.ContainsFunc(r.Machines(), func(vm Replication) bool { return vm.Reversed || vm.Settings.Reversed })
}

// IsPaused reports whether the replication is paused. Not every version of the
// Manager service shows a flag.
func (r Replication) IsPaused() bool {
	return !slices.ContainsFunc(r.Machines(), func(vm Replication) bool { return !vm.Paused && vm.ConnectionState != "PAUSED" })
}

// Name returns the name of the VM or vApp.
func (r Replication) Name() string {
	if r.Kind() == VApp {
		return r.Descriptor.Name
	}
	return r.VMName
}

// SourceSite and DestinationSite return the current sites, which a reverse swaps.
func (r Replication) SourceSite() string { return r.Source.Site + r.Settings.SourceLocation.Site }

// DestinationSite returns the site of the recovery.
func (r Replication) DestinationSite() string {
	return r.Destination.Site + r.Settings.DestinationLocation.Site
}

// SourceVM returns the id of the VM that is replicated.
func (r Replication) SourceVM() string { return r.VMID + r.Settings.VMID }

// ReplicationFilter selects replications in a list. An empty field does not filter.
// The appliance may ignore a field that it does not know.
type ReplicationFilter struct {
	IDs        []string
	SourceVM   string // Cloud, VM
	SourceVApp string // Cloud, vApp
}

func (f ReplicationFilter) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"ids": strings.Join(f.IDs, ","), "vmId": f.SourceVM, "vappId": f.SourceVApp} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// listPage is the number of items of a page.
const listPage = 100

// Replications lists replications ("Vm Replications", "Replications", "Replication
// Query Replications"). The pages after the first are read concurrently.
func (c *Client) Replications(ctx context.Context, kind Kind, filter ReplicationFilter) ([]Replication, error) {
	return readPages[Replication](ctx, c, kind.path(), filter.values(), func(r Replication) string { return r.ID })
}

// readPages reads all pages of a list. key identifies items, because an item that
// is added or removed during the reads moves others to another page.
func readPages[T any](ctx context.Context, c *Client, path string, query url.Values, key func(T) string) ([]T, error) {
	first, call, err := readPage(ctx, c, path, pageAt(query, 0), key)
	if err == nil && first.IsList {
		err = call.OtherForm("it is a list, not a page of one")
	}
	if err != nil {
		return nil, err
	}
	return readOtherPages(ctx, c, path, query, key, first)
}

// readArrayOrPages reads a list that is an array or comes in pages. The first
// request has no page parameters, which an array does not have.
func readArrayOrPages[T any](ctx context.Context, c *Client, path string, query url.Values, key func(T) string) ([]T, error) {
	first, _, err := readPage(ctx, c, path, query, key)
	if err != nil || first.IsList {
		return first.Items, err
	}
	return readOtherPages(ctx, c, path, query, key, first)
}

// readOtherPages reads the pages after the first one concurrently, and joins all.
func readOtherPages[T any](ctx context.Context, c *Client, path string, query url.Values, key func(T) string, first rest.Page[T]) ([]T, error) {
	size := len(first.Items)
	if size == 0 || *first.Total <= size {
		return first.Items, nil
	}
	parts := make([]rest.Page[T], (*first.Total-1)/size)
	group, groupCtx := errgroup.WithContext(ctx)
	for i := range parts {
		group.Go(func() (err error) {
			parts[i], _, err = readPage(groupCtx, c, path, pageAt(query, (i+1)*size), key)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all, seen := make([]T, 0, *first.Total), map[string]bool{}
	for _, part := range append([]rest.Page[T]{first}, parts...) {
		for _, item := range part.Items {
			if !seen[key(item)] {
				seen[key(item)] = true
				all = append(all, item)
			}
		}
	}
	return all, nil
}

// pageAt adds the page at an offset to a query.
func pageAt(query url.Values, offset int) url.Values {
	values := url.Values{"limit": {strconv.Itoa(listPage)}, "offset": {strconv.Itoa(offset)}}
	maps.Copy(values, query)
	return values
}

// readPage reads one page. Missing items, a missing total, or an item without a key
// is an error, because the list would be wrong.
func readPage[T any](ctx context.Context, c *Client, path string, query url.Values, key func(T) string) (rest.Page[T], *rest.Response, error) {
	var page rest.Page[T]
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: c.atSite(query), DecodeInto: &page})
	if err != nil {
		return rest.Page[T]{}, nil, err
	}
	var unusable string
	switch {
	case page.Items == nil:
		unusable = "it has no list of items"
	case page.Total == nil && !page.IsList:
		unusable = "it has no total"
	case slices.ContainsFunc(page.Items, func(item T) bool { return key(item) == "" }):
		unusable = "an item in it has no id"
	default:
		return page, response, nil
	}
	return rest.Page[T]{}, nil, response.OtherForm(unusable)
}

// replicationList is a list of replications with an index by id.
type replicationList struct {
	all  []Replication
	byID map[string]int
}

// listReplications returns the shared list of all replications of a kind.
func (c *Client) listReplications(ctx context.Context, kind Kind) (replicationList, error) {
	return c.replications.Get(ctx, kind, func(ctx context.Context) (replicationList, error) {
		all, err := c.Replications(ctx, kind, ReplicationFilter{})
		list := replicationList{all, make(map[string]int, len(all))}
		for i, r := range all {
			list.byID[r.ID] = i
		}
		return list, err
	})
}

// SharedReplications is Replications with a list that reads share. The caller must
// not change it.
func (c *Client) SharedReplications(ctx context.Context, kind Kind) ([]Replication, error) {
	list, err := c.listReplications(ctx, kind)
	return list.all, err
}

// FindReplication finds a replication by its id in the shared list. If the list
// does not have it, it is read separately; nil if it does not exist.
func (c *Client) FindReplication(ctx context.Context, id string) (*Replication, error) {
	list, err := c.listReplications(ctx, KindOf(id))
	if err != nil {
		return nil, err
	}
	if at, ok := list.byID[id]; ok {
		return &list.all[at], nil
	}
	return c.ReplicationByID(ctx, id)
}

// ReplicationByID reads one replication by the filter of the list. It is nil if the
// replication does not exist.
func (c *Client) ReplicationByID(ctx context.Context, id string) (*Replication, error) {
	found, err := c.Replications(ctx, KindOf(id), ReplicationFilter{IDs: []string{id}})
	if err != nil {
		return nil, err
	}
	for i := range found { // the appliance may ignore the filter
		if found[i].ID == id {
			return &found[i], nil
		}
	}
	return nil, nil
}

// IsSiteNotFound reports whether the appliance does not know the site of a call.
// The replication may exist.
func IsSiteNotFound(err error) bool {
	var e *rest.StatusError
	return errors.As(err, &e) && e.Status == http.StatusNotFound && e.Code == CodeSiteNotFound
}

// IsNotExtended reports whether the session is not extended to a site, or the site
// refuses its login.
func IsNotExtended(err error) bool {
	var e *rest.StatusError
	return errors.As(err, &e) && e.Status == http.StatusUnauthorized && e.Code == CodeRemoteAuthentication
}

// replicationPath returns the path of a replication, or of a part of it.
func replicationPath(id string, parts ...string) (string, error) {
	kind := KindOf(id)
	if kind == "" {
		return "", fmt.Errorf("%q is not the id of a replication", id)
	}
	return kind.path() + "/" + url.PathEscape(id) + strings.Join(parts, ""), nil
}

// changeReplication starts a task about a replication.
func (c *Client) changeReplication(ctx context.Context, method, id, part string, body any) (Task, error) {
	path, err := replicationPath(id, part)
	if err != nil {
		return Task{}, err
	}
	return c.start(ctx, rest.Request{Method: method, Path: path, Body: body})
}

// StartReplication starts a replication at the client's site ("Start", "Start Vm
// Replication", "Replication Start"). It is sent once, whatever the response.
func (c *Client) StartReplication(ctx context.Context, kind Kind, start any) (Task, error) {
	return c.start(ctx, rest.Request{Method: http.MethodPost, Path: kind.path(), Body: start})
}

// SettingsChange changes the settings of a replication. Nil is no change. RPO,
// ConnectionType, Quiesced and Retention each remove the SLA profile, so
// SLAProfileID is never set together with them.
type SettingsChange struct {
	Description     *string          `json:"description,omitempty"`
	RPO             *int64           `json:"rpo,omitempty"`
	ConnectionType  *string          `json:"dataConnectionType,omitempty"`
	Quiesced        *bool            `json:"quiesced,omitempty"`
	Retention       *RetentionPolicy `json:"retentionPolicy,omitempty"`
	InitialSyncTime *int64           `json:"initialSyncTime,omitempty"`
	SLAProfileID    *string          `json:"slaProfileId,omitempty"`
}

// Reconfigure changes settings ("Reconfigure", "Replication Reconfigure").
func (c *Client) Reconfigure(ctx context.Context, id string, change SettingsChange) (Task, error) {
	return c.changeReplication(ctx, http.MethodPatch, id, "", change)
}

// StopReplication stops a replication ("Stop", "Replication Stop"). disks tells the
// Manager service what to do with the disks at the destination: AUTO, REMOVE_ALL or
// REMOVE_NONE; "" is its default.
func (c *Client) StopReplication(ctx context.Context, id, disks string) (Task, error) {
	path, err := replicationPath(id)
	if err != nil {
		return Task{}, err
	}
	var query url.Values
	if disks != "" {
		query = url.Values{"diskCleanup": {disks}}
	}
	return c.start(ctx, rest.Request{Method: http.MethodDelete, Path: path, Query: query})
}

// Pause pauses a replication ("Pause", "Replication Pause").
func (c *Client) Pause(ctx context.Context, id string) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/pause", nil)
}

// Resume resumes a replication ("Resume Vm Replication"). On the Manager service
// the call is not published.
func (c *Client) Resume(ctx context.Context, id string) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/resume", nil)
}

// CleanUpTest ends a failover test ("Cleanup Failover Test"). On the Manager
// service the call is not published.
func (c *Client) CleanUpTest(ctx context.Context, id string) (Task, error) {
	return c.changeReplication(ctx, http.MethodDelete, id, "/failover-test", nil)
}

// ApplyStorageProfile moves a replication to a storage profile of its VDC ("Apply
// Storage Profile").
func (c *Client) ApplyStorageProfile(ctx context.Context, id, profile string) (Task, error) {
	return c.changeReplication(ctx, http.MethodPost, id, "/storage-profile", map[string]string{"storageProfileId": profile})
}

// ChangeOwner sets the owner of a replication, as ORG@SITE ("Chown Vm
// Replication"). It starts no task.
func (c *Client) ChangeOwner(ctx context.Context, id, owner string) error {
	path, err := replicationPath(id, "/chown")
	if err != nil {
		return err
	}
	return c.write(ctx, rest.Request{Method: http.MethodPatch, Path: path, Query: c.atSite(nil), Finish: true, Body: map[string]string{"owner": owner}}, nil)
}

// ReplaceNetworkSettings replaces the network settings of a replication of the
// Cloud service ("Replace Network Settings").
func (c *Client) ReplaceNetworkSettings(ctx context.Context, id string, settings any) (Task, error) {
	return c.changeReplication(ctx, http.MethodPut, id, "/network-settings", settings)
}

// ReplaceRecoverySettings replaces the recovery settings of a replication of the
// Manager service ("Replication Update Recovery Settings").
func (c *Client) ReplaceRecoverySettings(ctx context.Context, id string, settings any) (Task, error) {
	return c.changeReplication(ctx, http.MethodPut, id, "/recovery-settings", settings)
}

// Instances lists the instances of a replication ("Instances Vm Replication",
// "Replication Instances"): an array on the Cloud service, pages on the Manager.
func (c *Client) Instances(ctx context.Context, id string) ([]Instance, error) {
	path, err := replicationPath(id, "/instances")
	if err != nil {
		return nil, err
	}
	if KindOf(id) == VSphere {
		return readPages[Instance](ctx, c, path, nil, func(i Instance) string { return i.Key })
	}
	return readArrayOrPages(ctx, c, path, nil, func(i Instance) string { return i.Key })
}
