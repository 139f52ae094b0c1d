package storware

import (
	"slices"
	"time"
)

// Reference is NameAndGuid.
type Reference struct {
	GUID string `json:"guid"`
	Name string `json:"name"`
}

// EndpointsTokens are secrets of an account.
type EndpointsTokens struct {
	ServerManagerToken       string `json:"endpointsServerManagerToken"`
	ServerManagerWarning     string `json:"endpointsServerManagerWarning"`
	OrganizationAdminToken   string `json:"endpointsOrganizationAdminToken"`
	OrganizationAdminWarning string `json:"endpointsOrganizationAdminWarning"`
}

// Account is the owner of a session.
type Account struct {
	Reference             // of a user its guid and login, of a node its guid and name
	FirstName, LastName   string
	Source                string
	Language              string
	ThirdPartyRestriction string
	ExternalID            string
	UIConsoleMode         string
	UITimeZone            string
	Inactive              bool // may not log in
	InfoTourEnabled       bool
	PageSize, TimeFormat  int
	Privileges            []string
	Groups                []Reference
	EndpointsOrganization *Reference
	EndpointsTokens       *EndpointsTokens // nil: Storware Endpoints is not connected
	LastFailedLogin       time.Time
	LastFailedLoginIP     string
}

// User logs in with a password, or with a token when it has one.
type User struct {
	Account
	Password, Token string
}

// Node logs in as a backup node, with any version. The reference leaves open
// what a node's login is; the simulator takes its name.
type Node struct {
	Account
	Password string
}

// Accounts are the accounts that may log in.
type Accounts struct {
	Users []User
	Nodes []Node
}

func (a Accounts) clone() Accounts {
	return Accounts{Users: slices.Clone(a.Users), Nodes: slices.Clone(a.Nodes)}
}

// DefaultAccounts returns an administrator with a password and a token, an
// operator with few privileges, and a node.
func DefaultAccounts() Accounts {
	admin := account("1", "admin", "VE_BACKUP_SLA_WRITE", "NODE_WRITE", "NODE_READ", "MGMT_GLOBAL_SETTINGS_READ")
	admin.Groups = []Reference{{GUID: "7b4d1f2e-8a63-4c55-9d0e-2f1b3c4d5e6f", Name: "Administrators"}}
	admin.EndpointsOrganization = &Reference{GUID: "0c9a8b7d-6e5f-4a3b-8c2d-1e0f9a8b7c6d", Name: "Acme"}
	admin.EndpointsTokens = &EndpointsTokens{
		ServerManagerToken:       "simulator-server-manager-token",
		OrganizationAdminToken:   "simulator-organization-admin-token",
		OrganizationAdminWarning: "The organization has no license.",
	}
	return Accounts{
		Users: []User{
			{Account: admin, Password: "Simulator-storware-1", Token: "simulator-storware-token-5d1e"},
			{Account: account("5c1f6a2b-3d4e-4f50-8a6b-7c8d9e0f1a2b", "operator", "NODE_READ"), Password: "Simulator-operator-1"},
		},
		Nodes: []Node{
			{Account: account("9e8d7c6b-5a4f-4e3d-8c2b-1a0f9e8d7c6b", "node-1", "NODE_READ"), Password: "Simulator-node-1"},
		},
	}
}

func account(guid, name string, privileges ...string) Account {
	return Account{
		Reference:             Reference{GUID: guid, Name: name},
		FirstName:             "Ada",
		LastName:              "Example",
		Source:                "LDAP",
		Language:              "EN",
		ThirdPartyRestriction: "NO_RESTRICTION",
		ExternalID:            "external-" + name,
		UIConsoleMode:         "WORKFLOW",
		UITimeZone:            "Europe/Warsaw",
		InfoTourEnabled:       true,
		PageSize:              50,
		TimeFormat:            24,
		Privileges:            privileges,
		LastFailedLogin:       time.Date(2016, 1, 1, 12, 0, 1, 0, time.UTC),
		LastFailedLoginIP:     "192.0.2.7",
	}
}
