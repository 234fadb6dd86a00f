"""CloudWatch Logs Insights, by boto3 and the AWS CLI. Exits with a traceback where something does not hold."""
import json
import subprocess
import time

import boto3
from botocore.exceptions import ClientError

logs, iam, s3 = boto3.client("logs"), boto3.client("iam"), boto3.client("s3")
now = int(time.time())


def answer(**start):
    """Starts a query over the last hour and waits for its rows, as dictionaries."""
    id = logs.start_query(startTime=now - 3600, endTime=now + 3600, **start)["queryId"]
    while (got := logs.get_query_results(queryId=id))["status"] in ("Scheduled", "Running"):
        time.sleep(0.01)
    assert got["status"] == "Complete", got
    return id, [{f["field"]: f["value"] for f in row} for row in got["results"]], got["statistics"]


def refused(code, call, **args):
    try:
        call(**args)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        return e.response
    raise AssertionError(f"{call.__name__} was allowed; expected {code}")


for group in ("/app/web", "/app/db"):
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="i-1")
at = now * 1000
lines = [json.dumps({"level": "ERROR" if i % 10 == 0 else "INFO", "status": 500 if i % 10 == 0 else 200, "ms": i, "user": {"name": f"u{i % 3}"}}) for i in range(100)]
logs.put_log_events(logGroupName="/app/web", logStreamName="i-1", logEvents=[{"timestamp": at + i, "message": m} for i, m in enumerate(lines)])
logs.put_log_events(logGroupName="/app/db", logStreamName="i-1", logEvents=[{"timestamp": at, "message": "took 12 ms: select 1"}, {"timestamp": at + 1, "message": "took 30 ms: select 2"}])

id, rows, statistics = answer(logGroupName="/app/web", queryString="fields @timestamp, ms, user.name | filter level = 'ERROR' | sort ms desc | limit 2")
assert [(r["ms"], r["user.name"]) for r in rows] == [("90", "u0"), ("80", "u2")], rows
assert rows[0]["@timestamp"] == time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)) + ".090", rows
assert statistics["recordsMatched"] == 10 and statistics["recordsScanned"] == 100 and statistics["bytesScanned"] == sum(map(len, lines)), statistics
record = logs.get_log_record(logRecordPointer=rows[0]["@ptr"])["logRecord"]
assert record["@message"] == lines[90] and record["user.name"] == "u0" and record["@logStream"] == "i-1", record
assert logs.list_log_groups_for_query(queryId=id)["logGroupIdentifiers"] == ["arn:aws:logs:eu-central-1:000000000000:log-group:/app/web"]
assert next(q for q in logs.describe_queries(logGroupName="/app/web", status="Complete")["queries"] if q["queryId"] == id)["queryString"].startswith("fields @timestamp")
assert {f["name"]: f["percent"] for f in logs.get_log_group_fields(logGroupName="/app/web", time=now)["logGroupFields"]}["user.name"] == 100

by = {r["status"]: r for r in answer(logGroupNames=["/app/web"], queryString="stats count(*) as n, avg(ms) as a, max(ms) as m by status")[1]}
assert by["500"] == {"status": "500", "n": "10", "a": "45", "m": "90"} and by["200"]["n"] == "90" and by["200"]["m"] == "99", by
assert answer(logGroupIdentifiers=["arn:aws:logs:eu-central-1:000000000000:log-group:/app/db"], queryString='parse @message "took * ms: *" as took, what | stats sum(took) as ms by @log')[1] == [{"@log": "000000000000:/app/db", "ms": "42"}]
assert [r["@pattern"] for r in answer(logGroupName="/app/db", queryString="pattern @message")[1]] == ["took <Token-1> ms: select <Token-2>"]
assert answer(queryString='SOURCE logGroups(namePrefix: ["/app/"]) | stats count(*) as n')[1] == [{"n": "102"}]

# A query that cannot be understood says where.
e = refused("MalformedQueryException", logs.start_query, logGroupName="/app/web", startTime=now, endTime=now, queryString="fields @message | where x")
assert e["queryCompileError"]["location"] == {"startCharOffset": 18, "endCharOffset": 23}, e
refused("InvalidParameterException", logs.start_query, logGroupName="/app/web", startTime=now, endTime=now, queryString="source=x", queryLanguage="PPL")
refused("ResourceNotFoundException", logs.start_query, logGroupName="/none", startTime=now, endTime=now, queryString="limit 1")
refused("InvalidParameterException", logs.stop_query, queryId=id)

# Every group must be allowed.
iam.create_user(UserName="asker")
iam.put_user_policy(UserName="asker", PolicyName="ask", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Action": ["logs:StartQuery", "logs:GetQueryResults"], "Resource": "arn:aws:logs:*:*:log-group:/app/web:*"}}))
key = iam.create_access_key(UserName="asker")["AccessKey"]
asker = boto3.client("logs", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
mine = asker.start_query(logGroupName="/app/web", startTime=now, endTime=now, queryString="limit 1")["queryId"]
asker.get_query_results(queryId=mine)
refused("AccessDeniedException", asker.start_query, logGroupNames=["/app/web", "/app/db"], startTime=now, endTime=now, queryString="limit 1")
refused("AccessDeniedException", asker.start_query, logGroupName="/app/web", startTime=now, endTime=now, queryString="fields unmask(@message)")

# The AWS CLI.
cli = lambda *args: json.loads(subprocess.run(["aws", "logs", *args, "--output", "json"], check=True, stdout=subprocess.PIPE, text=True).stdout)
id = cli("start-query", "--log-group-names", "/app/web", "/app/db", "--start-time", str(now - 60), "--end-time", str(now + 60), "--query-string", "fields @message | filter @message like /took/ | sort @timestamp")["queryId"]
while (got := cli("get-query-results", "--query-id", id))["status"] in ("Scheduled", "Running"):
    time.sleep(0.1)
assert [r[0]["value"] for r in got["results"]] == ["took 12 ms: select 1", "took 30 ms: select 2"], got

# A scheduled query, asked at the next full minute.
role = iam.create_role(RoleName="asks", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}}))["Role"]["Arn"]
iam.put_role_policy(RoleName="asks", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["logs:*", "s3:PutObject"], "Resource": "*"}}))
s3.create_bucket(Bucket="answers", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
settings = dict(queryLanguage="CWLI", queryString="stats count(*) as n", logGroupIdentifiers=["/app/web"], scheduleExpression="cron(* * * * ? *)", startTimeOffset=7200, executionRoleArn=role,
                destinationConfiguration={"s3Configuration": {"destinationIdentifier": "s3://answers/logs", "roleArn": role}})
arn = logs.create_scheduled_query(name="minutely", **settings)["scheduledQueryArn"]
deadline = time.time() + 300
while not (history := logs.get_scheduled_query_history(identifier=arn, startTime=now, endTime=now + 600)["triggerHistory"]) or history[-1]["executionStatus"] == "Running":
    assert time.time() < deadline
    time.sleep(1)
first = history[-1]
assert first["executionStatus"] == "Complete" and first["destinations"][0]["status"] == "COMPLETE", first
object = s3.get_object(Bucket="answers", Key=first["destinations"][0]["processedIdentifier"].removeprefix("s3://answers/"))
assert json.loads(object["Body"].read())["results"] == [[{"field": "n", "value": "100"}]]
while (last := logs.get_scheduled_query(identifier="minutely")["lastExecutionStatus"]) == "Running":  # the next minute's
    time.sleep(0.1)
assert last == "Complete", last
assert logs.update_scheduled_query(identifier="minutely", state="DISABLED", **settings)["state"] == "DISABLED"
assert [q["name"] for q in logs.list_scheduled_queries()["scheduledQueries"]] == ["minutely"]
logs.delete_scheduled_query(identifier=arn)

print("all held")
