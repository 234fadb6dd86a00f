"""Athena as boto3 asks it: work groups, DDL, queries over objects in S3, tables made of queries, and the refusals AWS documents."""
import gzip
import io
import json
import time

import boto3
import refusal

athena, glue, s3, iam = boto3.client("athena"), boto3.client("glue"), boto3.client("s3"), boto3.client("iam")


def refused(code, part, call, **args):
    said = refusal.refused(code, call, **args)
    assert part in said, f"{call.__name__}: no {part} in: {said}"


def start(sql, group="ops", client=athena, **args):
    args.setdefault("QueryExecutionContext", {"Database": "web"})
    return client.start_query_execution(QueryString=sql, WorkGroup=group, **args)["QueryExecutionId"]


def ended(id, client=athena):
    for _ in range(3600):
        e = client.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if e["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return e
        time.sleep(0.05)
    raise AssertionError(f"{id} has not ended: {e}")


def rows(sql, **args):
    id = start(sql, **args)
    e = ended(id)
    assert e["Status"]["State"] == "SUCCEEDED", f"{sql}: {e['Status']}"
    out = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=id, PaginationConfig={"PageSize": 3}):
        out += [[d.get("VarCharValue") for d in r["Data"]] for r in page["ResultSet"]["Rows"]]
    return out[1:] if e["StatementType"] == "DML" else out


def fails(sql, part, **args):
    e = ended(start(sql, **args))
    assert e["Status"]["State"] == "FAILED" and part in e["Status"]["StateChangeReason"], f"{sql}: {e['Status']}"
    assert e["Status"]["AthenaError"]["ErrorMessage"] == e["Status"]["StateChangeReason"]


# Work groups.
for b in ("lake", "results"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
athena.create_work_group(Name="ops", Description="of operators", Configuration={"ResultConfiguration": {"OutputLocation": "s3://results/ops"}, "EnforceWorkGroupConfiguration": False}, Tags=[{"Key": "team", "Value": "ops"}])
refused("InvalidRequestException", "already created", athena.create_work_group, Name="ops")
assert [g["Name"] for g in athena.list_work_groups()["WorkGroups"]] == ["ops", "primary"]
g = athena.get_work_group(WorkGroup="ops")["WorkGroup"]
assert g["Configuration"]["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3" and g["State"] == "ENABLED", g
arn = "arn:aws:athena:eu-central-1:000000000000:workgroup/ops"
athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "cost", "Value": "1"}])
athena.untag_resource(ResourceARN=arn, TagKeys=["team"])
assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "cost", "Value": "1"}]
refused("InvalidRequestException", "No output location provided", athena.start_query_execution, QueryString="SELECT 1")
refused("InvalidRequestException", "mismatched input 'SELEC'", athena.start_query_execution, QueryString="SELEC 1", WorkGroup="ops")
assert athena.list_engine_versions()["EngineVersions"][0]["SelectedEngineVersion"] == "AUTO"

# Databases and tables, in Hive's words.
rows("CREATE DATABASE web COMMENT 'of the shop'")
fails("CREATE DATABASE web", "already exists")
rows("CREATE DATABASE IF NOT EXISTS web")
lines = "".join(f"{i},/p{i % 3},{200 if i % 4 else 404},{i * 1.5}\n" for i in range(1000))
s3.put_object(Bucket="lake", Key="csv/day=2026-03-01/a.csv.gz", Body=gzip.compress(lines[: len(lines) // 2].rsplit("\n", 1)[0].encode() + b"\n"))
s3.put_object(Bucket="lake", Key="csv/day=2026-03-02/b.csv", Body=lines[len(lines[: len(lines) // 2].rsplit("\n", 1)[0]) + 1 :].encode())
s3.put_object(Bucket="lake", Key="csv/day=2026-03-02/_hidden.csv", Body=b"not,to,be,read\n")
rows("""CREATE EXTERNAL TABLE access (id bigint COMMENT 'of the request', path string, status int, ms double) PARTITIONED BY (day date)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/csv/'""")
fails("CREATE EXTERNAL TABLE access (a int) LOCATION 's3://lake/csv/'", "already exists")
assert rows("SELECT count(*) FROM access") == [["0"]]
days = ["access:day=2026-03-01", "access:day=2026-03-02"]
assert rows("MSCK REPAIR TABLE access") == [["\t".join(["Partitions not in metastore:"] + days)]] + [["Repair: Added partition to metastore " + d] for d in days]
assert rows("MSCK REPAIR TABLE access") == []
assert rows("SHOW PARTITIONS access") == [["day=2026-03-01"], ["day=2026-03-02"]]
assert rows("SHOW TABLES '*cc*'") == [["access"]] and rows("SHOW DATABASES") == [["web"]]
assert "id                  \tbigint" in rows("DESCRIBE access")[0][0]
assert rows("SHOW CREATE TABLE access")[0] == ["CREATE EXTERNAL TABLE `access`("]

# Queries.
assert rows("SELECT count(*), sum(id), min(day), max(day) FROM access") == [["1000", "499500", "2026-03-01", "2026-03-02"]]
assert rows("SELECT status, count(*) n FROM access GROUP BY status ORDER BY n") == [["404", "250"], ["200", "750"]]
assert rows("""SELECT path, avg(ms) > 0 FROM access WHERE status = 404 GROUP BY 1 ORDER BY 1""") == [["/p0", "true"], ["/p1", "true"], ["/p2", "true"]]
assert len(rows("SELECT id FROM access ORDER BY id LIMIT 10")) == 10  # pages of three
whole, day = ended(start("SELECT * FROM access")), ended(start("SELECT * FROM access WHERE day = DATE '2026-03-02'"))
assert 0 < day["Statistics"]["DataScannedInBytes"] < whole["Statistics"]["DataScannedInBytes"], "a partition is left out"
joined = ended(start("SELECT count(*) FROM access a JOIN (VALUES DATE '2026-03-02') d (day) ON a.day = d.day"))
assert joined["Statistics"]["DataScannedInBytes"] == day["Statistics"]["DataScannedInBytes"], "and what no key of a join asks for"
assert rows("SELECT NULL, '', 'a\"b', ',', 'x\ny'") == [[None, "", 'a"b', ",", "x\ny"]]
id = start("SELECT CAST(1 AS decimal(10,2)) d, 'x' v, TIMESTAMP '2026-03-01 12:00:00' t, ARRAY[1,2] a")
ended(id)
info = athena.get_query_results(QueryExecutionId=id)["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
assert [(c["Name"], c["Type"]) for c in info] == [("d", "decimal"), ("v", "varchar"), ("t", "timestamp"), ("a", "array")], info
assert info[0]["Precision"] == 10 and info[0]["Scale"] == 2
e = ended(id)
assert e["ResultConfiguration"]["OutputLocation"] == f"s3://results/ops/{id}.csv"
assert s3.get_object(Bucket="results", Key=f"ops/{id}.csv")["Body"].read().decode().startswith('"d","v","t","a"\n"1.00","x","2026-03-01 12:00:00.000","[1, 2]"\n')
fails("SELECT nothing FROM access", "COLUMN_NOT_FOUND: line 1:8: Column 'nothing' cannot be resolved")
fails("SELECT 1 FROM nowhere", "TABLE_NOT_FOUND")
fails("SELECT 1/0", "DIVISION_BY_ZERO")
refused("InvalidRequestException", "Query did not finish successfully. Final query state: FAILED", athena.get_query_results, QueryExecutionId=ended(start("SELECT 1/0"))["QueryExecutionId"])
assert athena.get_query_runtime_statistics(QueryExecutionId=id)["QueryRuntimeStatistics"]["Rows"]["OutputRows"] == 1

# Named queries and prepared statements.
n = athena.create_named_query(Name="errors", Database="web", QueryString="SELECT 1", WorkGroup="ops")["NamedQueryId"]
athena.update_named_query(NamedQueryId=n, Name="errors", QueryString="SELECT 2")
assert athena.get_named_query(NamedQueryId=n)["NamedQuery"]["QueryString"] == "SELECT 2" and athena.list_named_queries(WorkGroup="ops")["NamedQueryIds"] == [n]
assert athena.batch_get_named_query(NamedQueryIds=[n, "none"])["UnprocessedNamedQueryIds"][0]["NamedQueryId"] == "none"
athena.delete_named_query(NamedQueryId=n)
athena.create_prepared_statement(StatementName="of_status", WorkGroup="ops", QueryStatement="SELECT count(*) FROM access WHERE status = ?")
assert rows("EXECUTE of_status USING 404") == [["250"]]
assert rows("SELECT count(*) FROM access WHERE path = ? AND id < ?", ExecutionParameters=["'/p1'", "10"]) == [["3"]]
rows("PREPARE two FROM SELECT ? + 1")
assert rows("EXECUTE two USING 1") == [["2"]] and rows("EXECUTE two", ExecutionParameters=["2"]) == [["3"]]
assert [s["StatementName"] for s in athena.list_prepared_statements(WorkGroup="ops")["PreparedStatements"]] == ["of_status", "two"]
athena.update_prepared_statement(StatementName="two", WorkGroup="ops", QueryStatement="SELECT ? + 2")
assert athena.get_prepared_statement(StatementName="two", WorkGroup="ops")["PreparedStatement"]["QueryStatement"] == "SELECT ? + 2"
assert len(athena.batch_get_prepared_statement(PreparedStatementNames=["two", "none"], WorkGroup="ops")["UnprocessedPreparedStatementNames"]) == 1
rows("DEALLOCATE PREPARE two")
athena.delete_prepared_statement(StatementName="of_status", WorkGroup="ops")
refused("ResourceNotFoundException", "was not found", athena.get_prepared_statement, StatementName="two", WorkGroup="ops")

# Views.
rows("CREATE OR REPLACE VIEW slow AS SELECT path, ms FROM access WHERE ms > 1000")
assert rows("SELECT count(*) FROM slow") == [["333"]] and rows("SHOW VIEWS") == [["slow"]]
assert rows("SHOW CREATE VIEW slow")[1] == ["SELECT path, ms FROM access WHERE ms > 1000"]
fails("CREATE VIEW slow AS SELECT 1 x", "already exists")
fails("CREATE VIEW broken AS SELECT y FROM access", "COLUMN_NOT_FOUND")
assert rows("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'web' ORDER BY 1") == [["access", "BASE TABLE"], ["slow", "VIEW"]]
rows("DROP VIEW slow")
fails("DROP VIEW slow", "does not exist")

# Tables made of queries.
for format, compression in (("PARQUET", "SNAPPY"), ("ORC", "ZLIB"), ("TEXTFILE", "GZIP"), ("JSON", "GZIP")):
    t = "made_" + format.lower()
    id = start(f"""CREATE TABLE {t} WITH (format = '{format}', write_compression = '{compression}', partitioned_by = ARRAY['status'], external_location = 's3://lake/{t}/')
                   AS SELECT id, path, ms, day, status FROM access""")
    e = ended(id)
    assert e["Status"]["State"] == "SUCCEEDED", e["Status"]
    manifest = s3.get_object(Bucket="results", Key=e["Statistics"]["DataManifestLocation"].split("/", 3)[3])["Body"].read().decode().split()
    assert len(manifest) == 2 and manifest[0].startswith(f"s3://lake/{t}/status=200/"), manifest
    assert athena.get_query_results(QueryExecutionId=id)["UpdateCount"] == 1000
    assert rows(f"SELECT status, count(*), sum(id), max(ms), min(day) FROM {t} GROUP BY status ORDER BY 1") == rows("SELECT status, count(*), sum(id), max(ms), min(day) FROM access GROUP BY status ORDER BY 1"), t
    assert rows(f"INSERT INTO {t} VALUES (1, 'x', 0.5, DATE '2026-04-01', 500)") == []
    assert rows(f"SELECT * FROM {t} WHERE status = 500") == [["1", "x", "0.5", "2026-04-01", "500"]], t
fails("CREATE TABLE made_json AS SELECT 1 x", "TABLE_ALREADY_EXISTS")
fails("CREATE TABLE other WITH (external_location = 's3://lake/made_orc/') AS SELECT 1 x", "HIVE_PATH_ALREADY_EXISTS")
fails("INSERT INTO made_orc VALUES ('x', 'x', 0.5, DATE '2026-04-01', 500)", "TYPE_MISMATCH")
fails("CREATE TABLE nameless AS SELECT 1", "Column name not specified at position 1")
e = ended(start("UNLOAD (SELECT id, path FROM access WHERE id < 5) TO 's3://lake/unloaded/' WITH (format = 'JSON', compression = 'NONE')"))
assert e["Status"]["State"] == "SUCCEEDED" and e["SubstatementType"] == "UNLOAD", e
objects = s3.list_objects_v2(Bucket="lake", Prefix="unloaded/")["Contents"]
unloaded = "".join(s3.get_object(Bucket="lake", Key=o["Key"])["Body"].read().decode() for o in objects)
assert [json.loads(l) for l in unloaded.splitlines()][4] == {"id": 4, "path": "/p1"}, unloaded

# Partitions and columns, changed.
rows("ALTER TABLE access ADD IF NOT EXISTS PARTITION (day = '2026-03-03') LOCATION 's3://lake/elsewhere/'")
fails("ALTER TABLE access ADD PARTITION (day = '2026-03-03')", "AlreadyExists")
s3.put_object(Bucket="lake", Key="elsewhere/x.csv", Body=b"5000,/x,200,1\n")
assert rows("SELECT day, \"$path\" FROM access WHERE id = 5000") == [["2026-03-03", "s3://lake/elsewhere/x.csv"]]
rows("ALTER TABLE access DROP PARTITION (day > '2026-03-02')")
assert rows("SHOW PARTITIONS access") == [["day=2026-03-01"], ["day=2026-03-02"]]
rows("ALTER TABLE access ADD COLUMNS (agent string)")
rows("ALTER TABLE access SET TBLPROPERTIES ('owner' = 'ops')")
assert rows("SELECT agent, count(*) FROM access GROUP BY 1") == [[None, "1000"]] and rows("SHOW TBLPROPERTIES access('owner')") == [["ops"]]

# Limits, cancellation, history, catalogs and metadata.
athena.update_work_group(WorkGroup="ops", ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000})
s3.put_object(Bucket="lake", Key="big/a.csv", Body=b"0123456789abcdef\n" * 700_000)
rows("CREATE EXTERNAL TABLE big (a string) LOCATION 's3://lake/big/'")
fails("SELECT count(a) FROM big", "Bytes scanned limit was exceeded")
athena.update_work_group(WorkGroup="ops", ConfigurationUpdates={"RemoveBytesScannedCutoffPerQuery": True})
id = start("SELECT count(*) FROM big a CROSS JOIN big b WHERE a.a < b.a")
athena.stop_query_execution(QueryExecutionId=id)
assert ended(id)["Status"]["State"] == "CANCELLED"
history = athena.list_query_executions(WorkGroup="ops")["QueryExecutionIds"]
assert history[0] == id and len(athena.batch_get_query_execution(QueryExecutionIds=history[:3])["QueryExecutions"]) == 3
once = ended(start("SELECT count(*) FROM access", ResultReuseConfiguration={"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}))
again = ended(start("SELECT count(*) FROM access", ResultReuseConfiguration={"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}))
assert again["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] and again["Statistics"]["DataScannedInBytes"] == 0
athena.create_data_catalog(Name="mine", Type="GLUE", Parameters={"catalog-id": "000000000000"})
athena.update_data_catalog(Name="mine", Type="GLUE", Description="mine", Parameters={"catalog-id": "000000000000"})
assert athena.get_data_catalog(Name="mine")["DataCatalog"]["Description"] == "mine" and len(athena.list_data_catalogs()["DataCatalogsSummary"]) == 2
assert rows("SELECT count(*) FROM mine.web.access") == [["1000"]]
athena.delete_data_catalog(Name="mine")
assert [d["Name"] for d in athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]] == ["web"]
assert athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="web")["Database"]["Description"] == "of the shop"
assert athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="web", TableName="access")["TableMetadata"]["PartitionKeys"][0]["Name"] == "day"
assert "access" in [t["Name"] for t in athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="web")["TableMetadataList"]]
refused("MetadataException", "not found", athena.get_table_metadata, CatalogName="AwsDataCatalog", DatabaseName="web", TableName="none")

# What Trino's SQL has beyond the plain: recursion, JSON by paths, aggregates with lambdas; and what a query has cost, step by step.
assert rows("WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT sum(n) FROM t") == [["10"]]
fails("WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t) SELECT sum(n) FROM t", "Recursion depth limit exceeded (10). Use 'max_recursion_depth' session property to modify the limit.")
assert rows("""SELECT json_value(d, 'lax $.user.name'), json_query(d, 'lax $.tags[*]' WITH ARRAY WRAPPER), json_exists(d, 'strict $.tags[*]?(@ starts with "b")'), json_object('n' : 1, 'list' : json_array(1, NULL, 'x' NULL ON NULL))
        FROM (VALUES '{"user": {"name": "ann"}, "tags": ["a", "b"]}') t(d)""") == [["ann", '["a","b"]', "true", '{"n":1,"list":[1,null,"x"]}']]
assert rows("SELECT tag FROM (VALUES '{\"tags\": [\"a\", \"b\"]}') t(d), JSON_TABLE(d, 'lax $.tags[*]' COLUMNS (tag varchar PATH 'lax $')) ORDER BY 1") == [["a"], ["b"]]
assert rows("SELECT reduce_agg(status, 0, (a, b) -> a + b, (a, b) -> a + b) = sum(status), approx_most_frequent(1, path, 10) FROM access") == [["true", "{/p0=334}"]]
assert rows("""SELECT * FROM access MATCH_RECOGNIZE (PARTITION BY path ORDER BY id MEASURES FIRST(id) AS first, FINAL count(BAD.*) AS bad
                   PATTERN (GOOD BAD{1,2}) DEFINE GOOD AS status = 200, BAD AS status = 404) ORDER BY 1, 2 LIMIT 1""") == rows("""SELECT path, id, 1 FROM (
                   SELECT path, id, status, lead(status) OVER (PARTITION BY path ORDER BY id) next FROM access) WHERE status = 200 AND next = 404 ORDER BY 1, 2 LIMIT 1""")
assert rows("""SELECT path, count(*) FROM access JOIN (VALUES ST_Polygon('POLYGON ((0 0, 0 100, 100 100, 100 0, 0 0))')) t (area) ON ST_Contains(area, ST_Point(id, ms))
               GROUP BY path ORDER BY path""") == [["/p0", "22"], ["/p1", "22"], ["/p2", "22"]]
assert rows("SELECT ST_Point(1, 2), bing_tile_quadkey(bing_tile_at(30.12, 60, 10)), round(great_circle_distance(36.12, -86.67, 33.94, -118.40))") == [["POINT (1 2)", "1230301230", "2886.0"]]
assert rows("SELECT value_at_quantile(qdigest_agg(id), 0.5), value_at_quantile(tdigest_agg(ms), 1), cardinality(make_set_digest(path)) FROM access") == [["500", "1498.5", "3"]]
assert rows("SELECT TIME '10:00 -03:00' AT TIME ZONE '+02:00', word_stem('stemming')") == [["15:00:00+02:00", "stem"]]
plan = "\n".join(r[0] for r in rows("EXPLAIN ANALYZE SELECT path, count(*) FROM access WHERE status = 404 GROUP BY path"))
assert "Aggregate[path, count()]" in plan and "Output: 3 rows" in plan and "Output: 250 rows" in plan and "Sifted: 1000 rows" in plan and "CPU: " in plan, plan
assert rows("EXPLAIN (TYPE VALIDATE) SELECT * FROM access") == [["true"]]
fails("EXPLAIN (TYPE IO, FORMAT JSON) SELECT * FROM access", "NOT_SUPPORTED")
assert [r[0].split("\t")[0] for r in rows("SHOW FUNCTIONS LIKE 'json_array_l%'")] == ["json_array_length", "json_array_length"]

# A query sees what who asks may see, and no more.
iam.create_user(UserName="ann")
k = iam.create_access_key(UserName="ann")["AccessKey"]
ann = boto3.client("athena", aws_access_key_id=k["AccessKeyId"], aws_secret_access_key=k["SecretAccessKey"])


def may(*actions, resource="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def allow(*statements):
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


refused("AccessDeniedException", "athena:StartQueryExecution on resource: " + arn, start, sql="SELECT 1", client=ann)
allow(may("athena:*", "glue:Get*"), may("s3:*", resource=["arn:aws:s3:::results", "arn:aws:s3:::results/*"]))
e = ended(start("SELECT count(*) FROM access", client=ann))
assert e["Status"]["State"] == "FAILED" and "PERMISSION_DENIED" in e["Status"]["StateChangeReason"], e
allow(may("athena:*", "glue:Get*"), may("s3:GetObject", "s3:ListBucket", "s3:PutObject"))
assert ended(start("SELECT count(*) FROM access", client=ann))["Status"]["State"] == "SUCCEEDED"

# All goes.
fails("DROP DATABASE web", "is not empty")
rows("DROP TABLE big")
fails("DROP TABLE big", "Table not found big")
rows("DROP TABLE IF EXISTS big")
rows("DROP DATABASE web CASCADE")
athena.delete_work_group(WorkGroup="ops", RecursiveDeleteOption=True)
refused("InvalidRequestException", "not found", athena.get_work_group, WorkGroup="ops")
print("all held")
