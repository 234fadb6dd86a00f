"""Ships WORK/lines through an estate that is killed KILLS times on the way, and reads back what was delivered.

Every line gets a number. An acknowledged batch must be in S3 once. A batch whose acknowledgement was lost with the
server is sent again, as any shipper would, and may then be there twice: that is the client's doing and is counted apart.
"""
import collections
import gzip
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import boto3
from botocore.config import Config

binary, work, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])
BATCH = 5000
random.seed(7)

with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
url = f"http://127.0.0.1:{port}"
server = None


starts = 0


def serve():
    global server, starts
    starts += 1
    server = subprocess.Popen([binary, "serve", "-data", work + "/data", "-listen", f"127.0.0.1:{port}"], stderr=open(work + "/server.log", "a"))
    for _ in range(2000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.005)
    raise SystemExit("the server does not answer")


serve()
config = Config(retries={"max_attempts": 0}, read_timeout=20)
keys = dict(endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1", config=config)
logs, s3, iam, firehose = (boto3.client(n, **keys) for n in ("logs", "s3", "iam", "firehose"))
s3.create_bucket(Bucket="archive")
iam.create_role(RoleName="deliver", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": ["firehose.amazonaws.com", "logs.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}))
iam.put_role_policy(RoleName="deliver", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:PutObject", "firehose:PutRecordBatch", "firehose:PutRecord"], "Resource": "*"}]}))
firehose.create_delivery_stream(DeliveryStreamName="archive", ExtendedS3DestinationConfiguration={
    "RoleARN": "arn:aws:iam::000000000000:role/deliver", "BucketARN": "arn:aws:s3:::archive", "CompressionFormat": "GZIP",
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 5}})
logs.create_log_group(logGroupName="/nginx")
logs.create_log_stream(logGroupName="/nginx", logStreamName="web")
logs.put_subscription_filter(logGroupName="/nginx", filterName="missing", destinationArn="arn:aws:firehose:us-east-1:000000000000:deliverystream/archive",
                             roleArn="arn:aws:iam::000000000000:role/deliver", filterPattern="[ip, id, user, time, request, status=404, size, ...]")

lines = open(work + "/lines").read().splitlines()
matching = re.compile(r'" 404 \d+ "')
deadline = sorted(random.sample(range(1, len(lines) // BATCH), kills))
doubtful, expected = set(), set()
began = time.time()
for b in range(0, len(lines), BATCH):
    numbers = range(b, min(b + BATCH, len(lines)))
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": f"{lines[i]} n{i}"} for i in numbers]
    match = {i for i in numbers if matching.search(lines[i])}
    if b // BATCH in deadline:
        threading.Timer(random.random() * 0.15, lambda: server.send_signal(signal.SIGKILL)).start()
    while True:
        try:
            logs.put_log_events(logGroupName="/nginx", logStreamName="web", logEvents=events)
            break
        except Exception:  # the server is gone; whether it had stored the batch, nobody knows
            doubtful |= match
            server.wait()
            serve()
    expected |= match
    if server.poll() is not None:
        serve()
shipped = time.time() - began
print(f"{len(lines)} lines shipped in {shipped:.1f} s, the server was started {starts} times, {len(expected)} match")

# The AWS CLI holds the clock, moves it past the buffer, and reads back.
env = dict(os.environ, AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_REGION="us-east-1")
env.pop("AWS_CA_BUNDLE", None)
subprocess.run([binary, "clock", "-endpoint", url, "hold"], check=True, env=env)
subprocess.run([binary, "clock", "-endpoint", url, "advance", "10m"], check=True, env=env)
shutil.rmtree(work + "/back", ignore_errors=True)
subprocess.run(["aws", "s3", "cp", "--recursive", "--only-show-errors", "s3://archive", work + "/back"], check=True, env=env)
seen, objects = collections.Counter(), 0
for folder, _, names in os.walk(work + "/back"):
    for name in names:
        objects += 1
        records = gzip.decompress(open(os.path.join(folder, name), "rb").read())
        decoder, text, at = json.JSONDecoder(), gzip.decompress(records).decode(), 0
        while at < len(text):
            envelope, at = decoder.raw_decode(text, at)
            for e in envelope["logEvents"]:
                if envelope["messageType"] == "DATA_MESSAGE":
                    seen[int(e["message"].rsplit(" n", 1)[1])] += 1
server.send_signal(signal.SIGTERM)
server.wait()
missing = [i for i in expected if seen[i] == 0]
foreign = [i for i in seen if i not in expected]
doubled = [i for i, n in seen.items() if n > 1 and i not in doubtful]
again = sum(1 for i, n in seen.items() if n > 1 and i in doubtful)
print(f"{objects} objects hold {sum(seen.values())} lines: {len(missing)} missing, {len(foreign)} foreign, {len(doubled)} doubled; {again} were sent twice by the client")
sys.exit(bool(missing or foreign or doubled))
