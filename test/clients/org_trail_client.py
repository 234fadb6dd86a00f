"""A trail of an organization, as boto3 makes it and aws cloudtrail validate-logs, unmodified, accepts it; members see it and cannot change it."""
import gzip
import json
import os
import subprocess
import urllib.request

import boto3
from refusal import refused

REGION, BUCKET = "eu-central-1", "archive"
BOSS = "000000000000"
MEMBER = "111111111111"
VISITOR = "333333333333"
ARN = f"arn:aws:cloudtrail:{REGION}:{BOSS}:trail/all"


def advance(by):
    r = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_unyo/clock", json.dumps({"advance": by}).encode(), method="POST")
    with urllib.request.urlopen(r) as answer:
        return json.load(answer)["now"]


def client(service, account=BOSS, region=REGION):
    return boto3.client(service, region_name=region, **({} if account == BOSS else {"aws_access_key_id": account, "aws_secret_access_key": "test"}))


def validate(account, region, *more):
    p = subprocess.run(["aws", "cloudtrail", "validate-logs", "--trail-arn", ARN, "--start-time", BEGIN, "--end-time", END, "--region", region, "--account-id", account, *more], capture_output=True, text=True)
    return p.returncode, p.stdout + p.stderr


trail, orgs, s3 = client("cloudtrail"), client("organizations"), client("s3")
theirs = client("cloudtrail", MEMBER)
s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
wanted = dict(Name="all", S3BucketName=BUCKET, IsOrganizationTrail=True, IsMultiRegionTrail=True, EnableLogFileValidation=True)
refused("OrganizationsNotInUseException", trail.create_trail, **wanted)
org = orgs.create_organization(FeatureSet="ALL")["Organization"]["Id"]
shake = orgs.invite_account_to_organization(Target={"Id": MEMBER, "Type": "ACCOUNT"})["Handshake"]["Id"]
client("organizations", MEMBER).accept_handshake(HandshakeId=shake)
refused("CloudTrailAccessNotEnabledException", trail.create_trail, **wanted)
orgs.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
refused("NotOrganizationMasterAccountException", theirs.create_trail, **wanted)
refused("InsufficientS3BucketPolicyException", trail.create_trail, **wanted)
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}", "Condition": {"StringEquals": {"aws:SourceArn": ARN}}},
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": [f"arn:aws:s3:::{BUCKET}/AWSLogs/{BOSS}/*", f"arn:aws:s3:::{BUCKET}/AWSLogs/{org}/*"],
     "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": ARN}}}]}))
assert trail.create_trail(**wanted)["IsOrganizationTrail"]
trail.start_logging(Name="all")
BEGIN = advance("0s")

# Members see it, and cannot change it.
assert [t["TrailARN"] for t in theirs.describe_trails()["trailList"]] == [ARN] and theirs.get_trail(Name=ARN)["Trail"]["IsOrganizationTrail"]
assert theirs.get_trail_status(Name=ARN)["IsLogging"] and theirs.list_trails()["Trails"][0]["TrailARN"] == ARN
for change in (theirs.stop_logging, theirs.delete_trail):
    refused("NotOrganizationMasterAccountException", change, Name=ARN)
refused("NotOrganizationMasterAccountException", theirs.update_trail, Name=ARN, IsMultiRegionTrail=False)
refused("AccessDeniedException", client("cloudtrail", "222222222222").get_trail, Name=ARN)

lake_arn = trail.create_event_data_store(Name="all", OrganizationEnabled=True)["EventDataStoreArn"]
lake = lake_arn.split("/")[1]
for account in (BOSS, MEMBER, "222222222222"):
    client("logs", account).create_log_group(logGroupName="group")
    client("iam", account).create_user(UserName="user")
advance("3h10m")
END = advance("0s")
for account in (BOSS, MEMBER):
    for region in (REGION, "us-east-1"):
        status, said = validate(account, region)
        assert status == 0 and "3/3 digest files valid" in said and "INVALID" not in said, (account, region, said)
assert "1/1 log files valid" in validate(MEMBER, REGION)[1]
found = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
assert not [k for k in found if "222222222222" in k] and all(k.startswith(f"AWSLogs/{org}/") for k in found), found
query = trail.start_query(QueryStatement=f"SELECT DISTINCT recipientAccountId FROM {lake} WHERE eventName = 'CreateLogGroup' ORDER BY 1")["QueryId"]
assert trail.get_query_results(QueryId=query)["QueryResultRows"] == [[{"recipientAccountId": BOSS}], [{"recipientAccountId": MEMBER}]]

# A file of a member's that was changed is named.
victim, = [k for k in found if f"/{MEMBER}/CloudTrail/{REGION}/" in k and k.endswith(".gz")]
s3.put_object(Bucket=BUCKET, Key=victim, Body=b"nothing")
status, said = validate(MEMBER, REGION)
assert status == 1 and f"Log file\ts3://{BUCKET}/{victim}\tINVALID" in said, said

# A delegated administrator makes and changes trails of the organization, which are the management account's, and stay when he is none any more.
refused("NotOrganizationManagementAccountException", theirs.register_organization_delegated_admin, MemberAccountId=MEMBER)
refused("CannotDelegateManagementAccountException", trail.register_organization_delegated_admin, MemberAccountId=BOSS)
refused("AccountNotFoundException", trail.register_organization_delegated_admin, MemberAccountId="222222222222")
trail.register_organization_delegated_admin(MemberAccountId=MEMBER)
refused("AccountRegisteredException", trail.register_organization_delegated_admin, MemberAccountId=MEMBER)
s3.put_bucket_policy(Bucket=BUCKET, Policy=s3.get_bucket_policy(Bucket=BUCKET)["Policy"].replace(f'"{ARN}"', f'["{ARN}", "{ARN[:-3]}second"]'))
second = theirs.create_trail(Name="second", S3BucketName=BUCKET, IsOrganizationTrail=True)
assert second["TrailARN"] == ARN[:-3] + "second" and second["IsOrganizationTrail"], second
theirs.start_logging(Name="second")
theirs.put_event_selectors(TrailName="second", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}])
assert trail.get_trail_status(Name="second")["IsLogging"] and theirs.update_trail(Name=second["TrailARN"], EnableLogFileValidation=True)["LogFileValidationEnabled"]

# So does it with event data stores of the organization. The management account's own, and whoever else is a member, are left out.
shake = orgs.invite_account_to_organization(Target={"Id": VISITOR, "Type": "ACCOUNT"})["Handshake"]["Id"]
client("organizations", VISITOR).accept_handshake(HandshakeId=shake)
visitor = client("cloudtrail", VISITOR)
own = trail.create_event_data_store(Name="own")["EventDataStoreArn"]
made = theirs.create_event_data_store(Name="second", OrganizationEnabled=True)
shared = made["EventDataStoreArn"]
assert made["OrganizationEnabled"] and shared.split(":")[4] == BOSS, made
everyone = sorted(d["Name"] for d in trail.list_event_data_stores()["EventDataStores"])
assert everyone == ["all", "own", "second"], everyone
assert sorted(d["EventDataStoreArn"] for d in theirs.list_event_data_stores()["EventDataStores"]) == sorted([shared, lake_arn])
assert visitor.list_event_data_stores()["EventDataStores"] == []
client("logs", VISITOR).create_log_group(logGroupName="group")
advance("5m")
asked = theirs.start_query(QueryStatement=f"SELECT recipientAccountId FROM {shared.split('/')[1]} WHERE eventName = 'CreateLogGroup'", EventDataStoreOwnerAccountId=BOSS)
assert asked["EventDataStoreOwnerAccountId"] == BOSS, asked
seen = asked["QueryId"]
hidden = trail.start_query(QueryStatement=f"SELECT 1 FROM {shared.split('/')[1]} CROSS JOIN {own.split('/')[1]}")["QueryId"]


def calls(c, store, query):
    """What a delegated administrator may do with an event data store and a query, and nobody else but its owner."""
    id = store.split("/")[1]
    return [lambda: c.get_event_data_store(EventDataStore=store), lambda: c.update_event_data_store(EventDataStore=store, TerminationProtectionEnabled=False),
            lambda: c.stop_event_data_store_ingestion(EventDataStore=store), lambda: c.start_event_data_store_ingestion(EventDataStore=store),
            lambda: c.delete_event_data_store(EventDataStore=store), lambda: c.restore_event_data_store(EventDataStore=store),
            lambda: c.add_tags(ResourceId=store, TagsList=[{"Key": "team", "Value": "audit"}]), lambda: c.list_tags(ResourceIdList=[store]),
            lambda: c.remove_tags(ResourceId=store, TagsList=[{"Key": "team"}]), lambda: c.list_queries(EventDataStore=store),
            lambda: c.start_query(QueryStatement=f"SELECT 1 FROM {id} LIMIT 1"), lambda: c.describe_query(QueryId=query), lambda: c.get_query_results(QueryId=query)]


def kept_out(c, store, query, ids=("EventDataStoreNotFoundException", "QueryIdNotFoundException")):
    """Nothing of an event data store's is there for this caller, by ARN, by id or by query."""
    for call in calls(c, store, query)[:-3]:
        refused("AccessDeniedException", call)
    refused(ids[0], c.get_event_data_store, EventDataStore=store.split("/")[1])
    for call in calls(c, store, query)[-2:] + [lambda: c.cancel_query(QueryId=query)]:
        refused(ids[1], call)
    refused(ids[0], calls(c, store, query)[-3])


for c in (theirs, trail):
    for call in calls(c, shared, seen):
        call()
assert theirs.get_query_results(QueryId=seen)["QueryResultRows"] == [[{"recipientAccountId": VISITOR}]]
refused("InactiveQueryException", theirs.cancel_query, QueryId=seen)
assert hidden in [q["QueryId"] for q in trail.list_queries(EventDataStore=shared)["Queries"]]
assert hidden not in [q["QueryId"] for q in theirs.list_queries(EventDataStore=shared)["Queries"]]
kept_out(theirs, own, hidden)
kept_out(visitor, shared, seen)
for text in (f"SELECT 1 FROM {shared.split('/')[1]} CROSS JOIN {own.split('/')[1]}", f"SELECT (SELECT count(*) FROM {own.split('/')[1]}) FROM {lake}"):
    refused("EventDataStoreNotFoundException", theirs.start_query, QueryStatement=text)
for account, code in ((MEMBER, "EventDataStoreNotFoundException"), (VISITOR, "AccessDeniedException")):
    refused(code, theirs.start_query, QueryStatement=f"SELECT 1 FROM {lake}", EventDataStoreOwnerAccountId=account)
refused("NotOrganizationMasterAccountException", theirs.update_event_data_store, EventDataStore=shared, OrganizationEnabled=False)
refused("NotOrganizationMasterAccountException", visitor.create_event_data_store, Name="all", OrganizationEnabled=True)
refused("OperationNotPermittedException", theirs.start_import, Destinations=[shared], ImportSource={"S3": {"S3LocationUri": f"s3://{BUCKET}", "S3BucketRegion": REGION, "S3BucketAccessRoleArn": f"arn:aws:iam::{MEMBER}:role/none"}})

# An account outside asks an event data store whose resource policy lets it, naming the owner, and reads the answer; it changes nothing.
outsider = client("cloudtrail", "222222222222")
query = dict(QueryStatement=f"SELECT recipientAccountId FROM {shared.split('/')[1]} WHERE eventName = 'CreateLogGroup'", EventDataStoreOwnerAccountId=BOSS)
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": ["cloudtrail:StartQuery", "cloudtrail:GetQueryResults", "cloudtrail:UpdateEventDataStore"], "Resource": shared}]}
refused("AccessDeniedException", outsider.start_query, **query)
refused("ResourcePolicyNotFoundException", trail.get_resource_policy, ResourceArn=shared)
refused("ResourcePolicyNotValidException", trail.put_resource_policy, ResourceArn=shared, ResourcePolicy=json.dumps(policy).replace(shared, own))
refused("ResourcePolicyNotValidException", trail.put_resource_policy, ResourceArn=shared, ResourcePolicy=json.dumps(policy).replace('"222222222222"', '"arn:aws:iam::222222222222:user/none"'))
refused("ResourceTypeNotSupportedException", trail.put_resource_policy, ResourceArn=ARN, ResourcePolicy=json.dumps(policy))
trail.put_resource_policy(ResourceArn=shared, ResourcePolicy=json.dumps(policy))
assert json.loads(trail.get_resource_policy(ResourceArn=shared)["ResourcePolicy"]) == policy
told = outsider.start_query(**query)
assert told["EventDataStoreOwnerAccountId"] == BOSS, told
assert outsider.get_query_results(QueryId=told["QueryId"], EventDataStoreOwnerAccountId=BOSS)["QueryResultRows"] == [[{"recipientAccountId": VISITOR}]]
refused("AccessDeniedException", outsider.describe_query, QueryId=told["QueryId"], EventDataStoreOwnerAccountId=BOSS)
refused("AccessDeniedException", outsider.get_query_results, QueryId=hidden, EventDataStoreOwnerAccountId=BOSS)
refused("AccessDeniedException", outsider.start_query, QueryStatement=f"SELECT 1 FROM {shared.split('/')[1]} CROSS JOIN {own.split('/')[1]}", EventDataStoreOwnerAccountId=BOSS)
refused("EventDataStoreNotFoundException", outsider.update_event_data_store, EventDataStore=shared, Name="taken")
policy["Statement"].append({"Effect": "Deny", "Principal": {"AWS": MEMBER}, "Action": "cloudtrail:StartQuery", "Resource": shared})
trail.put_resource_policy(ResourceArn=shared, ResourcePolicy=json.dumps(policy))
refused("AccessDeniedException", theirs.start_query, **query)
trail.delete_resource_policy(ResourceArn=shared)
refused("AccessDeniedException", outsider.get_query_results, QueryId=told["QueryId"], EventDataStoreOwnerAccountId=BOSS)
theirs.start_query(**query)

# What people in the delegated administrator's account may do, its policies say, about the ARN of the management account's.
iam = client("iam", MEMBER)
iam.create_user(UserName="clerk")
key = iam.create_access_key(UserName="clerk")["AccessKey"]
clerk = boto3.client("cloudtrail", region_name=REGION, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
kept_out(clerk, shared, seen, ("AccessDeniedException", "AccessDeniedException"))
iam.put_user_policy(UserName="clerk", PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["cloudtrail:GetEventDataStore", "cloudtrail:StartQuery", "cloudtrail:GetQueryResults"], "Resource": shared}]}))
assert clerk.get_event_data_store(EventDataStore=shared.split("/")[1])["EventDataStoreArn"] == shared
assert clerk.get_query_results(QueryId=clerk.start_query(QueryStatement=f"SELECT count(*) AS n FROM {shared.split('/')[1]} WHERE eventName = 'CreateLogGroup'")["QueryId"])["QueryResultRows"] == [[{"n": "1"}]]
refused("AccessDeniedException", clerk.delete_event_data_store, EventDataStore=shared)
refused("AccessDeniedException", clerk.start_query, QueryStatement=f"SELECT 1 FROM {lake}")
refused("AccessDeniedException", clerk.start_query, QueryStatement=f"SELECT 1 FROM {shared.split('/')[1]} CROSS JOIN {lake}")

refused("ConstraintViolationException", orgs.disable_aws_service_access, ServicePrincipal="cloudtrail.amazonaws.com")
trail.deregister_organization_delegated_admin(DelegatedAdminAccountId=MEMBER)
refused("AccountNotRegisteredException", trail.deregister_organization_delegated_admin, DelegatedAdminAccountId=MEMBER)
refused("NotOrganizationMasterAccountException", theirs.stop_logging, Name=second["TrailARN"])
kept_out(theirs, shared, seen)
assert theirs.list_event_data_stores()["EventDataStores"] == [] and trail.get_event_data_store(EventDataStore=shared)["Status"] == "ENABLED"
assert trail.get_trail_status(Name="second")["IsLogging"]
trail.delete_trail(Name="second")

# Without trusted access it is its account's own, and the organization's again when it is updated.
orgs.disable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
advance("1s")
assert not trail.get_trail(Name="all")["Trail"]["IsOrganizationTrail"] and theirs.describe_trails()["trailList"] == []
assert not trail.get_event_data_store(EventDataStore=lake)["OrganizationEnabled"]
refused("CloudTrailAccessNotEnabledException", trail.update_trail, Name="all", IsOrganizationTrail=True)
orgs.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
assert not trail.get_trail(Name="all")["Trail"]["IsOrganizationTrail"]
assert trail.update_trail(Name="all", IsOrganizationTrail=True)["IsOrganizationTrail"] and len(theirs.describe_trails()["trailList"]) == 1
assert trail.update_event_data_store(EventDataStore=lake, OrganizationEnabled=True)["OrganizationEnabled"]
client("logs", MEMBER).create_log_group(logGroupName="after")
advance("1h10m")
assert [k for k in (o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]) if k not in found and f"/{MEMBER}/CloudTrail/" in k]
BEGIN, END = END, advance("0s")
for account in (BOSS, MEMBER):
    status, said = validate(account, REGION)
    assert status == 0 and "INVALID" not in said and "NOT FOUND" not in said, (account, said)

# Unusual activity of a member is told in its account and in a folder of its own; what is much only for all together is not unusual.
selectors = [{"InsightType": "ApiCallRateInsight"}]
refused("NotOrganizationMasterAccountException", theirs.put_insight_selectors, TrailName=ARN, InsightSelectors=selectors)
assert trail.put_insight_selectors(TrailName="all", InsightSelectors=selectors)["TrailARN"] == ARN
advance("25h")
for account in (BOSS, MEMBER):
    for i in range(9):
        client("logs", account).create_log_group(logGroupName=f"few{i}")
for i in range(40):
    refused("ResourceNotFoundException", client("logs", MEMBER).delete_log_group, logGroupName=f"none{i}")
advance("30m")
files = [k for k in (o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET) for o in page["Contents"]) if "/CloudTrail-Insight/" in k]
assert files and all(k.startswith(f"AWSLogs/{org}/{MEMBER}/CloudTrail-Insight/{REGION}/") for k in files), files
told = [r for k in files for r in json.loads(gzip.decompress(s3.get_object(Bucket=BUCKET, Key=k)["Body"].read()))["Records"]]
assert sorted((r["insightDetails"]["eventName"], r["insightDetails"]["state"], r["recipientAccountId"]) for r in told) == [("DeleteLogGroup", "End", MEMBER), ("DeleteLogGroup", "Start", MEMBER)], told
assert len(theirs.lookup_events(EventCategory="insight")["Events"]) == 2 and trail.lookup_events(EventCategory="insight")["Events"] == []
print("all held")
