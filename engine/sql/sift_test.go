package sql_test

import (
	"context"
	"sync/atomic"
	"testing"

	"unyo/engine/sql"
	"unyo/engine/vector"
)

// sifting is a reader that leaves out rows by itself, and counts those it gives.
type sifting struct {
	vector.Reader
	sieves []vector.Sieve
	gave   *atomic.Int64 // by several workers
}

func (s *sifting) Sift(sieves []vector.Sieve) { s.sieves = sieves }

func (s *sifting) Next(ctx context.Context) (b *vector.Batch, err error) {
	for b == nil && err == nil {
		if b, err = s.Reader.Next(ctx); err == nil {
			b, err = b.Sift(ctx, s.sieves)
		}
	}
	if err == nil {
		s.gave.Add(int64(b.Len))
	}
	return b, err
}

// What a join's keys and the first rows of an order tell a table comes to it, also by several keys and through other joins and unions.
func TestSievesReach(t *testing.T) {
	for query, most := range map[string]int64{
		"SELECT count(*) FROM many b JOIN few f ON b.x = f.x":                                                                               2,
		"SELECT count(*) FROM many b JOIN keys k ON b.x = k.x AND b.name = k.name":                                                          150,
		"SELECT count(*) FROM (SELECT x, name FROM many UNION ALL SELECT x, name FROM many) b JOIN keys k ON b.x = k.x AND b.name = k.name": 300,
		"SELECT count(*) FROM many b LEFT JOIN people p ON b.name = p.name JOIN keys k ON b.x = k.x AND b.name = k.name":                    150,
		"SELECT b.x FROM many b LEFT JOIN people p ON b.name = p.name ORDER BY b.x LIMIT 3":                                                 90_000, // two workers' first batches
		"SELECT count(*) FROM few f LEFT JOIN many b ON b.x = f.x":                                                                          300_000,
	} {
		m := manyAndFew(t)
		m.add(t, "keys", "SELECT x * 2 AS x, 'n' || CAST(x * 2 % 600 + x % 2 AS varchar) AS name FROM UNNEST(sequence(0, 299)) a(x)", 1)
		want, gave, table := m.rows(query), new(atomic.Int64), m.tables["many"]
		scan := table.Scan
		table.Scan = func(ctx context.Context, want sql.Scan) ([]vector.Reader, error) {
			want.Domains = nil // by which rows are left out too
			readers, err := scan(ctx, want)
			for i, r := range readers {
				readers[i] = &sifting{Reader: r, gave: gave}
			}
			return readers, err
		}
		if got := m.rows(query); got != want || gave.Load() > most {
			t.Errorf("%s\n\tgives %s, not %s, of %d rows", query, got, want, gave.Load())
		}
	}
}
