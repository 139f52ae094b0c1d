package main

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

var operation = &analysis.Analyzer{
	Name: "operation",
	Doc: "every operation begins with framework.Begin\n\n" +
		"It gives the operation its id, which is in every request, in the log and in every error.",
	Run: func(pass *analysis.Pass) (any, error) {
		if strings.Contains(pass.Pkg.Path(), "/acctest/") {
			return nil, nil // what only tests and measurements serve sends no request
		}
		for _, f := range pass.Files {
			for _, declared := range f.Decls {
				if f, ok := declared.(*ast.FuncDecl); ok && f.Body != nil && isOperation(pass, f) && !begins(f.Body) {
					pass.Reportf(f.Name.Pos(), "%s does not begin with ctx = framework.Begin(ctx)", f.Name.Name)
				}
			}
		}
		return nil, nil
	},
}

// operations are the methods by which the plugin framework asks for what may
// take a request.
var operations = []string{"Create", "Read", "Update", "Delete", "ModifyPlan", "ImportState", "Open", "Renew", "Close", "Invoke", "List"}

// isOperation tells whether a method is one of the operations. Those that hand
// everything on to another method have one statement, and are none.
func isOperation(pass *analysis.Pass, f *ast.FuncDecl) bool {
	if f.Recv == nil || !slices.Contains(operations, f.Name.Name) || len(f.Body.List) < 2 {
		return false
	}
	for _, field := range f.Type.Params.List {
		if t := pass.TypesInfo.TypeOf(field.Type); response(t) || named(t, "list", "ListResultsStream") {
			return true
		}
	}
	return false
}

func begins(body *ast.BlockStmt) bool {
	assigned, ok := body.List[0].(*ast.AssignStmt)
	return ok && len(assigned.Rhs) == 1 && types.ExprString(assigned.Rhs[0]) == "framework.Begin(ctx)"
}
