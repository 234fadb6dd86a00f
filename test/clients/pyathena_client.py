"""Athena as PyAthena asks it: DB-API cursors of every kind, large results page by page, and the AWS CLI's own paging."""
import asyncio
import datetime
import decimal
import functools
import json
import os
import subprocess
import time

import boto3
import pyarrow.fs
import pyathena
from pyathena.arrow.cursor import ArrowCursor
from pyathena.async_cursor import AsyncCursor, AsyncDictCursor
from pyathena.cursor import DictCursor
from pyathena.pandas.cursor import PandasCursor

# PyAthena cannot say to pyarrow where S3 is, and pyarrow does not look for AWS_ENDPOINT_URL.
pyarrow.fs.S3FileSystem = functools.partial(pyarrow.fs.S3FileSystem, endpoint_override=os.environ["AWS_ENDPOINT_URL"])
s3, athena = boto3.client("s3"), boto3.client("athena")
for b in ("lake", "answers"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
to = {"s3_staging_dir": "s3://answers/py/", "schema_name": "shop", "poll_interval": 0.02}
pyathena.connect(**{**to, "schema_name": "default"}).cursor().execute("CREATE DATABASE shop")
conn = pyathena.connect(**to)

# Values of every type, as each cursor reads them.
every = """SELECT true AS yes, CAST(1 AS tinyint) AS tiny, CAST(2 AS smallint) AS small, 3 AS whole, BIGINT '9007199254740993' AS big, REAL '1.5' AS single, 2.25E0 AS twice,
    CAST('3.10' AS decimal(10,2)) AS exact, 'ä,"q"' || chr(10) || 'x' AS text, CAST('c' AS char(3)) AS fixed, DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.678' AS at,
    X'00ff' AS bytes, ARRAY[1, 2] AS list, MAP(ARRAY['a'], ARRAY[1]) AS pairs, CAST(ROW(1, 'b') AS row(n integer, s varchar)) AS one, CAST(NULL AS varchar) AS nothing, '' AS empty"""
row = conn.cursor().execute(every).fetchone()
want = (True, 1, 2, 3, 9007199254740993, 1.5, 2.25, decimal.Decimal("3.10"), 'ä,"q"\nx', "c  ", datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5, 678000), b"\x00\xff")
assert row[:13] == want, row
assert row[13:] == ([1, 2], {"a": "1"}, {"n": "1", "s": "b"}, None, ""), row[13:]
c = conn.cursor().execute(every)
assert [d[1] for d in c.description] == ["boolean", "tinyint", "smallint", "integer", "bigint", "float", "double", "decimal", "varchar", "char", "date", "timestamp", "varbinary", "array", "map", "row", "varchar", "varchar"], [d[1] for d in c.description]
assert (c.description[7][4], c.description[7][5]) == (10, 2) and c.data_scanned_in_bytes == 0 and c.state == "SUCCEEDED" and c.query_id and c.output_location.endswith(".csv")
d = conn.cursor(DictCursor).execute(every).fetchone()
assert d["exact"] == decimal.Decimal("3.10") and d["nothing"] is None and d["empty"] == "", d
p = conn.cursor(PandasCursor).execute(every).as_pandas()
assert p["big"][0] == 9007199254740993 and p["at"][0] == datetime.datetime(2026, 1, 2, 3, 4, 5, 678000) and p["text"][0] == 'ä,"q"\nx', p
a = conn.cursor(ArrowCursor).execute(every).as_arrow()
assert a.num_rows == 1 and a.column("whole")[0].as_py() == 3 and a.column("text")[0].as_py() == 'ä,"q"\nx', a

# Tables, parameters of both kinds, many statements, what is refused, what is cancelled.
cur = conn.cursor()
cur.execute("CREATE EXTERNAL TABLE people (id bigint, name string, born date) PARTITIONED BY (land string) STORED AS PARQUET LOCATION 's3://lake/people/'")
cur.executemany("INSERT INTO people VALUES (%(id)s, %(name)s, %(born)s, %(land)s)",
                [{"id": i, "name": f"O'Brien {i}", "born": datetime.date(1990, 1, 1 + i), "land": "de" if i % 2 else "ie"} for i in range(6)])
assert cur.execute("SELECT id, name FROM people WHERE born > %(born)s AND name LIKE %(like)s ORDER BY id", {"born": datetime.date(1990, 1, 4), "like": "O'B%"}).fetchall() == [(4, "O'Brien 4"), (5, "O'Brien 5")]
assert cur.execute("SELECT count(*) FROM people WHERE land = ? AND id < ?", ["'de'", "4"], paramstyle="qmark").fetchone() == (2,)
assert cur.execute("SHOW PARTITIONS people").fetchall() == [("land=de",), ("land=ie",)], cur.execute("SHOW PARTITIONS people").fetchall()
assert [r[0].split("\t")[0].strip() for r in cur.execute("DESCRIBE people").fetchall()][:3] == ["id", "name", "born"]
assert cur.execute("SHOW TABLES").fetchall() == [("people",)]
try:
    cur.execute("SELECT nothing FROM people")
    raise AssertionError("a column that is not there was read")
except pyathena.error.OperationalError as e:
    assert "COLUMN_NOT_FOUND" in str(e), e
assert [t.name for t in cur.list_table_metadata()] == ["people"] and [c.name for c in cur.get_table_metadata("people").columns] == ["id", "name", "born"]
assert [x.name for x in cur.list_databases("AwsDataCatalog")] == ["shop"], cur.list_databases("AwsDataCatalog")

# A large result: DB-API fetches, pages as a JDBC driver asks for them, and the AWS CLI's.
n = 25000
large = f"SELECT x AS id, 'row ' || CAST(x AS varchar) AS name, IF(x % 10 = 0, NULL, x * 0.5E0) AS half FROM UNNEST(sequence(1, {n // 5})) AS a (y) CROSS JOIN UNNEST(ARRAY[0, 1, 2, 3, 4]) AS b (z) CROSS JOIN UNNEST(ARRAY[(y - 1) * 5 + z + 1]) AS c (x) ORDER BY x"
began = time.time()
cur = conn.cursor().execute(large)
got = cur.fetchmany(10) + cur.fetchall()
assert len(got) == n and got[0] == (1, "row 1", 0.5) and got[9] == (10, "row 10", None) and got[-1] == (n, f"row {n}", None), (len(got), got[0], got[-1])
token, seen, pages = None, 0, 0
while True:  # 1000 rows a page, the names as the first row of the first
    page = athena.get_query_results(QueryExecutionId=cur.query_id, MaxResults=1000, **({"NextToken": token} if token else {}))
    rows = [[v.get("VarCharValue") for v in r["Data"]] for r in page["ResultSet"]["Rows"]]
    assert [c["Name"] for c in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]] == ["id", "name", "half"]
    if pages == 0:
        assert rows.pop(0) == ["id", "name", "half"]
    for r in rows:
        seen += 1
        assert r == [str(seen), f"row {seen}", None if seen % 10 == 0 else str(seen / 2)], (seen, r)
    pages, token = pages + 1, page.get("NextToken")
    assert len(page["ResultSet"]["Rows"]) == 1000 or token is None, len(page["ResultSet"]["Rows"])
    if token is None:
        break
assert seen == n and pages == n // 1000 + 1, (seen, pages)
try:
    athena.get_query_results(QueryExecutionId=cur.query_id, MaxResults=1001)
    raise AssertionError("1001 rows a page")
except athena.exceptions.InvalidRequestException as e:
    assert "less than or equal to 1000" in str(e), e
out = json.loads(subprocess.run(["aws", "athena", "get-query-results", "--query-execution-id", cur.query_id], capture_output=True, text=True, check=True).stdout)
assert len(out["ResultSet"]["Rows"]) == n + 1 and out["ResultSet"]["Rows"][-1]["Data"][1]["VarCharValue"] == f"row {n}"
out = json.loads(subprocess.run(["aws", "athena", "get-query-results", "--query-execution-id", cur.query_id, "--max-items", "1500", "--page-size", "400"], capture_output=True, text=True, check=True).stdout)
assert len(out["ResultSet"]["Rows"]) == 1500 and out["NextToken"]
p = conn.cursor(PandasCursor).execute(large).as_pandas()
assert len(p) == n and p["half"].sum() == sum(i / 2 for i in range(1, n + 1) if i % 10), p["half"].sum()
assert sum(len(f) for f in conn.cursor(PandasCursor, chunksize=1000).execute(large).iter_chunks()) == n
for cursor in (ArrowCursor, PandasCursor):
    c = conn.cursor(cursor, unload=True).execute(large.replace("ORDER BY x", ""))
    frame = c.as_arrow().to_pandas() if cursor is ArrowCursor else c.as_pandas()
    assert len(frame) == n and frame["id"].sum() == n * (n + 1) // 2 and frame["half"].isna().sum() == n // 10, cursor

# Beside each other.
many = pyathena.connect(**to, cursor_class=AsyncCursor).cursor(max_workers=8)
futures = [many.execute("SELECT %(i)s * 2", {"i": i})[1] for i in range(20)]
assert [f.result().fetchone() for f in futures] == [(2 * i,) for i in range(20)]
assert pyathena.connect(**to, cursor_class=AsyncDictCursor).cursor().execute("SELECT 1 AS one")[1].result().fetchall() == [{"one": 1}]


async def aio():
    from pyathena import aio_connect
    async with await aio_connect(**to) as c:
        cursor = c.cursor()
        await cursor.execute("SELECT id FROM people ORDER BY id")
        return await cursor.fetchall()


assert asyncio.run(aio()) == [(i,) for i in range(6)]
reused = conn.cursor().execute("SELECT count(*) FROM people", result_reuse_enable=True, result_reuse_minutes=60)
again = conn.cursor().execute("SELECT count(*) FROM people", result_reuse_enable=True, result_reuse_minutes=60)
assert again.fetchone() == (6,) and again.reused_previous_result, again.reused_previous_result
assert conn.cursor().execute("SELECT count(*) FROM people", cache_size=50, cache_expiration_time=600).query_id in (reused.query_id, again.query_id)
print("all held")
