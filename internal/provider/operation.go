package provider

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/go-uuid"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// httpLog is the logging subsystem of HTTP requests.
const httpLog = "http"

// withOperation gives one RPC an operation ID. Its requests carry the ID, and
// its log entries and diagnostics show it.
func withOperation(ctx context.Context) context.Context {
	ctx = tflog.NewSubsystem(ctx, httpLog)
	id, err := uuid.GenerateUUID()
	if err != nil {
		return ctx // without an id the operation works all the same
	}
	return rest.WithOperationID(ctx, "terraform-"+id)
}

// logHTTP logs one HTTP request. What it logs is an allow-list: bodies, headers
// and queries may hold secrets.
func logHTTP(ctx context.Context, e rest.Event) {
	fields := map[string]any{
		"method":       e.Method,
		"path":         e.Path,
		"status":       e.Status,
		"duration_ms":  e.Duration.Milliseconds(),
		"operation_id": e.OperationID,
	}
	if e.Err != nil {
		fields["error"] = e.Err.Error()
	}
	tflog.SubsystemDebug(ctx, httpLog, "HTTP request", fields)
}

// logTask logs a task whose state or progress has changed.
func logTask(ctx context.Context, t vcda.Task) {
	what := strings.TrimSpace(t.Workflow.Type + " " + cmp.Or(t.Workflow.ResourceName, t.Workflow.ResourceID))
	tflog.Info(ctx, fmt.Sprintf("%s: %s %d %%", cmp.Or(what, "task"), t.State, t.Progress), map[string]any{
		"task": t.ID, "operation_id": rest.OperationID(ctx),
	})
}
