package sql_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/engine/sql"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// memory is a catalogue of tables in memory. It remembers the last scan that was asked of each.
type memory struct {
	tables map[string]*sql.Table
	scans  map[string]sql.Scan
}

func (m *memory) Table(_ context.Context, catalog, schema, table string) (*sql.Table, error) {
	return m.tables[table], nil
}

// piece gives a batch, without the rows that are known to be of no use when it is asked.
type piece struct {
	batch *vector.Batch
	want  sql.Scan
	done  bool
}

func (p *piece) Next(context.Context) (*vector.Batch, error) {
	if p.done || p.batch.Len == 0 {
		return nil, io.EOF
	}
	p.done = true
	return p.useful(p.batch)
}

// useful is the rows that are wanted now.
func (p *piece) useful(b *vector.Batch) (*vector.Batch, error) {
	if len(p.want.Domains) == 0 {
		return b, nil
	}
	var rows []uint32
	for i := range b.Len {
		is := true
		for c, d := range p.want.Domains {
			if at := slices.Index(p.want.Columns, c); at >= 0 {
				is = is && d.Advice().Has(b.Columns[at], i)
			}
		}
		if is {
			rows = append(rows, uint32(i))
		}
	}
	if len(rows) == 0 {
		return nil, io.EOF
	}
	return b.Pick(rows), nil
}
func (p *piece) Scanned() int64 {
	if p.done {
		return 100
	}
	return 0
}
func (p *piece) Close() error { return nil }

// add makes a table of what a query gives, in pieces.
func (m *memory) add(t testing.TB, name, query string, pieces int) {
	t.Helper()
	q, batches := m.run(t, query)
	table := &sql.Table{}
	for _, c := range q.Columns {
		table.Columns = append(table.Columns, sql.Column{Name: strings.ToLower(c.Name), Type: c.Type})
	}
	all := &vector.Batch{}
	for _, c := range q.Columns {
		all.Columns = append(all.Columns, c.Type.New())
	}
	for _, b := range batches {
		for i, c := range b.Columns {
			for j := range b.Len {
				all.Columns[i].Append(c, j)
			}
		}
		all.Len += b.Len
	}
	table.Scan = func(_ context.Context, want sql.Scan) ([]vector.Reader, error) {
		m.scans[name] = want
		var out []vector.Reader
		for p := range pieces {
			from, to := p*all.Len/pieces, (p+1)*all.Len/pieces
			rows := make([]uint32, 0, to-from)
			for i := from; i < to; i++ {
				rows = append(rows, uint32(i))
			}
			b := &vector.Batch{Len: len(rows)}
			for _, c := range want.Columns {
				b.Columns = append(b.Columns, all.Columns[c].Pick(rows))
			}
			out = append(out, &piece{batch: b, want: want})
		}
		return out, nil
	}
	m.tables[name] = table
}

var session = sql.Session{Catalog: "awsdatacatalog", Schema: "default", User: "me", Now: time.Date(2020, 5, 10, 12, 34, 56, 789e6, time.UTC), Seed: 1, Memory: 1 << 26}

func (m *memory) prepare(query string, params ...syntax.Expr) (*sql.Query, error) {
	s, err := sql.Parse(query)
	if err != nil {
		return nil, err
	}
	return sql.Prepare(context.Background(), session, m, s.(*syntax.QueryStatement).Query, params...)
}

func read(q *sql.Query) ([]*vector.Batch, error) {
	r, err := q.Run(context.Background())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []*vector.Batch
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		c := &vector.Batch{Len: b.Len} // the reader's own is valid until the next only
		for _, v := range b.Columns {
			if err := v.Check(); err != nil {
				return nil, err
			}
			n := vector.New(v.Kind)
			for i := range v.Len {
				n.Append(v, i)
			}
			c.Columns = append(c.Columns, n)
		}
		out = append(out, c)
	}
}

func (m *memory) run(t testing.TB, query string) (*sql.Query, []*vector.Batch) {
	t.Helper()
	q, err := m.prepare(query)
	if err != nil {
		t.Fatalf("%s\n\t%v", query, err)
	}
	out, err := read(q)
	if err != nil {
		t.Fatalf("%s\n\t%v", query, err)
	}
	return q, out
}

// rows are a query's rows as texts: values between |, rows between newlines; the error instead when there is one.
func (m *memory) rows(query string, params ...syntax.Expr) string {
	q, err := m.prepare(query, params...)
	if err != nil {
		return err.Error()
	}
	batches, err := read(q)
	if err != nil {
		return err.Error()
	}
	return strings.Join(lines(q, batches), "\n")
}

// lines are rows as texts, one by one.
func lines(q *sql.Query, batches []*vector.Batch) (out []string) {
	for _, b := range batches {
		for i := range b.Len {
			var row []string
			for c, v := range b.Columns {
				s := "NULL"
				if !v.IsNull(i) {
					s = types.Format(q.Columns[c].Type, v, i)
				}
				row = append(row, s)
			}
			out = append(out, strings.Join(row, "|"))
		}
	}
	return out
}

func world(t testing.TB) *memory {
	m := &memory{map[string]*sql.Table{}, map[string]sql.Scan{}}
	m.add(t, "orders", `SELECT * FROM (VALUES (1, 'ada', 10.50, DATE '2020-01-01'), (2, 'bob', 20.00, DATE '2020-01-02'), (3, 'ada', 5.25, DATE '2020-01-02'),
		(4, NULL, 7.00, DATE '2020-01-03'), (5, 'cyd', NULL, NULL)) AS t (id, name, price, day)`, 3)
	m.add(t, "people", `SELECT * FROM (VALUES ('ada', 'London'), ('bob', 'Paris'), ('eve', 'Rome')) AS t (name, city)`, 1)
	return m
}
