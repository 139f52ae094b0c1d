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

// Type names of the faults the client tells apart.
const (
	FaultInvalidLogin     = "InvalidLogin"
	FaultInvalidLocale    = "InvalidLocale"
	FaultNoPermission     = "NoPermission"
	FaultNotAuthenticated = "NotAuthenticated"
	FaultNotSupported     = "NotSupported"
)

var (
	// ErrNoLogin is a call that needs a session on a client without a login.
	ErrNoLogin = session.ErrNoLogin
	// ErrNoSessionID is a login answered with success but without a session id.
	ErrNoSessionID = errors.New("the response has no session id, neither in its vmware-api-session-id header nor in a vmware_soap_session cookie")
	// ErrNoSession is a session which vCenter says, without a fault, is not or no
	// longer logged in.
	ErrNoSession = errors.New("the session is not, or no longer, logged in")
	// ErrSessionExpired is an external session that has ended.
	ErrSessionExpired = session.ErrExternalExpired
	// ErrTicketSpent is a session made from a clone ticket that has ended; the
	// ticket serves once.
	ErrTicketSpent = session.ErrLoginUsed
	// ErrNoRelease is a vCenter that knows none of the releases the client knows.
	ErrNoRelease = errors.New("the vCenter supports none of the known releases of its API")
	// ErrClosed is a call after the logout.
	ErrClosed = session.ErrClosed
)

// LoginError is a login, or a clone, that opened no session.
type LoginError = session.LoginError

// UnsupportedError is a host without the VI JSON API, or without this release of
// it.
type UnsupportedError struct {
	Host, Release string
	Err           error
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s does not serve release %s of the VI JSON API, which vCenter has since 8.0 Update 1 (8.0.1): %v", e.Host, e.Release, e.Err)
}
func (e *UnsupportedError) Unwrap() error { return e.Err }

// Fault is the type name of the fault that a response carried, or "".
func Fault(err error) string {
	var e *rest.StatusError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// NotAuthenticated tells a missing or expired session: by fault, by a status 401
// without one, or by a currentSession of nobody.
func NotAuthenticated(err error) bool {
	fault := Fault(err)
	return fault == FaultNotAuthenticated || errors.Is(err, ErrNoSession) ||
		fault == "" && rest.Status(err) == http.StatusUnauthorized
}

// isRefused reports whether the vCenter decided against a login. Faults travel with
// status 500.
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

// decodeFault finds type name and text of a fault in the body of a status of
// 400 or more. Bodies of a proxy have neither.
func decodeFault(body []byte) (code, msg string) {
	var fault struct {
		TypeName     string `json:"_typeName"`
		FaultMessage []struct {
			Message string `json:"message"`
		} `json:"faultMessage"`
		FaultString string `json:"faultstring"` // not in the schema, but seen
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

// decodeSOAPFault reads what a server answers which takes a call for SOAP.
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
