// Package changelog reads CHANGELOG.md, and accepts only its one form.
package changelog

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Breaking is the kind of a change after which a configuration that worked may
// not, and which therefore needs a new major version.
const Breaking = "Breaking"

// Release is what one version brought.
type Release struct {
	Version string // empty for what is not released yet
	Entries []Entry
}

// Entry is one change.
type Entry struct{ Kind, Text string }

var (
	heading = regexp.MustCompile(`^## (?:Unreleased|(\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\))$`)
	entry   = regexp.MustCompile(`^- (?:\*\*(Breaking)\*\*|(Added|Changed|Deprecated|Fixed|Removed|Security)): (\S.*\.)$`)
)

// Read returns the releases of a changelog, the newest first. The first one is
// what is not released yet.
func Read(file string) ([]Release, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var releases []Release
	for i, line := range strings.Split(string(text), "\n") {
		section := heading.FindStringSubmatch(line)
		change := entry.FindStringSubmatch(line)
		switch {
		case section != nil:
			releases = append(releases, Release{Version: section[1]})
		case strings.HasPrefix(line, "## "):
			return nil, fmt.Errorf("%s:%d: a heading is \"## Unreleased\" or like \"## 1.2.3 (2026-12-31)\"", file, i+1)
		case len(releases) == 0 || line == "":
			// The introduction says what it likes.
		case change == nil:
			return nil, fmt.Errorf("%s:%d: a change is one line, which begins with its kind, like \"- Fixed: \", and ends with a full stop", file, i+1)
		default:
			last := &releases[len(releases)-1]
			last.Entries = append(last.Entries, Entry{Kind: change[1] + change[2], Text: change[3]})
		}
	}
	if len(releases) == 0 || releases[0].Version != "" {
		return nil, fmt.Errorf("%s: the first section is not \"## Unreleased\"", file)
	}
	return releases, nil
}
