package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = ".."

var rewrite = flag.Bool("rewrite", false, "write testdata anew; read the diff")

// TestNoDrift regenerates every package in memory: api/ is what models/ and this gen yield, no more and no less.
func TestNoDrift(t *testing.T) {
	for _, s := range listed(t) {
		m, err := load(root, s)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		files, err := m.files()
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		dir := filepath.Join(root, "api", s.Name)
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Error(err)
			} else if !bytes.Equal(got, want) {
				t.Errorf("%s/%s is not what gen writes: run go run ./gen", dir, name)
			}
		}
		there, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range there {
			if files[f.Name()] == nil {
				t.Errorf("%s/%s is not of gen's making", dir, f.Name())
			}
		}
	}
}

// TestEverythingIsListed: no facts and no overlay lie about that nothing reads.
func TestEverythingIsListed(t *testing.T) {
	var names []string
	for _, s := range listed(t) {
		names = append(names, s.Name)
	}
	for _, folder := range []string{"shapes", "authz", "overlay"} {
		files, err := filepath.Glob(filepath.Join(root, "models", folder, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !slices.Contains(names, strings.TrimSuffix(filepath.Base(f), ".json")) {
				t.Errorf("%s belongs to no service of models/services.json", f)
			}
		}
	}
}

// TestFactsHoldNoProse looks for what trimming should have left out of the committed facts.
func TestFactsHoldNoProse(t *testing.T) {
	for _, folder := range []string{"shapes", "authz"} {
		files, err := filepath.Glob(filepath.Join(root, "models", folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal("no facts", err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, tell := range []string{`"documentation":"`, `"description":"`, "<p>", "deprecatedMessage"} {
				if bytes.Contains(text, []byte(tell)) {
					t.Errorf("%s contains %s", f, tell)
				}
			}
		}
	}
}

// TestUnbound pins which operations have no known permission, and are therefore refused: a change of the facts that adds
// one must be seen.
func TestUnbound(t *testing.T) {
	var out bytes.Buffer
	if err := unbound(root, &out); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/unbound.txt"
	if *rewrite {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the unbound operations are not those of %s; bind them in models/overlay or run go test ./gen -rewrite", golden)
	}
}

func listed(t *testing.T) []service {
	t.Helper()
	list, err := services(root)
	if err != nil || len(list) == 0 {
		t.Fatal("no services", err)
	}
	return list
}
