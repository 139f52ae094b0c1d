package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/sessionextension"
)

// extensionsName is the list of sites in the provider block. It is not in the
// configuration table, since it has no variables.
const extensionsName = "session_extensions"

func extensionsSchema() schema.Attribute {
	element := map[string]schema.Attribute{
		"site": schema.StringAttribute{
			Required: true, MarkdownDescription: "Name of the remote site, which the appliance is paired with.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
	}
	for _, method := range sessionextension.Methods {
		fields := map[string]schema.Attribute{}
		for _, f := range method.Fields {
			fields[f.Name] = schema.StringAttribute{
				Required: !f.Optional, Optional: f.Optional, Sensitive: f.Secret, MarkdownDescription: f.Doc,
				Validators: []validator.String{base.ValidBy(f.Value)},
			}
		}
		element[method.Name] = schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: method.Doc, Attributes: fields,
			Validators: sessionextension.ExactlyOneMethod(method.Name),
		}
	}
	return schema.ListNestedAttribute{
		Optional: true,
		MarkdownDescription: "Remote sites to extend the session to, after the login and after every later one. The Cloud service only. " +
			"Each has its `site` and exactly one extension method.",
		NestedObject: schema.NestedAttributeObject{Attributes: element},
	}
}

// extensions resolves the list. It records if a value in it is not known yet.
func (c *configuration) extensions(ctx context.Context, config tfsdk.Config) []vcda.Extension {
	value, s := c.lookup(extensionsName)
	if s == absent {
		return nil
	}
	if !value.IsFullyKnown() {
		c.recordUnknown(extensionsName)
		return nil
	}
	var elements []*struct {
		Site types.String `tfsdk:"site"`
		sessionextension.MethodObjects
	}
	c.diags.Append(config.GetAttribute(ctx, path.Root(extensionsName), &elements)...)
	var list []vcda.Extension
	listed := map[string]bool{}
	for i, e := range elements {
		if e == nil {
			c.diags.AddAttributeError(path.Root(extensionsName).AtListIndex(i), "Missing site", "An element of "+extensionsName+" must not be null.")
			continue
		}
		site := e.Site.ValueString()
		if listed[site] {
			c.diags.AddAttributeError(path.Root(extensionsName).AtListIndex(i).AtName("site"), "Site listed twice",
				fmt.Sprintf("%s lists the site %s more than once; keep one of them.", extensionsName, site))
		}
		listed[site] = true
		_, method := e.Method()
		list = append(list, vcda.Extension{Site: site, Method: method})
	}
	return list
}
