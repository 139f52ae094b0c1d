package storware

import (
	"bytes"
	"encoding/json"
	"time"
)

// Profile holds the fields that a session and a user have in common. A field that
// is missing is empty, zero or nil.
type Profile struct {
	Language            Enum      `json:"language"`
	UITimeZone          string    `json:"uiTimeZone"`
	InfoTourEnabled     *bool     `json:"infoTourEnabled"`
	Settings            Settings  `json:"appUserSettings"`
	LastSuccessfulLogin Timestamp `json:"lastSuccessfulLogin"`
	LastFailedLogin     Timestamp `json:"lastFailedLogin"`
	LastFailedLoginIP   string    `json:"lastFailedLoginIp"`
}

// Settings are a user's settings of the web interface.
type Settings struct {
	PageSize   *int64 `json:"pageSize"`
	TimeFormat *int64 `json:"timeFormat"` // 12 or 24
}

// SessionInfo is SessionInfoResponse without its secrets.
type SessionInfo struct {
	Profile
	Requester     *Reference `json:"requester"`
	Privileges    []Enum     `json:"privileges"`
	UIConsoleMode Enum       `json:"uiConsoleMode"`
}

// SessionInfoWithTokens is SessionInfoResponse.
type SessionInfoWithTokens struct {
	SessionInfo
	EndpointsTokens EndpointsTokens `json:"endpointsTokens"`
}

// EndpointsTokens are the tokens for Storware Endpoints, which are secret. A
// warning explains why a token is missing.
type EndpointsTokens struct {
	ServerManagerToken       string `json:"endpointsServerManagerToken"`
	ServerManagerWarning     string `json:"endpointsServerManagerWarning"`
	OrganizationAdminToken   string `json:"endpointsOrganizationAdminToken"`
	OrganizationAdminWarning string `json:"endpointsOrganizationAdminWarning"`
}

// UserDetails is AppUserDetails.
type UserDetails struct {
	Profile
	GUID                  string      `json:"guid"`
	Login                 string      `json:"login"`
	FirstName             string      `json:"firstName"`
	LastName              string      `json:"lastName"`
	Source                Enum        `json:"source"`
	Active                *bool       `json:"active"`
	Groups                []Reference `json:"groups"`
	EndpointsOrganization *Reference  `json:"endpointsOrganization"`
	ExternalID            string      `json:"externalId"`
	ThirdPartyRestriction Enum        `json:"thirdPartyRestriction"`
}

// Reference is NameAndGuid. The guid is an opaque string.
type Reference struct {
	GUID string `json:"guid"`
	Name string `json:"name"`
}

// Enum is a value of a list that new versions extend. The API sends it as a string,
// or as an object with a name.
type Enum string

// UnmarshalJSON accepts both forms.
func (e *Enum) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(data, []byte("{")) {
		return json.Unmarshal(data, (*string)(e))
	}
	var object struct {
		Name string `json:"name"`
	}
	err := json.Unmarshal(data, &object)
	*e = Enum(object.Name)
	return err
}

// Timestamp is a time, sent as milliseconds since the epoch. It is zero if the
// server sends 0 or nothing.
type Timestamp struct{ time.Time }

// UnmarshalJSON reads milliseconds since the epoch.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	var milliseconds int64
	if err := json.Unmarshal(data, &milliseconds); err != nil {
		return err
	}
	if milliseconds != 0 {
		t.Time = time.UnixMilli(milliseconds).UTC()
	}
	return nil
}

// RFC3339 returns the time as text, or "" for the zero time.
func (t Timestamp) RFC3339() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
