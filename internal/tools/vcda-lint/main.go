// Command vcda-lint is a tool for "go vet -vettool" with the two rules that no general linter knows.
package main

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func main() { unitchecker.Main(stateLast, dropped) }

// stateLast prevents a pairing that works from being unpaired and paired again: Terraform taints an
// object whose state comes with an error.
var stateLast = &analysis.Analyzer{
	Name: "statelast",
	Doc:  "reports statements that run after the state is set and can still fail",
	Run: func(pass *analysis.Pass) (any, error) {
		forEachBody(pass, func(body *ast.BlockStmt) {
			forEachFollowed(body.List, false, func(statement ast.Stmt) {
				ast.Inspect(statement, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok && setsState(pass, call) {
						pass.Reportf(call.Pos(), "the state is set before the end: a later error taints the object")
					}
					return !isFuncLit(n)
				})
			})
		})
		return nil, nil
	},
}

// dropped prevents a warning of the appliance, such as CertificateMismatch, from never reaching the
// user: the compiler and errcheck accept diagnostics that no code reads.
var dropped = &analysis.Analyzer{
	Name: "dropped",
	Doc:  "reports diagnostics that a call returns and nothing reads",
	Run: func(pass *analysis.Pass) (any, error) {
		forEachBody(pass, func(body *ast.BlockStmt) {
			ast.Inspect(body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ExprStmt:
					reportUnread(pass, n.X, nil)
				case *ast.DeferStmt:
					reportUnread(pass, n.Call, nil)
				case *ast.GoStmt:
					reportUnread(pass, n.Call, nil)
				case *ast.AssignStmt:
					if len(n.Rhs) == 1 {
						reportUnread(pass, n.Rhs[0], n.Lhs)
					}
				}
				return !isFuncLit(n)
			})
		})
		return nil, nil
	},
}

// reportUnread reports diagnostics among the values of an expression that have no target or the blank one.
func reportUnread(pass *analysis.Pass, value ast.Expr, targets []ast.Expr) {
	for i, t := range valueTypes(pass.TypesInfo.TypeOf(value)) {
		if !isFrameworkType(t, "diag", "Diagnostics") {
			continue
		}
		if i >= len(targets) || types.ExprString(targets[i]) == "_" {
			pass.Reportf(value.Pos(), "the diagnostics are dropped")
		}
	}
}

func valueTypes(t types.Type) []types.Type {
	tuple, ok := t.(*types.Tuple)
	if !ok {
		return []types.Type{t}
	}
	var all []types.Type
	for v := range tuple.Variables() {
		all = append(all, v.Type())
	}
	return all
}

func setsState(pass *analysis.Pass, call *ast.CallExpr) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "Set" && isFrameworkType(pass.TypesInfo.TypeOf(selector.X), "tfsdk", "State")
}

// isFrameworkType reports whether t, or what it points to, is a type of terraform-plugin-framework.
func isFrameworkType(t types.Type, pkg, name string) bool {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == name && n.Obj().Pkg() != nil && strings.HasSuffix(n.Obj().Pkg().Path(), "/terraform-plugin-framework/"+pkg)
}

func isFuncLit(n ast.Node) bool {
	_, ok := n.(*ast.FuncLit)
	return ok
}

// forEachBody visits the body of every function and function literal.
func forEachBody(pass *analysis.Pass, visit func(*ast.BlockStmt)) {
	for _, f := range pass.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Body != nil {
					visit(n.Body)
				}
			case *ast.FuncLit:
				visit(n.Body)
			}
			return true
		})
	}
}

// forEachFollowed visits every simple statement after which another one runs that is not a return.
// more reports whether something follows the whole list. The last statement of a loop has no follower:
// a loop may collect diagnostics.
func forEachFollowed(list []ast.Stmt, more bool, visit func(ast.Stmt)) {
	for i, statement := range list {
		next := more
		if i+1 < len(list) {
			_, returns := list[i+1].(*ast.ReturnStmt)
			next = !returns
		}
		switch s := statement.(type) {
		case *ast.BlockStmt:
			forEachFollowed(s.List, next, visit)
		case *ast.IfStmt:
			forEachFollowed(s.Body.List, next, visit)
			if s.Else != nil {
				forEachFollowed([]ast.Stmt{s.Else}, next, visit)
			}
		case *ast.SwitchStmt:
			forEachFollowedInCases(s.Body, next, visit)
		case *ast.TypeSwitchStmt:
			forEachFollowedInCases(s.Body, next, visit)
		case *ast.ForStmt:
			forEachFollowed(s.Body.List, false, visit)
		case *ast.RangeStmt:
			forEachFollowed(s.Body.List, false, visit)
		case *ast.ReturnStmt:
		default:
			if next {
				visit(statement)
			}
		}
	}
}

func forEachFollowedInCases(body *ast.BlockStmt, more bool, visit func(ast.Stmt)) {
	for _, clause := range body.List {
		if c, ok := clause.(*ast.CaseClause); ok {
			forEachFollowed(c.Body, more, visit)
		}
	}
}
