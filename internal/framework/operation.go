package framework

import (
	"context"

	"github.com/hashicorp/go-uuid"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
)

// httpLog is the logging subsystem of HTTP requests.
const httpLog = "http"

// Begin starts one operation of Terraform: its requests share an operation id,
// which is also in the log and in every diagnostic.
func Begin(ctx context.Context) context.Context {
	ctx = tflog.NewSubsystem(ctx, httpLog)
	id, err := uuid.GenerateUUID()
	if err != nil {
		return ctx // without an id the operation works all the same
	}
	return transport.WithOperationID(ctx, "terraform-"+id)
}

// LogHTTP logs one HTTP request. What it logs is an allow-list: bodies, headers
// and queries may hold secrets.
func LogHTTP(ctx context.Context, e transport.Event) {
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
