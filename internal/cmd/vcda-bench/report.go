package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// markdown words what was measured, ready for the page about it.
func (m *measurements) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s with %s, %s and %d processors (%s/%s); the appliance is the simulator, in a process beside. "+
		"The floor is a provider with the same schema which does nothing and contacts nobody. Times and CPU are those of Terraform with its providers, memory is the most that a process of the provider held; all are medians of several runs.\n",
		time.Now().Format("2 January 2006"), m.cli, runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)

	b.WriteString("\nA plan of N pairings in which nothing changes:\n\n")
	rows := [][]string{{"N", "Calls", "Logins", "Logouts", "Connections", "Time", "Floor", "Ratio", "CPU", "Floor", "Ratio", "Memory", "Floor", "Runs"}}
	for _, p := range m.plans {
		s := p.stats
		rows = append(rows, []string{
			count(p.n), count(s.Total), count(s.Logins), count(s.Logouts), count(s.Connections),
			seconds(p.ours.wall), seconds(p.floor.wall), ratio(p.ours.wall, p.floor.wall),
			seconds(p.ours.cpu), seconds(p.floor.cpu), ratio(p.ours.cpu, p.floor.cpu),
			megabytes(p.ours.memory), megabytes(p.floor.memory), count(p.runs),
		})
	}
	b.WriteString(aligned(rows))

	b.WriteString("\nAn apply that makes N pairings, with tasks of a given length. The least is what the tasks take by themselves, the floor what Terraform does, with the idle provider that has no tasks:\n\n")
	rows = [][]string{{"N", "Task", "Parallelism", "Calls", "Lists", "Polls", "Logins", "Logouts", "Connections", "Time", "Least", "Floor", "Memory", "Floor"}}
	for _, a := range append(m.applies, m.crowd) {
		s := a.stats
		rows = append(rows, []string{
			count(a.n), a.task.String(), count(a.parallelism), count(s.Total), count(s.Requests["GET /sites"]), count(s.Polls),
			count(s.Logins), count(s.Logouts), count(s.Connections),
			seconds(a.ours.wall), seconds(a.least()), seconds(a.floor.wall), megabytes(a.ours.memory), megabytes(a.floor.memory),
		})
	}
	b.WriteString(aligned(rows))

	b.WriteString("\nHow late the end of a task is noticed, and how many polls it takes; beside it a client that polls each second:\n\n")
	rows = [][]string{{"Task", "Late by", "Polls", "Each second", "Polls"}}
	for _, w := range m.waits {
		rows = append(rows, []string{w.task.String(), seconds(w.ours.delay), count(w.ours.polls), seconds(w.second.delay), count(w.second.polls)})
	}
	b.WriteString(aligned(rows))
	return b.String()
}

func count(n int) string { return fmt.Sprint(n) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func ratio(of, to time.Duration) string { return fmt.Sprintf("%.2f", float64(of)/float64(to)) }

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n/1_000_000) }

// aligned is a Markdown table, the first row being its head.
func aligned(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for i, row := range rows {
		for j, cell := range row {
			fmt.Fprintf(&b, "| %*s ", widths[j], cell)
		}
		b.WriteString("|\n")
		if i == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", width+1) + ":")
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// The comments between which a page has the table.
const (
	tableBegin = "<!-- vcda-bench: begin -->\n"
	tableEnd   = "<!-- vcda-bench: end -->\n"
)

// replaceTable puts the table into a page, in place of the one that is there.
func replaceTable(name, table string) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(page), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		return errors.New(name + " has no place for the table")
	}
	return os.WriteFile(name, []byte(before+tableBegin+table+tableEnd+after), 0o600) //nolint:gosec // named by whoever runs the bench
}
