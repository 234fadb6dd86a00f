package sql_test

import "testing"

// stock is the table of Trino's tests and of its blog, https://trino.io/blog/2021/05/19/row_pattern_matching
const stock = "(VALUES (1, 90), (2, 80), (3, 70), (4, 80), (5, 90), (6, 50), (7, 40), (8, 60)) AS t (id, value) "

// orders are those of the page's first example: prices of two customers.
const vShape = "(VALUES ('c1', DATE '2020-05-11', 100), ('c1', DATE '2020-05-12', 200), ('c2', DATE '2020-05-13', 8), ('c1', DATE '2020-05-14', 100), ('c2', DATE '2020-05-15', 4), ('c1', DATE '2020-05-16', 50), ('c1', DATE '2020-05-17', 100), ('c2', DATE '2020-05-18', 6)) AS orders (custkey, orderdate, totalprice) "

// https://trino.io/docs/current/sql/match-recognize.html
func TestMatchRecognize(t *testing.T) {
	v := "DEFINE B AS totalprice < PREV(totalprice), C AS totalprice > PREV(totalprice) AND totalprice <= A.totalprice, D AS totalprice > PREV(totalprice)) "
	down := "PATTERN (A B+ C+) DEFINE B AS B.value < PREV(B.value), C AS C.value > PREV(C.value)) "
	check(t, world(t), [][2]string{
		{"SELECT * FROM " + vShape + "MATCH_RECOGNIZE (PARTITION BY custkey ORDER BY orderdate MEASURES A.totalprice AS starting_price, LAST(B.totalprice) AS bottom_price, LAST(U.totalprice) AS top_price ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B+ C+ D*) SUBSET U = (C, D) " + v + "ORDER BY 1", "c1|200|50|100\nc2|8|4|6"},
		{"SELECT id, c, m, v FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES CLASSIFIER() AS c, MATCH_NUMBER() AS m, RUNNING LAST(value) AS v ALL ROWS PER MATCH " + down, "1|A|1|90\n2|B|1|80\n3|B|1|70\n4|C|1|80\n5|C|1|90\n6|A|2|50\n7|B|2|40\n8|C|2|60"},
		{"SELECT id, f FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES FINAL LAST(B.value) AS f ALL ROWS PER MATCH AFTER MATCH SKIP TO NEXT ROW " + down, "1|70\n2|70\n3|70\n4|70\n5|70\n2|70\n3|70\n4|70\n5|70\n5|40\n6|40\n7|40\n8|40\n6|40\n7|40\n8|40"},
		{"SELECT id, n FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES count(*) AS n ALL ROWS PER MATCH PATTERN (A {- B+ -} C+) DEFINE B AS B.value < PREV(B.value), C AS C.value > PREV(C.value))", "1|1\n4|4\n5|5\n6|1\n8|3"},
		{"SELECT a, b FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES FIRST(id) AS a, LAST(id) AS b AFTER MATCH SKIP TO FIRST C " + down, "1|5\n5|8"},
		{"SELECT a, b FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES FIRST(id) AS a, LAST(id) AS b AFTER MATCH SKIP TO LAST C " + down, "1|5\n5|8"},
		{"SELECT a FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES FIRST(id) AS a AFTER MATCH SKIP TO A " + down, "!GENERIC_USER_ERROR: AFTER MATCH SKIP failed: cannot skip to first row of match"},
		{"SELECT a FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES FIRST(id) AS a AFTER MATCH SKIP TO D PATTERN (A D?) DEFINE D AS false)", "!GENERIC_USER_ERROR: AFTER MATCH SKIP failed: pattern variable is not present in match"},
	})
}

func TestMatchRows(t *testing.T) {
	high := "DEFINE B AS value > 80) "
	check(t, world(t), [][2]string{
		{"SELECT id, m, c, n FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS m, CLASSIFIER() AS c, count(*) AS n ALL ROWS PER MATCH PATTERN (B*) " + high, "1|1|B|1\n2|2|NULL|0\n3|3|NULL|0\n4|4|NULL|0\n5|5|B|1\n6|6|NULL|0\n7|7|NULL|0\n8|8|NULL|0"},
		{"SELECT id, m FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS m ALL ROWS PER MATCH OMIT EMPTY MATCHES PATTERN (B*) " + high, "1|1\n5|5"},
		{"SELECT id, m, one FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES MATCH_NUMBER() AS m, 1 AS one ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (B) " + high, "1|1|1\n2|NULL|NULL\n3|NULL|NULL\n4|NULL|NULL\n5|2|1\n6|NULL|NULL\n7|NULL|NULL\n8|NULL|NULL"},
		{"SELECT count(*) FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id PATTERN (() | B) DEFINE B AS true)", "8"}, {"SELECT m FROM " + stock + "MATCH_RECOGNIZE (PARTITION BY id % 2 MEASURES 1 AS m PATTERN (B) DEFINE B AS true)", "!INVALID_COLUMN_REFERENCE"},
		{"SELECT * FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES value AS v ALL ROWS PER MATCH PATTERN (^ A B$) DEFINE A AS true)", ""}, {"SELECT * FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES LAST(value) AS v PATTERN (A+ B$) DEFINE A AS true)", "60"}, {"SELECT * FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES LAST(id) AS v PATTERN (^A B) DEFINE A AS true)", "2"},
		{"SELECT * FROM " + stock + "MATCH_RECOGNIZE (PARTITION BY value ORDER BY id MEASURES count(A.*) AS n PATTERN (A A) DEFINE A AS true) AS m (v, n) ORDER BY 1", "80|2\n90|2"}, {"SELECT m.v FROM (SELECT * FROM " + stock + "WHERE id < 3) AS x MATCH_RECOGNIZE (ORDER BY id MEASURES value AS v PATTERN (A) DEFINE A AS true) AS m", "90\n80"},
		{"SELECT * FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id ALL ROWS PER MATCH PATTERN (A) DEFINE A AS id = 3)", "3|70"}, {"SELECT count(*) FROM (SELECT 1 x WHERE false) MATCH_RECOGNIZE (PATTERN (A*) DEFINE A AS true)", "0"},
	})
}

func TestMatchPatterns(t *testing.T) {
	labels := func(pattern, define string) string {
		return "SELECT x FROM " + stock + "MATCH_RECOGNIZE (ORDER BY id MEASURES array_join(array_agg(CLASSIFIER()), '') AS x PATTERN (" + pattern + ") DEFINE " + define + ")"
	}
	check(t, world(t), [][2]string{
		{labels("A{3}", "A AS true"), "AAA\nAAA"}, {labels("A{2,3}", "A AS true"), "AAA\nAAA\nAA"}, {labels("A{2,3}?", "A AS true"), "AA\nAA\nAA\nAA"}, {labels("A{,3} B", "A AS true"), "AAAB\nAAAB"}, {labels("A{7,}", "A AS true"), "AAAAAAAA"}, {labels("^ A{,}", "A AS true"), "AAAAAAAA"},
		{labels("^ A?? B+?", "A AS true"), "B"}, {labels("^ A*? B $", "A AS true"), "AAAAAAAB"}, {labels("A+? B", "A AS true"), "AB\nAB\nAB\nAB"}, {labels("^ (A | B)*", "A AS value > 75"), "AABAABBB"}, {labels("^ (A | B C){2}", "A AS true"), "AA"}, {labels("^ (() | A) B", "A AS true"), "B"},
		{labels("^ PERMUTE(A, B, C)", "A AS value = 70, B AS value = 80"), "CBA"}, {labels("^ PERMUTE(A, B, C)", "A AS value > 0"), "ABC"}, {labels("^ PERMUTE(A B, C)", "C AS value = 90"), "CAB"}, {labels("^ (A*)* B", "A AS value > 75"), "AAB"}, {labels("^ ((A?)+ B?)*", "A AS value > 75, B AS value < 80"), "AABAABBB"}, {labels("^ (A??)* B", "A AS value > 75"), "AAB"},
		{labels("A {0,1}", "A AS id = 1"), "A\nNULL\nNULL\nNULL\nNULL\nNULL\nNULL\nNULL"}, {labels("^ A+ B", "A AS sum(A.value) < 300, B AS count(B.*) = 1 AND avg(value) = 80"), "AAAB"}, {labels("^ A+ B", "A AS sum(value) < 300, B AS count(A.*) = 3 AND avg(value) = 80"), "AAAB"}, {labels("^ A+ B", "B AS max_by(CLASSIFIER(A), A.id) = 'A' AND B.value < A.value - 39"), "AAAAAB"},
		{labels("^ A+ B+ C", "B AS LAST(B.value, 1) IS NULL OR B.value < LAST(B.value, 1), C AS C.value > FIRST(B.value, 1) AND NEXT(C.value) IS NULL"), "AAAAABBC"}, {labels("A B", "B AS PREV(FIRST(A.value), 1) = 90 AND NEXT(value, 2) = 90"), "AB"},
		{labels("A", "A AS NOT_THERE = 1"), "!COLUMN_NOT_FOUND"}, {labels("A", "B AS true"), "!INVALID_LABEL: line 1:214: defined variable: B is not a primary pattern variable"}, {labels("A", "A AS true, A AS false"), "!INVALID_LABEL"}, {labels("A{3,2}", "A AS true"), "!NUMERIC_VALUE_OUT_OF_RANGE"}, {labels("A{0}", "A AS true"), "!NUMERIC_VALUE_OUT_OF_RANGE"}, {labels("A{100000}", "A AS true"), "!NOT_SUPPORTED"},
		{labels("PERMUTE(A,B,C,D,E,F,G,H)", "A AS true"), "!NOT_SUPPORTED"}, {labels("A", "A AS 1"), "!TYPE_MISMATCH"}, {labels("A B", "A AS LAST(A.value + B.value) = 1"), "!INVALID_ARGUMENTS"}, {labels("A", "A AS LAST(1) = 1"), "!INVALID_ARGUMENTS"}, {labels("A", "A AS FINAL LAST(id) = 1"), "!INVALID_PROCESSING_MODE"}, {labels("A", "A AS LAST(PREV(id)) = 1"), "!INVALID_NAVIGATION_NESTING"},
		{labels("A", "A AS sum(sum(id)) = 1"), "!NESTED_AGGREGATION"}, {labels("A", "A AS (SELECT true)"), "!NOT_SUPPORTED"}, {labels("A |", "A AS true"), "!SYNTAX_ERROR"}, {labels("A", "A AS id / (id - 5) = -1"), "!DIVISION_BY_ZERO"}, {labels("A", "A AS TRY(id / (id - 5)) = -1"), "A"}, {labels("A", "A AS count(DISTINCT id) = 1"), "!NOT_SUPPORTED"}, {"SELECT FINAL count(*) FROM orders", "!INVALID_PROCESSING_MODE"},
	})
}
