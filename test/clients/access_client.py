"""Server access logs as boto3 sees them: in a bucket by PutBucketLogging, and vended by CloudWatch Logs to a group, a bucket and a Firehose stream."""
import gzip
import json
import subprocess

import boto3
from botocore.exceptions import ClientError

s3, logs, firehose, iam = (boto3.client(n) for n in ("s3", "logs", "firehose", "iam"))
account = boto3.client("sts").get_caller_identity()["Account"]
where = {"LocationConstraint": "eu-central-1"}


def advance(by):
    subprocess.run(["unyo", "clock", "-endpoint", s3.meta.endpoint_url, "advance", by], check=True, stdout=subprocess.DEVNULL)


def refused(call, **args):
    try:
        call(**args)
    except ClientError as e:
        return e.response["Error"]["Code"]
    raise AssertionError("not refused")


def objects(bucket, prefix=""):
    return {o["Key"]: s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read() for o in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])}


for name in ("site", "accesses", "vended"):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="site")
assert refused(s3.put_bucket_logging, Bucket="site", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "nowhere", "TargetPrefix": ""}}) == "InvalidTargetBucketForLogging"

# The classic way: into a bucket whose policy lets the logging service in.
s3.put_bucket_policy(Bucket="accesses", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::accesses/site/*",
    "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::site"}, "StringEquals": {"aws:SourceAccount": account}}}]}))
s3.put_bucket_logging(Bucket="site", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "accesses", "TargetPrefix": "site/", "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}})
assert s3.get_bucket_logging(Bucket="site")["LoggingEnabled"]["TargetObjectKeyFormat"]["PartitionedPrefix"]["PartitionDateSource"] == "EventTime"

# And as logs that are vended: a source, destinations, deliveries.
logs.create_log_group(logGroupName="accesses")
iam.create_role(RoleName="stream", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
iam.put_role_policy(RoleName="stream", PolicyName="s3", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
role = iam.get_role(RoleName="stream")["Role"]["Arn"]
stream = firehose.create_delivery_stream(DeliveryStreamName="accesses", ExtendedS3DestinationConfiguration={
    "RoleARN": role, "BucketARN": "arn:aws:s3:::vended", "Prefix": "firehose/", "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 1}})["DeliveryStreamARN"]
template = logs.describe_configuration_templates(service="s3", deliveryDestinationTypes=["S3"])["configurationTemplates"][0]
assert template["logType"] == "S3_SERVER_ACCESS_LOGS" and template["allowedOutputFormats"] == ["json", "parquet"], template
source = logs.put_delivery_source(name="site", resourceArn="arn:aws:s3:::site", logType="S3_SERVER_ACCESS_LOGS", tags={"team": "web"})["deliverySource"]
assert source["service"] == "s3" and source["tags"] == {"team": "web"}, source
fields = ["request_time", "operation", "key_name", "http_status", "error_code"]
made = {}
for name, target, form, more in (
    ("group", f"arn:aws:logs:eu-central-1:{account}:log-group:accesses", "json", {}),
    ("bucket", "arn:aws:s3:::vended", "json", {"recordFields": fields, "s3DeliveryConfiguration": {"suffixPath": "{region}/{yyyy}/{MM}/{dd}", "enableHiveCompatiblePath": True}}),
    ("stream", stream, "json", {"recordFields": fields}),
):
    to = logs.put_delivery_destination(name=name, outputFormat=form, deliveryDestinationConfiguration={"destinationResourceArn": target})["deliveryDestination"]
    made[name] = logs.create_delivery(deliverySourceName="site", deliveryDestinationArn=to["arn"], **more)["delivery"]
assert refused(logs.create_delivery, deliverySourceName="site", deliveryDestinationArn=made["group"]["deliveryDestinationArn"]) == "ConflictException"
assert {d["id"] for d in logs.describe_deliveries()["deliveries"]} == {d["id"] for d in made.values()}
assert logs.get_delivery(id=made["bucket"]["id"])["delivery"]["recordFields"] == fields
assert len(logs.describe_delivery_sources()["deliverySources"]) == 1 and len(logs.describe_delivery_destinations()["deliveryDestinations"]) == 3
assert logs.get_delivery_source(name="site")["deliverySource"]["logType"] == "S3_SERVER_ACCESS_LOGS"
assert logs.get_delivery_destination(name="bucket")["deliveryDestination"]["outputFormat"] == "json"
to = logs.put_delivery_destination(name="text", outputFormat="w3c", deliveryDestinationConfiguration={"destinationResourceArn": "arn:aws:s3:::vended/text"})["deliveryDestination"]
assert refused(logs.create_delivery, deliverySourceName="site", deliveryDestinationArn=to["arn"]) == "ValidationException"  # this log comes as JSON and Parquet
assert "delivery.logs.amazonaws.com" in s3.get_bucket_policy(Bucket="vended")["Policy"]  # set up on the way, as AWS does

s3.put_object(Bucket="site", Key="a page.html", Body=b"<html>")
s3.get_object(Bucket="site", Key="a page.html")
assert refused(s3.get_object, Bucket="site", Key="none") == "NoSuchKey"
s3.delete_objects(Bucket="site", Delete={"Objects": [{"Key": "a page.html"}]})
advance("10m")

events = [json.loads(e["message"]) for e in logs.filter_log_events(logGroupName="accesses")["events"]]
ours = [(e["operation"], e["key_name"], e["http_status"], e["error_code"]) for e in events if e["key_name"]]
assert ours == [
    ("REST.PUT.OBJECT", "a page.html", 200, None), ("REST.GET.OBJECT", "a page.html", 200, None), ("REST.GET.OBJECT", "none", 404, "NoSuchKey"), ("BATCH.DELETE.OBJECT", "a page.html", 204, None),
], ours
got = next(e for e in events if e["operation"] == "REST.GET.OBJECT" and e["http_status"] == 200)
assert got["bytes_sent_size"] == 6 == got["object_size"] and got["signature_version"] == "SigV4" and got["authentication_type"] == "AuthHeader" and "Boto3" in got["user_agent"], got
files = objects("vended", "AWSLogs/")
key, = files
assert key.startswith(f"AWSLogs/aws-account-id={account}/s3/region=eu-central-1/year=") and key.endswith(".log.gz"), key
lines = gzip.decompress(files[key]).decode().splitlines()
assert all(list(json.loads(line)) == fields for line in lines) and any(json.loads(line)["key_name"] == "none" and json.loads(line)["http_status"] == 404 for line in lines), lines
sent = b"".join(objects("vended", "firehose/").values()).decode().splitlines()
assert any(json.loads(line)["operation"] == "REST.PUT.OBJECT" for line in sent), sent

# The classic file comes within the hour.
advance("1h")
files = objects("accesses")
assert files and all(k.startswith(f"site/{account}/eu-central-1/site/") for k in files), files
lines = b"".join(files.values()).decode().splitlines()
get = next(line for line in lines if " REST.GET.OBJECT a%20page.html " in line)
assert '"GET /site/a%20page.html HTTP/1.1" 200 - 6 6 ' in get and " SigV4 - AuthHeader " in get, get
s3.put_bucket_logging(Bucket="site", BucketLoggingStatus={})
assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="site")

logs.update_delivery_configuration(id=made["group"]["id"], recordFields=["key_name"])
assert logs.get_delivery(id=made["group"]["id"])["delivery"]["recordFields"] == ["key_name"]
policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": account}, "Action": "logs:CreateDelivery", "Resource": made["group"]["deliveryDestinationArn"]}]})
logs.put_delivery_destination_policy(deliveryDestinationName="group", deliveryDestinationPolicy=policy)
assert logs.get_delivery_destination_policy(deliveryDestinationName="group")["policy"]["deliveryDestinationPolicy"] == policy
logs.delete_delivery_destination_policy(deliveryDestinationName="group")
assert refused(logs.delete_delivery_source, name="site") == "ConflictException"
for name, d in made.items():
    logs.delete_delivery(id=d["id"])
    logs.delete_delivery_destination(name=name)
logs.delete_delivery_source(name="site")
print("all held")
