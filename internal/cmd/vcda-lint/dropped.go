package main

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

var dropped = &analysis.Analyzer{
	Name: "dropped",
	Doc: "no diagnostics are thrown away\n\n" +
		"Diagnostics that a call returns are neither ignored nor only asked for errors, and none are assigned to nothing. That there is no client is one answer among others: whoever asks for it may go on without.",
	Run: func(pass *analysis.Pass) (any, error) {
		functions(pass, func(body *ast.BlockStmt) {
			within(body, func(statement *ast.ExprStmt) {
				if call, ok := statement.X.(*ast.CallExpr); ok {
					ignored(pass, call)
				}
			})
			within(body, func(statement *ast.DeferStmt) { ignored(pass, statement.Call) })
			within(body, func(statement *ast.GoStmt) { ignored(pass, statement.Call) })
			within(body, func(assigned *ast.AssignStmt) {
				unread(pass, body, assigned)
				blanked(pass, assigned)
			})
		})
		return nil, nil
	},
}

func ignored(pass *analysis.Pass, call *ast.CallExpr) {
	for _, t := range results(pass, call) {
		if isDiagnostics(t) {
			pass.Reportf(call.Pos(), "the diagnostics of this call are dropped")
		}
	}
}

// unread reports diagnostics that are assigned to nothing, or to a variable of
// which only HasError is asked.
func unread(pass *analysis.Pass, body *ast.BlockStmt, assigned *ast.AssignStmt) {
	if len(assigned.Rhs) != 1 {
		return
	}
	call, ok := assigned.Rhs[0].(*ast.CallExpr)
	if !ok {
		return
	}
	returned := results(pass, call)
	for i, target := range assigned.Lhs {
		name, ok := target.(*ast.Ident)
		if !ok || len(returned) != len(assigned.Lhs) || !isDiagnostics(returned[i]) {
			continue
		}
		if called, _ := method(call); called == "Client" && name.Name != "_" {
			continue
		}
		if name.Name == "_" || !shown(pass, body, pass.TypesInfo.ObjectOf(name)) {
			pass.Reportf(name.Pos(), "the diagnostics of this call are dropped")
		}
	}
}

// blanked reports diagnostics, of whatever origin but a call, that are assigned
// to nothing: it would count as a use of them.
func blanked(pass *analysis.Pass, assigned *ast.AssignStmt) {
	if len(assigned.Lhs) != len(assigned.Rhs) {
		return
	}
	for i, value := range assigned.Rhs {
		name, ok := assigned.Lhs[i].(*ast.Ident)
		if _, call := value.(*ast.CallExpr); ok && !call && name.Name == "_" && isDiagnostics(pass.TypesInfo.TypeOf(value)) {
			pass.Reportf(name.Pos(), "these diagnostics are dropped")
		}
	}
}

// shown tells whether a variable is used for more than to ask for errors.
func shown(pass *analysis.Pass, body *ast.BlockStmt, variable types.Object) bool {
	uses, asks := 0, 0
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if pass.TypesInfo.Uses[n] == variable {
				uses++
			}
		case *ast.CallExpr:
			name, on := method(n)
			if of, ok := on.(*ast.Ident); ok && name == "HasError" && pass.TypesInfo.Uses[of] == variable {
				asks++
			}
		case *ast.ReturnStmt:
			if len(n.Results) == 0 {
				uses++ // a named result, perhaps
			}
		}
		return true
	})
	return uses > asks
}
