// Command vcda-simulator serves simulated VMware Cloud Director Availability
// appliances, a vCenter and a Storware server on loopback until it is told to
// stop or a command ends, for users who test their own Terraform modules.
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
	err := run(ctx, os.Args[1:], surroundings{os.Stdin, os.Stdout, os.Stderr, interrupted})
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// exitCode is 2 for a mistake in flags or fixture, 1 when something could not be
// served, and else that of the command.
func exitCode(err error, stderr io.Writer) int {
	var command *exec.ExitError
	var mistake misuse
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &command):
		return command.ExitCode()
	}
	fmt.Fprintln(stderr, "vcda-simulator:", err)
	if errors.As(err, &mistake) {
		return 2
	}
	return 1
}

// surroundings are what a process has.
type surroundings struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	interrupted    <-chan os.Signal
}

// run serves until ctx ends, an interrupt comes, the command ends or, when
// asked, stdin closes.
func run(ctx context.Context, args []string, around surroundings) error {
	s, err := readFlags(args, around.stderr)
	if err != nil {
		return err
	}
	if s.printFixture {
		_, err := io.WriteString(around.stdout, exampleFixture)
		return err
	}
	if s.printVersion {
		_, err := fmt.Fprintln(around.stdout, "vcda-simulator", version)
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
	if err := s.announce(around.stdout, served); err != nil {
		return err
	}
	ended := s.wait(ctx, around)
	return errors.Join(ended, s.report(around.stderr, served))
}

// wait returns the error of the command.
func (s settings) wait(ctx context.Context, around surroundings) error {
	if len(s.command) > 0 {
		return s.runCommand(ctx, around)
	}
	stdinClosed := make(chan struct{})
	if s.untilStdinClose {
		go func() { // ends with the input, at the latest with the process
			defer close(stdinClosed)
			_, _ = io.Copy(io.Discard, around.stdin)
		}()
	}
	select {
	case <-ctx.Done():
	case <-around.interrupted:
	case <-stdinClosed:
	}
	return nil
}

// runCommand leaves an interrupt to the command, which gets it from the
// terminal too; it hands a termination on and waits for the command's own end.
func (s settings) runCommand(ctx context.Context, around surroundings) error {
	command := exec.CommandContext(ctx, s.command[0], s.command[1:]...) //nolint:gosec // the user's own command
	command.Stdin, command.Stdout, command.Stderr = around.stdin, around.stdout, around.stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	return command.Run()
}

// report tells what each system saw, so that a session left behind shows.
func (s settings) report(stderr io.Writer, served *systems) error {
	all := map[string]any{}
	for _, a := range served.appliances() {
		stats := a.Stats()
		all[a.Site()] = stats
		fmt.Fprintf(stderr, "%s: %d requests, %d logins, %d logouts, %d live sessions\n",
			a.Site(), stats.Total, stats.Logins, stats.Logouts, stats.LiveSessions)
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
