"""Athena as the AWS SDK for pandas asks it: datasets of parquet with their tables, queries read by CTAS, by UNLOAD and by CSV, the catalogue."""
import datetime
import decimal
import itertools

import awswrangler as wr
import boto3
import numpy as np
import pandas as pd

wr.config.athena_query_wait_polling_delay = 0.02
boto3.client("s3").create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
boto3.client("s3").create_bucket(Bucket="answers", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

# The catalogue, and a dataset that makes its own table.
wr.catalog.create_database("shop", description="of the shop")
assert list(wr.catalog.databases()["Database"]) == ["shop"]
n = 1000
orders = pd.DataFrame({
    "id": pd.array(range(n), dtype="Int64"),
    "who": [f"customer {i % 7}" for i in range(n)],
    "amount": [i * 1.5 for i in range(n)],
    "paid": [i % 3 == 0 for i in range(n)],
    "at": [pd.Timestamp("2026-01-01") + pd.Timedelta(minutes=i) for i in range(n)],
    "due": [datetime.date(2026, 1, 1) + datetime.timedelta(days=i % 20) for i in range(n)],
    "exact": [decimal.Decimal(i) / 100 for i in range(n)],
    "note": [None if i % 5 == 0 else f'ä "{i}", and\nmore' for i in range(n)],
    "tags": [[f"t{i % 2}", "x"] for i in range(n)],
    "day": [f"2026-01-{1 + i % 3:02}" for i in range(n)],
})
made = wr.s3.to_parquet(orders, "s3://lake/orders/", dataset=True, database="shop", table="orders", partition_cols=["day"], dtype={"exact": "decimal(10,2)"},
                        glue_table_settings={"description": "what was ordered", "parameters": {"owner": "ops"}, "columns_comments": {"who": "the customer"}})
assert sorted(made["partitions_values"].values()) == [["2026-01-01"], ["2026-01-02"], ["2026-01-03"]], made["partitions_values"]
types = wr.catalog.get_table_types("shop", "orders")
assert types == {"id": "bigint", "who": "string", "amount": "double", "paid": "boolean", "at": "timestamp", "due": "date", "exact": "decimal(10,2)", "note": "string", "tags": "array<string>", "day": "string"}, types
assert wr.catalog.does_table_exist("shop", "orders") and not wr.catalog.does_table_exist("shop", "nothing")
assert wr.catalog.get_table_parameters("shop", "orders")["owner"] == "ops" and wr.catalog.get_table_description("shop", "orders") == "what was ordered"
assert wr.catalog.get_columns_comments("shop", "orders")["who"] == "the customer"
assert wr.catalog.get_table_location("shop", "orders") == "s3://lake/orders/"
assert sorted(wr.catalog.get_partitions("shop", "orders").values()) == [["2026-01-01"], ["2026-01-02"], ["2026-01-03"]]
assert len(wr.catalog.get_parquet_partitions("shop", "orders", expression="day > '2026-01-01'")) == 2
assert list(wr.catalog.table("shop", "orders")["Column Name"]) == list(types)
assert [t["Name"] for t in wr.catalog.get_tables(database="shop", name_contains="rder")] == ["orders"]


def same(got, want):
    """Every value of a column is the same; null is None, NaN or NA."""
    for x, y in zip(got, want, strict=True):
        if y is None or y is np.nan or isinstance(y, float) and np.isnan(y):
            assert x is None or pd.isna(x), (x, y)
        else:
            assert list(x) == y if isinstance(y, list) else not pd.isna(x) and x == y, (x, y)


# The same answer by each of its ways to read one.
sql = "SELECT * FROM orders WHERE day >= '2026-01-02'"
want = orders[orders["day"] >= "2026-01-02"].sort_values("id").reset_index(drop=True)
args = {"database": "shop", "s3_output": "s3://answers/wr/"}
ways = [{"ctas_approach": True, "unload_approach": False}, {"ctas_approach": False, "unload_approach": True}, {"ctas_approach": True, "ctas_parameters": {"compression": "gzip"}},
        {"ctas_approach": False, "unload_approach": True, "unload_parameters": {"file_format": "PARQUET", "compression": "zstd"}}]
for i, way in enumerate(ways):  # UNLOAD wants a folder that is empty
    got = wr.athena.read_sql_query(sql, database="shop", s3_output=f"s3://answers/way{i}/", **way).sort_values("id").reset_index(drop=True)
    assert list(got.columns) == list(want.columns), (way, list(got.columns))
    for c in want.columns:
        same(got[c], want[c])
plain = "SELECT id, who, amount, paid, at, due, exact, note, day FROM orders WHERE day >= '2026-01-02'"
got = wr.athena.read_sql_query(plain, **args, ctas_approach=False, keep_files=False).sort_values("id").reset_index(drop=True)
for c in got.columns:
    same(got[c], want[c])
assert not wr.s3.list_objects("s3://answers/wr/tables"), "files are kept"

# In chunks, with parameters of both kinds, of a whole table, prepared, and from the cache.
for chunks, way in itertools.product((True, 100), ({"ctas_approach": True}, {"ctas_approach": False}, {"ctas_approach": False, "unload_approach": True})):
    frames = list(wr.athena.read_sql_query("SELECT id, who FROM orders", database="shop", s3_output=f"s3://answers/chunks{chunks}{len(way)}/", **way, chunksize=chunks))
    assert sum(len(f) for f in frames) == n and (chunks is True or all(len(f) <= 100 for f in frames)), (way, chunks, [len(f) for f in frames])
got = wr.athena.read_sql_query("SELECT count(*) AS n FROM orders WHERE who = :who AND id < :most", params={"who": "customer 3", "most": 70}, **args)
assert list(got["n"]) == [10], got
got = wr.athena.read_sql_query("SELECT count(*) AS n FROM orders WHERE who = ? AND id < ?", params=["'customer 3'", "70"], paramstyle="qmark", ctas_approach=False, **args)
assert list(got["n"]) == [10], got
assert len(wr.athena.read_sql_table("orders", **args)) == n
wr.athena.create_prepared_statement("SELECT count(*) AS n FROM orders WHERE who = ?", "ofone", workgroup="primary")
assert [s["StatementName"] for s in wr.athena.list_prepared_statements()] == ["ofone"]
assert list(wr.athena.read_sql_query("EXECUTE ofone", params=["'customer 3'"], paramstyle="qmark", ctas_approach=False, **args)["n"]) == [143]
wr.athena.delete_prepared_statement("ofone")
first = wr.athena.read_sql_query("SELECT sum(amount) AS s FROM orders", **args, ctas_approach=False)
again = wr.athena.read_sql_query("SELECT sum(amount) AS s FROM orders", **args, ctas_approach=False, athena_cache_settings={"max_cache_seconds": 900})
assert list(first["s"]) == list(again["s"]) == [1.5 * n * (n - 1) / 2]
assert first.query_metadata["QueryExecutionId"] == again.query_metadata["QueryExecutionId"], "not from the cache"

# Queries without a frame.
id = wr.athena.start_query_execution("SELECT 1 AS one", wait=True, **args)["QueryExecutionId"]
assert wr.athena.get_query_execution(id)["Status"]["State"] == "SUCCEEDED"
assert list(wr.athena.get_query_results(id)["one"]) == [1] and wr.athena.get_query_columns_types(id) == {"one": "integer"}
assert wr.athena.get_query_executions([id]).iloc[0]["QueryExecutionId"] == id
wr.athena.create_ctas_table("SELECT who, sum(amount) AS total FROM orders GROUP BY who", database="shop", ctas_table="totals", s3_output="s3://lake/ctas", storage_format="orc", write_compression="zlib", wait=True)
assert len(wr.athena.read_sql_table("totals", **args)) == 7
assert "CREATE EXTERNAL TABLE" in wr.athena.show_create_table("orders", **args)
assert list(wr.athena.describe_table("orders", **args)["Column Name"])[:2] == ["id", "who"]
wr.athena.unload("SELECT id, day FROM orders", path="s3://lake/unloaded/", database="shop", file_format="JSON", compression="gzip")
assert len(wr.s3.list_objects("s3://lake/unloaded/")) > 0
try:
    wr.athena.read_sql_query("SELECT nothing FROM orders", **args, ctas_approach=False)
    raise AssertionError("a column that is not there was read")
except wr.exceptions.QueryFailed as e:
    assert "COLUMN_NOT_FOUND" in str(e), e

# More of the dataset: appended, overwritten by partition, another column, CSV and JSON datasets.
more = orders[orders["day"] == "2026-01-01"].assign(extra="e")
wr.s3.to_parquet(more, "s3://lake/orders/", dataset=True, database="shop", table="orders", partition_cols=["day"], mode="append", dtype={"exact": "decimal(10,2)"})
assert list(wr.athena.read_sql_query("SELECT count(*) AS n, count(extra) AS e FROM orders", **args).iloc[0]) == [n + len(more), len(more)]
wr.s3.to_parquet(more.head(3), "s3://lake/orders/", dataset=True, database="shop", table="orders", partition_cols=["day"], mode="overwrite_partitions", dtype={"exact": "decimal(10,2)"})
assert list(wr.athena.read_sql_query("SELECT day, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1", **args)["n"]) == [3, 333, 333]
few = orders[["id", "who", "amount", "day"]]
wr.s3.to_csv(few, "s3://lake/csv/", dataset=True, database="shop", table="csv", partition_cols=["day"], index=False)
wr.s3.to_json(few, "s3://lake/json/", dataset=True, database="shop", table="json", partition_cols=["day"], orient="records", lines=True, index=False)
for table in ("csv", "json"):
    got = wr.athena.read_sql_query(f"SELECT day, sum(id) AS ids, sum(amount) AS total FROM {table} GROUP BY day ORDER BY day", **args)
    assert list(got["ids"]) == list(few.groupby("day")["id"].sum()) and list(got["total"]) == list(few.groupby("day")["amount"].sum()), (table, got)
wr.s3.to_parquet(few, "s3://lake/projected/", dataset=True, database="shop", table="projected", partition_cols=["day"],
                 athena_partition_projection_settings={"projection_types": {"day": "date"}, "projection_ranges": {"day": "2026-01-01,2026-01-31"}, "projection_formats": {"day": "yyyy-MM-dd"}})
assert list(wr.athena.read_sql_query("SELECT count(*) AS n FROM projected WHERE day = '2026-01-03'", **args)["n"]) == [333]
wr.s3.store_parquet_metadata("s3://lake/projected/", database="shop", table="stored", dataset=True, mode="overwrite")
assert wr.athena.repair_table("stored", database="shop") == "SUCCEEDED"
assert wr.catalog.delete_table_if_exists("shop", "stored") and not wr.catalog.delete_table_if_exists("shop", "stored")
wr.catalog.add_column("shop", "csv", "later", "string", "of late")
assert wr.catalog.get_table_types("shop", "csv")["later"] == "string"
wr.catalog.delete_column("shop", "csv", "later")
wr.catalog.overwrite_table_parameters({"a": "1"}, "shop", "csv")
wr.catalog.upsert_table_parameters({"b": "2"}, "shop", "csv")
assert {k: v for k, v in wr.catalog.get_table_parameters("shop", "csv").items() if k in "ab"} == {"a": "1", "b": "2"}
wr.catalog.delete_partitions("json", "shop", [["2026-01-01"]])
assert len(wr.catalog.get_partitions("shop", "json")) == 2
wr.catalog.delete_all_partitions("json", "shop")
assert wr.catalog.get_partitions("shop", "json") == {}
wr.catalog.delete_database("shop")
assert list(wr.catalog.databases()["Database"]) == []
print("all held")
