package sql_test

import (
	"context"
	"fmt"
	"testing"

	"unyo/engine/sql"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// requests is a table like an access log: as parquet gives it, texts under dictionaries, in batches.
func requests(m *memory, batches int) {
	const n = vector.BatchRows
	methods, paths := vector.New(vector.Bytes), vector.New(vector.Bytes)
	for _, s := range []string{"GET", "POST", "PUT", "DELETE"} {
		methods.AppendText([]byte(s))
	}
	for i := range 5000 {
		paths.AppendText(fmt.Appendf(nil, "/api/v2/items/%d/detail", i*7))
	}
	table := &sql.Table{Columns: []sql.Column{{Name: "method", Type: types.Text}, {Name: "path", Type: types.Text}, {Name: "status", Type: types.Int}, {Name: "bytes", Type: types.Big},
		{Name: "took", Type: types.Float}, {Name: "id", Type: types.Text}}}
	all := &vector.Batch{Len: n, Columns: []*vector.Vector{{Kind: vector.Bytes, Len: n, Dict: methods}, {Kind: vector.Bytes, Len: n, Dict: paths}, vector.New(vector.Int), vector.New(vector.Int),
		vector.New(vector.Float), vector.New(vector.Bytes)}}
	for i := range n {
		h := uint32(i) * 2654435761
		all.Columns[0].Index = append(all.Columns[0].Index, h>>7%4)
		all.Columns[1].Index = append(all.Columns[1].Index, h>>9%5000)
		all.Columns[2].AppendInt(int64(200 + h>>11%5*100))
		all.Columns[3].AppendInt(int64(h >> 13 % 100000))
		all.Columns[4].AppendFloat(float64(h>>5%1000) / 1000)
		all.Columns[5].AppendText(fmt.Appendf(nil, "%08x%08x", h, i))
	}
	table.Scan = func(_ context.Context, want sql.Scan) (out []vector.Reader, _ error) {
		b := &vector.Batch{Len: n}
		for _, c := range want.Columns {
			b.Columns = append(b.Columns, all.Columns[c])
		}
		for range batches {
			out = append(out, &piece{batch: b})
		}
		return out, nil
	}
	m.tables["requests"] = table
}

func BenchmarkQueries(b *testing.B) {
	for name, query := range map[string]string{
		"count by status":     "SELECT status, count(*), sum(bytes) FROM requests GROUP BY status",
		"count by two texts":  "SELECT method, path, count(*), avg(took) FROM requests GROUP BY method, path",
		"count by id":         "SELECT id, count(*) FROM requests GROUP BY id",
		"filter and sum":      "SELECT sum(bytes) FROM requests WHERE status = 500 AND took > 0.5",
		"like":                "SELECT count(*) FROM requests WHERE path LIKE '%/items/7%'",
		"like of plain texts": "SELECT count(*) FROM requests WHERE id LIKE '%ff0%'",
		"top ten":             "SELECT * FROM requests ORDER BY bytes DESC LIMIT 10",
		"join":                "SELECT count(*) FROM requests r JOIN (SELECT DISTINCT path p FROM requests) d ON r.path = d.p",
		"in":                  "SELECT count(*) FROM requests WHERE id IN (SELECT id FROM requests WHERE status = 200)",
		"filter and project":  "SELECT id, bytes * 2 FROM requests WHERE method = 'GET'",
	} {
		b.Run(name, func(b *testing.B) {
			m := &memory{map[string]*sql.Table{}, map[string]sql.Scan{}}
			requests(m, 128) // a million rows
			for b.Loop() {
				q, err := m.prepare(query)
				if err != nil {
					b.Fatal(err)
				}
				r, err := q.Run(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				for {
					if _, err := r.Next(context.Background()); err != nil {
						break
					}
				}
				r.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(128*vector.BatchRows), "ns/row")
		})
	}
}

func BenchmarkCorrelated(b *testing.B) {
	m := &memory{map[string]*sql.Table{}, map[string]sql.Scan{}}
	requests(m, 4)
	for b.Loop() {
		q, err := m.prepare("SELECT count(*) FROM requests r WHERE bytes > (SELECT avg(bytes) FROM requests s WHERE s.id = r.id)")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := read(q); err != nil {
			b.Fatal(err)
		}
	}
}
