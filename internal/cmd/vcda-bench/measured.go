package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
)

// Where these are set, the command is a provider: it runs the one that the first
// names, and adds the most memory that one used to the file the second names.
const (
	measuredVariable = "VCDA_BENCH_PROVIDER"
	memoryVariable   = "VCDA_BENCH_MEMORY"
)

// runMeasured returns the exit code of the provider.
func runMeasured(provider string) int {
	signal.Ignore(os.Interrupt)     // which goes to all processes of a terminal: Terraform ends providers
	child := exec.Command(provider) //nolint:gosec,noctx // built by the bench, and ended by Terraform
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := child.Run()
	if child.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "vcda-bench:", err)
		return 1
	}
	if err := addMemory(os.Getenv(memoryVariable), peakMemory(child.ProcessState)); err != nil {
		fmt.Fprintln(os.Stderr, "vcda-bench:", err)
		return 1
	}
	return child.ProcessState.ExitCode()
}

func addMemory(name string, bytes int64) error {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // named by the bench
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, bytes)
	return errors.Join(err, file.Close())
}

// mostMemory is the most that any of the processes used.
func mostMemory(name string) (most int64, err error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		bytes, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return 0, err
		}
		most = max(most, bytes)
	}
	return most, lines.Err()
}
