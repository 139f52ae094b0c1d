package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// tools are what every measurement needs: a command line, and the providers.
type tools struct {
	cli, version string
	dir          string // of the providers and the workspaces
}

// The providers, each in a folder of its own.
const (
	ours     = "ours"
	floor    = "floor"
	measured = "measured" // see measuredVariable
)

const binaryName = "terraform-provider-vcda"

// prepare finds a command line and builds the providers.
func prepare(ctx context.Context) (*tools, error) {
	root, err := output(ctx, "", "go", "env", "GOMOD")
	if err != nil {
		return nil, err
	}
	root = filepath.Dir(root)
	cli, err := output(ctx, root, filepath.Join("internal", "tools", "cli"))
	if err != nil {
		return nil, err
	}
	version, err := output(ctx, root, cli, "version")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "vcda-bench-")
	if err != nil {
		return nil, err
	}
	t := &tools{cli: cli, version: regexp.MustCompile(`^\w+ v\S+`).FindString(version), dir: dir}
	for name, path := range map[string]string{ours: ".", floor: "./internal/cmd/baseline-provider", measured: "./internal/cmd/vcda-bench"} {
		say("building %s", path)
		if _, err := output(ctx, root, "go", "build", "-o", t.binary(name), path); err != nil {
			t.remove()
			return nil, err
		}
	}
	return t, nil
}

func (t *tools) binary(name string) string { return filepath.Join(t.dir, name, binaryName) }

func (t *tools) remove() { _ = os.RemoveAll(t.dir) }

// output runs a program and returns what it printed.
func output(ctx context.Context, dir, program string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...) //nolint:gosec // ours, or the command line that was chosen
	command.Dir = dir
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", command, err, problems.Bytes())
	}
	return strings.TrimSpace(string(out)), nil
}

// workspace is a folder with a configuration, where the command line runs.
type workspace struct {
	*tools

	dir string
}

func (t *tools) workspace() (*workspace, error) {
	dir, err := os.MkdirTemp(t.dir, "workspace-")
	return &workspace{t, dir}, err
}

// cost is what one run of the command line took.
type cost struct {
	wall   time.Duration
	cpu    time.Duration // of the command line and its providers
	memory int64         // the most that one of its providers held
}

// run runs the command line with one of the providers.
func (w *workspace) run(ctx context.Context, provider string, args ...string) (cost, error) {
	override, memory := filepath.Join(w.dir, "cli.tfrc"), filepath.Join(w.dir, "memory")
	text := fmt.Appendf(nil, "provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", address, filepath.Dir(w.binary(measured)))
	if err := errors.Join(os.WriteFile(override, text, 0o600), os.WriteFile(memory, nil, 0o600)); err != nil {
		return cost{}, err
	}
	command := exec.CommandContext(ctx, w.cli, args...) //nolint:gosec // the command line that was chosen
	command.Dir = w.dir
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // so that it ends its providers
	command.WaitDelay = 10 * time.Second
	// Nothing of the user's own settings.
	command.Env = []string{
		"CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=" + override, "PATH=" + os.Getenv("PATH"), "HOME=" + w.dir,
		measuredVariable + "=" + w.binary(provider), memoryVariable + "=" + memory,
	}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	begun := time.Now()
	if err := command.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", command, err, out.Bytes())
	}
	c := cost{wall: time.Since(begun), cpu: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	var err error
	c.memory, err = mostMemory(memory)
	return c, err
}
