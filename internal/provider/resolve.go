package provider

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// configuration resolves settings: the provider block first, the environment
// second, the default last.
type configuration struct {
	block tftypes.Value
	env   func(string) string
	diags diag.Diagnostics
	// unknown is the first resolved setting that is not known yet, or "".
	unknown string
}

// state is the state of an attribute in the provider block.
type state int

const (
	absent state = iota
	unknown
	present
)

// lookup returns the value at a dotted path of the provider block.
func (c *configuration) lookup(dotted string) (tftypes.Value, state) {
	value := c.block
	for name := range strings.SplitSeq(dotted, ".") {
		if s := stateOf(value); s != present {
			return value, s
		}
		var members map[string]tftypes.Value
		if value.As(&members) != nil {
			return value, absent
		}
		value = members[name]
	}
	return value, stateOf(value)
}

func stateOf(v tftypes.Value) state {
	switch {
	case !v.IsKnown():
		return unknown
	case v.IsNull():
		return absent
	}
	return present
}

// rowOf returns the row of a setting.
func rowOf(dotted string) setting {
	return settings[slices.IndexFunc(settings, func(s setting) bool { return s.path == dotted })]
}

// get returns the text of a setting, "" if it is not set. It records a value that
// is not known yet, and reports an invalid one.
func (c *configuration) get(dotted string) string {
	row := rowOf(dotted)
	value, s := c.lookup(dotted)
	switch s {
	case present:
		text, err := row.resolved(textOf(value))
		if err != nil { // validation could not check an unknown value
			c.diags.AddAttributeError(attributePath(dotted), "Invalid "+dotted, reason(err))
		}
		return text
	case unknown:
		c.recordUnknown(dotted)
		return ""
	}
	fromEnv := c.env(row.env)
	if fromEnv == "" {
		return row.def
	}
	if err := row.valid(fromEnv); err != nil {
		c.diags.AddAttributeError(attributePath(dotted), "Invalid "+row.env, "The environment variable sets "+dotted+". "+reason(err))
		return row.def
	}
	text, _ := row.resolved(fromEnv) // valid has checked it
	return text
}

// source returns the source of the value of a setting: the attribute, or its
// variable.
func (c *configuration) source(dotted string) string {
	if _, s := c.lookup(dotted); s == absent {
		return rowOf(dotted).env
	}
	return dotted
}

// recordUnknown keeps the first setting that is not known yet.
func (c *configuration) recordUnknown(dotted string) {
	if c.unknown == "" {
		c.unknown = dotted
	}
}

// textOf returns the text of a known string, bool or number.
func textOf(v tftypes.Value) string {
	var s string
	var b bool
	var n big.Float
	switch {
	case v.As(&s) == nil:
		return s
	case v.As(&b) == nil:
		return strconv.FormatBool(b)
	case v.As(&n) == nil:
		return n.Text('f', -1)
	}
	return ""
}

// enabled resolves a flag.
func (c *configuration) enabled(dotted string) bool {
	on, err := strconv.ParseBool(c.get(dotted))
	return on && err == nil // an unknown value is empty
}

// count resolves a number.
func (c *configuration) count(dotted string) int {
	n, err := strconv.Atoi(c.get(dotted))
	if err != nil {
		return 0 // unknown: no client is built
	}
	return n
}

// resolveLogin builds the login that is configured at prefix. Without a login
// object the variable names the type. ok is false after an error, or if a value is
// not known yet.
func resolveLogin[L any](c *configuration, prefix, variable string, types []loginType[L]) (login L, ok bool) {
	chosen, fromBlock := chooseLogin(c, prefix, variable, types)
	if chosen == nil {
		return login, false
	}
	warnIgnored(c, variable, *chosen, types, fromBlock)
	before := len(c.diags)
	found := c.loginFields(prefix, chosen.name, chosen.fields)
	for _, f := range chosen.fields {
		dotted := strings.Join([]string{prefix, chosen.name, f.name}, ".")
		_, s := c.lookup(dotted)
		if s == absent && c.env(f.env) == "" && !f.optional && c.unknown == "" {
			c.diags.AddAttributeError(attributePath(dotted), "Missing "+dotted,
				fmt.Sprintf("The login type %s needs %s. Set it in the provider block or in the environment variable %s.", chosen.name, f.name, f.env))
		}
	}
	if len(c.diags) > before || c.unknown != "" {
		return login, false
	}
	return buildLogin(c, prefix, *chosen, found)
}

// loginFields resolves the fields of a login type.
func (c *configuration) loginFields(prefix, name string, rows []field) fields {
	found := fields{}
	for _, f := range rows {
		object := prefix + "." + name + "."
		if c.isOverruled(object, f) {
			continue
		}
		if value := c.get(object + f.name); value != "" {
			found[f.name] = value
		}
	}
	return found
}

// buildLogin builds a login from its fields, and reports fields that exclude or
// need each other.
func buildLogin[L any](c *configuration, prefix string, chosen loginType[L], found fields) (login L, ok bool) {
	login, err := chosen.build(found)
	if err != nil {
		c.diags.AddAttributeError(attributePath(prefix+"."+chosen.name), "Invalid "+prefix+"."+chosen.name, reason(err))
		return login, false
	}
	return login, true
}

// isOverruled reports whether the variable of a field is not used: the provider
// block sets another field that excludes it.
func (c *configuration) isOverruled(prefix string, f field) bool {
	if _, s := c.lookup(prefix + f.name); s != absent {
		return false
	}
	return slices.ContainsFunc(f.rivals, func(rival string) bool {
		_, s := c.lookup(prefix + rival)
		return s != absent
	})
}

// chooseLogin returns the login type of the provider block, or of the variable.
func chooseLogin[L any](c *configuration, prefix, variable string, types []loginType[L]) (chosen *loginType[L], fromBlock bool) {
	if _, s := c.lookup(prefix); s == unknown {
		c.recordUnknown(prefix)
		return nil, true
	} else if s == present {
		return configuredLogin(c, prefix, types), true
	}
	name := c.env(variable)
	if name == "" {
		c.diags.AddAttributeError(attributePath(prefix), "Missing "+prefix,
			fmt.Sprintf("The provider block has no %s. Set it to exactly one of %s, or name the type in the environment variable %s.", prefix, loginNames(types), variable))
		return nil, false
	}
	for i := range types {
		if types[i].name == name {
			return &types[i], false
		}
	}
	c.diags.AddAttributeError(attributePath(prefix), "Invalid "+variable, fmt.Sprintf("The environment variable holds %q, which is not one of %s.", name, loginNames(types)))
	return nil, false
}

// configuredLogin returns the login type in the provider block. Another number than
// one is an error, unless unknown values may still make it one.
func configuredLogin[L any](c *configuration, prefix string, types []loginType[L]) *loginType[L] {
	var chosen []*loginType[L]
	for i := range types {
		dotted := prefix + "." + types[i].name
		switch _, s := c.lookup(dotted); s {
		case unknown:
			c.recordUnknown(dotted)
		case present:
			chosen = append(chosen, &types[i])
		}
	}
	if len(chosen) == 1 && c.unknown == "" {
		return chosen[0]
	}
	if len(chosen) > 1 || c.unknown == "" {
		c.diags.AddAttributeError(attributePath(prefix), "Invalid "+prefix,
			fmt.Sprintf("Set %s to exactly one of %s; %d are set.", prefix, loginNames(types), len(chosen)))
	}
	return nil
}

// warnIgnored warns about variables that belong only to other login types.
func warnIgnored[L any](c *configuration, variable string, chosen loginType[L], types []loginType[L], fromBlock bool) {
	if name := c.env(variable); fromBlock && name != "" && name != chosen.name {
		c.diags.AddWarning("Ignored environment variable "+variable,
			fmt.Sprintf("It names the login type %s, but the provider block logs in with %s.", name, chosen.name))
	}
	used := map[string]bool{}
	for _, f := range chosen.fields {
		used[f.env] = true
	}
	for _, t := range types {
		for _, f := range t.fields {
			if used[f.env] || c.env(f.env) == "" {
				continue
			}
			used[f.env] = true // one warning for each
			c.diags.AddWarning("Ignored environment variable "+f.env,
				fmt.Sprintf("It belongs to the login type %s, but the provider logs in with %s.", t.name, chosen.name))
		}
	}
}

func loginNames[L any](types []loginType[L]) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.name
	}
	return strings.Join(names, ", ")
}
