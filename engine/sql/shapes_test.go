package sql_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unyo/engine/sql"
	"unyo/engine/vector"
)

// shaped gives a batch in smaller ones, as readers of files may: each column flat or under a dictionary, which is the same for all batches, has its
// entries in no order, some of them twice or unused, and a null among them; all else is used again for the next batch.
type shaped struct {
	piece *piece
	from  *vector.Batch
	rand  *rand.Rand
	at    int
	dicts []*vector.Vector // nil of a flat column
	index [][]uint32       // of the rows of from
	out   *vector.Batch
}

func newShaped(p *piece, r *rand.Rand) *shaped {
	from := p.batch
	s := &shaped{piece: p, from: from, rand: r, dicts: make([]*vector.Vector, len(from.Columns)), index: make([][]uint32, len(from.Columns)), out: &vector.Batch{}}
	for c, v := range from.Columns {
		if s.out.Columns = append(s.out.Columns, vector.New(v.Kind)); r.IntN(2) == 0 {
			continue
		}
		order := r.Perm(v.Len)
		rows := make([]uint32, v.Len)
		s.index[c] = make([]uint32, v.Len)
		for place, row := range order {
			rows[place], s.index[c][row] = uint32(row), uint32(place)
		}
		s.dicts[c] = v.Pick(append(rows, rows[:min(3, len(rows))]...))
		s.dicts[c].AppendNull()
		s.out.Columns[c] = &vector.Vector{Kind: v.Kind, Dict: s.dicts[c]}
	}
	return s
}

func (s *shaped) Next(ctx context.Context) (*vector.Batch, error) {
	n := min(s.from.Len-s.at, 1+s.rand.IntN(vector.BatchRows))
	if n == 0 {
		return nil, io.EOF
	}
	for c, v := range s.out.Columns {
		if s.dicts[c] != nil {
			v.Len, v.Index = n, append(v.Index[:0], s.index[c][s.at:s.at+n]...)
			continue
		}
		v.Reset()
		for i := range n {
			v.Append(s.from.Columns[c], s.at+i)
		}
	}
	s.at += n
	s.out.Len = n
	b, err := s.piece.useful(&vector.Batch{Len: n, Columns: slices.Clone(s.out.Columns)})
	if err == io.EOF {
		return s.Next(ctx)
	}
	return b, err
}

func (s *shaped) Scanned() int64 { return int64(s.at) }
func (s *shaped) Close() error   { return nil }

// shape lets a table come as its readers may give it.
func (m *memory) shape(r *rand.Rand, names ...string) {
	for _, name := range names {
		scan := m.tables[name].Scan
		m.tables[name].Scan = func(ctx context.Context, want sql.Scan) (out []vector.Reader, _ error) {
			list, err := scan(ctx, want)
			for _, p := range list {
				out = append(out, newShaped(p.(*piece), rand.New(rand.NewPCG(r.Uint64(), 1)))) // workers read beside each other
			}
			return out, err
		}
	}
}

// wideTable is random rows of many values: near and far integers, texts, floats with NaN and both zeros, decimals of both widths, dates.
func wideTable(r *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		null := func(s string) string {
			if r.IntN(20) == 0 {
				return "NULL"
			}
			return s
		}
		k := r.IntN(300)
		float := fmt.Sprintf("%de0", r.IntN(200)-100)
		if r.IntN(30) == 0 {
			float = []string{"nan()", "-0e0", "0e0", "infinity()"}[r.IntN(4)]
		}
		fmt.Fprintf(&b, "(%s, %s, %s, %s, %s, %s, %s)", null(fmt.Sprint(k-20)), null(fmt.Sprint(int64(r.IntN(300))*1_000_000_007)), null(fmt.Sprintf("'key %d'", r.IntN(300))), null(float),
			null(fmt.Sprintf("%d.%d", r.IntN(100), r.IntN(10))), null(fmt.Sprintf("date_add('day', %d, DATE '2020-01-01')", r.IntN(400))), null([]string{"true", "false"}[r.IntN(2)]))
	}
	return "SELECT CAST(a AS integer) a, CAST(b AS bigint) b, CAST(c AS varchar) c, CAST(d AS double) d, CAST(e AS decimal(10,2)) e, CAST(e AS decimal(30,2)) w, CAST(f AS date) f, CAST(g AS boolean) g FROM (VALUES " +
		b.String() + ") v (a, b, c, d, e, f, g)"
}

// TestShapesAgainstReference asks of tables of more rows than a batch, in all shapes, by keys of all kinds.
func TestShapesAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(*randomSeed, 11))
	m := world(t)
	for _, n := range []struct {
		name string
		rows int
	}{{"t", 8500}, {"u", 70}} {
		m.add(t, n.name, wideTable(r, n.rows), 2)
	}
	m.shape(r, "t", "u")
	same := func(query string) {
		got, gotErr := m.keys(query)
		want, wantErr := m.plain(t, query)
		if gotErr != nil || wantErr != nil {
			t.Fatalf("%s\n%v\n%v", query, gotErr, wantErr)
		}
		if !strings.Contains(query, "ORDER BY") {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\ngives %d rows, wants %d", query, len(got), len(want))
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("row %d: %q, not %q", i, got[i], want[i])
				}
			}
		}
	}
	for _, k := range []string{"a", "b", "c", "d", "e", "w", "f", "g"} {
		other := string("abcdewf"[r.IntN(7)])
		for _, query := range []string{
			"SELECT count(DISTINCT %k), count(%k) FROM t",
			"SELECT count(DISTINCT %k) FILTER (WHERE b > 1000000007) FROM t",
			"SELECT %k, count(*), count(DISTINCT %o), max(%o) FROM t GROUP BY %k",
			"SELECT %k, g, %o, count(*) FROM t GROUP BY %k, g, %o",
			"SELECT DISTINCT %k, a FROM u",
			"SELECT a, %k, b FROM t ORDER BY %k, b, a, c, d, e, f, g LIMIT 12",
			"SELECT %k, c, e FROM t ORDER BY %k DESC, c, e, a, b, d, f, g LIMIT 5",
			"SELECT %k, c, e FROM t ORDER BY %k DESC NULLS FIRST, c, e, a, b, d, f, g LIMIT 700",
			"SELECT %k, c, e FROM t ORDER BY %k NULLS FIRST, c, e, a, b, d, f, g OFFSET 3 LIMIT 100",
			"SELECT count(*) FROM (SELECT %k FROM t ORDER BY %k LIMIT 0)",
			"SELECT u.c, count(*), count(t.a), min(t.d) FROM t JOIN (SELECT %k x, max(c) c FROM u GROUP BY %k) u ON t.%k = u.x GROUP BY u.c",
			"SELECT t.a, u.x, u.c, u.a FROM t LEFT JOIN (SELECT %k x, max(c) c, max(a) a FROM u WHERE g GROUP BY %k) u ON t.%k = u.x",
			"SELECT count(*), sum(t.b), sum(u.b) FROM u RIGHT JOIN t ON t.%k = u.%k AND t.g",
			"SELECT count(*), count(t.a), count(u.a) FROM (SELECT * FROM t WHERE a < 3) t FULL JOIN u ON t.%k = u.%k AND t.a = u.a",
			"SELECT count(*) FROM u WHERE %k IN (SELECT %k FROM u WHERE a > 100)",
		} {
			if k == "g" && strings.Contains(query, "u.%k") {
				continue // millions of pairs
			}
			same(strings.NewReplacer("%k", k, "%o", other).Replace(query))
		}
	}
}
