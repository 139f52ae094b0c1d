package messages_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

// connectStorware serves the provider for a Storware server.
func (s *scenario) connectStorware(t *testing.T, server *storware.Server, changes values) *direct.Provider {
	t.Helper()
	user := server.Accounts().Users[0]
	object := values{"url": server.URL(), "thumbprint": server.Thumbprint(), "login": values{"credentials": values{"username": user.Name, "password": user.Password}}}
	maps.Copy(object, changes)
	return s.configure(t, values{"max_retries": 0, "storware": object})
}

// storwareData reads a data source of Storware.
func storwareData(title, name string, switches storware.Switches, changes values, faults ...storware.Fault) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		server := s.startStorware(t, switches)
		for _, f := range faults {
			server.Fault(f)
		}
		s.readData(t, s.connectStorware(t, server, changes), name, values{})
	}}
}

// storwareUserFault is a response to the read of a session or a user.
func storwareUserFault(status int, contentType, body string) storware.Fault {
	return storware.Fault{Call: "GET /session/user", Times: 2, Status: status, ContentType: contentType, Body: body}
}

var storwares = []situation{
	storwareData("No login", "vcda_storware_session", storware.Switches{}, values{"login": nil}),
	storwareData("A wrong password", "vcda_storware_session", storware.Switches{}, values{"login": wrongCredentials("admin")}),
	storwareData("A wrong password, on a server that answers 400", "vcda_storware_user", storware.Switches{RefusalStatus: http.StatusBadRequest}, values{"login": wrongCredentials("admin")}),
	storwareData("No cookie in the response", "vcda_storware_session", storware.Switches{CookielessLogin: true}, nil),
	storwareData("A server error", "vcda_storware_session", storware.Switches{}, nil, storwareUserFault(http.StatusInternalServerError, "", `{"error":{"message":"Out of heap"}}`)),
	storwareData("The user lacks a privilege", "vcda_storware_session", storware.Switches{}, nil, storwareUserFault(http.StatusForbidden, "", `{"message":"No right"}`)),
	storwareData("The session is not accepted", "vcda_storware_session", storware.Switches{}, nil, storwareUserFault(http.StatusUnauthorized, "", `{"message":"Session expired"}`)),
	storwareData("Another server answers", "vcda_storware_session", storware.Switches{}, nil, storwareUserFault(http.StatusNotFound, "text/plain", "nothing here")),
	storwareData("A page of a proxy", "vcda_storware_session", storware.Switches{}, nil, storwareUserFault(http.StatusOK, "text/html", "<html>Welcome</html>")),
	storwareData("The login meets a server error", "vcda_storware_session", storware.Switches{RefusalStatus: http.StatusBadGateway}, values{"login": wrongCredentials("admin")}),
	storwareData("Status: no login", "vcda_storware_status", storware.Switches{}, values{"login": nil}),
	storwareData("Status: nothing listens at the address", "vcda_storware_status", storware.Switches{}, values{"url": unusedURL}),
	storwareData("Status: the certificate is not trusted", "vcda_storware_status", storware.Switches{}, values{"thumbprint": nil}),
	{title: "Open: a wrong password", run: func(t *testing.T, s *scenario) {
		_, d := s.connectStorware(t, s.startStorware(t, storware.Switches{}), values{"login": wrongCredentials("admin")}).Open(t, "vcda_storware_session", values{})
		s.record(t, d)
	}},
	{title: "Open: the new session can't be read", run: func(t *testing.T, s *scenario) {
		server := s.startStorware(t, storware.Switches{})
		server.Fault(storwareUserFault(http.StatusInternalServerError, "", ""))
		_, d := s.connectStorware(t, server, nil).Open(t, "vcda_storware_session", values{})
		s.record(t, d)
	}},
	{title: "Renew: the session has ended", run: func(t *testing.T, s *scenario) {
		server := s.startStorware(t, storware.Switches{})
		p := s.connectStorware(t, server, nil)
		open, d := p.Open(t, "vcda_storware_session", values{})
		s.record(t, d)
		server.ExpireSessions()
		s.record(t, p.Renew(t, &open))
	}},
	{title: "Renew: the session was logged out", run: func(t *testing.T, s *scenario) {
		p := s.connectStorware(t, s.startStorware(t, storware.Switches{}), nil)
		open, d := p.Open(t, "vcda_storware_session", values{})
		s.record(t, d)
		s.record(t, p.Close(t, open))
		s.record(t, p.Renew(t, &open))
	}},
	{title: "Close: no response", run: func(t *testing.T, s *scenario) {
		server := s.startStorware(t, storware.Switches{})
		p := s.connectStorware(t, server, nil)
		open, d := p.Open(t, "vcda_storware_session", values{})
		s.record(t, d)
		server.Fault(storware.Fault{Call: "POST /session/logout", Drop: true, Times: 2})
		s.record(t, p.Close(t, open))
	}},
}
