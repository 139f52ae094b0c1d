package registered

import (
	"fmt"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// RegisteredError is the error for an appliance that is registered already with other values. Nothing was sent.
type RegisteredError[R Row] struct{ Row R }

func (e *RegisteredError[R]) Error() string { return "it is registered already" }

// LookupServiceError is the error for the lookup service of the registered appliance itself.
type LookupServiceError struct{ Err error }

func (e *LookupServiceError) Error() string { return "set its lookup service: " + e.Err.Error() }
func (e *LookupServiceError) Unwrap() error { return e.Err }

// ImportAdvice shows how to import a registered appliance.
func ImportAdvice(typeName string, row Row) string {
	if row.Key() == "" {
		return "It is half paired and has no ID yet: import it when it has one, or remove it in the appliance's own user interface."
	}
	return "Import it:\n\n  terraform import " + typeName + ".NAME " + diagnostics.ShellWord(row.Key()) + "\n\nwith the resource's own name for NAME."
}

// WarnOfPort warns of an address with an unusual port.
func WarnOfPort(planned, prior customtypes.NormalizedString, at, noun, usual string, diags *diag.Diagnostics) {
	u, err := url.Parse(planned.ValueString())
	if err != nil || planned.IsUnknown() || planned.Equal(prior) || u.Port() == usual {
		return
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	diags.AddAttributeWarning(path.Root(at), "Unusual port", fmt.Sprintf("The service of a %s usually listens on port %s, not %s. Check %s.", noun, usual, port, at))
}
