package base

import (
	"time"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// TimeOrNull converts a time of the API, in milliseconds since the epoch, to RFC 3339 in UTC. The API sends -1 for a
// time that is not set; it becomes null.
func TimeOrNull(ms int64) types.String {
	if ms <= 0 {
		return types.StringNull()
	}
	return types.StringValue(time.UnixMilli(ms).UTC().Format(time.RFC3339Nano))
}

// ErrorAttribute describes an APIError in a data source.
func ErrorAttribute(description string) datasource.SingleNestedAttribute {
	return datasource.SingleNestedAttribute{
		Computed: true, MarkdownDescription: description,
		Attributes: map[string]datasource.Attribute{
			"code": datasource.StringAttribute{Computed: true, MarkdownDescription: "Code of the error."},
			"msg":  datasource.StringAttribute{Computed: true, MarkdownDescription: "Message of the error."},
		},
	}
}
