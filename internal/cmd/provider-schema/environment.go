package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Every attribute of the provider block names its environment variable and its
// default in its description.
var (
	environmentVariable = regexp.MustCompile("ariable: `(VCDA_[A-Z_]+)`")
	defaultValue        = regexp.MustCompile("Default: (`[^`]+`)")
)

// environment is one row of the table of environment variables.
type environment struct {
	attributes []string
	secret     bool
	def        string
}

// writeEnvironment writes a Markdown table of the environment variables that
// stand in for attributes of the provider block.
func writeEnvironment(out io.Writer, block *tfjson.SchemaBlock) {
	rows := map[string]*environment{}
	collectEnvironment(rows, "", block.Attributes)
	fmt.Fprintln(out, "| Environment variable | Attribute | Secret | Default |\n|---|---|---|---|")
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		row := rows[name]
		slices.Sort(row.attributes)
		secret := ""
		if row.secret {
			secret = "yes"
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", name, strings.Join(row.attributes, ", "), secret, row.def)
	}
}

func collectEnvironment(rows map[string]*environment, prefix string, attributes map[string]*tfjson.SchemaAttribute) {
	for name, a := range attributes {
		if a.AttributeNestedType != nil {
			collectEnvironment(rows, prefix+name+".", a.AttributeNestedType.Attributes)
			continue
		}
		variable := environmentVariable.FindStringSubmatch(a.Description)
		if variable == nil {
			continue
		}
		row := rows[variable[1]]
		if row == nil {
			row = &environment{}
			rows[variable[1]] = row
		}
		row.attributes = append(row.attributes, "`"+prefix+name+"`")
		row.secret = row.secret || a.Sensitive
		if def := defaultValue.FindStringSubmatch(a.Description); def != nil {
			row.def = def[1]
		}
	}
}
