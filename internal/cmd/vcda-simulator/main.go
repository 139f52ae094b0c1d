// Command vcda-simulator serves simulated VMware Cloud Director Availability appliances, a vCenter and a Storware
// server on loopback until it is stopped or a command ends, for users who test their own Terraform modules.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// version is set by the release build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	err := run(ctx, os.Args[1:], environment{os.Stdin, os.Stdout, os.Stderr, interrupted})
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// exitCode returns 2 for an error in flags or fixture, 1 if something could not be
// served, and otherwise the exit code of the command.
func exitCode(err error, stderr io.Writer) int {
	var command *exec.ExitError
	var usage usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &command):
		return command.ExitCode()
	}
	fmt.Fprintln(stderr, "vcda-simulator:", err)
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// environment is what a run gets from its process.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	interrupted    <-chan os.Signal
}

// run serves until ctx ends, an interrupt arrives, the command ends, or stdin closes with -until-stdin-closes.
func run(ctx context.Context, args []string, env environment) error {
	s, err := readFlags(args, env.stderr)
	if err != nil {
		return err
	}
	if s.printFixture {
		_, err := io.WriteString(env.stdout, exampleFixture)
		return err
	}
	if s.printVersion {
		_, err := fmt.Fprintln(env.stdout, "vcda-simulator", version)
		return err
	}
	served, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer served.close()
	if s.caFile != "" {
		if err := os.WriteFile(s.caFile, []byte(served.authorities()), 0o600); err != nil { //nolint:gosec // the user names the file
			return err
		}
	}
	if err := s.announce(env.stdout, served); err != nil {
		return err
	}
	ended := s.wait(ctx, env)
	return errors.Join(ended, s.report(env.stderr, served))
}

// wait returns the error of the command.
func (s settings) wait(ctx context.Context, env environment) error {
	if len(s.command) > 0 {
		return s.runCommand(ctx, env)
	}
	stdinClosed := make(chan struct{})
	if s.untilStdinClose {
		go func() { // ends with the input, at the latest with the process
			defer close(stdinClosed)
			_, _ = io.Copy(io.Discard, env.stdin)
		}()
	}
	select {
	case <-ctx.Done():
	case <-env.interrupted:
	case <-stdinClosed:
	}
	return nil
}

// runCommand runs the command until its end. It ignores an interrupt, which the terminal sends to the command too,
// and passes a termination on.
func (s settings) runCommand(ctx context.Context, env environment) error {
	command := exec.CommandContext(ctx, s.command[0], s.command[1:]...) //nolint:gosec // the user's own command
	command.Stdin, command.Stdout, command.Stderr = env.stdin, env.stdout, env.stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	return command.Run()
}

// report prints the counts of each system, among them the sessions that are left.
func (s settings) report(stderr io.Writer, served *systems) error {
	all := map[string]any{}
	for _, a := range served.appliances() {
		stats := a.Stats()
		all[a.Site()] = stats
		fmt.Fprintf(stderr, "%s: %d requests, %d logins, %d logouts, %d live sessions\n",
			a.Site(), stats.Total, stats.Logins, stats.Logouts, stats.LiveSessions)
	}
	vcenterStats, storwareStats := served.vcenter.Stats(), served.storware.Stats()
	all["vcenter"], all["storware"] = vcenterStats, storwareStats
	fmt.Fprintf(stderr, "vcenter: %d requests, %d logins, %d clones, %d logouts, %d live sessions\n",
		vcenterStats.Total, vcenterStats.Logins, vcenterStats.Clones, vcenterStats.Logouts, vcenterStats.LiveSessions)
	fmt.Fprintf(stderr, "storware: %d requests, %d logins, %d logouts, %d live sessions\n",
		storwareStats.Total, storwareStats.Logins, storwareStats.Logouts, storwareStats.LiveSessions)
	if s.statsFile == "" {
		return nil
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.statsFile, append(text, '\n'), 0o600)
}
