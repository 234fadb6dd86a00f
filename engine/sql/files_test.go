//go:build unix

package sql_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"unyo/engine/columnar"
	"unyo/engine/sql"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// opened is a Parquet file of a table.
type opened struct {
	name   string
	want   columnar.Projection
	sieves []vector.Sieve
	reader vector.Reader
	file   *os.File
}

func (o *opened) Next(ctx context.Context) (*vector.Batch, error) {
	if o.reader == nil {
		var err error
		if o.file, err = os.Open(o.name); err != nil {
			return nil, err
		}
		info, err := o.file.Stat()
		if err != nil {
			return nil, err
		}
		if o.reader, err = columnar.ScanParquet(o.file, info.Size(), o.want); err != nil {
			return nil, err
		}
		o.reader.(vector.Sifter).Sift(o.sieves)
	}
	return o.reader.Next(ctx)
}

// Sift: the reader does it.
func (o *opened) Sift(s []vector.Sieve) { o.sieves = s }

func (o *opened) Left() vector.Left {
	if o.reader == nil {
		return vector.Left{}
	}
	return o.reader.(vector.Sparing).Left()
}

func (o *opened) Scanned() int64 {
	if o.reader == nil {
		return 0
	}
	return o.reader.Scanned()
}

func (o *opened) Close() error {
	if o.file == nil {
		return nil
	}
	return o.file.Close()
}

// filesOf is a table over Parquet files.
func filesOf(b testing.TB, pattern string, columns ...string) *sql.Table {
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		b.Fatal(pattern, err)
	}
	table := &sql.Table{}
	var schema columnar.Schema
	ts := map[string]*types.Type{"bigint": types.Big, "string": types.Text, "int": types.Int, "double": types.Float, "map<string,string>": types.MapOf(types.Text, types.Text)}
	for i := 0; i < len(columns); i += 2 {
		t, err := columnar.ParseType(columns[i+1])
		if err != nil {
			b.Fatal(err)
		}
		schema = append(schema, columnar.Field{Name: columns[i], Type: t})
		table.Columns = append(table.Columns, sql.Column{Name: columns[i], Type: ts[columns[i+1]]})
	}
	table.Scan = func(_ context.Context, want sql.Scan) (out []vector.Reader, _ error) {
		p := columnar.Projection{}
		for _, c := range want.Columns {
			p.Columns = append(p.Columns, schema[c])
			var d *vector.Domain
			if given, ok := want.Domains[c]; ok {
				d = given.Advice()
			}
			p.Domains = append(p.Domains, d)
		}
		for _, n := range names {
			out = append(out, &opened{name: n, want: p})
		}
		return out, nil
	}
	return table
}

// BenchmarkFiles asks what bench/ asks Athena, without the service, of the files that `python3 bench/athena.py make FOLDER ROWS` makes; UNYO_SPEED names the
// folder.
func BenchmarkFiles(b *testing.B) {
	dir := os.Getenv("UNYO_SPEED")
	if dir == "" {
		b.Skip("UNYO_SPEED names no directory")
	}
	m := &memory{map[string]*sql.Table{}, map[string]sql.Scan{}}
	m.tables["t"] = filesOf(b, dir+"/parquet/*.parquet", "id", "bigint", "region", "string", "status", "int", "customer", "bigint", "path", "string", "latency", "double", "request", "string")
	m.tables["customers"] = filesOf(b, dir+"/customers/*.parquet", "customer", "bigint", "segment", "string")
	for _, q := range []struct{ name, text string }{
		{"group by", "SELECT region, status, count(*), sum(latency) FROM t GROUP BY region, status"},
		{"filter", "SELECT count(*), avg(latency) FROM t WHERE id BETWEEN 1000 AND 21000 AND status = 200"},
		{"filter much", "SELECT count(*), avg(latency) FROM t WHERE latency > 900 AND status = 200 AND path LIKE '%7'"},
		{"filter few", "SELECT count(*), sum(latency), max(path) FROM t WHERE customer = 4711"},
		{"join", "SELECT segment, count(*), avg(latency) FROM t JOIN customers c ON t.customer = c.customer GROUP BY segment"},
		{"top n", "SELECT id, path, latency FROM t ORDER BY latency DESC, id LIMIT 10"},
		{"count distinct", "SELECT count(DISTINCT path) FROM t"},
		{"count distinct request", "SELECT count(DISTINCT request) FROM t WHERE id < 400000"},
	} {
		b.Run(q.name, func(b *testing.B) {
			rows, before := 0, spent()
			for b.Loop() {
				rows = 0
				p, err := m.prepare(q.text)
				if err != nil {
					b.Fatal(err)
				}
				r, err := p.Run(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				for {
					batch, err := r.Next(context.Background())
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					rows += batch.Len
				}
				r.Close()
			}
			b.ReportMetric(float64(rows), "rows")
			b.ReportMetric(float64((spent()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// spent is the CPU time of this process so far: what counts on a machine that others use too.
func spent() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
