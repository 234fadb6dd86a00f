"""Crawlers of Glue: files as boto3, pyarrow and servers write them, crawled as the AWS CLI asks, are tables that Athena answers from."""
import bz2
import gzip
import io
import json
import subprocess
import time

import boto3
import pyarrow as pa
from pyarrow import orc, parquet

from refusal import refused

athena, glue, iam, logs, s3 = (boto3.client(n) for n in ("athena", "glue", "iam", "logs", "s3"))
for b in ("lake", "answers"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def cli(*words):
    done = subprocess.run(("aws", "glue") + words, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else {}


def put(key, body):
    s3.put_object(Bucket="lake", Key=key, Body=body if isinstance(body, bytes) else body.encode())


def rows(sql, database="lake"):
    id = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": database}, ResultConfiguration={"OutputLocation": "s3://answers/"})["QueryExecutionId"]
    for _ in range(4800):
        e = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if e["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.05)
    assert e["Status"]["State"] == "SUCCEEDED", f"{sql}: {e['Status']}"
    return [tuple(d.get("VarCharValue") for d in r["Data"]) for r in athena.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]][1:]


def crawl(name, status="SUCCEEDED"):
    cli("start-crawler", "--name", name)
    for _ in range(4800):
        c = cli("get-crawler", "--name", name)["Crawler"] if _ == 0 else glue.get_crawler(Name=name)["Crawler"]
        if c["State"] == "READY":
            break
        time.sleep(0.05)
    assert c["State"] == "READY" and c["LastCrawl"]["Status"] == status, c
    return c


def table(name, database="lake"):
    return glue.get_table(DatabaseName=database, Name=name)["Table"]


def columns(t):
    return [(c["Name"], c["Type"]) for c in t["StorageDescriptor"]["Columns"]]


# What lies in the lake.
put("sales/2026-01.csv", "id,shop,price,paid\n1,Bern,9.5,true\n2,Basel,10.25,false\n")
put("sales/2026-02.csv", "id,shop,price,paid\n3,Bern,1.25,true\n")
events = [{"id": i, "user": {"name": f"u{i % 2}", "tags": ["a", "b"]}, "bytes": 2**33 + i, "ratio": i / 4} for i in range(10)]
put("events/day=01/a.json.gz", gzip.compress("".join(json.dumps(e) + "\n" for e in events[:6]).encode()))
put("events/day=02/a.json.gz", gzip.compress("".join(json.dumps(e) + "\n" for e in events[6:]).encode()))
for year in (2025, 2026):
    for month in (1, 2):
        f = io.BytesIO()
        parquet.write_table(pa.table({"n": pa.array([year, month], pa.int64()), "word": ["x", "y"]}), f)
        put(f"flights/year={year}/month={month}/part-0.parquet", f.getvalue())
f = io.BytesIO()
orc.write_table(pa.table({"code": pa.array([1, 2, 3], pa.int32()), "name": ["a", "b", "c"]}), f)
put("codes/a.orc", f.getvalue())
combined = '10.0.0.{} - - [01/Mar/2026:12:00:0{} +0000] "GET /p{} HTTP/1.1" {} 12{} "-" "curl/8.0"\n'
put("nginx/access.log", "".join(combined.format(i, i, i, 200 if i % 2 else 404, i) for i in range(6)))
put("apache/access.log", '10.0.0.1 - ann [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.0" 200 5\n' * 4)
put("firehose/2026/03/01/12/a.bz2", bz2.compress(b"1|a|2.5\n2|b|3.5\n"))
put("firehose/2026/03/01/13/b.bz2", bz2.compress(b"3|c|4.5\n4|d|5.5\n"))
put("audit/app.log", "2026-03-01 WARN disk 91\n2026-03-01 INFO disk 12\n")

# Who crawls: a role that Glue is let into, and that may read the lake, write tables and a log.
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
iam.create_role(RoleName="crawl", AssumeRolePolicyDocument=json.dumps(trust))
allow = [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket", "glue:*", "logs:*"], "Resource": "*"}]
iam.put_role_policy(RoleName="crawl", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow}))
iam.create_role(RoleName="shut", AssumeRolePolicyDocument=json.dumps({**trust, "Statement": [{**trust["Statement"][0], "Principal": {"Service": "ec2.amazonaws.com"}}]}))

# What is refused.
target = {"S3Targets": [{"Path": "s3://lake/"}]}
refused("InvalidInputException", glue.create_crawler, Name="c", Role="shut", DatabaseName="lake", Targets=target)
refused("InvalidInputException", glue.create_crawler, Name="c", Role="crawl", DatabaseName="lake", Targets={})
refused("InvalidInputException", glue.create_crawler, Name="c", Role="crawl", DatabaseName="lake", Targets=target, Schedule="cron(* * * * ? *)")
refused("InvalidInputException", glue.create_crawler, Name="c", Role="crawl", DatabaseName="lake", Targets=target, RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"})
refused("NotImplemented", glue.create_crawler, Name="c", Role="crawl", DatabaseName="lake", Targets={"JdbcTargets": [{"ConnectionName": "c", "Path": "p"}]})
refused("NotImplemented", glue.create_classifier, XMLClassifier={"Name": "x", "Classification": "x", "RowTag": "r"})
refused("EntityNotFoundException", glue.start_crawler, Name="nobody")

# Whoever gives a crawler a role must be let pass it.
iam.create_user(UserName="dev")
key = iam.create_access_key(UserName="dev")["AccessKey"]
dev = boto3.client("glue", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
permit = {"Effect": "Allow", "Action": "glue:*", "Resource": "*"}
iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [permit]}))
assert "iam:PassRole" in refused("AccessDeniedException", dev.create_crawler, Name="d", Role="crawl", DatabaseName="lake", Targets=target)
iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [permit, {**permit, "Action": "iam:PassRole"}]}))
dev.create_crawler(Name="d", Role="crawl", DatabaseName="lake", Targets=target)
dev.delete_crawler(Name="d")

# Classifiers of one's own come first.
cli("create-classifier", "--grok-classifier", json.dumps({"Name": "app", "Classification": "app", "GrokPattern": "%{DAYSTAMP:day} %{LOGLEVEL:level} %{WORD:what} %{NUMBER:value:int}", "CustomPatterns": "DAYSTAMP \\d+-\\d+-\\d+"}))
cli("create-crawler", "--name", "lake", "--role", "crawl", "--database-name", "lake", "--classifiers", "app", "--targets", json.dumps({"S3Targets": [{"Path": "s3://lake/", "Exclusions": ["**.tmp"]}]}), "--tags", "team=ops")
put("sales/half.tmp", "not;yet")
assert cli("list-crawlers", "--tags", "team=ops")["CrawlerNames"] == ["lake"] and cli("list-crawlers", "--tags", "team=dev")["CrawlerNames"] == []
c = crawl("lake")
names = [t["Name"] for t in glue.get_tables(DatabaseName="lake")["TableList"]]
assert names == ["apache", "audit", "codes", "events", "firehose", "flights", "nginx", "sales"], names

# Tables are as Glue writes them, and Athena answers from them.
t = table("sales")
assert columns(t) == [("id", "bigint"), ("shop", "string"), ("price", "double"), ("paid", "boolean")], columns(t)
want = {"classification": "csv", "delimiter": ",", "skip.header.line.count": "1", "compressionType": "none", "typeOfData": "file", "objectCount": "2", "recordCount": "3", "UPDATED_BY_CRAWLER": "lake"}
assert want.items() <= t["Parameters"].items(), t["Parameters"]
assert t["TableType"] == "EXTERNAL_TABLE" and t["StorageDescriptor"]["Location"] == "s3://lake/sales/" and t["CreatedBy"].endswith(":assumed-role/crawl/AWS-Crawler"), t
assert t["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"] == "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
assert rows("SELECT shop, count(*), sum(price) FROM sales WHERE paid GROUP BY shop") == [("Bern", "2", "10.75")]
t = table("events")
assert columns(t) == [("id", "int"), ("user", "struct<name:string,tags:array<string>>"), ("bytes", "bigint"), ("ratio", "double")], columns(t)
assert t["Parameters"]["compressionType"] == "gzip" and t["StorageDescriptor"]["Compressed"] and [k["Name"] for k in t["PartitionKeys"]] == ["day"], t
assert rows("SELECT day, count(*), sum(ratio), max(bytes), min(user.name) FROM events GROUP BY day ORDER BY day") == [("01", "6", "3.75", str(2**33 + 5), "u0"), ("02", "4", "7.5", str(2**33 + 9), "u0")]
t = table("flights")
assert columns(t) == [("n", "bigint"), ("word", "string")] and [(k["Name"], k["Type"]) for k in t["PartitionKeys"]] == [("year", "string"), ("month", "string")], t
assert rows("SELECT year, sum(n) FROM flights WHERE month = '2' GROUP BY year ORDER BY year") == [("2025", "2027"), ("2026", "2028")]
assert glue.get_partition_indexes(DatabaseName="lake", TableName="flights")["PartitionIndexDescriptorList"][0]["IndexName"] == "crawler_partition_index"
assert rows("SELECT name FROM codes WHERE code > 1 ORDER BY name") == [("b",), ("c",)]
assert table("nginx")["Parameters"]["classification"] == "combined_apache" and table("apache")["Parameters"]["classification"] == "apache"
assert rows("SELECT response, count(*), max(request), max(agent) FROM nginx GROUP BY response ORDER BY response") == [("200", "3", "/p5", '"curl/8.0"'), ("404", "3", "/p4", '"curl/8.0"')]
assert rows("SELECT auth, count(*) FROM apache GROUP BY auth") == [("ann", "4")]
t = table("firehose")
assert [k["Name"] for k in t["PartitionKeys"]] == ["partition_0", "partition_1", "partition_2", "partition_3"] and t["Parameters"]["compressionType"] == "bzip2", t
assert columns(t) == [("col0", "bigint"), ("col1", "string"), ("col2", "double")]
assert rows("SELECT partition_3, sum(col2) FROM firehose GROUP BY 1 ORDER BY 1") == [("12", "6.0"), ("13", "10.0")]
assert rows("SELECT level, max(value) FROM audit GROUP BY level ORDER BY 1") == [("INFO", "12"), ("WARN", "91")]

# They are found over all databases.
found = cli("search-tables", "--filters", "Key=classification,Value=csv", "--sort-criteria", "FieldName=Name,Sort=DESC", "--max-results", "1")
assert [t["Name"] for t in found["TableList"]] == ["sales"], found
found = cli("search-tables", "--filters", "Key=classification,Value=csv", "--sort-criteria", "FieldName=Name,Sort=DESC", "--max-results", "1", "--next-token", found["NextToken"])
assert [t["Name"] for t in found["TableList"]] == ["firehose"] and "NextToken" not in found, found
assert [t["Name"] for t in glue.search_tables(SearchText="referrer")["TableList"]] == ["nginx"]

# Its log, its history.
stream = logs.get_log_events(logGroupName=c["LastCrawl"]["LogGroup"], logStreamName=c["LastCrawl"]["LogStream"])["events"]
assert any("Created table sales in database lake" in e["message"] for e in stream) and all(e["message"].startswith("[" + c["LastCrawl"]["MessagePrefix"] + "]") for e in stream), stream
h = cli("list-crawls", "--crawler-name", "lake")["Crawls"]
assert len(h) == 1 and h[0]["State"] == "COMPLETED" and json.loads(json.loads(h[0]["Summary"])["TABLE"])["ADD"]["Count"] == 8, h
m = glue.get_crawler_metrics(CrawlerNameList=["lake"])["CrawlerMetricsList"][0]
assert m["TablesCreated"] == 8 and m["TablesUpdated"] == 0, m

# A crawl of what has not changed changes nothing; new data do, lost data are marked.
crawl("lake")
assert table("sales")["VersionId"] == "0", table("sales")
put("sales/2026-03.csv", "id,shop,price,paid,note\n4,Chur,2.5,true,x\n")
put("events/day=03/a.json.gz", gzip.compress(b'{"id": 99, "user": {"name": "u9"}, "bytes": 1, "ratio": 0.5}\n'))
s3.delete_object(Bucket="lake", Key="codes/a.orc")
crawl("lake")
assert columns(table("sales"))[-1] == ("note", "string") and table("sales")["VersionId"] == "1"
assert rows("SELECT id FROM events WHERE day = '03'") == [("99",)]
assert int(table("codes")["Parameters"]["DEPRECATED_BY_CRAWLER"]) > 0
glue.update_crawler(Name="lake", SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "DELETE_FROM_DATABASE"})
s3.delete_object(Bucket="lake", Key="events/day=03/a.json.gz")
crawl("lake")
refused("EntityNotFoundException", glue.get_table, DatabaseName="lake", Name="codes")
assert [p["Values"] for p in glue.get_partitions(DatabaseName="lake", TableName="events")["Partitions"]] == [["01"], ["02"]]

# New folders only; one schema for all; a level; a threshold; a catalog target.
only_new = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}, "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}}
glue.create_crawler(Name="new", Role="crawl", DatabaseName="fresh", TablePrefix="n_", Targets={"S3Targets": [{"Path": "s3://lake/flights", "SampleSize": 1}]}, **only_new)
crawl("new")
f = io.BytesIO()
parquet.write_table(pa.table({"n": pa.array([7], pa.int64()), "word": ["z"], "more": [1]}), f)
put("flights/year=2026/month=3/part-0.parquet", f.getvalue())
crawl("new")
assert rows("SELECT word FROM n_flights WHERE month = '3'", "fresh") == [("z",)] and columns(table("n_flights", "fresh")) == [("n", "bigint"), ("word", "string")]
put("mixed/a/x.json", '{"a": 1, "b": 2}\n')
put("mixed/b/x.json", '{"c": 1, "d": 2}\n')
glue.create_crawler(Name="mixed", Role="arn:aws:iam::000000000000:role/crawl", DatabaseName="mixed", Targets={"S3Targets": [{"Path": "s3://lake/mixed/"}]}, Configuration='{"Version": 1.0, "CrawlerOutput": {"Tables": {"TableThreshold": 1}}}')
c = crawl("mixed", "FAILED")
assert "greater than the table threshold" in c["LastCrawl"]["ErrorMessage"], c
glue.update_crawler(Name="mixed", Configuration='{"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}')
crawl("mixed")
assert [t["Name"] for t in glue.get_tables(DatabaseName="mixed")["TableList"]] == ["mixed"] and [n for n, _ in columns(table("mixed", "mixed"))] == ["a", "b", "c", "d"]
glue.create_crawler(Name="level", Role="crawl", DatabaseName="level", Targets={"S3Targets": [{"Path": "s3://lake/mixed/"}]}, Configuration='{"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}')
crawl("level")
assert [t["Name"] for t in glue.get_tables(DatabaseName="level")["TableList"]] == ["a", "b"]
put("sales/2026-04.csv", "id,shop,price,paid,note,extra\n4,Chur,2.5,true,x,1\n")
glue.create_crawler(Name="known", Role="crawl", Targets={"CatalogTargets": [{"DatabaseName": "lake", "Tables": ["sales"]}]}, SchemaChangePolicy={"DeleteBehavior": "LOG"})
crawl("known")
assert columns(table("sales"))[-1][0] == "extra", columns(table("sales"))

# Who may not, fails as such; schedules; what is used stays.
iam.put_role_policy(RoleName="crawl", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{**allow[0], "Action": ["glue:*"]}]}))
c = crawl("level", "FAILED")
assert "AccessDenied" in c["LastCrawl"]["ErrorMessage"], c
refused("NoScheduleException", glue.stop_crawler_schedule, CrawlerName="lake")
cli("update-crawler-schedule", "--crawler-name", "lake", "--schedule", "cron(15 3 * * ? *)")
assert glue.get_crawler(Name="lake")["Crawler"]["Schedule"] == {"ScheduleExpression": "cron(15 3 * * ? *)", "State": "SCHEDULED"}
glue.stop_crawler_schedule(CrawlerName="lake")
assert glue.get_crawler(Name="lake")["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
glue.start_crawler_schedule(CrawlerName="lake")
refused("CrawlerNotRunningException", glue.stop_crawler, Name="lake")
refused("InvalidInputException", glue.delete_classifier, Name="app")
glue.update_classifier(GrokClassifier={"Name": "app", "Classification": "apps"})
assert glue.get_classifier(Name="app")["Classifier"]["GrokClassifier"]["Version"] == 2 and len(glue.get_classifiers()["Classifiers"]) == 1
got = glue.batch_get_crawlers(CrawlerNames=["lake", "nobody"])
assert [c["Name"] for c in got["Crawlers"]] == ["lake"] and got["CrawlersNotFound"] == ["nobody"]
assert [c["Name"] for c in glue.get_crawlers()["Crawlers"]] == ["known", "lake", "level", "mixed", "new"]
glue.delete_crawler(Name="lake")
glue.delete_classifier(Name="app")
refused("EntityNotFoundException", glue.get_crawler, Name="lake")
print("all held")
