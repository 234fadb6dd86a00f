"""Objects that mean harm, in the tables of boto3's user: every query over them has FAILED with Athena's word for it, soon, and what is asked next is answered."""
import bz2
import gzip
import io
import random
import time

import boto3
import pyarrow as pa
from pyarrow import orc, parquet

athena, s3 = boto3.client("athena"), boto3.client("s3")
other = boto3.client("s3", aws_access_key_id="222222222222", aws_secret_access_key="test")
for b in ("hostile", "answers"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
text = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION"


def run(sql, database="hostile"):
    id = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": database}, ResultConfiguration={"OutputLocation": "s3://answers/"})["QueryExecutionId"]
    begun = time.monotonic()
    while True:
        e = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if e["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return e["Status"]["State"], e["Status"].get("StateChangeReason", "")
        assert time.monotonic() - begun < 300, sql
        time.sleep(0.05)


def table(name, columns, how, bucket="hostile", **objects):
    for key, body in objects.items():
        s3.put_object(Bucket=bucket, Key=f"{name}/{key.replace('__', '.')}", Body=body)
    got = run(f"CREATE EXTERNAL TABLE {name} ({columns}) {how.replace('LOCATION', f'''LOCATION 's3://{bucket}/{name}/' ''')}")
    assert got[0] == "SUCCEEDED", (name, got)


def fails(sql, *words):
    state, why = run(sql)
    assert state == "FAILED" and any(w in why for w in words) and "INTERNAL" not in why and len(why) < 1500, (sql, state, why)


assert run("CREATE DATABASE hostile", "default")[0] == "SUCCEEDED"

# Bombs, and lines without end.
zeros = bytes(200 << 20)
table("bomb", "a string", text, a__gz=gzip.compress(zeros, 9))
fails("SELECT count(*) FROM bomb", "HIVE_BAD_DATA")
table("bombs", "a string", text, a__bz2=bz2.compress(zeros))
fails("SELECT a FROM bombs", "HIVE_BAD_DATA")
table("endless", "a string", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION", a=b'"' + b"a" * (70 << 20))
fails("SELECT a FROM endless", "HIVE_BAD_DATA")
table("lying", "a string", text, a__gz=b"1\n2\n", b__zst=b"3\n")
fails("SELECT a FROM lying", "HIVE_CANNOT_OPEN_SPLIT", "HIVE_CURSOR_ERROR", "HIVE_BAD_DATA")

# Formats.
table("deep", "a string", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION", a=b'{"a":' * 10000)
fails("SELECT a FROM deep", "HIVE_BAD_DATA", "not a valid JSON Object")
table("backtracks", "a string", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex'='((a|b){1,30}){1,30}c(.*)') LOCATION", a=b"a" * (40 << 20))
fails("SELECT a FROM backtracks", "HIVE")
table("loops", "a string", "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES ('input.format'='%{A:a}', 'input.grokCustomPatterns'='A %{A}') STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION", a=b"a\n")
fails("SELECT a FROM loops", "HIVE_INVALID_METADATA")

# A trillion partitions, and another's bucket.
state, why = run("""CREATE EXTERNAL TABLE many (a string) PARTITIONED BY (p bigint, q bigint) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://hostile/many/'
  TBLPROPERTIES ('projection.enabled'='true', 'projection.p.type'='integer', 'projection.p.range'='1,1000000', 'projection.q.type'='integer', 'projection.q.range'='1,1000000')""")
assert state == "SUCCEEDED", why
fails("SELECT a FROM many", "HIVE_EXCEEDED_PARTITION_LIMIT")
assert run("SELECT a FROM many WHERE p = 3 AND q = 999999")[0] == "SUCCEEDED"
other.create_bucket(Bucket="anothers", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
other.put_object(Bucket="anothers", Key="t/a", Body=b"secret\n")
assert run("CREATE EXTERNAL TABLE theirs (a string) " + text + " 's3://anothers/t/'")[0] == "SUCCEEDED"
fails("SELECT a FROM theirs", "PERMISSION_DENIED", "Access Denied", "denied")

# Columns: pages that unpack to gigabytes, files cut short and changed at random.
columns = {f"c{i}": pa.array(["\0" * (1 << 20)] * 40) for i in range(40)}
out = io.BytesIO()
parquet.write_table(pa.table(columns), out, compression="zstd", use_dictionary=False, data_page_size=1 << 30, write_statistics=False)
table("pages", ", ".join(f"c{i} string" for i in range(40)), "STORED AS PARQUET LOCATION", a=out.getvalue())
state, why = run("SELECT " + " || ".join(f"CAST(length(c{i}) AS varchar)" for i in range(40)) + " FROM pages")
assert state == "FAILED" and why.startswith("EXCEEDED_LOCAL_MEMORY_LIMIT"), (state, why)
out = io.BytesIO()
orc.write_table(pa.table({f"c{i}": pa.array(["\0" * (1 << 20)] * 40) for i in range(40)}), out, compression="zstd", stripe_size=4 << 30, dictionary_key_size_threshold=0)
table("stripes", ", ".join(f"c{i} string" for i in range(40)), "STORED AS ORC LOCATION", a=out.getvalue())
state, why = run("SELECT " + " || ".join(f"CAST(length(c{i}) AS varchar)" for i in range(40)) + " FROM stripes")
assert state == "FAILED" and ("more than" in why or why.startswith("EXCEEDED_LOCAL_MEMORY_LIMIT")) or state == "SUCCEEDED", (state, why)

r = random.Random(1)
data = pa.table({"n": pa.array(range(2000), pa.int64()), "s": [str(i % 7) for i in range(2000)], "l": [[i] * (i % 3) for i in range(2000)]})
for name, write in (("par", parquet.write_table), ("orcs", orc.write_table)):
    out = io.BytesIO()
    write(data, out)
    whole = out.getvalue()
    table(name, "n bigint, s string, l array<bigint>", f"STORED AS {'PARQUET' if name == 'par' else 'ORC'} LOCATION", a=whole)
    for i in range(60):
        b = bytearray(whole)
        if i % 3 == 0:
            b = b[:r.randrange(len(b))]
        for _ in range(1 + i % 4):
            if b:
                b[-1 - r.randrange(1 + r.randrange(len(b)))] = r.randrange(256)
        s3.put_object(Bucket="hostile", Key=f"{name}/a", Body=bytes(b))
        state, why = run(f"SELECT count(n), max(s), sum(cardinality(l)) FROM {name}")
        assert state == "SUCCEEDED" or state == "FAILED" and "INTERNAL" not in why and len(why) < 1500, (name, i, state, why)
assert run("SELECT 1")[0] == "SUCCEEDED"
print("all held")
