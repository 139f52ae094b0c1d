package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

var afterError = &analysis.Analyzer{
	Name: "aftererror",
	Doc: "nothing follows an error\n\n" +
		"After an error is added to a response a method returns. A pointer that a function returns beside diagnostics may be nil: it is used after a look at them, or at itself.",
	Run: func(pass *analysis.Pass) (any, error) {
		functions(pass, func(body *ast.BlockStmt) {
			followed(body.List, false, func(statement ast.Stmt) {
				within(statement, func(call *ast.CallExpr) {
					if addsError(pass, call) {
						pass.Reportf(call.Pos(), "something follows an error that is reported: return")
					}
				})
			})
			within(body, func(block *ast.BlockStmt) { usedUnseen(pass, block.List) })
			within(body, func(clause *ast.CaseClause) { usedUnseen(pass, clause.Body) })
		})
		return nil, nil
	},
}

// addsError tells whether a call surely adds an error to the diagnostics of a
// response.
func addsError(pass *analysis.Pass, call *ast.CallExpr) bool {
	name, on := method(call)
	if on == nil || !reported(pass, on) {
		return false
	}
	switch name {
	case "AddError", "AddAttributeError":
		return true
	case "Append":
		if len(call.Args) != 1 || call.Ellipsis != token.NoPos || !named(pass.TypesInfo.TypeOf(call.Args[0]), "diag", "Diagnostic") {
			return false
		}
		made, ok := call.Args[0].(*ast.CallExpr)
		return ok && !strings.Contains(types.ExprString(made.Fun), "Warning")
	}
	return false
}

// reported tells whether diagnostics are those of a response, or of a caller.
func reported(pass *analysis.Pass, on ast.Expr) bool {
	if !isDiagnostics(pass.TypesInfo.TypeOf(on)) {
		return false
	}
	if selector, ok := on.(*ast.SelectorExpr); ok {
		return response(pass.TypesInfo.TypeOf(selector.X))
	}
	_, pointer := pass.TypesInfo.TypeOf(on).(*types.Pointer)
	return pointer
}

// usedUnseen reports pointers that are used before anybody has looked at the
// diagnostics they came with.
func usedUnseen(pass *analysis.Pass, list []ast.Stmt) {
	for i, statement := range list {
		assigned, ok := statement.(*ast.AssignStmt)
		if !ok || len(assigned.Rhs) != 1 {
			continue
		}
		call, ok := assigned.Rhs[0].(*ast.CallExpr)
		if !ok {
			continue
		}
		returned := results(pass, call)
		if len(returned) != len(assigned.Lhs) || !isDiagnostics(returned[len(returned)-1]) {
			continue
		}
		for k, target := range assigned.Lhs {
			if _, pointer := types.Unalias(returned[k]).(*types.Pointer); !pointer {
				continue
			}
			if name, ok := target.(*ast.Ident); ok && name.Name != "_" {
				firstUse(pass, pass.TypesInfo.ObjectOf(name), list[i+1:])
			}
		}
	}
}

// firstUse reports the first use of an object unless a look comes before it.
func firstUse(pass *analysis.Pass, object types.Object, list []ast.Stmt) {
	for _, statement := range list {
		if branch, ok := statement.(*ast.IfStmt); ok && looks(pass, object, branch.Cond) {
			return
		}
		if _, returns := statement.(*ast.ReturnStmt); returns {
			return // with the diagnostics, for the caller to look at
		}
		var used ast.Node
		ast.Inspect(statement, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && used == nil && pass.TypesInfo.Uses[name] == object {
				used = name
			}
			return true
		})
		if used != nil {
			pass.Reportf(used.Pos(), "%s is used before a look at the diagnostics it came with", object.Name())
			return
		}
	}
}

// looks tells whether a condition asks for errors, or whether the object is nil.
func looks(pass *analysis.Pass, object types.Object, condition ast.Expr) (found bool) {
	within(condition, func(call *ast.CallExpr) {
		name, on := method(call)
		found = found || name == "HasError" && isDiagnostics(pass.TypesInfo.TypeOf(on))
	})
	within(condition, func(compared *ast.BinaryExpr) {
		name, ok := compared.X.(*ast.Ident)
		found = found || ok && pass.TypesInfo.Uses[name] == object && types.ExprString(compared.Y) == "nil"
	})
	return found
}
