package main

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// systems holds everything that is served.
type systems struct {
	sites    []site
	fixture  *simulator.Fixture
	vcenter  *vcenter.Server
	storware *storware.Server
	control  *control // nil without -control-port
}

// start starts all systems. After an error none is running.
func (s settings) start(ctx context.Context) (*systems, error) {
	fixture, err := simulator.Start(s.fixture.options(s.host))
	if err != nil {
		return nil, err
	}
	served := &systems{sites: s.fixture.Sites, fixture: fixture}
	if err := served.startOthers(ctx, s); err != nil {
		served.close()
		return nil, err
	}
	s.fixture.setUp(fixture)
	for _, f := range s.faults {
		for _, a := range served.appliances() {
			if f.site == "" || f.site == a.Site() {
				a.Fault(f.fault)
			}
		}
	}
	return served, nil
}

func (s *systems) startOthers(ctx context.Context, asked settings) (err error) {
	if s.vcenter, err = vcenter.Start(asked.fixture.vcenterOptions(asked.host)); err != nil {
		return err
	}
	if s.storware, err = storware.Start(asked.fixture.storwareOptions(asked.host)); err != nil {
		return err
	}
	if asked.controlPort != 0 {
		s.control, err = startControl(ctx, address(asked.host, asked.controlPort), s)
	}
	return err
}

func (s *systems) close() {
	if s.control != nil {
		s.control.close()
	}
	if s.storware != nil {
		s.storware.Close()
	}
	if s.vcenter != nil {
		s.vcenter.Close()
	}
	s.fixture.Close()
}

// appliances returns those of all sites, in the order of the fixture.
func (s *systems) appliances() []*simulator.Appliance {
	var all []*simulator.Appliance
	for _, one := range s.sites {
		all = append(all, s.fixture.Appliance(one.Name))
	}
	return all
}

// authorities returns the certificates that signed those of all systems, as PEM. The appliances' comes first.
func (s *systems) authorities() string {
	return s.fixture.CertificateAuthority() + s.vcenter.CertificateAuthority() + s.storware.CertificateAuthority()
}
