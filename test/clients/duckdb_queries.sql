-- What people ask of tables every day, for duckdb_client.py. After == stands DuckDB's word for the same.
SELECT count(*), count(k), count(DISTINCT k), sum(k), min(x), max(x) FROM facts;
SELECT * FROM facts WHERE id < 50;
SELECT s, count(*) AS n FROM facts GROUP BY s ORDER BY n DESC, s;
SELECT k, avg(x), sum(d), avg(big) FROM facts GROUP BY k;
SELECT b, k, count(*) FROM facts GROUP BY ROLLUP (b, k);
SELECT b, k, count(*) FROM facts GROUP BY CUBE (b, k);
SELECT b, k, grouping(b, k), count(*) FROM facts GROUP BY GROUPING SETS ((b), (k), ());
SELECT DISTINCT k % 3, b FROM facts;
SELECT name, count(*) FROM facts JOIN names USING (k) GROUP BY name;
SELECT f.id, n.name FROM facts f LEFT JOIN names n ON f.k = n.k WHERE f.id < 100;
SELECT count(*) FROM facts f FULL OUTER JOIN names n ON f.k = n.k AND f.x > 10;
SELECT count(*) FROM facts CROSS JOIN names;
SELECT a.id, b.id FROM facts a JOIN facts b ON a.k = b.k AND a.id < b.id WHERE a.id < 40 AND b.id < 60;
SELECT id FROM facts WHERE k IN (SELECT k FROM names WHERE name LIKE '%1');
SELECT id FROM facts WHERE k NOT IN (SELECT k FROM names WHERE k IS NOT NULL);
SELECT id FROM facts WHERE k NOT IN (SELECT k FROM names);
SELECT id FROM facts f WHERE EXISTS (SELECT 1 FROM names n WHERE n.k = f.k AND n.name = 'name 2');
SELECT id FROM facts f WHERE x > (SELECT avg(x) FROM facts g WHERE g.k = f.k);
SELECT (SELECT max(x) FROM facts) - x FROM facts WHERE id < 20;
SELECT id, x FROM facts ORDER BY x DESC NULLS LAST, id LIMIT 20;
SELECT id, x FROM facts ORDER BY x, id OFFSET 10 LIMIT 5
==
SELECT id, x FROM facts ORDER BY x, id LIMIT 5 OFFSET 10;
SELECT k FROM facts UNION SELECT k FROM names;
SELECT k FROM facts INTERSECT SELECT k FROM names;
SELECT k FROM names EXCEPT SELECT k FROM facts;
WITH a AS (SELECT k, sum(x) AS t FROM facts GROUP BY k), b AS (SELECT max(t) AS m FROM a) SELECT k FROM a JOIN b ON t = m;
SELECT id, row_number() OVER (PARTITION BY k ORDER BY id), sum(x) OVER (PARTITION BY k ORDER BY id) FROM facts;
SELECT id, x - lag(x) OVER (ORDER BY id), lead(s, 2, 'end') OVER (ORDER BY id) FROM facts;
SELECT id, avg(x) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING) FROM facts;
SELECT id, rank() OVER (ORDER BY k), dense_rank() OVER (ORDER BY k), percent_rank() OVER (ORDER BY k), cume_dist() OVER (ORDER BY k) FROM facts;
SELECT id, sum(k) OVER (ORDER BY k RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM facts WHERE k IS NOT NULL;
SELECT id, first_value(s) OVER w, last_value(s) OVER w, nth_value(s, 2) OVER w FROM facts WINDOW w AS (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING);
SELECT * FROM (SELECT id, k, row_number() OVER (PARTITION BY k ORDER BY x DESC NULLS LAST, id) AS n FROM facts) WHERE n <= 2;
SELECT CASE WHEN x < 0 THEN 'below' WHEN x = 0 THEN 'zero' WHEN x > 0 THEN 'above' END, count(*) FROM facts GROUP BY 1;
SELECT date_trunc('month', t), count(*) FROM facts GROUP BY 1;
SELECT year(day), month(day), count(*) FROM facts GROUP BY 1, 2;
SELECT day, day + INTERVAL '1' MONTH, day - INTERVAL '1' YEAR FROM facts WHERE id < 200
==
SELECT day, CAST(day + INTERVAL '1' MONTH AS date), CAST(day - INTERVAL '1' YEAR AS date) FROM facts WHERE id < 200;
SELECT id, t + INTERVAL '90' MINUTE, t - INTERVAL '2' DAY FROM facts WHERE id < 200;
SELECT date_diff('day', DATE '2024-02-28', day), date_diff('hour', TIMESTAMP '2024-02-28 00:00:00', t) FROM facts
==
SELECT date_diff('day', DATE '2024-02-28', day), date_sub('hour', TIMESTAMP '2024-02-28 00:00:00', t) FROM facts;
SELECT date_format(t, '%Y-%m-%d %H:%i:%s') FROM facts
==
SELECT strftime(t, '%Y-%m-%d %H:%M:%S') FROM facts;
SELECT extract(DOW FROM day), extract(DOY FROM day), extract(WEEK FROM day), extract(QUARTER FROM day) FROM facts
==
SELECT isodow(day), dayofyear(day), week(day), quarter(day) FROM facts;
SELECT to_unixtime(t) FROM facts
==
SELECT epoch(t) FROM facts;
SELECT upper(s), lower(s), length(s), reverse(s), substr(s, 2), trim('  ' || s || ' '), s || '!' || s FROM facts;
SELECT s, regexp_like(s, '^[a-z]+$'), regexp_replace(s, '[aeiou]', '*'), regexp_extract(s, '([a-z])b', 1) FROM facts
==
SELECT s, regexp_matches(s, '^[a-z]+$'), regexp_replace(s, '[aeiou]', '*', 'g'), CASE WHEN regexp_matches(s, '([a-z])b') THEN regexp_extract(s, '([a-z])b', 1) END FROM facts;
SELECT split_part(s, ' ', 2), strpos(s, 'b'), replace(s, 'a', 'o'), lpad(s, 6, '.'), rpad(s, 6, '.') FROM facts
==
SELECT CASE WHEN s LIKE '% %' THEN split_part(s, ' ', 2) END, strpos(s, 'b'), replace(s, 'a', 'o'), lpad(s, 6, '.'), rpad(s, 6, '.') FROM facts;
SELECT s LIKE 'a%', s LIKE '%\%%' ESCAPE '\', s LIKE '_b%' FROM facts;
SELECT cast(k AS varchar), cast(x AS bigint), cast(d AS double), cast(b AS varchar), cast(day AS timestamp), cast(t AS date) FROM facts WHERE x * 2 = floor(x * 2) AND x <> floor(x) + 0.5E0;
SELECT try_cast(s AS integer) FROM facts;
SELECT big / 7, big % 7, k / 2, -k / 2, k % -3 FROM facts
==
SELECT big // 7, big % 7, k // 2, -k // 2, k % -3 FROM facts;
SELECT d + 1.5, d - 0.01, d * 2, abs(d), round(d, 1), sum(d) OVER (PARTITION BY k) FROM facts;
SELECT round(x), round(x, 1), floor(x), ceil(x), truncate(x), sign(x), sqrt(abs(x)), ln(abs(x) + 1), exp(x / 1000) FROM facts
==
SELECT round(x), round(x, 1), floor(x), ceil(x), trunc(x), CAST(sign(x) AS double), sqrt(abs(x)), ln(abs(x) + 1), exp(x / 1000) FROM facts;
SELECT greatest(k, 3), least(k, id), coalesce(k, -1), nullif(k, 3) FROM facts WHERE k IS NOT NULL;
SELECT k, stddev(x), variance(x), stddev_pop(x), var_pop(x), covar_pop(x, k), corr(x, big), regr_slope(x, big) FROM facts GROUP BY k;
SELECT k, min_by(s, id), max_by(s, id), arbitrary(k) FROM facts GROUP BY k
==
SELECT k, arg_min_null(s, id), arg_max_null(s, id), any_value(k) FROM facts GROUP BY k;
SELECT k, count_if(x > 0), bool_and(x > -499), bool_or(b), sum(x) FILTER (WHERE b) FROM facts GROUP BY k;
SELECT k, array_join(array_agg(s ORDER BY id), ',') FROM facts WHERE id < 300 GROUP BY k
==
SELECT k, string_agg(s, ',' ORDER BY id) FROM facts WHERE id < 300 GROUP BY k;
SELECT k, listagg(s, '|') WITHIN GROUP (ORDER BY id) FROM facts WHERE s IS NOT NULL GROUP BY k
==
SELECT k, string_agg(s, '|' ORDER BY id) FROM facts WHERE s IS NOT NULL GROUP BY k;
SELECT y FROM UNNEST(sequence(1, 10, 3)) AS t (y)
==
SELECT unnest(generate_series(1, 10, 3));
SELECT id, y FROM facts CROSS JOIN UNNEST(ARRAY[k, 1]) AS t (y) WHERE id < 30
==
SELECT id, unnest([k, 1]) FROM facts WHERE id < 30;
SELECT bitwise_and(k, 6), bitwise_or(k, 1), bitwise_xor(k, 3) FROM facts
==
SELECT CAST(k & 6 AS bigint), CAST(k | 1 AS bigint), CAST(xor(k, 3) AS bigint) FROM facts;
SELECT to_hex(md5(to_utf8(s))) FROM facts
==
SELECT upper(md5(s)) FROM facts;
SELECT x IS DISTINCT FROM d, k IS NOT DISTINCT FROM NULL FROM facts;
SELECT b AND NULL, b OR NULL, NOT b, b AND k > 3, b OR k > 3 FROM facts;
SELECT NULL IN (1, 2), 1 IN (2, NULL), 1 NOT IN (2, NULL), NULL = NULL;
SELECT count(*), sum(k), avg(k), max(s) FROM facts WHERE id < 0;
SELECT k, count(*) FROM facts WHERE id < 0 GROUP BY k;
SELECT w, sum(id), avg(x), count(DISTINCT k) FROM csv GROUP BY w;
SELECT csv.w, count(*) FROM csv JOIN facts ON csv.id = facts.id WHERE facts.b GROUP BY csv.w;
SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (n, s) WHERE s IS NULL OR n > 0;
SELECT k, x FROM facts WHERE (k, b) IN ((1, true), (2, false));
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 8) SELECT f.id, t.n FROM facts f JOIN t ON f.k = t.n WHERE f.id < 200;
WITH RECURSIVE t(n) AS (SELECT k FROM names WHERE k < 3 UNION SELECT n + 2 FROM t WHERE n < 9) SELECT n FROM t;
SELECT n.name, f.id FROM names n LEFT JOIN facts f ON f.k = n.k AND f.x > (SELECT avg(x) FROM facts);
SELECT count(*), count(f.id) FROM facts f RIGHT JOIN names n ON f.k = n.k AND n.k IN (SELECT max(k) FROM names);
SELECT (SELECT max(k) FROM names) AS m, k, count(*) FROM facts GROUP BY (SELECT max(k) FROM names), k;
