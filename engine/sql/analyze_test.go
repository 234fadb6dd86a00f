package sql_test

import (
	"strings"
	"testing"
)

// What EXPLAIN ANALYZE tells of each step is what it gave, by one worker and by several.
func TestAnalyze(t *testing.T) {
	m := world(t)
	m.add(t, "many", "SELECT x, x % 3 AS g FROM UNNEST(sequence(1, 1000)) a(x)", 4)
	for query, want := range map[string]string{
		"SELECT g, count(*) FROM many WHERE x > 400 GROUP BY g":                                                   "Aggregate > 3 rows, Filter > 600 rows, TableScan > 600 rows",
		"SELECT o.id FROM orders o JOIN people p ON o.name = p.name ORDER BY 1 LIMIT 2":                           "Limit > 2 rows, TopN > 2 rows, INNERJoin > 3 rows, TableScan > 3 rows",
		"SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM people p WHERE p.name = o.name)":                     "Subquery > 5 rows",
		"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT n FROM t WHERE n > 2": "Filter > 2 rows, Recurse > 4 rows",
	} {
		q, err := m.prepare(query)
		if err != nil {
			t.Fatal(query, err)
		}
		text, err := q.Analyze(t0, false)
		if err != nil {
			t.Fatal(query, err)
		}
		again, _ := q.Analyze(t0, false)
		if again != text || strings.Contains(text, "CPU") {
			t.Errorf("%s: again\n%s\nbefore\n%s", query, again, text)
		}
		if timed, _ := q.Analyze(t0, true); !strings.Contains(timed, "CPU: ") {
			t.Errorf("%s: tells no time\n%s", query, timed)
		}
		rest := text
		for _, step := range strings.Split(want, ", ") {
			name, rows, _ := strings.Cut(step, " > ")
			_, after, ok := strings.Cut(rest, "- "+name)
			lines := strings.SplitN(after, "\n", 3)
			if !ok || len(lines) < 2 || !strings.Contains(lines[1], "Output: "+rows+" ") {
				t.Errorf("%s: %s is not told\n%s", query, step, text)
			}
		}
	}
}
