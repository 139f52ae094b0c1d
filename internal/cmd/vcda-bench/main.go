// Command vcda-bench measures what plans and applies cost: it runs Terraform, or
// OpenTofu, with the provider against simulated appliances, and beside it with a
// provider that does nothing (baseline-provider) and a client that polls at a fixed
// second.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// settings say what is measured.
type settings struct {
	plans   []int           // pairings of a plan
	applies []int           // pairings of an apply that creates them all
	task    time.Duration   // of each of these
	waits   []time.Duration // tasks that are waited for alone
	crowd   int             // tasks that are waited for at once
	long    time.Duration   // each of these
	runs    int             // of each plan
}

var (
	whole = settings{
		plans: []int{1, 10, 100, 500, 5000}, applies: []int{1, 10, 100, 500}, task: time.Second,
		waits: []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, time.Minute},
		crowd: 200, long: time.Minute, runs: 5,
	}
	quick = settings{
		plans: []int{1, 10, 100}, applies: []int{1, 10}, task: time.Second,
		waits: []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second},
		crowd: 50, long: 5 * time.Second, runs: 3,
	}
)

func main() {
	if provider := os.Getenv(measuredVariable); provider != "" {
		os.Exit(runMeasured(provider))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vcda-bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	s := whole
	flag.Func("plans", "pairings of a plan, such as 1,10,100", list(&s.plans, strconv.Atoi))
	flag.Func("applies", "pairings of an apply, such as 1,10,100", list(&s.applies, strconv.Atoi))
	flag.DurationVar(&s.task, "task", s.task, "length of each task of an apply")
	flag.Func("waits", "lengths of tasks to wait for, such as 1s,10s", list(&s.waits, time.ParseDuration))
	flag.IntVar(&s.crowd, "crowd", s.crowd, "tasks that run at once")
	flag.DurationVar(&s.long, "long", s.long, "length of each of them")
	flag.IntVar(&s.runs, "runs", s.runs, "runs of each plan, whose median counts")
	short := flag.Bool("quick", false, "measure little, in about a minute; the flags above don't count")
	out := flag.String("out", ".bin/bench", "folder for the table and the plot")
	page := flag.String("into", "", "page whose table is replaced, such as templates/guides/performance.md")
	flag.Parse()
	if *short {
		s = quick
	}
	t, err := prepare(ctx)
	if err != nil {
		return err
	}
	defer t.remove()
	m, err := t.measure(ctx, s)
	if err != nil {
		return err
	}
	table := m.markdown()
	fmt.Print(table)
	if err := os.MkdirAll(*out, 0o750); err != nil {
		return err
	}
	if *page != "" {
		if err := replaceTable(*page, table); err != nil {
			return err
		}
	}
	return errors.Join(
		os.WriteFile(filepath.Join(*out, "table.md"), []byte(table), 0o600),
		os.WriteFile(filepath.Join(*out, "plot.svg"), []byte(m.plot()), 0o600),
	)
}

// list parses a flag of several values.
func list[T any](into *[]T, parse func(string) (T, error)) func(string) error {
	return func(text string) error {
		*into = nil
		for one := range strings.SplitSeq(text, ",") {
			value, err := parse(one)
			if err != nil {
				return err
			}
			*into = append(*into, value)
		}
		return nil
	}
}

// measurements are what came of a run.
type measurements struct {
	cli     string // its version
	plans   []plan
	applies []apply
	waits   []wait
	crowd   apply
}

func (t *tools) measure(ctx context.Context, s settings) (m *measurements, err error) {
	m = &measurements{cli: t.version}
	for _, n := range s.plans {
		p, err := t.plan(ctx, n, s.runs)
		if err != nil {
			return nil, fmt.Errorf("plan of %d: %w", n, err)
		}
		m.plans = append(m.plans, p)
	}
	for _, n := range s.applies {
		a, err := t.apply(ctx, n, s.task, defaultParallelism)
		if err != nil {
			return nil, fmt.Errorf("apply of %d: %w", n, err)
		}
		m.applies = append(m.applies, a)
	}
	if m.waits, err = t.waitForAll(ctx, s.waits); err != nil {
		return nil, err
	}
	if m.crowd, err = t.apply(ctx, s.crowd, s.long, s.crowd); err != nil {
		return nil, fmt.Errorf("%d tasks at once: %w", s.crowd, err)
	}
	return m, nil
}

// say tells whoever waits how far the measuring is.
func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", values...)
}
