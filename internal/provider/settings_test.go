package provider

import (
	"reflect"
	"strings"
	"testing"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// example returns two values that the row accepts.
func (s setting) example() (one, other string) {
	holder := simulator.DefaultAccounts().SAML[1]
	examples := map[string][2]string{
		"url":             {"https://one.example.com", "https://other.example.com:8443"},
		"thumbprint":      {"SHA-256:" + strings.Repeat("AB:", 31) + "AB", "SHA-256:" + strings.Repeat("CD:", 31) + "CD"},
		"insecure":        {"true", "false"},
		"preflight":       {"true", "false"},
		"service":         {"manager", "cloud"},
		"api_version":     {"4.5", "4.6"},
		"request_timeout": {"5s", "7s"},
		"release":         {"8.0.3.0", "8.0.2.0"},
		"version":         {"5.0", "5.1"},
		"username":        {"one@acme", "other@acme"},
		"private_key":     {holder.PrivateKeyPEM(), "\n" + holder.PrivateKeyPEM()},
	}
	if pair, ok := examples[s.name()]; ok {
		return pair[0], pair[1]
	}
	if s.kind == number {
		return "3", "5"
	}
	return "one", "other"
}

func (s setting) name() string { return s.path[strings.LastIndex(s.path, ".")+1:] }

// Each row is an attribute of the schema, and each attribute is a row.
func TestSettings_matchTheSchema(t *testing.T) {
	t.Parallel()
	attributes := providerAttributes(t)
	rows := map[string]bool{}
	for _, row := range settings {
		rows[row.path] = true
		t.Run(row.path, func(t *testing.T) {
			t.Parallel()
			a, found := attributes[row.path]
			if !found {
				t.Fatal("the schema does not have the attribute")
			}
			kinds := map[kind]string{text: "StringAttribute", flag: "BoolAttribute", number: "Int64Attribute"}
			if got := reflect.TypeOf(a).Name(); got != kinds[row.kind] {
				t.Errorf("it is a %s, not a %s", got, kinds[row.kind])
			}
			if a.IsSensitive() != row.secret {
				t.Errorf("sensitive is %t, secret is %t", a.IsSensitive(), row.secret)
			}
			if !a.IsOptional() || a.IsRequired() {
				t.Error("it is not optional, so its variable could not replace it")
			}
			doc := a.GetMarkdownDescription()
			if !strings.Contains(doc, "`"+row.env+"`") {
				t.Errorf("the description does not name %s: %s", row.env, doc)
			}
			if row.def != "" && !strings.Contains(doc, "Default: `"+row.def+"`") {
				t.Errorf("the description does not say the default %s: %s", row.def, doc)
			}
			if !strings.HasPrefix(row.env, "VCDA_") {
				t.Errorf("%s is not a variable of this provider", row.env)
			}
			if row.def != "" && row.valid(row.def) != nil {
				t.Errorf("the default %q breaks the row's rule", row.def)
			}
		})
	}
	for dotted, a := range attributes {
		_, object := a.(schema.SingleNestedAttribute)
		if !object && !rows[dotted] && !strings.HasPrefix(dotted, "session_extensions") {
			t.Errorf("%s is in the schema but not in the table", dotted)
		}
	}
}

// The public names of the settings.
func TestSettings_names(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, row := range settings {
		got[row.path] = row.env
	}
	for dotted, env := range map[string]string{
		"url": "VCDA_URL", "thumbprint": "VCDA_THUMBPRINT", "ca_certificate": "VCDA_CA_CERTIFICATE", "insecure": "VCDA_INSECURE",
		"service": "VCDA_SERVICE", "api_version": "VCDA_API_VERSION", "request_timeout": "VCDA_REQUEST_TIMEOUT",
		"max_retries": "VCDA_MAX_RETRIES", "max_concurrent_requests": "VCDA_MAX_CONCURRENT_REQUESTS",
		"login.local_user.username": "VCDA_USERNAME", "login.local_user.password": "VCDA_PASSWORD",
		"login.sso_credentials.username": "VCDA_USERNAME", "login.sso_credentials.password": "VCDA_PASSWORD", "login.sso_credentials.principal": "VCDA_PRINCIPAL",
		"login.sso_token.saml_token": "VCDA_SAML_TOKEN", "login.sso_token.private_key": "VCDA_SAML_PRIVATE_KEY",
		"login.sso_token.signature": "VCDA_SAML_SIGNATURE", "login.sso_token.timestamp": "VCDA_SAML_TIMESTAMP",
		"login.sso_token.nonce": "VCDA_SAML_NONCE", "login.sso_token.principal": "VCDA_PRINCIPAL",
		"login.vcd_credentials.username": "VCDA_USERNAME", "login.vcd_credentials.password": "VCDA_PASSWORD",
		"login.vcd_cookie.cookie":             "VCDA_COOKIE",
		"login.vcd_access_token.access_token": "VCDA_ACCESS_TOKEN", "login.vcd_access_token.context": "VCDA_CONTEXT",
		"login.vcd_api_token.api_token": "VCDA_API_TOKEN", "login.vcd_api_token.org": "VCDA_ORG",
		"login.session_token.token": "VCDA_SESSION_TOKEN",
	} {
		if got[dotted] != env {
			t.Errorf("%s has the variable %q, not %s", dotted, got[dotted], env)
		}
	}
}

func TestSettings_configurationBeatsEnvironment(t *testing.T) {
	t.Parallel()
	for _, row := range settings {
		t.Run(row.path, func(t *testing.T) {
			t.Parallel()
			one, other := row.example()
			c := &configuration{block: block(t, row.path, rawOf(row, one)), env: environment(row.env, other)}
			if got := c.get(row.path); got != one || len(c.diags) > 0 || c.unknown != "" {
				t.Errorf("got %q, %v, unknown %q; want %q", got, c.diags, c.unknown, one)
			}
		})
	}
}

func TestSettings_environmentAlone(t *testing.T) {
	t.Parallel()
	for _, row := range settings {
		t.Run(row.path, func(t *testing.T) {
			t.Parallel()
			one, other := row.example()
			for _, value := range []string{one, other} {
				c := &configuration{block: block(t, row.path, nil), env: environment(row.env, value)}
				if got := c.get(row.path); got != value || len(c.diags) > 0 {
					t.Errorf("got %q, %v; want %q", got, c.diags, value)
				}
			}
		})
	}
}

func TestSettings_defaults(t *testing.T) {
	t.Parallel()
	for _, row := range settings {
		c := &configuration{block: block(t, row.path, nil), env: environment("", "")}
		if got := c.get(row.path); got != row.def || len(c.diags) > 0 {
			t.Errorf("%s: got %q, %v; want %q", row.path, got, c.diags, row.def)
		}
	}
}

// A variable does not replace a value that is not known yet.
func TestSettings_unknown(t *testing.T) {
	t.Parallel()
	for _, row := range settings {
		_, other := row.example()
		c := &configuration{block: block(t, row.path, tftypes.UnknownValue), env: environment(row.env, other)}
		if got := c.get(row.path); got != "" || c.unknown != row.path || len(c.diags) > 0 {
			t.Errorf("%s: got %q, unknown %q, %v", row.path, got, c.unknown, c.diags)
		}
	}
}

// Every row with a rule refuses a bad variable.
func TestSettings_badVariable(t *testing.T) {
	t.Parallel()
	for _, row := range settings {
		bad := " "
		if row.valid(bad) == nil {
			continue // a space may be the name of a file
		}
		c := &configuration{block: block(t, row.path, nil), env: environment(row.env, bad)}
		c.get(row.path)
		if len(c.diags) != 1 || c.diags[0].Summary() != "Invalid "+row.env || !strings.Contains(c.diags[0].Detail(), row.path) {
			t.Errorf("%s: got %v", row.path, c.diags)
		}
		if row.secret && strings.Contains(c.diags[0].Detail(), `"`+bad+`"`) {
			t.Errorf("%s: the diagnostic shows a secret", row.path)
		}
	}
}

// The message names a missing field of each login type, whether the block or
// VCDA_LOGIN sets the type.
func TestSettings_missingField(t *testing.T) {
	t.Parallel()
	for _, login := range vcdaLogins {
		for _, missing := range login.fields {
			if missing.optional {
				continue
			}
			t.Run(login.name+"."+missing.name, func(t *testing.T) {
				t.Parallel()
				others := map[string]string{"VCDA_LOGIN": login.name}
				for _, f := range login.fields {
					if f.name != missing.name && !f.optional {
						others[f.env], _ = setting{path: f.name, kind: f.kind}.example()
					}
				}
				env := func(name string) string { return others[name] }
				dotted := "login." + login.name + "." + missing.name
				for from, raw := range map[string]any{
					"block":       map[string]tftypes.Value{},
					"environment": nil,
				} {
					c := &configuration{block: block(t, "login."+login.name, raw), env: env}
					_, ok := resolveLogin(c, "login", "VCDA_LOGIN", vcdaLogins)
					if ok || len(c.diags) != 1 || c.diags[0].Summary() != "Missing "+dotted || !strings.Contains(c.diags[0].Detail(), missing.env) {
						t.Errorf("%s: got %v", from, c.diags)
					}
				}
			})
		}
	}
}

// providerAttributes returns the attributes of the provider block by dotted path,
// with objects.
func providerAttributes(t *testing.T) map[string]schema.Attribute {
	t.Helper()
	all := map[string]schema.Attribute{}
	collect("", providerSchema(t).Attributes, all)
	return all
}

func collect(prefix string, attributes, all map[string]schema.Attribute) {
	for name, a := range attributes {
		all[prefix+name] = a
		if object, ok := a.(schema.SingleNestedAttribute); ok {
			collect(prefix+name+".", object.Attributes, all)
		}
	}
}

func providerSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp fwprovider.SchemaResponse
	New(Options{Clock: clock.System{}})().Schema(t.Context(), fwprovider.SchemaRequest{}, &resp)
	return resp.Schema
}

// rawOf returns a value of the row's kind.
func rawOf(s setting, value string) any {
	if s.kind == flag {
		return value == "true"
	}
	if s.kind == number {
		return map[string]int64{"3": 3, "5": 5}[value]
	}
	return value
}

// block returns a provider block with only the attribute at the path set. For nil
// its objects are not set either.
func block(t *testing.T, dotted string, value any) tftypes.Value {
	t.Helper()
	return nested(providerSchema(t).Type().TerraformType(t.Context()), strings.Split(dotted, "."), value)
}

func nested(kind tftypes.Type, names []string, value any) tftypes.Value {
	object, ok := kind.(tftypes.Object)
	if members, given := value.(map[string]tftypes.Value); ok && len(names) == 0 && given {
		for name, kind := range object.AttributeTypes {
			members[name] = tftypes.NewValue(kind, nil)
		}
	}
	if len(names) == 0 || !ok {
		return tftypes.NewValue(kind, value)
	}
	members := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		members[name] = tftypes.NewValue(kind, nil)
		if name == names[0] && (value != nil || len(names) == 1) {
			members[name] = nested(kind, names[1:], value)
		}
	}
	return tftypes.NewValue(kind, members)
}

func environment(name, value string) func(string) string {
	return func(variable string) string {
		if variable == name {
			return value
		}
		return ""
	}
}
