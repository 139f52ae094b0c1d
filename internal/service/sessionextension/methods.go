package sessionextension

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Method is an extension method: an attribute, its fields, and the function that builds its request.
type Method struct {
	Name, Doc string
	Fields    []MethodField
	build     func(fields map[string]string) vcda.ExtensionMethod
}

// MethodField is an attribute of an extension method.
type MethodField struct {
	Name, Doc        string
	Secret, Optional bool
	Value            func(string) (string, error) // converts the text to the value that is sent
}

// Methods are the methods to extend a session to a remote site.
var Methods = []Method{
	{"credentials", "Extends as a local user of the remote Cloud Director.", []MethodField{
		{Name: "username", Value: values.Credential, Doc: "User with its organization, such as `admin@acme`."},
		{Name: "password", Value: values.Credential, Doc: "Password of the user.", Secret: true},
	}, func(f map[string]string) vcda.ExtensionMethod {
		return vcda.ExtendCredentials{Username: f["username"], Password: f["password"]}
	}},
	{"access_token", "Extends with an access token (JWT) of Cloud Director.", []MethodField{
		{Name: "token", Value: values.Token, Doc: "The access token.", Secret: true},
		{Name: "context", Value: values.Credential, Doc: "Organization of the token, if another Cloud Director than the remote one issued it.", Optional: true},
	}, func(f map[string]string) vcda.ExtensionMethod {
		return vcda.ExtendAccessToken{Token: f["token"], Context: f["context"]}
	}},
	{"api_token", "Extends with an API token of Cloud Director. Documented for appliances of version 4.7.", []MethodField{
		{Name: "token", Value: values.Token, Doc: "The API token.", Secret: true},
		{Name: "org", Value: values.Credential, Doc: "Short name of the organization of the token."},
	}, func(f map[string]string) vcda.ExtensionMethod {
		return vcda.ExtendAPIToken{Token: f["token"], Org: f["org"]}
	}},
	{"multisite", "Extends as the organization of the session, which must be associated with one at the remote site.", []MethodField{
		{Name: "org", Value: values.Credential, Doc: "The remote organization."},
	}, func(f map[string]string) vcda.ExtensionMethod {
		return vcda.ExtendMultisite{Org: f["org"]}
	}},
	{"cookie", "Extends with the auth cookie of a Cloud Director session. Documented for appliances up to version 4.2.", []MethodField{
		{Name: "cookie", Value: values.Token, Doc: "Value of the cookie.", Secret: true},
	}, func(f map[string]string) vcda.ExtensionMethod {
		return vcda.ExtendCookie{Cookie: f["cookie"]}
	}},
}

// ExactlyOneMethod returns the validators of the attribute of a method. Only that of the first method checks.
func ExactlyOneMethod(name string) []validator.Object {
	if name != Methods[0].Name {
		return nil
	}
	return []validator.Object{exactlyOneMethod{}}
}

// exactlyOneMethod requires one method. Its message lists their names, while objectvalidator.ExactlyOneOf lists path
// expressions.
type exactlyOneMethod struct{}

func (exactlyOneMethod) Description(context.Context) string {
	return "exactly one extension method is set"
}

func (v exactlyOneMethod) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (exactlyOneMethod) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if parent := req.Path.ParentPath(); len(parent.Steps()) > 0 {
		var element types.Object
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, parent, &element)...)
		if element.IsUnknown() || element.IsNull() { // that has no site either
			return
		}
	}
	var names []string
	count := 0
	for _, method := range Methods {
		var value types.Object
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, req.Path.ParentPath().AtName(method.Name), &value)...)
		if value.IsUnknown() {
			return
		}
		if !value.IsNull() {
			count++
		}
		names = append(names, method.Name)
	}
	if count != 1 {
		resp.Diagnostics.AddAttributeError(req.Path.ParentPath(), "Invalid extension method",
			fmt.Sprintf("Set exactly one of %s; %d are set.", strings.Join(names, ", "), count))
	}
}

// MethodObjects holds the attributes of the methods, of which one is set. A secret is in the attribute of its name,
// or in its write-only twin.
type MethodObjects struct {
	Credentials types.Object `tfsdk:"credentials"`
	AccessToken types.Object `tfsdk:"access_token"`
	APIToken    types.Object `tfsdk:"api_token"`
	Multisite   types.Object `tfsdk:"multisite"`
	Cookie      types.Object `tfsdk:"cookie"`
}

// Method returns the method that is set, with the name of its attribute. The method is nil while a value is unknown,
// and in a state without its secret.
func (o MethodObjects) Method() (name string, method vcda.ExtensionMethod) {
	objects := map[string]types.Object{
		"credentials": o.Credentials, "access_token": o.AccessToken, "api_token": o.APIToken, "multisite": o.Multisite, "cookie": o.Cookie,
	}
	for _, m := range Methods {
		if object := objects[m.Name]; !object.IsNull() && !object.IsUnknown() {
			return m.Name, m.from(object)
		}
	}
	return "", nil
}

// from builds the method of its object, nil if a required field is missing or unknown.
func (m Method) from(object types.Object) vcda.ExtensionMethod {
	fields := map[string]string{}
	for _, f := range m.Fields {
		value, known := f.from(object)
		if !known || value == "" && !f.Optional {
			return nil
		}
		fields[f.Name] = value
	}
	return m.build(fields)
}

// from returns the value that is sent for a field. It is in the attribute of its name or in the write-only twin.
func (f MethodField) from(object types.Object) (value string, known bool) {
	for _, name := range []string{f.Name, f.Name + "_wo"} {
		text, _ := object.Attributes()[name].(types.String)
		switch {
		case text.IsUnknown():
			return "", false
		case text.ValueString() != "":
			value, err := f.Value(text.ValueString())
			return value, err == nil // validation has reported the error
		}
	}
	return "", true
}
