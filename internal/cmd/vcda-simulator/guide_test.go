package main

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

var (
	guideFile    = regexp.MustCompile("(?m)^`([^`]+)`:\n\n```\\w+\n((?s:.*?))^```$")
	guideScript  = regexp.MustCompile("(?m)^```shell\n((?s:.*?))^```$")
	shownFaults  = regexp.MustCompile("(?m)^```text\n(POST (?s:.*?))^```$")
	guideCommand = regexp.MustCompile(`(?m)^ *- run: (vcda-simulator .*)$`)
	firstCell    = regexp.MustCompile("(?m)^\\| (`.*?) \\|")
	code         = regexp.MustCompile("`([^`]+)`")
)

// The guides are read once, because some tests change the working directory.
var (
	readGuide     = sync.OnceValues(func() ([]byte, error) { return os.ReadFile("../../../templates/guides/testing-modules.md") })
	readReference = sync.OnceValues(func() ([]byte, error) { return os.ReadFile("../../../templates/guides/simulator.md") })
)

// guide shows how to test a module.
func guide(t *testing.T) string {
	t.Helper()
	return page(t, readGuide)
}

// reference returns the guide that lists flags, fields and faults of the simulator.
func reference(t *testing.T) string {
	t.Helper()
	return page(t, readReference)
}

func page(t *testing.T, read func() ([]byte, error)) string {
	t.Helper()
	text, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// guideSpace creates a workspace with the files of the guide, and makes it the working directory.
func guideSpace(t *testing.T) *acctest.Workspace {
	t.Helper()
	space := acctest.NewWorkspace(t, "")
	files := guideFile.FindAllStringSubmatch(guide(t), -1)
	if len(files) != 5 {
		t.Fatalf("the guide shows %d files", len(files))
	}
	for _, file := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(space.Dir, file[1])), 0o700); err != nil {
			t.Fatal(err)
		}
		space.Write(t, file[1], file[2])
	}
	cli := t.TempDir()
	if err := os.Symlink(acctest.CurrentCLI(t).Path, filepath.Join(cli, "terraform")); err != nil {
		t.Fatal(err)
	}
	for _, variable := range space.Env {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	t.Setenv("PATH", cli+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Chdir(space.Dir)
	return space
}

// script returns the n-th script of the guide as lines of words.
func script(t *testing.T, n int) [][]string {
	t.Helper()
	var lines [][]string
	for line := range strings.Lines(guideScript.FindAllStringSubmatch(guide(t), -1)[n][1]) {
		lines = append(lines, strings.Fields(line))
	}
	return lines
}

// TestGuideModule tests the module of the guide with the commands of the guide.
func TestGuideModule(t *testing.T) {
	command := script(t, 0)[0]
	if inPipeline := guideCommand.FindStringSubmatch(guide(t)); inPipeline == nil || inPipeline[1] != strings.Join(command, " ") {
		t.Errorf("the pipeline runs %q", inPipeline)
	}
	guideSpace(t)
	var out, report bytes.Buffer
	err := run(t.Context(), command[1:], environment{strings.NewReader(""), &out, &report, nil})
	if err != nil {
		t.Errorf("%v: %s", err, report.String())
	}
	acctest.RequireTexts(t, out.String(), "2 passed, 0 failed.")
	acctest.RequireTexts(t, report.String(), "0 live sessions site-b: 0 requests")
}

// TestGuideCertificate replaces a certificate with the commands of the guide.
func TestGuideCertificate(t *testing.T) {
	space := guideSpace(t)
	port := freePort(t)
	start := script(t, 1)[0]
	for i := range start {
		start[i] = strings.ReplaceAll(start[i], "9440", port)
	}
	r := launch(t.Context(), start[1:]...)
	if _, err := r.stdout.Read(make([]byte, 1<<16)); err != nil { // everything serves
		t.Fatal(err)
	}
	controlClient := newClient(t, appliance{})
	var codes []int
	for _, words := range script(t, 2) {
		if words[0] == "curl" {
			controlClient.curl(t, words, port)
			continue
		}
		out, exit := space.Run(t, words[1:]...)
		codes = append(codes, exit)
		if exit == 1 {
			t.Errorf("%v: %s", words, out)
		}
	}
	if want := []int{0, 2, 0, 0}; !slices.Equal(codes, want) {
		t.Errorf("exit codes %v, want %v", codes, want)
	}
	r.stop(t)
	acctest.RequireTexts(t, r.stderr.String(), "0 live sessions site-b: ")
}

// curl sends what the command line "curl -fsS -X METHOD URL" would.
func (c *client) curl(t *testing.T, words []string, port string) {
	t.Helper()
	if len(words) != 5 || words[1] != "-fsS" || words[2] != "-X" {
		t.Fatalf("%v: this test supports no such curl command", words)
	}
	request, err := http.NewRequestWithContext(t.Context(), words[3], strings.Replace(words[4], "9440", port, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, body := c.send(t, request); status != http.StatusOK {
		t.Errorf("%v: %d %s", words, status, body)
	}
}

// TestReference_complete: its tables list exactly the flags, fields and faults that exist.
func TestReference_complete(t *testing.T) {
	var flags []string
	definitions, _ := newFlags()
	definitions.VisitAll(func(f *flag.Flag) { flags = append(flags, "-"+f.Name) })
	var words []string
	for word := range faultKinds {
		words = append(words, word)
	}
	for word := range faultValues {
		if _, both := faultKinds[word]; !both {
			words = append(words, word)
		}
	}
	var given []string
	for pattern := range controlHandlers {
		given = append(given, strings.NewReplacer("{site}", "SITE", "{peer}", "PEER").Replace(pattern))
	}
	for _, row := range []struct {
		heading string
		name    func(cell string) string
		want    []string
	}{
		{"## Flags", func(cell string) string { return strings.Fields(cell)[0] }, flags},
		{"## Fixture file", func(cell string) string { return cell }, paths("", reflect.TypeFor[fixture]())},
		{"## Faults", func(cell string) string { name, _, _ := strings.Cut(cell, "="); return name }, append(words, "body", "after")},
		{"## Control requests", func(cell string) string { return cell }, given},
	} {
		_, section, _ := strings.Cut(reference(t), row.heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		var named []string
		for _, cell := range firstCell.FindAllStringSubmatch(section, -1) {
			for _, one := range code.FindAllStringSubmatch(cell[1], -1) {
				named = append(named, row.name(one[1]))
			}
		}
		slices.Sort(named)
		slices.Sort(row.want)
		if diff := cmp.Diff(row.want, named); diff != "" {
			t.Errorf("%s: %s", row.heading, diff)
		}
	}
}

// paths returns the paths of all fields of a fixture that hold a value. An account counts as one.
func paths(path string, of reflect.Type) []string {
	var all []string
	for i := range of.NumField() {
		field := of.Field(i)
		path := strings.TrimPrefix(path+"."+field.Tag.Get("json"), ".")
		inner := field.Type
		if inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct {
			path, inner = path+"[]", inner.Elem()
		}
		switch inner {
		case reflect.TypeFor[site](), reflect.TypeFor[pairing](), reflect.TypeFor[accounts](), reflect.TypeFor[login]():
			all = append(all, paths(path, inner)...)
		default:
			all = append(all, path)
		}
	}
	return all
}

// TestReference_faults: the faults it shows can be read.
func TestReference_faults(t *testing.T) {
	block := shownFaults.FindStringSubmatch(reference(t))
	if block == nil {
		t.Fatal("the reference shows no faults")
	}
	for line := range strings.Lines(block[1]) {
		var f faultSwitch
		if err := f.UnmarshalText([]byte(strings.TrimSpace(line))); err != nil {
			t.Error(err)
		}
	}
}
