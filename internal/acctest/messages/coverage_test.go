package messages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// unsaid are texts of the code that no situation shows, with the reason. All
// else is on the page.
var unsaid = map[string]string{
	// Error texts of types whose parts are worded in internal/framework.
	"log in to %s with %s: %v": "parts of a LoginError are shown",
	" (the server says so of a malformed login and of wrong credentials alike)": "parts of a LoginError are shown",
	"no login is configured": "another text names the attribute",
	"the certificate of %s is not trusted: %v (subject %q, valid from %s to %s, thumbprint %s)": "parts of a TrustError are shown",
	" (last answer: %v)": "parts of a WaitError are shown",
	"the appliance is already paired with the site %s": "the site of an alreadyPairedError is shown",

	// What only the code itself gets to see.
	"there is something after the list":            "shown as JSON that is not valid",
	"the certificate has been seen":                "ends a handshake that went well",
	"Authentication Token Required":                "a header of the appliance",
	"exactly one way to extend the session is set": "describes a validator",
	"the value is a ":                              "describes a validator",
	"the value follows the rule of ":               "describes a validator",
	"another spelling of the same ":                "describes a plan modifier",
	" is no change":                                "describes a plan modifier",

	// What can't happen, unless the code is wrong.
	"the path %q is not escaped: %w":          "every path is",
	"encode the request: %w":                  "every request can be",
	"a session token can't log in":            "nobody asks it to",
	"no site to take the extension back from": "validation refuses a site without a name",
	"unexpected value type %T":                "the framework gives a text",
	"The provider data is a %T. This is a bug in the provider; please report it.": "it has one type",
	"Unable to keep private data": "a text can always be encoded",
	"sign the SAML token: %w":     "an RSA key always signs",

	"The time for this operation was up during %s to %s.": "reads are shared and outlive who asked, changes are waited for",

	// What takes too long, or more than this process.
	"a login is still on its way: %w":                                                            "printed when the process ends",
	"a proxy that is reached by TLS is in the way":                                               "the proxy variables are read once: see internal/certificate",
	"the appliance no longer shows the task, and the list of its sites does not show the change": "takes half a minute of looks at the list",
}

// verbs are the places of a format where a value goes.
var verbs = regexp.MustCompile(`%[-+#0-9.]*[a-zA-Z]`)

// TestEveryText: each piece of prose in the code is documentation, or is on the
// page. Prose has two words at least.
func TestEveryText(t *testing.T) {
	t.Parallel()
	said, documented := flat(written(t)), flat(documentation(t))
	pieces, excused := 0, map[string]bool{}
	for _, f := range sources(t) {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if _, tag := n.(*ast.Field); tag || !ok || literal.Kind != token.STRING {
				return !tag
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, piece := range verbs.Split(text, -1) {
				piece = flat(strings.ReplaceAll(piece, "%%", "%"))
				if !strings.Contains(piece, " ") || strings.Contains(documented, piece) {
					continue
				}
				pieces++
				_, known := unsaid[text]
				switch {
				case strings.Contains(said, piece):
				case known:
					excused[text] = true
				default:
					t.Errorf("%s: no situation shows %q", f.files.Position(literal.Pos()), piece)
				}
			}
			return true
		})
	}
	for text := range unsaid {
		if !excused[text] {
			t.Errorf("%q needs no excuse: it is on the page, or not in the code", text)
		}
	}
	if pieces < 100 {
		t.Errorf("only %d pieces of text were found: the test looks in the wrong place", pieces)
	}
}

// makers are the functions that make a diagnostic: the place of its summary among
// the arguments, and what it begins with.
var makers = map[string]struct {
	at    int
	start string
}{
	"AddError": {0, ""}, "AddAttributeError": {1, ""}, "NewErrorDiagnostic": {0, ""}, "NewAttributeErrorDiagnostic": {1, ""},
	"AddWarning": {0, ""}, "AddAttributeWarning": {1, ""}, "NewWarningDiagnostic": {0, ""}, "NewAttributeWarningDiagnostic": {1, ""},
	"Unable": {1, "Unable to "}, "UnableAt": {2, "Unable to "}, "Warning": {1, "Unable to "},
}

// TestEveryCall: each call that makes a diagnostic has its summary on the page,
// with its severity.
func TestEveryCall(t *testing.T) {
	t.Parallel()
	said := written(t)
	calls := 0
	for _, f := range sources(t) {
		for _, declared := range f.tree.Decls {
			ast.Inspect(declared, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				callee := name(call.Fun)
				maker, ok := makers[callee]
				if !ok || len(call.Args) <= maker.at {
					return true
				}
				calls++
				summary := maker.start + form(declared, call.Args[maker.at])
				severity := "Error"
				if strings.Contains(callee, "Warning") {
					severity = "Warning"
				}
				if shown, err := regexp.MatchString("(?m)^"+severity+": "+summary+"$", said); err != nil || !shown {
					if _, known := unsaid[summary]; !known {
						t.Errorf("%s: no situation shows the %s %s", f.files.Position(call.Pos()), severity, summary)
					}
				}
				return true
			})
		}
	}
	if calls < 70 {
		t.Errorf("only %d calls were found: the test looks in the wrong place", calls)
	}
}

// name is the last part of what is called.
func name(called ast.Expr) string {
	switch called := called.(type) {
	case *ast.Ident:
		return called.Name
	case *ast.SelectorExpr:
		return called.Sel.Name
	}
	return ""
}

// form is what a text made by an expression of a declaration looks like, as a
// regular expression.
func form(declared ast.Node, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return regexp.QuoteMeta(text)
	case *ast.BinaryExpr:
		return form(declared, e.X) + form(declared, e.Y)
	case *ast.CallExpr:
		for _, argument := range e.Args {
			if literal, ok := argument.(*ast.BasicLit); ok { // a format, or the verb of an action
				return ".*" + verbs.ReplaceAllString(form(declared, literal), ".+") + ".*"
			}
		}
	case *ast.Ident:
		if value := valueOf(declared, e.Name); value != nil {
			return form(declared, value)
		}
	}
	return ".+"
}

// valueOf is what a name stands for in a declaration, nil where that isn't
// plain to see.
func valueOf(declared ast.Node, name string) (value ast.Expr) {
	ast.Inspect(declared, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if target, ok := to.(*ast.Ident); ok && target.Name == name && len(n.Rhs) == len(n.Lhs) {
					value = n.Rhs[i]
				}
			}
		case *ast.ValueSpec:
			for i, target := range n.Names {
				if target.Name == name && i < len(n.Values) {
					value = n.Values[i]
				}
			}
		}
		return true
	})
	return value
}

// flat is a text on one line and in lower case: sentences begin anywhere.
func flat(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// source is one file of the provider, without tests.
type source struct {
	files *token.FileSet
	tree  *ast.File
}

// sources are the files whose texts users may read.
func sources(t *testing.T) (all []source) {
	t.Helper()
	const internal = "../.."
	err := filepath.WalkDir(internal, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "acctest" || entry.Name() == "simulator" || entry.Name() == "cmd"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		all = append(all, source{files, tree})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// documentation is every description of the schemas.
func documentation(t *testing.T) string {
	t.Helper()
	all := serve(t).Schemas()
	var out strings.Builder
	note := func(text string) { out.WriteString(text + "\n") }
	var describe func(attributes []*tfprotov6.SchemaAttribute)
	describe = func(attributes []*tfprotov6.SchemaAttribute) {
		for _, a := range attributes {
			note(a.Description)
			if a.NestedType != nil {
				describe(a.NestedType.Attributes)
			}
		}
	}
	whole := func(s *tfprotov6.Schema) {
		note(s.Block.Description)
		describe(s.Block.Attributes)
	}
	whole(all.Provider)
	for _, schemas := range []map[string]*tfprotov6.Schema{all.ResourceSchemas, all.DataSourceSchemas, all.EphemeralResourceSchemas, all.ListResourceSchemas} {
		for _, s := range schemas {
			whole(s)
		}
	}
	for _, s := range all.ActionSchemas {
		whole(s.Schema)
	}
	for _, f := range all.Functions {
		note(f.Summary + "\n" + f.Description)
		for _, p := range f.Parameters {
			note(p.Description)
		}
	}
	return out.String()
}
