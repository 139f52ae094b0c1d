package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits and defaults of replication settings.
const (
	maxRPO            = 1440
	defaultRPO        = 240
	maxRules          = 5
	maxInstances      = 24
	defaultConnection = "ENCRYPTED_COMPRESSED"
	defaultDiskType   = "THIN"
)

// The states of a recovery.
const (
	NotStarted = "NOT_STARTED"
	InProgress = "IN_PROGRESS"
	Testing    = "TEST"
	Complete   = "COMPLETE"
)

// Replication is one replicated VM, on either service. Tests may change what is
// exported.
type Replication struct {
	ID         string
	VMID       string
	VMName     string
	Owner      string // ORG@SITE
	SLAProfile string // id; no response shows it

	Description string
	RPO         int
	Connection  string
	Quiesced    bool
	Retention   []RetentionRule
	InitialSync int64 // ms since the epoch
	DiskType    string
	Migration   bool

	Paused       bool
	Reversed     bool
	Recovery     string // a finished state: NotStarted, Testing or Complete
	Instances    []Instance
	Health       string // empty: GREEN, or RED with an error
	RPOViolation int
	LastError    string // its code; empty: none

	source, destination place
	disks               []int // excluded
	storageProfile      string
	replicatorIDs       [2]string // Manager: source, destination
	placement           placement // Manager
	recovered           *recovered
	settings            map[string]any // network or recovery settings, as they were put
	group               *group
	syncing             bool
	syncBegan           time.Time
	syncTakes           time.Duration
	updated             time.Time
	task                *task // the last one
}

// place is one end of a replication.
type place struct {
	Site    string
	Org     string
	VDC     string // id; empty on a vCenter
	VDCName string
	VApp    string // id of the source vApp
	VCenter string // id
}

// group is a vApp replication: the replications of its VMs.
type group struct {
	id, name string
	vms      []*Replication
	settings map[string]any
}

// recovered is where a VM runs after a test or a recovery.
type recovered struct{ vmID, vappID string }

// RetentionRule keeps so many instances, so many minutes apart.
type RetentionRule struct {
	Instances int `json:"numberOfInstances"`
	Distance  int `json:"distance"`
}

type retentionPolicy struct {
	Rules []RetentionRule `json:"rules"`
}

// Instance is a point in time that a VM can be recovered to.
type Instance struct {
	Key             string `json:"key"`
	SequenceNumber  int    `json:"sequenceNumber"`
	Timestamp       int64  `json:"timestamp"`
	TransferBytes   int64  `json:"transferBytes"`
	TransferSeconds int    `json:"transferSeconds"`
	QuiescedType    string `json:"quiescedType"`
	IsPinned        bool   `json:"isPinned"`
}

// replicationSwitches select variants of behavior that is not published.
type replicationSwitches struct {
	inventory     InventoryForm
	earlyID       bool // a start task of the Cloud service names the new id at once
	anySite       bool // changes are accepted at the source site too
	missingCalls  bool // calls with guessed paths get 404
	policyRefusal int
	syncTime      time.Duration
	recoveryTime  time.Duration
	pagedCloud    bool // instances come in pages on the Cloud service too
}

// NameReplicationsEarly lets start tasks of the Cloud service name the new
// replication at once; else only the result at their end does.
func (a *Appliance) NameReplicationsEarly(on bool) {
	a.fixture.do(func() { a.replicationSwitches.earlyID = on })
}

// ChangeAtSource lets replications be changed at their source site too.
func (a *Appliance) ChangeAtSource(on bool) {
	a.fixture.do(func() { a.replicationSwitches.anySite = on })
}

// OmitGuessedCalls answers the calls whose paths are a guess with 404.
func (a *Appliance) OmitGuessedCalls(on bool) {
	a.fixture.do(func() { a.replicationSwitches.missingCalls = on })
}

// PageInstances pages the instances on the Cloud service too.
func (a *Appliance) PageInstances(on bool) {
	a.fixture.do(func() { a.replicationSwitches.pagedCloud = on })
}

// SetPolicyRefusal sets the status of a start that the policy forbids; 202 lets
// the task fail.
func (a *Appliance) SetPolicyRefusal(status int) {
	a.fixture.do(func() { a.replicationSwitches.policyRefusal = status })
}

// SetSyncTime sets the duration of synchronizations that begin from now on.
func (a *Appliance) SetSyncTime(d time.Duration) {
	a.fixture.do(func() { a.replicationSwitches.syncTime = d })
}

// SetRecoveryTime sets the duration of failovers, tests and other recoveries that begin from now on.
func (a *Appliance) SetRecoveryTime(d time.Duration) {
	a.fixture.do(func() { a.replicationSwitches.recoveryTime = d })
}

// The kinds of replications, by the paths of their calls.
const (
	vmReplications      = "/vm-replications"
	vappReplications    = "/vapp-replications"
	vsphereReplications = "/replications"
)

// subject is what a path of a replication names: one VM, or those of a vApp.
type subject struct {
	id    string
	group *group // nil: one VM
	vms   []*Replication
}

// collection is the first segment of the path of a call.
func (c *call) collection() string {
	return "/" + strings.Split(c.route.path, "/")[1]
}

// manager returns the site that manages a replication: its destination, or its source if the destination has no
// service.
func (e *Fixture) manager(r *Replication) *Appliance {
	if a := e.appliances[r.destination.Site]; a != nil {
		return a
	}
	return e.appliances[r.source.Site]
}

// knows reports whether a site shows a replication: both of its ends do.
func (a *Appliance) knows(r *Replication) bool {
	return r.source.Site == a.site || r.destination.Site == a.site
}

// sees reports whether the account of the call may see a replication. One that
// belongs to the provider is hidden from tenants.
func (c *call) sees(r *Replication) bool {
	if !c.appliance.knows(r) {
		return false
	}
	org, _, _ := strings.Cut(r.Owner, "@")
	return c.account.isAdmin() || org == c.account.Org
}

// subject finds the replication that a path names.
func (c *call) subject() (subject, *problem) {
	for _, r := range c.appliance.fixture.replications {
		switch {
		case !c.sees(r):
		case c.collection() == vappReplications:
			if r.group != nil && r.group.id == c.key {
				return subject{id: c.key, group: r.group, vms: slices.Clone(r.group.vms)}, nil
			}
		case r.ID == c.key:
			return subject{id: c.key, vms: []*Replication{r}}, nil
		}
	}
	return subject{}, refuse(http.StatusNotFound, "ReplicationNotFound", "Replication %s was not found.", c.key)
}

// changeable finds the replication that a path names, and checks that it is managed here and that no task of it runs.
func (c *call) changeable() (subject, *problem) {
	s, err := c.subject()
	if err != nil {
		return s, err
	}
	for _, r := range s.vms {
		if c.appliance.fixture.manager(r) != c.appliance && !c.appliance.replicationSwitches.anySite {
			return s, refuse(http.StatusBadRequest, "BadUserInput", "Replication %s is managed at site %s.", s.id, r.destination.Site)
		}
		if r.busy() {
			return s, refuse(http.StatusConflict, "OperationInProgress", "A task of replication %s is running.", s.id)
		}
	}
	return s, nil
}

func (r *Replication) busy() bool { return r.task != nil && !r.task.done }

// recoveryState is IN_PROGRESS while a task changes it.
func (r *Replication) recoveryState() string {
	if r.busy() && slices.Contains(recoveryTasks, r.task.workflow.Type) {
		return InProgress
	}
	return r.Recovery
}

var recoveryTasks = []string{"failoverTest", "failoverTestCleanup", "failover", "migrate", "reverse"}

func (r *Replication) dataConnectionState() string {
	switch {
	case r.LastError != "":
		return "ERROR"
	case r.Paused:
		return "PAUSED"
	case r.Recovery == Complete:
		return "FINISHED"
	case r.syncing && len(r.Instances) == 0:
		return "INITIAL_SYNCING"
	case r.syncing:
		return "SYNCING"
	case len(r.Instances) == 0 && !r.Migration:
		return "INITIAL_SYNCING" // waits for its start time
	}
	return "OK"
}

func (r *Replication) overallHealth() string {
	if r.LastError != "" {
		return "RED"
	}
	return cmp.Or(r.Health, "GREEN")
}

func (r *Replication) lastError() *apiError {
	if r.LastError == "" {
		return nil
	}
	return newAPIError(r.LastError, "The replication does not work.")
}

// replicationTask starts a task about a replication, which is busy until its end.
func (c *call) replicationTask(kind string, s subject, takes time.Duration, effect func() *apiError) reply {
	resource := map[string]string{vmReplications: "vmReplication", vappReplications: "vappReplication", vsphereReplications: "replication"}[c.collection()]
	workflow := workflowInfo{Type: kind, ResourceType: resource, ResourceID: s.id, ResourceName: s.name()}
	started := c.startTaskFor(workflow, takes, func() (any, *apiError) {
		if err := effect(); err != nil {
			return nil, err
		}
		if kind == "stop" {
			return nil, nil
		}
		for _, r := range s.vms {
			r.updated = c.appliance.fixture.now()
		}
		return c.response(s), nil
	})
	for _, r := range s.vms {
		r.task = c.appliance.tasks[len(c.appliance.tasks)-1]
	}
	return reply{status: http.StatusAccepted, body: started}
}

func (s subject) name() string {
	if s.group != nil {
		return s.group.name
	}
	return s.vms[0].VMName
}

// later runs f after d, as the end of an operation without a task.
func (a *Appliance) later(d time.Duration, f func()) {
	a.fixture.enqueue(&task{appliance: a, end: a.fixture.now().Add(d), effect: func() (any, *apiError) { f(); return nil, nil }})
}

// sync starts a synchronization, which ends with one more instance.
func (a *Appliance) sync(r *Replication, takes time.Duration) {
	r.syncing, r.syncBegan, r.syncTakes = true, a.fixture.now(), max(takes, 1)
	a.later(takes, func() {
		r.syncing = false
		if !r.Paused && !r.Migration {
			r.addInstance(a.fixture.now())
		}
	})
}

// firstSync begins the first synchronization at its time. It resumes a replication that was started paused until
// then.
func (a *Appliance) firstSync(r *Replication) {
	wait := time.UnixMilli(r.InitialSync).Sub(a.fixture.now())
	if r.Paused && wait <= 0 || r.syncing || len(r.Instances) > 0 {
		return
	}
	if wait <= 0 {
		a.sync(r, a.replicationSwitches.syncTime)
		return
	}
	a.later(wait, func() {
		if !time.UnixMilli(r.InitialSync).After(a.fixture.now()) { // not postponed meanwhile
			r.Paused = false
			a.firstSync(r)
		}
	})
}

// addInstance adds an instance, and removes those that neither a rule nor a pin keeps.
func (r *Replication) addInstance(now time.Time) {
	number, quiesced := 1, "none"
	if len(r.Instances) > 0 {
		number = r.Instances[len(r.Instances)-1].SequenceNumber + 1
	}
	if r.Quiesced {
		quiesced = "fileSystemQuiesced"
	}
	prefix := "replica-"
	if r.group == nil {
		prefix = "h4replica-"
	}
	r.Instances = append(r.Instances, Instance{
		Key: prefix + r.ID + "-" + strconv.Itoa(number), SequenceNumber: number, Timestamp: now.UnixMilli(),
		TransferBytes: 1 << 20, TransferSeconds: 2, QuiescedType: quiesced,
	})
	keep := 0
	for _, rule := range r.Retention {
		keep += rule.Instances
	}
	for excess := len(r.Instances) - max(1, keep); excess > 0; excess-- {
		oldest := slices.IndexFunc(r.Instances, func(i Instance) bool { return !i.IsPinned })
		if oldest < 0 || oldest == len(r.Instances)-1 {
			return
		}
		r.Instances = slices.Delete(r.Instances, oldest, oldest+1)
	}
}

func (r *Replication) latest() *Instance {
	if len(r.Instances) == 0 {
		return nil
	}
	return &r.Instances[len(r.Instances)-1]
}

// Replications returns the replications that a site knows, in the order of their start.
func (a *Appliance) Replications() []Replication {
	var out []Replication
	a.fixture.do(func() {
		for _, r := range a.fixture.replications {
			if a.knows(r) {
				shown := *r
				shown.Recovery = r.recoveryState()
				shown.Instances, shown.Retention = slices.Clone(r.Instances), slices.Clone(r.Retention)
				out = append(out, shown)
			}
		}
	})
	return out
}

// EditReplication changes a replication without a request.
func (e *Fixture) EditReplication(id string, edit func(*Replication)) {
	e.do(func() {
		for _, r := range e.replications {
			if r.ID == id {
				edit(r)
				return
			}
		}
		panic("simulator: there is no replication " + id)
	})
}

// RemoveReplication stops a replication without a request.
func (e *Fixture) RemoveReplication(id string) {
	e.do(func() {
		e.replications = slices.DeleteFunc(e.replications, func(r *Replication) bool { return r.ID == id || r.group != nil && r.group.id == id })
	})
}

// GroupID is the id of the vApp replication that the replication belongs to,
// empty on the Manager service.
func (r Replication) GroupID() string {
	if r.group == nil {
		return ""
	}
	return r.group.id
}

// StorageProfile is the id of the storage profile at the destination.
func (r Replication) StorageProfile() string { return r.storageProfile }

// SourceSite returns the name of the source.
func (r Replication) SourceSite() string { return r.source.Site }

// DestinationSite returns the name of the destination.
func (r Replication) DestinationSite() string { return r.destination.Site }
