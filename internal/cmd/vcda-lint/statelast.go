package main

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"
)

var stateLast = &analysis.Analyzer{
	Name: "statelast",
	Doc: "nothing follows what sets the state\n\n" +
		"Terraform saves a state that comes with an error and taints the object: the next apply would destroy it. So whatever can still fail comes first.",
	Run: func(pass *analysis.Pass) (any, error) {
		functions(pass, func(body *ast.BlockStmt) {
			followed(body.List, false, func(statement ast.Stmt) {
				within(statement, func(call *ast.CallExpr) {
					if name, on := method(call); name == "Set" && named(pass.TypesInfo.TypeOf(on), "tfsdk", "State") {
						pass.Reportf(call.Pos(), "the state is set before the end: what fails after it would taint the object")
					}
				})
			})
		})
		return nil, nil
	},
}
