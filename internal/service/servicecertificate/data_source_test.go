package servicecertificate_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

const name = "vcda_service_certificate"

func provider(t *testing.T, server *vcenter.Server, c clock.Clock) *direct.Provider {
	t.Helper()
	p := direct.Serve(t, acctest.FactoriesAt(t, c)["vcda"])
	deployed.NoErrors(t, p.Configure(t, direct.Values{"vcenter": direct.Values{
		"url": server.URL(), "ca_certificate": server.CertificateAuthority(),
		"login": direct.Values{"credentials": direct.Values{"username": server.Username(), "password": server.Password()}},
	}}))
	return p
}

func TestRead(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Cloud)
	certificate := deployed.Encoded(site.Main)
	server := acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{
		ID: "vm-42", UUID: "4229e2b4-0000-1111-2222-333344445555", Path: "/dc/vm/vcda", ExtraConfig: map[string]string{"guestinfo.cloud.certificate": certificate},
	}}})
	p := provider(t, server, site.Clock)
	for way, config := range map[string]direct.Values{
		"vm_id": {"vm_id": "vm-42"}, "uuid": {"uuid": "4229e2b4-0000-1111-2222-333344445555"}, "inventory_path": {"inventory_path": "/dc/vm/vcda"},
	} {
		config["service"] = "cloud"
		got, problems := p.ReadData(t, name, config)
		deployed.NoErrors(t, problems)
		if got["thumbprint"] != site.Main.Thumbprint() || got["certificate"] != certificate || got["pem"] != site.Main.CertificatePEM() || got["subject"] != "CN=main" {
			t.Errorf("%s: %v", way, got)
		}
	}
}

// TestRead_late waits for a key that the first boot writes.
func TestRead_late(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	server := acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{ID: "vm-42"}}})
	late := &lateClock{Clock: clocktest.New(), sleeps: 3, then: func() {
		server.SetExtraConfig("vm-42", "guestinfo.manager.certificate", deployed.Encoded(site.Main))
	}}
	var log bytes.Buffer
	got, problems := provider(t, server, late).ReadData(direct.Logging(t, &log), name, direct.Values{"vm_id": "vm-42", "service": "manager"})
	deployed.NoErrors(t, problems)
	if got["thumbprint"] != site.Main.Thumbprint() {
		t.Errorf("%v", got)
	}
	if logged := direct.Infos(t, &log); len(logged) != 1 || !strings.Contains(logged[0], "the VM vm-42 has no key guestinfo.manager.certificate") {
		t.Errorf("logged: %q", logged)
	}
}

func TestRead_never(t *testing.T) {
	t.Parallel()
	server := acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{ID: "vm-42"}}})
	p := provider(t, server, clocktest.New())
	for config, says := range map[string]string{"vm_id": "the VM vm-42 has no key guestinfo.tunnel.certificate", "uuid": "the vCenter has no VM"} {
		_, problems := p.ReadData(t, name, direct.Values{config: "vm-42", "service": "tunnel"})
		if text := strings.ToLower(strings.Join(problems.Errors(), "\n")); !strings.Contains(text, strings.ToLower(says)) {
			t.Errorf("%s: %q", config, text)
		}
	}
	if problems := p.ValidateData(t, name, direct.Values{"vm_id": "vm-42", "uuid": "441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10", "service": "other"}).Errors(); len(problems) != 2 {
		t.Errorf("%q", problems)
	}
}
