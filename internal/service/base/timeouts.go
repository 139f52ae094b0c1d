package base

import (
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

const timeoutsDescription = "How long the operations may take."

// ResourceTimeouts adds a description to the attribute of the timeouts module, which
// has none, and refuses durations that are not above zero.
func ResourceTimeouts(a resource.Attribute) resource.Attribute {
	object, ok := a.(resource.SingleNestedAttribute)
	if !ok {
		return a
	}
	object.MarkdownDescription = timeoutsDescription
	for name, operation := range object.Attributes {
		if text, ok := operation.(resource.StringAttribute); ok {
			text.Validators = []validator.String{ValidBy(values.Timeout)}
			object.Attributes[name] = text
		}
	}
	return object
}

// DataSourceTimeouts does the same for a data source.
func DataSourceTimeouts(a datasource.Attribute) datasource.Attribute {
	object, ok := a.(datasource.SingleNestedAttribute)
	if !ok {
		return a
	}
	object.MarkdownDescription = timeoutsDescription
	for name, operation := range object.Attributes {
		if text, ok := operation.(datasource.StringAttribute); ok {
			text.Validators = []validator.String{ValidBy(values.Timeout)}
			object.Attributes[name] = text
		}
	}
	return object
}
