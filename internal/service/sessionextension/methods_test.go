package sessionextension

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

func object(fields map[string]string) types.Object {
	kinds, values := map[string]attr.Type{}, map[string]attr.Value{}
	for name, text := range fields {
		kinds[name], values[name] = types.StringType, types.StringValue(text)
	}
	return types.ObjectValueMust(kinds, values)
}

// TestMethod_dropsWhatCopyingAdds: characters that copying adds to a token are not sent, in either attribute.
func TestMethod_dropsWhatCopyingAdds(t *testing.T) {
	t.Parallel()
	token := "Bearer abc\r\n"
	for name, test := range map[string]struct {
		of   MethodObjects
		want vcda.ExtensionMethod
	}{
		"access_token": {MethodObjects{AccessToken: object(map[string]string{"token": token, "context": ""})}, vcda.ExtendAccessToken{Token: "abc"}},
		"api_token":    {MethodObjects{APIToken: object(map[string]string{"token_wo": token, "org": "acme"})}, vcda.ExtendAPIToken{Token: "abc", Org: "acme"}},
		"cookie":       {MethodObjects{Cookie: object(map[string]string{"cookie": "\nabc"})}, vcda.ExtendCookie{Cookie: "abc"}},
		"credentials":  {MethodObjects{Credentials: object(map[string]string{"username": "a@b", "password": " p "})}, vcda.ExtendCredentials{Username: "a@b", Password: " p "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, method := test.of.Method()
			if diff := cmp.Diff(test.want, method); diff != "" || got != name {
				t.Errorf("%s: %s", got, diff)
			}
		})
	}
}

// TestMethods_refuseLineBreaks: a line break at the end of a value other than a token is refused before anything is
// sent.
func TestMethods_refuseLineBreaks(t *testing.T) {
	t.Parallel()
	for _, method := range Methods {
		for _, f := range method.Fields {
			var resp validator.StringResponse
			base.ValidBy(f.Value).ValidateString(t.Context(), validator.StringRequest{Path: path.Root(f.Name), ConfigValue: types.StringValue("hush\n")}, &resp)
			if isToken := f.Name == "token" || f.Name == "cookie"; resp.Diagnostics.HasError() == isToken {
				t.Errorf("%s.%s: %v", method.Name, f.Name, resp.Diagnostics)
			}
		}
	}
}
