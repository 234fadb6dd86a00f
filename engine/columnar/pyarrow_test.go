package columnar

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// arrow is a process of testdata/arrow.py, which reads and writes files.
type arrow struct {
	in  io.Writer
	out *bufio.Scanner
}

func startArrow(t *testing.T) *arrow {
	t.Helper()
	cmd := exec.Command(python(t), "testdata/arrow.py")
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() { // it may be amid an answer
			_ = cmd.Process.Kill()
		}
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	return &arrow{in, lines}
}

// ask has it do something with a file, and gives the rows that it answers with.
func (a *arrow) ask(t *testing.T, verb, file string, how ...any) (rows []string) {
	t.Helper()
	question, err := json.Marshal(append([]any{verb, file}, how...))
	if err == nil {
		_, err = a.in.Write(append(question, '\n'))
	}
	if err != nil {
		t.Fatal(err)
	}
	for a.out.Scan() {
		if a.out.Text() == "" {
			return rows
		}
		rows = append(rows, a.out.Text())
	}
	t.Fatalf("%s %s: no answer: %v", verb, file, a.out.Err())
	return nil
}

// write has it write rows, of the form that plainRow gives them.
func (a *arrow) write(t *testing.T, file string, s Schema, options string, rows [][]Value) []byte {
	t.Helper()
	types, err := json.Marshal(typed(s.row()).([]any)[3])
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, plainRow(t, s, row))
	}
	a.ask(t, "write", file, json.RawMessage(types), json.RawMessage(options), json.RawMessage("["+strings.Join(lines, ",")+"]"))
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// written is a file of rows.
func written(t testing.TB, begin func(*bytes.Buffer) (*Writer, error), rows [][]Value) []byte {
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

// ours are the ways in which files are written.
func ours(s Schema) map[string]func(*bytes.Buffer) (*Writer, error) {
	all := map[string]func(*bytes.Buffer) (*Writer, error){}
	for name, p := range map[string]Parquet{
		"snappy": {}, "gzip": {Compression: "GZIP", Dictionary: true, V2: true}, "plain": {Compression: "UNCOMPRESSED", BlockSize: 20000, PageSize: 1000},
		"dictionary": {Dictionary: true, BlockSize: 30000}, "zstd": {Compression: "ZSTD"},
	} {
		all[name+".parquet"] = func(b *bytes.Buffer) (*Writer, error) { return p.NewWriter(b, s) }
	}
	for name, o := range map[string]ORC{
		"snappy": {}, "zlib": {Compression: "ZLIB", StripeSize: 20000}, "zstd": {Compression: "ZSTD"}, "none": {Compression: "NONE", Dictionary: new(1.0)},
		"v11": {V11: true, Dictionary: new(1.0), StripeSize: 50000}, "direct": {V11: true, Dictionary: new(0.0)},
	} {
		all[name+".orc"] = func(b *bytes.Buffer) (*Writer, error) { return o.NewWriter(b, s) }
	}
	return all
}

// TestPyarrowReadsOurs: what we write, pyarrow reads, row for row.
func TestPyarrowReadsOurs(t *testing.T) {
	py := startArrow(t)
	s := schemaOf(t, everyType...)
	for seed := range uint64(4) {
		rows := newRandom(seed).rows(s, 700)
		for name, begin := range ours(s) {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, written(t, begin, rows), 0o600); err != nil {
				t.Fatal(err)
			}
			compare(t, fmt.Sprintf("%s, seed %d", name, seed), s, rows, py.ask(t, "read", file))
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
		if line := got[i]; line != want {
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

// theirs are pyarrow's ways of writing.
var theirs = map[string]string{
	"default.parquet": `{}`, "gzip.parquet": `{"compression": "gzip", "use_dictionary": false, "data_page_version": "2.0", "data_page_size": 2000}`,
	"zstd.parquet": `{"compression": "zstd", "use_deprecated_int96_timestamps": true, "row_group_size": 100}`, "none.parquet": `{"compression": "none", "store_decimal_as_integer": true}`,
	"default.orc": `{}`, "zlib.orc": `{"compression": "zlib", "stripe_size": 20000}`, "snappy.orc": `{"compression": "snappy", "dictionary_key_size_threshold": 1.0}`,
	"lz4.orc": `{"compression": "lz4"}`, "zstd.orc": `{"compression": "zstd", "file_version": "0.11"}`,
}

// typed is a type as testdata/arrow.py reads it.
func typed(t *Type) any {
	fields := []any{}
	for _, f := range t.Fields {
		fields = append(fields, []any{f.Name, typed(f.Type)})
	}
	return []any{t.Kind.String(), t.Precision, t.Scale, fields}
}

// TestPyarrowWritesForUs: what pyarrow writes, we read, row for row.
func TestPyarrowWritesForUs(t *testing.T) {
	readTheirs(t, startArrow(t), schemaOf(t, everyType...))
}

// scanTheirs reads a file of pyarrow's as vectors.
func scanTheirs(t *testing.T, what, name string, b []byte, s Schema, rows [][]Value) {
	t.Helper()
	back, _, err := scanAll(name, b, Projection{Columns: s})
	if err != nil {
		t.Errorf("%s, as vectors: %v", what, err)
		return
	}
	var want [][]Value
	for _, row := range rows {
		want = append(want, micros(Value{Items: row}).Items)
	}
	var lines []string
	for _, row := range back {
		lines = append(lines, plainRow(t, s, row))
	}
	compare(t, what+", as vectors", s, want, lines)
}

func readTheirs(t *testing.T, py *arrow, s Schema) {
	t.Helper()
	for seed := range uint64(4) {
		rows := newRandom(seed).rows(s, 500)
		for name, options := range theirs {
			b := py.write(t, filepath.Join(t.TempDir(), name), s, options, rows)
			scanTheirs(t, fmt.Sprintf("%s, seed %d", name, seed), name, b, s, rows)
			_, back, err := readAll(name, b)
			if err != nil {
				t.Errorf("%s, seed %d: %v", name, seed, err)
				continue
			}
			var lines []string
			for _, row := range back {
				lines = append(lines, plainRow(t, s, row))
			}
			compare(t, fmt.Sprintf("%s, seed %d", name, seed), s, kept(name, rows), lines)
		}
	}
}
