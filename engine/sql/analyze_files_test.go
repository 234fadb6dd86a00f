//go:build linux

package sql_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"unyo/engine/columnar"
	"unyo/engine/sql"
	"unyo/engine/vector"
)

// sortedFile is a Parquet file of 60,000 rows in row groups and pages: ids in order, texts, numbers in none.
func sortedFile(t *testing.T) *sql.Table { return groupedFiles(t, 1) }

// groupedFiles are such rows in several files.
func groupedFiles(t *testing.T, files int) *sql.Table {
	dir := t.TempDir()
	for f := range files {
		writeGrouped(t, fmt.Sprintf("%s/%d.parquet", dir, f), 60_000/files*f, 60_000/files*(f+1))
	}
	return filesOf(t, dir+"/*.parquet", "id", "bigint", "text", "string", "n", "bigint")
}

func writeGrouped(t *testing.T, name string, from, to int) {
	var schema columnar.Schema
	for _, c := range [][2]string{{"id", "bigint"}, {"text", "string"}, {"n", "bigint"}} {
		typ, err := columnar.ParseType(c[1])
		if err != nil {
			t.Fatal(err)
		}
		schema = append(schema, columnar.Field{Name: c[0], Type: typ})
	}
	var file bytes.Buffer
	w, err := columnar.Parquet{BlockSize: 100_000, PageSize: 10_000}.NewWriter(&file, schema)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < to; i++ {
		row := []columnar.Value{{Valid: true, Int: int64(i)}, {Valid: true, Bytes: fmt.Append(nil, "text ", i)}, {Valid: true, Int: int64(i*7919) % 60_000}}
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What bounds and sieves leave out is told, and as little is read as when nobody measures.
func TestAnalyzeSieves(t *testing.T) {
	m := world(t)
	m.tables["f"] = sortedFile(t)
	m.add(t, "few", "SELECT CAST(x AS bigint) x FROM (VALUES 5, 7) v (x)", 1)
	for query, given := range map[string]int{
		"SELECT max(text) FROM f WHERE id BETWEEN 30000 AND 30099": 100,
		"SELECT max(text) FROM f WHERE n = 5":                      1,
		"SELECT max(text) FROM f JOIN few ON f.n = few.x":          2,
		"SELECT text FROM f ORDER BY n LIMIT 2":                    5000, // or fewer
	} {
		q, err := m.prepare(query)
		if err != nil {
			t.Fatal(err)
		}
		r, err := q.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = r.Next(t.Context())
		}
		plain := r.Scanned()
		r.Close()
		text, err := q.Analyze(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		said := regexp.MustCompile(`TableScan\[[^]]*\bf\].*\n\s*Input: (\S+), Unread: (\d+) of \d+ row groups, (\d+) rows \(\S+\), Sifted: (\d+) rows, Output: (\d+) rows`).FindStringSubmatch(text)
		if said == nil {
			t.Fatalf("%s\n%s", query, text)
		}
		if strings.Contains(query, "few") {
			plain -= 100 // what a table in memory says
		}
		if said[1] != sizeText(plain) {
			t.Errorf("%s: measured it reads %s, else %s", query, said[1], sizeText(plain))
		}
		number := func(i int) int { n, _ := strconv.Atoi(said[i]); return n }
		if number(2) == 0 || number(3)+number(4) != 60_000 || number(5) > given || given < 5000 && number(5) < given {
			t.Errorf("%s\n%s", query, text)
		}
	}
}

func sizeText(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.4gMB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%dB", n)
}

// waiting is a reader that waits before it reads.
type waiting struct{ vector.Reader }

func (w waiting) Next(ctx context.Context) (*vector.Batch, error) {
	time.Sleep(200 * time.Millisecond)
	return w.Reader.Next(ctx)
}

// Who waits keeps no processor busy.
func TestAnalyzeWaits(t *testing.T) {
	m := manyAndFew(t)
	scan := m.tables["few"].Scan
	m.tables["few"].Scan = func(ctx context.Context, want sql.Scan) ([]vector.Reader, error) {
		readers, err := scan(ctx, want)
		for i, r := range readers {
			readers[i] = waiting{r}
		}
		return readers, err
	}
	q, err := m.prepare("SELECT n, count(*) FROM few GROUP BY n")
	if err != nil {
		t.Fatal(err)
	}
	text, err := q.Analyze(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range regexp.MustCompile(`CPU: ([0-9.]+)ms`).FindAllStringSubmatch(text, -1) {
		if ms, err := strconv.ParseFloat(said[1], 64); err != nil || ms > 100 {
			t.Errorf("%s", text)
		}
	}
}
