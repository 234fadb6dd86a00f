package sql_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unyo/engine/sql"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/reference"
	"unyo/engine/sql/syntax"
)

var (
	randomQueries = flag.Int("queries", 1000, "how many random queries are asked")
	randomSeed    = flag.Uint64("seed", 1, "of the random queries")
)

// asker writes random queries over two tables: t and u, of columns a integer, b bigint, c varchar, d double, e decimal, f date, g boolean.
type asker struct {
	*rand.Rand
	tables []string // whose columns can be used
}

func (r *asker) one(list ...string) string { return list[r.IntN(len(list))] }

func (r *asker) column(name string) string { return r.tables[r.IntN(len(r.tables))] + "." + name }

func (r *asker) literal(kind string) string {
	switch kind {
	case "int":
		return fmt.Sprint(r.IntN(7) - 2)
	case "text":
		return r.one("'a'", "'b'", "'ab'", "''", "'ä'")
	case "float":
		return fmt.Sprintf("%de0", r.IntN(7)-2)
	case "decimal":
		return fmt.Sprintf("%d.%d", r.IntN(5), r.IntN(10))
	case "date":
		return fmt.Sprintf("DATE '2020-01-0%d'", 1+r.IntN(5))
	}
	return r.one("true", "false")
}

// expr is an expression of a kind, no deeper than depth.
func (r *asker) expr(kind string, depth int) string {
	if depth <= 0 || r.IntN(4) == 0 {
		switch r.IntN(8) {
		case 0:
			return "NULL"
		case 1, 2:
			return r.literal(kind)
		}
		return r.column(map[string]string{"int": r.one("a", "b"), "text": "c", "float": "d", "decimal": "e", "date": "f", "bool": "g"}[kind])
	}
	e := func(kind string) string { return r.expr(kind, depth-1) }
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", e("bool"), e(kind), e(kind))
	case 1:
		return fmt.Sprintf("coalesce(%s, %s)", e(kind), e(kind))
	}
	switch kind {
	case "int":
		return r.one(fmt.Sprintf("(%s %s %s)", e("int"), r.one("+", "-", "*"), e("int")), fmt.Sprintf("(%s %s nullif(%s, 0))", e("int"), r.one("/", "%"), e("int")), "length("+e("text")+")", "-("+e("int")+")")
	case "text":
		return r.one("concat("+e("text")+", "+e("text")+")", "upper("+e("text")+")", "CAST("+e("int")+" AS varchar)", "substr("+e("text")+", 2)")
	case "float":
		return r.one(fmt.Sprintf("(%s %s %s)", e("float"), r.one("+", "-", "*"), e("float")), "CAST("+e("int")+" AS double)") // no fractions: sums of them depend on their order
	case "decimal":
		return r.one(fmt.Sprintf("(%s %s %s)", e("decimal"), r.one("+", "-"), r.column("e")), fmt.Sprintf("(%s / nullif(%s, 0))", r.column("e"), r.literal("decimal")), "CAST("+r.column("a")+" AS decimal(12,1))")
	case "date":
		return r.column("f")
	}
	return r.condition(depth)
}

func (r *asker) condition(depth int) string {
	kind := r.one("int", "int", "text", "float", "decimal", "date")
	e := func(kind string) string { return r.expr(kind, depth-1) }
	switch r.IntN(10) {
	case 0:
		return fmt.Sprintf("(%s AND %s)", e("bool"), e("bool"))
	case 1:
		return fmt.Sprintf("(%s OR %s)", e("bool"), e("bool"))
	case 2:
		return "(NOT " + e("bool") + ")"
	case 3:
		return fmt.Sprintf("(%s IS %sNULL)", e(kind), r.one("", "NOT "))
	case 4:
		return fmt.Sprintf("(%s %sIN (%s, %s))", e(kind), r.one("", "NOT "), r.literal(kind), r.one("NULL", r.literal(kind)))
	case 5:
		return fmt.Sprintf("(%s BETWEEN %s AND %s)", e(kind), e(kind), e(kind))
	case 6:
		return fmt.Sprintf("(%s IS %sDISTINCT FROM %s)", e(kind), r.one("", "NOT "), e(kind))
	case 7:
		return fmt.Sprintf("(%s LIKE %s)", e("text"), r.one("'a%'", "'%b'", "'_'", "'%a%'", "'a_'"))
	}
	return fmt.Sprintf("(%s %s %s)", e(kind), r.one("=", "<>", "<", "<=", ">", ">="), e(kind))
}

// subcondition also asks other queries.
func (r *asker) subcondition() string {
	in := &asker{r.Rand, []string{"s"}}
	where := in.condition(1)
	if r.IntN(2) == 0 { // it depends on the row outside
		where = fmt.Sprintf("s.%s = %s", "a", r.column("b"))
	}
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("%sEXISTS (SELECT 1 FROM u s WHERE %s)", r.one("", "NOT "), where)
	case 1:
		return fmt.Sprintf("%s %sIN (SELECT s.b FROM u s WHERE %s)", r.column("a"), r.one("", "NOT "), where)
	case 2:
		return fmt.Sprintf("%s > (SELECT min(s.b) FROM u s WHERE %s)", r.column("a"), where)
	case 3:
		return fmt.Sprintf("%s %s %s (SELECT s.a FROM u s WHERE %s)", r.column("a"), r.one("<", "=", "<>", ">="), r.one("ALL", "ANY"), where)
	}
	return r.condition(2)
}

func (r *asker) from() string {
	r.tables = []string{"t"}
	if r.IntN(2) == 0 {
		return "t"
	}
	r.tables = []string{"t", "u"}
	if r.IntN(6) == 0 {
		return "t, u"
	}
	on := fmt.Sprintf("t.%s = u.%s", r.one("a", "b"), r.one("a", "b"))
	switch r.IntN(4) {
	case 0:
		on += " AND " + r.condition(1)
	case 1:
		on = "t.c = u.c AND t.f " + r.one("=", "<") + " u.f"
	case 2:
		on = r.condition(1)
	}
	return fmt.Sprintf("t %s JOIN u ON %s", r.one("INNER", "LEFT", "RIGHT", "FULL"), on)
}

func (r *asker) kinds(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = r.one("int", "text", "float", "decimal", "date", "bool")
	}
	return out
}

// query is a query whose columns are of these kinds.
func (r *asker) query(kinds []string) string {
	from := r.from()
	var b strings.Builder
	b.WriteString("SELECT " + r.one("", "", "DISTINCT "))
	items := make([]string, len(kinds))
	group := r.IntN(3) == 0
	var keys []string
	for i, k := range kinds {
		switch {
		case group && k != "bool" && k != "text" && k != "date" && r.IntN(2) == 0:
			agg := map[string]string{"int": r.one("count(*)", "count(%s)", "count(DISTINCT %s)", "sum(%s)", "max(%s)", "sum(%s) FILTER (WHERE "+r.condition(1)+")"),
				"float": r.one("sum(%s)", "avg(%s)", "min(%s)"), "decimal": r.one("min(%s)", "max(%s)")}[k]
			items[i] = strings.Replace(agg, "%s", r.expr(k, 1), 1)
		case group:
			items[i] = r.column(map[string]string{"int": "a", "text": "c", "float": "d", "decimal": "e", "date": "f", "bool": "g"}[k])
			keys = append(keys, items[i])
		case k == "int" && r.IntN(5) == 0:
			items[i] = fmt.Sprintf("%s OVER (PARTITION BY %s ORDER BY %s)", r.one("rank()", "sum("+r.column("a")+")", "count(*)"), r.column("c"), r.column("b"))
		default:
			items[i] = r.expr(k, 2)
		}
	}
	b.WriteString(strings.Join(items, ", ") + " FROM " + from)
	if r.IntN(3) > 0 {
		b.WriteString(" WHERE " + r.subcondition() + r.one("", " AND "+r.condition(1)))
	}
	if len(keys) > 0 {
		list := strings.Join(keys, ", ")
		b.WriteString(" GROUP BY " + r.one(list, list, "ROLLUP ("+list+")"))
	} else if group {
		b.WriteString(" GROUP BY ()")
	}
	return b.String()
}

// recursive asks for what can be reached.
func (r *asker) recursive() string {
	r.tables = []string{"t"}
	base := "SELECT CAST(t.a AS bigint), 0 FROM t WHERE " + r.condition(1)
	r.tables = []string{"u"}
	step := "SELECT u.b, r.n + 1 FROM r " + r.one("JOIN u ON r.x = u.a", "LEFT JOIN u ON r.x = u.a", "CROSS JOIN (SELECT * FROM u LIMIT 2) u") + " WHERE r.n < 3 AND " + r.condition(1)
	return "WITH RECURSIVE r(x, n) AS (" + base + r.one(" UNION ", " UNION ALL ") + step + ") SELECT " + r.one("x, n FROM r", "n, count(*) FROM r GROUP BY n", "r.x, t.c FROM r JOIN t ON r.x = t.b WHERE n > 1")
}

func (r *asker) whole() string {
	if r.IntN(20) == 0 {
		return r.recursive()
	}
	kinds := r.kinds(1 + r.IntN(4))
	q := r.query(kinds)
	switch r.IntN(6) {
	case 0:
		q += r.one(" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ALL ") + r.query(kinds)
	case 1:
		q = "SELECT * FROM (" + q + ") AS x (" + strings.Join([]string{"c1", "c2", "c3", "c4"}[:len(kinds)], ", ") + ") WHERE c1 IS NOT NULL"
	case 2: // in an order that leaves nothing open
		order := make([]string, len(kinds))
		for i := range order {
			order[i] = fmt.Sprint(i+1) + r.one("", " DESC", " NULLS FIRST")
		}
		q += " ORDER BY " + strings.Join(order, ", ") + r.one("", " LIMIT 5", " OFFSET 2 LIMIT 3")
	}
	return q
}

// table is random rows of the columns that asker knows.
func randomTable(r *rand.Rand, n int) string {
	var rows []string
	for range n {
		null := func(s string) string {
			if r.IntN(6) == 0 {
				return "NULL"
			}
			return s
		}
		rows = append(rows, fmt.Sprintf("(%s, %s, %s, %s, %s, %s, %s)", null(fmt.Sprint(r.IntN(6)-1)), null(fmt.Sprint(r.IntN(6)-1)), null([]string{"'a'", "'b'", "'ab'", "'ä'", "''"}[r.IntN(5)]),
			null(fmt.Sprintf("%de0", r.IntN(5))), null(fmt.Sprintf("%d.%d", r.IntN(4), r.IntN(3))), null(fmt.Sprintf("DATE '2020-01-0%d'", 1+r.IntN(4))), null([]string{"true", "false"}[r.IntN(2)])))
	}
	return "SELECT CAST(a AS integer) a, CAST(b AS bigint) b, CAST(c AS varchar) c, CAST(d AS double) d, CAST(e AS decimal(10,2)) e, CAST(f AS date) f, CAST(g AS boolean) g FROM (VALUES " +
		strings.Join(rows, ", ") + ") v (a, b, c, d, e, f, g)"
}

// TestAgainstReference asks random queries of the engine and of the plain one.
func TestAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(*randomSeed, 7))
	failed, wrong, empty := 0, 0, 0
	for i := range *randomQueries {
		m := &memory{tables: world(t).tables, scans: map[string]sql.Scan{}}
		m.add(t, "t", randomTable(r, 1+r.IntN(30)), 1+r.IntN(3))
		m.add(t, "u", randomTable(r, 1+r.IntN(12)), 1)
		query := (&asker{Rand: r}).whole()
		got, gotErr := m.keys(query)
		want, wantErr := m.plain(t, query)
		switch {
		case gotErr != nil || wantErr != nil:
			if failed++; (gotErr == nil) != (wantErr == nil) && wantErr != nil {
				t.Logf("query %d: only the plain one fails: %s\n%v", i, query, wantErr)
			} else if wantErr == nil {
				t.Errorf("query %d: only the engine fails: %s\n%v", i, query, gotErr)
				wrong++
			}
			continue
		case len(got) == 0:
			empty++
		}
		if !strings.Contains(query, "ORDER BY 1") {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			q, _ := m.prepare(query)
			t.Errorf("query %d: %s\ngives %q\nwants %q\n%s", i, query, got, want, q.Explain())
			wrong++
		}
		if wrong > 3 {
			break
		}
	}
	t.Logf("%d queries, %d failed in both, %d without rows", *randomQueries, failed, empty)
	if failed > *randomQueries/10 {
		t.Errorf("%d queries could not be run", failed)
	}
}

// keys are the rows that the engine gives, as the reference writes them.
func (m *memory) keys(query string) (out []string, err error) {
	q, err := m.prepare(query)
	if err != nil {
		return nil, err
	}
	batches, err := read(q)
	for _, b := range batches {
		for i := range b.Len {
			row := reference.Row{}
			for c, v := range b.Columns {
				row = append(row, reference.ValueOf(q.Columns[c].Type, v, i))
			}
			out = append(out, reference.Key(row))
		}
	}
	return out, err
}

func (m *memory) plain(t *testing.T, query string) (out []string, err error) {
	s, err := syntax.Parse(query)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Plain(context.Background(), session, m, s.(*syntax.QueryStatement).Query, nil)
	if err != nil {
		return nil, err
	}
	rows, err := reference.Run(context.Background(), p)
	for _, r := range rows {
		out = append(out, reference.Key(r))
	}
	return out, err
}
