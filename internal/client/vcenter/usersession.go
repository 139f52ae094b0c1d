package vcenter

import (
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// UserSession describes a session (data object "UserSession"). Key identifies the
// session for administrators. It does not authenticate.
type UserSession struct {
	Key              string    `json:"key"`
	UserName         string    `json:"userName"`
	FullName         string    `json:"fullName"`
	LoginTime        time.Time `json:"loginTime"`
	LastActiveTime   time.Time `json:"lastActiveTime"`
	Locale           string    `json:"locale"`
	MessageLocale    string    `json:"messageLocale"`
	ExtensionSession bool      `json:"extensionSession"`
	IPAddress        string    `json:"ipAddress"`
	UserAgent        string    `json:"userAgent"`
	CallCount        int64     `json:"callCount"`
}

func userSession(response *rest.Response) (*UserSession, error) {
	var session UserSession
	if err := response.JSON(&session); err != nil {
		return nil, err
	}
	if session.Key == "" || session.UserName == "" {
		return nil, response.OtherForm("it lacks the key or the userName of a session")
	}
	return &session, nil
}
