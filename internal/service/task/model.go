// Package task is the room of the data sources vcda_task and vcda_tasks.
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

// attributes are those of one task, all computed.
func attributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"progress": schema.Int64Attribute{Computed: true, MarkdownDescription: "Progress in percent."},
		"error":    base.ErrorAttribute("Why the task failed. Null unless it did, and where the appliance gives no reason."),
		"warnings": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Warnings of the task: as `code: msg` where they are error objects, as JSON where they are neither that nor a text.",
		},
	}
	for name, description := range texts {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return all
}

var texts = map[string]string{
	"id":            "Id of the task.",
	"state":         "State of the task: `SUCCEEDED` and `FAILED` are final; `QUEUED`, `RUNNING` and any other mean that it goes on.",
	"type":          "What the task does, such as `pair` or `health`.",
	"resource_type": "Kind of object the task is about, such as `site`.",
	"resource_id":   "Id of that object. Null where there is none.",
	"resource_name": "Name of that object. Null where there is none.",
	"user":          "User who started the task.",
	"site":          "Site the task runs on.",
	"started_at":    "Time of the start, in RFC 3339 format, UTC. Null before it.",
	"updated_at":    "Time of the last progress, in RFC 3339 format, UTC.",
	"ended_at":      "Time of the end, in RFC 3339 format, UTC. Null while the task goes on.",
}
