"""Firehose converts JSON by a table of Glue, as boto3 asks for it, and pyarrow reads what lies in S3. Exits with a traceback where something does not hold."""
import base64
import datetime
import decimal
import io
import json
import time

import boto3
import pyarrow.orc as orc
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

iam, s3, glue, firehose = (boto3.client(n) for n in ("iam", "s3", "glue", "firehose"))
ROLE, BUCKET = "arn:aws:iam::000000000000:role/converter", "arn:aws:s3:::lake"

s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
iam.create_role(RoleName="converter", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))


def allow(*actions):
    iam.put_role_policy(RoleName="converter", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))


glue.create_database(DatabaseInput={"Name": "web"})
glue.create_table(DatabaseName="web", TableInput={"Name": "access", "StorageDescriptor": {"Columns": [
    {"Name": "at", "Type": "timestamp"}, {"Name": "status", "Type": "smallint"}, {"Name": "price", "Type": "decimal(7,2)"}, {"Name": "client", "Type": "struct<ip:string,tags:array<string>>"},
    {"Name": "headers", "Type": "map<string,string>"}]}})


def stream(name, serializer):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
        "RoleARN": ROLE, "BucketARN": BUCKET, "Prefix": name + "/", "ErrorOutputPrefix": "failed-" + name + "/!{firehose:error-output-type}/",
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 1},
        "DataFormatConversionConfiguration": {
            "SchemaConfiguration": {"RoleARN": ROLE, "DatabaseName": "web", "TableName": "access", "Region": "eu-central-1", "VersionId": "LATEST"},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {"CaseInsensitive": True, "ColumnToJsonKeyMappings": {"at": "timestamp"}}}},
            "OutputFormatConfiguration": {"Serializer": serializer}}})


allow("s3:PutObject")
try:
    stream("parquet", {"ParquetSerDe": {}})
    raise AssertionError("a stream was made although its role may not read the table")
except ClientError as e:
    assert e.response["Error"]["Code"] == "InvalidArgumentException" and "Access was denied when calling Glue" in str(e), e
allow("s3:PutObject", "glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions")
stream("parquet", {"ParquetSerDe": {"Compression": "GZIP", "WriterVersion": "V2"}})
stream("orc", {"OrcSerDe": {"Compression": "ZLIB", "FormatVersion": "V0_12"}})

RECORDS = [
    b'{"timestamp":"2026-03-01T12:00:00.5Z","Status":200,"price":1.005,"client":{"ip":"10.0.0.1","tags":["a",null]},"headers":{"Host":"x"}}\n',
    b'{"timestamp":1772366400,"status":"404","more":[1]}{"status":500}',
    b'{"status":70000}', b"no JSON",
]


def keys(prefix):
    for _ in range(1800):
        found = [o["Key"] for o in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing below {prefix}")


for name, read in (("parquet", pq.read_table), ("orc", orc.read_table)):
    assert firehose.put_record_batch(DeliveryStreamName=name, Records=[{"Data": r} for r in RECORDS])["FailedPutCount"] == 0
    (key,) = keys(name + "/")
    assert key.endswith("." + name), key
    rows = read(io.BytesIO(s3.get_object(Bucket="lake", Key=key)["Body"].read())).to_pylist()
    for r in rows:
        r["at"] = r["at"] and r["at"].replace(tzinfo=None)
    day = datetime.datetime(2026, 3, 1, 12)
    assert rows == [
        {"at": day + datetime.timedelta(milliseconds=500), "status": 200, "price": decimal.Decimal("1.01"), "client": {"ip": "10.0.0.1", "tags": ["a", None]}, "headers": [("Host", "x")]},
        {"at": day, "status": 404, "price": None, "client": None, "headers": None},
        {"at": None, "status": 500, "price": None, "client": None, "headers": None},
    ], rows
    (key,) = keys(f"failed-{name}/format-conversion-failed/")
    documents = [json.loads(line) for line in s3.get_object(Bucket="lake", Key=key)["Body"].read().splitlines()]
    assert [(d["ErrorCode"], base64.b64decode(d["rawData"])) for d in documents] == [("DataFormatConversion.MalformedData", RECORDS[2]), ("DataFormatConversion.ParseError", RECORDS[3])], documents
    assert documents[0]["dataCatalogTable"]["tableName"] == "access", documents
print("all held")
