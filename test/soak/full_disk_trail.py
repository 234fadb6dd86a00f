"""A trail and an event data store while the disk is full: what was acknowledged is delivered and taken once there is room, each call once; what
can be told meanwhile is told. Then a bucket that goes, and one whose policy refuses."""
import collections
import gzip
import json
import os
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"max_attempts": 0}, read_timeout=120)
s3, iam, trail, sts = (boto3.client(n, config=config) for n in ("s3", "iam", "cloudtrail", "sts"))
account = sts.get_caller_identity()["Account"]


def advance(by):
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_unyo/clock", json.dumps({"advance": by}).encode(), {"Content-Type": "application/json"})
    try:
        return json.load(urllib.request.urlopen(request, timeout=300))
    except urllib.error.HTTPError as e:
        return {"error": e.read().decode()}


def admit(bucket):
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account}/*"}]}))


def delivered(bucket):
    found = collections.Counter()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"AWSLogs/{account}/CloudTrail/"):
        for o in page.get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read()
            if body:
                found.update(r["requestID"] for r in json.loads(gzip.decompress(body))["Records"])
    return found


def lake(store, name):
    query = trail.start_query(QueryStatement=f"SELECT requestID FROM {store} WHERE eventName = '{name}'")["QueryId"]
    while (state := trail.describe_query(QueryId=query)["QueryStatus"]) in ("QUEUED", "RUNNING"):
        advance("1s")
    assert state == "FINISHED", state
    found, token = collections.Counter(), {}
    while True:
        page = trail.get_query_results(QueryId=query, MaxQueryResults=1000, **token)
        found.update(cell["requestID"] for row in page["QueryResultRows"] for cell in row)
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


def once(found, ids, where):
    missing, twice = [i for i in ids if not found[i]], [i for i in ids if found[i] > 1]
    assert not missing and not twice, f"{where}: {len(missing)} of {len(ids)} are missing, {len(twice)} twice"


acknowledged, refused = [], collections.Counter()


def user(name):
    try:
        acknowledged.append(iam.create_user(UserName=name)["ResponseMetadata"]["RequestId"])
    except ClientError as e:
        refused[e.response["Error"]["Code"]] += 1


s3.create_bucket(Bucket="files")
s3.create_bucket(Bucket="full")
admit("files")
trail.create_trail(Name="main", S3BucketName="files", EnableLogFileValidation=True)
trail.start_logging(Name="main")
store = trail.create_event_data_store(Name="lake", TerminationProtectionEnabled=False)["EventDataStoreArn"].split("/")[-1]
for i in range(20):
    user(f"before{i}")
advance("10m")
once(delivered("files"), acknowledged, "before")

n = 0
while not refused and n < 400:  # large objects first, then whatever else still fits
    try:
        s3.put_object(Bucket="full", Key=str(n), Body=os.urandom(1 << 20))
    except ClientError:
        for i in range(50):
            user(f"amid{n}-{i}")
    n += 1
assert refused, "the disk did not fill up"
said = advance("2h")
status = trail.get_trail_status(Name="main")
print(f"full after {n} objects; {len(acknowledged)} users, refused {dict(refused)}; advancing says {json.dumps(said)[:200]}; LatestDeliveryError {status.get('LatestDeliveryError')}")
os.remove(sys.argv[1])
time.sleep(2)
refused.clear()
for i in range(20):
    user(f"after{i}")
assert not refused, f"space is back, and still: {dict(refused)}"
advance("3h")
once(delivered("files"), acknowledged, "files")
once(lake(store, "CreateUser"), acknowledged, "Lake")
status = trail.get_trail_status(Name="main")
assert "LatestDeliveryError" not in status and "LatestDigestDeliveryError" not in status, status
print(f"{len(acknowledged)} acknowledged calls are in the files once, and in Lake once")

# The policy refuses; then the bucket is gone; then it is back, and all arrives.
for what, code in ((lambda: s3.delete_bucket_policy(Bucket="files"), "AccessDenied"), (lambda: s3.delete_bucket(Bucket="files"), "NoSuchBucket")):
    if code == "NoSuchBucket":
        kept = delivered("files")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="files"):
            for o in page.get("Contents", []):
                s3.delete_object(Bucket="files", Key=o["Key"])
    what()
    before = len(acknowledged)
    for i in range(5):
        user(f"{code}{i}")
    advance("2h")
    status = trail.get_trail_status(Name="main")
    assert status["LatestDeliveryError"] == code and status["LatestDeliveryAttemptSucceeded"] < status["LatestDeliveryAttemptTime"], status
    print(f"{code}: {status['LatestDeliveryError']}, tried at {status['LatestDeliveryAttemptTime']}")
s3.create_bucket(Bucket="files")
admit("files")
advance("3h")
once(kept + delivered("files"), acknowledged, "files, with the bucket back")
assert "LatestDeliveryError" not in trail.get_trail_status(Name="main")
once(lake(store, "CreateUser"), acknowledged, "Lake")
print(f"{len(acknowledged)} acknowledged calls, each once")
