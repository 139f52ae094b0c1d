package simulator

import (
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/certs"
)

// Service is the flavor of an appliance.
type Service string

// The services. Manager and Cloud pair sites. CloudManager is the Manager of an appliance with a Cloud service:
// another port of the appliance, with a certificate and sessions of its own.
const (
	Manager      Service = "manager"
	Cloud        Service = "cloud"
	CloudManager Service = "cloud-manager"
	Replicator   Service = "replicator"
	Tunnel       Service = "tunnel"
)

const defaultTaskDuration = 50 * time.Millisecond

// ApplianceOptions describe one appliance. Site and Service are required.
type ApplianceOptions struct {
	Site       string  // the name of its site, for instance "site-a"; of a replicator or tunnel any name of its own
	Service    Service // Manager, Cloud, Replicator or Tunnel
	Addr       string  // where it listens; default "127.0.0.1:0"
	PublicURLs []string
	Unserved   bool      // no server: other sites know it by its PublicURLs only
	Accounts   *Accounts // nil: DefaultAccounts()

	// CertificateNames are the only names in the certificate. When nil these are
	// the loopback names and the hosts of Addr and PublicURLs.
	CertificateNames []string
	CertificateKind  certs.Kind // default certs.Valid

	Fresh       bool          // as deployed: nothing is set up, and the root password is a temporary one
	BootDelay   time.Duration // resets connections for half of it, then responds with 502
	WithManager bool          // Cloud: also serves the Manager of the appliance, see Appliance.Manager
	ManagerAddr string        // where that one listens; default "127.0.0.1:0"

	APIVersions  []string      // oldest first; default 4.5, 4.6, 4.7
	ServiceType  string        // in GET /diagnostics/about; default CLOUD or V2V_MANAGER
	TaskDuration time.Duration // default 50ms
	Latency      time.Duration // before each request is performed
	OnHang       func()        // called when a Hang or SlowDrip without an OnHang of its own has begun
	IdleTimeout  time.Duration // of a session; default 30 minutes
	MaxAge       time.Duration // of a session; default 24 hours

	Workloads    *Workloads    // nil: DefaultWorkloads
	SyncTime     time.Duration // of a replication; default as TaskDuration
	RecoveryTime time.Duration // of a failover, test, cleanup, migration or reverse; default as TaskDuration

	HTTP2    bool // offers HTTP/2 in addition to HTTP/1.1
	Compress bool // responses in gzip for clients that accept it, except those of faults

	ProseExtend         bool // access tokens extend in the form of the prose, not of the schema
	CookieExtend        bool // a cookie extends a session
	ShrinkUnknownStatus int  // status of a shrink without extension: 200 (default), 400 or 404
	OverwritePairing    bool // pairing with a peer again replaces its record
	UnpairBothSides     bool // Cloud: unpairing removes the record on the peer too
	TidyDescriptions    bool // stores descriptions with LF for CRLF and without white space at the ends
	SerializeSiteWrites bool // declines changes of sites with 409 while a task about one runs
	NamelessUntrusted   bool // Manager: a row has no site name while its thumbprint is wrong
}

func (o ApplianceOptions) withDefaults() ApplianceOptions {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Accounts == nil {
		accounts := DefaultAccounts()
		o.Accounts = &accounts
	}
	if o.APIVersions == nil {
		o.APIVersions = []string{"4.5", "4.6", "4.7"}
	}
	if o.ServiceType == "" {
		o.ServiceType = map[Service]string{
			Manager: "V2V_MANAGER", Cloud: "CLOUD", CloudManager: "MANAGER", Replicator: "REPLICATOR", Tunnel: "TUNNEL",
		}[o.Service]
	}
	if o.TaskDuration == 0 {
		o.TaskDuration = defaultTaskDuration
	}
	if o.SyncTime == 0 {
		o.SyncTime = o.TaskDuration
	}
	if o.RecoveryTime == 0 {
		o.RecoveryTime = o.TaskDuration
	}
	if o.Workloads == nil {
		workloads := DefaultWorkloads(o.Service)
		o.Workloads = &workloads
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = 30 * time.Minute
	}
	if o.MaxAge == 0 {
		o.MaxAge = 24 * time.Hour
	}
	if o.ShrinkUnknownStatus == 0 {
		o.ShrinkUnknownStatus = 200
	}
	return o
}

// manager returns the options of the Manager of an appliance with a Cloud service.
func (o ApplianceOptions) manager() ApplianceOptions {
	return ApplianceOptions{
		Site: o.Site + "-manager", Service: CloudManager, Addr: o.ManagerAddr, Accounts: o.Accounts, CertificateNames: o.CertificateNames,
		Fresh: o.Fresh, BootDelay: o.BootDelay, APIVersions: o.APIVersions, Latency: o.Latency, IdleTimeout: o.IdleTimeout, MaxAge: o.MaxAge,
	}
}

// protocols are what TLS offers, best first.
func (o ApplianceOptions) protocols() []string {
	if o.HTTP2 {
		return []string{"h2", "http/1.1"}
	}
	return []string{"http/1.1"}
}
