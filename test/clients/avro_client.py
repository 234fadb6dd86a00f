"""Tables of Avro files, as fastavro writes them: Athena reads them by the table's schema, and a crawler of Glue makes a table of them.

https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html
"""
import datetime
import decimal
import io
import json
import time

import boto3
import fastavro

import asking

athena, glue, iam, s3 = (boto3.client(s) for s in ("athena", "glue", "iam", "s3"))
for b in ("lake", "answers"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def run(sql, database="flights"):
    return asking.run(athena, sql, database)


def rows(sql):
    id, e = run(sql)
    assert e["Status"]["State"] == "SUCCEEDED", f"{sql}: {e['Status']}"
    return [[d.get("VarCharValue") for d in r["Data"]] for r in athena.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]][1:]


def fails(sql, part):
    _, e = run(sql)
    assert e["Status"]["State"] == "FAILED" and part in e["Status"]["StateChangeReason"], f"{sql}: {e['Status']}"


def put(key, schema, records, codec="deflate"):
    f = io.BytesIO()
    fastavro.writer(f, fastavro.parse_schema(schema), records, codec=codec, sync_interval=2000)
    s3.put_object(Bucket="lake", Key=key, Body=f.getvalue())


# The page's table, its columns and its schema; an older file has a field less, which has a default.
literal = {"type": "record", "name": "flights_avro_subset", "namespace": "default", "fields": [
    {"name": "yr", "type": ["null", "int"], "default": None}, {"name": "flightdate", "type": ["null", "string"], "default": None}, {"name": "uniquecarrier", "type": ["null", "string"], "default": None},
    {"name": "depdelay", "type": ["null", "int"], "default": None, "aliases": ["delay"]}, {"name": "gate", "type": "string", "default": "?"}]}
put("flights/year=1987/a.avro", {**literal, "fields": literal["fields"][:3] + [{"name": "delay", "type": "int"}]},
    [{"yr": 1987, "flightdate": f"1987-10-{1 + i % 30:02}", "uniquecarrier": "AA" if i % 3 else None, "delay": i} for i in range(1000)])
put("flights/year=1988/a.avro", literal, [{"yr": 1988, "flightdate": "1988-01-01", "uniquecarrier": "UA", "depdelay": None, "gate": "B7"}], codec="null")
run("CREATE DATABASE flights", "default")
_, e = run(f"""CREATE EXTERNAL TABLE flights_avro_example (yr INT, flightdate STRING, uniquecarrier STRING, depdelay INT, gate STRING) PARTITIONED BY (year STRING)
    ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe' WITH SERDEPROPERTIES ('avro.schema.literal'='{json.dumps(literal)}') STORED AS AVRO LOCATION 's3://lake/flights/'""")
assert e["Status"]["State"] == "SUCCEEDED", e
run("MSCK REPAIR TABLE flights_avro_example")
assert rows("SELECT year, count(*), count(uniquecarrier), sum(depdelay), min(gate) FROM flights_avro_example GROUP BY year ORDER BY year") == [["1987", "1000", "666", "499500", "?"], ["1988", "1", "1", None, "B7"]]
assert rows("SELECT gate FROM flights_avro_example WHERE year = '1988'") == [["B7"]]

# What Athena writes fastavro reads: tables made of queries, rows put into a table with a schema of its own, and UNLOAD.
def written(prefix):
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]
    return [r for k in sorted(keys) for r in fastavro.reader(io.BytesIO(s3.get_object(Bucket="lake", Key=k)["Body"].read()))]


for codec in ("SNAPPY", "ZSTD", "DEFLATE", "NONE"):
    _, e = run(f"""CREATE TABLE made_{codec} WITH (format = 'AVRO', write_compression = '{codec}', external_location = 's3://lake/made_{codec}/') AS SELECT yr, flightdate, CAST(depdelay AS decimal(9,2)) / 4 q,
                   ARRAY[gate, NULL] gates, MAP(ARRAY['k'], ARRAY[yr]) m, CAST(ROW(depdelay, 1.5e0) AS row(a integer, b double)) z, DATE '1987-10-01' d, TIMESTAMP '1987-10-01 01:02:03.456' t, to_utf8('x') b FROM flights_avro_example""")
    assert e["Status"]["State"] == "SUCCEEDED", e["Status"]
    assert rows(f"SELECT count(*), sum(q), min(gates[1]), max(m['k']), sum(z.b), min(d), max(t) FROM made_{codec}") == [["1001", "124875.00", "?", "1988", "1501.5", "1987-10-01", "1987-10-01 01:02:03.456"]]
    if codec in ("SNAPPY", "ZSTD"):  # fastavro has them with other packages only
        continue
    got = sorted(written(f"made_{codec}/"), key=lambda r: (r["yr"], r["z"]["a"] or 0))
    assert len(got) == 1001 and got[3] == {"yr": 1987, "flightdate": "1987-10-04", "q": decimal.Decimal("0.75"), "gates": ["?", None], "m": {"k": 1987}, "z": {"a": 3, "b": 1.5}, "d": datetime.date(1987, 10, 1),
                                           "t": datetime.datetime(1987, 10, 1, 1, 2, 3, 456000, tzinfo=datetime.timezone.utc), "b": b"x"}, got[3]
run("INSERT INTO made_SNAPPY SELECT * FROM made_NONE WHERE yr = 1988")
assert rows("SELECT count(*) FROM made_SNAPPY") == [["1002"]]
_, e = run("INSERT INTO flights_avro_example VALUES (1989, '1989-01-01', 'DL', 5, 'C1', '1989')")
assert e["Status"]["State"] == "SUCCEEDED" and rows("SELECT * FROM flights_avro_example WHERE year = '1989'") == [["1989", "1989-01-01", "DL", "5", "C1", "1989"]], e["Status"]
assert written("flights/year=1989/") == [{"yr": 1989, "flightdate": "1989-01-01", "uniquecarrier": "DL", "depdelay": 5, "gate": "C1"}]
_, e = run("UNLOAD (SELECT uniquecarrier, count(*) n FROM flights_avro_example GROUP BY 1) TO 's3://lake/unloaded/' WITH (format = 'AVRO', compression = 'NONE')")
assert e["Status"]["State"] == "SUCCEEDED" and {r["uniquecarrier"]: r["n"] for r in written("unloaded/")} == {"AA": 666, None: 334, "UA": 1, "DL": 1}, e["Status"]
fails("CREATE TABLE zipped WITH (format = 'AVRO', write_compression = 'GZIP') AS SELECT 1 x", "GZIP in Avro")
s3.put_object(Bucket="lake", Key="cut/a.avro", Body=s3.get_object(Bucket="lake", Key="flights/year=1987/a.avro")["Body"].read()[:-40])
run("CREATE EXTERNAL TABLE cut (yr INT) STORED AS AVRO LOCATION 's3://lake/cut/'")
fails("SELECT count(yr) FROM cut", "corrupt Avro file")
run("CREATE EXTERNAL TABLE wrong (yr boolean) STORED AS AVRO LOCATION 's3://lake/flights/year=1988/'")
fails("SELECT yr FROM wrong", "HIVE_BAD_DATA")

# A crawler finds what the files say of themselves.
order = {"type": "record", "name": "Order", "fields": [
    {"name": "Id", "type": "long"}, {"name": "tags", "type": {"type": "array", "items": "string"}}, {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [{"name": "street", "type": "string"}]}]},
    {"name": "total", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}}, {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "SENT"]}}]}
at = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
put("orders/a.avro", order, [{"Id": i, "tags": ["x"] * (i % 3), "address": {"street": "Main"} if i % 2 else None, "total": decimal.Decimal(i) / 4, "at": at + datetime.timedelta(hours=i), "state": "SENT"} for i in range(100)])
iam.create_role(RoleName="crawl", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
iam.put_role_policy(RoleName="crawl", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket", "glue:*", "logs:*"], "Resource": "*"}]}))
glue.create_crawler(Name="c", Role="crawl", DatabaseName="found", Targets={"S3Targets": [{"Path": "s3://lake/orders/"}]})
glue.start_crawler(Name="c")
for _ in range(3600):
    if glue.get_crawler(Name="c")["Crawler"]["State"] == "READY" and "LastCrawl" in glue.get_crawler(Name="c")["Crawler"]:
        break
    time.sleep(0.05)
t = glue.get_table(DatabaseName="found", Name="orders")["Table"]
assert t["Parameters"]["classification"] == "avro" and t["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("AvroSerDe"), t
assert [(c["Name"], c["Type"]) for c in t["StorageDescriptor"]["Columns"]] == [("id", "bigint"), ("tags", "array<string>"), ("address", "struct<street:string>"), ("total", "decimal(10,2)"), ("at", "timestamp"), ("state", "string")], t
assert json.loads(t["StorageDescriptor"]["SerdeInfo"]["Parameters"]["avro.schema.literal"])["name"] == "Order"
assert rows("SELECT count(*), sum(id), sum(cardinality(tags)), count(address.street), sum(total), max(at), min(state) FROM found.orders") == [["100", "4950", "99", "50", "1237.50", "2026-03-05 15:00:00.000", "SENT"]]
print("all held")
