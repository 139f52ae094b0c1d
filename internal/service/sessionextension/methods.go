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

// Method describes an extension method, for schemas.
type Method struct {
	Name, Doc string
	Fields    []MethodField
}

// MethodField is an attribute of an extension method.
type MethodField struct {
	Name, Doc        string
	Secret, Optional bool
	Value            func(string) (string, error) // what is sent of the text
}

// Methods are the methods to extend a session to a remote site.
var Methods = []Method{
	{"credentials", "Extends as a local user of the remote Cloud Director.", []MethodField{
		{Name: "username", Value: values.Credential, Doc: "User with its organization, such as `admin@acme`."},
		{Name: "password", Value: values.Credential, Doc: "Password of the user.", Secret: true},
	}},
	{"access_token", "Extends with an access token (JWT) of Cloud Director.", []MethodField{
		{Name: "token", Value: values.Token, Doc: "The access token.", Secret: true},
		{Name: "context", Value: values.Credential, Doc: "Organization of the token, if another Cloud Director than the remote one issued it.", Optional: true},
	}},
	{"api_token", "Extends with an API token of Cloud Director. Documented for appliances of version 4.7.", []MethodField{
		{Name: "token", Value: values.Token, Doc: "The API token.", Secret: true},
		{Name: "org", Value: values.Credential, Doc: "Short name of the organization of the token."},
	}},
	{"multisite", "Extends as the organization of the session, which must be associated with one at the remote site.", []MethodField{
		{Name: "org", Value: values.Credential, Doc: "The remote organization."},
	}},
	{"cookie", "Extends with the auth cookie of a Cloud Director session. Documented for appliances up to version 4.2.", []MethodField{
		{Name: "cookie", Value: values.Token, Doc: "Value of the cookie.", Secret: true},
	}},
}

// ExactlyOneMethod returns the validators of the attribute of a method: the first
// method's one checks all.
func ExactlyOneMethod(name string) []validator.Object {
	if name != Methods[0].Name {
		return nil
	}
	return []validator.Object{exactlyOneMethod{}}
}

// exactlyOneMethod refuses none and several methods. Its message lists their names,
// where objectvalidator.ExactlyOneOf lists path expressions.
type exactlyOneMethod struct{}

func (exactlyOneMethod) Description(context.Context) string {
	return "exactly one extension method is set"
}

func (v exactlyOneMethod) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (exactlyOneMethod) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if parent := req.Path.ParentPath(); len(parent.Steps()) > 0 {
		var element types.Object
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, parent, &element)...)
		if element.IsUnknown() {
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

// MethodObjects holds the attributes of the methods. One object is set. A secret is
// in the attribute of its name, or in its write-only twin.
type MethodObjects struct {
	Credentials types.Object `tfsdk:"credentials"`
	AccessToken types.Object `tfsdk:"access_token"`
	APIToken    types.Object `tfsdk:"api_token"`
	Multisite   types.Object `tfsdk:"multisite"`
	Cookie      types.Object `tfsdk:"cookie"`
}

// Method returns the method that is set, with the name of its attribute. The method
// is nil while a value is unknown, and in a state that does not hold its secret.
func (o MethodObjects) Method() (name string, method vcda.ExtensionMethod) {
	switch {
	case isSet(o.Credentials):
		username, password := sent("credentials", o.Credentials, "username"), sent("credentials", o.Credentials, "password")
		if username != "" && password != "" {
			method = vcda.ExtendCredentials{Username: username, Password: password}
		}
		return "credentials", method
	case isSet(o.AccessToken):
		if token := sent("access_token", o.AccessToken, "token"); token != "" && !o.AccessToken.Attributes()["context"].IsUnknown() {
			method = vcda.ExtendAccessToken{Token: token, Context: sent("access_token", o.AccessToken, "context")}
		}
		return "access_token", method
	case isSet(o.APIToken):
		token, org := sent("api_token", o.APIToken, "token"), sent("api_token", o.APIToken, "org")
		if token != "" && org != "" {
			method = vcda.ExtendAPIToken{Token: token, Org: org}
		}
		return "api_token", method
	case isSet(o.Multisite):
		if org := sent("multisite", o.Multisite, "org"); org != "" {
			method = vcda.ExtendMultisite{Org: org}
		}
		return "multisite", method
	case isSet(o.Cookie):
		if cookie := sent("cookie", o.Cookie, "cookie"); cookie != "" {
			method = vcda.ExtendCookie{Cookie: cookie}
		}
		return "cookie", method
	}
	return "", nil
}

func isSet(o types.Object) bool { return !o.IsNull() && !o.IsUnknown() }

// text returns the value of an attribute or of its write-only twin, "" while neither
// is known.
func text(o types.Object, name string) string {
	for _, name := range []string{name, name + "_wo"} {
		if value, ok := o.Attributes()[name].(types.String); ok && value.ValueString() != "" {
			return value.ValueString()
		}
	}
	return ""
}

// sent returns what is sent of the text of a method's field.
func sent(method string, o types.Object, name string) string {
	given := text(o, name)
	for _, m := range Methods {
		for _, f := range m.Fields {
			if m.Name != method || f.Name != name {
				continue
			}
			if value, err := f.Value(given); err == nil { // else validation has refused it, or it isn't known
				return value
			}
		}
	}
	return given
}
