"""aws cloudtrail validate-logs, unmodified, over held time: it accepts what is whole, and names exactly what is not.

Usage: validate_logs_client.py DAYS"""
import gzip
import json
import os
import subprocess
import sys
import urllib.request

import boto3

DAYS = int(sys.argv[1])
ACCOUNTS, REGIONS, BUCKET = ["000000000000", "111111111111", "222222222222"], ["eu-central-1", "us-east-1"], "archive"


def advance(by):
    r = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_unyo/clock", json.dumps({"advance": by}).encode(), method="POST")
    with urllib.request.urlopen(r) as answer:
        return json.load(answer)["now"]


def keys(account):
    return {} if account == ACCOUNTS[0] else {"aws_access_key_id": account, "aws_secret_access_key": "test"}


def client(service, account=ACCOUNTS[0], region=REGIONS[0]):
    return boto3.client(service, region_name=region, **keys(account))


def arn(account):
    return f"arn:aws:cloudtrail:{REGIONS[0]}:{account}:trail/main"


def validate(account, region, expect_status=0):
    env = dict(os.environ)
    if account != ACCOUNTS[0]:
        env |= {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test"}
    p = subprocess.run(["aws", "cloudtrail", "validate-logs", "--trail-arn", arn(account), "--start-time", BEGIN, "--end-time", END, "--region", region],
                       capture_output=True, text=True, env=env)
    assert p.returncode == expect_status, (p.returncode, p.stdout, p.stderr)
    return p.stdout + p.stderr


s3 = client("s3")
s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGIONS[0]})
s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}",
     "Condition": {"StringEquals": {"aws:SourceArn": [arn(a) for a in ACCOUNTS]}}},
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/log/AWSLogs/*",
     "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": [arn(a) for a in ACCOUNTS]}}},
    {"Effect": "Allow", "Principal": {"AWS": ACCOUNTS[1:]}, "Action": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"], "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]},
]}))
BEGIN = advance("0s")
for account in ACCOUNTS:
    trail = client("cloudtrail", account)
    made = trail.create_trail(Name="main", S3BucketName=BUCKET, S3KeyPrefix="log", IsMultiRegionTrail=True, EnableLogFileValidation=True, TagsList=[{"Key": "purpose", "Value": "audit"}])
    assert made["TrailARN"] == arn(account) and made["LogFileValidationEnabled"], made
    trail.start_logging(Name="main")
for day in range(DAYS):
    for account in ACCOUNTS:
        client("iam", account).create_user(UserName=f"user{day}")
        client("logs", account).create_log_group(logGroupName=f"group{day}")
    advance("24h")
advance("1h10m")
END = advance("0s")

# All is whole.
for account in ACCOUNTS:
    for region in REGIONS:
        out = validate(account, region)
        hours = DAYS * 24 + 1
        assert f"{hours}/{hours} digest files valid" in out and f"{DAYS}/{DAYS} log files valid" in out and "INVALID" not in out, out

# One after another, something is not; put back, it is again.
account, region = ACCOUNTS[1], REGIONS[0]


def names(folder):
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"log/AWSLogs/{account}/{folder}/{region}/"):
        found += [o["Key"] for o in page.get("Contents", [])]
    return found


def get(key):
    o = s3.get_object(Bucket=BUCKET, Key=key)
    return o["Body"].read(), o["Metadata"]


def tampered(key, body, metadata, *expected):
    """puts body over key (None deletes it), and holds the verdict to what is expected"""
    had = get(key)
    if body is None:
        s3.delete_object(Bucket=BUCKET, Key=key)
    else:
        s3.put_object(Bucket=BUCKET, Key=key, Body=body, Metadata=metadata)
    out = validate(account, region, expect_status=1)
    for line in expected:
        assert line.replace("KEY", f"s3://{BUCKET}/{key}") in out, (line, out)
    bad = [l for l in out.splitlines() if "INVALID" in l and "\t" in l]
    assert len(bad) == 1 and key in bad[0], out
    s3.put_object(Bucket=BUCKET, Key=key, Body=had[0], Metadata=had[1])


log, digest = names("CloudTrail")[DAYS // 2], names("CloudTrail-Digest")[DAYS * 12]
text = gzip.decompress(get(log)[0])
changed = text.replace(b"group", b"grouq", 1)
assert len(changed) == len(text) and changed != text
tampered(log, gzip.compress(changed), {}, "Log file\tKEY\tINVALID: hash value doesn't match")
tampered(log, None, {}, "Log file\tKEY\tINVALID: not found")
tampered(digest, None, {}, "Digest file\tKEY\tINVALID: not found")
body, meta = get(digest)
other, othermeta = get(names("CloudTrail-Digest")[DAYS * 12 + 1])
tampered(digest, other, othermeta, "Digest file\tKEY\tINVALID: has been moved from its original location")
forged = json.loads(gzip.decompress(body))
forged["logFiles"] = []
forged["digestEndTime"] = forged["digestEndTime"][:-2] + "1Z"
tampered(digest, gzip.compress(json.dumps(forged).encode()), meta, "Digest file\tKEY\tINVALID: signature verification failed")
import hashlib  # noqa: E402

import rsa  # noqa: E402, which the AWS CLI brings

public, private = rsa.newkeys(1024)
forged = json.loads(gzip.decompress(body))
forged["digestPublicKeyFingerprint"] = hashlib.md5(public.save_pkcs1("DER")).hexdigest()
raw = json.dumps(forged).encode()
signed = f"{forged['digestEndTime']}\n{BUCKET}/{digest}\n{hashlib.sha256(raw).hexdigest()}\n{forged['previousDigestSignature']}".encode()
mine = {"signature": rsa.sign(signed, private, "SHA-256").hex(), "signature-algorithm": "SHA256withRSA"}
tampered(digest, gzip.compress(raw), mine, f"Digest file\tKEY\tINVALID: public key not found in region {region} for fingerprint {forged['digestPublicKeyFingerprint']}")
out = validate(account, region)
assert "INVALID" not in out, out
print("all held")
