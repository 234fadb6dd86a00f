package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodRecord = `{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventTime":"2023-07-19T21:17:28Z","eventSource":"ec2.amazonaws.com","eventName":"StartInstances"}`

func pack(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Files of CloudTrail's are found wherever they lie; whatever else lies there is refused, and named.
func TestFindTrailFiles(t *testing.T) {
	good := []byte(`{"Records":[` + goodRecord + `,` + goodRecord + `]}`)
	dir := t.TempDir()
	put := func(name string, content []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("AWSLogs/1/CloudTrail/eu-central-1/2023/07/19/a.json.gz", pack(t, good))
	put("b.json", good)
	put("AWSLogs/1/CloudTrail-Digest/d.json.gz", pack(t, []byte(`{"digestS3Object":"x"}`)))
	files, digests, err := findTrailFiles(dir)
	if err != nil || len(files) != 2 || digests != 1 || files[0].records != 2 || files[0].first.Year() != 2023 || files[1].name != "b.json" {
		t.Fatalf("%+v %d %v", files, digests, err)
	}
	outside := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(outside, good, 0o600); err != nil {
		t.Fatal(err)
	}
	bad := map[string][]byte{
		"text.txt": good, "torn.json.gz": pack(t, good)[:40], "plain.json.gz": good, "empty.json": nil, "none.json": []byte(`{}`), "list.json": []byte(`[]`), "record.json": []byte(`{"Records":[{}]}`),
		"time.json": []byte(strings.Replace(string(good), "2023-07-19T21:17:28Z", "yesterday", 1)), "who.json": []byte(strings.Replace(string(good), `{"type":"Root"}`, `"root"`, 1)),
		"latin.json": []byte("{\"Records\":[],\"x\":\"\xE9\"}"), "deep.json": []byte(strings.Repeat(`{"Records":[`, 20_000)), "bomb.json.gz": pack(t, make([]byte, maxTrailFile+1)), "tail.json": append(good, '{'),
	}
	for name, content := range bad {
		put(name, content)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	files, _, err = findTrailFiles(dir)
	if err == nil || len(files) != 2 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for name := range bad {
		if !strings.Contains(err.Error(), name+": ") {
			t.Errorf("%s was taken", name)
		}
	}
	if !strings.Contains(err.Error(), "link.json: ") {
		t.Error("a link was followed")
	}
}

// FuzzTrailFile: nothing that is read as a file of CloudTrail's brings the command down.
func FuzzTrailFile(f *testing.F) {
	f.Add([]byte(`{"Records":[` + goodRecord + `]}`))
	f.Add([]byte(`{"digestS3Object":"x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if x, err := parseTrailFile(text); err == nil && x.records > 0 && x.last.Before(x.first) {
			t.Errorf("%+v", x)
		}
	})
}
