package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// describeLogins describes each login type of a system in a line: its fields (a
// secret one with "!", an optional one in brackets) and its traits.
func describeLogins[L session.Login](t *testing.T, prefix string, types []loginType[L]) (lines []string) {
	t.Helper()
	for _, row := range types {
		values := fields{}
		var names []string
		for _, f := range row.fields {
			values[f.name], _ = setting{path: f.name, kind: f.kind}.example()
			name := f.name
			if f.secret {
				name += "!"
			}
			if f.optional {
				name = "[" + name + "]"
			}
			names = append(names, name)
			if f.env == "" || f.doc == "" {
				t.Errorf("%s%s.%s has no variable or no description", prefix, row.name, f.name)
			}
			if f.secret && f.value == nil && f.check == nil {
				t.Errorf("%s%s.%s is a secret that is sent unchecked", prefix, row.name, f.name)
			}
		}
		delete(values, "private_key") // it excludes a ready-made signature
		login, err := row.build(values)
		if err != nil {
			t.Fatalf("%s%s: %v", prefix, row.name, err)
		}
		if login.Kind() != row.name || row.doc == "" {
			t.Errorf("the row %s%s makes a login of type %s", prefix, row.name, login.Kind())
		}
		lines = append(lines, fmt.Sprintf("%s%s(%s)%s", prefix, row.name, strings.Join(names, ", "), traits(login.Traits())))
	}
	return lines
}

func traits(t session.Traits) (text string) {
	if t.User != "" {
		text = " user " + t.User
	}
	for _, trait := range []struct {
		name string
		has  bool
	}{{"password", t.ByPassword}, {"single use", t.SingleUse}, {"external", t.External}, {"hint", t.Hint != ""}} {
		if trait.has {
			text += " +" + trait.name
		}
	}
	return text
}

// A new login type adds a line.
func TestLoginTypes(t *testing.T) {
	t.Parallel()
	want := `local_user(username, password!, [previous_password!]) user one@acme +password
sso_credentials(username, password!, [principal]) user one@acme +password
sso_token(saml_token!, [private_key!], [signature!], [timestamp], [nonce], [principal]) +single use +hint
vcd_credentials(username, password!) user one@acme +password
vcd_cookie(cookie!)
vcd_access_token(access_token!, [context])
vcd_api_token(api_token!, org) +hint
session_token(token!) +external
vcenter.credentials(username, password!) user one@acme +password
vcenter.clone_ticket(ticket!) +single use
vcenter.session_id(session_id!) +external
storware.credentials(username, password!) user one@acme +password
storware.token(token!)
storware.node(name, password!, version) user one +password`
	got := append(describeLogins(t, "", vcdaLogins), describeLogins(t, "vcenter.", vcenterLogins)...)
	got = append(got, describeLogins(t, "storware.", storwareLogins)...)
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Error(diff)
	}
}

// White space around a token is dropped. Another value with a line break at its end
// is refused. The provider block and the variable have the same rules.
func TestLoginValues(t *testing.T) {
	t.Parallel()
	for _, row := range settings {
		name := row.name()
		if !strings.Contains(row.path, "login.") || row.kind != text || name == "private_key" {
			continue
		}
		t.Run(row.path, func(t *testing.T) {
			t.Parallel()
			plain, _ := row.example()
			accepted := map[string]bool{plain: true}
			switch name {
			case "saml_token":
				accepted["\n"+plain+"\r\n"] = true
			case "cookie", "access_token", "api_token", "token", "ticket", "session_id", "signature":
				accepted["\n"+plain+"\r\n"], accepted["Bearer "+plain+"\n"], accepted["a\nb"] = true, true, false
			default:
				accepted[plain+"\n"], accepted[plain+"\r\n"] = false, false
			}
			for given, ok := range accepted {
				for place, c := range map[string]*configuration{
					"block":    {block: block(t, row.path, given), env: environment("", "")},
					"variable": {block: block(t, row.path, nil), env: environment(row.env, given)},
				} {
					got := c.get(row.path)
					if ok != !c.diags.HasError() || ok && got != plain {
						t.Errorf("%q in the %s gives %q and %v, want accepted %t", given, place, got, c.diags, ok)
					}
				}
				if err := row.valid(given); (err == nil) != ok {
					t.Errorf("%q is valid: %v, want %t", given, err, ok)
				}
			}
		})
	}
}
