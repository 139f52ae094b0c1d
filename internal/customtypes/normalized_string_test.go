package customtypes_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
)

var (
	pairs     = strings.Repeat("AB:", 31) + "AB"
	canonical = "SHA-256:" + pairs
)

// Texts with the same normal form are equal.
func TestSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind customtypes.NormalizedStringType
		a, b string
		same bool
	}{
		{customtypes.URLType, "https://b.example.com", "https://B.Example.COM:443/", true},
		{customtypes.URLType, "https://b.example.com:8048", "HTTPS://b.example.com:8048/", true},
		{customtypes.URLType, "https://b.example.com", "https://b.example.com:8443", false},
		{customtypes.URLType, "https://b.example.com/x", "https://b.example.com/X", false},
		{customtypes.URLType, "https://b.example.com", "https://c.example.com", false},
		{customtypes.URLType, "http://b.example.com", "https://b.example.com", false},
		{customtypes.URLType, "no url", "no url", true},
		{customtypes.URLType, "no url", "no other", false},
		{customtypes.URLType, "", "https://b.example.com", false},
		{customtypes.ThumbprintType, canonical, pairs, true},
		{customtypes.ThumbprintType, canonical, strings.ToLower(canonical), true},
		{customtypes.ThumbprintType, canonical, strings.ReplaceAll(pairs, ":", ""), true},
		{customtypes.ThumbprintType, canonical, "SHA256:" + pairs, true},
		{customtypes.ThumbprintType, canonical, strings.Replace(canonical, "AB", "AC", 1), false},
		{customtypes.ThumbprintType, "garbage", canonical, false},
		{customtypes.SiteNameType, "München", "Mu\u0308nchen", true},
		{customtypes.SiteNameType, "site-a", "Site-a", false},
		{customtypes.DescriptionType, "one\ntwo", " one\r\ntwo\n", true},
		{customtypes.DescriptionType, "one two", "one  two", false},
		{customtypes.DurationType, "90s", "1m30s", true},
		{customtypes.DurationType, "90s", "90m", false},
		{customtypes.DurationType, "-1s", "-1000ms", false},
		{customtypes.TimeType, "2026-12-01T02:00:00Z", "2026-12-01T03:00:00+01:00", true},
		{customtypes.TimeType, "2026-12-01T02:00:00Z", "2026-12-01T02:00:01Z", false},
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
	// Values of different types are never equal.
	if equal, diags := customtypes.URLType.Value("x").StringSemanticEquals(t.Context(), types.StringValue("x")); equal || len(diags) > 0 {
		t.Error("a plain string equals a URL", diags)
	}
	if customtypes.URLType.Equal(customtypes.ThumbprintType) || customtypes.URLType.Equal(types.StringType) || !customtypes.URLType.Equal(customtypes.URLType) {
		t.Error("want types equal only to themselves")
	}
}

// Null, unknown and known values are converted.
func TestNormalizedString_fromTheWire(t *testing.T) {
	t.Parallel()
	for _, in := range []any{nil, tftypes.UnknownValue, "https://b.example.com"} {
		value, err := customtypes.URLType.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.String, in))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := value.(customtypes.NormalizedString)
		if !ok || got.IsNull() != (in == nil) || got.IsUnknown() != (in == tftypes.UnknownValue) || !got.Type(t.Context()).Equal(customtypes.URLType) {
			t.Errorf("%v became %#v", in, value)
		}
	}
	if _, err := customtypes.URLType.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Bool, true)); err == nil {
		t.Error("a bool is accepted as a URL")
	}
	value, diags := customtypes.URLType.ValueFromString(t.Context(), types.StringValue("x"))
	if got, ok := value.(customtypes.NormalizedString); !ok || diags.HasError() || got.ValueString() != "x" {
		t.Errorf("got %#v, %v", value, diags)
	}
	if _, ok := customtypes.URLType.ValueType(t.Context()).(customtypes.NormalizedString); !ok {
		t.Error("the type makes values of another type")
	}
}

func TestValidator(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  customtypes.NormalizedStringType
		value types.String
		says  string // "": it is fine
	}{
		{customtypes.URLType, types.StringValue("https://b.example.com"), ""},
		{customtypes.URLType, types.StringValue("http://b.example.com"), `"http://b.example.com" is not an https URL: begin with https://.`},
		{customtypes.URLType, types.StringNull(), ""},
		{customtypes.URLType, types.StringUnknown(), ""},
		{customtypes.ThumbprintType, types.StringValue(pairs), ""},
		{customtypes.ThumbprintType, types.StringValue("AB"), "A SHA-256 thumbprint has 32 pairs of hex digits"},
	} {
		var resp validator.StringResponse
		c.kind.Validator().ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: c.value}, &resp)
		switch {
		case c.says == "" && len(resp.Diagnostics) > 0:
			t.Errorf("%s: %v", c.value, resp.Diagnostics)
		case c.says != "" && (len(resp.Diagnostics) != 1 || !strings.Contains(resp.Diagnostics[0].Detail(), c.says)):
			t.Errorf("%s: %v", c.value, resp.Diagnostics)
		}
	}
}

// The plan keeps the prior text of the same value.
func TestKeepPrior(t *testing.T) {
	t.Parallel()
	state := types.StringValue("https://b.example.com")
	for _, c := range []struct{ state, plan, want types.String }{
		{state, types.StringValue("https://B.example.com/"), state},
		{state, types.StringValue("https://c.example.com"), types.StringValue("https://c.example.com")},
		{state, types.StringUnknown(), types.StringUnknown()},
		{types.StringNull(), types.StringValue("https://B.example.com/"), types.StringValue("https://B.example.com/")},
	} {
		resp := planmodifier.StringResponse{PlanValue: c.plan}
		customtypes.URLType.KeepPrior().PlanModifyString(t.Context(), planmodifier.StringRequest{StateValue: c.state, PlanValue: c.plan}, &resp)
		if !resp.PlanValue.Equal(c.want) {
			t.Errorf("from %s to %s the plan is %s, not %s", c.state, c.plan, resp.PlanValue, c.want)
		}
	}
}
