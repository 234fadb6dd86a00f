"""A Glue catalog that another account reads, as boto3 does: both accounts must say so, and Athena queries it under a name of its own.

https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html
https://docs.aws.amazon.com/athena/latest/ug/data-sources-glue-cross-account.html
"""
import json
import time

import boto3
from refusal import refused

A, B, REGION = "000000000000", "111111111111", "eu-central-1"


def client(service, account=A, **keys):
    if account != A and not keys:
        keys = dict(aws_access_key_id=account, aws_secret_access_key="test")
    return boto3.client(service, region_name=REGION, **keys)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def arns(*paths):
    return [f"arn:aws:glue:{REGION}:{A}:{p}" for p in paths]


# Account A has a table, partitioned, and a view.
glue, s3, athena = client("glue"), client("s3"), client("athena")
for b in ("lake", "results"):
    s3.create_bucket(Bucket=b, CreateBucketConfiguration={"LocationConstraint": REGION})
for day in (1, 2):
    s3.put_object(Bucket="lake", Key=f"t/day={day}/a.csv", Body=f"{day},x\n{day + 10},y\n".encode())
glue.create_database(DatabaseInput={"Name": "web"})
storage = {"Columns": [{"Name": "id", "Type": "int"}, {"Name": "what", "Type": "string"}], "Location": "s3://lake/t/", "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
           "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat", "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": ","}}}
glue.create_table(DatabaseName="web", TableInput={"Name": "t", "StorageDescriptor": storage, "PartitionKeys": [{"Name": "day", "Type": "int"}], "TableType": "EXTERNAL_TABLE"})
for day in (1, 2):
    glue.create_partition(DatabaseName="web", TableName="t", PartitionInput={"Values": [str(day)], "StorageDescriptor": {**storage, "Location": f"s3://lake/t/day={day}/"}})

# Account B has a user, who may do nothing there.
iam = client("iam", B)
user = iam.create_user(UserName="bob")["User"]["Arn"]
k = iam.create_access_key(UserName="bob")["AccessKey"]
keys = dict(aws_access_key_id=k["AccessKeyId"], aws_secret_access_key=k["SecretAccessKey"])
bob = client("glue", B, **keys)
theirs = dict(CatalogId=A, DatabaseName="web")
refused("AccessDeniedException", bob.get_table, Name="t", **theirs)
refused("AccessDeniedException", client("glue", B).get_table, Name="t", **theirs)  # the root of B, which A has not let in


def may(*statements):
    iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=document(*statements))


def share(*statements):
    glue.put_resource_policy(PolicyInJson=document(*statements))


# One side alone is not enough; both are; and a denial of either side is the end of it.
read = {"Effect": "Allow", "Action": ["glue:GetDatabase*", "glue:GetTable*", "glue:GetPartition*"], "Resource": arns("catalog", "database/web", "table/web/*")}
may(read)
refused("AccessDeniedException", bob.get_table, Name="t", **theirs)
iam.delete_user_policy(UserName="bob", PolicyName="p")
share({**read, "Principal": {"AWS": B}})
refused("AccessDeniedException", bob.get_table, Name="t", **theirs)
may(read)
assert bob.get_table(Name="t", **theirs)["Table"]["CatalogId"] == A
assert client("glue", B).get_table(Name="t", **theirs)["Table"]["Name"] == "t"
assert [p["Values"] for p in bob.get_partitions(TableName="t", **theirs)["Partitions"]] == [["1"], ["2"]]
refused("EntityNotFoundException", client("glue", B).get_table, DatabaseName="web", Name="t")  # in B's own catalog there is none
refused("AccessDeniedException", bob.delete_table, Name="t", **theirs)
refused("AccessDeniedException", client("glue", "222222222222").get_table, Name="t", **theirs)
share({**read, "Principal": {"AWS": B}}, {"Effect": "Deny", "Principal": {"AWS": user}, "Action": "glue:GetTable", "Resource": arns("table/web/t")})
refused("AccessDeniedException", bob.get_table, Name="t", **theirs)
assert client("glue", B).get_table(Name="t", **theirs)["Table"]["Name"] == "t"

# What B makes in A's catalog, where A lets it, is A's.
share({"Effect": "Allow", "Principal": {"AWS": B}, "Action": "glue:*", "Resource": arns("catalog", "database/*", "table/*", "userDefinedFunction/*")})
root = client("glue", B)
root.create_table(TableInput={"Name": "made", "StorageDescriptor": storage}, **theirs)
assert glue.get_table(DatabaseName="web", Name="made")["Table"]["CreatedBy"] == f"arn:aws:iam::{B}:root"
root.delete_table(Name="made", **theirs)

# Athena of B asks A's table under the name that B has given A's catalog; A's bucket lets it read.
query = client("athena", B)
s3b = client("s3", B)
s3b.create_bucket(Bucket="answers", CreateBucketConfiguration={"LocationConstraint": REGION})
s3.put_bucket_policy(Bucket="lake", Policy=document({"Effect": "Allow", "Principal": {"AWS": B}, "Action": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"]}))
query.create_data_catalog(Name="hub", Type="GLUE", Parameters={"catalog-id": A})
assert query.get_data_catalog(Name="hub")["DataCatalog"]["Parameters"] == {"catalog-id": A}
assert [d["Name"] for d in query.list_databases(CatalogName="hub")["DatabaseList"]] == ["web"]
assert query.get_table_metadata(CatalogName="hub", DatabaseName="web", TableName="t")["TableMetadata"]["PartitionKeys"][0]["Name"] == "day"


def ended(sql, **context):
    id = query.start_query_execution(QueryString=sql, QueryExecutionContext=context, ResultConfiguration={"OutputLocation": "s3://answers/"})["QueryExecutionId"]
    for _ in range(3600):
        e = query.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if e["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return id, e
        time.sleep(0.05)
    raise AssertionError(e)


def rows(sql, skip=1, **context):
    id, e = ended(sql, **context)
    assert e["Status"]["State"] == "SUCCEEDED", e["Status"]
    return [[d.get("VarCharValue") for d in r["Data"]] for r in query.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]][skip:]


def fails(sql, part, **context):
    _, e = ended(sql, **context)
    assert e["Status"]["State"] == "FAILED" and part in e["Status"]["StateChangeReason"], e["Status"]


assert rows("SELECT day, sum(id) FROM hub.web.t GROUP BY day ORDER BY day") == [["1", "12"], ["2", "14"]]
assert rows("SELECT count(*) FROM t WHERE day = 2", Catalog="hub", Database="web") == [["2"]]
assert rows("SHOW TABLES", 0, Catalog="hub", Database="web") == [["t"]]
assert rows("SHOW PARTITIONS t", 0, Catalog="hub", Database="web") == [["day=1"], ["day=2"]]
assert rows("DESCRIBE t", 0, Catalog="hub", Database="web")[0][0].startswith("id")

# Views of A mean A's tables, however they name them; information_schema tells what A lets B see.
for name, text in {"twelve": "SELECT sum(id) n FROM t WHERE day = 1", "named": "SELECT n FROM awsdatacatalog.web.twelve", "beyond": "SELECT 1 x FROM mine.web.t"}.items():
    if name == "beyond":
        athena.create_data_catalog(Name="mine", Type="GLUE", Parameters={"catalog-id": A})
    id = athena.start_query_execution(QueryString=f"CREATE VIEW {name} AS {text}", QueryExecutionContext={"Database": "web"}, ResultConfiguration={"OutputLocation": "s3://results/"})["QueryExecutionId"]
    while (e := athena.get_query_execution(QueryExecutionId=id)["QueryExecution"])["Status"]["State"] in ("QUEUED", "RUNNING"):
        time.sleep(0.05)
    assert e["Status"]["State"] == "SUCCEEDED", e["Status"]
assert rows("SELECT * FROM hub.web.twelve") == [["12"]] and rows("SELECT n + 1 FROM named", Catalog="hub", Database="web") == [["13"]]
fails("SELECT * FROM hub.web.beyond", "cannot name the catalog 'mine'")
assert rows("SELECT table_catalog, table_name, table_type FROM hub.information_schema.tables WHERE table_schema = 'web' ORDER BY 2") == [["hub", "beyond", "VIEW"], ["hub", "named", "VIEW"], ["hub", "t", "BASE TABLE"], ["hub", "twelve", "VIEW"]]
assert rows("SELECT column_name, data_type, extra_info FROM information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position", Catalog="hub") == [["id", "integer", ""], ["what", "varchar", ""], ["day", "integer", "partition key"]]
assert rows("SELECT schema_name FROM hub.information_schema.schemata") == [["web"]]
fails("DROP TABLE t", "NOT_SUPPORTED", Catalog="hub", Database="web")
fails("INSERT INTO hub.web.t SELECT 1, 'a', 1", "NOT_SUPPORTED")
fails("SELECT * FROM hub.web.nothing", "TABLE_NOT_FOUND")
glue.delete_resource_policy()
fails("SELECT * FROM hub.web.t", "not authorized")
print("all held")
