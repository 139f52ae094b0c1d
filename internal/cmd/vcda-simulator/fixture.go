package main

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// fixture describes what is served. It is the form of a fixture file; without a file the flags fill it.
type fixture struct {
	Seed     string `json:"seed"`
	Sites    []site `json:"sites"`
	VCenter  login  `json:"vcenter"`
	Storware login  `json:"storware"`
}

// login is a system of one user, with a default for each field.
type login struct {
	Port     int    `json:"port"`
	Username string `json:"username"`
	Password string `json:"password"`
}

type site struct {
	Name               string             `json:"name"`
	Service            simulator.Service  `json:"service"`
	Port               int                `json:"port"`
	PublicURLs         []string           `json:"public_urls"`
	Served             *bool              `json:"served"`
	Fresh              bool               `json:"fresh"`        // as deployed: nothing is set up
	WithManager        bool               `json:"with_manager"` // the Manager of an appliance with a Cloud service
	BootDelay          duration           `json:"boot_delay"`
	APIVersions        []string           `json:"api_versions"`
	TaskDuration       duration           `json:"task_duration"`
	SyncTime           duration           `json:"sync_time"`
	RecoveryTime       duration           `json:"recovery_time"`
	Latency            duration           `json:"latency"`
	SessionIdleTimeout duration           `json:"session_idle_timeout"`
	SessionMaxAge      duration           `json:"session_max_age"`
	Accounts           accounts           `json:"accounts"`
	Pairings           []pairing          `json:"pairings"`
	TidyDescriptions   bool               `json:"tidy_descriptions"`
	SerializeWrites    bool               `json:"serialize_site_writes"`
	NamelessUntrusted  bool               `json:"nameless_untrusted"`
	Faults             []faultSwitch      `json:"faults"`
	TaskFailures       []taskFailure      `json:"task_failures"`
	HealthErrors       map[string]failure `json:"health_errors"`

	Workloads    *simulator.Workloads   `json:"workloads"`
	Replications []simulator.Protection `json:"replications"` // whose destination is the site
}

// pairing is one side of a pairing, which the other side may lack.
type pairing struct {
	Site         string     `json:"site"`
	Name         string     `json:"name"` // the peer's own name, if it is not Site
	Description  string     `json:"description"`
	URL          string     `json:"url"`
	Thumbprint   thumbprint `json:"thumbprint"`
	Replications int        `json:"replications"`
}

type failure struct {
	Code string `json:"code"`
	Msg  string `json:"msg"`
}

type taskFailure struct {
	Type string `json:"type"`
	Code string `json:"code"`
	Msg  string `json:"msg"`
}

// duration is written as in Go, for instance "1m30s".
type duration time.Duration

// UnmarshalText reads a duration.
func (d *duration) UnmarshalText(text []byte) error {
	read, err := time.ParseDuration(string(text))
	if err == nil && read < 0 {
		err = fmt.Errorf("%q is negative", text)
	}
	*d = duration(read)
	return err
}

// thumbprint is a thumbprint in canonical form. The file may have it in another form.
type thumbprint string

func (t *thumbprint) UnmarshalText(text []byte) error {
	normal, err := values.Thumbprint(string(text))
	*t = thumbprint(normal)
	return err
}

// check validates what the types of the fields don't.
func (e fixture) check() error {
	if len(e.Sites) == 0 {
		return errorAt("sites", "at least one is needed")
	}
	var names []string
	for i, s := range e.Sites {
		path := fmt.Sprintf("sites[%d]", i)
		switch {
		case s.Name == "":
			return errorAt(path+".name", "is missing")
		case slices.Contains(names, s.Name):
			return errorAt(path+".name", "%q is used twice", s.Name)
		case s.Name == "vcenter", s.Name == "storware":
			return errorAt(path+".name", "%q is the name of another system in the statistics", s.Name)
		}
		names = append(names, s.Name)
	}
	for i, s := range e.Sites {
		if err := s.check(fmt.Sprintf("sites[%d]", i), names); err != nil {
			return err
		}
	}
	if err := checkPort("vcenter.port", e.VCenter.Port); err != nil {
		return err
	}
	return checkPort("storware.port", e.Storware.Port)
}

// services are the services of a site; "" is a Manager. Replicators and tunnels are sites of the fixture too.
var services = []simulator.Service{"", simulator.Manager, simulator.Cloud, simulator.Replicator, simulator.Tunnel}

func (s site) check(path string, names []string) error {
	if !slices.Contains(services, s.Service) {
		return errorAt(path+".service", "%q is none of manager, cloud, replicator and tunnel", s.Service)
	}
	if err := checkPort(path+".port", s.Port); err != nil {
		return err
	}
	if !s.served() && len(s.PublicURLs) == 0 {
		return errorAt(path+".public_urls", "a site that is not served needs one")
	}
	for i, raw := range s.PublicURLs {
		if err := checkURL(fmt.Sprintf("%s.public_urls[%d]", path, i), raw); err != nil {
			return err
		}
	}
	if s.APIVersions != nil && len(s.APIVersions) == 0 {
		return errorAt(path+".api_versions", "must not be empty")
	}
	if err := s.checkPairings(path+".pairings", names); err != nil {
		return err
	}
	for i, p := range s.Replications {
		if err := s.checkReplication(p, names); err != nil {
			return errorAt(fmt.Sprintf("%s.replications[%d]", path, i), "%w", err)
		}
	}
	for i, f := range s.Faults {
		if f.site != "" {
			return errorAt(fmt.Sprintf("%s.faults[%d]", path, i), "site= is for the flag -fault only")
		}
	}
	for i, f := range s.TaskFailures {
		if types := simulator.TaskTypes; !slices.Contains(types, f.Type) {
			return errorAt(fmt.Sprintf("%s.task_failures[%d].type", path, i), "%q is none of %s", f.Type, strings.Join(types, ", "))
		}
	}
	for name := range s.HealthErrors {
		if !slices.Contains(simulator.HealthFields, name) {
			return errorAt(path+".health_errors", "%q is none of %s", name, strings.Join(simulator.HealthFields, ", "))
		}
	}
	return s.Accounts.check(path + ".accounts")
}

func (s site) checkReplication(p simulator.Protection, names []string) error {
	service := s.Service
	if service == "" {
		service = simulator.Manager
	}
	if p.SourceSite != "" && !slices.Contains(names, p.SourceSite) {
		return fmt.Errorf("there is no site %q", p.SourceSite)
	}
	return p.Check(service)
}

func (s site) checkPairings(path string, names []string) error {
	var peers, shown []string
	for i, p := range s.Pairings {
		path := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case !slices.Contains(names, p.Site):
			return errorAt(path+".site", "there is no site %q", p.Site)
		case p.Site == s.Name:
			return errorAt(path+".site", "a site can't be paired with itself")
		case slices.Contains(peers, p.Site):
			return errorAt(path+".site", "%q is paired twice", p.Site)
		case s.Service == simulator.Cloud && slices.Contains(shown, cmp.Or(p.Name, p.Site)):
			return errorAt(path+".name", "%q is used twice, and names are keys on the Cloud service", cmp.Or(p.Name, p.Site))
		case p.Replications < 0:
			return errorAt(path+".replications", "is negative")
		}
		if p.URL != "" {
			if err := checkURL(path+".url", p.URL); err != nil {
				return err
			}
		}
		peers, shown = append(peers, p.Site), append(shown, cmp.Or(p.Name, p.Site))
	}
	return nil
}

func checkPort(path string, port int) error {
	if port < 0 || port > 65535 {
		return errorAt(path, "%d is no port", port)
	}
	return nil
}

func checkURL(path, raw string) error {
	if _, err := values.URL(raw); err != nil {
		return errorAt(path, "%w", err)
	}
	return nil
}

func (s site) served() bool { return s.Served == nil || *s.Served }

// options are those of the appliances, which listen on the host.
func (e fixture) options(host string) simulator.Options {
	o := simulator.Options{Seed: e.Seed}
	for _, s := range e.Sites {
		service := s.Service
		if service == "" {
			service = simulator.Manager
		}
		accounts := s.Accounts.merged()
		o.Appliances = append(o.Appliances, simulator.ApplianceOptions{
			Site: s.Name, Service: service, Addr: address(host, s.Port), PublicURLs: s.PublicURLs, Unserved: !s.served(),
			Accounts: &accounts, APIVersions: s.APIVersions, TaskDuration: time.Duration(s.TaskDuration), Latency: time.Duration(s.Latency),
			IdleTimeout: time.Duration(s.SessionIdleTimeout), MaxAge: time.Duration(s.SessionMaxAge),
			SyncTime: time.Duration(s.SyncTime), RecoveryTime: time.Duration(s.RecoveryTime), Workloads: s.Workloads,
			Fresh: s.Fresh, WithManager: s.WithManager, BootDelay: time.Duration(s.BootDelay),
			TidyDescriptions: s.TidyDescriptions, SerializeSiteWrites: s.SerializeWrites, NamelessUntrusted: s.NamelessUntrusted,
		})
	}
	return o
}

func (e fixture) vcenterOptions(host string) vcenter.Options {
	return vcenter.Options{Addr: address(host, e.VCenter.Port), Seed: e.Seed, Username: e.VCenter.Username, Password: e.VCenter.Password}
}

func (e fixture) storwareOptions(host string) storware.Options {
	accounts := storware.DefaultAccounts()
	user := &accounts.Users[0]
	setIfGiven(&user.Name, e.Storware.Username)
	setIfGiven(&user.Password, e.Storware.Password)
	return storware.Options{Addr: address(host, e.Storware.Port), Seed: e.Seed, Accounts: &accounts}
}

func setIfGiven(value *string, given string) {
	if given != "" {
		*value = given
	}
}

// address is where to listen; port 0 is a free one.
func address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// setUp brings the sites into the state that the fixture describes.
func (e fixture) setUp(running *simulator.Fixture) {
	for _, s := range e.Sites {
		a := running.Appliance(s.Name)
		for _, p := range s.Pairings {
			p.addTo(a)
		}
		for _, p := range s.Pairings { // last: the calls above find a row by its name
			if p.Name != "" {
				a.Rename(p.Site, p.Name)
			}
		}
		for _, p := range s.Replications {
			a.Protect(p)
		}
		for _, f := range s.Faults {
			a.Fault(f.fault)
		}
		for _, f := range s.TaskFailures {
			a.FailNextTask(f.Type, f.Code, f.Msg)
		}
		for field, f := range s.HealthErrors {
			a.SetHealthError(field, f.Code, f.Msg)
		}
	}
}

func (p pairing) addTo(a *simulator.Appliance) {
	a.Pair(p.Site)
	a.SetDescription(p.Site, p.Description)
	a.AddReplications(p.Site, p.Replications)
	if p.URL != "" {
		a.SetPublicURL(p.Site, p.URL)
	}
	if p.Thumbprint != "" {
		a.SetThumbprint(p.Site, string(p.Thumbprint))
	}
}
