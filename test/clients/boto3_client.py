"""What boto3 does against an estate, with its defaults: checksums in trailers, presigned addresses, multipart, paging,
errors. Exits with a traceback where something does not hold."""
import gzip
import io
import json
import logging
import time
import urllib.request

import boto3
import watchtower
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from refusal import refused


sts, iam, s3 = boto3.client("sts"), boto3.client("iam"), boto3.client("s3")
logs, firehose = boto3.client("logs"), boto3.client("firehose")
where = {"LocationConstraint": "eu-central-1"}

# S3: objects, ranges, conditions, checksums, multipart, versions, presigned addresses.
s3.create_bucket(Bucket="objects", CreateBucketConfiguration=where)
body = bytes(range(256)) * 1000
etag = s3.put_object(Bucket="objects", Key="a/ü b+c", Body=body, Metadata={"k": "v"}, ContentType="text/x")["ETag"]
got = s3.get_object(Bucket="objects", Key="a/ü b+c", ChecksumMode="ENABLED")
assert got["Body"].read() == body and got["Metadata"] == {"k": "v"} and got["ContentType"] == "text/x"
assert s3.get_object(Bucket="objects", Key="a/ü b+c", Range="bytes=10-19")["Body"].read() == body[10:20]
refused("304", s3.head_object, Bucket="objects", Key="a/ü b+c", IfNoneMatch=etag)
refused("PreconditionFailed", s3.put_object, Bucket="objects", Key="a/ü b+c", Body=b"", IfNoneMatch="*")
refused("NoSuchKey", s3.get_object, Bucket="objects", Key="none")
refused("NoSuchBucket", s3.list_objects_v2, Bucket="no-such-bucket-here")
for algorithm in ("CRC32", "SHA1", "SHA256"):  # for the others boto3 needs another package
    s3.put_object(Bucket="objects", Key=algorithm, Body=b"x", ChecksumAlgorithm=algorithm)
    assert s3.head_object(Bucket="objects", Key=algorithm, ChecksumMode="ENABLED")["Checksum" + algorithm]
large = b"0123456789abcdef" * (1 << 20)  # 16 MiB
s3.upload_fileobj(io.BytesIO(large), "objects", "large", Config=TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20))
assert s3.get_object(Bucket="objects", Key="large")["Body"].read() == large
assert s3.head_object(Bucket="objects", Key="large")["ETag"].endswith('-2"')
s3.copy({"Bucket": "objects", "Key": "large"}, "objects", "copy")
assert s3.head_object(Bucket="objects", Key="copy")["ContentLength"] == len(large)
for i in range(25):
    s3.put_object(Bucket="objects", Key=f"many/{i:03}/x", Body=b"x")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="objects", Prefix="many/", Delimiter="/", PaginationConfig={"PageSize": 7})
assert [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])] == [f"many/{i:03}/" for i in range(25)]
address = s3.generate_presigned_url("get_object", Params={"Bucket": "objects", "Key": "a/ü b+c"})
put = boto3.client("s3", config=Config(signature_version="s3v4")).generate_presigned_url("put_object", Params={"Bucket": "objects", "Key": "signed"})
if address.startswith("http:"):
    assert urllib.request.urlopen(address).read() == body
    urllib.request.urlopen(urllib.request.Request(put, data=b"by address", method="PUT"))
    assert s3.get_object(Bucket="objects", Key="signed")["Body"].read() == b"by address"
s3.put_bucket_versioning(Bucket="objects", VersioningConfiguration={"Status": "Enabled"})
first = s3.put_object(Bucket="objects", Key="v", Body=b"1")["VersionId"]
s3.put_object(Bucket="objects", Key="v", Body=b"2")
s3.delete_object(Bucket="objects", Key="v")
refused("NoSuchKey", s3.get_object, Bucket="objects", Key="v")
assert s3.get_object(Bucket="objects", Key="v", VersionId=first)["Body"].read() == b"1"
assert len(s3.list_object_versions(Bucket="objects", Prefix="v")["Versions"]) == 2
s3.put_object_tagging(Bucket="objects", Key="large", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
assert s3.get_object_tagging(Bucket="objects", Key="large")["TagSet"] == [{"Key": "a", "Value": "b"}]

# IAM: a bucket policy, a user, and what they may.
iam.create_user(UserName="ann")
key = iam.create_access_key(UserName="ann")["AccessKey"]
ann = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-central-1")
e = refused("AccessDenied", ann.client("s3").get_object, Bucket="objects", Key="large")
assert "because no identity-based policy allows the s3:GetObject action" in e, e
s3.put_bucket_policy(Bucket="objects", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/ann"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::objects/*"},
    {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::objects/many/*"}]}))
assert ann.client("s3").get_object(Bucket="objects", Key="large")["ContentLength"] == len(large)
e = refused("AccessDenied", ann.client("s3").get_object, Bucket="objects", Key="many/000/x")
assert "with an explicit deny in a resource-based policy" in e, e
refused("AccessDenied", ann.client("s3").put_object, Bucket="objects", Key="x", Body=b"")

# CloudWatch Logs, also through a shipper.
logs.create_log_group(logGroupName="/app")
shipper = logging.getLogger("app")
shipper.setLevel(logging.INFO)
shipper.propagate = False
handler = watchtower.CloudWatchLogHandler(log_group_name="/app", log_stream_name="shipped", boto3_client=logs, send_interval=1)
shipper.addHandler(handler)
for i in range(500):
    shipper.info("shipped line %d %s", i, "odd" if i % 2 else "even")
handler.close()
found = [e["message"] for page in logs.get_paginator("filter_log_events").paginate(logGroupName="/app", filterPattern="odd") for e in page["events"]]
assert found == [f"shipped line {i} odd" for i in range(1, 500, 2)], found[:3]
page = logs.get_log_events(logGroupName="/app", logStreamName="shipped", startFromHead=True, limit=10)
assert [e["message"].split()[2] for e in page["events"]] == [str(i) for i in range(10)]
end = logs.get_log_events(logGroupName="/app", logStreamName="shipped", startFromHead=True, nextToken=page["nextForwardToken"], limit=10)
assert end["events"][0]["message"].startswith("shipped line 10 ")
refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName="/app")
refused("ResourceNotFoundException", logs.get_log_events, logGroupName="/none", logStreamName="x")
refused("InvalidParameterException", logs.put_retention_policy, logGroupName="/app", retentionInDays=2)
old = int((time.time() - 15 * 86400) * 1000)
answer = logs.put_log_events(logGroupName="/app", logStreamName="shipped", logEvents=[{"timestamp": int(time.time() * 1000), "message": "of a service"}], entity={"keyAttributes": {"Type": "Service", "Name": "app"}})
assert answer["rejectedEntityInfo"] == {"errorType": "MissingRequiredFields"}, answer  # its Environment; the event is kept
answer = logs.put_log_events(logGroupName="/app", logStreamName="shipped", logEvents=[{"timestamp": old, "message": "too old"}])
assert answer["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] == 1, answer

# Firehose to S3.
iam.create_role(RoleName="deliver", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
iam.put_role_policy(RoleName="deliver", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::objects/fire/*"}]}))
firehose.create_delivery_stream(DeliveryStreamName="s", ExtendedS3DestinationConfiguration={
    "RoleARN": "arn:aws:iam::000000000000:role/deliver", "BucketARN": "arn:aws:s3:::objects", "Prefix": "fire/", "CompressionFormat": "GZIP",
    "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1}})
assert firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]["DeliveryStreamStatus"] == "ACTIVE"
answer = firehose.put_record_batch(DeliveryStreamName="s", Records=[{"Data": f"{i}\n".encode()} for i in range(100)])
assert answer["FailedPutCount"] == 0 and len(answer["RequestResponses"]) == 100
for _ in range(1800):
    found = s3.list_objects_v2(Bucket="objects", Prefix="fire/").get("Contents", [])
    if found:
        break
    time.sleep(0.1)
assert gzip.decompress(s3.get_object(Bucket="objects", Key=found[0]["Key"])["Body"].read()) == b"".join(b"%d\n" % i for i in range(100))
refused("ResourceNotFoundException", firehose.put_record, DeliveryStreamName="none", Record={"Data": b"x"})

# Kinesis, put to directly and by a subscription filter.
kinesis = boto3.client("kinesis")
kinesis.create_stream(StreamName="k", ShardCount=2)
put = kinesis.put_records(StreamName="k", Records=[{"Data": str(i).encode(), "PartitionKey": str(i)} for i in range(100)])
assert put["FailedRecordCount"] == 0


def read_all(stream):
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        it = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while it:
            page = kinesis.get_records(ShardIterator=it)
            yield from page["Records"]
            if not page["Records"]:
                break
            it = page.get("NextShardIterator")


assert sorted(int(r["Data"]) for r in read_all("k")) == list(range(100))

# Encryption at rest: what is put once the stream has it, says so, and is read like what was put before. It takes five seconds.
MANAGED = {"StreamName": "k", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
said = refused("KMSNotFoundException", kinesis.start_stream_encryption, **{**MANAGED, "KeyId": "alias/mine"})
assert "alias/mine is not found" in said, said
kinesis.start_stream_encryption(**MANAGED)


def of_stream(*names):
    summary = kinesis.describe_stream_summary(StreamName="k")["StreamDescriptionSummary"]
    return [summary.get(n) for n in names]


for _ in range(600):
    if of_stream("StreamStatus") == ["ACTIVE"]:
        break
    time.sleep(0.1)
assert of_stream("StreamStatus", "EncryptionType", "KeyId") == ["ACTIVE", "KMS", "alias/aws/kinesis"], of_stream("StreamStatus", "EncryptionType", "KeyId")
assert kinesis.put_record(StreamName="k", PartitionKey="100", Data=b"100")["EncryptionType"] == "KMS"
kinds = {int(r["Data"]): r["EncryptionType"] for r in read_all("k")}
assert kinds == {**dict.fromkeys(range(100), "NONE"), 100: "KMS"}, kinds
kinesis.stop_stream_encryption(**MANAGED)
assert of_stream("EncryptionType", "StreamStatus")[0] in ("KMS", "NONE")
refused("InvalidArgumentException", kinesis.start_stream_encryption, **{**MANAGED, "EncryptionType": "NONE"})
for _ in range(600):
    if of_stream("StreamStatus", "EncryptionType") == ["ACTIVE", "NONE"]:
        break
    time.sleep(0.1)
assert kinesis.put_record(StreamName="k", PartitionKey="101", Data=b"101")["EncryptionType"] == "NONE"

# Enhanced fan-out: what is there, then what comes, from one shard.
stream = kinesis.describe_stream_summary(StreamName="k")["StreamDescriptionSummary"]["StreamARN"]
consumer = kinesis.register_stream_consumer(StreamARN=stream, ConsumerName="fan")["Consumer"]["ConsumerARN"]
assert kinesis.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE"
assert [c["ConsumerName"] for c in kinesis.list_stream_consumers(StreamARN=stream)["Consumers"]] == ["fan"]
there = [r["Data"] for r in read_all("k")]
shard = kinesis.list_shards(StreamName="k")["Shards"][0]["ShardId"]
events = iter(kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard, StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"])
pushed = next(events)["SubscribeToShardEvent"]
assert pushed["Records"] and all(r["Data"] in there for r in pushed["Records"]) and pushed["ContinuationSequenceNumber"]
late = kinesis.put_record(StreamName="k", PartitionKey="late", ExplicitHashKey="0", Data=b"late")
assert late["ShardId"] == shard
while not (pushed := next(events)["SubscribeToShardEvent"])["Records"]:
    pass
assert [r["Data"] for r in pushed["Records"]] == [b"late"] and pushed["ContinuationSequenceNumber"] == late["SequenceNumber"]
refused("ResourceInUseException", kinesis.delete_stream, StreamName="k")
kinesis.enable_enhanced_monitoring(StreamName="k", ShardLevelMetrics=["ALL"])
kinesis.disable_enhanced_monitoring(StreamName="k", ShardLevelMetrics=["IncomingBytes"])
kinesis.deregister_stream_consumer(ConsumerARN=consumer)

kinesis.create_stream(StreamName="logs", ShardCount=1)
iam.create_role(RoleName="tokinesis", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
refused("InvalidParameterException", logs.put_subscription_filter, logGroupName="/app", filterName="k", filterPattern="odd",
        destinationArn="arn:aws:kinesis:eu-central-1:000000000000:stream/logs", roleArn="arn:aws:iam::000000000000:role/tokinesis")
iam.put_role_policy(RoleName="tokinesis", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": "*"}]}))
logs.put_subscription_filter(logGroupName="/app", filterName="k", filterPattern="odd",
                             destinationArn="arn:aws:kinesis:eu-central-1:000000000000:stream/logs", roleArn="arn:aws:iam::000000000000:role/tokinesis")
logs.put_log_events(logGroupName="/app", logStreamName="shipped", logEvents=[
    {"timestamp": int(time.time() * 1000), "message": f"{i} {'odd' if i % 2 else 'even'}"} for i in range(10)])
for _ in range(1800):
    envelopes = [json.loads(gzip.decompress(r["Data"])) for r in read_all("logs")]
    arrived = [e["message"] for v in envelopes if v["messageType"] == "DATA_MESSAGE" for e in v["logEvents"]]
    if arrived:
        break
    time.sleep(0.1)
assert arrived == [f"{i} odd" for i in range(1, 10, 2)], arrived

# No false success: what has no behaviour says so, in every protocol.
for client, call, args in (
    ("ec2", "describe_instances", {}), ("lambda", "list_functions", {}), ("sqs", "list_queues", {}), ("sns", "list_topics", {}),
    ("cloudwatch", "list_dashboards", {}), ("kms", "list_keys", {}), ("s3", "get_object_torrent", {"Bucket": "objects", "Key": "large"}),
):
    refused("NotImplemented", getattr(boto3.client(client, config=Config(retries={"max_attempts": 0})), call), **args)
assert sts.get_caller_identity()["Account"] == "000000000000"
print("all held")
