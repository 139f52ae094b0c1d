package vcenter

// FaultBody is the form of a fault in a response.
type FaultBody int

// The forms that servers are known to have.
const (
	FaultMessage FaultBody = iota // JSON, text in faultMessage as in the schema
	FaultString                   // JSON, text in faultstring
	FaultBare                     // JSON without a text
	FaultXML                      // a SOAP fault
	FaultHTML                     // a page of a proxy
)

// TokenLocation is where a login puts the session id.
type TokenLocation int

// The places of a session id.
const (
	TokenHeader TokenLocation = iota // vmware-api-session-id
	TokenCookie                      // vmware_soap_session only
	TokenNowhere
)

// NoSessionBody is the response of currentSession without a login. The reference
// does not define it.
type NoSessionBody int

// The responses without a login.
const (
	NoSessionNull  NoSessionBody = iota // 200 and the literal null
	NoSessionEmpty                      // 200 and no body
	NoSession204                        // 204
)

// Options describe a vCenter. The zero value is a current one.
type Options struct {
	Addr               string   // where it listens; default "127.0.0.1:0"
	Seed               string   // makes the certificate the same in each run
	Username, Password string   // default administrator@vsphere.local and VMware1!
	Releases           []string // of the VI JSON API; default 8.0.1.0, 8.0.2.0, 8.0.3.0
	ManagerID          string   // moId of the session manager; default SessionManager

	VMs         []VM
	TypedValues bool // values of the extra configuration have their type with them

	NoVIJSON      bool // before 8.0.1: neither VI JSON nor hello
	NoHello       bool // like 8.0.1
	NoCloning     bool // CloneSession is NotSupported
	Status401     bool // NotAuthenticated has status 401, not 500
	FaultBody     FaultBody
	TokenLocation TokenLocation
	NoSession     NoSessionBody
}

func (o Options) withDefaults() Options {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Username == "" {
		o.Username = "administrator@vsphere.local"
	}
	if o.Password == "" {
		o.Password = "VMware1!"
	}
	if o.Releases == nil {
		o.Releases = []string{"8.0.1.0", "8.0.2.0", "8.0.3.0"}
	}
	if o.ManagerID == "" {
		o.ManagerID = "SessionManager"
	}
	return o
}
