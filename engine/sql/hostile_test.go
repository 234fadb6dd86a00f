package sql_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"unyo/engine/sql"
	"unyo/engine/vector"
	"unyo/internal/hostile"
)

const (
	mega    = "rpad('', 1000000, 'xy ')"                                         // a text of a megabyte
	many    = "UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y)" // a hundred million rows
	some    = "UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 100)) b(y)"   // a million
	few     = "UNNEST(sequence(1, 10000)) a(x)"                                  // ten thousand
	wide    = "repeat(" + mega + ", 10)"                                         // ten megabytes
	tooMuch = "!EXCEEDED_LOCAL_MEMORY_LIMIT"
)

var t0 = context.Background()

// harmful are queries that mean harm, each with how it must end: an error's name behind an exclamation mark, or rows.
var harmful = [][2]string{
	{"SELECT array_agg(x) OVER () FROM " + some, tooMuch},
	{"SELECT array_agg(x) OVER (ORDER BY x) FROM " + some, tooMuch},
	{"SELECT array_agg(x) OVER (ORDER BY x) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 4)) b(y)", tooMuch},
	{"SELECT first_value(rpad(CAST(x AS varchar), 1000000, 'x')) OVER (ORDER BY x) FROM " + few, tooMuch},
	{"SELECT lag(" + mega + ") OVER (ORDER BY x) FROM " + few, tooMuch},
	{"SELECT listagg(" + mega + ", ',') WITHIN GROUP (ORDER BY x) FROM " + few, "!"},
	{"SELECT listagg(CAST(x AS varchar), ',') WITHIN GROUP (ORDER BY x) FROM " + many, "!"},
	{"SELECT listagg(" + mega + ", ',') WITHIN GROUP (ORDER BY x) OVER () FROM " + few, "!"},
	{"SELECT flatten(transform(sequence(1, 10000), x -> repeat(x, 10000)))", tooMuch},
	{"SELECT flatten(transform(sequence(1, 10000), x -> sequence(x, x + 9999))) FROM " + few, tooMuch},
	{"SELECT flatten(repeat(sequence(1, 10000), 10000))", tooMuch},
	{"SELECT transform(sequence(1, 10000), x -> " + mega + ") FROM " + few, tooMuch},
	{"SELECT transform(sequence(1, 10000), x -> rpad('', 1000000, CAST(x AS varchar)))", tooMuch},
	{"SELECT reduce(sequence(1, 10000), '', (s, x) -> s || " + mega + ", s -> s)", tooMuch},
	{"SELECT reduce(sequence(1, 10000), ARRAY[1], (s, x) -> s || s, s -> s)", tooMuch},
	{"SELECT map_agg(rpad(CAST(x AS varchar), 100000, 'x'), y) FROM " + some, tooMuch},
	{"SELECT map_agg(x, " + mega + ") FROM " + few, tooMuch},
	{"SELECT multimap_agg(y, " + wide + ") FROM " + some, tooMuch},
	{"SELECT histogram(rpad(CAST(x AS varchar), 100000, 'x')) FROM " + some, tooMuch},
	{"SELECT array_agg(" + wide + ") FROM " + few, tooMuch},
	{"SELECT x, array_agg(" + mega + ") FROM " + some + " GROUP BY x", tooMuch},
	{"SELECT array_agg(ARRAY[ARRAY[" + mega + "]]) FROM " + few, tooMuch},
	{"SELECT map_union(map(ARRAY[x], ARRAY[" + wide + "])) FROM " + few, tooMuch},
	{"SELECT max_by(" + wide + ", x, 10000) FROM " + some, tooMuch},
	{"SELECT zip(a, a, a, a) FROM (SELECT transform(sequence(1, 10000), x -> rpad('', 10000, 'x')) a)", "a value"},
	{"SELECT array_union(a, transform(a, x -> x || 'y')) FROM (SELECT transform(sequence(1, 5000), x -> rpad(CAST(x AS varchar), 20000, 'x')) a)", tooMuch},
	{"SELECT cardinality(split(" + mega + ", 'x')) FROM " + few, "333335"},
	{"SELECT split(" + mega + ", 'x') FROM " + few, "a value"},
	{"SELECT regexp_extract_all(" + mega + ", '" + strings.Repeat("()", 500) + "')", tooMuch},
	{"SELECT regexp_extract_all(" + mega + ", '.') FROM " + few, "a value"},
	{"SELECT regexp_split(" + mega + ", '') FROM " + few, "a value"},
	{"SELECT regexp_replace(" + mega + ", '.', " + mega + ")", tooMuch},
	{"SELECT regexp_like(" + mega + ", '((a|b|c|x|y| ){1,30}){1,30}z')", "!REGEXP_TIMEOUT"},
	{"SELECT json_parse('[' || rpad('', 1000000, '1,') || '1]') FROM " + few, "a value"},
	{"SELECT CAST(json_parse('[' || rpad('', 1000000, '1,') || '1]') AS array(varchar)) FROM " + few, "a value"},
	{"SELECT count(DISTINCT rpad(CAST(x AS varchar), 100000, 'x')) FROM " + some, tooMuch},
	{"SELECT count(*) FROM (SELECT DISTINCT x, y FROM " + many + ")", tooMuch},
	{"SELECT rpad(CAST(x AS varchar), 100000, 'x') FROM " + some + " EXCEPT SELECT 'a'", tooMuch},
	{"SELECT 'a' INTERSECT SELECT rpad(CAST(x AS varchar), 100000, 'x') FROM " + some, tooMuch},
	{"SELECT rpad(CAST(x AS varchar), 100000, 'x') s FROM " + some + " ORDER BY s", tooMuch},
	{"SELECT x, y FROM " + many + " ORDER BY x + y", tooMuch},
	{"SELECT " + strings.Repeat("rpad(CAST(x AS varchar), 100000, 'x'), ", 30) + "1 FROM " + few, tooMuch},
	{"SELECT count(*) FROM (SELECT " + mega + " s FROM " + few + ") p JOIN (SELECT x FROM UNNEST(sequence(1, 100)) c(x)) q ON length(s) > x", "1000000"},
	{"SELECT count(*) FROM (SELECT rpad(CAST(x AS varchar), 100000, 'x') s FROM " + few + ") p, (SELECT rpad(CAST(x AS varchar), 100000, 'x') s FROM " + few + ") q WHERE p.s = q.s", tooMuch},
	{"SELECT sum(length(s)) FROM (SELECT rpad('', 1000000, 'x') || CAST(x AS varchar) s FROM UNNEST(sequence(1, 3)) a(x)), UNNEST(sequence(1, 10000)) b(y)", "30000030000"},
	{"SELECT cardinality(cast(row(" + wide + ") AS row(a array(varchar))).a) FROM " + many + " WHERE x < 0", ""},
}

// A process of its own asks one hostile query.
func TestHostileProcess(t *testing.T) {
	hostile.Answer(t, 1200<<20, func(query string) string {
		m := &memory{map[string]*sql.Table{}, map[string]sql.Scan{}}
		saved := session.Memory
		session.Memory = 0
		defer func() { session.Memory = saved }()
		return ask(m, query)
	})
}

// ask is the first value of a query's last row, or the error. It keeps no rows, as one who writes them does not.
func ask(m *memory, query string) (last string) {
	q, err := m.prepare(query)
	if err != nil {
		return "!" + err.Error()
	}
	r, err := q.Run(t0)
	if err != nil {
		return "!" + err.Error()
	}
	defer r.Close()
	for {
		b, err := r.Next(t0)
		if err != nil {
			if err.Error() == "EOF" {
				return last
			}
			return "!" + err.Error()
		}
		last = text(q, b)
	}
}

func text(q *sql.Query, b *vector.Batch) string {
	v, i := b.Columns[0].At(b.Len - 1)
	if v.Kind != vector.Int {
		return "a value"
	}
	return sql.Text(q.Columns[0].Type, v, i)
}

// Whatever a query asks for, it holds no more than a gigabyte and what is made of one batch, and says so when that is not enough. Two gigabytes
// are what a collector that runs late on a busy machine leaves of it; without the limit these queries take three to ten.
func TestHostileMemory(t *testing.T) {
	for i, c := range harmful {
		if !hostile.All() && i%4 != 0 {
			continue
		}
		answer, peak, ok := hostile.Ask(t, c[0])
		if !ok {
			continue
		}
		if answer != c[1] && (c[1] == "" || c[1][0] != '!' || !strings.HasPrefix(answer, c[1])) {
			t.Errorf("%s\n\tgives %.300q, want %q", c[0], answer, c[1])
		}
		if len(answer) > 1200 {
			t.Errorf("%s\n\tthe error has %d bytes", c[0], len(answer))
		}
		if peak > 2<<30 {
			t.Errorf("%s\n\tpeak %d MiB", c[0], peak>>20)
		}
	}
}

// A regular expression over one long text ends with the query.
func TestLongPatternEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t0, 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	for _, query := range []string{"regexp_like(s, p)", "regexp_count(s, p)", "regexp_extract(s, p)", "regexp_replace(s, p, 'x')", "regexp_split(s, p)"} {
		q, err := world(t).prepare("SELECT " + query + " FROM (VALUES (rpad('', 1000000, 'xy '), '((a|b|c|x|y| ){1,8}){1,8}z')) v(s, p)")
		if err == nil {
			var r vector.Reader
			if r, err = q.Run(ctx); err == nil {
				_, err = r.Next(ctx)
				r.Close()
			}
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s ends with %v", query, err)
		}
	}
	if d := time.Since(begun); d > 2*time.Minute {
		t.Errorf("it took %v", d)
	}
}
