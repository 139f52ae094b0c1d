// Command vcda-simulator serves simulated VMware Cloud Director Availability
// appliances, a vCenter and a Storware server on loopback until it is told to
// stop, for users who test their own Terraform modules.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "vcda-simulator:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	service         string
	sites           string
	addr            string
	ports           string
	taskDuration    time.Duration
	latency         time.Duration
	json            bool
	caFile          string
	statsFile       string
	untilStdinClose bool
}

// run serves until ctx ends or, when asked, until stdin closes.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	s, err := readFlags(args, stderr)
	if err != nil {
		return err
	}
	served, err := s.start()
	if err != nil {
		return err
	}
	defer served.close()
	if s.caFile != "" {
		if err := os.WriteFile(s.caFile, []byte(served.authorities()), 0o600); err != nil { //nolint:gosec // the user names the file
			return err
		}
	}
	if err := s.announce(stdout, served); err != nil {
		return err
	}
	s.wait(ctx, stdin)
	return s.report(stderr, served)
}

func readFlags(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("vcda-simulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.service, "service", string(simulator.Manager), "`flavour` of the appliances: manager or cloud")
	flags.StringVar(&s.sites, "sites", "site-a,site-b", "`names` of the sites, one appliance each")
	flags.StringVar(&s.addr, "addr", "127.0.0.1", "`host` to listen on")
	flags.StringVar(&s.ports, "ports", "", "`ports`, one per site (default: free ones)")
	flags.DurationVar(&s.taskDuration, "task-duration", time.Second, "how long a task takes")
	flags.DurationVar(&s.latency, "latency", 0, "how long each request waits")
	flags.BoolVar(&s.json, "json", false, "print one JSON object instead of text")
	flags.StringVar(&s.caFile, "ca-file", "", "write the certificate authorities, as PEM, to this `file`")
	flags.StringVar(&s.statsFile, "stats-file", "", "write the counts of each system, as JSON, to this `file` at the end")
	flags.BoolVar(&s.untilStdinClose, "until-stdin-closes", false, "stop when standard input closes")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, nil
}

// appliances makes one appliance per site.
func (s settings) appliances() ([]simulator.ApplianceOptions, error) {
	sites := strings.Split(s.sites, ",")
	ports := strings.Split(s.ports, ",")
	if s.ports != "" && len(ports) != len(sites) {
		return nil, fmt.Errorf("-ports names %d ports for %d sites", len(ports), len(sites))
	}
	var out []simulator.ApplianceOptions
	for i, site := range sites {
		port := "0"
		if s.ports != "" {
			port = ports[i]
		}
		out = append(out, simulator.ApplianceOptions{
			Site: site, Service: simulator.Service(s.service), Addr: net.JoinHostPort(s.addr, port),
			TaskDuration: s.taskDuration, Latency: s.latency,
		})
	}
	return out, nil
}

func (s settings) wait(ctx context.Context, stdin io.Reader) {
	stdinClosed := make(chan struct{})
	if s.untilStdinClose {
		go func() { // ends with the input, at the latest with the process
			defer close(stdinClosed)
			_, _ = io.Copy(io.Discard, stdin)
		}()
	}
	select {
	case <-ctx.Done():
	case <-stdinClosed:
	}
}

// report tells what each system saw, so that a session left behind shows.
func (s settings) report(stderr io.Writer, served *systems) error {
	all := map[string]any{}
	for _, o := range served.appliances {
		stats := served.estate.Appliance(o.Site).Stats()
		all[o.Site] = stats
		fmt.Fprintf(stderr, "%s: %d requests, %d logins, %d logouts, %d live sessions\n",
			o.Site, stats.Total, stats.Logins, stats.Logouts, stats.LiveSessions)
	}
	cloner, backup := served.vcenter.Stats(), served.storware.Stats()
	all["vcenter"], all["storware"] = cloner, backup
	fmt.Fprintf(stderr, "vcenter: %d requests, %d logins, %d clones, %d logouts, %d live sessions\n",
		cloner.Total, cloner.Logins, cloner.Clones, cloner.Logouts, cloner.LiveSessions)
	fmt.Fprintf(stderr, "storware: %d requests, %d logins, %d logouts, %d live sessions\n",
		backup.Total, backup.Logins, backup.Logouts, backup.LiveSessions)
	if s.statsFile == "" {
		return nil
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.statsFile, append(text, '\n'), 0o600)
}
