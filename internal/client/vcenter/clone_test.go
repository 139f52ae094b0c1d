package vcenter_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	simulator "github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

func TestClone(t *testing.T) {
	server := start(t, simulator.Options{})
	client := connect(t, server, credentials())
	source, err := client.Session(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clone := openClone(t, client)
	if clone.Session.UserName != source.UserName || clone.Session.Key == source.Key || clone.SessionID == clone.Session.Key {
		t.Errorf("clone %+v of %+v", clone, source)
	}
	other := connect(t, server, vcenter.SessionID{SessionID: clone.SessionID})
	if session, err := other.Session(t.Context()); err != nil || session.Key != clone.Session.Key {
		t.Errorf("the clone's id opens %v, %v", session, err)
	}
	if found, err := client.FindClone(clone.ID); err != nil || found.SessionID != clone.SessionID {
		t.Errorf("found %v, %v", found, err)
	}
	for range 2 { // the second finds the session ended
		if err := clone.Logout(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.FindClone(clone.ID); !errors.Is(err, vcenter.ErrNoSession) {
		t.Errorf("found after the logout: %v", err)
	}
	if err := clone.Renew(t.Context()); !vcenter.IsNotAuthenticated(err) {
		t.Errorf("renewed after the logout: %v", err)
	}
	if now, err := client.Session(t.Context()); err != nil || now.Key != source.Key {
		t.Errorf("the source is %v, %v", now, err)
	}
}

func openClone(t *testing.T, client *vcenter.Client) *vcenter.Clone {
	t.Helper()
	clone, err := client.Clone(t.Context(), acquire(t, client))
	if err != nil {
		t.Fatal(err)
	}
	return clone
}

func TestClone_refused(t *testing.T) {
	tests := map[string]struct {
		options simulator.Options
		ticket  func(t *testing.T, server *simulator.Server) string
		fault   string
	}{
		"unknown": {ticket: func(*testing.T, *simulator.Server) string { return "cst-unknown" }, fault: vcenter.FaultInvalidLogin},
		"used": {ticket: func(t *testing.T, server *simulator.Server) string {
			client := connect(t, server, credentials())
			ticket := acquire(t, client)
			if _, err := client.Clone(t.Context(), ticket); err != nil {
				t.Fatal(err)
			}
			return ticket
		}, fault: vcenter.FaultInvalidLogin},
		"its session logged out": {ticket: func(t *testing.T, server *simulator.Server) string {
			client := connect(t, server, credentials())
			ticket := acquire(t, client)
			if err := client.Logout(t.Context()); err != nil {
				t.Fatal(err)
			}
			return ticket
		}, fault: vcenter.FaultInvalidLogin},
		"its session expired": {ticket: func(t *testing.T, server *simulator.Server) string {
			ticket := acquire(t, connect(t, server, credentials()))
			server.ExpireSessions()
			return ticket
		}, fault: vcenter.FaultInvalidLogin},
		"a session id": {ticket: func(t *testing.T, server *simulator.Server) string {
			return openClone(t, connect(t, server, credentials())).SessionID
		}, fault: vcenter.FaultInvalidLogin},
		"not supported": {options: simulator.Options{NoCloning: true}, ticket: func(t *testing.T, server *simulator.Server) string {
			return acquire(t, connect(t, server, credentials()))
		}, fault: vcenter.FaultNotSupported},
		"fault in faultstring": {options: simulator.Options{FaultBody: simulator.FaultString}, ticket: func(*testing.T, *simulator.Server) string { return "x" }, fault: vcenter.FaultInvalidLogin},
		"fault without text":   {options: simulator.Options{FaultBody: simulator.FaultBare}, ticket: func(*testing.T, *simulator.Server) string { return "x" }, fault: vcenter.FaultInvalidLogin},
		"fault in XML":         {options: simulator.Options{FaultBody: simulator.FaultXML}, ticket: func(*testing.T, *simulator.Server) string { return "x" }, fault: vcenter.FaultInvalidLogin},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := start(t, test.options)
			_, err := connect(t, server, nil).Clone(t.Context(), test.ticket(t, server))
			var login *vcenter.LoginError
			if !errors.As(err, &login) || !login.Refused || login.Kind != "clone_ticket" || vcenter.Fault(err) != test.fault {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestClone_outlivesItsSource(t *testing.T) {
	server := start(t, simulator.Options{})
	source := connect(t, server, credentials())
	ticket := acquire(t, source)
	client := connect(t, server, nil)
	clone, err := client.Clone(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := clone.Renew(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLogout_endsClones(t *testing.T) {
	server := start(t, simulator.Options{})
	client := connect(t, server, credentials())
	for range 3 {
		openClone(t, client)
	}
	if err := openClone(t, client).Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	ticket := acquire(t, connect(t, server, credentials()))
	if err := client.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stats := server.Stats(); stats.LiveSessions != 1 || stats.Logouts != 5 {
		t.Errorf("%+v", stats)
	}
	if _, err := client.Clone(t.Context(), ticket); !errors.Is(err, vcenter.ErrClosed) {
		t.Errorf("clone after the logout: %v", err)
	}
	if n := server.Stats().LiveSessions; n != 1 {
		t.Errorf("%d sessions left", n)
	}
}

// Clones end concurrently, also when there are more of them than MaxConcurrent. The
// server responds once all logouts have arrived.
func TestLogout_endsClonesConcurrently(t *testing.T) {
	const clones = 10
	var arrived sync.WaitGroup
	arrived.Add(clones + 1)
	client, script := play(t, credentials(), map[string]http.HandlerFunc{
		"currentSession": respond(200, aliceSession),
		"CloneSession":   respond(200, aliceSession, "vmware-api-session-id", "token-2"),
		"Logout": func(w http.ResponseWriter, r *http.Request) {
			arrived.Done()
			arrived.Wait()
			respond(204, "")(w, r)
		},
	})
	if _, err := client.Session(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range clones {
		if _, err := client.Clone(t.Context(), "cst-1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if n := strings.Count(strings.Join(script.requests, "\n"), "/Logout"); n != clones+1 {
		t.Errorf("%d logouts, want %d", n, clones+1)
	}
}

func TestLogout_reportsClonesLeft(t *testing.T) {
	client, script := play(t, credentials(), map[string]http.HandlerFunc{
		"CloneSession": respond(200, aliceSession, "vmware-api-session-id", "token-2"),
		"Logout":       respond(500, `{"_typeName":"RuntimeFault"}`),
	})
	if _, err := client.Clone(t.Context(), "cst-1"); err != nil {
		t.Fatal(err)
	}
	if err := client.Logout(t.Context()); vcenter.Fault(err) != "RuntimeFault" {
		t.Errorf("got %v", err)
	}
	script.responses["Logout"] = respond(204, "")
}

func TestClone_brokenResponse(t *testing.T) {
	client, script := play(t, nil, map[string]http.HandlerFunc{
		"CloneSession": respond(200, "{}", "vmware-api-session-id", "token-2"),
	})
	if _, err := client.Clone(t.Context(), "cst-1"); err == nil {
		t.Error("accepted")
	}
	if !slices.Contains(script.requests, "POST /sdk/vim25/8.0.2.0/SessionManager/SessionManager/Logout") {
		t.Errorf("requests %q", script.requests)
	}
}

// Logout ends a clone whose caller gave up during the call.
func TestClone_callerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client, script := play(t, nil, map[string]http.HandlerFunc{
		"CloneSession": func(w http.ResponseWriter, r *http.Request) {
			cancel()
			respond(200, aliceSession, "vmware-api-session-id", "token-2")(w, r)
		},
	})
	if _, err := client.Clone(ctx, "cst-1"); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the caller's", err)
	}
	if err := client.Logout(t.Context()); err != nil {
		t.Error(err)
	}
	if last := script.requests[len(script.requests)-1]; !strings.HasSuffix(last, "/Logout") {
		t.Errorf("the clone was left behind; last request: %s", last)
	}
}
