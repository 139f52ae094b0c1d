package main

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	address  = provider.Address
	hub      = "hub" // the site that is served
	resource = "vcda_site_pairing"
)

// fleet is an appliance and the peers it can pair with, which nobody calls.
type fleet struct {
	*simulator.Appliance

	estate *simulator.Fixture
	peers  []*simulator.Appliance
}

func startFleet(n int, task time.Duration) (*fleet, error) {
	options := []simulator.ApplianceOptions{{Site: hub, Service: simulator.Manager, TaskDuration: task, HTTP2: true, Compress: true}}
	for i := range n {
		site := fmt.Sprintf("site-%04d", i)
		options = append(options, simulator.ApplianceOptions{
			Site: site, Service: simulator.Manager, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com:8048"},
		})
	}
	estate, err := simulator.Start(simulator.Options{Appliances: options})
	if err != nil {
		return nil, err
	}
	f := &fleet{Appliance: estate.Appliance(hub), estate: estate}
	for _, o := range options[1:] {
		f.peers = append(f.peers, estate.Appliance(o.Site))
	}
	return f, nil
}

// check tells whether the fleet has seen what nobody should send, or a session
// that was left behind.
func (f *fleet) check() error {
	if wrong := f.Violations(); len(wrong) > 0 {
		return fmt.Errorf("the provider broke the API: %v", wrong)
	}
	if s := f.Stats(); s.Logins != s.Logouts || s.LiveSessions > 0 {
		return fmt.Errorf("%d logins, %d logouts, %d sessions left", s.Logins, s.Logouts, s.LiveSessions)
	}
	return nil
}

// The configuration: the service is set, so that nobody has to ask for it, and
// nobody looks for peers which are not there. Each pairing is a block of its own:
// Terraform takes up a for_each anew for every instance, which in a plan of
// thousands hides what the provider does.
const (
	head = `terraform {
  required_providers {
    vcda = { source = %q }
  }
}

provider "vcda" {
  url        = %q
  thumbprint = %q
  service    = "manager"
  preflight  = false
  login      = { local_user = { username = %q, password = %q } }
}
`
	block = `
resource %q %q {
  site           = %[2]q
  api_url        = %[3]q
  api_thumbprint = %[4]q
}
`
)

// configure writes a configuration that pairs the hub with every peer.
func (f *fleet) configure(w *workspace) error {
	user := f.Accounts().LocalUsers[0]
	text := fmt.Appendf(nil, head, address, f.URL(), f.Thumbprint(), user.Username, user.Password)
	for _, p := range f.peers {
		text = fmt.Appendf(text, block, resource, p.Site(), p.PublicURL(), p.Thumbprint())
	}
	return os.WriteFile(filepath.Join(w.dir, "main.tf"), text, 0o600)
}

// pair pairs the hub with every peer, both ways, and writes the state of it.
func (f *fleet) pair(w *workspace) error {
	for _, peer := range f.peers {
		f.Pair(peer.Site())
		peer.Pair(hub)
	}
	resources := []any{}
	for i, row := range f.Sites() {
		resources = append(resources, map[string]any{
			"mode": "managed", "type": resource, "name": row.Site, "provider": fmt.Sprintf("provider[%q]", address),
			"instances": []any{map[string]any{
				"schema_version": 0, "attributes": attributes(row, f.peers[i]), "private": mark(row.Site),
			}},
		})
	}
	text, err := json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.8.0", "serial": 1, "lineage": "00000000-0000-0000-0000-000000000000", "resources": resources,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.dir, "terraform.tfstate"), text, 0o600)
}

// mark is the private state by which the provider tells one resource from
// another: the owner, as JSON.
func mark(owner string) string {
	encode := base64.StdEncoding.EncodeToString
	return encode(fmt.Appendf(nil, `{"owner":%q}`, encode(fmt.Appendf(nil, "%q", owner))))
}

// attributes are the state of a pairing.
func attributes(row simulator.SiteRecord, peer *simulator.Appliance) map[string]any {
	certificate, _ := pem.Decode([]byte(peer.CertificatePEM()))
	return map[string]any{
		"id": row.ID, "site": row.Site, "api_url": row.APIPublicURL, "api_thumbprint": row.APIThumbprint, "description": row.Description,
		"repair_triggers": nil, "wait_for_link": false, "pending_task_id": nil, "timeouts": nil,
		"api_public_url": row.APIPublicURL, "api_internal_url": row.APIURL, "api_version": "4.7", "build_version": nil,
		"is_provider_deployment": false, "peer_tunnel_certificate": base64.StdEncoding.EncodeToString(certificate.Bytes),
		"healthy": true, "incoming_comm_error": nil, "outgoing_comm_error": nil,
	}
}
