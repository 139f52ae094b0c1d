package vcenter_test

import (
	"net/url"
	"testing"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// govmomi connects another client of the VI JSON API to the simulator.
func govmomi(p *peer) *vim25.Client {
	p.Helper()
	u, err := url.Parse(p.server.URL() + vim25.Path)
	if err != nil {
		p.Fatal(err)
	}
	wire := soap.NewClient(u, true)
	wire.UseJSON(true)
	wire.Version = "8.0.2.0"
	p.Cleanup(wire.CloseIdleConnections)
	client, err := vim25.NewClient(p.Context(), wire)
	if err != nil {
		p.Fatal(err)
	}
	return client
}

func TestGovmomi(t *testing.T) {
	for name, options := range map[string]vcenter.Options{
		"default":      {},
		"another moId": {ManagerID: "ha-sessionmgr"},
		"fault string": {FaultBody: vcenter.FaultString},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, options)
			source, clone, late := session.NewManager(govmomi(p)), session.NewManager(govmomi(p)), session.NewManager(govmomi(p))
			if err := source.Login(t.Context(), url.UserPassword("administrator@vsphere.local", "wrong")); !fault.Is(err, &types.InvalidLogin{}) {
				t.Fatalf("wrong password: %v", err)
			}
			if err := source.Login(t.Context(), url.UserPassword("administrator@vsphere.local", "VMware1!")); err != nil {
				t.Fatal(err)
			}
			ticket, err := source.AcquireCloneTicket(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := clone.CloneSession(t.Context(), ticket); err != nil {
				t.Fatal(err)
			}
			if err := late.CloneSession(t.Context(), ticket); !fault.Is(err, &types.InvalidLogin{}) {
				t.Errorf("used ticket: %v", err)
			}
			if err := source.Logout(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := source.AcquireCloneTicket(t.Context()); !fault.Is(err, &types.NotAuthenticated{}) {
				t.Errorf("after logout: %v", err)
			}
			if err := clone.Logout(t.Context()); err != nil {
				t.Errorf("the clone ended with its source: %v", err)
			}
			if n := p.server.Stats().LiveSessions; n != 0 {
				t.Errorf("%d sessions left", n)
			}
			for _, violation := range p.server.Violations() {
				t.Error("violation:", violation)
			}
		})
	}
}

func TestGovmomi_currentTime(t *testing.T) {
	client := govmomi(start(t, vcenter.Options{}))
	if _, err := methods.GetCurrentTime(t.Context(), client); !fault.Is(err, &types.NotAuthenticated{}) {
		t.Errorf("anonymously: %v", err)
	}
	if err := session.NewManager(client).Login(t.Context(), url.UserPassword("administrator@vsphere.local", "VMware1!")); err != nil {
		t.Fatal(err)
	}
	if now, err := methods.GetCurrentTime(t.Context(), client); err != nil || now.IsZero() {
		t.Errorf("%v, %v", now, err)
	}
}
