package sql_test

import "testing"

func TestQueries(t *testing.T) {
	m := world(t)
	for _, c := range []struct{ query, want string }{
		{"SELECT 1, 'a', 1 + 2 * 3, NULL", "1|a|7|NULL"},
		{"SELECT name, count(*), sum(price) FROM orders WHERE id <> 2 GROUP BY name ORDER BY 2 DESC, name LIMIT 2", "ada|2|15.75\ncyd|1|NULL"},
		{"SELECT id FROM orders WHERE name = 'ada' OR price > 6 ORDER BY id", "1\n2\n3\n4"},
		{"SELECT count(*), count(name), min(price), max(day), avg(id) FROM orders", "5|4|5.25|2020-01-03|3.0"},
		{"SELECT o.id, p.city FROM orders o JOIN people p ON o.name = p.name ORDER BY o.id", "1|London\n2|Paris\n3|London"},
		{"SELECT o.id, p.city FROM orders o LEFT JOIN people p ON o.name = p.name ORDER BY o.id DESC", "5|NULL\n4|NULL\n3|London\n2|Paris\n1|London"},
	} {
		if got := m.rows(c.query); got != c.want {
			t.Errorf("%s\n\t%q\n\twant %q", c.query, got, c.want)
		}
	}
}
