package sessionextension

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// Method describes one way to extend a session, for schemas.
type Method struct {
	Name, Doc string
	Fields    []MethodField
}

// MethodField is one field of a way.
type MethodField struct {
	Name, Doc        string
	Secret, Optional bool
}

// Methods are the ways to extend a session to a remote site.
var Methods = []Method{
	{"credentials", "Extends as a local user of the remote Cloud Director.", []MethodField{
		{Name: "username", Doc: "User with its organization, such as `admin@acme`."},
		{Name: "password", Doc: "Password of the user.", Secret: true},
	}},
	{"access_token", "Extends with an access token (JWT) of Cloud Director.", []MethodField{
		{Name: "token", Doc: "The access token.", Secret: true},
		{Name: "context", Doc: "Organization of the token, where another Cloud Director than the remote one issued it.", Optional: true},
	}},
	{"api_token", "Extends with an API token of Cloud Director. Documented for appliances of version 4.7.", []MethodField{
		{Name: "token", Doc: "The API token.", Secret: true},
		{Name: "org", Doc: "Short name of the organization the token is of."},
	}},
	{"multisite", "Extends as the session's own organization, which is associated with one at the remote site.", []MethodField{
		{Name: "org", Doc: "The remote organization."},
	}},
	{"cookie", "Extends with the auth cookie of a Cloud Director session. Documented for appliances up to version 4.2.", []MethodField{
		{Name: "cookie", Doc: "Value of the cookie.", Secret: true},
	}},
}

// ExactlyOneMethod is set on one way, and speaks for all.
func ExactlyOneMethod(name string) []validator.Object {
	if name != Methods[0].Name {
		return nil
	}
	return []validator.Object{oneWay{}}
}

// oneWay refuses none and several ways. The library's validator would name them
// by path expressions.
type oneWay struct{}

func (oneWay) Description(context.Context) string {
	return "exactly one way to extend the session is set"
}

func (v oneWay) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (oneWay) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if parent := req.Path.ParentPath(); len(parent.Steps()) > 0 {
		var element types.Object
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, parent, &element)...)
		if element.IsUnknown() {
			return
		}
	}
	var names []string
	count := 0
	for _, way := range Methods {
		var value types.Object
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, req.Path.ParentPath().AtName(way.Name), &value)...)
		if value.IsUnknown() {
			return
		}
		if !value.IsNull() {
			count++
		}
		names = append(names, way.Name)
	}
	if count != 1 {
		resp.Diagnostics.AddAttributeError(req.Path.ParentPath(), "Not exactly one way to extend the session",
			fmt.Sprintf("Set exactly one of %s; %d are set.", strings.Join(names, ", "), count))
	}
}

// MethodObjects holds the ways to extend a session as configuration and state have them:
// one object is set. A secret is in the field of its name, or in its write-only
// twin.
type MethodObjects struct {
	Credentials types.Object `tfsdk:"credentials"`
	AccessToken types.Object `tfsdk:"access_token"`
	APIToken    types.Object `tfsdk:"api_token"`
	Multisite   types.Object `tfsdk:"multisite"`
	Cookie      types.Object `tfsdk:"cookie"`
}

// Way is the way that is set, with its name; nil while it isn't known whole, and
// in a state that does not hold its secret.
func (w MethodObjects) Way() (name string, way vcda.ExtensionMethod) {
	switch {
	case set(w.Credentials):
		username, password := field(w.Credentials, "username"), field(w.Credentials, "password")
		if username != "" && password != "" {
			way = vcda.ExtendCredentials{Username: username, Password: password}
		}
		return "credentials", way
	case set(w.AccessToken):
		if token := field(w.AccessToken, "token"); token != "" && !w.AccessToken.Attributes()["context"].IsUnknown() {
			way = vcda.ExtendAccessToken{Token: token, Context: field(w.AccessToken, "context")}
		}
		return "access_token", way
	case set(w.APIToken):
		token, org := field(w.APIToken, "token"), field(w.APIToken, "org")
		if token != "" && org != "" {
			way = vcda.ExtendAPIToken{Token: token, Org: org}
		}
		return "api_token", way
	case set(w.Multisite):
		if org := field(w.Multisite, "org"); org != "" {
			way = vcda.ExtendMultisite{Org: org}
		}
		return "multisite", way
	case set(w.Cookie):
		if cookie := field(w.Cookie, "cookie"); cookie != "" {
			way = vcda.ExtendCookie{Cookie: cookie}
		}
		return "cookie", way
	}
	return "", nil
}

func set(o types.Object) bool { return !o.IsNull() && !o.IsUnknown() }

// field is the text of a field, or of its write-only twin; "" while neither is
// known.
func field(o types.Object, name string) string {
	for _, name := range []string{name, name + "_wo"} {
		if text, ok := o.Attributes()[name].(types.String); ok && text.ValueString() != "" {
			return text.ValueString()
		}
	}
	return ""
}
