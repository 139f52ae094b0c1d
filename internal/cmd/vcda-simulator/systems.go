package main

import (
	"net"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// systems are all that is served.
type systems struct {
	appliances []simulator.ApplianceOptions
	estate     *simulator.Estate
	vcenter    *vcenter.Server
	storware   *storware.Server
}

// start brings everything up, or nothing.
func (s settings) start() (*systems, error) {
	appliances, err := s.appliances()
	if err != nil {
		return nil, err
	}
	estate, err := simulator.Start(simulator.Options{Appliances: appliances})
	if err != nil {
		return nil, err
	}
	free := net.JoinHostPort(s.addr, "0")
	cloner, err := vcenter.Start(vcenter.Options{Addr: free})
	if err != nil {
		estate.Close()
		return nil, err
	}
	backup, err := storware.Start(storware.Options{Addr: free})
	if err != nil {
		cloner.Close()
		estate.Close()
		return nil, err
	}
	return &systems{appliances: appliances, estate: estate, vcenter: cloner, storware: backup}, nil
}

func (s *systems) close() {
	s.storware.Close()
	s.vcenter.Close()
	s.estate.Close()
}

// authorities are the certificates which signed those of all systems, as PEM.
// That of the appliances comes first.
func (s *systems) authorities() string {
	return s.estate.CertificateAuthority() + s.vcenter.CertificateAuthority() + s.storware.CertificateAuthority()
}
