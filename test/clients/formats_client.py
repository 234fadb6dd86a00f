"""Tables of every format that Athena reads, as boto3 asks them: objects as others write them, and what is refused."""
import bz2
import gzip
import hashlib
import io
import json
import zlib

import boto3
import pyarrow as pa
from pyarrow import orc, parquet

import asking

athena, s3 = boto3.client("athena"), boto3.client("s3")
for b in ("tables", "answers"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def run(sql, database="formats"):
    return asking.run(athena, sql, database)


def rows(sql):
    id, e = run(sql)
    assert e["Status"]["State"] == "SUCCEEDED", f"{sql}: {e['Status']}"
    return [tuple(d.get("VarCharValue") for d in r["Data"]) for r in athena.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]][1:], e["Statistics"]["DataScannedInBytes"]


def fails(sql, *parts):
    _, e = run(sql)
    reason = e["Status"].get("StateChangeReason", "")
    assert e["Status"]["State"] == "FAILED" and all(p in reason for p in parts), f"{sql}: {e['Status']}"


def table(name, columns, how, **objects):
    for key, body in objects.items():
        s3.put_object(Bucket="tables", Key=f"{name}/{key.replace('__', '.')}", Body=body)
    _, e = run(f"CREATE EXTERNAL TABLE {name} ({columns}) {how.replace('LOCATION', f'''LOCATION 's3://tables/{name}/' ''')}")
    assert e["Status"]["State"] == "SUCCEEDED", f"{name}: {e['Status']}"


run("CREATE DATABASE formats", "default")
lines = "".join(f"{i},{'even' if i % 2 == 0 else 'odd'},{i / 4}\n" for i in range(1000))
sums = [("even", "500", "249500", "62375.0"), ("odd", "500", "250000", "62500.0")]
question = "SELECT kind, count(*), sum(n), sum(x) FROM {} GROUP BY kind ORDER BY kind"

# Delimited text, in several compressions side by side; bytes scanned are those stored.
csv = {"a__csv": lines.encode(), "b__csv__gz": gzip.compress(lines.encode()), "c__csv__bz2": bz2.compress(lines.encode()), "d__csv__deflate": zlib.compress(lines.encode())}
table("csv", "n int, kind string, x double", "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION", **csv)
got, scanned = rows(question.format("csv"))
assert got == [(k, str(4 * int(c)), str(4 * int(n)), str(4 * float(x))) for k, c, n, x in sums] and scanned == sum(map(len, csv.values())), (got, scanned)

# Quotes.
table("quoted", "n string, kind string, x string", "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION TBLPROPERTIES ('skip.header.line.count'='1')",
      a__csv=('n,kind,x\n' + "".join(f'"{i}","{"even" if i % 2 == 0 else "odd"}","{i / 4}"\n' for i in range(1000))).encode())
assert rows("SELECT kind, count(*), sum(CAST(n AS int)), sum(CAST(x AS double)) FROM quoted GROUP BY kind ORDER BY kind")[0] == sums

# JSON of both kinds.
body = "".join(json.dumps({"N": i, "Kind": "even" if i % 2 == 0 else "odd", "x": i / 4, "tags": [i], "other": {"a": [1]}}) + "\n" for i in range(1000)).encode()
for name, serde in (("openx", "org.openx.data.jsonserde.JsonSerDe"), ("hcatalog", "org.apache.hive.hcatalog.data.JsonSerDe")):
    table(name, "n int, kind string, x double, tags array<int>", f"ROW FORMAT SERDE '{serde}' LOCATION", a__json__gz=gzip.compress(body))
    assert rows(question.format(name))[0] == sums, name
    assert rows(f"SELECT sum(tags[1]) FROM {name}")[0] == [("499500",)], name
table("broken", "n int", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION", a__json=b'{"n":1}\n{"n":\n')
fails("SELECT * FROM broken", "not a valid JSON Object")
table("lenient", "n int", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json'='true') LOCATION", a__json=b'{"n":1}\n{"n":\n')
assert rows("SELECT n FROM lenient ORDER BY n")[0] == [("1",), (None,)]

# Patterns, and Grok.
log = "".join(f'10.0.0.{i % 7} - - [10/Oct/2000:13:55:36 -0700] "GET /{i} HTTP/1.1" {404 if i % 10 == 0 else 200} {i}\n' for i in range(1000)).encode()
table("regex", "ip string, path string, status int, bytes bigint", """ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
      WITH SERDEPROPERTIES ('input.regex'='^([^ ]+) - - \\\\[[^\\\\]]*\\\\] "GET ([^ ]*) [^"]*" (\\\\d+) (\\\\d+)$') LOCATION""", a__log=log)
table("grok", "clientip string, request string, response int, bytes bigint", "ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe' WITH SERDEPROPERTIES ('input.format'='%{COMMONAPACHELOG}') STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION", a__log=log)
want = [("200", "900", "450000"), ("404", "100", "49500")]
assert rows("SELECT status, count(*), sum(bytes) FROM regex GROUP BY status ORDER BY status")[0] == want
assert rows("SELECT response, count(*), sum(bytes) FROM grok GROUP BY response ORDER BY response")[0] == want

# CloudTrail's files.
trail = gzip.compress(json.dumps({"Records": [{"eventVersion": "1.08", "eventName": f"Op{i % 2}", "userIdentity": {"type": "Root", "accountId": "1"}, "requestParameters": {"n": i}} for i in range(10)]}).encode())
table("trail", "eventversion string, eventname string, useridentity struct<type:string,accountid:string>, requestparameters string",
      "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION", a__json__gz=trail)
assert rows("SELECT eventname, count(*), max(json_extract_scalar(requestparameters, '$.n')), min(useridentity.type) FROM trail GROUP BY eventname ORDER BY 1")[0] == [("Op0", "5", "8", "Root"), ("Op1", "5", "9", "Root")]

# Parquet and ORC of pyarrow's: columns that are not asked for are not read, nor row groups that cannot hold what is.
data = pa.table({"n": pa.array(range(1000), pa.int32()), "kind": ["even" if i % 2 == 0 else "odd" for i in range(1000)], "x": [i / 4 for i in range(1000)], "long": [hashlib.sha512(str(i).encode()).hexdigest() for i in range(1000)]})
for name, write, options in (("par", parquet.write_table, {"row_group_size": 100, "compression": "zstd"}), ("orcs", orc.write_table, {"compression": "zlib"})):
    out = io.BytesIO()
    write(data, out, **options)
    table(name, "n bigint, kind string, x double, `long` string, later int", f"STORED AS {'PARQUET' if name == 'par' else 'ORC'} LOCATION", a=out.getvalue())
    got, scanned = rows(question.format(name))
    assert got == sums and scanned < len(out.getvalue()) * 3 / 4, (name, got, scanned, len(out.getvalue()))
    got, few = rows(f"SELECT kind, later FROM {name} WHERE n = 777")
    assert got == [("odd", None)] and (name == "orcs" or few < scanned), (got, few, scanned)
table("mismatch", "n boolean", "STORED AS PARQUET LOCATION", a=s3.get_object(Bucket="tables", Key="par/a")["Body"].read())
fails("SELECT * FROM mismatch", "HIVE_BAD_DATA", "n")
table("damaged", "n bigint", "STORED AS PARQUET LOCATION", a=s3.get_object(Bucket="tables", Key="par/a")["Body"].read()[:-100])
fails("SELECT * FROM damaged", "HIVE")
table("avro", "n bigint", "STORED AS AVRO LOCATION", a=b"Obj\x01")
fails("SELECT * FROM avro", "corrupt Avro file")
table("ion", "n bigint", "STORED AS ION LOCATION", a=b"{n:1}")
fails("SELECT * FROM ion", "IonHiveSerDe")
print("all held")
