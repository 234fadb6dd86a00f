package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// managedPolicy is a policy of AWS's own as ListPolicies and GetPolicyVersion tell of it.
type managedPolicy struct {
	Path, DefaultVersionId, CreateDate, UpdateDate string
	Document                                       json.RawMessage
}

// linkedPath is where the policies stand that only the roles of a service may bear.
const linkedPath = "/aws-service-role/"

// managedPolicies writes what AWS's managed policies are, one a line, packed, for service/iam. Of those of service-linked
// roles it takes the ones that linked names: there are hundreds, for services that the estate knows nothing of.
func managedPolicies(root, source string, out io.Writer) error {
	raw, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	first, last := bytes.IndexByte(raw, '{'), bytes.LastIndexByte(raw, '}')
	if first < 0 || last < first {
		return errors.New("there is no JSON in it")
	}
	var all map[string]managedPolicy
	if err := json.Unmarshal(raw[first:last+1], &all); err != nil {
		return err
	}
	linked, err := linkedPolicies(root)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	n := 0
	for _, name := range slices.SortedFunc(maps.Keys(all), func(a, b string) int { return strings.Compare(all[a].Path+a, all[b].Path+b) }) {
		p := all[name]
		if p.Path == "/root-task/" || p.Path == linkedPath && !slices.Contains(linked, name) {
			continue
		}
		var doc bytes.Buffer
		if err := json.Compact(&doc, p.Document); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		n++
		fmt.Fprintln(&text, strings.Join([]string{p.Path, name, p.DefaultVersionId, p.CreateDate, p.UpdateDate, doc.String()}, "\t"))
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20))
	if err != nil {
		return err
	}
	packed := w.EncodeAll(text.Bytes(), nil)
	fmt.Fprintf(out, "%d policies, %d bytes, packed %d\n", n, text.Len(), len(packed))
	return os.WriteFile(filepath.Join(root, "service", "iam", "managed.zst"), packed, 0o644)
}

// linkedPolicies reads which policies of service-linked roles service/iam knows.
func linkedPolicies(root string) (names []string, err error) {
	raw, err := os.ReadFile(filepath.Join(root, "service", "iam", "linked_roles.json"))
	if err != nil {
		return nil, err
	}
	var roles []struct{ Policy string }
	if err := json.Unmarshal(raw, &roles); err != nil {
		return nil, err
	}
	for _, r := range roles {
		names = append(names, r.Policy)
	}
	return names, nil
}
