// Command vcda-lint checks rules of this house that no general linter knows:
//
//	identityfirst   Read sets the identity before anything can end it: Terraform refuses to remove what has none
//	statelast       nothing follows what sets the state: an error beside a state would taint the object
//	aftererror      after an error is reported nothing follows; what came with diagnostics is used after a look at them
//	dropped         no diagnostics are thrown away
//	operation       every operation begins with framework.Begin, so that each error has an operation id
//
// Other rules have checks elsewhere:
//
//	no context but the caller's, no sleep, no output       forbidigo, in .golangci.yml
//	no import across a border, nothing else on top          internal/acctest, TestBorders and TestTopLevel
//	every secret is sensitive, write-only secrets have one   internal/acctest, TestSchemas, and internal/provider,
//	twin and one version, no data source shows a secret     TestSettingsAreTheSchema
//	every message and every call that makes one is read     internal/acctest/messages
//
// Run it with go run ./internal/cmd/vcda-lint ./...
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"
)

func main() {
	multichecker.Main(identityFirst, stateLast, afterError, dropped, operation)
}
