package sql_test

import (
	"fmt"
	"strconv"
	"testing"
)

// https://trino.io/docs/current/functions/setdigest.html
func TestSetDigestsOfThePage(t *testing.T) {
	texts := `WITH text_input(id, text) AS (VALUES (1, 'The quick brown fox jumps over the lazy dog'), (2, 'The quick and the lazy'), (3, 'The quick brown fox jumps over the dog')),
		text_ngrams(id, ngrams) AS (SELECT id, transform(ngrams(split(text, ' '), 4), token -> array_join(token, ' ')) FROM text_input),
		minhash_digest(id, digest) AS (SELECT id, (SELECT make_set_digest(v) FROM unnest(ngrams) u(v)) FROM text_ngrams)
		SELECT m1.id, m2.id, intersection_cardinality(m1.digest, m2.digest), jaccard_index(m1.digest, m2.digest) FROM minhash_digest m1 JOIN minhash_digest m2 ON m1.id < m2.id ORDER BY 1, 2`
	check(t, world(t), [][2]string{
		{texts, "1|2|0|0.0\n1|3|4|0.6\n2|3|0|0.0"},
		{"SELECT cardinality(make_set_digest(value)) FROM (VALUES 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5) T(value)", "5"},
		{"SELECT intersection_cardinality(make_set_digest(v1), make_set_digest(v2)) FROM (VALUES (1, 1), (NULL, 2), (2, 3), (3, 4)) T(v1, v2)", "3"},
		{"SELECT jaccard_index(make_set_digest(v1), make_set_digest(v2)) FROM (VALUES (1, 1), (NULL, 2), (2, 3), (NULL, 4)) T(v1, v2)", "0.5"},
		{"SELECT hash_counts(make_set_digest(value)) FROM (VALUES 1, 1, 1, 2, 2) T(value)", "{-2447670524089286488=2, 19144387141682250=3}"},
		{"SELECT cardinality(merge_set_digest(d)), hash_counts(merge_set_digest(d)) FROM (SELECT make_set_digest(v) d FROM (VALUES (1, 1), (1, 1), (2, 1), (2, 2)) t(g, v) GROUP BY g)", "2|{-2447670524089286488=1, 19144387141682250=3}"},
	})
}

// What a hundred thousand values in many digests that are merged tell of them is near the truth.
func TestDigestsAreNear(t *testing.T) {
	m := world(t)
	from := "(SELECT %s d FROM (SELECT a.x * 10 + b.y v FROM UNNEST(sequence(0, 9999)) a(x), UNNEST(sequence(1, 10)) b(y)) GROUP BY v %% 7)"
	for _, c := range []struct {
		what  string
		of    string
		truth float64
		off   float64
	}{
		{"value_at_quantile(merge(d), 0.99)", "tdigest_agg(v)", 99000, 100}, {"value_at_quantile(merge(d), 0.5)", "tdigest_agg(v)", 50000, 1000}, {"value_at_quantile(merge(d), 0.001)", "tdigest_agg(v)", 100, 60},
		{"value_at_quantile(merge(d), 0.5)", "qdigest_agg(v)", 50000, 1000}, {"value_at_quantile(merge(d), 0.9)", "qdigest_agg(v, 1, 0.001)", 90000, 100}, {"quantile_at_value(merge(d), 25000) * 100000", "qdigest_agg(v)", 25000, 1000},
		{"cardinality(merge_set_digest(d))", "make_set_digest(v)", 100000, 7000}, {"cardinality(merge(d))", "approx_set(v)", 100000, 7000},
	} {
		got, err := strconv.ParseFloat(m.rows("SELECT CAST("+c.what+" AS decimal(20,3)) FROM "+fmt.Sprintf(from, c.of)), 64)
		if err != nil || got < c.truth-c.off || got > c.truth+c.off {
			t.Errorf("%s of %s is %v (%v), want %v", c.what, c.of, got, err, c.truth)
		}
	}
	if got := m.rows("SELECT intersection_cardinality(a, b) BETWEEN 35000 AND 50000, jaccard_index(a, b) BETWEEN 0.37 AND 0.43 FROM (SELECT make_set_digest(v) FILTER (WHERE v <= 70000) a, make_set_digest(v) FILTER (WHERE v > 30000) b FROM " +
		"(SELECT a.x * 10 + b.y v FROM UNNEST(sequence(0, 9999)) a(x), UNNEST(sequence(1, 10)) b(y)))"); got != "true|true" {
		t.Error(got)
	}
}
