// Package resource has the names of the real one.
package resource

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// ReadRequest asks for a read.
type ReadRequest struct{ State tfsdk.State }

// ReadResponse answers.
type ReadResponse struct {
	State       tfsdk.State
	Identity    *tfsdk.ResourceIdentity
	Diagnostics diag.Diagnostics
}

// CreateRequest asks for a create.
type CreateRequest struct{ Plan tfsdk.State }

// CreateResponse answers.
type CreateResponse struct {
	State       tfsdk.State
	Identity    *tfsdk.ResourceIdentity
	Diagnostics diag.Diagnostics
}
