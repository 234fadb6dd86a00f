package athena

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	api "unyo/api/athena"
	glueapi "unyo/api/glue"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/engine/columnar"
)

// rowGroups is a lake whose table is Parquet files of many row groups, read here and there.
type rowGroups struct{ *lake }

var rowGroupColumns = [][2]string{{"id", "bigint"}, {"text", "string"}, {"n", "bigint"}, {"few", "bigint"}}

func newRowGroups(t *testing.T) rowGroups {
	t.Helper()
	l := rowGroups{newLake()}
	var schema columnar.Schema
	for _, c := range rowGroupColumns {
		schema = append(schema, columnar.Field{Name: c[0], Type: ok[*columnar.Type](t)(columnar.ParseType(c[1]))})
	}
	const rows, files = 60_000, 3
	for f := range files {
		var b bytes.Buffer
		w := ok[*columnar.Writer](t)(columnar.Parquet{BlockSize: 100_000, PageSize: 10_000}.NewWriter(&b, schema))
		for i := f * rows / files; i < (f+1)*rows/files; i++ {
			n := int64(i) * 7919 % rows
			row := []columnar.Value{{Valid: true, Int: int64(i)}, {Valid: true, Bytes: fmt.Append(nil, "text ", n/3)}, {Valid: true, Int: n}, {Valid: true, Int: n / 9}}
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		l.objects[fmt.Sprintf("lake/t/%d.parquet", f)] = b.String()
	}
	return l
}

func (l rowGroups) Invoke(ctx context.Context, m *rt.Model, op *rt.Operation, in any) (any, error) {
	switch in := in.(type) {
	case *glueapi.GetTableInput:
		t := l.table()
		t.PartitionKeys, t.StorageDescriptor.Columns = nil, nil
		for _, c := range rowGroupColumns {
			t.StorageDescriptor.Columns = append(t.StorageDescriptor.Columns, glueapi.Column{Name: &c[0], Type: &c[1]})
		}
		t.StorageDescriptor.SerdeInfo = &glueapi.SerDeInfo{SerializationLibrary: new(parquetSerDe)}
		return &glueapi.GetTableOutput{Table: t}, nil
	case *s3api.GetObjectInput:
		text, from, to := l.objects[*in.Bucket+"/"+*in.Key], 0, 0
		if n, _ := fmt.Sscanf(rt.Val(in.Range), "bytes=%d-%d", &from, &to); n < 2 {
			to = len(text) - 1
		}
		return &s3api.GetObjectOutput{Body: strings.NewReader(text[from : to+1])}, nil
	}
	return l.lake.Invoke(ctx, m, op, in)
}

// What queries read, tell and are billed for under a held clock does not depend on which of a process' threads is first: it is in the rows of executions,
// which hash alike.
func TestSameBytesScannedWhoeverIsFirst(t *testing.T) {
	queries := []string{
		"SELECT id, text, n FROM t ORDER BY n DESC LIMIT 10",
		"SELECT text, few FROM t ORDER BY few LIMIT 20", // ties
		"SELECT a.text, b.n FROM t a JOIN t b ON a.id = b.n WHERE a.n < 50 ORDER BY b.few, a.id LIMIT 5",
		"SELECT text FROM (SELECT text, few FROM t WHERE n < 40000 UNION ALL SELECT text, n FROM t) ORDER BY few DESC LIMIT 7",
		"SELECT count(DISTINCT text), count(DISTINCT few) FROM t",
		"SELECT few % 7, count(*), min(text), count(DISTINCT n) FROM t GROUP BY few % 7",
		"SELECT text FROM t WHERE n % 1000 = 5",
		"SELECT id FROM t LIMIT 3",
		"SELECT id FROM (SELECT id, row_number() OVER (ORDER BY n) r FROM t) WHERE r < 4",
		"EXPLAIN ANALYZE SELECT text, few FROM t ORDER BY few LIMIT 20",
	}
	l := newRowGroups(t)
	const rounds = 5
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first string
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		for round := range rounds {
			got := l.told(t, queries)
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("round %d of %d threads:\n%s\nbut first\n%s", round, threads, got, first)
			}
		}
	}
}

// told is what a new estate says of queries: how much each has read, its result, and at last what hashes all its rows.
func (l rowGroups) told(t *testing.T, queries []string) string {
	own := rowGroups{l.copied()}
	f := beside(t, vfs.NewMem(), own)
	defer f.shut()
	var b strings.Builder
	for _, q := range queries {
		e := f.execution(f.start(q))
		if *e.Status.State != api.QueryExecutionStateSucceeded {
			t.Fatalf("%s: %s", q, rt.Val(e.Status.StateChangeReason))
		}
		if *e.Statistics.DataScannedInBytes == 0 {
			t.Fatalf("%s reads nothing", q)
		}
		fmt.Fprintf(&b, "%s: %d bytes\n%s\n", q, *e.Statistics.DataScannedInBytes, own.objects[strings.TrimPrefix(*e.ResultConfiguration.OutputLocation, "s3://")])
	}
	return b.String() + ok[string](t)(f.k.Hash(context.Background()))
}
