package sql_test

import (
	"context"
	"strings"
	"testing"

	"unyo/engine/sql"
	"unyo/engine/sql/syntax"
)

// check asks each query for its rows; a want that begins with ! is the beginning of an error.
func check(t *testing.T, m *memory, list [][2]string) {
	t.Helper()
	for _, c := range list {
		got := m.rows(c[0])
		if want, bad := strings.CutPrefix(c[1], "!"); bad && !strings.HasPrefix(got, want) || !bad && got != c[1] {
			t.Errorf("%s\n\tgives %q\n\twants %q", c[0], got, c[1])
		}
	}
}

func TestSelect(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT 1, 'a', 1 + 2 * 3, NULL", "1|a|7|NULL"},
		{"SELECT name, count(*), sum(price) FROM orders WHERE id <> 2 GROUP BY name ORDER BY 2 DESC, name LIMIT 2", "ada|2|15.75\ncyd|1|NULL"},
		{"SELECT id FROM orders WHERE name = 'ada' OR price > 6 ORDER BY id", "1\n2\n3\n4"},
		{"SELECT count(*), count(name), min(price), max(day), avg(id) FROM orders", "5|4|5.25|2020-01-03|3.0"},
		{"SELECT DISTINCT name FROM orders ORDER BY name NULLS FIRST", "NULL\nada\nbob\ncyd"},
		{"SELECT id AS x FROM orders ORDER BY -x LIMIT 2", "5\n4"}, {"SELECT id FROM orders ORDER BY price DESC, id OFFSET 1 LIMIT 2", "1\n4"},
		{"SELECT id FROM orders ORDER BY id OFFSET 3", "4\n5"}, {"SELECT id FROM orders ORDER BY id FETCH FIRST ROW ONLY", "1"}, {"SELECT day FROM orders ORDER BY day FETCH FIRST 2 ROWS WITH TIES", "2020-01-01\n2020-01-02\n2020-01-02"},
		{"SELECT * FROM orders LIMIT 0", ""}, {"SELECT o.*, 1 FROM orders o WHERE id = 1", "1|ada|10.50|2020-01-01|1"}, {"SELECT (ROW(1, 'x')).* AS (a, b)", "1|x"}, {"SELECT t.r.a FROM (SELECT CAST(ROW(7) AS row(a integer)) r) t", "7"},
		{"SELECT name FROM orders GROUP BY 1 HAVING count(*) > 1", "ada"}, {"SELECT upper(name) || '!' FROM orders WHERE name IS NOT NULL GROUP BY upper(name) ORDER BY 1", "ADA!\nBOB!\nCYD!"},
		{"SELECT name IN (SELECT name FROM people WHERE city = 'London'), count(*) FROM orders WHERE name IS NOT NULL GROUP BY 1 ORDER BY 1", "false|2\ntrue|2"}, {"SELECT EXISTS (SELECT 1 FROM people p WHERE p.name = o.name) AS known, sum(id) FROM orders o GROUP BY 1 HAVING count(*) > 1 ORDER BY known", "false|9\ntrue|6"},
		{"SELECT (SELECT city FROM people p WHERE p.name = o.name) AS city, count(*) FROM orders o GROUP BY (SELECT CITY FROM people p WHERE p.name=O.name) ORDER BY 2, 1", "Paris|1\nLondon|2\nNULL|2"}, {"SELECT 1 + (SELECT max(id) FROM orders), count(*) FROM people GROUP BY (SELECT max(id) FROM orders)", "6|3"}, {"SELECT (SELECT min(id) FROM orders) FROM people GROUP BY (SELECT max(id) FROM orders)", "1"}, {"SELECT name IN (SELECT name FROM people), count(*) FROM orders WHERE name IS NOT NULL GROUP BY name IN (SELECT name FROM people) HAVING name IN (SELECT name FROM people)", "true|3"},
		{"SELECT count(*) FROM orders WHERE false", "0"}, {"SELECT sum(id) FROM orders WHERE false GROUP BY name", ""}, {"SELECT max(id) + 1, count(*) * 2 FROM orders", "6|10"}, {"SELECT * FROM (VALUES 1, 2) t(x) WHERE x > 1", "2"}, {"VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC", "2|b\n1|a"},
		{"SELECT id, CASE WHEN price > 10 THEN 'dear' WHEN price IS NULL THEN '?' ELSE 'cheap' END FROM orders ORDER BY 1", "1|dear\n2|dear\n3|cheap\n4|cheap\n5|?"}, {"TABLE people ORDER BY 1 LIMIT 1", "ada|London"},
		{"SELECT a FROM orders", "!COLUMN_NOT_FOUND: line 1:8: Column 'a' cannot be resolved"}, {"SELECT * FROM nothing", "!TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.default.nothing' does not exist"}, {"SELECT nope(1)", "!FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered"},
		{"SELECT id, count(*) FROM orders", "!EXPRESSION_NOT_AGGREGATE: line 1:8: 'orders.id' must be an aggregate expression or appear in GROUP BY clause"}, {"SELECT 1 WHERE 5", "!TYPE_MISMATCH: line 1:16: WHERE clause must evaluate to a boolean: actual type integer"},
		{"SELECT id FROM orders WHERE count(*) > 1", "!EXPRESSION_NOT_SCALAR"}, {"SELECT name FROM orders, people", "!AMBIGUOUS_NAME: line 1:8: Column 'name' is ambiguous"}, {"SELECT sum(name) FROM orders", "!FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (varchar(3)) for function sum"},
		{"SELECT 1 ORDER BY 2", "!INVALID_COLUMN_REFERENCE: line 1:19: ORDER BY position 2 is not in select list"}, {"SELECT 1 LIMIT -1", "!SYNTAX_ERROR"}, {"SELECT DISTINCT id FROM orders ORDER BY price", "!EXPRESSION_NOT_IN_DISTINCT"},
	})
}

func TestJoins(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT o.id, p.city FROM orders o JOIN people p ON o.name = p.name ORDER BY o.id", "1|London\n2|Paris\n3|London"},
		{"SELECT o.id, p.city FROM orders o LEFT JOIN people p ON o.name = p.name ORDER BY o.id DESC", "5|NULL\n4|NULL\n3|London\n2|Paris\n1|London"},
		{"SELECT o.id, p.name FROM orders o RIGHT JOIN people p ON o.name = p.name AND o.id > 1 ORDER BY o.id", "2|bob\n3|ada\nNULL|eve"}, {"SELECT count(*), count(o.id), count(p.name) FROM orders o FULL JOIN people p ON o.name = p.name", "6|5|4"},
		{"SELECT count(*) FROM orders, people", "15"}, {"SELECT count(*) FROM orders CROSS JOIN people WHERE id = 1", "3"}, {"SELECT o.id FROM orders o, people p WHERE o.name = p.name AND p.city = 'Paris'", "2"}, {"SELECT name, id, city FROM orders JOIN people USING (name) WHERE id = 2", "bob|2|Paris"},
		{"SELECT * FROM orders NATURAL JOIN people WHERE id = 2", "bob|2|20.00|2020-01-02|Paris"}, {"SELECT name, city FROM orders FULL JOIN people USING (name) WHERE id IS NULL OR city IS NULL ORDER BY id", "NULL|NULL\ncyd|NULL\neve|Rome"},
		{"SELECT a.id, b.id FROM orders a JOIN orders b ON a.id < b.id AND a.day = b.day ORDER BY 1", "2|3"}, {"SELECT a.id FROM orders a LEFT JOIN orders b ON a.id > b.id WHERE b.id IS NULL", "1"}, {"SELECT count(*) FROM orders a JOIN orders b ON a.price = b.price", "4"},
		{"SELECT x, n FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS t (x, n)", "a|1\nb|2"}, {"SELECT id, x FROM (VALUES (1, ARRAY[10, 20]), (2, ARRAY[]), (3, NULL)) t(id, list) CROSS JOIN UNNEST(list) AS u(x)", "1|10\n1|20"},
		{"SELECT id, x FROM (VALUES (1, ARRAY[10]), (2, ARRAY[])) t(id, list) LEFT JOIN UNNEST(list) AS u(x) ON TRUE", "1|10\n2|NULL"}, {"SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) t(k, v)", "a|1\nb|2"}, {"SELECT * FROM UNNEST(ARRAY[1, 2], ARRAY['x']) t(a, b)", "1|x\n2|NULL"},
		{"SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) t(a, b)", "1|x\n2|y"}, {"SELECT p.name, l.n FROM people p CROSS JOIN LATERAL (SELECT count(*) n FROM orders o WHERE o.name = p.name) l ORDER BY 1", "ada|2\nbob|1\neve|0"}, {"SELECT p.name, l.id FROM people p LEFT JOIN LATERAL (SELECT id FROM orders o WHERE o.name = p.name) l ON TRUE ORDER BY 1, 2", "ada|1\nada|3\nbob|2\neve|NULL"},
		{"SELECT a.id FROM orders a JOIN people b ON a.name = b.name AND a.id IN (SELECT max(id) - 2 FROM orders)", "3"}, {"SELECT count(*), count(b.name) FROM orders a LEFT JOIN people b ON a.id = (SELECT 1)", "7|3"},
		{"SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (100)", "5"}, {"SELECT count(*) FROM (orders o JOIN people p ON o.name = p.name)", "3"},
	})
}

func TestSubqueries(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT (SELECT max(id) FROM orders)", "5"}, {"SELECT id FROM orders WHERE price = (SELECT max(price) FROM orders)", "2"}, {"SELECT (SELECT id FROM orders)", "!SUBQUERY_MULTIPLE_ROWS"}, {"SELECT (SELECT id FROM orders WHERE false)", "NULL"},
		{"SELECT id FROM orders WHERE name IN (SELECT name FROM people) ORDER BY 1", "1\n2\n3"}, {"SELECT id FROM orders WHERE name NOT IN (SELECT name FROM people)", "5"}, {"SELECT id FROM orders WHERE id NOT IN (SELECT NULL)", ""}, {"SELECT 1 IN (SELECT 2 WHERE false)", "false"}, {"SELECT NULL IN (SELECT 1)", "NULL"},
		{"SELECT name FROM people p WHERE EXISTS (SELECT 1 FROM orders o WHERE o.name = p.name) ORDER BY 1", "ada\nbob"}, {"SELECT name FROM people p WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.name = p.name)", "eve"}, {"SELECT name, (SELECT sum(price) FROM orders o WHERE o.name = p.name) FROM people p ORDER BY 1", "ada|15.75\nbob|20.00\neve|NULL"},
		{"SELECT id FROM orders o WHERE price > (SELECT avg(price) FROM orders i WHERE i.name = o.name)", "1"}, {"SELECT 3 > ALL (SELECT id FROM orders WHERE id < 3)", "true"}, {"SELECT 3 < ANY (SELECT id FROM orders)", "true"}, {"SELECT 1 = ALL (SELECT 1 WHERE false)", "true"}, {"SELECT 9 > ALL (SELECT price FROM orders)", "false"}, {"SELECT 90 > ALL (SELECT price FROM orders)", "NULL"},
		{"SELECT name, count(*) FROM orders o GROUP BY name HAVING count(*) > (SELECT count(*) FROM people p WHERE p.name = o.name) ORDER BY 1", "ada|2\ncyd|1\nNULL|1"}, {"WITH a AS (SELECT 1 x), b AS (SELECT x + 1 y FROM a) SELECT x, y FROM a, b", "1|2"}, {"WITH t(a, b) AS (VALUES (1, 2)) SELECT b FROM t", "2"},
		{"WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT * FROM t", "1\n2\n3"}, {"SELECT 1, 2 FROM people WHERE (SELECT count(*) FROM orders) = 5 LIMIT 1", "1|2"}, {"SELECT (SELECT 1, 2)", "{field0=1, field1=2}"}, {"SELECT (1, NULL) IN (SELECT 1, 2), (1, NULL) IN (SELECT 2, 2)", "NULL|false"}, {"SELECT id FROM orders WHERE (id, name) IN (SELECT 2, name FROM people)", "2"},
		{"SELECT name FROM people p WHERE 2 = (SELECT count(*) FROM (SELECT id FROM orders o WHERE o.name = p.name) t)", "ada"}, {"SELECT (SELECT (SELECT p.name || q.name) FROM people q WHERE q.city = 'Rome') FROM people p WHERE city = 'Paris'", "bobeve"},
	})
}

// https://trino.io/docs/current/sql/select.html#with-recursive-clause
func TestRecursion(t *testing.T) {
	nodes := "WITH RECURSIVE parts(id, parent) AS (VALUES (1, NULL), (2, 1), (3, 1), (4, 2), (5, 4)), below(id, depth) AS (SELECT id, 0 FROM parts WHERE parent IS NULL UNION ALL SELECT p.id, depth + 1 FROM parts p JOIN below b ON p.parent = b.id) "
	check(t, world(t), [][2]string{
		{"WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT sum(n) FROM t", "10"}, {nodes + "SELECT * FROM below ORDER BY 1", "1|0\n2|1\n3|1\n4|2\n5|3"}, {nodes + "SELECT a.id FROM below a JOIN below b ON a.id = b.id AND a.depth > 1 ORDER BY 1", "4\n5"},
		{"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 11) SELECT max(n) FROM t", "11"}, {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 12) SELECT max(n) FROM t", "!NOT_SUPPORTED: Recursion depth limit exceeded (10). Use 'max_recursion_depth' session property to modify the limit."},
		{"WITH RECURSIVE t(n) AS (VALUES 1, 1, 2 UNION SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t ORDER BY 1", "1\n2\n3"}, {"WITH RECURSIVE t(n) AS (SELECT 1 WHERE false UNION ALL SELECT n FROM t) SELECT * FROM t", ""}, {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM t WHERE (SELECT count(*) FROM orders WHERE id > t.n + 100) > 0) SELECT * FROM t", "1"},
		{"WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 2 FROM t) SELECT * FROM t", "!MISSING_COLUMN_ALIASES: line 1:16: missing column aliases in recursive WITH query"}, {"WITH RECURSIVE t(n) AS (SELECT * FROM t) SELECT * FROM t", "!TABLE_NOT_FOUND: line 1:39"},
		{"WITH RECURSIVE t(n) AS (SELECT 1 FROM t UNION ALL SELECT 2) SELECT * FROM t", "!INVALID_RECURSIVE_REFERENCE: line 1:39: WITH table name is referenced in the base relation of recursion"}, {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT a.n FROM t a, t b) SELECT * FROM t", "!INVALID_RECURSIVE_REFERENCE: line 1:65: multiple recursive references in the step relation of recursion"},
		{"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT 2 WHERE EXISTS (SELECT 1 FROM t)) SELECT * FROM t", "!INVALID_RECURSIVE_REFERENCE: line 1:81: recursive reference outside of FROM clause of the step relation of recursion"}, {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL (SELECT n FROM t LIMIT 1)) SELECT * FROM t", "!INVALID_LIMIT_CLAUSE"},
		{"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT id FROM people LEFT JOIN t ON true) SELECT * FROM t", "!INVALID_RECURSIVE_REFERENCE"}, {"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM t ORDER BY 1) SELECT * FROM t", "!NOT_SUPPORTED: line 1:69: immediate ORDER BY clause in recursive query is not supported"},
		{"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT 1, n FROM t) SELECT * FROM t", "!TYPE_MISMATCH: line 1:44: base and step relations of recursion have different number of fields: 1, 2"}, {"WITH RECURSIVE t(s) AS (SELECT 'a' UNION ALL SELECT s || 'b' FROM t) SELECT * FROM t", "!TYPE_MISMATCH: line 1:46: recursion step relation output type (varchar) is not coercible to recursion base relation output type (varchar(1)) at column 1"},
		{"WITH RECURSIVE t(n) AS (SELECT x FROM UNNEST(sequence(1, 10000)) a(x) UNION ALL SELECT n FROM t CROSS JOIN UNNEST(sequence(1, 10000)) b(y)) SELECT count(*) FROM t", "!EXCEEDED_LOCAL_MEMORY_LIMIT"},
	})
}

// Subqueries in ON, of inner joins and of outer ones: https://trino.io/docs/current/sql/select.html#joins
func TestSubqueriesInOn(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT p.name, o.id FROM people p LEFT JOIN orders o ON o.name = p.name AND o.id > (SELECT min(id) FROM orders) ORDER BY 1, 2", "ada|3\nbob|2\neve|NULL"},
		{"SELECT p.name, o.id FROM orders o RIGHT JOIN people p ON o.name = p.name AND p.city IN (SELECT city FROM people WHERE name = 'bob') ORDER BY 1, 2", "ada|NULL\nbob|2\neve|NULL"},
		{"SELECT p.name, o.id FROM people p LEFT JOIN orders o ON o.name = p.name AND o.id = (SELECT max(i.id) FROM orders i WHERE i.name = o.name) ORDER BY 1", "ada|3\nbob|2\neve|NULL"},
		{"SELECT p.name, o.id FROM people p FULL JOIN orders o ON o.name = p.name AND NOT EXISTS (SELECT 1 FROM people q WHERE q.name = o.name AND q.city = 'London') ORDER BY 1, 2", "ada|NULL\nbob|2\neve|NULL\nNULL|1\nNULL|3\nNULL|4\nNULL|5"},
		{"SELECT * FROM people p LEFT JOIN orders o ON o.name = p.name AND o.id > ALL (SELECT 2) WHERE p.name = 'ada'", "ada|London|3|ada|5.25|2020-01-02"},
		{"SELECT count(*) FROM people p LEFT JOIN orders o ON EXISTS (SELECT 1 FROM orders i WHERE i.id = o.id AND i.name = p.name)", "!NOT_SUPPORTED"}, {"SELECT count(*) FROM people p LEFT JOIN orders o ON (SELECT nothing FROM orders) = 1", "!COLUMN_NOT_FOUND"},
		{"SELECT count(*) FROM people p JOIN orders o ON EXISTS (SELECT 1 FROM orders i WHERE i.id = o.id AND i.name = p.name)", "3"},
	})
}

func TestSetsAndGroups(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT 1 UNION ALL SELECT 1", "1\n1"}, {"SELECT 1 UNION SELECT 1", "1"}, {"SELECT 1 UNION SELECT 2.5 ORDER BY 1", "1.0\n2.5"}, {"(SELECT 1 UNION ALL SELECT 2) EXCEPT SELECT 2", "1"}, {"SELECT x FROM (VALUES 1, 1, 2) t(x) INTERSECT ALL SELECT x FROM (VALUES 1, 1, 3) t(x)", "1\n1"},
		{"SELECT x FROM (VALUES 1, 1, 2) t(x) EXCEPT ALL SELECT 1", "1\n2"}, {"SELECT name FROM people INTERSECT SELECT name FROM orders ORDER BY 1", "ada\nbob"}, {"SELECT NULL EXCEPT SELECT NULL", ""}, {"SELECT 1 UNION SELECT 'a'", "!TYPE_MISMATCH: line 1:10: column 1 in UNION query has incompatible types: integer, varchar(1)"}, {"SELECT 1 UNION SELECT 1, 2", "!TYPE_MISMATCH"},
		{"SELECT name, day, count(*), grouping(name, day) FROM orders WHERE id < 4 GROUP BY GROUPING SETS ((name), (day), ()) ORDER BY 4, 1, 2", "ada|NULL|2|1\nbob|NULL|1|1\nNULL|2020-01-01|1|2\nNULL|2020-01-02|2|2\nNULL|NULL|3|3"},
		{"SELECT name, sum(id) FROM orders WHERE id < 4 GROUP BY ROLLUP (name) ORDER BY 1", "ada|4\nbob|2\nNULL|6"}, {"SELECT count(*) FROM (SELECT 1 FROM orders GROUP BY CUBE (name, day)) t", "14"}, {"SELECT count(*) FROM orders GROUP BY ()", "5"}, {"SELECT name, count(*) FROM orders GROUP BY name, ROLLUP (day) ORDER BY 2 DESC, 1 LIMIT 1", "ada|2"},
		{"SELECT min(CAST(NULL AS double)), sum(NULL * NULL), max(DECIMAL '1.0'), max(CAST(1 AS decimal(38,1))) FROM orders GROUP BY name LIMIT 1", "NULL|NULL|1.0|1.0"},
		{"SELECT x + 1, count(*) FROM (VALUES 1, 1, 2) t(x) GROUP BY x + 1 ORDER BY 1", "2|2\n3|1"}, {"SELECT (x + 1) * 2 FROM (VALUES 1) t(x) GROUP BY x + 1", "4"}, {"SELECT x FROM (VALUES nan(), nan(), 0e0, -0e0) t(x) GROUP BY x", "NaN\n0.0"}, {"SELECT name, rank() OVER (ORDER BY count(*) DESC) FROM orders GROUP BY name ORDER BY 2, 1 LIMIT 2", "ada|1\nbob|2"},
		{"SELECT sum(sum(id)) OVER () FROM orders GROUP BY name LIMIT 1", "15"}, {"SELECT id, sum(id) OVER w FROM orders WINDOW w AS (PARTITION BY day ORDER BY id) ORDER BY id", "1|1\n2|2\n3|5\n4|4\n5|5"}, {"SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY name ORDER BY id DESC) rn FROM orders) WHERE rn = 1 AND id < 4 ORDER BY id", "2\u007c1\n3|1"},
	})
}

func TestHostileValues(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT transform(sequence(1, 10000), x -> sequence(x, x + 9999))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"}, {"SELECT date_add('year', 1000000000000, now())", "!NUMERIC_VALUE_OUT_OF_RANGE"},
		{"SELECT replace(rpad('a', 1000000, 'a'), 'a', rpad('b', 10000, 'b'))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"}, {"SELECT replace(rpad('a', 100000, 'a'), '', rpad('b', 10000, 'b'))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"},
		{"SELECT cardinality(repeat(rpad('x', 1000000, 'y'), 10000))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"}, {"SELECT cardinality(ngrams(repeat(rpad('x', 10000, 'y'), 10000), 5000))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"},
		{"SELECT cardinality(combinations(repeat(rpad('x', 100000, 'y'), 40), 4))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"},
		{"SELECT array_join(repeat(rpad('x', 1000000, 'y'), 10000), ',')", "!EXCEEDED_LOCAL_MEMORY_LIMIT"}, {"SELECT array_join(repeat('x', 10000), rpad('y', 1000000, 'y'))", "!EXCEEDED_LOCAL_MEMORY_LIMIT"},
		{"SELECT human_readable_seconds(1e300)", "15250284452471 weeks, 3 days, 15 hours, 30 minutes, 7 seconds"}, {"SELECT human_readable_seconds(nan())", "!INVALID_FUNCTION_ARGUMENT"}, {"SELECT parse_duration('1e300d')", "!INVALID_FUNCTION_ARGUMENT"}, {"SELECT parse_duration('99999999999999999d')", "!INVALID_FUNCTION_ARGUMENT"},
		{"SELECT sum(cardinality(transform(sequence(1, 10000), x -> x + y))) FROM UNNEST(sequence(1, 400)) a(y)", "4000000"}, {"SELECT reduce(sequence(1, 10000), 0, (s, x) -> s + x * y, s -> s) FROM UNNEST(sequence(1, 300)) a(y) ORDER BY 1 DESC LIMIT 1", "15001500000"},
		{"SELECT transform(ARRAY[1], x -> transform(ARRAY[2], y -> 3))", "[[3]]"},
		{"SELECT date_add('week', 9000000000000000000, current_date)", "!NUMERIC_VALUE_OUT_OF_RANGE"}, {"SELECT 9000000000000000000 * INTERVAL '1' DAY", "!NUMERIC_VALUE_OUT_OF_RANGE"}, {"SELECT TIMESTAMP '999999-01-01 00:00:00'", "!INVALID_LITERAL"}, {"SELECT format('%1000000000d', 1)", "!INVALID_FUNCTION_ARGUMENT"},
		{"SELECT regexp_like(rpad('', 100000, 'a'), '(a*)*b')", "false"}, {"SELECT regexp_like('a', '((a{500}){500}){500}')", "!"}, {"SELECT sequence(1, 1000000)", "!INVALID_FUNCTION_ARGUMENT"}, {"SELECT json_parse('" + strings.Repeat("[", 5000) + "')", "!INVALID_FUNCTION_ARGUMENT"},
		{"SELECT rpad('" + strings.Repeat("ab", 50) + "', 100000, 'ab') LIKE '" + strings.Repeat("%a", 50) + "c'", "false"}, {"SELECT array_agg(x) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 100)) c(z)", "!EXCEEDED_LOCAL_MEMORY_LIMIT"},
	})
}

func TestParameters(t *testing.T) {
	m := world(t)
	value := func(s string) syntax.Expr {
		x, err := syntax.ParseExpr(s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if got := m.rows("SELECT id FROM orders WHERE name = ? AND id > ?", value("'ada'"), value("1 + 1")); got != "3" {
		t.Errorf("gives %q", got)
	}
	if got := m.rows("SELECT ?"); !strings.HasPrefix(got, "INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 1 but found 0") {
		t.Errorf("gives %q", got)
	}
}

func TestViews(t *testing.T) {
	m := world(t)
	m.tables["v"] = &sql.Table{View: &sql.View{Text: "SELECT name, count(*) n FROM orders GROUP BY name", Catalog: "awsdatacatalog", Schema: "default"}}
	m.tables["loop"] = &sql.Table{View: &sql.View{Text: "SELECT * FROM loop"}}
	check(t, m, [][2]string{{"SELECT v.n FROM v WHERE name = 'ada'", "2"}, {"SELECT * FROM loop", "!VIEW_IS_RECURSIVE"}})
	q, err := m.prepare("SELECT * FROM v, people")
	if err != nil || len(q.Tables) != 3 {
		t.Errorf("tables %v, %v", q.Tables, err)
	}
}

// TestScansAreNarrow tells what tables are asked for.
func TestScansAreNarrow(t *testing.T) {
	m := world(t)
	for _, c := range []struct {
		query   string
		columns int
		domain  string
	}{
		{"SELECT id FROM orders WHERE name = 'ada'", 2, "name in {ada}"}, {"SELECT count(*) FROM orders", 0, ""}, {"SELECT count(*) FROM orders WHERE id BETWEEN 2 AND 3", 1, "id in [2, 3]"}, {"SELECT id FROM orders WHERE id > 1 AND id < 4 AND 3 >= id", 1, "id in (1, 3]"},
		{"SELECT id FROM orders WHERE id IN (4, 2, 3) AND id <> 7 AND id < 4", 1, "id in {2, 3}"}, {"SELECT id FROM orders WHERE id = 1 OR id = 2", 1, "id in {1, 2}"}, {"SELECT id FROM orders WHERE day >= DATE '2020-01-02'", 2, "day in [2020-01-02, ∞)"}, {"SELECT id FROM orders WHERE name LIKE 'ad%'", 2, "name in [ad, ae)"},
		{"SELECT x FROM (SELECT id x, name y FROM orders) WHERE y = 'ada' AND x = 1", 2, "id in {1}, name in {ada}"}, {"SELECT p.city FROM orders o JOIN people p ON o.name = p.name WHERE o.id = 1", 2, "id in {1}"}, {"SELECT * FROM (SELECT id, count(*) FROM orders GROUP BY id) WHERE id = 3", 1, "id in {3}"},
		{"WITH t AS (SELECT id, name FROM orders UNION ALL SELECT id, name FROM orders) SELECT id FROM t WHERE name = 'x'", 2, "name in {x}"}, {"SELECT id FROM orders WHERE id > 9223372036854775807", 1, "id in (9223372036854775807, ∞)"}, {"SELECT id FROM orders WHERE name = 'a' AND name = 'b'", 2, "name in {}"},
	} {
		q, err := m.prepare(c.query)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		if _, err := read(q); err != nil {
			t.Fatal(err)
		}
		if got := len(m.scans["orders"].Columns); got != c.columns {
			t.Errorf("%s reads %d columns\n%s", c.query, got, q.Explain())
		}
		if want := " where " + c.domain; c.domain != "" && !strings.Contains(q.Explain(), want+"\n") {
			t.Errorf("%s:\n%s", c.query, q.Explain())
		}
	}
	m.rows("SELECT id FROM orders LIMIT 2")
	if m.scans["orders"].Limit != 2 {
		t.Errorf("a limit of %d", m.scans["orders"].Limit)
	}
}

func TestLimits(t *testing.T) {
	m := world(t)
	s, err := sql.Parse("SELECT count(*) FROM (SELECT a.x FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 100)) b(y) ORDER BY 1)")
	if err != nil {
		t.Fatal(err)
	}
	small := session
	small.Memory = 1 << 20
	q, err := sql.Prepare(context.Background(), small, m, s.(*syntax.QueryStatement).Query)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(q); err == nil || err.Error() != "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit of 1MB" {
		t.Errorf("gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	q, _ = m.prepare("SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 10000)) c(z) WHERE x + y = z")
	r, err := q.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Next(ctx); err == nil {
		t.Error("it goes on")
	}
	r.Close()
	for _, deep := range []string{strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), strings.Repeat("-", 5000) + "1", strings.Repeat("NOT ", 5000) + "true", strings.Repeat("array(", 5000)} {
		if _, err := sql.Parse("SELECT " + deep); err == nil {
			t.Error("taken: " + deep[:10])
		}
	}
	if got := m.rows("SELECT 1" + strings.Repeat(" + id", 5000) + " FROM orders GROUP BY id"); !strings.HasPrefix(got, "STACK_OVERFLOW") {
		t.Error(got)
	}
	if got := m.rows("SELECT " + strings.Repeat("true OR ", 20000) + "false"); got != "true" {
		t.Error(got)
	}
}
