package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWritten reads the code of the toy model: the lines that matter, as others rely on them.
func TestWritten(t *testing.T) {
	files, err := toy(t, overlay{Global: true, Data: []string{"PutToy"}}).files()
	if err != nil {
		t.Fatal(err)
	}
	for file, lines := range map[string][]string{
		"shapes.go": {
			"package toybox",
			"Algorithm *string `aws:\"Algorithm\" is:\"Color\" http:\"header=x-algorithm\"`",
			"Body io.Reader `aws:\"Body\" http:\"payload\"`",
			"Name *string `aws:\"Name,required\" is:\"ToyName\" http:\"uri=Name\"`",
			"Documentation *string `aws:\"documentation,idempotent,host\"`",
			"At *time.Time `aws:\"At\" time:\"iso8601\"`",
			"Next *Toy `aws:\"Next\"`",
			"Secrets []string `aws:\"Secrets,sensitive\"`",
			"Tags map[string]string `aws:\"Tags\" is:\"Tags\"`",
		},
		"errors.go": {
			"ErrorCodeMember *string `aws:\"ErrorCode\"`",
			"Message *string `aws:\"message\"`",
			"func NewToyGone(format string, args ...any) *ToyGone {",
			`func (e *ToyGone) ErrorCode() string { return "Toy.Gone" }`,
			"func (e *ToyGone) HTTPStatus() int { return 410 }",
		},
		"enums.go": {`ColorRed = "RED"`, `ColorDarkBlue = "dark-blue"`, `ColorAny = "*"`},
		"facts.go": {
			`return rt.Shape{Name: "Color", Enum: []string{"RED", "dark-blue", "*"}}`,
			`return rt.Shape{Name: "Tags", Item: "Color", Key: "ToyName"}`,
			`Pattern: "[a-z<>&]+"`,
		},
		"model.go":  {"Global: true", "Status: 201, ", "Unsigned: true, UnsignedBody: true, ", `HostPrefix: "toys."`, `ChecksumMember: "Algorithm", ChecksumRequired: true, Data: true`},
		"bind.go":   {`rt.Stated(t, "PutToy", s.PutToy)`},
		"client.go": {"func (c Client) PutToy(ctx context.Context, in *PutToyInput) (*PutToyOutput, error) {"},
	} {
		text := squeeze(string(files[file]))
		for _, line := range lines {
			if !strings.Contains(text, line) {
				t.Errorf("%s lacks %s\n%s", file, line, text)
			}
		}
	}
}

// squeeze undoes gofmt's columns.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestConstName(t *testing.T) {
	for value, want := range map[string]string{
		"STANDARD_IA": "XStandardIa", "s3:ObjectCreated:*": "XS3ObjectCreatedAny", "us-west-2": "XUsWest2", "OK": "XOk",
		"InProgress": "XInProgress", "nodejs20.x": "XNodejs20X", "AES256": "XAes256", "": "X",
	} {
		if got := constName("x", value); got != want {
			t.Errorf("%q is %s, want %s", value, got, want)
		}
	}
}

// TestGeneratedIsStatic: nothing runs at start and nothing is a map; two variables a package, both plain data.
func TestGeneratedIsStatic(t *testing.T) {
	for _, s := range listed(t) {
		files, err := filepath.Glob(filepath.Join(root, "api", s.Name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal("no code for", s.Name, err)
		}
		for _, f := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if !ast.IsGenerated(parsed) {
				t.Errorf("%s does not say that it is generated", f)
			}
			checkStatic(t, f, parsed)
		}
	}
}

func checkStatic(t *testing.T, file string, parsed *ast.File) {
	for _, i := range parsed.Imports {
		switch i.Path.Value {
		case `"unyo/api/rt"`, `"context"`, `"io"`, `"time"`:
		default:
			t.Errorf("%s imports %s", file, i.Path.Value)
		}
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			t.Errorf("%s has an init", file)
		}
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		if name := g.Specs[0].(*ast.ValueSpec).Names[0].Name; name != "Model" && name != "authz" {
			t.Errorf("%s declares the variable %s", file, name)
		}
		ast.Inspect(g, func(n ast.Node) bool {
			switch n.(type) {
			case *ast.MapType, *ast.FuncLit:
				t.Errorf("%s builds a map or a closure at start", file)
			case *ast.CallExpr:
				if c := n.(*ast.CallExpr); len(c.Args) != 1 || !isNilIdent(c.Args[0]) {
					t.Errorf("%s calls something at start", file)
				}
			}
			return true
		})
	}
}

// isNilIdent reports whether e is nil: (*PutToyInput)(nil) is a conversion, which costs nothing.
func isNilIdent(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "nil"
}

func TestRemoveStale(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"old.go", "shapes.go"} {
		if err := os.WriteFile(filepath.Join(dir, f), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeStale(dir, map[string][]byte{"shapes.go": nil}); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != "shapes.go" {
		t.Errorf("left: %v", left)
	}
}
