package main

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

const plugin = "github.com/hashicorp/terraform-plugin-framework/"

// named tells whether a type, or what it points to, is the one of this name in a
// package of the plugin framework.
func named(t types.Type, pkg, name string) bool {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == plugin+pkg && n.Obj().Name() == name
}

func isDiagnostics(t types.Type) bool { return named(t, "diag", "Diagnostics") }

// response tells whether a type is a response of the plugin framework.
func response(t types.Type) bool {
	pointer, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(pointer.Elem()).(*types.Named)
	return ok && n.Obj().Pkg() != nil && strings.HasPrefix(n.Obj().Pkg().Path(), plugin) && strings.HasSuffix(n.Obj().Name(), "Response")
}

// results are the types of what a call returns.
func results(pass *analysis.Pass, call *ast.CallExpr) (all []types.Type) {
	switch t := pass.TypesInfo.TypeOf(call).(type) {
	case nil:
	case *types.Tuple:
		for v := range t.Variables() {
			all = append(all, v.Type())
		}
	default:
		all = append(all, t)
	}
	return all
}

// method is the name of the called method and what it is called on, "" where a
// call is of something else.
func method(call *ast.CallExpr) (name string, on ast.Expr) {
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
		return selector.Sel.Name, selector.X
	}
	return "", nil
}

// within calls a function with all of the kind in a node, but for those in
// function literals, which run at another time.
func within[N ast.Node](node ast.Node, visit func(N)) {
	ast.Inspect(node, func(n ast.Node) bool {
		if _, other := n.(*ast.FuncLit); other {
			return false
		}
		if fits, ok := n.(N); ok {
			visit(fits)
		}
		return true
	})
}

// functions calls a function with the body of every function and function
// literal of a package.
func functions(pass *analysis.Pass, visit func(*ast.BlockStmt)) {
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

// followed calls a function with every simple statement of a list after which
// another one runs that is no return. A loop may collect what it likes: its last
// statement counts as followed by nothing.
func followed(list []ast.Stmt, more bool, visit func(ast.Stmt)) {
	for i, statement := range list {
		next := more
		if i+1 < len(list) {
			_, returns := list[i+1].(*ast.ReturnStmt)
			next = !returns
		}
		switch s := statement.(type) {
		case *ast.BlockStmt:
			followed(s.List, next, visit)
		case *ast.IfStmt:
			followed(s.Body.List, next, visit)
			if s.Else != nil {
				followed([]ast.Stmt{s.Else}, next, visit)
			}
		case *ast.SwitchStmt:
			clauses(s.Body, next, visit)
		case *ast.TypeSwitchStmt:
			clauses(s.Body, next, visit)
		case *ast.ForStmt:
			followed(s.Body.List, false, visit)
		case *ast.RangeStmt:
			followed(s.Body.List, false, visit)
		case *ast.ReturnStmt:
		default:
			if next {
				visit(statement)
			}
		}
	}
}

func clauses(body *ast.BlockStmt, next bool, visit func(ast.Stmt)) {
	for _, clause := range body.List {
		if c, ok := clause.(*ast.CaseClause); ok {
			followed(c.Body, next, visit)
		}
	}
}
