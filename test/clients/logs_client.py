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
from refusal import refused


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
deadline = time.time() + 180
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
kinesis.get_waiter("stream_exists").wait(StreamName="all", WaiterConfig={"Delay": 1, "MaxAttempts": 180})
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

# Data protection: what comes in under a policy is masked, but for whom may unmask.
kinds = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress", "EmployeeId"]
policy = {"Name": "p", "Version": "2021-06-01", "Configuration": {"CustomDataIdentifier": [{"Name": "EmployeeId", "Regex": r"EmployeeId-\d{9}"}]}, "Statement": [
    {"Sid": "audit", "DataIdentifier": kinds, "Operation": {"Audit": {"FindingsDestination": {}}}},
    {"Sid": "mask", "DataIdentifier": kinds, "Operation": {"Deidentify": {"MaskConfig": {}}}}]}
logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=json.dumps(policy))
assert json.loads(logs.get_data_protection_policy(logGroupIdentifier="/web")["policyDocument"]) == policy
put("a", "secret ann@example.com and EmployeeId-123456789")
iam.create_user(UserName="reader")
iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Action": ["logs:FilterLogEvents", "logs:GetLogEvents"], "Resource": "*"}}))
key = iam.create_access_key(UserName="reader")["AccessKey"]
reader = boto3.client("logs", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
search = dict(logGroupName="/web", filterPattern="secret")
assert [e["message"] for e in reader.filter_log_events(**search)["events"]] == ["secret *************** and ********************"]
refused("AccessDeniedException", reader.filter_log_events, unmask=True, **search)
refused("AccessDeniedException", reader.get_log_events, logGroupName="/web", logStreamName="a", unmask=True)
assert [e["message"] for e in logs.filter_log_events(unmask=True, **search)["events"]] == ["secret ann@example.com and EmployeeId-123456789"]
assert logs.describe_log_groups(logGroupNamePrefix="/web")["logGroups"][0]["dataProtectionStatus"] == "ACTIVATED"
policy["Statement"][0]["DataIdentifier"] = policy["Statement"][1]["DataIdentifier"] = ["arn:aws:dataprotection::aws:data-identifier/Name"]
refused("InvalidParameterException", logs.put_data_protection_policy, logGroupIdentifier=group, policyDocument=json.dumps(policy))
logs.delete_data_protection_policy(logGroupIdentifier=group)
policy["Statement"][0]["DataIdentifier"] = policy["Statement"][1]["DataIdentifier"] = kinds[:1]
whole = dict(policyName="all", policyType="DATA_PROTECTION_POLICY")
logs.put_account_policy(policyDocument=json.dumps(policy), **whole)
put("a", "other secret of ann@example.com")
assert [e["message"] for e in logs.filter_log_events(logGroupName="/web", filterPattern='"other secret"')["events"]] == ["other secret of ***************"]
assert logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"][0]["policyName"] == "all"
refused("InvalidParameterException", logs.put_account_policy, policyName="sub", policyType="SUBSCRIPTION_FILTER_POLICY", policyDocument="{}")

# What is found is reported.
logs.create_log_group(logGroupName="/audited")
logs.create_log_stream(logGroupName="/audited", logStreamName="s")
logs.create_log_group(logGroupName="/findings")
policy["Statement"][0]["Operation"]["Audit"]["FindingsDestination"] = {"CloudWatchLogs": {"LogGroup": "/findings"}}
logs.put_data_protection_policy(logGroupIdentifier="/audited", policyDocument=json.dumps(policy))
logs.put_log_events(logGroupName="/audited", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": m} for m in ("of ann@example.com", "of nobody")])
found, end = [], time.time() + 180
while not found and time.time() < end:
    found = [json.loads(e["message"]) for e in logs.filter_log_events(logGroupName="/findings")["events"]]
    time.sleep(0.2)
assert len(found) == 1 and found[0]["resourceArn"].endswith(":log-group:/audited:*"), found
assert found[0]["dataIdentifiers"] == [{"name": "EmailAddress", "count": 1, "detections": [{"start": 3, "end": 18}]}], found

# A subscription of all groups but one, and fields indexed by the account.
index = dict(policyName="index", policyType="FIELD_INDEX_POLICY")
logs.put_account_policy(policyDocument=json.dumps({"Fields": ["orderId"]}), selectionCriteria='LogGroupNamePrefix IN ["/acc"]', **index)
every = dict(policyName="every", policyType="SUBSCRIPTION_FILTER_POLICY")
logs.put_account_policy(policyDocument=json.dumps({"DestinationArn": stream, "RoleArn": role, "FilterPattern": "orderId"}), selectionCriteria='LogGroupName NOT IN ["/acc/loop"]', **every)
shards = kinesis.list_shards(StreamARN=stream)["Shards"]
places = [kinesis.get_shard_iterator(StreamARN=stream, ShardId=s["ShardId"], ShardIteratorType="LATEST")["ShardIterator"] for s in shards]
for name in ("/acc/one", "/acc/loop"):
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": '{"orderId": 7}'}])
got, end = [], time.time() + 180
while not got and time.time() < end:
    for i, place in enumerate(places):
        answer = kinesis.get_records(ShardIterator=place)
        places[i] = answer["NextShardIterator"]
        got += [json.loads(gzip.decompress(r["Data"])) for r in answer["Records"]]
    time.sleep(0.3)
assert [(m["logGroup"], m["subscriptionFilters"]) for m in got] == [("/acc/one", ["every"])], got
fields = logs.describe_field_indexes(logGroupIdentifiers=["/acc/one"], indexCategories=["CUSTOM"])["fieldIndexes"]
assert [f["fieldIndexName"] for f in fields] == ["orderId"] and fields[0]["firstEventTime"] == fields[0]["lastEventTime"], fields
for p in (index, every):
    assert [a["policyName"] for a in logs.describe_account_policies(policyType=p["policyType"])["accountPolicies"]] == [p["policyName"]]
    logs.delete_account_policy(**p)

logs.delete_account_policy(**whole)

# What the class for rare access does not do; saved queries; policies that let services in (world/resource_policy_test.go sees them at work).
refused("InvalidOperationException", logs.filter_log_events, logGroupName="/rare")
refused("ValidationException", logs.describe_subscription_filters, logGroupName="/rare")
id = logs.put_query_definition(name="web/errors", queryString="fields @message | filter @message like /ERROR/", logGroupNames=["/web"])["queryDefinitionId"]
assert logs.describe_query_definitions(queryDefinitionNamePrefix="web/")["queryDefinitions"][0]["queryDefinitionId"] == id
assert logs.delete_query_definition(queryDefinitionId=id)["success"]
admits = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"}})
logs.put_resource_policy(policyName="route53", policyDocument=admits)
assert admits in [p["policyDocument"] for p in logs.describe_resource_policies()["resourcePolicies"]]  # beside the one for findings
revision = logs.put_resource_policy(resourceArn=group, policyDocument=admits)["revisionId"]
refused("OperationAbortedException", logs.put_resource_policy, resourceArn=group, policyDocument=admits, expectedRevisionId="other")
logs.delete_resource_policy(resourceArn=group, expectedRevisionId=revision)
logs.delete_resource_policy(policyName="route53")

logs.put_index_policy(logGroupIdentifier=group, policyDocument=json.dumps({"Fields": ["RequestId"]}))
assert logs.describe_index_policies(logGroupIdentifiers=[group])["indexPolicies"][0]["source"] == "LOG_GROUP"
logs.delete_index_policy(logGroupIdentifier="/web")

# aws logs tail, which follows by FilterLogEvents.
follow = subprocess.Popen(["aws", "logs", "tail", "/web", "--follow", "--since", "1m", "--format", "short"], env=dict(os.environ, PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE, text=True)
atexit.register(follow.kill)
put("b", "followed")
deadline = time.time() + 180
for line in iter(follow.stdout.readline, ""):
    if line.endswith(" followed\n"):
        break
    assert time.time() < deadline
follow.kill()

print("all held")
