// Package task implements the data sources vcda_task and vcda_tasks.
package task

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type model struct {
	ID           types.String `tfsdk:"id"`
	State        types.String `tfsdk:"state"`
	Type         types.String `tfsdk:"type"`
	ResourceType types.String `tfsdk:"resource_type"`
	ResourceID   types.String `tfsdk:"resource_id"`
	ResourceName types.String `tfsdk:"resource_name"`
	User         types.String `tfsdk:"user"`
	Site         types.String `tfsdk:"site"`
	Progress     types.Int64  `tfsdk:"progress"`
	StartedAt    types.String `tfsdk:"started_at"`
	UpdatedAt    types.String `tfsdk:"updated_at"`
	EndedAt      types.String `tfsdk:"ended_at"`
	Error        types.Object `tfsdk:"error"`
	Warnings     []string     `tfsdk:"warnings"`
}

func newModel(t vcda.Task) model {
	return model{
		ID:           types.StringValue(t.ID),
		State:        base.StringOrNull(t.State),
		Type:         base.StringOrNull(t.Workflow.Type),
		ResourceType: base.StringOrNull(t.Workflow.ResourceType),
		ResourceID:   base.StringOrNull(t.Workflow.ResourceID),
		ResourceName: base.StringOrNull(t.Workflow.ResourceName),
		User:         base.StringOrNull(t.User),
		Site:         base.StringOrNull(t.Site),
		Progress:     types.Int64Value(int64(t.Progress)),
		StartedAt:    base.TimeOrNull(t.StartTime),
		UpdatedAt:    base.TimeOrNull(t.LastUpdated),
		EndedAt:      base.TimeOrNull(t.EndTime),
		Error:        base.APIError(t.Error),
		Warnings:     append([]string{}, t.WarningTexts()...),
	}
}

// attributes describes one task; all attributes are computed.
func attributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"progress": schema.Int64Attribute{Computed: true, MarkdownDescription: "Progress in percent."},
		"error":    base.ErrorAttribute("Error of a failed task. Null for other tasks, and where the appliance gives no reason."),
		"warnings": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Warnings of the task. An error object is shown as `code: msg`, any other object as JSON.",
		},
	}
	for name, description := range texts {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return all
}

var texts = map[string]string{
	"id":            "ID of the task.",
	"state":         "State of the task: `SUCCEEDED` and `FAILED` are final; in `QUEUED`, `RUNNING` and any other state it has not ended.",
	"type":          "Type of the task, such as `pair` or `health`.",
	"resource_type": "Type of the object the task works on, such as `site`.",
	"resource_id":   "ID of the object the task works on. Null where there is none.",
	"resource_name": "Name of the object the task works on. Null where there is none.",
	"user":          "User who started the task.",
	"site":          "Site the task runs on.",
	"started_at":    "Time of the start, in RFC 3339 format, UTC. Null before the task starts.",
	"updated_at":    "Time of the last update, in RFC 3339 format, UTC.",
	"ended_at":      "Time of the end, in RFC 3339 format, UTC. Null until the task ends.",
}
