"""What operators do with CloudWatch Logs beyond putting and reading, by boto3 and the AWS CLI. Exits with a traceback where something
does not hold."""
import atexit
import gzip
import json
import os
import subprocess
import threading
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def refused(code, call, **args):
    try:
        call(**args)
    except ClientError as e:
        got = e.response["Error"]["Code"]
        assert got == code, f"{got} instead of {code}: {e}"
        return
    raise AssertionError(f"{call.__name__} was allowed; expected {code}")


logs = boto3.client("logs")
group = logs.create_log_group(logGroupName="/web") and "arn:aws:logs:eu-central-1:000000000000:log-group:/web"
for stream in ("a", "b"):
    logs.create_log_stream(logGroupName="/web", logStreamName=stream)


def put(stream, *messages):
    logs.put_log_events(logGroupName="/web", logStreamName=stream, logEvents=[{"timestamp": int(time.time() * 1000), "message": m} for m in messages])


# Live Tail. Clients put "stream-" before the host, which no loopback address bears: boto3 can be told not to, and the AWS CLI
# finds the host when the estate is its proxy.
tailing = boto3.client("logs", config=Config(inject_host_prefix=False))
events = iter(tailing.start_live_tail(logGroupIdentifiers=[group], logStreamNames=["a"], logEventFilterPattern="ERROR")["responseStream"])
start = next(events)["sessionStart"]
assert start["logGroupIdentifiers"] == [group] and start["logEventFilterPattern"] == "ERROR" and start["sessionId"]
cli = subprocess.Popen(
    ["aws", "logs", "start-live-tail", "--log-group-identifiers", group, "--log-stream-name-prefixes", "b"],
    env=dict(os.environ, HTTP_PROXY=os.environ["AWS_ENDPOINT_URL"], NO_PROXY="", PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE, text=True)
atexit.register(cli.kill)
put("a", "ERROR one", "fine")
put("b", "ERROR in another stream")
while not (seen := next(events)["sessionUpdate"]["sessionResults"]):
    pass
assert [(e["logStreamName"], e["message"], e["logGroupIdentifier"]) for e in seen] == [("a", "ERROR one", "000000000000:/web")], seen
assert next(events)["sessionUpdate"] == {"sessionMetadata": {"sampled": False}, "sessionResults": []}
deadline = time.time() + 60
printed = []
threading.Thread(target=lambda: printed.extend(iter(cli.stdout.readline, "")), daemon=True).start()
while not any("for the CLI\n" == line for line in printed) and time.time() < deadline:  # put until its session has begun
    put("a", "of another stream")
    put("b", "for the CLI")
    time.sleep(0.5)
cli.kill()
assert "for the CLI\n" in printed and "of another stream\n" not in printed, printed
refused("InvalidParameterException", tailing.start_live_tail, logGroupIdentifiers=["/web"])
logs.create_log_group(logGroupName="/rare", logGroupClass="INFREQUENT_ACCESS")
refused("InvalidOperationException", tailing.start_live_tail, logGroupIdentifiers=[group.replace("/web", "/rare")])

# Destinations: a stream behind a policy. (That the filter is another account's is seen in world/destination_test.go: an estate has one
# account until it can make more.)
iam, kinesis = boto3.client("iam"), boto3.client("kinesis")
role = iam.create_role(RoleName="cwl", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}}))["Role"]["Arn"]
iam.put_role_policy(RoleName="cwl", PolicyName="put", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": "*"}}))
kinesis.create_stream(StreamName="all", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="all", WaiterConfig={"Delay": 1})
stream = kinesis.describe_stream_summary(StreamName="all")["StreamDescriptionSummary"]["StreamARN"]
refused("InvalidParameterException", logs.put_destination, destinationName="all", targetArn=stream.replace("kinesis", "lambda"), roleArn=role)
refused("InvalidParameterException", logs.put_destination, destinationName="all", targetArn=stream, roleArn=role + "x")
at = logs.put_destination(destinationName="all", targetArn=stream, roleArn=role, tags={"a": "b"})["destination"]["arn"]
assert logs.list_tags_for_resource(resourceArn=at)["tags"] == {"a": "b"}
filter = dict(logGroupName="/web", filterName="f", filterPattern="forward", destinationArn=at)
refused("AccessDeniedException", logs.put_subscription_filter, **filter)
refused("InvalidParameterException", logs.put_destination_policy, destinationName="all", accessPolicy="{}")
refused("ResourceNotFoundException", logs.put_destination_policy, destinationName="none", accessPolicy=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "logs:PutSubscriptionFilter", "Resource": at}}))
logs.put_destination_policy(destinationName="all", accessPolicy=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "logs:PutSubscriptionFilter", "Resource": at}}))
logs.put_subscription_filter(**filter)
assert logs.describe_destinations(DestinationNamePrefix="a")["destinations"][0]["targetArn"] == stream
put("a", "forward me", "not me")
iterator = kinesis.get_shard_iterator(StreamName="all", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
forwarded = []
while not forwarded:
    page = kinesis.get_records(ShardIterator=iterator)
    iterator = page["NextShardIterator"]
    messages = [json.loads(gzip.decompress(r["Data"])) for r in page["Records"]]
    forwarded = [e["message"] for m in messages if m["messageType"] == "DATA_MESSAGE" for e in m["logEvents"]]
    time.sleep(0.3)
assert forwarded == ["forward me"], forwarded
logs.delete_subscription_filter(logGroupName="/web", filterName="f")
logs.delete_destination(destinationName="all")
refused("ResourceNotFoundException", logs.delete_destination, destinationName="all")

# Exports: the bucket's policy lets the service in, as AWS's guide writes it.
s3 = boto3.client("s3")
s3.create_bucket(Bucket="archive", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
now = int(time.time() * 1000)
task = dict(logGroupName="/web", destination="archive", destinationPrefix="web", fromTime=now - 3600_000, to=now + 1000, logStreamNamePrefix="a")
refused("InvalidParameterException", logs.create_export_task, **task)
service = {"Effect": "Allow", "Principal": {"Service": "logs.eu-central-1.amazonaws.com"}}
only = {"StringEquals": {"aws:SourceAccount": ["000000000000"]}, "ArnLike": {"aws:SourceArn": [group + ":*"]}}
statements = [dict(service, Action="s3:GetBucketAcl", Resource="arn:aws:s3:::archive", Condition=only)]
s3.put_bucket_policy(Bucket="archive", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
refused("InvalidParameterException", logs.create_export_task, **task)
only = dict(only, StringEquals=dict(only["StringEquals"], **{"s3:x-amz-acl": "bucket-owner-full-control"}))
statements.append(dict(service, Action="s3:PutObject", Resource="arn:aws:s3:::archive/*", Condition=only))
s3.put_bucket_policy(Bucket="archive", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
id = logs.create_export_task(**task)["taskId"]
while (export := logs.describe_export_tasks(taskId=id)["exportTasks"][0])["status"]["code"] in ("PENDING", "RUNNING"):
    time.sleep(0.2)
assert export["status"]["code"] == "COMPLETED", export
text = gzip.decompress(s3.get_object(Bucket="archive", Key=f"web/{id}/a/000000.gz")["Body"].read()).decode()
assert " ERROR one\n" in text and "Z forward me\n" in text, text
assert s3.get_object(Bucket="archive", Key="web/aws-logs-write-test")["Body"].read() == b"Permission Check Successful"
refused("InvalidOperationException", logs.cancel_export_task, taskId=id)
id = subprocess.run(["aws", "logs", "create-export-task", "--log-group-name", "/web", "--destination", "archive", "--from", str(now - 3600_000), "--to", str(now),
                     "--query", "taskId", "--output", "text"], capture_output=True, text=True, check=True).stdout.strip()
assert id in [t["taskId"] for t in logs.describe_export_tasks()["exportTasks"]]

print("all held")
