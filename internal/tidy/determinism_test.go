package tidy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// forbidden are calls that make a held estate unrepeatable, with what to use instead.
var forbidden = map[string]string{
	"time.Now":       "ask the estate's clock: there is one time",
	"time.Since":     "ask the estate's clock: there is one time",
	"time.Sleep":     "nothing waits by the wall: set a job",
	"time.After":     "nothing waits by the wall: set a job",
	"time.AfterFunc": "nothing waits by the wall: set a job",
	"time.NewTimer":  "nothing waits by the wall: set a job",
	"time.NewTicker": "nothing waits by the wall: set a job",
	"rand.Read":      "ask kernel/entropy: chance follows from the seed",
	"rand.Int":       "ask kernel/entropy: chance follows from the seed",
	"rand.Reader":    "ask kernel/entropy: chance follows from the seed",
}

// allowed are the few places where the wall comes in, each with its reason.
var allowed = map[string]string{
	"kernel/clock/world.go":         "the one place where the wall clock enters",
	"kernel/clock/advance.go":       "checkpoints and patience are paced by the wall",
	"kernel/clock/wait.go":          "a stream sleeps until an instant while time flows",
	"kernel/jobs/lanes.go":          "sleeps until the head of the queue is due while time flows",
	"kernel/kernel.go":              "draws the seed of an estate that was given none",
	"kernel/store/durability.go":    "waits for the disk",
	"kernel/store/embedded/disk.go": "waits for space on the disk",
	"kernel/store/embedded/seal.go": "draws the keys of files, which are no state",
}

// TestOneTimeOneChance keeps wall time and unseeded chance out of services and kernel.
func TestOneTimeOneChance(t *testing.T) {
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, "unyo/kernel") && !strings.HasPrefix(p.ImportPath, "unyo/service/") {
			continue
		}
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			short := strings.TrimPrefix(p.ImportPath, "unyo/") + "/" + name
			if _, ok := allowed[short]; ok {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				if !ok {
					return true
				}
				if why, bad := forbidden[x.Name+"."+s.Sel.Name]; bad {
					t.Errorf("%s uses %s.%s: %s", short, x.Name, s.Sel.Name, why)
				}
				return true
			})
		}
	}
}
