"""Writes objects, log events and users until nothing fits, then gives space back: who was acknowledged is there, who
was not was told so, reading goes on, and writing too as soon as it can."""
import collections
import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"max_attempts": 0}, read_timeout=30)
s3, logs, iam, sts = (boto3.client(n, config=config) for n in ("s3", "logs", "iam", "sts"))
s3.create_bucket(Bucket="full")
logs.create_log_group(logGroupName="g")
logs.create_log_stream(logGroupName="g", logStreamName="s")
objects, events, users, refusals = [], 0, [], collections.Counter()


def write(i):
    global events
    try:
        s3.put_object(Bucket="full", Key=str(i), Body=os.urandom(1 << 20))
        objects.append(i)
    except ClientError as e:
        refusals[f"{e.operation_name} {e.response['Error']['Code']}"] += 1
    try:
        logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": "x" * 1000 + str(i)}] * 200)
        events += 200
    except ClientError as e:
        refusals[f"{e.operation_name} {e.response['Error']['Code']}"] += 1
    try:
        iam.create_user(UserName=f"u{i}")
        users.append(f"u{i}")
    except ClientError as e:
        refusals[f"{e.operation_name} {e.response['Error']['Code']}"] += 1


for i in range(160):
    write(i)
print(f"{len(objects)} objects, {events} events, {len(users)} users; refused: {dict(refusals)}")
assert refusals, "the disk did not fill up"
assert len(s3.get_object(Bucket="full", Key=str(objects[0]))["Body"].read()) == 1 << 20 and sts.get_caller_identity()
os.remove(sys.argv[1])
time.sleep(2)
refusals.clear()
for i in range(1000, 1010):
    write(i)
assert not refusals, f"space is back, and still: {dict(refusals)}"
for i in objects:
    assert len(s3.get_object(Bucket="full", Key=str(i))["Body"].read()) == 1 << 20
found = sum(len(p["events"]) for p in logs.get_paginator("filter_log_events").paginate(logGroupName="g"))
assert found == events, f"{found} events of {events}"
assert {u["UserName"] for p in iam.get_paginator("list_users").paginate() for u in p["Users"]} == set(users)
print("all that was acknowledged is there")
