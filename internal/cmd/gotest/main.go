// Command gotest runs "go test" with its arguments and prints a summary: each package when it ends, the output of
// failed tests, the running tests while nothing else is printed, and at the end the skipped and the slowest tests.
//
// With GOTEST_SKIPPED set, it writes the package and the name of each skipped test to that file.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"time"
)

const silence = 25 * time.Second // without output, after which it prints the running tests

func main() {
	signal.Ignore(os.Interrupt) // go test gets it too, and its end is awaited
	code, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		code = 1
	}
	os.Exit(code)
}

// run returns the exit code of go test.
func run(args []string, out io.Writer) (int, error) {
	command := exec.Command("go", append([]string{"test", "-json"}, args...)...) //nolint:gosec,noctx // the arguments of the developer
	command.Stderr = os.Stderr
	pipe, err := command.StdoutPipe()
	if err != nil {
		return 1, err
	}
	if err := command.Start(); err != nil {
		return 1, err
	}
	r := newReport(out, slices.Contains(args, "-v"))
	readEvents(r, pipe)
	err = command.Wait()
	r.printSummary()
	if err := r.writeSkipped(os.Getenv("GOTEST_SKIPPED")); err != nil {
		return 1, err
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode(), nil
	}
	return 0, err
}

// readEvents passes the lines of go test to the report until they end.
func readEvents(r *report, lines io.Reader) {
	received := make(chan []byte)
	go func() {
		defer close(received)
		reader := bufio.NewReader(lines)
		for {
			line, err := reader.ReadBytes('\n')
			if len(line) > 0 {
				received <- line
			}
			if err != nil {
				return
			}
		}
	}()
	begun := time.Now()
	quiet := time.NewTimer(silence)
	for {
		select {
		case line, more := <-received:
			if !more {
				return
			}
			var e event
			if err := json.Unmarshal(line, &e); err != nil {
				e = event{Action: "build-output", Output: string(line)}
			}
			if r.add(e) {
				quiet.Reset(silence)
			}
		case <-quiet.C:
			r.printRunning(time.Since(begun))
			quiet.Reset(silence)
		}
	}
}
