package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// exampleFixture is a fixture file to start from.
//
//go:embed fixture.json
var exampleFixture string

// settings are the values of the flags.
type settings struct {
	fixture         fixture
	host            string
	faults          []faultSwitch // in addition to those of the fixture
	controlPort     int
	printFixture    bool
	printVersion    bool
	json            bool
	jsonFile        string
	caFile          string
	statsFile       string
	untilStdinClose bool
	command         []string
}

// usageError is an error in the flags or the fixture file.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// flagValues collects the flags while they are read.
type flagValues struct {
	settings
	plain plainFixture
	file  string // of the fixture
}

func newFlags() (*flag.FlagSet, *flagValues) {
	g := new(flagValues)
	flags := flag.NewFlagSet("vcda-simulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // an error is printed without the list of flags
	g.plain.define(flags)
	flags.StringVar(&g.file, "fixture", "", "read what to serve from this JSON `file`")
	flags.BoolVar(&g.printFixture, "print-fixture", false, "print a fixture file to start from, and end")
	flags.BoolVar(&g.printVersion, "version", false, "print the version, and end")
	flags.StringVar(&g.host, "addr", "127.0.0.1", "`host` to listen on")
	flags.Func("fault", "a `fault`, for instance \"POST /sites status=503 times=1\"; can be repeated", g.addFault)
	flags.IntVar(&g.controlPort, "control-port", 0, "accept control requests over HTTP at this `port`")
	flags.BoolVar(&g.json, "json", false, "print one JSON object instead of text")
	flags.StringVar(&g.jsonFile, "json-file", "", "write that object to this `file` as soon as everything serves")
	flags.StringVar(&g.caFile, "ca-file", "", "write the certificate authorities, as PEM, to this `file`")
	flags.StringVar(&g.statsFile, "stats-file", "", "write the counts of each system, as JSON, to this `file` at the end")
	flags.BoolVar(&g.untilStdinClose, "until-stdin-closes", false, "stop when standard input closes")
	return flags, g
}

func readFlags(args []string, stderr io.Writer) (settings, error) {
	flags, g := newFlags()
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		help(flags, stderr)
		return g.settings, err
	case err != nil:
		return g.settings, usageError{fmt.Errorf("%w; -h lists the flags", err)}
	}
	g.command = flags.Args()
	if g.file == "" {
		g.fixture, err = g.plain.fixture()
	} else if err = onlyWithoutFile(flags); err == nil {
		g.fixture, err = readFixture(g.file)
	}
	if err == nil {
		err = g.check()
	}
	if err != nil {
		return g.settings, usageError{err}
	}
	return g.settings, nil
}

func help(flags *flag.FlagSet, stderr io.Writer) {
	fmt.Fprintln(stderr, "Usage: vcda-simulator [flags] [-- command [arguments]]")
	flags.SetOutput(stderr)
	flags.PrintDefaults()
}

// onlyWithoutFile refuses flags that describe a fixture if there is a fixture file.
func onlyWithoutFile(flags *flag.FlagSet) error {
	plain := flag.NewFlagSet("", flag.ContinueOnError)
	new(plainFixture).define(plain)
	var err error
	flags.Visit(func(f *flag.Flag) {
		if plain.Lookup(f.Name) != nil {
			err = fmt.Errorf("-%s is for runs without -fixture", f.Name)
		}
	})
	return err
}

func (s *settings) addFault(text string) error {
	var f faultSwitch
	err := f.UnmarshalText([]byte(text))
	s.faults = append(s.faults, f)
	return err
}

// check finds flags that don't go together.
func (s *settings) check() error {
	for _, f := range s.faults {
		if f.site != "" && !slices.ContainsFunc(s.fixture.Sites, func(one site) bool { return one.Name == f.site }) {
			return fmt.Errorf("-fault: there is no site %q", f.site)
		}
	}
	if len(s.command) > 0 && (s.json || s.untilStdinClose) {
		return errors.New("the command uses standard input and output: use -json-file instead of -json, and leave -until-stdin-closes out")
	}
	return checkPort("-control-port", s.controlPort)
}

func readFixture(file string) (fixture, error) {
	var e fixture
	text, err := os.ReadFile(file)
	if err != nil {
		return e, err
	}
	if err = decode(text, &e); err == nil {
		err = e.check()
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w", file, err)
	}
	return e, nil
}

// plainFixture holds the flags that describe a fixture without a file: sites that are all alike.
type plainFixture struct {
	service, sites, ports     string
	vcenterPort, storwarePort int
	seed                      string
	taskDuration, latency     time.Duration
	syncTime, recoveryTime    time.Duration
	fresh                     bool
	bootDelay                 time.Duration
}

func (p *plainFixture) define(flags *flag.FlagSet) {
	flags.StringVar(&p.service, "service", string(simulator.Manager), "`flavor` of the appliances: manager or cloud")
	flags.StringVar(&p.sites, "sites", "site-a,site-b", "`names` of the sites, one appliance each")
	flags.StringVar(&p.ports, "ports", "", "`ports`, one per site (default: free ones)")
	flags.IntVar(&p.vcenterPort, "vcenter-port", 0, "`port` of the vCenter (default: a free one)")
	flags.IntVar(&p.storwarePort, "storware-port", 0, "`port` of the Storware server (default: a free one)")
	flags.StringVar(&p.seed, "seed", "", "a `text` that keeps certificates and ids the same in each run")
	flags.DurationVar(&p.taskDuration, "task-duration", time.Second, "how long a task takes")
	flags.DurationVar(&p.syncTime, "sync-time", 2*time.Second, "how long a replication synchronizes")
	flags.DurationVar(&p.recoveryTime, "recovery-time", 2*time.Second, "how long a failover, a test, a clean-up, a migration or a reverse takes")
	flags.DurationVar(&p.latency, "latency", 0, "how long each request waits")
	flags.BoolVar(&p.fresh, "fresh", false, "serve appliances as deployed, each with the replicators SITE/r1 and SITE/r2, on the Cloud service with the tunnel SITE/t1 and its Manager")
	flags.DurationVar(&p.bootDelay, "boot-delay", 0, "how long a fresh appliance takes to boot")
}

// deployed returns the appliances of a site before anything is set up.
func (p *plainFixture) deployed(main site) []site {
	main.Fresh, main.WithManager, main.BootDelay = true, main.Service == simulator.Cloud, duration(p.bootDelay)
	all := []site{main}
	more := map[string]simulator.Service{"/r1": simulator.Replicator, "/r2": simulator.Replicator}
	if main.WithManager {
		more["/t1"] = simulator.Tunnel
	}
	for _, name := range slices.Sorted(maps.Keys(more)) {
		all = append(all, site{Name: main.Name + name, Service: more[name], Fresh: true, BootDelay: main.BootDelay, Latency: main.Latency})
	}
	return all
}

func (p *plainFixture) fixture() (fixture, error) {
	e := fixture{Seed: p.seed, VCenter: login{Port: p.vcenterPort}, Storware: login{Port: p.storwarePort}}
	names := strings.Split(p.sites, ",")
	ports := strings.Split(p.ports, ",")
	if p.ports != "" && len(ports) != len(names) {
		return e, fmt.Errorf("-ports names %d ports for %d sites", len(ports), len(names))
	}
	for i, name := range names {
		port := 0
		if p.ports != "" {
			var err error
			if port, err = strconv.Atoi(ports[i]); err != nil {
				return e, fmt.Errorf("-ports: %q is no port", ports[i])
			}
		}
		one := site{
			Name: name, Service: simulator.Service(p.service), Port: port,
			TaskDuration: duration(p.taskDuration), Latency: duration(p.latency),
			SyncTime: duration(p.syncTime), RecoveryTime: duration(p.recoveryTime),
		}
		if p.fresh {
			e.Sites = append(e.Sites, p.deployed(one)...)
		} else {
			e.Sites = append(e.Sites, one)
		}
	}
	return e, e.check()
}
