package main

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

var identityFirst = &analysis.Analyzer{
	Name: "identityfirst",
	Doc: "Read sets the identity first\n\n" +
		"The Read of a resource with an identity sets it before anything can end it: Terraform refuses to remove an object without one.",
	Run: func(pass *analysis.Pass) (any, error) {
		for _, f := range pass.Files {
			for _, declared := range f.Decls {
				if read, ok := declared.(*ast.FuncDecl); ok && read.Body != nil && read.Recv != nil && hasIdentity(pass, read) {
					if answer := parameter(pass, read, "ReadResponse"); answer != nil {
						checkIdentity(pass, read, answer)
					}
				}
			}
		}
		return nil, nil
	},
}

// hasIdentity tells whether the receiver has an identity schema.
func hasIdentity(pass *analysis.Pass, read *ast.FuncDecl) bool {
	receiver := pass.TypesInfo.TypeOf(read.Recv.List[0].Type)
	found, _, _ := types.LookupFieldOrMethod(receiver, true, pass.Pkg, "IdentitySchema")
	return found != nil
}

// parameter is the parameter of a response type of resources, nil without one.
func parameter(pass *analysis.Pass, f *ast.FuncDecl, of string) types.Object {
	for _, field := range f.Type.Params.List {
		if named(pass.TypesInfo.TypeOf(field.Type), "resource", of) && len(field.Names) == 1 {
			return pass.TypesInfo.Defs[field.Names[0]]
		}
	}
	return nil
}

// checkIdentity looks at the statements of a Read up to the one that sets the
// identity.
func checkIdentity(pass *analysis.Pass, read *ast.FuncDecl, answer types.Object) {
	for _, statement := range read.Body.List {
		if _, simple := statement.(*ast.ExprStmt); simple && setsIdentity(pass, statement, answer) {
			return
		}
		ends := false
		within(statement, func(*ast.ReturnStmt) { ends = true })
		within(statement, func(call *ast.CallExpr) {
			name, on := method(call)
			ends = ends || name == "RemoveResource" && named(pass.TypesInfo.TypeOf(on), "tfsdk", "State")
		})
		if ends {
			pass.Reportf(statement.Pos(), "Read may end here, before the identity is set")
			return
		}
	}
	pass.Reportf(read.Name.Pos(), "Read never sets the identity")
}

// setsIdentity tells whether a statement calls something with, or on, the
// identity of the response.
func setsIdentity(pass *analysis.Pass, statement ast.Stmt, answer types.Object) (found bool) {
	within(statement, func(selector *ast.SelectorExpr) {
		of, ok := selector.X.(*ast.Ident)
		found = found || ok && selector.Sel.Name == "Identity" && pass.TypesInfo.Uses[of] == answer
	})
	return found
}
