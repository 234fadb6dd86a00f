package syntax

import "testing"

func TestQueriesParse(t *testing.T) {
	for _, q := range []string{
		"SELECT 1", "select a.b, c as d, e f, t.* from x.y.t as t where a = 1 and not b or c is not null;",
		"WITH a AS (SELECT 1), b(x) AS (VALUES 1, (2)) SELECT * FROM a, b ORDER BY 1 DESC NULLS FIRST LIMIT 10",
		"SELECT count(*) FILTER (WHERE x > 1), sum(DISTINCT y), rank() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
		"SELECT array_agg(x ORDER BY y DESC) FROM t GROUP BY GROUPING SETS ((a, b), a, ())", "SELECT * FROM t CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS u (x, y, n)",
		"((SELECT 1) UNION ALL (SELECT 2)) EXCEPT SELECT 3", "SELECT ((SELECT 1) UNION (SELECT 2)), (1, 'a'), ((1))", "SELECT * FROM ((a JOIN b ON a.x = b.x) LEFT JOIN c USING (y))",
		"SELECT transform(a, x -> x + 1), reduce(a, 0, (s, x) -> s + x, s -> s), f(() -> 1)", "SELECT CAST(x AS row(a bigint, b array(varchar(3)))), TRY_CAST('1' AS decimal(10,2))",
		"SELECT DATE '2020-01-01' + INTERVAL '1' DAY, INTERVAL -'2-3' YEAR TO MONTH, TIMESTAMP '2020-01-01 00:00:00' AT TIME ZONE 'UTC'",
		"SELECT extract(year FROM d), substring(s FROM 2 FOR 3), trim(LEADING 'x' FROM s), position('a' IN s), trim(s), substr(s, 1)",
		"SELECT x[1].y['a'], ARRAY[1,2][1], -x, - -1, X'0aFF', 1e3, .5, 1.", "SELECT * FROM t TABLESAMPLE BERNOULLI (10) WHERE x = ANY (SELECT 1) AND EXISTS (SELECT 1) AND y IN ((SELECT 1))",
		"SELECT CASE WHEN a THEN 1 ELSE 2 END, CASE x WHEN 1 THEN 'a' END, x NOT BETWEEN 1 AND 2, x NOT IN (1,2), x NOT LIKE 'a' ESCAPE '\\', a IS NOT DISTINCT FROM b",
		"SELECT lead(x) IGNORE NULLS OVER w FROM t WINDOW w AS (ORDER BY x)", "SELECT listagg(x, ',' ON OVERFLOW TRUNCATE '…' WITH COUNT) WITHIN GROUP (ORDER BY x) FROM t",
		"SELECT 1 OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY", "TABLE t", "SELECT current_date, current_timestamp(3), ?", "SELECT a, b FROM t GROUP BY (a, b), ROLLUP (c), CUBE (d, e)",
		"SELECT /* a\nb */ 1 -- c", "SELECT json_extract_scalar(x, '$.a') limit_ FROM t offset 1", "SELECT date, timestamp, if(a, b, c) FROM t", `SELECT "Weird Name", "a""b" FROM "db"."t-1"`,
	} {
		if _, err := Parse(q); err != nil {
			t.Errorf("%s\n\t%v", q, err)
		}
	}
}

func TestStatementsParse(t *testing.T) {
	for _, q := range []string{
		"CREATE EXTERNAL TABLE IF NOT EXISTS `db`.`logs` (`a` string COMMENT 'x', b array<struct<c:int,d:map<string,decimal(10,2)>>>, `date` date)\nCOMMENT 'y' PARTITIONED BY (dt string, `h` int)\n" +
			"CLUSTERED BY (a) INTO 4 BUCKETS ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY ',' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n' NULL DEFINED AS ''\n" +
			"STORED AS TEXTFILE LOCATION 's3://b/p/' TBLPROPERTIES ('skip.header.line.count'='1', \"x\"=\"y\")",
		"CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('a'='b') STORED AS INPUTFORMAT 'x' OUTPUTFORMAT 'y' LOCATION 's3://b/'",
		"CREATE TABLE t (id bigint, ts timestamp) PARTITIONED BY (day(ts), bucket(16, id)) LOCATION 's3://b/' TBLPROPERTIES ('table_type'='ICEBERG')",
		"CREATE TABLE a.b WITH (format = 'PARQUET', partitioned_by = ARRAY['x']) AS SELECT * FROM t WITH NO DATA", "CREATE OR REPLACE VIEW v AS SELECT \"a\" FROM t", "INSERT INTO t (a, b) SELECT 1, 2", "INSERT INTO t VALUES (1, 2), (3, 4)",
		"UNLOAD (SELECT 1) TO 's3://b/x/' WITH (format = 'JSON', compression = 'gzip')", "DROP TABLE IF EXISTS `a.b`", "DROP VIEW v", "DROP DATABASE IF EXISTS d CASCADE", "CREATE DATABASE IF NOT EXISTS d COMMENT 'c' LOCATION 's3://x' WITH DBPROPERTIES ('a'='b')",
		"ALTER TABLE t ADD IF NOT EXISTS PARTITION (a = '1', b = 2) LOCATION 's3://x' PARTITION (a='2', b=3)", "ALTER TABLE t DROP IF EXISTS PARTITION (a < '1'), PARTITION (a = DATE '2020-01-01')", "ALTER TABLE t PARTITION (a='1') RENAME TO PARTITION (a='2')",
		"ALTER TABLE t ADD COLUMNS (x int, y string)", "ALTER TABLE t REPLACE COLUMNS (x int)", "ALTER TABLE t CHANGE COLUMN a b int COMMENT 'x' AFTER c", "ALTER TABLE t PARTITION (a='1') SET LOCATION 's3://x'", "ALTER TABLE t SET TBLPROPERTIES ('a'='b')",
		"ALTER DATABASE d SET DBPROPERTIES ('a'='b')", "ALTER VIEW v AS SELECT 1", "MSCK REPAIR TABLE t", "SHOW DATABASES LIKE 'a.*'", "SHOW TABLES IN d '*x*'", "SHOW COLUMNS IN t FROM d", "SHOW PARTITIONS d.t", "SHOW CREATE TABLE t", "SHOW CREATE VIEW v", "SHOW VIEWS IN d LIKE 'x'",
		"SHOW TBLPROPERTIES t ('a')", "DESCRIBE EXTENDED d.t", "DESCRIBE FORMATTED t PARTITION (a='1')", "DESC t", "DESCRIBE t col", "DESCRIBE VIEW v", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "EXPLAIN (TYPE DISTRIBUTED, FORMAT JSON) SELECT 1",
		"PREPARE p FROM SELECT * FROM t WHERE a = ?", "EXECUTE p USING 1, 'a'", "DEALLOCATE PREPARE p",
	} {
		if _, err := Parse(q); err != nil {
			t.Errorf("%s\n\t%v", q, err)
		}
	}
}

func TestCreateTableKeepsWhatItSays(t *testing.T) {
	s, err := Parse("CREATE EXTERNAL TABLE d.t (a ARRAY<STRUCT<`X` : INT, y: string>>) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' LOCATION 's3://b/'")
	if err != nil {
		t.Fatal(err)
	}
	c := s.(*CreateTable)
	if got := c.Columns[0].Type; got != "array<struct<x:int,y:string>>" {
		t.Errorf("type %q", got)
	}
	if *c.RowFormat.Fields != "\x01" || c.Location != "s3://b/" || !c.External || c.Name.Parts[1] != "t" {
		t.Errorf("%+v", c)
	}
}

func TestErrorsTellThePlace(t *testing.T) {
	for q, want := range map[string]string{
		"SELECT":                         "SYNTAX_ERROR: line 1:7: mismatched input '<EOF>'. Expecting: <expression>",
		"SELECT *\nFRM t":                "SYNTAX_ERROR: line 2:1: mismatched input 'FRM'. Expecting: <EOF>",
		"SELECT a FROM t WHERE":          "SYNTAX_ERROR: line 1:22: mismatched input '<EOF>'. Expecting: <expression>",
		"SELECT `a` FROM t":              "SYNTAX_ERROR: line 1:8: backquoted identifiers are not supported; use double quotes to quote identifiers",
		"SELECT * FROM 1t":               "SYNTAX_ERROR: line 1:15: identifiers must not start with a digit; surround the identifier with double quotes",
		"SELECT CAST(1 AS money)":        "TYPE_NOT_FOUND: line 1:18: Unknown type: money",
		"SELECT CAST(1 AS timestamp(9))": "NOT_SUPPORTED: line 1:18: TIMESTAMP precision beyond microseconds is not supported: 9",
	} {
		if _, err := Parse(q); err == nil || err.Error() != want {
			t.Errorf("%s\n\t%v\n\twant %s", q, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("SELECT a, count(*) FROM t WHERE b IN (1, 2) GROUP BY 1 ORDER BY 2 DESC LIMIT 3")
	f.Add("CREATE EXTERNAL TABLE t (a array<int>) LOCATION 's3://b/'")
	f.Add("SELECT ((((SELECT 1) UNION SELECT x -> y[1].z")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 10000 {
			Parse(s) // answers or refuses, and comes to an end
		}
	})
}
