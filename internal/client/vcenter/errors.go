package vcenter

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Type names of the faults that the client distinguishes.
const (
	FaultInvalidLogin     = "InvalidLogin"
	FaultInvalidLocale    = "InvalidLocale"
	FaultNoPermission     = "NoPermission"
	FaultNotAuthenticated = "NotAuthenticated"
	FaultNotSupported     = "NotSupported"
)

var (
	// ErrNoLogin is the error of a call that needs a session, on a client without a
	// login.
	ErrNoLogin = session.ErrNoLogin
	// ErrNoSessionID is the error of a successful login without a session id.
	ErrNoSessionID = errors.New("the response has no session id, neither in its vmware-api-session-id header nor in a vmware_soap_session cookie")
	// ErrNoSession is the error of a session that vCenter reports as null, without
	// a fault.
	ErrNoSession = errors.New("the session is not logged in, or has expired")
	// ErrSessionExpired is the error of an external session that has ended.
	ErrSessionExpired = session.ErrExternalExpired
	// ErrTicketSpent is the error of a session that has ended, and whose clone
	// ticket can be used only once.
	ErrTicketSpent = session.ErrLoginUsed
	// ErrNoRelease is the error of a vCenter that supports none of the releases.
	ErrNoRelease = errors.New("the vCenter supports none of the known releases of its API")
	// ErrClosed is the error of a call after Logout.
	ErrClosed = session.ErrClosed
)

// LoginError is a failed login or clone.
type LoginError = session.LoginError

// UnsupportedError is the error of a host without the VI JSON API, or without this
// release of it.
type UnsupportedError struct {
	Host, Release string
	Err           error
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s does not serve release %s of the VI JSON API, which vCenter has since 8.0 Update 1 (8.0.1): %v", e.Host, e.Release, e.Err)
}
func (e *UnsupportedError) Unwrap() error { return e.Err }

// Fault returns the type name of the fault in a response, or "".
func Fault(err error) string {
	var e *rest.StatusError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// IsNotAuthenticated reports whether the session is missing or has expired: by its
// fault, by a status 401 without a fault, or by a null currentSession.
func IsNotAuthenticated(err error) bool {
	fault := Fault(err)
	return fault == FaultNotAuthenticated || errors.Is(err, ErrNoSession) ||
		fault == "" && rest.Status(err) == http.StatusUnauthorized
}

// isRefused reports whether the vCenter refused a login. Faults have status 500.
func isRefused(err error) bool {
	if errors.Is(err, ErrNoSessionID) {
		return true // each try would leave a session behind
	}
	switch Fault(err) {
	case FaultInvalidLogin, FaultInvalidLocale, FaultNoPermission, FaultNotSupported:
		return true
	}
	return rest.IsRefused(err)
}

// decodeFault returns the type name and the text of the fault in an error body. The
// body of a proxy has neither.
func decodeFault(body []byte) (code, msg string) {
	var fault struct {
		TypeName     string `json:"_typeName"`
		FaultMessage []struct {
			Message string `json:"message"`
		} `json:"faultMessage"`
		FaultString string `json:"faultstring"` // not in the schema, but some servers send it
	}
	if json.Unmarshal(body, &fault) != nil {
		return decodeSOAPFault(body)
	}
	var texts []string
	for _, m := range fault.FaultMessage {
		if m.Message != "" {
			texts = append(texts, m.Message)
		}
	}
	if len(texts) == 0 {
		return fault.TypeName, fault.FaultString
	}
	return fault.TypeName, strings.Join(texts, " ")
}

// decodeSOAPFault decodes the fault of a server that treats the call as SOAP.
func decodeSOAPFault(body []byte) (code, msg string) {
	var envelope struct {
		Text   string `xml:"Body>Fault>faultstring"`
		Detail struct {
			Fault struct {
				Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
			} `xml:",any"`
		} `xml:"Body>Fault>detail"`
	}
	if xml.Unmarshal(body, &envelope) != nil {
		return "", ""
	}
	return envelope.Detail.Fault.Type, envelope.Text
}
