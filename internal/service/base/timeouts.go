package base

import (
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

const timeoutsDescription = "How long the operations may take."

// ResourceTimeouts adds a description to the attribute of the timeouts module,
// which has none.
func ResourceTimeouts(a resource.Attribute) resource.Attribute {
	if object, ok := a.(resource.SingleNestedAttribute); ok {
		object.MarkdownDescription = timeoutsDescription
		return object
	}
	return a
}

// DataSourceTimeouts does the same for a data source.
func DataSourceTimeouts(a datasource.Attribute) datasource.Attribute {
	if object, ok := a.(datasource.SingleNestedAttribute); ok {
		object.MarkdownDescription = timeoutsDescription
		return object
	}
	return a
}
