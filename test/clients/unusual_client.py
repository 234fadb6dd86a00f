"""Insight events of CloudTrail, as boto3 asks for them: unusual activity after two days of little, told in event history and in files of its own."""
import gzip
import json
import os
import urllib.request

import boto3
from refusal import refused

REGION, BUCKET, ACCOUNT = "eu-central-1", "archive", "000000000000"
trail, s3, logs = (boto3.client(s, region_name=REGION) for s in ("cloudtrail", "s3", "logs"))


def advance(by):
    r = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_unyo/clock", json.dumps({"advance": by}).encode(), method="POST")
    urllib.request.urlopen(r).read()


s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"},
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*"}]}))
trail.create_trail(Name="main", S3BucketName=BUCKET)
trail.start_logging(Name="main")
refused("InsightNotEnabledException", trail.get_insight_selectors, TrailName="main")
both = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
assert trail.put_insight_selectors(TrailName="main", InsightSelectors=both)["InsightSelectors"] == both
assert trail.get_insight_selectors(TrailName="main")["InsightSelectors"] == both and trail.get_trail(Name="main")["Trail"]["HasInsightSelectors"]
logs.create_log_group(logGroupName="ordinary")
advance("48h")
for i in range(30):
    logs.create_log_group(logGroupName=f"flood{i}")
    refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName="ordinary")
advance("30m")
found = trail.lookup_events(EventCategory="insight")["Events"]
told = [json.loads(e["CloudTrailEvent"]) for e in found]
assert sorted((t["insightDetails"]["insightType"], t["insightDetails"]["state"]) for t in told) == [
    ("ApiCallRateInsight", "End"), ("ApiCallRateInsight", "Start"), ("ApiErrorRateInsight", "End"), ("ApiErrorRateInsight", "Start")], told
for t in told:
    d = t["insightDetails"]
    assert t["eventType"] == "AwsCloudTrailInsight" and t["eventCategory"] == "Insight" and d["eventName"] == "CreateLogGroup" and d["insightContext"]["statistics"]["baselineDuration"] == 10080, t
    assert d["insightContext"]["statistics"]["insight"]["average"] == (60 if d["insightType"] == "ApiCallRateInsight" else 30), d
    assert d.get("errorCode") == ("ResourceAlreadyExistsException" if d["insightType"] == "ApiErrorRateInsight" else None), d
assert len({t["sharedEventID"] for t in told}) == 2 and all(e["EventName"] == "CreateLogGroup" and e["EventSource"] == "logs.amazonaws.com" for e in found), found
assert trail.lookup_events(EventCategory="insight", LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": found[0]["EventId"]}])["Events"][0]["EventId"] == found[0]["EventId"]
files = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET, Prefix=f"AWSLogs/{ACCOUNT}/CloudTrail-Insight/{REGION}/2026/01/03/")["Contents"]]
records = [r for f in files for r in json.loads(gzip.decompress(s3.get_object(Bucket=BUCKET, Key=f)["Body"].read()))["Records"]]
assert sorted(r["eventID"] for r in records) == sorted(e["EventId"] for e in found), (files, records)
assert all(f"/{ACCOUNT}_CloudTrail-Insight_{REGION}_2026" in f for f in files), files
arn, flood = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main", {"EventSource": "logs.amazonaws.com", "EventName": "CreateLogGroup"}
listed = [e for page in trail.get_paginator("list_insights_data").paginate(InsightSource=arn, DataType="InsightsEvents", PaginationConfig={"PageSize": 3}) for e in page["Events"]]
assert [e["EventId"] for e in listed] == [e["EventId"] for e in found], (listed, found)
assert not trail.list_insights_data(InsightSource=arn, DataType="InsightsEvents", Dimensions={"EventSource": "s3.amazonaws.com"})["Events"]
refused("InvalidParameterException", trail.list_insights_data, InsightSource=arn + "2", DataType="InsightsEvents")
calls = trail.list_insights_metric_data(**flood, InsightType="ApiCallRateInsight")
errors = trail.list_insights_metric_data(**flood, InsightType="ApiErrorRateInsight", ErrorCode="ResourceAlreadyExistsException", Period=60, TrailName="main")
assert sorted(calls["Values"]) == [1, 60] and errors["Values"] == [30] and errors["TrailARN"] == arn and calls["Timestamps"][-1].minute == 0, (calls, errors)
filled = trail.list_insights_metric_data(**flood, InsightType="ApiCallRateInsight", DataType="FillWithZeros")
assert len(filled["Values"]) > 24 and sum(filled["Values"]) == 61, filled
refused("InvalidParameterException", trail.list_insights_metric_data, **flood, InsightType="ApiErrorRateInsight")
refused("InvalidParameterException", trail.list_insights_metric_data, **flood, InsightType="ApiCallRateInsight", Period=61)
refused("InvalidTrailNameException", trail.list_insights_metric_data, **flood, InsightType="ApiCallRateInsight", TrailName="none")
trail.put_insight_selectors(TrailName="main", InsightSelectors=[])
refused("InsightNotEnabledException", trail.get_insight_selectors, TrailName="main")
print("all held")
