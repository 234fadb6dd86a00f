package tidy

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type goPackage struct {
	ImportPath string
	Imports    []string
	GoFiles    []string
	Dir        string
	Standard   bool
}

// packages lists every package of the module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,GoFiles,Dir,Standard", "unyo/...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := dec.Decode(&p); err == io.EOF {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// rule says what packages below from may import of this module; own is the package's own subtree.
type rule struct {
	from string
	may  []string
	why  string
}

var rules = []rule{
	{"unyo/base/", []string{"unyo/base/"}, "everything rests on base"},
	{"unyo/api/", []string{"unyo/api/rt", "unyo/base/"}, "generated facts cannot depend on behaviour"},
	{"unyo/engine/columnar", []string{"own", "unyo/engine/vector", "unyo/base/"}, "files are read into vectors"},
	{"unyo/engine/avro", []string{"own", "unyo/engine/vector", "unyo/engine/columnar", "unyo/base/"}, "files are read into vectors"},
	{"unyo/engine/serde", []string{"own", "unyo/engine/vector", "unyo/engine/columnar", "unyo/engine/avro", "unyo/base/"}, "tables of any format are read into vectors"},
	{"unyo/engine/classify", []string{"own", "unyo/engine/avro", "unyo/engine/columnar", "unyo/engine/serde", "unyo/base/"}, "what objects hold is told by whoever reads them"},
	{"unyo/engine/recordstore", []string{"own", "unyo/engine/blob", "unyo/base/"}, "records lie in blobs, or are named as blobs are"},
	{"unyo/engine/logstore", []string{"own", "unyo/engine/shaped", "unyo/base/"}, "lines are handed out taken apart"},
	{"unyo/engine/insights", []string{"own", "unyo/engine/shaped", "unyo/base/"}, "lines are read as they come, apart or whole"},
	{"unyo/engine/transform", []string{"own", "unyo/engine/serde", "unyo/base/"}, "Grok is what tables are read by, too"},
	{"unyo/engine/sql", []string{"own", "unyo/engine/vector", "unyo/base/"}, "queries compute with vectors and know no file"},
	{"unyo/engine/", []string{"own", "unyo/base/"}, "an engine is a library one could publish; it is handed a directory and a now"},
	{"unyo/kernel", []string{"unyo/kernel", "unyo/base/"}, "services come and go; the kernel knows none by name"},
	{"unyo/service/", []string{"own", "unyo/api/", "unyo/kernel", "unyo/engine/", "unyo/base/"}, "peers are AWS APIs, not packages"},
	{"unyo/wire", []string{"own", "unyo/api/rt", "unyo/base/"}, "formats know no operation"},
	{"unyo/gateway", []string{"own", "unyo/wire", "unyo/api/rt", "unyo/kernel", "unyo/engine/policy", "unyo/base/"}, "the door knows no service"},
	{"unyo/gen", []string{"own"}, "nothing imports the generator, and it imports nothing"},
	{"unyo/world", []string{"unyo/"}, "the world may know everything"},
	{"unyo/cmd/", []string{"unyo/world", "unyo/wire", "own"}, "the command is a thin door on the world; it signs as clients do"},
}

// TestImports holds who may import whom.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		i := slices.IndexFunc(rules, func(r rule) bool { return strings.HasPrefix(p.ImportPath, r.from) })
		if i < 0 {
			continue
		}
		r := rules[i]
		own := ownTree(p.ImportPath)
		for _, imp := range p.Imports {
			if !strings.HasPrefix(imp, "unyo/") {
				continue
			}
			ok := slices.ContainsFunc(r.may, func(m string) bool {
				return m == "own" && (imp == own || strings.HasPrefix(imp, own+"/")) || m != "own" && strings.HasPrefix(imp, m)
			})
			if !ok {
				t.Errorf("%s imports %s: %s", p.ImportPath, imp, r.why)
			}
		}
	}
}

// ownTree is the folder that a package belongs to: unyo/service/logs for all below it.
func ownTree(path string) string {
	parts := strings.Split(path, "/")
	return strings.Join(parts[:min(3, len(parts))], "/")
}

// TestBaseStandsAlone keeps third-party code out of base and api.
func TestBaseStandsAlone(t *testing.T) {
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, "unyo/base/") && !strings.HasPrefix(p.ImportPath, "unyo/api/") {
			continue
		}
		for _, imp := range p.Imports {
			if strings.Contains(strings.Split(imp, "/")[0], ".") {
				t.Errorf("%s imports %s: what everything rests on rests on the standard library only", p.ImportPath, imp)
			}
		}
	}
}
