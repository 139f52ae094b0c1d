package base

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Legacy reads states of the archived provider vmware/vcda, for a resource that embeds it and whose type has the same name
// here. All its releases wrote schema version 0. It sends no request.
type Legacy[M any] struct {
	Type    string
	Convert func(ctx context.Context, state []byte) (M, error)
	ID      func(M) types.String // of the identity; null if it is not known yet
	Key     string               // attribute of the identity, "id" when empty
}

func (l Legacy[M]) key() path.Path {
	if l.Key == "" {
		return path.Root("id")
	}
	return path.Root(l.Key)
}

// UpgradeState serves a resource of which only the source has changed.
func (l Legacy[M]) UpgradeState(context.Context) map[int64]resource.StateUpgrader {
	return map[int64]resource.StateUpgrader{0: {StateUpgrader: func(ctx context.Context, req resource.UpgradeStateRequest, resp *resource.UpgradeStateResponse) {
		m, err := l.Convert(ctx, req.RawState.JSON)
		if err != nil {
			resp.Diagnostics.Append(l.unreadable())
			return
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}}}
}

// MoveState serves a resource that a moved block names.
func (l Legacy[M]) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		if req.SourceTypeName != l.Type || !strings.HasSuffix(req.SourceProviderAddress, "/vmware/vcda") && !strings.HasSuffix(req.SourceProviderAddress, "/vcda-dr/vcda") {
			return // not a state of the archived provider
		}
		if req.SourceSchemaVersion != 0 {
			resp.Diagnostics.AddError("Unable to move the state of "+l.Type, fmt.Sprintf("No release of vmware/vcda is known that wrote version %d of its schema. %s", req.SourceSchemaVersion, importInstead))
			return
		}
		m, err := l.Convert(ctx, req.SourceRawState.JSON)
		if err != nil {
			resp.Diagnostics.Append(l.unreadable())
			return
		}
		if id := l.ID(m); !id.IsNull() {
			resp.Diagnostics.Append(resp.TargetIdentity.SetAttribute(ctx, l.key(), id)...)
		}
		resp.Diagnostics.Append(resp.TargetState.Set(ctx, m)...)
	}}}
}

const importInstead = "Remove it from the state (terraform state rm), and import it."

func (l Legacy[M]) unreadable() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to read the old state of "+l.Type, "It has another form than the one that releases of vmware/vcda wrote. "+importInstead)
}

// NullTimeouts returns the attribute timeouts of a resource without timeouts.
func NullTimeouts() timeouts.Value {
	operations := map[string]attr.Type{}
	for _, name := range []string{"create", "read", "update", "delete"} {
		operations[name] = types.StringType
	}
	return timeouts.Value{Object: types.ObjectNull(operations)}
}
