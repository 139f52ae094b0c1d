package sitepairing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// logDecision logs a decision of the engine with its reason.
func logDecision(ctx context.Context, message string, fields map[string]any) {
	tflog.Debug(ctx, "pairing: "+message, fields)
}
