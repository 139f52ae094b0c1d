package framework_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

var (
	pairs     = strings.Repeat("AB:", 31) + "AB"
	canonical = "SHA-256:" + pairs
)

// TestSame holds which spellings mean the same.
func TestSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind framework.SpelledType
		a, b string
		same bool
	}{
		{framework.URLType, "https://b.example.com", "https://B.Example.COM:443/", true},
		{framework.URLType, "https://b.example.com:8048", "HTTPS://b.example.com:8048/", true},
		{framework.URLType, "https://b.example.com", "https://b.example.com:8443", false},
		{framework.URLType, "https://b.example.com/x", "https://b.example.com/X", false},
		{framework.URLType, "https://b.example.com", "https://c.example.com", false},
		{framework.URLType, "http://b.example.com", "https://b.example.com", false},
		{framework.URLType, "no url", "no url", true},
		{framework.URLType, "no url", "no other", false},
		{framework.URLType, "", "https://b.example.com", false},
		{framework.ThumbprintType, canonical, pairs, true},
		{framework.ThumbprintType, canonical, strings.ToLower(canonical), true},
		{framework.ThumbprintType, canonical, strings.ReplaceAll(pairs, ":", ""), true},
		{framework.ThumbprintType, canonical, "SHA256:" + pairs, true},
		{framework.ThumbprintType, canonical, strings.Replace(canonical, "AB", "AC", 1), false},
		{framework.ThumbprintType, "garbage", canonical, false},
	} {
		if got := c.kind.Same(c.a, c.b); got != c.same {
			t.Errorf("%s: %q and %q are the same: %t", c.kind, c.a, c.b, got)
		}
		if got := c.kind.Same(c.b, c.a); got != c.same {
			t.Errorf("%s: %q and %q are the same: %t", c.kind, c.b, c.a, got)
		}
		equal, diags := c.kind.Value(c.a).StringSemanticEquals(t.Context(), c.kind.Value(c.b))
		if equal != c.same || diags.HasError() {
			t.Errorf("%s: semantic equality of %q and %q is %t, %v", c.kind, c.a, c.b, equal, diags)
		}
	}
	// Values of different types, or of another one, are never the same.
	if equal, diags := framework.URLType.Value("x").StringSemanticEquals(t.Context(), types.StringValue("x")); equal || len(diags) > 0 {
		t.Error("a plain string equals a URL", diags)
	}
	if framework.URLType.Equal(framework.ThumbprintType) || framework.URLType.Equal(types.StringType) || !framework.URLType.Equal(framework.URLType) {
		t.Error("types are mixed up")
	}
}

// TestSpelledFromTheWire: null, unknown and known survive.
func TestSpelledFromTheWire(t *testing.T) {
	t.Parallel()
	for _, in := range []any{nil, tftypes.UnknownValue, "https://b.example.com"} {
		value, err := framework.URLType.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.String, in))
		if err != nil {
			t.Fatal(err)
		}
		spelled, ok := value.(framework.Spelled)
		if !ok || spelled.IsNull() != (in == nil) || spelled.IsUnknown() != (in == tftypes.UnknownValue) || !spelled.Type(t.Context()).Equal(framework.URLType) {
			t.Errorf("%v became %#v", in, value)
		}
	}
	if _, err := framework.URLType.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Bool, true)); err == nil {
		t.Error("a bool is taken for a URL")
	}
	value, diags := framework.URLType.ValueFromString(t.Context(), types.StringValue("x"))
	if spelled, ok := value.(framework.Spelled); !ok || diags.HasError() || spelled.ValueString() != "x" {
		t.Errorf("got %#v, %v", value, diags)
	}
	if _, ok := framework.URLType.ValueType(t.Context()).(framework.Spelled); !ok {
		t.Error("the type makes values of another type")
	}
}

func TestSpelledValidation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of    framework.SpelledType
		value types.String
		says  string // "": it is fine
	}{
		{framework.URLType, types.StringValue("https://b.example.com"), ""},
		{framework.URLType, types.StringValue("http://b.example.com"), `"http://b.example.com" is not an https URL.`},
		{framework.URLType, types.StringNull(), ""},
		{framework.URLType, types.StringUnknown(), ""},
		{framework.ThumbprintType, types.StringValue(pairs), ""},
		{framework.ThumbprintType, types.StringValue("AB"), "A SHA-256 thumbprint has 32 pairs of hex digits"},
	} {
		var resp validator.StringResponse
		c.of.Validator().ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: c.value}, &resp)
		switch {
		case c.says == "" && len(resp.Diagnostics) > 0:
			t.Errorf("%s: %v", c.value, resp.Diagnostics)
		case c.says != "" && (len(resp.Diagnostics) != 1 || !strings.Contains(resp.Diagnostics[0].Detail(), c.says)):
			t.Errorf("%s: %v", c.value, resp.Diagnostics)
		}
	}
}

// TestKeepSpelling: the plan holds the prior spelling of the same, and the new
// text of anything else.
func TestKeepSpelling(t *testing.T) {
	t.Parallel()
	state := types.StringValue("https://b.example.com")
	for _, c := range []struct{ state, plan, want types.String }{
		{state, types.StringValue("https://B.example.com/"), state},
		{state, types.StringValue("https://c.example.com"), types.StringValue("https://c.example.com")},
		{state, types.StringUnknown(), types.StringUnknown()},
		{types.StringNull(), types.StringValue("https://B.example.com/"), types.StringValue("https://B.example.com/")},
	} {
		resp := planmodifier.StringResponse{PlanValue: c.plan}
		framework.URLType.KeepSpelling().PlanModifyString(t.Context(), planmodifier.StringRequest{StateValue: c.state, PlanValue: c.plan}, &resp)
		if !resp.PlanValue.Equal(c.want) {
			t.Errorf("from %s to %s the plan is %s, not %s", c.state, c.plan, resp.PlanValue, c.want)
		}
	}
}
