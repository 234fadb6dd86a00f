"""CloudTrail as boto3 asks for it: event history by every attribute, in pages, with the refusals AWS documents."""
import gzip
import json
import pathlib
import subprocess
import tempfile
import time

import boto3
from botocore.config import Config
from refusal import refused

patient = Config(retries={"mode": "standard", "max_attempts": 20})  # event history is asked twice a second at most
trail, iam, s3 = boto3.client("cloudtrail", config=patient), boto3.client("iam"), boto3.client("s3")
home = boto3.client("cloudtrail", region_name="us-east-1", config=patient)


def looked(key=None, value=None, client=home, **more):
    if key:
        more["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    return [e for p in client.get_paginator("lookup_events").paginate(**more) for e in p["Events"]]


# Event history: a global service's calls stand at home, with secrets hidden.
iam.create_user(UserName="intruder")
key = iam.create_access_key(UserName="intruder")["AccessKey"]
mallory = boto3.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
refused("AccessDenied", mallory.list_buckets)
event, = looked("EventName", "CreateAccessKey")
record = json.loads(event["CloudTrailEvent"])
assert record["eventVersion"] == "1.11" and record["awsRegion"] == "us-east-1" and record["userIdentity"]["type"] == "Root", record
assert record["responseElements"]["accessKey"]["secretAccessKey"] == "HIDDEN_DUE_TO_SECURITY_REASONS", record
assert key["SecretAccessKey"] not in event["CloudTrailEvent"]
assert event["Resources"] == [{"ResourceType": "AWS::IAM::User", "ResourceName": "intruder"}], event
assert [e["EventName"] for e in looked("ResourceName", "intruder")] == ["CreateAccessKey", "CreateUser"]
assert looked("EventId", event["EventId"])[0]["EventId"] == event["EventId"]
assert looked("ResourceType", "AWS::IAM::User") and looked("EventSource", "iam.amazonaws.com") and looked("ReadOnly", "false")
denied, = looked("AccessKeyId", key["AccessKeyId"], client=trail)
assert denied == looked("Username", "intruder", client=trail)[0]
record = json.loads(denied["CloudTrailEvent"])
assert record["errorCode"] == "AccessDenied" and record["userIdentity"]["userName"] == "intruder" and denied["ReadOnly"] == "true", record
pages = list(home.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 1}))
assert [e["EventName"] for p in pages for e in p["Events"]][-2:] == ["CreateAccessKey", "CreateUser"]
refused("InvalidNextTokenException", trail.lookup_events, NextToken=pages[0]["NextToken"])
refused("InvalidLookupAttributesException", trail.lookup_events, LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "true"}] * 2)
refused("InvalidTimeRangeException", trail.lookup_events, StartTime=2000000000, EndTime=1900000000)
assert home.lookup_events(EventCategory="insight")["Events"] == []

# Trails.
account, home_region = "000000000000", "eu-central-1"
arn = f"arn:aws:cloudtrail:{home_region}:{account}:trail/main"
refused("S3BucketDoesNotExistException", trail.create_trail, Name="main", S3BucketName="trail-archive")
s3.create_bucket(Bucket="trail-archive", CreateBucketConfiguration={"LocationConstraint": home_region})
refused("InsufficientS3BucketPolicyException", trail.create_trail, Name="main", S3BucketName="trail-archive")
s3.put_bucket_policy(Bucket="trail-archive", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::trail-archive", "Condition": {"StringEquals": {"aws:SourceArn": arn}}},
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::trail-archive/AWSLogs/{account}/*",
     "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": arn}}}]}))
refused("InvalidTrailNameException", trail.create_trail, Name="a_", S3BucketName="trail-archive")
refused("OrganizationsNotInUseException", trail.create_trail, Name="main", S3BucketName="trail-archive", IsOrganizationTrail=True)
refused("InvalidParameterCombinationException", trail.create_trail, Name="main", S3BucketName="trail-archive", IsMultiRegionTrail=True, IncludeGlobalServiceEvents=False)
assert trail.create_trail(Name="main", S3BucketName="trail-archive", EnableLogFileValidation=True, TagsList=[{"Key": "purpose", "Value": "audit"}])["TrailARN"] == arn
refused("TrailAlreadyExistsException", trail.create_trail, Name="main", S3BucketName="trail-archive")
trail.start_logging(Name="main")
assert trail.get_trail_status(Name=arn)["IsLogging"] and not home.describe_trails()["trailList"]
shown = trail.update_trail(Name="main", IsMultiRegionTrail=True)
assert shown["IsMultiRegionTrail"] and home.describe_trails(trailNameList=["main"])["trailList"][0]["HomeRegion"] == home_region
refused("InvalidHomeRegionException", home.stop_logging, Name=arn)
assert home.get_trail(Name="main")["Trail"]["TrailARN"] == arn and trail.list_trails()["Trails"][0]["Name"] == "main"
assert trail.get_event_selectors(TrailName="main")["EventSelectors"][0]["IncludeManagementEvents"]
advanced = [{"Name": "objects", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}, {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::box/"]}]}]
assert trail.put_event_selectors(TrailName="main", AdvancedEventSelectors=advanced)["AdvancedEventSelectors"] == advanced
refused("InvalidEventSelectorsException", trail.put_event_selectors, TrailName="main", AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Nothing"]}]}])
refused("InsightNotEnabledException", trail.get_insight_selectors, TrailName="main")
refused("InvalidInsightSelectorsException", trail.put_insight_selectors, TrailName="main", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])  # it records no management events
trail.put_insight_selectors(TrailName="main", InsightSelectors=[])
trail.add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "security"}])
trail.remove_tags(ResourceId=arn, TagsList=[{"Key": "purpose"}])
assert trail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"] == [{"Key": "team", "Value": "security"}]
assert trail.list_public_keys()["PublicKeyList"] == []  # nothing was signed yet
trail.stop_logging(Name="main")
trail.delete_trail(Name="main")
refused("TrailNotFoundException", trail.get_trail, Name="main")

# Files from elsewhere are brought in and asked the same questions; what is no such file is refused, and nothing of it comes in.
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "AWSLogs/123456789012/CloudTrail/us-east-1/2023/07/19").mkdir(parents=True)
told = [{"eventVersion": "1.08", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/mary", "userName": "mary", "accessKeyId": "AKIAI44QH8DHBEXAMPLE"},
         "eventTime": f"2023-07-19T21:1{i}:28Z", "eventSource": "ec2.amazonaws.com", "eventName": name, "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.0",
         "requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}, "eventID": f"e{i}", "readOnly": False} for i, name in enumerate(["StartInstances", "StopInstances", "TerminateInstances"])]
(folder / "AWSLogs/123456789012/CloudTrail/us-east-1/2023/07/19/123456789012_CloudTrail_us-east-1_20230719T2120Z_x.json.gz").write_bytes(gzip.compress(json.dumps({"Records": told}).encode()))
said = subprocess.run(["unyo", "import", "cloudtrail", str(folder), "-bucket", "elsewhere"], capture_output=True, text=True)
assert said.returncode == 0 and "3 records of 2023-07-19T21:10:28Z to 2023-07-19T21:12:28Z, in 1 files" in said.stdout, said
s3.create_bucket(Bucket="answers", CreateBucketConfiguration={"LocationConstraint": home_region})
athena = boto3.client("athena")
asked = athena.start_query_execution(QueryString="SELECT useridentity.username, eventname, sourceipaddress FROM cloudtrail.elsewhere WHERE useridentity.accesskeyid = 'AKIAI44QH8DHBEXAMPLE' ORDER BY eventtime",
                                     ResultConfiguration={"OutputLocation": "s3://answers/"})["QueryExecutionId"]
for _ in range(1800):
    state = athena.get_query_execution(QueryExecutionId=asked)["QueryExecution"]["Status"]
    if state["State"] not in ("QUEUED", "RUNNING"):
        break
    time.sleep(0.1)
assert state["State"] == "SUCCEEDED", state
rows = [[d.get("VarCharValue") for d in r["Data"]] for r in athena.get_query_results(QueryExecutionId=asked)["ResultSet"]["Rows"]]
assert rows[1:] == [["mary", e["eventName"], "192.0.2.0"] for e in told], rows
(folder / "evil.json").write_text('{"Records":[{"eventName":"x"}]}')
said = subprocess.run(["unyo", "import", "cloudtrail", str(folder), "-bucket", "never"], capture_output=True, text=True)
assert said.returncode == 1 and "evil.json: record 0 is none of CloudTrail's" in said.stderr, said
refused("NoSuchBucket", s3.list_objects_v2, Bucket="never")
print("all held")
