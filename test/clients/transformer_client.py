"""Log events that are transformed as they come, and what they are about, by boto3 and the AWS CLI. Exits with a traceback where something does not hold."""
import json
import subprocess
import time
from datetime import datetime, timedelta, timezone

import boto3
from refusal import refused


def until(want, ask):
    """Asks until it is as wanted; a slow machine may take a while."""
    end = time.time() + 120
    while (got := ask()) != want and time.time() < end:
        time.sleep(0.3)
    assert got == want, got


logs = boto3.client("logs")
for name in ("/nginx", "/app/one"):
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")


def put(name, *messages):
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[{"timestamp": now, "message": m} for m in messages])


def ask(name, query):
    now = int(time.time())
    id = logs.start_query(logGroupName=name, startTime=now - 3600, endTime=now + 60, queryString=query)["queryId"]
    while (answer := logs.get_query_results(queryId=id))["status"] in ("Scheduled", "Running"):
        time.sleep(0.2)
    assert answer["status"] == "Complete", answer
    return [{f["field"]: f["value"] for f in row if f["field"] != "@ptr"} for row in answer["results"]]


config = [
    {"grok": {"match": "%{NGINX_ACCESS_LOG}"}},
    {"addKeys": {"entries": [{"key": "tier", "value": "web"}]}},
    {"copyValue": {"entries": [{"source": "@logGroupName", "target": "origin.group"}]}},
]
line = '192.0.2.7 - - [03/Aug/2023:12:34:56 +0000] "GET /%s HTTP/1.1" %d 42 "-" "curl/8"'
tested = logs.test_transformer(transformerConfig=config, logEventMessages=[line % ("x", 200), "no such line"])["transformedLogs"]
assert json.loads(tested[0]["transformedEventMessage"])["status_code"] == 200, tested
assert "@transformationError" in tested[1]["transformedEventMessage"], tested

refused("InvalidParameterException", logs.put_transformer, logGroupIdentifier="/nginx", transformerConfig=config[1:])
refused("ResourceNotFoundException", logs.get_transformer, logGroupIdentifier="/nginx")
put("/nginx", line % ("before", 200))
logs.put_transformer(logGroupIdentifier="/nginx", transformerConfig=config)
assert logs.get_transformer(logGroupIdentifier="/nginx")["transformerConfig"] == config
cli = subprocess.run(["aws", "logs", "get-transformer", "--log-group-identifier", "/nginx", "--query", "transformerConfig[0].grok.match", "--output", "text"], capture_output=True, text=True, check=True)
assert cli.stdout.strip() == "%{NGINX_ACCESS_LOG}", cli
logs.put_metric_filter(logGroupName="/nginx", filterName="errors", filterPattern="{ $.status_code >= 500 }", applyOnTransformedLogs=True,
                       metricTransformations=[{"metricNamespace": "Web", "metricName": "errors", "metricValue": "1"}])
logs.put_metric_filter(logGroupName="/nginx", filterName="here", filterPattern="", emitSystemFieldDimensions=["@aws.region"], fieldSelectionCriteria='@aws.account IN ["000000000000"]',
                       metricTransformations=[{"metricNamespace": "Web", "metricName": "lines", "metricValue": "1"}])
assert logs.describe_metric_filters(logGroupName="/nginx")["metricFilters"][0]["applyOnTransformedLogs"]
put("/nginx", line % ("a", 200), line % ("b", 503), "not a line of nginx")

rows = ask("/nginx", "fields @message, request, origin.group, tier | filter status_code = 503")
assert rows == [{"@message": line % ("b", 503), "request": "/b", "origin.group": "/nginx", "tier": "web"}], rows
rows = ask("/nginx", "filter ispresent(@transformationError) | fields @message")
assert rows == [{"@message": "not a line of nginx"}], rows
assert ask("/nginx", "stats count(request) as shaped, count(*) as events") == [{"shaped": "2", "events": "4"}]
assert len(logs.filter_log_events(logGroupName="/nginx", filterPattern="{ $.status_code > 0 }")["events"]) == 0  # it reads originals

cloudwatch = boto3.client("cloudwatch")


def summed(namespace, metric, dimensions):
    now = datetime.now(timezone.utc)
    points = cloudwatch.get_metric_statistics(Namespace=namespace, MetricName=metric, Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
                                              StartTime=now - timedelta(hours=1), EndTime=now + timedelta(hours=1), Period=60, Statistics=["Sum"])["Datapoints"]
    return sum(p["Sum"] for p in points)


until(1, lambda: summed("Web", "errors", {}))
until(3, lambda: summed("Web", "lines", {"@aws.region": "eu-central-1"}))
until(2, lambda: summed("AWS/Logs", "TransformedLogEvents", {"LogGroupname": "/nginx"}))
until(1, lambda: summed("AWS/Logs", "TransformationErrors", {"LogGroupname": "/nginx"}))

logs.delete_transformer(logGroupIdentifier="/nginx")
refused("ResourceNotFoundException", logs.delete_transformer, logGroupIdentifier="/nginx")
put("/nginx", line % ("after", 503))
assert ask("/nginx", "stats count(request) as shaped") == [{"shaped": "2"}]

# The account's transformers, by prefix.
policy = dict(policyName="json", policyType="TRANSFORMER_POLICY")
document = json.dumps([{"parseJSON": {}}, {"renameKeys": {"entries": [{"key": "lvl", "renameTo": "level"}]}}])
refused("InvalidParameterException", logs.put_account_policy, policyDocument="[]", **policy)
logs.put_account_policy(policyDocument=document, selectionCriteria='LogGroupNamePrefix IN ["/app"]', **policy)
refused("InvalidParameterException", logs.put_account_policy, policyName="all", policyType="TRANSFORMER_POLICY", policyDocument=document)
assert [p["policyDocument"] for p in logs.describe_account_policies(policyType="TRANSFORMER_POLICY")["accountPolicies"]] == [document]
put("/app/one", '{"lvl": "warn"}')
assert ask("/app/one", "fields level, lvl") == [{"level": "warn"}]
until(1, lambda: summed("AWS/Logs", "TransformedLogEvents", {"PolicyLevel": "AccountPolicy"}))
logs.delete_account_policy(**policy)

# What events are about: queries name it.
entity = {"keyAttributes": {"Type": "Service", "Name": "PetClinic", "Environment": "prod"}, "attributes": {"EC2.InstanceId": "i-1234567890123"}}
answer = logs.put_log_events(logGroupName="/app/one", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": "of the clinic"}], entity=entity)
assert "rejectedEntityInfo" not in answer, answer
rows = ask("/app/one", 'filter @entity.KeyAttributes.Name = "PetClinic" | fields @message, @entity.Attributes.EC2.InstanceId')
assert rows == [{"@message": "of the clinic", "@entity.Attributes.EC2.InstanceId": "i-1234567890123"}], rows

print("all held")
