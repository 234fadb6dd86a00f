"""Athena and DuckDB over the same files: where both say that SQL means the same, they must answer the same. Arguments: seed and number of random queries."""
import datetime
import decimal
import io
import math
import random
import sys
import tempfile
import time

import boto3
import duckdb
import pyarrow as pa
from pyarrow import parquet

seed, count = int(sys.argv[1]), int(sys.argv[2])
athena, s3 = boto3.client("athena"), boto3.client("s3")
for b in ("tables", "answers"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
duck = duckdb.connect()
duck.execute("SET timezone = 'UTC'")
duck.execute("SET threads = 1")
duck.execute("SET default_null_order = 'nulls_last'")  # as Trino has it


def ask(sql):
    """Athena's rows as text, or why there are none."""
    id = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": "cross"}, ResultConfiguration={"OutputLocation": "s3://answers/"})["QueryExecutionId"]
    while True:
        e = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if e["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.01)
    if e["Status"]["State"] != "SUCCEEDED":
        return None, e["Status"]["StateChangeReason"]
    rows, first = [], True
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=id):
        types = [c["Type"] for c in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
        rows += [tuple(value(d.get("VarCharValue"), t) for d, t in zip(r["Data"], types)) for r in page["ResultSet"]["Rows"][first:]]
        first = False
    return rows, ""


def value(text, type):
    """What Athena wrote, as Python holds it."""
    if text is None:
        return None
    if type in ("tinyint", "smallint", "integer", "bigint"):
        return int(text)
    if type in ("double", "float", "real"):
        return float(text)
    if type == "decimal":
        return decimal.Decimal(text)
    if type == "boolean":
        return text == "true"
    if type == "date":
        return datetime.date.fromisoformat(text)
    if type == "timestamp":
        return datetime.datetime.fromisoformat(text)
    return text


def same(a, b):
    """Numbers that are equal to twelve digits: both add them up in an order of their own."""
    if isinstance(a, (int, float, decimal.Decimal)) and isinstance(b, (int, float, decimal.Decimal)) and not isinstance(a, bool) and not isinstance(b, bool):
        return a == b or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b))
    return type(a) is type(b) and a == b


def key(row):
    return tuple((v is None, float(v) if isinstance(v, (int, float, decimal.Decimal)) else 0, "" if isinstance(v, (int, float, decimal.Decimal)) else str(v)) for v in row)


off, refused, rows_seen = [], 0, 0


def check(sql, theirs=None):
    """Holds Athena's answer to DuckDB's; theirs is DuckDB's way to say it."""
    global refused, rows_seen
    try:
        want = duck.execute(theirs or sql).fetchall()
    except duckdb.Error as e:
        want = str(e)
    got, reason = ask(sql)
    if got is None and isinstance(want, str):
        refused += 1
        return
    if got is None or isinstance(want, str):
        off.append((sql, f"Athena: {reason or got[:3]}", f"DuckDB: {want if isinstance(want, str) else want[:3]}"))
        return
    ordered = "ORDER BY" in sql.rsplit(")", 1)[-1]
    if not ordered:
        got, want = sorted(got, key=key), sorted(want, key=key)
    rows_seen += len(want)
    for i in range(max(len(got), len(want))):
        a, b = got[i] if i < len(got) else None, want[i] if i < len(want) else None
        if a is None or b is None or len(a) != len(b) or not all(same(x, y) for x, y in zip(a, b)):
            off.append((sql, f"Athena, row {i + 1} of {len(got)}: {a}", f"DuckDB, row {i + 1} of {len(want)}: {b}"))
            return


# The same two tables for both: parquet of pyarrow's, and CSV.
r = random.Random(seed)
n = 2000
some = lambda make: [None if r.random() < 0.1 else make() for _ in range(n)]
facts = pa.table({
    "id": pa.array(range(n), pa.int64()), "k": pa.array(some(lambda: r.randrange(-5, 20)), pa.int32()), "big": pa.array(some(lambda: r.randrange(-10**12, 10**12)), pa.int64()),
    "x": pa.array(some(lambda: r.randrange(-4000, 4000) / 8), pa.float64()), "d": pa.array(some(lambda: decimal.Decimal(r.randrange(-10**6, 10**6)) / 100), pa.decimal128(10, 2)),
    "s": pa.array(some(lambda: r.choice(["", "a", "b", "Ab", "abc", "zebra", "Müller", "x y z", "10", "%_"]))), "b": pa.array(some(lambda: r.random() < 0.5), pa.bool_()),
    "day": pa.array(some(lambda: datetime.date(2024, 1, 1) + datetime.timedelta(days=r.randrange(800))), pa.date32()),
    "t": pa.array(some(lambda: datetime.datetime(2024, 2, 28) + datetime.timedelta(milliseconds=r.randrange(10**11))), pa.timestamp("ms")),
})
names = pa.table({"k": pa.array([None, *range(-3, 15), 7], pa.int32()), "name": pa.array([f"name {i % 6}" for i in range(20)])})
for name, t, columns in (("facts", facts, "id bigint, k int, big bigint, x double, d decimal(10,2), s string, b boolean, day date, t timestamp"), ("names", names, "k int, name string")):
    out = io.BytesIO()
    parquet.write_table(t, out, row_group_size=300)
    s3.put_object(Bucket="tables", Key=f"{name}/data.parquet", Body=out.getvalue())
    if name == "facts":
        ask("CREATE DATABASE cross")
    _, reason = ask(f"CREATE EXTERNAL TABLE {name} ({columns}) STORED AS PARQUET LOCATION 's3://tables/{name}/'")
    assert not reason, reason
    duck.execute(f"CREATE TABLE {name} AS SELECT * FROM t")
lines = "".join(f"{i},{i % 7},{i / 4},w{i % 3}\n" for i in range(500))
s3.put_object(Bucket="tables", Key="csv/data.csv", Body=lines.encode())
ask("CREATE EXTERNAL TABLE csv (id int, k int, x double, w string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://tables/csv/'")
with tempfile.NamedTemporaryFile("w") as f:
    f.write(lines)
    f.flush()
    duck.execute(f"CREATE TABLE csv AS SELECT * FROM read_csv('{f.name}', header=false, columns={{'id': 'INTEGER', 'k': 'INTEGER', 'x': 'DOUBLE', 'w': 'VARCHAR'}})")

# What people ask every day. A pair has DuckDB's own word for the same.
for q in open("duckdb_queries.sql").read().split(";\n"):
    if q := "\n".join(line for line in q.splitlines() if not line.startswith("--")).strip():
        ours, _, theirs = q.partition("\n==\n")
        check(ours, theirs or None)
common = len(off)


class Query:
    """Makes queries by chance, of what both understand alike."""

    columns = {"n": ["k", "big", "id"], "x": ["x"], "d": ["d"], "s": ["s"], "b": ["b"], "day": ["day"], "at": ["t"]}

    def of(self, kind, depth=2):
        leaf = depth <= 0 or r.random() < 0.4
        pick = lambda: r.choice(self.columns[kind])
        e = lambda k: self.of(k, depth - 1)
        if kind == "n":
            if leaf:
                return r.choice([pick(), pick(), str(r.randrange(-9, 30))])
            return r.choice([
                lambda: f"({e('n')} + {r.randrange(9)})", lambda: f"({pick()} * {r.randrange(-3, 4)})", lambda: f"({e('n')} - {pick()})", lambda: f"({pick()} % {r.choice([2, 3, 7, -4])})", lambda: f"abs({e('n')})",
                lambda: f"coalesce({e('n')}, {r.randrange(5)})", lambda: f"nullif({e('n')}, {r.randrange(5)})", lambda: f"length({e('s')})", lambda: f"(CASE WHEN {e('b')} THEN {e('n')} ELSE {e('n')} END)",
                lambda: f"CAST({e('b')} AS integer)", lambda: f"year({e('day')})", lambda: f"month({e('at')})", lambda: f"day({e('day')})", lambda: f"hour(t)", lambda: f"greatest(coalesce({e('n')}, 0), coalesce({e('n')}, 1))",
                lambda: f"strpos({e('s')}, 'b')", lambda: f"date_diff('day', {e('day')}, {e('day')})", lambda: f"quarter({e('day')})", lambda: f"sign({e('n')})"])()
        if kind == "x":
            if leaf:
                return r.choice(["x", f"{r.randrange(-50, 50) / 4}E0"])
            return r.choice([lambda: f"({e('x')} + {e('x')})", lambda: f"({e('x')} * 0.5E0)", lambda: f"CAST({e('n')} AS double)", lambda: f"abs({e('x')})", lambda: f"floor({e('x')})", lambda: f"ceil({e('x')})",
                             lambda: f"sqrt(abs({e('x')}))", lambda: f"({e('x')} / 4E0)", lambda: f"coalesce({e('x')}, 0E0)", lambda: f"least(coalesce({e('x')}, 0E0), coalesce({e('x')}, 1E0))", lambda: f"power({r.choice(['x', '2E0'])}, 2E0)", lambda: f"CAST({e('d')} AS double)"])()
        if kind == "d":
            return "d" if leaf else r.choice([lambda: f"({e('d')} + 1.25)", lambda: "(d * 2)", lambda: "(-d)", lambda: f"coalesce({e('d')}, 0.00)", lambda: "abs(d)"])()
        if kind == "s":
            if leaf:
                return r.choice(["s", "s", f"'{r.choice(['', 'a', 'Ab', 'zebra', 'ü'])}'"])
            return r.choice([lambda: f"upper({e('s')})", lambda: f"lower({e('s')})", lambda: f"({e('s')} || {e('s')})", lambda: f"substr({e('s')}, {r.randrange(1, 4)}, {r.randrange(0, 4)})", lambda: f"trim({e('s')})",
                             lambda: f"replace({e('s')}, 'b', 'cc')", lambda: f"reverse({e('s')})", lambda: f"coalesce({e('s')}, 'none')", lambda: f"CAST({e('n')} AS varchar)", lambda: f"lpad({e('s')}, 5, '*')", lambda: f"rpad({e('s')}, 2, 'ab')",
                             lambda: f"CAST({e('day')} AS varchar)", lambda: f"(CASE {e('n')} WHEN 3 THEN 'three' ELSE {e('s')} END)", lambda: "CAST(d AS varchar)"])()
        if kind == "b":
            if leaf:
                return r.choice(["b", "(k > 3)", "(s IS NULL)", "(x IS NOT NULL)"])
            k = r.choice(["n", "x", "s", "day", "d"])
            return r.choice([lambda: f"({e(k)} {r.choice(['=', '<>', '<', '<=', '>', '>='])} {e(k)})", lambda: f"({e('b')} AND {e('b')})", lambda: f"({e('b')} OR {e('b')})", lambda: f"(NOT {e('b')})", lambda: f"({e('n')} BETWEEN -2 AND {e('n')})",
                             lambda: f"({e('s')} LIKE '{r.choice(['a%', '%b%', '_b%', '', '%'])}')", lambda: f"({e('n')} IN (1, 2, {r.choice(['3', 'NULL', 'k'])}))", lambda: f"({e(k)} IS NULL)", lambda: f"({e('n')} IS DISTINCT FROM {e('n')})",
                             lambda: f"(k IN (SELECT k FROM names WHERE {r.choice(['k IS NOT NULL', 'true', 'k > 5'])}))", lambda: "EXISTS (SELECT 1 FROM names WHERE names.k = facts.k)"])()
        if kind == "day":
            return r.choice(["day", "DATE '2024-02-29'"]) if leaf else r.choice([lambda: f"CAST({e('day')} + INTERVAL '{r.randrange(40)}' DAY AS date)", lambda: "CAST(t AS date)", lambda: f"coalesce({e('day')}, DATE '2025-01-01')",
                                                                                     lambda: f"CAST(date_trunc('{r.choice(['month', 'week', 'year', 'quarter'])}', day) AS date)"])()
        return "t" if leaf else r.choice([lambda: f"date_trunc('{r.choice(['hour', 'day', 'minute', 'month'])}', t)", lambda: f"(t + INTERVAL '{r.randrange(100)}' MINUTE)", lambda: "CAST(day AS timestamp)"])()

    def aggregate(self):
        return r.choice([lambda: "count(*)", lambda: f"count({self.of('s')})", lambda: f"sum({self.of('n', 1)})", lambda: f"min({self.of(r.choice(['n', 's', 'day', 'x', 'at']))})", lambda: f"max({self.of(r.choice(['n', 's', 'day', 'x', 'at']))})",
                         lambda: f"avg({self.of('x')})", lambda: f"count(DISTINCT {self.of(r.choice(['n', 's']))})", lambda: f"sum({self.of('d', 1)})", lambda: f"sum({self.of('n', 1)}) FILTER (WHERE {self.of('b')})", lambda: f"bool_and({self.of('b')})",
                         lambda: f"bool_or({self.of('b')})", lambda: "stddev_samp(x)", lambda: "var_pop(x)", lambda: "max_by(id, id)"])()

    def window(self):
        by, over = r.choice(["k", "b", "s", "day"]), r.choice(["id", "id DESC"])
        what = r.choice(["row_number()", "rank()", "sum(k)", "lag(k)", "lead(s, 2)", "first_value(x)", "count(*)", "max(x)", "dense_rank()", "ntile(3)", "min(day)", "lag(x, 1, 0E0)"])
        frame = r.choice(["", "", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING"]) if what[:3] in ("sum", "cou", "max", "min", "fir") else ""
        return f"{what} OVER (PARTITION BY {by} ORDER BY {over}{frame})"

    def make(self):
        where = f" WHERE {self.of('b', 3)}" if r.random() < 0.6 else ""
        shape = r.randrange(6)
        if shape == 0:
            return f"SELECT {', '.join(self.of(r.choice(list(self.columns))) for _ in range(r.randrange(1, 5)))} FROM facts{where}"
        if shape == 1:
            keys = [self.of(r.choice(["n", "s", "b", "day"])) for _ in range(r.randrange(1, 3))]
            having = f" HAVING count(*) > {r.randrange(4)}" if r.random() < 0.3 else ""
            return f"SELECT {', '.join(keys)}, {', '.join(self.aggregate() for _ in range(r.randrange(1, 4)))} FROM facts{where} GROUP BY {', '.join(str(i + 1) for i in range(len(keys)))}{having}"
        if shape == 2:
            return f"SELECT id, {self.window()}, {self.window()} FROM facts{where}"
        if shape == 3:
            kind = r.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            return f"SELECT name, count(*), count(facts.id), sum(x), min(s) FROM facts {kind} names ON facts.k = names.k{r.choice(['', ' AND x > 0', ' AND id < 900'])} GROUP BY name"
        if shape == 4:
            op = r.choice(["UNION", "UNION ALL", "INTERSECT", "EXCEPT"])
            kind = r.choice(["n", "s", "day"])
            return f"SELECT {self.of(kind)} FROM facts{where} {op} SELECT {self.of(kind)} FROM facts"
        return f"WITH t AS (SELECT {self.of('n')} AS a, {self.of('s')} AS c, {self.of('x')} AS e FROM facts{where}) SELECT c, a, e FROM t ORDER BY c NULLS FIRST, a DESC NULLS LAST, e NULLS LAST LIMIT {r.randrange(1, 50)}"


made = Query()
for _ in range(count):
    check(made.make())
for sql, ours, theirs in off[:15]:
    print(sql, ours, theirs, sep="\n  ")
assert not off, f"{common} common and {len(off) - common} of {count} random queries differ (seed {seed})"
print(f"{rows_seen} rows agree; {refused} queries are refused by both")
print("all held")
