package tidy

import (
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// unreadList names the input members that no code of their service reads, each with the reason why nobody is deceived.
const unreadList = "testdata/unread.txt"

// TestMembersAreRead holds the first promise for parameters: a member of an implemented operation's input is read by its service, or
// stands in testdata/unread.txt with the reason why a caller who sets it is not told that something happens which does not. Reading is
// not yet an effect, but what nobody reads has none. A new operation, or a model with a new member, fails here until somebody has
// decided.
func TestMembersAreRead(t *testing.T) {
	excused := readUnread(t)
	p := newProgram(t)
	used := map[string]bool{}
	for _, service := range p.services() {
		for _, member := range p.unread(t, service) {
			known := false
			for pattern := range excused {
				if ok, _ := path.Match(pattern, member); ok {
					used[pattern], known = true, true
				}
			}
			if !known {
				t.Errorf("%s: no code of the service reads it: give it an effect, refuse it, or say in %s why it needs neither", member, unreadList)
			}
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(excused)) {
		if !used[pattern] {
			t.Errorf("%s stands in %s, but is read, or is no member of an implemented operation", pattern, unreadList)
		}
	}
}

// readUnread reads lines of «service Shape.Member: reason»; a * is any text.
func readUnread(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile(unreadList)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		member, reason, ok := strings.Cut(line, ": ")
		if !ok || reason == "" || list[member] != "" {
			t.Fatalf("%s: no member with a reason, or one twice: %s", unreadList, line)
		}
		list[member] = reason
	}
	return list
}

// program is the module, with types.
type program struct {
	packages map[string]goPackage // by import path
	exports  map[string]string    // import path → file with what the compiler exported
	files    *token.FileSet
	importer types.Importer
}

func newProgram(t *testing.T) *program {
	t.Helper()
	p := &program{packages: map[string]goPackage{}, exports: map[string]string{}, files: token.NewFileSet()}
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Imports,GoFiles,Dir,Export", "unyo/service/...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var e struct {
			goPackage
			Export string
		}
		if err := dec.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.packages[e.ImportPath], p.exports[e.ImportPath] = e.goPackage, e.Export
	}
	p.importer = importer.ForCompiler(p.files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(p.exports[path]) })
	return p
}

// services lists the services that have code, by name.
func (p *program) services() []string {
	var names []string
	for path := range p.packages {
		if name, ok := strings.CutPrefix(path, "unyo/service/"); ok && !strings.Contains(name, "/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// unread lists the members of the service's inputs, at any depth, that its code never selects but to set them. What lies within a
// member that is unread, or only compared with nil, which is how a whole part is refused, is not looked at.
func (p *program) unread(t *testing.T, service string) []string {
	t.Helper()
	read := map[types.Object]bool{} // false: only asked whether it is there
	named := map[string]bool{}      // what code that looks at shapes by reflection asks for
	var inputs []*types.Named
	for name, pkg := range p.packages {
		if own := "unyo/service/" + service; name != own && !strings.HasPrefix(name, own+"/") {
			continue
		}
		checked := p.check(t, pkg, read, named)
		if s, ok := checked.Scope().Lookup("Service").(*types.TypeName); ok && name == "unyo/service/"+service {
			inputs = append(inputs, implemented(s.Type(), "unyo/api/"+service)...)
		}
	}
	found := map[string]bool{}
	seen := map[*types.Named]bool{}
	for _, in := range inputs {
		walkMembers(in, seen, func(shape string, member *types.Var) bool {
			inside, ok := read[member]
			if !ok && !named[member.Name()] {
				found[service+" "+shape+"."+member.Name()] = true
			}
			return inside
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// check types a package and notes the fields it selects, and whether it looks at more than if they are there.
func (p *program) check(t *testing.T, pkg goPackage, read map[types.Object]bool, named map[string]bool) *types.Package {
	t.Helper()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(p.files, filepath.Join(pkg.Dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}}
	checked, err := (&types.Config{Importer: p.importer}).Check(pkg.ImportPath, p.files, files, info)
	if err != nil {
		t.Fatal(err)
	}
	set, compared := map[ast.Expr]bool{}, map[ast.Expr]bool{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, l := range n.Lhs {
					set[l] = n.Tok == token.ASSIGN
				}
			case *ast.BinaryExpr:
				compared[there(n)] = true
			case *ast.BasicLit:
				if slices.Contains(pkg.Imports, "reflect") && n.Kind == token.STRING {
					named[strings.Trim(n.Value, `"`)] = true
				}
			}
			return true
		})
	}
	for s, selection := range info.Selections {
		if selection.Kind() == types.FieldVal && !set[s] {
			read[selection.Obj()] = read[selection.Obj()] || !compared[s]
		}
	}
	return checked
}

// there is what a comparison only asks to be there: x of «x != nil» and «len(x) > 0». nil for other comparisons.
func there(n *ast.BinaryExpr) ast.Expr {
	if y, ok := n.Y.(*ast.Ident); ok && y.Name == "nil" {
		return n.X
	}
	y, ok := n.Y.(*ast.BasicLit)
	length, called := n.X.(*ast.CallExpr)
	if !ok || !called || y.Value != "0" {
		return nil
	}
	if f, ok := length.Fun.(*ast.Ident); ok && f.Name == "len" {
		return length.Args[0]
	}
	return nil
}

// implemented lists the inputs of the operations that the service has a method for.
func implemented(service types.Type, api string) []*types.Named {
	var inputs []*types.Named
	methods := types.NewMethodSet(types.NewPointer(service))
	for i := range methods.Len() {
		m := methods.At(i).Obj()
		params := m.Type().(*types.Signature).Params()
		if params.Len() != 2 {
			continue
		}
		ptr, ok := params.At(1).Type().(*types.Pointer)
		if !ok {
			continue
		}
		if in, ok := ptr.Elem().(*types.Named); ok && in.Obj().Pkg() != nil && in.Obj().Pkg().Path() == api && in.Obj().Name() == m.Name()+"Input" {
			inputs = append(inputs, in)
		}
	}
	return inputs
}

// walkMembers visits the members of a shape and, where visit says so, of those within.
func walkMembers(shape *types.Named, seen map[*types.Named]bool, visit func(shape string, member *types.Var) (inside bool)) {
	s, ok := shape.Underlying().(*types.Struct)
	if !ok || seen[shape] || !strings.HasPrefix(shape.Obj().Pkg().Path(), "unyo/api/") {
		return
	}
	seen[shape] = true
	for i := range s.NumFields() {
		f := s.Field(i)
		if tag := reflect.StructTag(s.Tag(i)).Get("aws"); f.Name() == "_" || tag == "" || strings.Contains(tag+",", ",idempotent,") {
			continue // the door remembers idempotency tokens
		}
		if !visit(shape.Obj().Name(), f) {
			continue
		}
		for _, inner := range shapes(f.Type()) {
			walkMembers(inner, seen, visit)
		}
	}
}

// shapes lists the named types that a member is made of.
func shapes(t types.Type) []*types.Named {
	switch t := t.(type) {
	case *types.Named:
		if t.Obj().Pkg() == nil {
			return nil
		}
		return []*types.Named{t}
	case *types.Pointer:
		return shapes(t.Elem())
	case *types.Slice:
		return shapes(t.Elem())
	case *types.Map:
		return append(shapes(t.Key()), shapes(t.Elem())...)
	}
	return nil
}
