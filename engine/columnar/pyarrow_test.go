package columnar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is an interpreter that has pyarrow. test/clients gives one.
func python(t *testing.T) string {
	t.Helper()
	p := os.Getenv("UNYO_PYTHON")
	if p == "" {
		t.Skip("UNYO_PYTHON names no interpreter with pyarrow")
	}
	return p
}

// written is a file of rows.
func written(t testing.TB, begin func(*bytes.Buffer) (Writer, error), rows [][]Value) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := begin(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func none(f float64) *float64 { return &f }

// ours are the ways in which files are written.
func ours(s Schema) map[string]func(*bytes.Buffer) (Writer, error) {
	all := map[string]func(*bytes.Buffer) (Writer, error){}
	for name, p := range map[string]Parquet{
		"snappy": {}, "gzip": {Compression: "GZIP", Dictionary: true, V2: true}, "plain": {Compression: "UNCOMPRESSED", BlockSize: 20000, PageSize: 1000},
		"dictionary": {Dictionary: true, BlockSize: 30000},
	} {
		all[name+".parquet"] = func(b *bytes.Buffer) (Writer, error) { return p.NewWriter(b, s) }
	}
	for name, o := range map[string]ORC{
		"snappy": {}, "zlib": {Compression: "ZLIB", StripeSize: 20000}, "none": {Compression: "NONE", Dictionary: none(1)},
		"v11": {V11: true, Dictionary: none(1), StripeSize: 50000}, "direct": {V11: true, Dictionary: none(0)},
	} {
		all[name+".orc"] = func(b *bytes.Buffer) (Writer, error) { return o.NewWriter(b, s) }
	}
	return all
}

// TestPyarrowReadsOurs: what we write, pyarrow reads, row for row.
func TestPyarrowReadsOurs(t *testing.T) {
	py := python(t)
	s := schemaOf(t, everyType...)
	for seed := range uint64(4) {
		rows := newRandom(seed).rows(s, 700)
		for name, begin := range ours(s) {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, written(t, begin, rows), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(py, "testdata/arrow.py", "read", file)
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%s, seed %d: %v", name, seed, err)
			}
			compare(t, fmt.Sprintf("%s, seed %d", name, seed), s, rows, strings.Split(strings.TrimSpace(string(out)), "\n")[1:])
		}
	}
}

func compare(t *testing.T, name string, s Schema, rows [][]Value, got []string) {
	t.Helper()
	if len(got) != len(rows) {
		t.Errorf("%s: %d rows, want %d", name, len(got), len(rows))
		return
	}
	for i, row := range rows {
		want := plainRow(t, s, row)
		if line := strings.ReplaceAll(got[i], ", ", ","); line != want {
			var a, b []any
			_, _ = json.Unmarshal([]byte(line), &a), json.Unmarshal([]byte(want), &b)
			for c := range b {
				if c < len(a) && fmt.Sprint(a[c]) != fmt.Sprint(b[c]) {
					t.Errorf("%s, row %d, %s %s: %v, want %v", name, i, s[c].Name, s[c].Type, a[c], b[c])
				}
			}
			return
		}
	}
}
