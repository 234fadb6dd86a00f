package sql_test

import (
	"testing"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// manyAndFew are a table of more rows than a join reads of its right side before it looks at the left, and one of few.
func manyAndFew(t *testing.T) *memory {
	m := world(t)
	m.add(t, "many", "SELECT a.x * 600 + b.y AS x, 'n' || CAST(b.y AS varchar) AS name FROM UNNEST(sequence(0, 499)) a(x), UNNEST(sequence(0, 599)) b(y)", 7)
	m.add(t, "few", "SELECT CAST(x AS bigint) x, n FROM (VALUES (5, 'five'), (299999, 'last'), (5, 'again'), (NULL, 'none'), (400000, 'beyond')) t(x, n)", 2)
	return m
}

// TestLongRightSide: of an inner join the shorter side is held, whichever it is.
func TestLongRightSide(t *testing.T) {
	check(t, manyAndFew(t), [][2]string{
		{"SELECT f.n, b.x, b.name FROM few f JOIN many b ON f.x = b.x ORDER BY 1", "again|5|n5\nfive|5|n5\nlast|299999|n599"},
		{"SELECT b.name, f.n FROM many b JOIN few f ON f.x = b.x ORDER BY 2", "n5|again\nn5|five\nn599|last"},
		{"SELECT f.n, b.name FROM few f JOIN many b ON f.x = b.x AND f.n || b.name <> 'fiven5' ORDER BY 1", "again|n5\nlast|n599"},
		{"SELECT count(*), sum(a.x), max(b.name) FROM many a JOIN many b ON a.x = b.x", "300000|44999850000|n99"},
		{"SELECT count(*), sum(a.x) FROM many a JOIN many b ON a.name = b.name AND a.x + 600 = b.x", "299400|44820030300"},
		{"SELECT count(*), count(b.x) FROM few f LEFT JOIN many b ON f.x = b.x", "5|3"}, {"SELECT count(*), count(f.x) FROM few f RIGHT JOIN many b ON f.x = b.x", "300001|3"},
		{"SELECT count(*) FROM few f JOIN many b ON f.x = b.x AND f.n = 'no'", "0"}, {"SELECT count(*) FROM few f CROSS JOIN many b", "1500000"}, {"SELECT b.x FROM few f JOIN many b ON f.x = b.x LIMIT 1", "5"},
	})
}

// TestJoinRestricts: what keys the held side has is asked of the other's tables, where rows without one are of no use.
func TestJoinRestricts(t *testing.T) {
	for _, c := range [][2]string{
		{"SELECT count(*) FROM many b JOIN few f ON b.x = f.x", "5 299999 400000"}, {"SELECT count(*) FROM many b JOIN few f ON b.x = f.x WHERE b.x < 1000 AND f.n <> 'none'", "5"},
		{"SELECT count(*) FROM (SELECT x y, count(*) FROM many WHERE name <> 'n7' GROUP BY x) g JOIN few f ON g.y = f.x", "5 299999 400000"},
		{"SELECT count(*) FROM many b JOIN people p ON b.name = p.name JOIN few f ON b.x = f.x", "5 299999 400000"}, {"SELECT count(*) FROM many b RIGHT JOIN few f ON b.x = f.x", "5 299999 400000"},
		{"SELECT count(*) FROM many b LEFT JOIN few f ON b.x = f.x", "all"}, {"SELECT count(*) FROM many b FULL JOIN few f ON b.x = f.x", "all"}, {"SELECT count(*) FROM many b JOIN few f ON b.x + 1 = f.x", "all"},
		{"SELECT count(*) FROM many b JOIN (SELECT x FROM many WHERE x BETWEEN 10 AND 99) f ON b.x = f.x", "10 to 99"},
	} {
		m := manyAndFew(t)
		m.rows(c[0])
		if d, ok := m.scans["many"].Domains[0]; ok && !d.Found {
			t.Errorf("%s\n\tasks as if it said so", c[0])
		}
		got := "all"
		if d, ok := m.scans["many"].Domains[0]; ok && d.Values != nil {
			got = ""
			for i := range d.Values.Len {
				got += types.Format(d.Type, d.Values, i) + " "
			}
			got = got[:max(0, len(got)-1)]
		} else if ok {
			got = types.Format(d.Type, d.Low, 0) + " to " + types.Format(d.Type, d.High, 0)
		}
		if got != c[1] {
			t.Errorf("%s\n\tasks for %s, not %s", c[0], got, c[1])
		}
	}
}

// TestFirstRowsNarrow: once the first rows of an order are found, what lies behind them is asked for no more. Of doubles in descending order it is: no
// file says whether it holds a NaN, which comes first.
func TestFirstRowsNarrow(t *testing.T) {
	for query, want := range map[string]bool{
		"SELECT x FROM many ORDER BY x LIMIT 3":                                false,
		"SELECT x, name FROM many WHERE name <> 'n3' ORDER BY x, name LIMIT 3": false,
		"SELECT max(x), name FROM many GROUP BY name ORDER BY 2 LIMIT 3":       true, // which is told too late
		"SELECT x FROM many ORDER BY x DESC LIMIT 3":                           false,
		"SELECT x FROM many ORDER BY x":                                        true,
		"SELECT x + 0 FROM many ORDER BY 1 LIMIT 3":                            true,
	} {
		m := manyAndFew(t)
		m.rows(query)
		far := &vector.Scalar{Kind: vector.Int, Int: 1000}
		d, ok := m.scans["many"].Domains[0]
		if got := !ok || d.Advice().Overlaps(vector.Bounds{Low: far, High: far, NoNulls: true}); got != want {
			t.Errorf("%s: 1000 is of use: %v", query, got)
		}
	}
	m := manyAndFew(t)
	m.add(t, "floats", "SELECT CAST(x AS double) d FROM many", 3)
	m.rows("SELECT d FROM floats ORDER BY d DESC LIMIT 3")
	if len(m.scans["floats"].Domains) > 0 {
		t.Error("doubles in descending order")
	}
	m.rows("SELECT d FROM floats ORDER BY d LIMIT 3")
	if d := m.scans["floats"].Domains[0]; d.Live == nil || !d.Null {
		t.Error("doubles in ascending order")
	}
}
