package main

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// faultSwitch is a fault as text, for instance "POST /sites status=503 times=1". The text after body= is the body.
type faultSwitch struct {
	fault simulator.Fault
	site  string // empty: all
}

// faultKinds are the words for the kinds of faults.
var faultKinds = map[string]simulator.FaultKind{
	"status": simulator.Status, "drop": simulator.DropResponse, "reset": simulator.Reset, "hang": simulator.Hang, "truncate": simulator.Truncate,
	"oversize": simulator.Oversize, "drip": simulator.SlowDrip, "redirect": simulator.Redirect, "empty": simulator.Empty,
}

// faultValues are the words with a value.
var faultValues = map[string]func(*faultSwitch, string) error{
	"status": func(f *faultSwitch, value string) (err error) {
		f.fault.Status, err = number(value, 503, 200, 599)
		return err
	},
	"times": func(f *faultSwitch, value string) (err error) {
		f.fault.Times, err = number(value, 1, 1, math.MaxInt)
		return err
	},
	"skip": func(f *faultSwitch, value string) (err error) {
		f.fault.Skip, err = number(value, 1, 1, math.MaxInt)
		return err
	},
	"probability": func(f *faultSwitch, value string) (err error) {
		f.fault.Probability, err = strconv.ParseFloat(value, 64)
		if inside := f.fault.Probability > 0 && f.fault.Probability <= 1; err != nil || !inside { // NaN is outside
			err = errors.New("must be a number above 0 and at most 1")
		}
		return err
	},
	"redirect":     func(f *faultSwitch, value string) error { f.fault.Location = value; return nil },
	"retry-after":  func(f *faultSwitch, value string) error { f.fault.RetryAfter = value; return nil },
	"content-type": func(f *faultSwitch, value string) error { f.fault.ContentType = value; return nil },
	"site":         func(f *faultSwitch, value string) error { f.site = value; return nil },
}

// UnmarshalText reads a fault.
func (f *faultSwitch) UnmarshalText(text []byte) error {
	head, body, hasBody := strings.Cut(string(text), "body=")
	words := strings.Fields(head)
	if len(words) < 2 {
		return fmt.Errorf("%q names no method and path; write for instance %q", text, "POST /sites status=503 times=1")
	}
	*f = faultSwitch{fault: simulator.Fault{Body: body}}
	if err := f.readCall(words[0], words[1]); err != nil {
		return err
	}
	var kinds []string
	for _, word := range words[2:] {
		name, value, _ := strings.Cut(word, "=")
		if err := f.readWord(name, value); err != nil {
			return err
		}
		if kind, known := faultKinds[name]; known {
			f.fault.Kind = kind
			kinds = append(kinds, name)
		}
	}
	if hasBody && !slices.Contains(kinds, "status") { // with a status, it is the body of that response
		f.fault.Kind = simulator.Body
		kinds = append(kinds, "body")
	}
	if len(kinds) != 1 {
		return fmt.Errorf("%q must name one kind of fault: status=, drop, reset, hang, truncate, oversize, drip, redirect=, empty or body=", text)
	}
	return nil
}

func (f *faultSwitch) readCall(method, pattern string) error {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	if method != "ANY" {
		if !slices.Contains(methods, method) {
			return fmt.Errorf("%q is neither ANY nor one of %s", method, strings.Join(methods, ", "))
		}
		f.fault.Method = method
	}
	if _, err := path.Match(pattern, ""); err != nil || !strings.HasPrefix(pattern, "/") {
		return fmt.Errorf("%q is no path or pattern of paths", pattern)
	}
	f.fault.Path = pattern
	return nil
}

func (f *faultSwitch) readWord(name, value string) error {
	set, takesValue := faultValues[name]
	_, kind := faultKinds[name]
	switch {
	case !takesValue && !kind && name != "after":
		return fmt.Errorf("%q is not a part of a fault", name)
	case takesValue && value == "":
		return fmt.Errorf("%s needs a value", name)
	case !takesValue && value != "":
		return fmt.Errorf("%s takes no value", name)
	case name == "after":
		f.fault.PerformFirst = true
	case takesValue:
		if err := set(f, value); err != nil {
			return fmt.Errorf("%s=%s: %w", name, value, err)
		}
	}
	return nil
}

func number(text string, example, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		err = fmt.Errorf("must be a number such as %d", example)
	case n < least || n > most:
		err = fmt.Errorf("must be at least %d and at most %d", least, most)
	}
	return n, err
}
