package sql_test

import "testing"

// TestManyBatches asks for more rows than a batch has, at every place where rows are held back from one batch to the next.
func TestManyBatches(t *testing.T) {
	m := world(t)
	m.add(t, "big", "SELECT a.x * 3 + b.y AS x, (a.x * 7919 + b.y) % 20011 AS r FROM UNNEST(sequence(0, 6999)) a(x), UNNEST(ARRAY[1, 2, 3]) b(y)", 7)
	m.add(t, "mid", "SELECT x FROM UNNEST(sequence(1, 3000)) t(x)", 2)
	check(t, m, [][2]string{
		{"SELECT count(*), min(x), max(x), sum(x), count(DISTINCT x) FROM big", "21000|1|21000|220510500|21000"}, {"SELECT count(*), sum(a.x) FROM mid a JOIN mid b ON a.x % 10 = b.x % 10", "900000|1350450000"},
		{"SELECT count(*), count(b.x) FROM mid a LEFT JOIN mid b ON a.x % 3 = b.x % 3 AND b.x > 2998 AND a.x > 1500", "3000|1000"}, {"SELECT count(*), count(a.x), count(b.x), sum(b.x) FROM mid a LEFT JOIN mid b ON a.x = 5 AND b.x % 2 = 0", "4499|4499|1500|2251500"},
		{"SELECT count(*), count(a.x), count(b.x) FROM mid a FULL JOIN mid b ON a.x = b.x + 1500 AND a.x % 2 = 0", "5250|3000|3000"}, {"SELECT count(*), count(a.x) FROM mid a RIGHT JOIN big b ON a.x = b.x", "21000|3000"}, {"SELECT count(*) FROM mid a, mid b WHERE a.x < b.x", "4498500"},
		{"SELECT x FROM big ORDER BY r DESC, x LIMIT 3", "19827\n16734\n19826"}, {"SELECT x FROM big ORDER BY x OFFSET 20998", "20999\n21000"}, {"SELECT x FROM big ORDER BY x DESC OFFSET 9000 LIMIT 2", "12000\n11999"}, {"SELECT max(s) FROM (SELECT sum(x) OVER (ORDER BY x) s FROM big)", "220510500"},
		{"SELECT count(*), sum(n) FROM (SELECT row_number() OVER (PARTITION BY x % 100 ORDER BY x) n FROM big)", "21000|2215500"}, {"SELECT count(*) FROM (SELECT x FROM big EXCEPT SELECT x FROM mid)", "18000"}, {"SELECT count(*) FROM (SELECT x FROM big UNION SELECT x + 20000 FROM mid)", "23000"},
		{"SELECT count(*) FROM big WHERE x IN (SELECT x * 2 FROM mid)", "3000"}, {"SELECT count(*), sum(y) FROM mid CROSS JOIN UNNEST(sequence(1, x % 7)) t(y)", "9854|24416"}, {"SELECT count(*) FROM mid a CROSS JOIN LATERAL (SELECT b.x FROM mid b WHERE b.x = a.x OR b.x = 1) l", "5999"},
		{"SELECT x % 5, count(*), sum(r) > 0 FROM big GROUP BY 1 ORDER BY 1", "0|4200|true\n1|4200|true\n2|4200|true\n3|4200|true\n4|4200|true"}, {"SELECT count(*) FROM (SELECT x FROM big LIMIT 10001)", "10001"},
	})
}
