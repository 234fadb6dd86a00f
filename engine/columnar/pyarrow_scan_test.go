package columnar

import (
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"unyo/engine/vector"
)

// encodings are Parquet's that pyarrow writes when it is told to, by column of everyType.
var encodings = map[string]string{
	"delta.parquet": `"data_page_version": "2.0", "data_page_size": 1500, "write_batch_size": 100, "write_page_index": true, "compression": "gzip",
		"column_encoding": {"c1": "DELTA_BINARY_PACKED", "c2": "DELTA_BINARY_PACKED", "c3": "DELTA_BINARY_PACKED", "c4": "PLAIN", "c5": "BYTE_STREAM_SPLIT", "c6": "BYTE_STREAM_SPLIT",
		"c7": "DELTA_BYTE_ARRAY", "c8": "BYTE_STREAM_SPLIT", "c9": "DELTA_BYTE_ARRAY", "c10": "DELTA_BYTE_ARRAY", "c11": "DELTA_LENGTH_BYTE_ARRAY", "c14": "DELTA_BINARY_PACKED", "c15": "DELTA_BINARY_PACKED"}`,
	"split.parquet": `"data_page_size": 700, "row_group_size": 900, "compression": "zstd", "coerce_timestamps": "us", "allow_truncated_timestamps": true,
		"column_encoding": {"c0": "RLE", "c3": "BYTE_STREAM_SPLIT", "c4": "BYTE_STREAM_SPLIT", "c10": "DELTA_LENGTH_BYTE_ARRAY"}`,
	"lz4.parquet":    `"compression": "lz4", "use_dictionary": true, "use_deprecated_int96_timestamps": true, "data_page_size": 900`,
	"millis.parquet": `"coerce_timestamps": "ms", "allow_truncated_timestamps": true, "compression": "snappy", "version": "1.0", "use_dictionary": ["c1", "c10"]`,
}

// TestPyarrowEncodings: every encoding that pyarrow has is read as vectors, whole and by the page.
func TestPyarrowEncodings(t *testing.T) {
	py := startArrow(t)
	s := schemaOf(t, everyType...)
	for seed := range uint64(2) {
		for name, options := range encodings {
			rows := newRandom(seed).rows(s, 2000)
			for i, row := range rows {
				row[4] = Value{Valid: true, Int: int64(i)} // pages by an ascending number
				if unit := map[string]int32{"millis.parquet": 1e6, "split.parquet": 1e3}[name]; unit > 0 {
					coarse(&Value{Items: row}, unit)
				}
			}
			if strings.Contains(options, "column_encoding") {
				options += `, "use_dictionary": false`
			}
			b := py.write(t, filepath.Join(t.TempDir(), name), s, "{"+options+"}", rows)
			scanTheirs(t, fmt.Sprintf("%s, seed %d", name, seed), name, b, s, rows)
			somePages(t, name, b, s, rows)
		}
	}
}

// coarse drops what is finer of instants than a unit.
func coarse(v *Value, unit int32) {
	v.Nanos -= v.Nanos % unit
	for i := range v.Items {
		coarse(&v.Items[i], unit)
	}
}

// somePages reads the rows around one, by whatever the file knows of its pages.
func somePages(t *testing.T, name string, b []byte, s Schema, rows [][]Value) {
	t.Helper()
	n := &vector.Scalar{Kind: vector.Int, Int: 1234}
	p := Projection{Columns: s, Domains: make([]*vector.Domain, len(s))}
	p.Domains[4] = &vector.Domain{Ranges: []vector.Range{{Low: n, High: n}}}
	back, scanned, err := scanAll(name, b, p)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	found := false
	for _, row := range back {
		found = found || row[4].Int == 1234
		if got, want := plainRow(t, s, row), plainRow(t, s, micros(Value{Items: rows[row[4].Int]}).Items); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
			return
		}
	}
	if !found || name == "delta.parquet" && (len(back) > 600 || scanned > int64(len(b))*3/4) {
		t.Errorf("%s: found %v among %d rows, read %d of %d", name, found, len(back), scanned, len(b))
	}
}

// TestPyarrowAndDuckDBReadOurs: what we write, DuckDB reads, row for row, if it is there.
func TestPyarrowAndDuckDBReadOurs(t *testing.T) {
	if exec.Command(python(t), "-c", "import duckdb").Run() != nil {
		t.Skip("no duckdb")
	}
	py := startArrow(t)
	s := schemaOf(t, everyType...)
	rows := newRandom(1).rows(s, 700)
	for name, begin := range ours(s) {
		if filepath.Ext(name) == ".orc" {
			continue
		}
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, written(t, begin, rows), 0o600); err != nil {
			t.Fatal(err)
		}
		compare(t, name+", by DuckDB", s, kept(name, rows), py.ask(t, "duck", file))
	}
}

// TestPyarrowAndDuckDB: files of DuckDB's, if it is there, hold what it says.
func TestPyarrowAndDuckDB(t *testing.T) {
	py := python(t)
	if exec.Command(py, "-c", "import duckdb").Run() != nil {
		t.Skip("no duckdb")
	}
	versions, codecs := []string{"V1", "V2"}, []string{"snappy", "zstd", "gzip", "lz4_raw", "uncompressed"}
	dir, args := t.TempDir(), []string{"testdata/duck.py"}
	for _, version := range versions {
		for _, codec := range codecs {
			args = append(args, filepath.Join(dir, version+codec+".parquet"), version, codec)
		}
	}
	out, err := exec.Command(py, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	s := schemaOf(t, "bigint", "int", "smallint", "tinyint", "double", "float", "string", "boolean", "date", "timestamp", "decimal(9,2)", "decimal(30,5)", "array<int>", "struct<a:int,b:string>", "map<string,int>", "bigint")
	for _, version := range versions {
		for _, codec := range codecs {
			file := filepath.Join(dir, version+codec+".parquet")
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			back, _, err := scanAll(file, b, Projection{Columns: s})
			if err != nil {
				t.Errorf("%s %s: %v", version, codec, err)
				continue
			}
			sums := make([]*big.Int, len(s))
			for i := range sums {
				sums[i] = new(big.Int)
			}
			for _, row := range back {
				for i := range row {
					add(sums[i], &row[i])
				}
			}
			if got, want := fmt.Sprint(len(back), sums), strings.TrimSpace(string(out)); got != want {
				t.Errorf("%s %s:\n%s, want\n%s", version, codec, got, want)
			}
		}
	}
}

// add adds up what stands in a value: numbers (in halves), lengths of texts, microseconds.
func add(sum *big.Int, v *Value) {
	if v.Big != nil {
		sum.Add(sum, v.Big)
	}
	for i := range v.Items {
		add(sum, &v.Items[i])
	}
	sum.Add(sum, big.NewInt(v.Int+int64(v.Nanos/1000)+int64(v.Float*2)+int64(len(v.Bytes))))
}
