package base

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// Reported describes attributes that only the appliance sets: texts, flags, and errors.
type Reported []struct {
	Name, Doc string
	Type      attr.Type
}

// AddToResource adds the attributes to those of a resource.
func (r Reported) AddToResource(attributes map[string]resource.Attribute) {
	for _, a := range r {
		switch a.Type {
		case types.StringType:
			attributes[a.Name] = resource.StringAttribute{Computed: true, MarkdownDescription: a.Doc}
		case types.BoolType:
			attributes[a.Name] = resource.BoolAttribute{Computed: true, MarkdownDescription: a.Doc}
		default:
			attributes[a.Name] = resource.SingleNestedAttribute{
				Computed: true, MarkdownDescription: a.Doc,
				Attributes: map[string]resource.Attribute{
					"code": resource.StringAttribute{Computed: true, MarkdownDescription: "Code of the error."},
					"msg":  resource.StringAttribute{Computed: true, MarkdownDescription: "Message of the error."},
				},
			}
		}
	}
}

// AddToDataSource adds the attributes to those of a data source.
func (r Reported) AddToDataSource(attributes map[string]datasource.Attribute) {
	for _, a := range r {
		switch a.Type {
		case types.StringType:
			attributes[a.Name] = datasource.StringAttribute{Computed: true, MarkdownDescription: a.Doc}
		case types.BoolType:
			attributes[a.Name] = datasource.BoolAttribute{Computed: true, MarkdownDescription: a.Doc}
		default:
			attributes[a.Name] = ErrorAttribute(a.Doc)
		}
	}
}

var errorTypes = map[string]attr.Type{"code": types.StringType, "msg": types.StringType}

// ErrorType is the type of an error: { code, msg }.
var ErrorType = types.ObjectType{AttrTypes: errorTypes}

// APIError converts an error object to { code, msg }, null if there is none.
func APIError(e *vcda.APIError) types.Object {
	if e == nil {
		return types.ObjectNull(errorTypes)
	}
	return types.ObjectValueMust(errorTypes, map[string]attr.Value{
		"code": types.StringValue(e.Code), "msg": types.StringValue(e.Msg),
	})
}
