package sql_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unyo/engine/sql"
)

// pattern is a random pattern of A, B and C.
func (r *asker) pattern(depth int) string {
	if depth == 0 {
		return r.one("A", "B", "C")
	}
	p := func() string { return r.pattern(depth - 1) }
	switch r.IntN(10) {
	case 0, 1:
		return p() + " " + p()
	case 2:
		return "(" + p() + " | " + p() + ")"
	case 3:
		return r.one("PERMUTE("+p()+", "+p()+")", "{- "+p()+" -}", "()", "^", "$")
	case 4, 5, 6:
		return "(" + p() + ")" + r.one("*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}") + r.one("", "?")
	}
	return p()
}

func (r *asker) navigated(column string) string {
	v := r.one("", "A.", "B.", "U.") + column
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("PREV(%s, %d)", v, r.IntN(3))
	case 1:
		return fmt.Sprintf("NEXT(%s)", v)
	case 2:
		return fmt.Sprintf("FIRST(%s, %d)", v, r.IntN(2))
	case 3:
		return fmt.Sprintf("LAST(%s, %d)", v, r.IntN(2))
	case 4:
		return fmt.Sprintf("PREV(FIRST(%s), 1)", v)
	}
	return v
}

func (r *asker) definition() string {
	op := r.one("<", "<=", ">", "=", "<>")
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("count(%s) %s %d", r.one("*", "A.*", "b", "U.a"), op, r.IntN(4))
	case 1:
		return fmt.Sprintf("sum(%sa) %s %d", r.one("", "A.", "B."), op, r.IntN(6))
	case 2:
		return fmt.Sprintf("CLASSIFIER(%s) = 'A' OR a %s 2", r.one("", "U"), op)
	case 3:
		return fmt.Sprintf("MATCH_NUMBER() %s %d", op, r.IntN(4))
	}
	return fmt.Sprintf("%s %s %s", r.navigated("a"), op, r.one(fmt.Sprint(r.IntN(5)), r.navigated("b"), "PREV(a)"))
}

func (r *asker) match() string {
	p := "A B C PERMUTE(A, B, C)"
	for strings.Count(p, "A")+strings.Count(p, "B")+strings.Count(p, "C") > 12 || len(p) < 12 {
		p = r.pattern(4)
	}
	p += " | A | B | C"
	near := r.IntN(2) == 0
	define := func() string {
		if near {
			return fmt.Sprintf("%s %s %s", r.one("a", "PREV(a)", "NEXT(b)"), r.one("<", ">", "=", "<>"), r.one("1", "2", "PREV(b)", "b"))
		}
		return r.definition()
	}
	rows := r.one("ONE ROW PER MATCH", "ALL ROWS PER MATCH", "ALL ROWS PER MATCH OMIT EMPTY MATCHES", "ALL ROWS PER MATCH WITH UNMATCHED ROWS")
	if strings.Contains(p, "{-") {
		rows = "ALL ROWS PER MATCH"
	}
	return fmt.Sprintf("SELECT * FROM t MATCH_RECOGNIZE (%s ORDER BY d, e, f, a, b, c, g MEASURES MATCH_NUMBER() AS m, CLASSIFIER() AS l, %scount(A.*) AS n, %s AS v, FINAL LAST(U.b) AS z, %smax(a) AS w %s AFTER MATCH SKIP %s PATTERN (%s) SUBSET U = (A, C) DEFINE A AS %s, B AS %s)",
		r.one("", "PARTITION BY g"), r.one("", "FINAL ", "RUNNING "), r.navigated("a"), r.one("", "FINAL "), rows, r.one("PAST LAST ROW", "PAST LAST ROW", "PAST LAST ROW", "TO NEXT ROW", "TO NEXT ROW", "TO LAST B", "TO FIRST U"), p, define(), define())
}

// Random patterns over random rows, against those that the plain executor finds.
func TestMatchAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(*randomSeed, 11))
	failed, empty := 0, 0
	for i := range *randomQueries {
		m := &memory{tables: world(t).tables, scans: map[string]sql.Scan{}}
		m.add(t, "t", randomTable(r, 1+r.IntN(12)), 1)
		query := (&asker{Rand: r}).match()
		got, gotErr := m.keys(query)
		want, wantErr := m.plain(t, query)
		switch {
		case (gotErr == nil) != (wantErr == nil):
			t.Fatalf("query %d: %s\n%v\n%v", i, query, gotErr, wantErr)
		case gotErr != nil && !strings.Contains(gotErr.Error(), "AFTER MATCH SKIP"):
			t.Fatalf("query %d: %s\n%v", i, query, gotErr)
		case gotErr != nil:
			failed++
		case !slices.Equal(got, want):
			t.Fatalf("query %d: %s\ngives %q\nwants %q", i, query, got, want)
		case len(got) == 0:
			empty++
		}
	}
	t.Logf("%d queries, %d failed in both, %d without rows", *randomQueries, failed, empty)
}

// A pattern with more ways than anybody can try ends with the query, or at once where every definition depends on the row alone.
func TestHostilePattern(t *testing.T) {
	from := "SELECT count(*) FROM UNNEST(sequence(1, 5000)) t(x) MATCH_RECOGNIZE (ORDER BY x PATTERN ("
	check(t, world(t), [][2]string{
		{from + "^ (A+)+ B) DEFINE B AS x < 0)", "0"}, {from + "^ (A | A A | (A*)*)* B) DEFINE B AS x < 0)", "0"}, {from + "((A?){0,30}){0,30} B) DEFINE B AS x < 0)", "0"}, {from + strings.Repeat("(", 17) + "A" + strings.Repeat("{2})", 17) + ") DEFINE A AS true)", "!NOT_SUPPORTED"},
	})
	rows := "SELECT count(cardinality(x)) FROM UNNEST(sequence(1, 9000)) t(n) MATCH_RECOGNIZE (ORDER BY n MEASURES array_agg(n) AS x ALL ROWS PER MATCH PATTERN (A+) DEFINE A AS "
	check(t, world(t), [][2]string{{rows + "true)", "!EXCEEDED_LOCAL_MEMORY_LIMIT"}})
	ctx, cancel := context.WithCancel(context.Background())
	m := world(t)
	m.add(t, "rows", "SELECT x FROM UNNEST(sequence(1, 5000)) t(x)", 1)
	q, err := m.prepare("SELECT count(*) FROM rows MATCH_RECOGNIZE (ORDER BY x PATTERN (^ (A+)+ B) DEFINE A AS count(*) > 0, B AS CLASSIFIER() = 'C')")
	if err != nil {
		t.Fatal(err)
	}
	reader, err := q.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	ended := make(chan error)
	go func() {
		_, err := reader.Next(ctx)
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}
