package sql_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/vector"
)

// shared are questions whose work is divided among the workers, over manyAndFew.
var shared = []string{
	"SELECT f.n, b.x, b.name FROM many b JOIN few f ON b.x = f.x ORDER BY b.name",
	"SELECT p.city, count(*), sum(b.x) FROM many b LEFT JOIN people p ON b.name = p.name GROUP BY p.city",
	"SELECT count(*), sum(a.x), max(b.name) FROM many a JOIN many b ON a.x = b.x AND a.x % 7 < 5",
	"SELECT count(DISTINCT name), count(DISTINCT x % 1000), sum(DISTINCT x % 10), count(DISTINCT x) FILTER (WHERE x < 5) FROM many",
	"SELECT x % 3, count(DISTINCT name), max(x), count(DISTINCT nullif(x % 5, 2)) FROM many GROUP BY x % 3",
	"SELECT x % 3, name, count(DISTINCT x % 11), cardinality(array_agg(DISTINCT x % 2)) FROM many GROUP BY ROLLUP (x % 3, name) ORDER BY 1, 2",
	"SELECT x, count(*), max(name), min(name) FROM many WHERE x % 2 = 0 GROUP BY x",
	"SELECT name, x FROM many ORDER BY name DESC, x",
	"SELECT x % 100 AS a, name FROM many ORDER BY 1",
	"SELECT x % 100 AS a, name FROM many ORDER BY 1 DESC LIMIT 7000",
	"SELECT nullif(x % 100, 3) AS a, x FROM many ORDER BY 1 NULLS FIRST LIMIT 4000",
	"SELECT x FROM many WHERE x < 0 ORDER BY 1",
	"SELECT y, count(*) FROM (SELECT x % 5 y FROM many UNION ALL SELECT x FROM few UNION ALL SELECT max(x) FROM few) GROUP BY y ORDER BY 1",
	"SELECT e, count(*) FROM many CROSS JOIN UNNEST(ARRAY[x % 3, x % 2]) u(e) GROUP BY e",
}

// with is a session of so many workers.
func (m *memory) with(t *testing.T, workers int, query string) *sql.Query {
	return m.within(t, workers, 1<<28, query)
}

func (m *memory) within(t *testing.T, workers int, bytes int64, query string) *sql.Query {
	t.Helper()
	s := session
	s.Workers, s.Memory = workers, bytes
	parsed, err := sql.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	q, err := sql.Prepare(t.Context(), s, m, parsed.(*syntax.QueryStatement).Query)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// listed are its rows as texts, in order.
func (m *memory) listed(t *testing.T, workers int, query string) []string {
	t.Helper()
	q := m.with(t, workers, query)
	batches, err := read(q)
	if err != nil {
		t.Fatalf("%s\n\t%v", query, err)
	}
	return lines(q, batches)
}

// Several workers give what one gives, and the same rows in the same order each time. Of rows that an order cannot tell apart each number of workers has its own.
func TestWorkersAgree(t *testing.T) {
	m := manyAndFew(t)
	for _, query := range shared {
		one, two, five := m.listed(t, 1, query), m.listed(t, 2, query), m.listed(t, 5, query)
		for range 2 {
			if again := m.listed(t, 5, query); strings.Join(again, "\n") != strings.Join(five, "\n") {
				t.Errorf("%s: another order", query)
			}
		}
		whole := strings.Contains(query, "ORDER BY 1, 2") || strings.Contains(query, "DESC, x")
		if !whole { // rows that the order cannot tell apart, if there is one, come in another, and of the first ones others are there
			for _, list := range []*[]string{&one, &two, &five} {
				if strings.Contains(query, "LIMIT") {
					for i, row := range *list {
						(*list)[i], _, _ = strings.Cut(row, "|")
					}
				}
				slices.Sort(*list)
			}
		}
		for i, list := range [][]string{two, five} {
			if strings.Join(list, "\n") != strings.Join(one, "\n") {
				t.Errorf("%s: %d workers give %d rows, not %d: %.200q, not %.200q", query, 2+3*i, len(list), len(one), list, one)
			}
		}
	}
}

// Workers tell each other's readers what the first rows of an order need no more, and those are the same, the like of the last among them, whoever is first.
func TestWorkersFirstRows(t *testing.T) {
	m := world(t)
	m.tables["f"] = groupedFiles(t, 6)
	for _, query := range []string{
		"SELECT n / 50 AS k, id, text FROM f ORDER BY 1 DESC LIMIT 75",
		"SELECT n / 50 AS k, id, text FROM f ORDER BY 1, id LIMIT 75",
		"SELECT id, text FROM f ORDER BY n LIMIT 10",
		"SELECT id, nullif(n % 9, 4) FROM f ORDER BY 2 NULLS FIRST LIMIT 3",
	} {
		for _, workers := range []int{2, 4} {
			first := m.listed(t, workers, query)
			for range 10 {
				if again := m.listed(t, workers, query); !slices.Equal(again, first) {
					t.Fatalf("%s: %d workers give\n%q, then\n%q", query, workers, first, again)
				}
			}
			if one := m.listed(t, 1, query); !strings.Contains(query, "DESC") && !strings.Contains(query, "NULLS") && !slices.Equal(one, first) {
				t.Errorf("%s: %d workers give\n%q, one\n%q", query, workers, first, one)
			}
		}
	}
}

// failing is a reader that fails, or ends its query, after some rows.
type failing struct {
	vector.Reader
	err error
}

func (f *failing) Next(ctx context.Context) (*vector.Batch, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.Reader.Next(ctx)
}

// What goes wrong in one worker ends the query with its error, whichever it is; and nobody goes on then.
func TestWorkerFails(t *testing.T) {
	broken := errors.New("broken")
	m := manyAndFew(t)
	scan := m.tables["many"].Scan
	for _, at := range []int{0, 1, 5} {
		m.tables["many"].Scan = func(ctx context.Context, want sql.Scan) ([]vector.Reader, error) {
			readers, err := scan(ctx, want)
			readers[at] = &failing{readers[at], broken}
			return readers, err
		}
		for _, query := range shared {
			if _, err := read(m.with(t, 3, query)); !errors.Is(err, broken) {
				t.Errorf("%s, piece %d: %v", query, at, err)
			}
		}
	}
	m.tables["many"].Scan = scan
	for _, query := range []string{
		"SELECT x FROM many WHERE 1 / (x - 299998) < 7 ORDER BY name", "SELECT count(DISTINCT 1 / (x - 299998)) FROM many", "SELECT b.name, count(*) FROM many b JOIN people p ON b.name = p.name AND b.x / (b.x - b.x) > 1 GROUP BY 1",
		"SELECT sum(1 / (b.x - 299999)) FROM many b JOIN few f ON b.x = f.x",
	} {
		if strings.Contains(query, "people") {
			m.add(t, "people", "SELECT 'n5' AS name", 1)
		}
		if _, err := read(m.with(t, 3, query)); !fault.Named(err, "DIVISION_BY_ZERO") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// A query that is ended ends in all workers.
func TestWorkersEnded(t *testing.T) {
	m := manyAndFew(t)
	scan := m.tables["many"].Scan
	for _, query := range shared {
		ctx, cancel := context.WithCancel(t.Context())
		var read atomic.Int64
		m.tables["many"].Scan = func(ctx context.Context, want sql.Scan) ([]vector.Reader, error) {
			readers, err := scan(ctx, want)
			for i, r := range readers {
				readers[i] = &ending{r, func() {
					if read.Add(1) == 2 {
						cancel()
					}
				}}
			}
			return readers, err
		}
		q := m.with(t, 3, query)
		r, err := q.Run(ctx)
		if err == nil {
			_, err = r.Next(ctx)
			err = errors.Join(err, r.Close())
		}
		if !errors.Is(err, context.Canceled) || read.Load() > 5 {
			t.Errorf("%s: %v, %d batches", query, err, read.Load())
		}
	}
}

// ending is a reader that tells when it is read.
type ending struct {
	vector.Reader
	read func()
}

func (e *ending) Next(ctx context.Context) (*vector.Batch, error) {
	e.read()
	return e.Reader.Next(ctx)
}

// What several workers hold together is the query's.
func TestWorkersMemory(t *testing.T) {
	m := manyAndFew(t)
	for _, query := range []string{
		"SELECT x, name FROM many ORDER BY name", "SELECT count(DISTINCT name || CAST(x AS varchar)) FROM many", "SELECT x, array_agg(name) FROM many GROUP BY x", "SELECT name, count(DISTINCT x) FROM many GROUP BY name",
	} {
		if _, err := read(m.within(t, 3, 4<<20, query)); !fault.Named(err, fault.ExceededMemory) {
			t.Errorf("%s: %v", query, err)
		}
	}
}
