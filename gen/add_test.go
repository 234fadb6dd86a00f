package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAdd begins a service from sources in their own form, then refreshes and rewrites it: nothing more changes.
func TestAdd(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"botocore/__init__.py":                           "__version__ = '9.9.9'\n",
		"botocore/data/toybox/2026-01-01/service-2.json": toyModel,
		"botocore/data/toybox/2025-01-01/service-2.json": `{"metadata":{},"operations":{},"shapes":{}}`,
		"botocore/data/endpoints.json":                   "{}",
		"package/package.json":                           `{"version": "0.0.1"}`,
		"package/LICENSE.txt":                            "Permission is hereby granted\n",
		"package/data/actions/toy.json":                  `{"puttoy": {"name": "PutToy", "description": "prose", "accessLevel": "Write", "resourceTypes": [{"name": "toy", "required": true, "conditionKeys": [], "dependentActions": []}], "conditionKeys": ["toy:Color"]}}`,
		"package/data/resourceTypes/toy.json":            `{"toy": {"key": "toy", "arn": "arn:${Partition}:toy:${Region}:${Account}:toy/${Name}", "conditionKeys": []}}`,
		"package/data/conditionKeys/toy.json":            `{"toy:color": {"key": "toy:Color", "description": "prose", "type": "String"}}`,
		"project/models/services.json":                   "[\n]\n",
		"project/models/shapes/.keep":                    "",
		"project/models/authz/.keep":                     "",
		"project/service/toy/doc.go":                     "// Package toy is mine.\npackage toy\n",
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	project := filepath.Join(dir, "project")
	flags := []string{"-root", project, "-botocore", filepath.Join(dir, "botocore", "data"), "-iamdata", filepath.Join(dir, "package", "data")}
	if err := run(append([]string{"add", "toy"}, flags...), io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"doc.go", "service.go", "authz.go", "errors.go", "service_test.go"} {
		if _, err := parser.ParseFile(token.NewFileSet(), filepath.Join(project, "service", "toy", f), nil, 0); err != nil {
			t.Error(err)
		}
	}
	if doc := read(t, project, "service/toy/doc.go"); !strings.Contains(doc, "is mine") {
		t.Error("add has overwritten a file")
	}
	if got, want := read(t, project, "models/services.json"), "[\n{\"name\":\"toy\",\"model\":\"toybox\",\"prefix\":\"toy\"}\n]\n"; got != want {
		t.Errorf("services.json is %s", got)
	}
	if authz := read(t, project, "models/authz/toy.json"); strings.Contains(authz, "prose") || !strings.Contains(authz, `"toy:Color":{"key":"toy:Color","type":"String"}`) {
		t.Errorf("authz is %s", authz)
	}
	if page := read(t, project, "models/SOURCES.md"); !strings.Contains(page, "9.9.9") || !strings.Contains(page, "| toy | toybox | 2026-01-01 | 1 | 11 | 1 | 1 | 1 |") {
		t.Errorf("SOURCES.md is %s", page)
	}
	before := read(t, project, "api/toy/model.go")
	if !strings.Contains(before, `Actions: []string{"PutToy"}`) {
		t.Errorf("model.go is %s", before)
	}
	var out bytes.Buffer
	for _, args := range [][]string{append([]string{"facts"}, flags...), {"api", "-root", project}, {"unbound", "-root", project}} {
		if err := run(args, &out); err != nil {
			t.Fatal(args, err)
		}
	}
	if read(t, project, "api/toy/model.go") != before {
		t.Error("a second run writes something else")
	}
	if !strings.Contains(out.String(), "1 services: 1 operations (0 unbound), 11 shapes, 9 members") {
		t.Errorf("said: %s", &out)
	}
}

func read(t *testing.T, project, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(project, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWrongUse(t *testing.T) {
	for args, want := range map[string]string{
		"what":                      "unknown verb",
		"add":                       "usage",
		"add sqs":                   "-botocore DIR",
		"facts":                     "-botocore DIR",
		"api -root testdata":        "services.json",
		"api -colour red":           "not defined",
		"facts -botocore a -root .": "-iamdata DIR",
	} {
		if err := run(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gen %s: %v", args, err)
		}
	}
}
