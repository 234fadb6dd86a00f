package sql_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// FuzzQuery runs what can be parsed: it answers or refuses, within bounds, and is never at fault itself.
func FuzzQuery(f *testing.F) {
	for _, list := range pages {
		for i, c := range list {
			if i%4 == 0 {
				f.Add("SELECT " + c[0])
			}
		}
	}
	for _, list := range aggregated {
		for _, c := range list {
			f.Add("SELECT " + c[0] + " FROM (VALUES (1, 'a'), (NULL, 'b')) AS t (x, g)")
		}
	}
	f.Add("SELECT p.name, (SELECT count(*) FROM orders o WHERE o.name = p.name) FROM people p JOIN orders USING (name) GROUP BY ROLLUP (1) ORDER BY 1 LIMIT 3")
	f.Add("WITH a AS (SELECT 1 x UNION SELECT 2) SELECT *, sum(x) OVER (ORDER BY x) FROM a CROSS JOIN UNNEST(ARRAY[1, x]) u(y) WHERE x IN (SELECT 1)")
	f.Add("WITH RECURSIVE t(n) AS (SELECT id FROM orders UNION SELECT n + 1 FROM t JOIN people p ON t.n < 3) SELECT count(*) FROM t LEFT JOIN people ON t.n = (SELECT max(id) FROM orders)")
	f.Add("SELECT json_value(d, 'lax $.a[0 to last]?(@ > $N)' PASSING 1 AS n RETURNING bigint DEFAULT 1 / 0 ON EMPTY NULL ON ERROR), json_query(d, 'strict $' WITH WRAPPER), json_object('a' : json_array(1, d FORMAT JSON)) FROM (VALUES '{\"a\":[1,2]}') t(d)")
	f.Add("SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY name ORDER BY id MEASURES FINAL LAST(A.price, 1) AS p, count(U.*) AS n ALL ROWS PER MATCH AFTER MATCH SKIP TO LAST B PATTERN (^ A+? {- B{1,2} -} | PERMUTE(A, C) $) SUBSET U = (A, C) DEFINE B AS price < PREV(price)) AS m")
	f.Add("SELECT ST_AsText(ST_Buffer(ST_GeometryFromText('LINESTRING (0 0, 1 1)'), 1)), value_at_quantile(qdigest_agg(id), 0.5), TIME '10:00 +02:00' FROM orders")
	f.Add("SELECT * FROM orders CROSS JOIN JSON_TABLE('[[1],{\"b\":2}]', 'lax $[*]' COLUMNS (i FOR ORDINALITY, a integer PATH 'lax $', NESTED 'lax $.b' COLUMNS (b varchar FORMAT JSON PATH 'lax $')))")
	f.Add("SELECT reduce_agg(id, 0, (a, b) -> a + b, (a, b) -> a + b), listagg(name, ',' ON OVERFLOW TRUNCATE WITH COUNT) WITHIN GROUP (ORDER BY id), numeric_histogram(2, id) FROM orders GROUP BY (SELECT 1)")
	m := world(f)
	small := session
	small.Memory = 1 << 22
	f.Fuzz(func(t *testing.T, text string) {
		s, err := sql.Parse(text)
		q, ok := s.(*syntax.QueryStatement)
		if len(text) > 2000 || err != nil || !ok {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		p, err := sql.Prepare(ctx, small, m, q.Query)
		if err == nil {
			err = drain(ctx, p)
		}
		var e *fault.Error
		if errors.As(err, &e) && e.Name == fault.Internal {
			t.Fatalf("%s\n%v", text, err)
		}
	})
}

func drain(ctx context.Context, q *sql.Query) error {
	r, err := q.Run(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for _, v := range b.Columns {
			if err := v.Check(); err != nil {
				return fault.New(fault.Internal, "%v", err)
			}
		}
	}
}
