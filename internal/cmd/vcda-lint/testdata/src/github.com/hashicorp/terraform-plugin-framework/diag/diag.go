// Package diag has the names of the real one.
package diag

// Diagnostic is an error or a warning.
type Diagnostic interface{ Summary() string }

// Diagnostics are some.
type Diagnostics []Diagnostic

// Append adds some.
func (d *Diagnostics) Append(more ...Diagnostic) {}

// AddError adds an error.
func (d *Diagnostics) AddError(summary, detail string) {}

// AddWarning adds a warning.
func (d *Diagnostics) AddWarning(summary, detail string) {}

// HasError tells whether one is an error.
func (d Diagnostics) HasError() bool { return false }

// NewErrorDiagnostic makes an error.
func NewErrorDiagnostic(summary, detail string) Diagnostic { return nil }

// NewWarningDiagnostic makes a warning.
func NewWarningDiagnostic(summary, detail string) Diagnostic { return nil }
