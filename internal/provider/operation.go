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

// withOperation gives an RPC an operation ID, which its requests, log entries and
// diagnostics have.
func withOperation(ctx context.Context) context.Context {
	ctx = tflog.NewSubsystem(ctx, httpLog)
	id, err := uuid.GenerateUUID()
	if err != nil {
		return ctx // an operation does not need an ID
	}
	return rest.WithOperationID(ctx, "terraform-"+id)
}

// logHTTP logs an HTTP request, without bodies, headers and queries, which may hold
// secrets.
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
	name := strings.TrimSpace(t.Workflow.Type + " " + cmp.Or(t.Workflow.ResourceName, t.Workflow.ResourceID))
	tflog.Info(ctx, fmt.Sprintf("%s: %s %d %%", cmp.Or(name, "task"), t.State, t.Progress), map[string]any{
		"task": t.ID, "operation_id": rest.OperationID(ctx),
	})
}
