"""What boto3 and the AWS CLI do with Firehose: a Kinesis stream to S3, dynamic partitioning, CloudWatch Logs unpacked, an HTTP
endpoint with the contract of AWS's collectors. Exits with a traceback where something does not hold."""
import base64
import gzip
import http.server
import json
import subprocess
import threading
import time

import boto3
from refusal import refused

iam, s3, kinesis, logs, firehose = (boto3.client(n) for n in ("iam", "s3", "kinesis", "logs", "firehose"))
ROLE, BUCKET = "arn:aws:iam::000000000000:role/river", "arn:aws:s3:::lake"
SOON = {"SizeInMBs": 1, "IntervalInSeconds": 1}


def under(prefix, until):
    """All that is below a prefix, once it satisfies until."""
    for _ in range(1800):
        text = b"".join(s3.get_object(Bucket="lake", Key=o["Key"])["Body"].read() for o in s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", []))
        if until(text):
            return text
        time.sleep(0.1)
    raise AssertionError(f"below {prefix}: {text[:500]}")


s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
iam.create_role(RoleName="river", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": ["firehose.amazonaws.com", "logs.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}))
kinesis.create_stream(StreamName="source", ShardCount=2)
source = {"KinesisStreamARN": "arn:aws:kinesis:eu-central-1:000000000000:stream/source", "RoleARN": ROLE}
to_lake = {"RoleARN": ROLE, "BucketARN": BUCKET, "BufferingHints": SOON}

# A role that is not there, or that does not let Firehose in, is refused at once.
refused("InvalidArgumentException", firehose.create_delivery_stream, DeliveryStreamName="none", ExtendedS3DestinationConfiguration={**to_lake, "RoleARN": ROLE + "x"})
iam.create_role(RoleName="closed", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
try:
    firehose.create_delivery_stream(DeliveryStreamName="none", ExtendedS3DestinationConfiguration={**to_lake, "RoleARN": ROLE.replace("river", "closed")})
    raise AssertionError("a role that does not let Firehose in was taken")
except firehose.exceptions.InvalidArgumentException as e:
    assert "Firehose is unable to assume role" in str(e), e

# A Kinesis stream, through a split of a shard. The role must be let in.
refused("InvalidArgumentException", firehose.create_delivery_stream, DeliveryStreamName="fromkinesis", DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration=source, ExtendedS3DestinationConfiguration=to_lake)
iam.put_role_policy(RoleName="river", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:PutObject", "kinesis:DescribeStream", "kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords", "firehose:PutRecord*", "logs:PutLogEvents"],
     "Resource": "*"}]}))
firehose.create_delivery_stream(DeliveryStreamName="fromkinesis", DeliveryStreamType="KinesisStreamAsSource", KinesisStreamSourceConfiguration=source,
                                ExtendedS3DestinationConfiguration={**to_lake, "Prefix": "kinesis/", "CompressionFormat": "UNCOMPRESSED"})
for n in range(2):
    for i in range(100):
        kinesis.put_record(StreamName="source", Data=b"%d\n" % (n * 100 + i), PartitionKey=str(i))
    if n == 0:
        shard = kinesis.list_shards(StreamName="source")["Shards"][0]
        low, high = (int(shard["HashKeyRange"][k]) for k in ("StartingHashKey", "EndingHashKey"))
        kinesis.split_shard(StreamName="source", ShardToSplit=shard["ShardId"], NewStartingHashKey=str((low + high) // 2))
got = under("kinesis/", lambda t: t.count(b"\n") >= 200)
assert sorted(map(int, got.split())) == list(range(200)), got
refused("InvalidArgumentException", firehose.put_record, DeliveryStreamName="fromkinesis", Record={"Data": b"x"})
shown = firehose.describe_delivery_stream(DeliveryStreamName="fromkinesis")["DeliveryStreamDescription"]
assert shown["DeliveryStreamType"] == "KinesisStreamAsSource" and shown["Source"]["KinesisStreamSourceDescription"]["KinesisStreamARN"] == source["KinesisStreamARN"]

# Envelopes that CloudWatch Logs has put into a Kinesis stream, unpacked.
firehose.create_delivery_stream(DeliveryStreamName="envelopes", DeliveryStreamType="KinesisStreamAsSource", KinesisStreamSourceConfiguration=source,
                                ExtendedS3DestinationConfiguration={**to_lake, "Prefix": "envelopes/", "ErrorOutputPrefix": "packed/", "CompressionFormat": "UNCOMPRESSED", "ProcessingConfiguration": {
                                    "Enabled": True, "Processors": [
                                        {"Type": "Decompression", "Parameters": [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}]},
                                        {"Type": "CloudWatchLogProcessing", "Parameters": [{"ParameterName": "DataMessageExtraction", "ParameterValue": "true"}]},
                                        {"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}]}})
envelope = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "timestamp": 1, "message": "in an envelope"}]}
kinesis.put_record(StreamName="source", Data=gzip.compress(json.dumps(envelope).encode()), PartitionKey="e")
assert under("envelopes/", lambda t: t) == b"in an envelope\n"
firehose.delete_delivery_stream(DeliveryStreamName="envelopes")

# Dynamic partitioning.
partitions = {**to_lake, "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 1}, "Prefix": "part/customer=!{partitionKeyFromQuery:customer}/!{timestamp:yyyy}/", "ErrorOutputPrefix": "bad/!{firehose:error-output-type}/",
              "DynamicPartitioningConfiguration": {"Enabled": True}, "ProcessingConfiguration": {"Enabled": True, "Processors": [
                  {"Type": "RecordDeAggregation", "Parameters": [{"ParameterName": "SubRecordType", "ParameterValue": "JSON"}]},
                  {"Type": "MetadataExtraction", "Parameters": [{"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{customer: .id}"}, {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"}]},
                  {"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}]}}
firehose.create_delivery_stream(DeliveryStreamName="parts", ExtendedS3DestinationConfiguration=partitions)
firehose.put_record_batch(DeliveryStreamName="parts", Records=[{"Data": b'{"id":"a","n":1}{"id":"b","n":2}'}, {"Data": b'{"id":"a","n":3}'}, {"Data": b"no JSON"}])
under("part/customer=a/", lambda t: t == b'{"id":"a","n":1}\n{"id":"a","n":3}\n')
under("part/customer=b/", lambda t: t == b'{"id":"b","n":2}\n')
bad = json.loads(under("bad/processing-failed/", bool))
assert base64.b64decode(bad["rawData"]) == b"no JSON" and bad["attemptsMade"] == 1, bad
refused("InvalidArgumentException", firehose.create_delivery_stream, DeliveryStreamName="no", ExtendedS3DestinationConfiguration={**partitions, "Prefix": "plain/"})

# CloudWatch Logs, unpacked.
firehose.create_delivery_stream(DeliveryStreamName="lines", ExtendedS3DestinationConfiguration={**to_lake, "Prefix": "lines/", "CompressionFormat": "UNCOMPRESSED", "ProcessingConfiguration": {
    "Enabled": True, "Processors": [{"Type": "Decompression", "Parameters": [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}]},
                                    {"Type": "CloudWatchLogProcessing", "Parameters": [{"ParameterName": "DataMessageExtraction", "ParameterValue": "true"}]},
                                    {"Type": "AppendDelimiterToRecord"}]}})
logs.create_log_group(logGroupName="/web")
logs.create_log_stream(logGroupName="/web", logStreamName="1")
logs.put_subscription_filter(logGroupName="/web", filterName="f", filterPattern="", destinationArn="arn:aws:firehose:eu-central-1:000000000000:deliverystream/lines", roleArn=ROLE)
logs.put_log_events(logGroupName="/web", logStreamName="1", logEvents=[{"timestamp": int(time.time() * 1000) + i, "message": f"line {i}"} for i in range(3)])
under("lines/", lambda t: t == b"line 0\nline 1\nline 2\n")
refused("InvalidSourceException", firehose.put_record, DeliveryStreamName="lines", Record={"Data": b"x"})

# An HTTP endpoint that fails once, then takes it; and one that never does.
seen = []


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        body = json.loads(gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw)
        seen.append((dict(self.headers), body))
        fine = len(seen) > 1 and self.path == "/take"
        answer = json.dumps({"requestId": body["requestId"], "timestamp": int(time.time() * 1000)} if fine else {}).encode()
        self.send_response(200 if fine else 500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
endpoint = {"EndpointConfiguration": {"Url": url + "/take", "Name": "mine", "AccessKey": "secret key"}, "BufferingHints": SOON, "RetryOptions": {"DurationInSeconds": 30},
            "RequestConfiguration": {"ContentEncoding": "GZIP", "CommonAttributes": [{"AttributeName": "env", "AttributeValue": "test"}]}, "S3BackupMode": "FailedDataOnly",
            "RoleARN": ROLE, "S3Configuration": {**to_lake, "ErrorOutputPrefix": "unsent/"}}
firehose.create_delivery_stream(DeliveryStreamName="web", HttpEndpointDestinationConfiguration=endpoint, Tags=[{"Key": "team", "Value": "ops"}])
firehose.put_record_batch(DeliveryStreamName="web", Records=[{"Data": b"one"}, {"Data": b"two"}])
for _ in range(1800):
    if len(seen) >= 2:
        break
    time.sleep(0.1)
(head, first), (_, second) = seen[:2]
assert first["requestId"] == second["requestId"] == head["X-Amz-Firehose-Request-Id"] and [base64.b64decode(r["data"]) for r in second["records"]] == [b"one", b"two"], seen
assert head["X-Amz-Firehose-Access-Key"] == "secret key" and json.loads(head["X-Amz-Firehose-Common-Attributes"]) == {"commonAttributes": {"env": "test"}}, head
cli = json.loads(subprocess.check_output(["aws", "firehose", "describe-delivery-stream", "--delivery-stream-name", "web"]))["DeliveryStreamDescription"]
assert "secret key" not in json.dumps(cli) and cli["Destinations"][0]["HttpEndpointDestinationDescription"]["EndpointConfiguration"] == {"Url": url + "/take", "Name": "mine"}, cli
firehose.update_destination(DeliveryStreamName="web", CurrentDeliveryStreamVersionId="1", DestinationId=cli["Destinations"][0]["DestinationId"], HttpEndpointDestinationUpdate={
    "EndpointConfiguration": {"Url": url + "/refuse"}, "RetryOptions": {"DurationInSeconds": 1}})
firehose.put_record(DeliveryStreamName="web", Record={"Data": b"three"})
failed = json.loads(under("unsent/http-endpoint-failed/", bool))
assert base64.b64decode(failed["rawData"]) == b"three" and failed["errorCode"] == "HttpEndpoint.DestinationException", failed

# The rest of the API.
firehose.tag_delivery_stream(DeliveryStreamName="web", Tags=[{"Key": "cost", "Value": "1"}])
firehose.untag_delivery_stream(DeliveryStreamName="web", TagKeys=["team"])
assert firehose.list_tags_for_delivery_stream(DeliveryStreamName="web")["Tags"] == [{"Key": "cost", "Value": "1"}]
assert firehose.list_delivery_streams(DeliveryStreamType="KinesisStreamAsSource")["DeliveryStreamNames"] == ["fromkinesis"]
assert firehose.list_delivery_streams(DeliveryStreamType="DirectPut")["DeliveryStreamNames"] == ["lines", "parts", "web"]
mine = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": "arn:aws:kms:eu-central-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
refused("InvalidKMSResourceException", firehose.start_delivery_stream_encryption, DeliveryStreamName="web", DeliveryStreamEncryptionConfigurationInput=mine)
firehose.start_delivery_stream_encryption(DeliveryStreamName="web", DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"})


def encryption():
    return firehose.describe_delivery_stream(DeliveryStreamName="web")["DeliveryStreamDescription"]["DeliveryStreamEncryptionConfiguration"]


for _ in range(600):
    if encryption() == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}:
        break
    time.sleep(0.1)
assert firehose.put_record(DeliveryStreamName="web", Record={"Data": b"four"})["Encrypted"]
firehose.stop_delivery_stream_encryption(DeliveryStreamName="web")
assert encryption()["Status"] in ("DISABLING", "DISABLED")
firehose.delete_delivery_stream(DeliveryStreamName="web")
print("all held")
