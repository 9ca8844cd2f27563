// Makes testify's package assert report each assertion. Runs once, when the image is built, on a copy of the package.
//
// Every exported function that takes a TestingT and returns a bool is renamed, and gets a wrapper under its old name
// that passes the result to AievJudge. Calls inside the package go to the renamed functions, so an assertion that is
// made of others counts once. Not covered: package mock, whose expectations are not assertions of the tests.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

const head = `package assert

import (
	"net/http"
	"net/url"
	"time"
)

// AievJudge is told of each assertion that held; it returns whether the assertion may pass.
var AievJudge = func() bool { return true }

func aievJudged(t TestingT, held bool) bool {
	if h, ok := t.(tHelper); ok {
		h.Helper()
	}
	if held && !AievJudge() {
		return Fail(t, "this assertion was made to fail")
	}
	return held
}
`

func main() {
	folder := os.Args[1]
	files := token.NewFileSet()
	packages, err := parser.ParseDir(files, folder, func(info os.FileInfo) bool {
		return !strings.HasSuffix(info.Name(), "_test.go")
	}, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	wrappers := bytes.NewBufferString(head)
	judged := map[string]bool{}
	for name, file := range packages["assert"].Files {
		if !forwards(name) {
			for _, declared := range file.Decls {
				if function, ok := declared.(*ast.FuncDecl); ok && asserts(function) {
					judged[function.Name.Name] = true
					wrap(wrappers, files, function)
				}
			}
		}
	}
	for name, file := range packages["assert"].Files {
		if !forwards(name) {
			rename(file, judged)
			write(name, func(out *bytes.Buffer) error { return format.Node(out, files, file) })
		}
	}
	write(filepath.Join(folder, "aiev.go"), func(out *bytes.Buffer) error { _, err := wrappers.WriteTo(out); return err })
}

// forwards tells the files whose functions only call those of other files.
func forwards(name string) bool {
	return strings.HasSuffix(name, "_format.go") || strings.HasSuffix(name, "_forward.go") || strings.HasSuffix(name, "forward_assertions.go")
}

func asserts(function *ast.FuncDecl) bool {
	parameters, results := function.Type.Params.List, function.Type.Results
	if function.Recv != nil || !function.Name.IsExported() || strings.HasPrefix(function.Name.Name, "Fail") {
		return false
	}
	if len(parameters) == 0 || results == nil || len(results.List) != 1 {
		return false
	}
	first, ok := parameters[0].Type.(*ast.Ident)
	result, plain := results.List[0].Type.(*ast.Ident)
	return ok && plain && first.Name == "TestingT" && result.Name == "bool"
}

func wrap(out *bytes.Buffer, files *token.FileSet, function *ast.FuncDecl) {
	var kind bytes.Buffer
	if err := format.Node(&kind, files, function.Type); err != nil {
		panic(err)
	}
	var given []string
	for _, parameter := range function.Type.Params.List {
		for _, name := range parameter.Names {
			given = append(given, name.Name)
		}
		if _, many := parameter.Type.(*ast.Ellipsis); many {
			given[len(given)-1] += "..."
		}
	}
	name := function.Name.Name
	fmt.Fprintf(out, "\nfunc %s%s {\n\tif h, ok := t.(tHelper); ok {\n\t\th.Helper()\n\t}\n", name, strings.TrimPrefix(kind.String(), "func"))
	fmt.Fprintf(out, "\treturn aievJudged(t, aiev%s(%s))\n}\n", name, strings.Join(given, ", "))
}

// rename gives functions and calls of them their new names; a selector such as bytes.Equal keeps its own.
func rename(file *ast.File, judged map[string]bool) {
	others := map[*ast.Ident]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			others[selector.Sel] = true
		}
		return true
	})
	ast.Inspect(file, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok && judged[name.Name] && !others[name] {
			name.Name = "aiev" + name.Name
		}
		return true
	})
}

func write(name string, print func(*bytes.Buffer) error) {
	var out bytes.Buffer
	if err := print(&out); err != nil {
		panic(err)
	}
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		panic(err)
	}
}
