// Package diagnostics turns typed errors into diagnostics: what happened, why, what
// remains on the appliance, what to do, and the operation ID.
package diagnostics

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Detail is the text of a diagnostic below its summary, in parts. Each part is
// one or more whole sentences; empty parts are left out.
type Detail struct {
	Why         string // what happened, and why
	Consequence string // what remains on the appliance, and what the next apply does
	Advice      string // what to do, as an imperative
	OperationID string // of the request in the system's logs
}

// String renders the detail: a paragraph for each part, the operation ID last.
func (d Detail) String() string {
	var parts []string
	for _, part := range []string{d.Why, d.Consequence, d.Advice} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if d.OperationID != "" {
		parts = append(parts, "Operation ID: "+d.OperationID)
	}
	return strings.Join(parts, "\n\n")
}

// Unable returns an error with the detail. The action follows "Unable to", such as
// "pair with the site site-b".
func (d Detail) Unable(action string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to "+action, d.String())
}

// UnableAt is Unable for an error that one attribute causes.
func (d Detail) UnableAt(at path.Path, action string) diag.Diagnostic {
	return diag.WithPath(at, d.Unable(action))
}

// Warning is Unable for a problem that does not stop the operation.
func (d Detail) Warning(action string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Unable to "+action, d.String())
}

// Sentence returns a text with a capital letter at its start and a period at its
// end.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	if first != utf8.RuneError {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}
