"""CloudWatch as boto3 asks it, old (query) and new (CBOR): what is put is read, and log events become metrics as time is advanced.
The first argument is the protocol that this boto3 must speak."""
import datetime
import subprocess
import sys
import time

import boto3
from refusal import refused

kinds = set()
cloudwatch, logs = boto3.client("cloudwatch"), boto3.client("logs")
cloudwatch.meta.events.register("before-send.cloudwatch.*", lambda request, **_: kinds.add(str(request.headers.get("Content-Type"))))


now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
start, end = now - datetime.timedelta(minutes=10), now + datetime.timedelta(minutes=10)
host = [{"Name": "Host", "Value": "a"}]
cloudwatch.put_metric_data(Namespace="App", MetricData=[
    {"MetricName": "Latency", "Dimensions": host, "Unit": "Milliseconds", "Timestamp": now - datetime.timedelta(minutes=2), "Values": [1.0, 2.0, 3.0, 4.0], "Counts": [10.0, 10.0, 10.0, 70.0]},
    {"MetricName": "Latency", "Dimensions": host, "Unit": "Milliseconds", "Timestamp": now - datetime.timedelta(minutes=1), "StatisticValues": {"SampleCount": 2, "Sum": 30, "Minimum": 10, "Maximum": 20}},
    {"MetricName": "Errors", "Dimensions": host, "Timestamp": now - datetime.timedelta(minutes=1), "Value": 1, "StorageResolution": 1}])
refused("InvalidParameterValue", cloudwatch.put_metric_data, Namespace="AWS/EC2", MetricData=[{"MetricName": "x", "Value": 1}])
refused("MalformedInput" if sys.argv[1] == "urlencoded" else "InvalidParameterValue", cloudwatch.put_metric_data, Namespace="App", MetricData=[{"MetricName": "x", "Value": float("nan")}])
refused("NotImplemented", cloudwatch.describe_alarms)

points = cloudwatch.get_metric_statistics(Namespace="App", MetricName="Latency", Dimensions=host, StartTime=start, EndTime=end, Period=60, Statistics=["Average", "SampleCount"])
assert points["Label"] == "Latency"
got = [(p["Timestamp"], p["Average"], p["SampleCount"], p["Unit"]) for p in sorted(points["Datapoints"], key=lambda p: p["Timestamp"])]
assert got == [(now - datetime.timedelta(minutes=2), 3.4, 100, "Milliseconds"), (now - datetime.timedelta(minutes=1), 15, 2, "Milliseconds")], got
points = cloudwatch.get_metric_statistics(Namespace="App", MetricName="Latency", Dimensions=host, StartTime=start, EndTime=end, Period=60, ExtendedStatistics=["p30", "tm90"])
assert points["Datapoints"][0]["ExtendedStatistics"]["p30"] == 3, points


def data(namespace, name, stat, dimensions=(), begin=start, expressions=()):
    queries = [{"Id": "m1", "MetricStat": {"Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": list(dimensions)}, "Period": 60, "Stat": stat}}]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(StartTime=begin, EndTime=end, ScanBy="TimestampAscending", MetricDataQueries=queries + list(expressions))
    return {r["Id"]: r["Values"] for page in pages for r in page["MetricDataResults"]}


assert data("App", "Latency", "Sum", host, expressions=[{"Id": "e1", "Expression": "m1 / 10 + SUM([m1, m1])", "Label": "sum"}]) == {"m1": [340, 30], "e1": [714, 63]}
refused("ValidationError", cloudwatch.get_metric_data, StartTime=start, EndTime=end, MetricDataQueries=[{"Id": "e1", "Expression": "m7"}])
listed = cloudwatch.list_metrics(Namespace="App", Dimensions=[{"Name": "Host"}])["Metrics"]
assert [m["MetricName"] for m in listed] == ["Errors", "Latency"] and listed[0]["Dimensions"] == host, listed

# A metric filter: put-log-events, time, get-metric-data.
logs.create_log_group(logGroupName="/metered")
logs.create_log_stream(logGroupName="/metered", logStreamName="s")
logs.put_metric_filter(logGroupName="/metered", filterName="slow", filterPattern='{ $.level = "ERROR" }', metricTransformations=[
    {"metricName": "Slow", "metricNamespace": "Web", "metricValue": "$.ms", "unit": "Milliseconds", "dimensions": {"Path": "$.path"}}])
logs.put_metric_filter(logGroupName="/metered", filterName="panics", filterPattern="PANIC", metricTransformations=[
    {"metricName": "Panics", "metricNamespace": "Web", "metricValue": "1", "defaultValue": 0}])
assert [f["filterName"] for f in logs.describe_metric_filters(logGroupName="/metered")["metricFilters"]] == ["panics", "slow"]
assert logs.test_metric_filter(filterPattern="PANIC", logEventMessages=["PANIC", "x"])["matches"][0]["eventNumber"] == 0
logs.put_log_events(logGroupName="/metered", logStreamName="s", logEvents=[
    {"timestamp": int(time.time() * 1000), "message": f'{{"level": "{level}", "ms": {ms}, "path": "/a"}}'} for level, ms in [("ERROR", 100), ("INFO", 7), ("ERROR", 300)]])
subprocess.run(["unyo", "clock", "-endpoint", boto3.client("sts").meta.endpoint_url, "advance", "2m"], check=True, stdout=subprocess.DEVNULL)
got = data("Web", "Slow", "Sum", [{"Name": "Path", "Value": "/a"}])["m1"], data("Web", "Panics", "SampleCount")["m1"], data("Web", "Panics", "Sum")["m1"]
assert got == ([400], [1], [0]), got
assert data("AWS/Logs", "IncomingLogEvents", "Sum", [{"Name": "LogGroupName", "Value": "/metered"}])["m1"] == [3]
logs.delete_metric_filter(logGroupName="/metered", filterName="slow")
assert any(sys.argv[1] in k for k in kinds), kinds
print("all held")
